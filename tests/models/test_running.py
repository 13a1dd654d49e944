"""Arguments of fit: steps and validation."""

import numpy as np
import pytest
from fit_cases import INPUTS, line

import minidl
from minidl import Input, Sequential, layers

T = (INPUTS @ np.array([[1.0], [-2.0], [0.5], [3.0]]) + 1).astype("float32")  # a straight line


def test_steps_per_epoch_continues_through_the_data():
    class Counting(Sequential):
        seen = ()

        def train_step(self, data):
            self.seen = (*self.seen, *data[1].ravel().tolist())
            return {"loss": 0.0}

    model = Counting([Input((1,)), layers.Dense(1)])
    model.compile(loss="mse")
    numbers = np.arange(10.0)[:, None]
    model.fit(numbers, numbers, batch_size=4, steps_per_epoch=2, epochs=3, shuffle=False, verbose=0)
    assert model.seen == (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    model.seen = ()
    # no batch_size: ceil(10 / 5)
    model.fit(numbers, numbers, steps_per_epoch=5, shuffle=False, verbose=0)
    assert len(model.seen) == 10


def test_validation_split_is_the_tail_before_shuffling():
    model = line(optimizer=minidl.optimizers.SGD(0.0))
    history = model.fit(INPUTS, T, validation_split=0.3, verbose=0).history
    cut = int(np.floor(70 * 0.7))
    assert history["val_loss"][0] == pytest.approx(
        float(np.mean((model(INPUTS[cut:]).numpy() - T[cut:]) ** 2)), rel=1e-5
    )


def test_validation_freq():
    assert (
        len(
            line()
            .fit(INPUTS, T, epochs=6, validation_data=(INPUTS, T), validation_freq=2, verbose=0)
            .history["val_loss"]
        )
        == 3
    )
    assert (
        len(
            line()
            .fit(
                INPUTS, T, epochs=6, validation_data=(INPUTS, T), validation_freq=[1, 6], verbose=0
            )
            .history["val_loss"]
        )
        == 2
    )


def test_what_was_frozen_after_compile_is_named_once():
    model = Sequential([Input((4,)), *[layers.Dense(1, name=n) for n in "abcde"]], name="m")
    model.compile("sgd", "mse")
    for layer in model.layers[:4]:
        layer.trainable = False
    said = r"^`trainable` of 'a', 'b', 'c' was changed after compile\(\). Call compile\(\) again"
    with pytest.warns(UserWarning, match=said):
        model.fit(INPUTS, T, verbose=0)
    model.fit(INPUTS, T, verbose=0)  # said once
    model.layers[4].trainable = False
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="Model 'm' has no trainable weights, so fit will not"):
        model.fit(INPUTS, T, verbose=0)
    plain = Sequential([Input((1,)), layers.ReLU()])  # which has no weights at all
    plain.compile("sgd", "mse")
    plain.evaluate(INPUTS[:, :1], T, verbose=0)
