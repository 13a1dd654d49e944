"""Lambda and ActivityRegularization."""

import numpy as np
import pytest
from layer_cases import A

from minidl import Sequential, layers

RNG = np.random.default_rng(7)


def test_lambda_takes_a_function():
    with pytest.raises(TypeError, match="takes a function of a tensor; received 3"):
        layers.Lambda(3)


# --- penalties


def test_activity_counts_a_sample_and_is_reported():
    """Twice the samples, the same penalty."""
    for n in (1, 2, 4):
        layer = layers.Dense(3, activity_regularizer="l2", kernel_initializer="ones")
        y = layer(A[:n])
        assert float(layer.losses[0]) == pytest.approx(
            0.01 * float((y.numpy() ** 2).sum()) / n, rel=1e-5
        )
    model = Sequential(
        [layers.Dense(3, activity_regularizer="l2", kernel_regularizer="l1"), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    plain = float(np.mean((model(A).numpy() - 1) ** 2))
    extra = sum(float(loss) for loss in model.losses)
    assert extra > 0.01 and model.evaluate(A, np.ones((4, 1)), verbose=0) == pytest.approx(
        plain + extra, rel=1e-5
    )


def test_penalties_of_a_frozen_layer_do_not_count():
    layer = layers.Dense(3, kernel_regularizer="l2")
    layer(A)
    assert len(layer.losses) == 1
    layer.trainable = False
    assert layer.losses == []
