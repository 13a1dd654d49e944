"""What the tests of fit share."""

import numpy as np

import minidl
from minidl import Input, Sequential, callbacks, layers

RNG = np.random.default_rng(7)
INPUTS = RNG.normal(size=(70, 4)).astype("float32")
CLASSES = (INPUTS[:, 0] + INPUTS[:, 1] > 0).astype("int64") + (INPUTS[:, 2] > 0.5)  # three classes


def classifier(seed=0, **compiled):
    minidl.set_random_seed(seed)
    model = Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(4,)),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        **{
            "optimizer": "adam",
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
            **compiled,
        }
    )
    return model


def line(**compiled):
    minidl.set_random_seed(0)
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


class Recorder(callbacks.Callback):
    """Every hook that was called, in order."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        if name.startswith("on_"):
            return lambda *args: self.calls.append((name, *args))
        return super().__getattribute__(name)
