"""Activation functions as layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import activations, constraints, initializers, ops, regularizers
from ..support.checks import check_number
from .base import Layer, layer_classes


@layer_classes.register()
class Activation(Layer):
    """Applies an activation function, given by name or as a function."""

    supports_masking = True

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, x):
        if self.activation is activations.softmax:
            _refuse_softmax_of_one(x.shape, -1)
        return self.activation(x)


def _refuse_softmax_of_one(shape, axis) -> None:
    if not shape or all(
        shape[a] == 1 for a in (axis if isinstance(axis, (list, tuple)) else (axis,))
    ):
        raise ValueError(
            f"softmax over an axis of size 1 is always 1, whatever the network computes; received "
            f"shape {shape}. "
            "For two classes from one output use sigmoid."
        )


@layer_classes.register()
class ReLU(Layer):
    """Computes max(x, 0); optionally a slope for numbers below `threshold`, and an upper limit
    `max_value`.
    """

    supports_masking = True

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for label, value in (
            ("max_value", max_value),
            ("negative_slope", negative_slope),
            ("threshold", threshold),
        ):
            if value is not None and not value >= 0:
                raise ValueError(f"ReLU: {label} must not be negative; received {value!r}.")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, x):
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


@layer_classes.register()
class LeakyReLU(Layer):
    """x where x > 0, else negative_slope·x. Maas et al. 2013."""

    supports_masking = True

    def __init__(self, negative_slope=0.3, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = check_number("LeakyReLU: negative_slope", negative_slope, 0)

    def call(self, x):
        return activations.leaky_relu(x, self.negative_slope)


@layer_classes.register()
class ELU(Layer):
    """x where x > 0, else α(eˣ - 1). Clevert et al. 2016."""

    supports_masking = True

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, x):
        return ops.elu(x, self.alpha)


@layer_classes.register()
class PReLU(Layer):
    """Computes x where x > 0, else a·x with learned slopes a, one for each entry of a sample. He et
    al. 2015.

    shared_axes: axes along which all entries share one slope, the batch being axis 0. For example,
    [1, 2] gives one slope for each channel of an image.
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        several = () if shared_axes is None else shared_axes
        self.shared_axes = tuple(several) if isinstance(several, (list, tuple)) else (several,)

    def build(self, input_shape):
        shared = {axis % len(input_shape) for axis in self.shared_axes}
        shape = [1 if axis in shared else n for axis, n in enumerate(input_shape)][1:]
        if None in shape:
            raise ValueError(
                f"PReLU '{self.name}' has a slope for each entry, so it needs to know the size of "
                f"every axis that is not in "
                f"shared_axes; received shape {tuple(input_shape)}."
            )
        self.alpha = self.add_weight(
            shape,
            self.alpha_initializer,
            name="alpha",
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )

    def call(self, x):
        slopes = self.alpha.shape
        if len(x.shape) != len(slopes) + 1 or any(
            m not in (1, n) for m, n in zip(slopes, x.shape[1:])
        ):
            raise ValueError(
                f"PReLU '{self.name}' has slopes of shape {self.alpha.shape} for each sample; "
                f"received shape {x.shape}."
            )
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        return ops.relu(x) - self.alpha * ops.relu(-x)


@layer_classes.register()
class Softmax(Layer):
    """Computes eˣ / Σ eˣ: converts logits to probabilities that sum to 1 along `axis`.

    mask, in the call: True for the numbers to include; the others get probability 0. A mask of
    whole steps, with all numbers of a step True or all False, is accepted (Keras refuses it).
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, x, mask=None):
        _refuse_softmax_of_one(x.shape, self.axis)
        if mask is None or (mask.ndim < len(x.shape) and mask.shape == x.shape[: mask.ndim]):
            return activations.softmax(x, self.axis)
        if not _fits(tuple(mask.shape), x.shape):
            raise ValueError(
                f"Softmax '{self.name}' takes a mask that can be broadcast to the input's shape "
                f"{x.shape}; received shape {tuple(mask.shape)}."
            )
        takes_part = np.asarray(mask) > 0.5
        least = float(np.finfo(x.dtype).min) / 2  # its exponential is 0
        return ops.where(
            takes_part, activations.softmax(ops.where(takes_part, x, least), self.axis), 0.0
        )


def _fits(shape: tuple, wanted: tuple) -> bool:
    """Whether an array of this shape can be broadcast to the wanted one."""
    axes = zip(reversed(shape), reversed(wanted))
    return len(shape) <= len(wanted) and all(n in (1, m) for n, m in axes)
