"""What the tests of layers share."""

import numpy as np

from minidl import Layer, ops

# --- your own layers, as Keras's guides write them
# ---------------------------------------------------------------------------


class Linear(Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)
        super().build(input_shape)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


# --- your own layers
# ---


class Scale(Layer):
    def build(self, input_shape):
        self.shape_seen = input_shape
        self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")
        self.count = self.add_weight((), initializer="zeros", trainable=False, name="count")

    def call(self, x):
        return x * self.factor


RNG = np.random.default_rng(7)
A, B, C, D = (
    RNG.normal(size=(4, 3)),
    RNG.normal(size=(2, 3, 4)),
    RNG.normal(size=(2, 3, 2, 3)),
    RNG.normal(size=(2, 4, 5)),
)
