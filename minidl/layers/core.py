"""The layers of a first network."""

from __future__ import annotations

import math
import numbers

import numpy as np

from .. import activations, initializers, ops
from ..derivatives import nonlinear
from ..random import generator
from ..symbolic import Symbol
from ..tensor import apply
from .base import Layer, _shape_of_one_sample, layer_classes


def Input(shape=None, batch_size=None, dtype=None, name=None, batch_shape=None) -> Symbol:
    """Where a model begins: a symbol for a batch of samples. shape: of one sample, without the batch axis."""
    if batch_shape is not None:
        shape, batch_size = tuple(batch_shape)[1:], batch_shape[0]
    if shape is None:
        raise ValueError("Input needs the shape of one sample: Input(shape=(784,)).")
    return Symbol((batch_size, *_shape_of_one_sample(shape, "Input")), dtype=dtype, name=name or "input_layer")


def InputLayer(input_shape=None, batch_size=None, dtype=None, name=None, shape=None, batch_shape=None) -> Symbol:
    """`Input` under the name that older tutorials use in Sequential models."""
    return Input(shape if input_shape is None else input_shape, batch_size, dtype, name, batch_shape)


@layer_classes.register()
class Dense(Layer):
    """output = activation(input @ kernel + bias). input: (..., n), kernel: (n, units), bias: (units,), output: (..., units)."""

    def __init__(self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units < 1:
            raise ValueError(f"Dense: units must be a whole number of at least 1; received {units!r}.")
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        if self.activation is activations.softmax and self.units == 1:
            raise ValueError("Dense(1, activation='softmax'): softmax over an axis of size 1 is always 1; use activation='sigmoid'.")

    def build(self, input_shape):
        if len(input_shape) < 2:
            raise ValueError(f"Dense '{self.name}' expects a batch of samples, shape (n, features); received shape {input_shape}. "
                             "For a single sample add a batch axis: x[None].")
        if input_shape[-1] is None:
            raise ValueError(f"Dense '{self.name}' needs to know the size of its input's last axis; received shape {input_shape}.")
        self.kernel = self.add_weight((input_shape[-1], self.units), self.kernel_initializer, name="kernel")
        self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias") if self.use_bias else None

    def call(self, x):
        if len(x.shape) < 2 or x.shape[-1] != self.kernel.shape[0]:
            raise ValueError(_shape_advice(self.name, self.kernel.shape[0], x.shape))
        if x.dtype != self.dtype:
            x = x.astype(self.dtype)                # whole numbers, such as pixels 0..255
        return self.activation(ops.dense(x, self.kernel, self.bias))


def _shape_advice(name, expected, shape) -> str:
    advice = ""
    if len(shape) > 2 and int(np.prod(shape[1:])) == expected:
        advice = f" Each sample is {shape[1:]}: add Flatten() first."
    elif int(np.prod(shape)) == expected:
        advice = " For a single sample add a batch axis: x[None]."
    return f"Dense '{name}' expects inputs whose last axis is {expected}; received shape {shape}.{advice}"


@layer_classes.register()
class Activation(Layer):
    """Applies an activation function, given by name or as a function."""

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, x):
        if self.activation is activations.softmax:
            _refuse_softmax_of_one(x.shape, -1)
        return self.activation(x)


def _refuse_softmax_of_one(shape, axis) -> None:
    if not shape or shape[axis] == 1:
        raise ValueError(f"softmax over an axis of size 1 is always 1, whatever the network computes; received shape {shape}. "
                         "For two classes from one output use sigmoid.")


@layer_classes.register()
class ReLU(Layer):
    """max(x, 0), optionally with a slope below `threshold` and a ceiling `max_value`."""

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for label, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if value is not None and not value >= 0:
                raise ValueError(f"ReLU: {label} must not be negative; received {value!r}.")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, x):
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


@layer_classes.register()
class LeakyReLU(Layer):
    """x where x > 0, else negative_slope·x. (`alpha` is its older name.)"""

    def __init__(self, negative_slope=0.3, alpha=None, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = negative_slope if alpha is None else alpha

    def call(self, x):
        return activations.leaky_relu(x, self.negative_slope)


@layer_classes.register()
class Softmax(Layer):
    """eˣ / Σ eˣ: turns logits into probabilities that sum to 1 along `axis`."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, x):
        _refuse_softmax_of_one(x.shape, self.axis)
        return activations.softmax(x, self.axis)


@layer_classes.register()
class Flatten(Layer):
    """Each sample as one row of numbers: (n, 28, 28) becomes (n, 784), and (n,) becomes (n, 1)."""

    def call(self, x):
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))


@layer_classes.register()
class Reshape(Layer):
    """Each sample in a new shape, read in the same order; one axis may be -1 and is then worked out."""

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = _target(target_shape)

    def call(self, x):
        size = int(np.prod(x.shape[1:], dtype=int))
        known = int(np.prod([n for n in self.target_shape if n != -1], dtype=int))
        if size % known if -1 in self.target_shape else size != known:
            raise ValueError(f"Reshape '{self.name}': a sample of shape {x.shape[1:]} has {size} numbers "
                             f"and cannot become {self.target_shape}.")
        return x.reshape(x.shape[0], *[size // known if n == -1 else n for n in self.target_shape])


def _target(shape) -> tuple:
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if shape.count(-1) > 1 or not all(isinstance(n, (int, np.integer)) and (n > 0 or n == -1) for n in shape):
        raise ValueError(f"Reshape: target_shape holds positive sizes and at most one -1; received {shape}.")
    return shape


@layer_classes.register()
class Dropout(Layer):
    """In training sets each number to 0 with probability `rate` and scales the rest by 1/(1 - rate). Srivastava et al. 2014

    Outside training it does nothing. noise_shape: axes of size 1 share one draw. seed: None draws from the library's own.
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if isinstance(rate, bool) or not isinstance(rate, numbers.Real) or not 0 <= float(rate) <= 1:
            raise ValueError(f"Dropout: rate is the share to drop, between 0 and 1; received {rate!r}.")
        self.rate, self.noise_shape, self.seed = float(rate), noise_shape, seed

    def build(self, input_shape):
        self.rng = generator(self.seed)

    def call(self, x, training=False):
        if not training or self.rate == 0:
            return x
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        if self.rate == 1:
            return x * 0.0
        shape = x.shape if self.noise_shape is None else [n if m is None else m for n, m in zip(x.shape, self.noise_shape)]
        keep = self.rng.random(shape, dtype=np.float32) >= self.rate
        return apply(nonlinear.masked_scale, x, mask=keep, scale=1 / (1 - self.rate))
