"""SwapEMAWeights: when the averages stand in the place of the weights."""

import numpy as np
import pytest

from minidl import Input, Sequential, layers
from minidl.callbacks import LambdaCallback, SwapEMAWeights
from minidl.optimizers import SGD

X, Y = np.ones((1, 1), "f"), np.zeros((1, 1), "f")


def halving():
    """One weight: 1, and each step halves it (the gradient is 2w). Its averages with μ = 1/2:
    0.5, then 0.375, then 0.25.
    """
    model = Sequential([Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile(SGD(0.25, use_ema=True, ema_momentum=0.5), "mse")
    return model


@pytest.mark.parametrize(
    ("on_epoch", "begins", "ends"),
    [([], [1, 0.5, 0.25], [0.5, 0.25, 0.125]), ([True], [1, 0.5, 0.25], [0.5, 0.375, 0.25])],
)
def test_the_averages_are_measured_and_the_weights_are_trained(on_epoch, begins, ends):
    model, seen = halving(), {}
    note = lambda name: lambda *a: seen.setdefault(name, []).append(model.weights[0].item())
    hooks = ("epoch_begin", "train_batch_end", "test_begin", "test_end", "epoch_end")
    watch = LambdaCallback(**{f"on_{name}": note(name) for name in hooks})
    swap = SwapEMAWeights(*on_epoch)
    model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y), callbacks=[swap, watch])
    assert seen == {
        "epoch_begin": begins,
        "train_batch_end": [0.5, 0.25, 0.125],
        "test_begin": [0.5, 0.375, 0.25],
        "test_end": [0.5, 0.25, 0.125],
        "epoch_end": ends,
    }
    assert model.weights[0].item() == 0.25 and swap.weights == [] and swap.model is model


def test_an_evaluation_and_a_prediction_by_themselves_put_the_weights_back():
    model = halving()
    model.fit(X, Y, epochs=2, verbose=0)
    for weight in (7.0, 9.0):
        model.weights[0].assign([[weight]])
        assert model.evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()]) == 0.375**2
        assert model.predict(X, verbose=0, callbacks=[SwapEMAWeights()]) == 0.375
        assert model.weights[0].item() == weight


def test_averages_that_are_there_already_stay_after_a_measurement():
    model = halving()
    model.fit(X, Y, epochs=2, verbose=0)
    model.weights[0].assign([[7.0]])
    swap = SwapEMAWeights(swap_on_epoch=True)
    swap.set_model(model)
    swap.on_epoch_end(0)
    for begin, end in ((swap.on_test_begin, swap.on_test_end), (swap.on_predict_begin,) * 2):
        begin(), end()
        assert model.weights[0].item() == 0.375
    swap.on_epoch_begin(1)
    assert model.weights[0].item() == 7


@pytest.mark.parametrize("optimizer", ["sgd", None])
def test_an_optimizer_without_averages_is_refused(optimizer):
    model = Sequential([layers.Dense(1)])
    if optimizer:
        model.compile(optimizer, "mse")
    with pytest.raises(ValueError, match=r"keeps averages of the weights: compile\(.*use_ema=True"):
        model.predict(X, verbose=0, callbacks=[SwapEMAWeights()])
