"""What all losses share: sample weights and reductions."""

import numpy as np
import pytest

from minidl import losses
from minidl.losses import KLDivergence, MeanSquaredError, Poisson

# --- sample weights


@pytest.mark.parametrize(
    ("weight", "mean", "total"),
    [
        ([[0.5, 2.0]], 0.22625, 0.905),
        ([[0.5], [2.0]], 0.15125, 0.605),
        (0.5, 0.0725, 0.29),
        ([[[0.5], [2.0]], [[1.0], [0.0]]], 0.136875, 0.5475),
    ],
)
def test_sample_weights_of_a_loss_are_spread(weight, mean, total):
    y = [[[1.0, 0], [0, 1]], [[1, 1], [0, 0]]]
    p = [[[0.5, 0.2], [0.3, 0.4]], [[0.9, 0.8], [0.6, 0.1]]]
    each = np.square(np.subtract(y, p)).mean(-1)
    spread = np.broadcast_to(np.squeeze(weight), (2, 2)) if np.ndim(weight) != 2 else weight
    assert (each * spread).sum() == pytest.approx(total)
    assert losses.MeanSquaredError()(y, p, weight).item() == pytest.approx(mean, rel=1e-6)
    summed = losses.MeanSquaredError(reduction="sum")(y, p, weight)
    assert summed.item() == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(
    ("weight", "outputs"),
    [
        *[((2,), (3, 3, 2)), ((1, 2), (3, 3, 2)), ((1, 1, 1, 1), (3, 3, 2))],
        *[((2,), (3, 1)), ((3, 2), (3, 1)), ((1, 3), (3, 1)), ((4,), (3, 1))],
    ],
)
def test_weights_that_do_not_fit_are_refused(weight, outputs):
    said = (
        r"sample_weight.*one value per sample: \(3,\)" if len(outputs) == 2 else "sample_weight has"
    )
    with pytest.raises(ValueError, match=said):
        losses.MeanSquaredError()(np.ones(outputs), np.zeros(outputs), np.ones(weight))


@pytest.mark.parametrize(
    ("loss", "y", "p", "said"),
    [
        (Poisson, [[1.0]], [[-0.5]], r"Poisson.*-0\.5.*softplus"),
        (KLDivergence, [[0.5, 0.5]], [[2.0, -1.0]], r"KLDivergence.*softmax"),
    ],
    ids=["poisson", "kld"],
)
def test_outputs_that_cannot_be_are_said_once_in_the_new_losses(loss, y, p, said):
    loss = loss()
    with pytest.warns(UserWarning, match=said):
        loss(y, np.array(p))
    loss(y, np.array(p))


def test_dtype_is_that_of_the_loss():
    assert (
        MeanSquaredError(dtype="float64")(np.zeros((2, 1)), np.ones((2, 1), np.float32)).dtype
        == np.float64
    )
    assert MeanSquaredError()(np.zeros((2, 1)), np.ones((2, 1), np.float32)).dtype == np.float32
