"""The layers of a first network: the core's, with Keras's arguments, and with advice in their
errors.
"""

from __future__ import annotations

import numbers
from typing import Any

from .. import activations, constraints, initializers, ops, regularizers
from ..core import layer as core
from ..guards.shapes import dense_advice
from ..random import generator, shape_of_draw
from ..support import backend
from ..support.checks import check_count
from ..tensor import Variable
from .base import Layer, layer_classes


@layer_classes.register()
class Dense(core.Dense, Layer):
    """output = activation(input @ kernel + bias). input: (..., n), kernel: (n, units), bias:
    (units,), output: (..., units).
    """

    supports_masking = True
    kernel: Variable
    bias: Variable | None

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        Layer.__init__(self, activity_regularizer=activity_regularizer, **kwargs)
        self.units = check_count("Dense: units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = kernel_regularizer and regularizers.get(kernel_regularizer)
        self.bias_regularizer = bias_regularizer and regularizers.get(bias_regularizer)
        self.kernel_constraint = kernel_constraint and constraints.get(kernel_constraint)
        self.bias_constraint = bias_constraint and constraints.get(bias_constraint)
        if self.activation is activations.softmax and self.units == 1:
            raise ValueError(
                "Dense(1, activation='softmax'): softmax over an axis of size 1 is always 1; use "
                "activation='sigmoid'."
            )

    def build(self, input_shape):
        if len(input_shape) < 2:
            raise ValueError(
                f"Dense '{self.name}' expects a batch of samples, shape (n, features); received "
                f"shape {input_shape}. For samples of one number each: x.reshape(-1, 1). For a "
                "single sample add a batch axis: x[None]."
            )
        if input_shape[-1] is None:
            raise ValueError(
                f"Dense '{self.name}' needs to know the size of its input's last axis; received "
                f"shape {input_shape}."
            )
        super().build(input_shape)
        self.kernel.regularizer = self.kernel_regularizer
        self.kernel.constraint = self.kernel_constraint
        if self.bias is not None:
            self.bias.regularizer = self.bias_regularizer
            self.bias.constraint = self.bias_constraint

    def to_input(self, x):
        """Convert the input as for any layer; whole numbers, such as pixels 0..255, become floats
        too.
        """
        x = super().to_input(x)
        is_whole = getattr(x, "requires_grad", None) is False and x.dtype.kind != "f"
        return x.astype(self.dtype) if is_whole else x

    def explained(self, error, x):
        """Return the error. If the shape of x does not fit, it is one that says how to
        make it fit.
        """
        if len(x.shape) > 1 and x.shape[-1] == self.kernel.shape[0]:
            return error
        return ValueError(dense_advice(self.name, self.kernel.shape[0], x.shape))


@layer_classes.register()
class Flatten(core.Flatten, Layer):
    """Reshapes each sample to one row of numbers: (n, 28, 28) becomes (n, 784), and (n,) becomes
    (n, 1).

    data_format: 'channels_first' for samples (channels, ...): the channels are moved to the last
    axis first.
    """

    def __init__(self, data_format=None, **kwargs):
        Layer.__init__(self, **kwargs)
        self.data_format = backend.checked_data_format("Flatten", data_format)
        self.changes_input = self.data_format == "channels_first"

    def to_input(self, x):
        """Convert the input as for any layer; with 'channels_first', the channels become the last
        axis.
        """
        x = super().to_input(x)
        first = self.data_format == "channels_first" and len(x.shape) > 2
        return ops.moveaxis(x, 1, -1) if first else x

    def explained(self, error, x):
        """Return the error. For a single number, it is one that says what is expected."""
        if x.shape:
            return error
        return ValueError(
            f"Flatten '{self.name}' takes a batch of samples; received a single number."
        )


@layer_classes.register()
class Dropout(core.Dropout, Layer):
    """Sets each number to 0 with probability `rate` in training, and multiplies the others by 1/(1
    - rate). Srivastava et al. 2014

    Outside training it does nothing. noise_shape: all entries along an axis of size 1 share one
    draw. seed: None uses the random generator of the library.
    """

    supports_masking = True

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        Layer.__init__(self, **kwargs)
        is_number = isinstance(rate, numbers.Real) and not isinstance(rate, bool)
        if not is_number or not 0 <= float(rate) <= 1:
            raise ValueError(
                f"Dropout: rate is the share to drop, between 0 and 1; received {rate!r}."
            )
        self.rate, self.noise_shape, self.seed = float(rate), noise_shape, seed

    def build(self, input_shape):
        self.rng = generator(self.seed)

    def to_input(self, x):
        """Convert the input as for any layer; whole numbers become floats too."""
        x = super().to_input(x)
        return x if x.dtype.kind == "f" else x.astype(self.dtype)

    def shape_of_draw(self, x) -> tuple:
        """The shape of x, with size 1 along the axes whose entries share one draw."""
        return checked_shape_of_draw(self, x.shape)


def checked_shape_of_draw(layer, shape: tuple) -> tuple:
    """Return the shape of the random numbers that a layer with a noise_shape draws for an input of
    this shape. ValueError if the two do not fit.
    """
    wanted = shape if layer.noise_shape is None else layer.noise_shape
    fits = len(wanted) == len(shape) and all(m in (None, 1, n) for m, n in zip(wanted, shape))
    if not fits:
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}': noise_shape has 1, None or the input's size "
            f"for each axis; received {layer.noise_shape} for shape {shape}."
        )
    return shape_of_draw(shape, layer.noise_shape)
