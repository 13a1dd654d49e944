"""Transposed convolutions: layers that enlarge sequences, images and videos."""

from __future__ import annotations

from typing import Any

from .. import activations
from ..ops.images import per_axis, upward
from ..support.checks import check_count
from .base import layer_classes
from .windows import Windowed


class Transposed(Windowed):
    """Base of transposed convolutions, whose output is the gradient of a convolution. The kernel,
    times each input number, is added to the output, `strides` positions after the one before.
    Zeiler et al. 2010.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides: Any = 1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate: Any = 1,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        title = type(self).__name__
        self.filters = check_count(f"{title}: filters", filters)
        self.slide(kernel_size, strides, padding, data_format, dilation_rate)
        self.output_padding = output_padding
        if output_padding is not None:
            self.output_padding = per_axis(f"{title}: output_padding", output_padding, self.rank, 0)
        self.kernel_size, self.use_bias = self.window, use_bias
        self.activation = activations.get(activation)
        self.keep("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.keep("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        self.channels = self.see_channels(input_shape)
        self.kernel = self.make("kernel", (*self.window, self.filters, self.channels), "kernel")
        self.bias = self.make("bias", (self.filters,), "bias") if self.use_bias else None

    def call(self, x):
        self.check(x)
        how = (self.output_padding, self.data_format, self.dilation_rate)
        z = upward(x, self.kernel, self.bias, self.strides, self.padding, *how)
        return self.activation(z)


@layer_classes.register("Convolution1DTranspose")
class Conv1DTranspose(Transposed):
    """Enlarges sequences: (n, steps, features) becomes (n, about steps·strides, filters)."""

    rank = 1


@layer_classes.register("Convolution2DTranspose")
class Conv2DTranspose(Transposed):
    """Enlarges images: (n, height, width, channels) becomes (n, about height·strides, about
    width·strides, filters). With padding='same' these sizes are exact.
    """


@layer_classes.register("Convolution3DTranspose")
class Conv3DTranspose(Transposed):
    """Enlarges volumes (n, depth, height, width, channels) along each axis by about the strides."""

    rank = 3


# Keras's other names
Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
