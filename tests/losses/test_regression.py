"""Losses of numbers."""

import numpy as np
import pytest
from loss_cases import FOUR, error

from minidl import Tensor, losses
from minidl.losses import (
    BinaryCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SquaredHinge,
)


@pytest.mark.parametrize(
    "cls",
    [
        MeanSquaredError,
        MeanAbsoluteError,
        BinaryCrossentropy,
        Huber,
        LogCosh,
        Poisson,
        Hinge,
        SquaredHinge,
        MeanAbsolutePercentageError,
        MeanSquaredLogarithmicError,
    ],
)
@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4,), (4,))], ids=str)
def test_n_and_n_by_1_are_the_same_for_every_loss_of_numbers(cls, shapes):
    y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.4, 0.2])
    expected = cls(reduction=None)(y[:, None], p[:, None]).numpy()
    assert expected.shape == (4,)
    np.testing.assert_array_equal(
        cls(reduction=None)(y.reshape(shapes[0]), p.reshape(shapes[1])).numpy(), expected
    )
    mean = cls()(y.reshape(shapes[0]), p.reshape(shapes[1])).item()
    assert mean == pytest.approx(expected.mean(), rel=1e-15)
    text = error(cls(), np.zeros(4), FOUR)
    assert cls.__name__ in text and "(4,)" in text and "Dense(1" in text


@pytest.mark.parametrize("cls", [KLDivergence, CategoricalHinge])
def test_class_indices_are_refused_with_the_cure(cls):
    assert "to_categorical(y, 4)" in error(cls(), np.array([0, 1, 3, 2]), FOUR)


def test_huber_is_half_the_square_and_then_straight():
    for error_size, expected in ((0.5, 0.125), (1.0, 0.5), (3.0, 2.5)):
        assert Huber()([[0.0]], [[error_size]]).item() == pytest.approx(expected)
    x = Tensor([[3.0], [0.5], [1.0], [0.0]], requires_grad=True, dtype="float64")
    Huber(reduction="sum")(np.zeros((4, 1)), x).backward()
    np.testing.assert_allclose(x.grad[:, 0], [1, 0.5, 1, 0])
    # cosh(500) overflows
    assert LogCosh()([[0.0]], [[500.0]]).item() == pytest.approx(500 - np.log(2), rel=1e-6)
    with pytest.raises(ValueError, match="delta must be a number above 0; received -1"):
        Huber(-1)


def test_cosine_of_nothing_is_0_and_sends_no_nan():
    x = Tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True, dtype="float64")
    loss = CosineSimilarity(reduction=None)(np.array([[1.0, 2.0], [3.0, 4.0]]), x)
    np.testing.assert_allclose(loss.numpy(), [0, -1], atol=1e-12)
    loss.sum().backward()
    assert np.isfinite(x.grad).all()
    rows = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_allclose(
        CosineSimilarity(axis=0, reduction=None)(rows, rows * 2).numpy(), -np.ones(3), rtol=1e-12
    )
    assert losses.cosine_similarity([1.0, 0.0], [1.0, 1.0]).item() == pytest.approx(-np.sqrt(0.5))
