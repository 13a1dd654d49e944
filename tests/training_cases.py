"""What the tests of training share."""

import numpy as np

from minidl import Input, Model, Sequential, layers, set_random_seed

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(64, 4)).astype("float32")
CLASSES, NUMBERS = (INPUTS.sum(axis=1) > 0).astype(int), INPUTS[:, :1] * 2


def two_heads(loss=None, **options):
    inputs = Input((4,), name="in")
    trunk = layers.Dense(8, activation="relu")(inputs)
    model = Model(
        inputs,
        [
            layers.Dense(2, activation="softmax", name="cls")(trunk),
            layers.Dense(1, name="reg")(trunk),
        ],
    )
    model.compile("adam", loss or ["sparse_categorical_crossentropy", "mse"], **options)
    return model


# --- data


def regression():
    set_random_seed(1)
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def in_batches(times=None):
    while times is None or times > 0:
        for start in range(0, 64, 16):
            yield INPUTS[start : start + 16], NUMBERS[start : start + 16]
        times = times and times - 1
