"""Losses as metrics."""

import inspect

import numpy as np
import pytest
from metric_cases import RNG, in_batches

from minidl import Sequential, layers, losses, metrics
from minidl.metrics import MeanAbsoluteError, MeanSquaredError, Metric, Number


def test_mse_and_mae_as_metrics():
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([0.0, 2.0, 5.0])
    model = Sequential([layers.Dense(1, kernel_initializer="ones", input_shape=(1,))])
    model.compile(
        "sgd",
        "mse",
        metrics=[
            "mae",
            "mse",
            MeanAbsoluteError(),
            MeanSquaredError("squares"),
            losses.MeanSquaredError(),
        ],
    )
    assert model.evaluate(x, y, verbose=0, batch_size=2, return_dict=True) == pytest.approx(
        {
            "loss": 5 / 3,
            "mae": 1.0,
            "mse": 5 / 3,
            "mean_absolute_error": 1.0,
            "squares": 5 / 3,
            "mean_squared_error": 5 / 3,
        }
    )


T, P = RNG.random((30, 3)) + 0.1, RNG.random((30, 3)) + 0.1
W = RNG.random(30)
SIGNS = np.where(T > 0.6, 1.0, -1.0)
ROWS = T / T.sum(axis=1, keepdims=True), P / P.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("metric", "y", "p", "each"),
    [
        (metrics.MeanAbsolutePercentageError(), T, P, 100 * np.abs((T - P) / T).mean(1)),
        (metrics.MeanSquaredLogarithmicError(), T, P, (np.log((1 + T) / (1 + P)) ** 2).mean(1)),
        (metrics.LogCoshError(), T, P, np.log(np.cosh(T - P)).mean(1)),
        (
            metrics.CosineSimilarity(),
            T,
            P,
            (T * P).sum(1) / np.linalg.norm(T, axis=1) / np.linalg.norm(P, axis=1),
        ),
        (metrics.KLDivergence(), *ROWS, (ROWS[0] * np.log(ROWS[0] / ROWS[1])).sum(1)),
        (metrics.Poisson(), T, P, (P - T * np.log(P)).mean(1)),
        (metrics.Hinge(), SIGNS, P, np.maximum(0, 1 - SIGNS * P).mean(1)),
        (metrics.SquaredHinge(), SIGNS, P, (np.maximum(0, 1 - SIGNS * P) ** 2).mean(1)),
        (
            metrics.CategoricalHinge(),
            np.eye(3)[[0] * 30],
            P,
            np.maximum(0, 1 + np.maximum(0, P[:, 1:].max(1)) - P[:, 0]),
        ),
        (
            metrics.BinaryCrossentropy(),
            (T > 0.5) * 1.0,
            ROWS[1],
            -np.log(np.where(T > 0.5, ROWS[1], 1 - ROWS[1])).mean(1),
        ),
        (metrics.CategoricalCrossentropy(), np.eye(3)[[1] * 30], ROWS[1], -np.log(ROWS[1][:, 1])),
        (
            metrics.SparseCategoricalCrossentropy(),
            np.array([2] * 30),
            ROWS[1],
            -np.log(ROWS[1][:, 2]),
        ),
        (
            metrics.PearsonCorrelation(),
            T,
            P,
            np.array([np.corrcoef(t, p)[0, 1] for t, p in zip(T, P)]),
        ),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, Metric) else "",
)
def test_means_over_batches_with_and_without_weights(metric, y, p, each):
    assert in_batches(metric, y, p) == pytest.approx(each.mean(), rel=1e-6)
    assert in_batches(metric, y, p, W) == pytest.approx((each * W).sum() / W.sum(), rel=1e-6)
    assert in_batches(metric, y, p, W[:, None]) == pytest.approx(
        (each * W).sum() / W.sum(), rel=1e-6
    )
    assert type(metric.result()) is Number


def test_root_mean_squared_error():
    metric = metrics.RootMeanSquaredError()
    assert in_batches(metric, T, P) == pytest.approx(np.sqrt(((T - P) ** 2).mean()), rel=1e-12)
    assert in_batches(metric, T, P, W) == pytest.approx(
        np.sqrt((W[:, None] * (T - P) ** 2).sum() / W.sum() / 3), rel=1e-12
    )
    assert metrics.RootMeanSquaredError()([1.0, 2.0], [[4.0], [6.0]]) == pytest.approx(
        np.sqrt(12.5)
    )


def test_ignored_labels_are_left_out_of_the_mean():
    labels = np.array([0, 1, 2] * 10)
    each, kept = -np.log(ROWS[1][np.arange(30), labels]), labels != 1
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=1)
    assert in_batches(metric, labels, ROWS[1]) == pytest.approx(each[kept].mean(), rel=1e-6)
    assert in_batches(metric, labels[:, None], ROWS[1], W) == pytest.approx(
        (each * W)[kept].sum() / W[kept].sum(), rel=1e-6
    )


def test_derived_metrics_show_their_arguments():
    assert str(inspect.signature(metrics.BinaryCrossentropy)) == (
        "(name='binary_crossentropy', dtype=None, from_logits=False, label_smoothing=0.0)"
    )
    metric = metrics.SparseCategoricalCrossentropy("s", None, True, ignore_class=2)
    assert (metric.name, metric.from_logits, metric.ignore_class) == ("s", True, 2)
    with pytest.raises(TypeError, match="logits"):
        metrics.MeanSquaredError(logits=True)
