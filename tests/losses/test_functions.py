"""Losses as functions: one number a sample."""

import numpy as np
import pytest

from minidl import Tensor, losses

# --- losses as functions


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean_squared_error", 0.136667),
        ("mean_absolute_error", 0.3),
        ("mean_absolute_percentage_error", 66666692.0),
        ("mean_squared_logarithmic_error", 0.054363),
        ("huber", 0.068333),
        ("log_cosh", 0.064998),
        ("binary_crossentropy", 0.414932),
        ("binary_focal_crossentropy", 0.113281),
        ("categorical_crossentropy", 1.832581),
        ("categorical_focal_crossentropy", 0.198136),
        ("hinge", 0.633333),
        ("squared_hinge", 0.603333),
        ("categorical_hinge", 0.0),
        ("poisson", 0.840550),
        ("kl_divergence", 1.021650),
        ("cosine_similarity", -0.914677),
        ("dice", 0.257143),
        ("tversky", 0.257143),
    ],
)
@pytest.mark.filterwarnings("ignore:.*do not look like probabilities")
def test_a_loss_function_takes_the_mean_over_the_last_axis_also_of_one(name, value):
    y, p = [0.0, 1, 1], [0.2, 0.9, 0.4]
    found = getattr(losses, name)(y, p)
    assert found.shape == () and found.item() == pytest.approx(value, rel=2e-5, abs=1e-6)
    assert losses.get(name)(y, p).item() == found.item()


@pytest.mark.parametrize("name", ["mse", "mae", "huber", "log_cosh", "binary_crossentropy"])
def test_the_gradient_of_a_loss_function_of_one_axis_is_that_of_its_mean(name):
    x = Tensor([0.2, 0.9, 0.4], requires_grad=True)
    getattr(losses, name)([0.0, 1, 1], x).backward()
    column = Tensor([[0.2], [0.9], [0.4]], requires_grad=True)
    losses.as_loss(name)([[0.0], [1], [1]], column).backward()
    np.testing.assert_allclose(x.grad, column.grad[:, 0], rtol=1e-6)


def test_a_column_keeps_one_number_a_sample():
    for y in ([0.0, 1, 1], [[0.0], [1], [1]]):
        each = losses.mean_squared_error(y, [[0.2], [0.9], [0.4]])
        np.testing.assert_allclose(each.numpy(), [0.04, 0.01, 0.36], rtol=1e-6)
