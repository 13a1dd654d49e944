"""A layer is a function with weights.

`build` makes the weights when the first input shows its size; `call` computes with them.
"""

from __future__ import annotations

import math

import numpy as np

from .derivatives import linear, nonlinear, shaping
from .tensor import Tensor, Variable, apply


def glorot_uniform(shape: tuple, rng=None) -> np.ndarray:
    """Draw random numbers between ±√(6/(inputs + outputs)).

    With this limit the variance of signals stays about the same through the layer, forward and
    backward. Glorot & Bengio 2010, equation 16.
    """
    limit = math.sqrt(6 / sum(shape))
    return (rng or np.random.default_rng()).uniform(-limit, limit, shape)


class Layer:
    """Base class of layers. A subclass defines `call`, and `build` if it has weights."""

    built = False

    def build(self, input_shape: tuple) -> None:
        """Create the weights. input_shape: the shape of the input, with None for the number of
        samples.
        """

    def call(self, x, training=False):
        """Compute the output for a batch. training: True during training, False otherwise."""
        raise NotImplementedError

    def __call__(self, x: Tensor, training=False) -> Tensor:
        if not self.built:
            self.build((None, *x.shape[1:]))
            self.built = True
        return self.call(x, training)

    def add_weight(self, shape: tuple, initializer, name: str) -> Variable:
        """Create a weight. Keep it as an attribute: self.kernel = self.add_weight(...)."""
        return Variable(initializer(shape), name)

    @property
    def weights(self) -> list[Variable]:
        """All weights, which the optimizer moves."""
        return [v for v in vars(self).values() if isinstance(v, Variable)]


class Flatten(Layer):
    """Reshapes each sample to one row of numbers: (n, 28, 28) becomes (n, 784)."""

    def call(self, x, training=False):
        samples, *sizes = x.array.shape
        return apply(shaping.reshape, x, shape=(samples, math.prod(sizes)))


class Dense(Layer):
    """activation(x·W + b). x: (..., inputs), W: (inputs, units), b: (units,)."""

    kernel_initializer, bias_initializer = staticmethod(glorot_uniform), staticmethod(np.zeros)

    def __init__(self, units: int, activation=None, use_bias=True):
        self.units, self.activation, self.use_bias = units, activation, use_bias

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel")
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(shape[1:], self.bias_initializer, name="bias")

    def call(self, x, training=False):
        if x.array.ndim < 2:
            raise ValueError("Dense takes a batch of samples")
        weights = (self.kernel,) if self.bias is None else (self.kernel, self.bias)
        z = apply(linear.dense, x, *weights)
        return z if self.activation is None else self.activation(z)


class Dropout(Layer):
    """Sets each number to 0 with probability `rate` in training, and divides the others by 1 -
    rate.

    The expected value of each number stays the same. No unit can rely on another. Srivastava et al.
    2014
    """

    noise_shape: tuple | None = None  # numbers that share a draw; None: none do

    def __init__(self, rate: float, rng=None):
        self.rate, self.rng = rate, rng or np.random.default_rng()

    def call(self, x, training=False):
        if not training or self.rate == 0:
            return x
        shape = x.array.shape if self.noise_shape is None else self.shape_of_draw(x)
        keep = self.rng.random(shape, dtype=np.float32) >= self.rate
        scale = 1 / (1 - self.rate) if self.rate < 1 else 0.0
        return apply(nonlinear.masked_scale, x, mask=keep, scale=scale)

    def shape_of_draw(self, x) -> tuple:
        """The shape of the random numbers to draw for x. A subclass with a noise_shape
        defines it.
        """
        raise NotImplementedError


class Sequential(Layer):
    """A stack of layers. The output of each layer is the input of the next one."""

    def __init__(self, layers):
        self.stack = list(layers)

    def call(self, x, training: bool | None = False):
        for layer in self.stack:
            x = layer(x, training=training)
        return x

    @property
    def weights(self):
        return [w for layer in self.stack for w in layer.weights]
