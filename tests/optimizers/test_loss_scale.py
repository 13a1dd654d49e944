"""LossScaleOptimizer."""

import numpy as np
import pytest
from optimizer_family import compiled

from minidl import Variable
from minidl.optimizers import SGD, Adam, LossScaleOptimizer

X = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)
Y = X.sum(1, keepdims=True)


# --- the loss scale


def test_the_scale_halves_at_inf_and_doubles_after_steps_without():
    optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=8, dynamic_growth_steps=2)
    w = Variable([1.0, 2.0])
    optimizer.build([w])
    assert optimizer.scale_loss(3.0) == 24.0
    optimizer.apply([[8.0, np.inf]])
    np.testing.assert_array_equal(w.data, [1.0, 2.0])
    assert (optimizer.loss_scale_factor, optimizer.iterations) == (4.0, 0)
    optimizer.apply([[4.0, 8.0]])
    np.testing.assert_array_equal(w.data, [0.5, 1.0])
    assert (optimizer.loss_scale_factor, optimizer.iterations) == (4.0, 1)
    optimizer.apply([[4.0, 8.0]])
    np.testing.assert_array_equal(w.data, [0.0, 0.0])
    assert (optimizer.loss_scale_factor, optimizer.iterations) == (8.0, 2)


def test_the_first_steps_count_too():
    optimizer, w = LossScaleOptimizer(SGD(0.5), 8, dynamic_growth_steps=2), Variable([1.0])
    scales = []
    for _ in range(5):
        optimizer.apply([[8.0]], [w])
        scales.append(optimizer.loss_scale_factor)
    assert scales == [8, 16, 16, 32, 32]
    assert not any(v.trainable for v in optimizer.variables)


def test_fit_scales_nothing():
    histories = [
        compiled(optimizer).fit(X, Y, epochs=3, shuffle=False, verbose=0).history["loss"]
        for optimizer in (Adam(0.01, clipnorm=0.1), LossScaleOptimizer(Adam(0.01, clipnorm=0.1)))
    ]
    assert histories[0] == histories[1]


def test_the_rate_is_that_of_the_optimizer_inside():
    inner = SGD(0.5, loss_scale_factor=4)
    optimizer = LossScaleOptimizer(inner)
    optimizer.learning_rate = 0.25
    optimizer.iterations = 7
    assert (inner.learning_rate, optimizer.learning_rate) == (0.25, 0.25)
    assert (inner.iterations, optimizer.iterations) == (7, 7)
    assert inner.loss_scale_factor is None
    with pytest.raises(AttributeError, match="finds the scale itself"):
        optimizer.loss_scale_factor = 2.0


def test_the_averages_are_those_of_the_optimizer_inside():
    """At rate 1 the weight goes to −1 and −2, and the average with μ = ½ to −1.5."""
    optimizer = LossScaleOptimizer(SGD(1.0, use_ema=True, ema_momentum=0.5), initial_scale=4)
    w = Variable([0.0], dtype="float64")
    for _ in range(2):
        optimizer.apply([[4.0]], [w])
    assert w.item() == -2
    optimizer.finalize_variable_values()
    assert w.item() == -1.5


def test_settings_of_steps_belong_to_the_optimizer_inside():
    LossScaleOptimizer(SGD(), clipnorm=None, use_ema=False, dynamic=True)  # as in older files
    for options in ({"clipnorm": 1.0}, {"dynamic": False}, {"rate": 1}):
        with pytest.raises(ValueError, match=f"no setting '{next(iter(options))}'"):
            LossScaleOptimizer(SGD(), **options)
