"""What the tests of state share: small networks, and a look at all that may be left behind."""

import numpy as np

from minidl import Input, Layer, Sequential, callbacks, layers, optimizers
from minidl.support import dry_run as dry
from minidl.tensor import switches

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("int64")
ONES = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


def network():
    stack = [
        Input((4,)),
        layers.Dense(5, activation="relu", kernel_regularizer="l2"),
        layers.Dropout(0.2, seed=3),
        layers.BatchNormalization(),
        layers.Dense(2, activation="softmax", activity_regularizer="l1"),
    ]
    model = Sequential(stack)
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
    model.compile(optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def line(optimizer="sgd", loss="mse", *more):
    model = Sequential([Input((2,)), *more, layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer, loss)
    return model


def state_of(model=None):
    """All that a run may have switched on."""
    own = () if model is None else (model.stop_on_nan, model.shuffle_generator, model.run_parts)
    held = vars(switches)
    now = [held.get("pauses", 0), held.get("training"), held.get("quiet", False)]
    return [*now, np.geterr(), dry.state.kept, dry.state.for_show, own]


CLEAN = [0, None, False, np.geterr(), None, False, (True, None, None)]


def nothing_left(model):
    assert state_of(model) == CLEAN
    assert [v.name for v in model.weights if v.grad is not None] == []


class Counts(Layer):
    """A layer that counts its calls in a variable."""

    def build(self, input_shape):
        self.n = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.n.assign(self.n + 1)
        return x


class Fails(callbacks.Callback):
    """Raises at one of its moments."""

    def __init__(self, moment):
        super().__init__()
        setattr(self, moment, self.fail)

    def fail(self, *args):
        raise ArithmeticError


def bits(value):
    """Exactly these numbers, as text."""
    return repr([np.asarray(v).tolist() for v in value] if isinstance(value, list) else value)
