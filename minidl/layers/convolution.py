"""Layers that slide kernels of weights over sequences, images and videos."""

from __future__ import annotations

from typing import Any

from .. import activations
from ..ops.images import convolve, depthwise
from ..support.checks import check_count
from .base import layer_classes
from .windows import Windowed


class Convolution(Windowed):
    """Base of layers with filters: (n, *sizes, channels) becomes (n, *positions, filters), with one
    output for each position of the window.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides: Any = 1,
        padding="valid",
        data_format=None,
        dilation_rate: Any = 1,
        groups=1,
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
        self.groups = check_count(f"{title}: groups", groups)
        if self.filters % self.groups:
            raise ValueError(
                f"{title}: the filters are cut into groups of the same size; received "
                f"filters={filters} and groups={groups}."
            )
        self.slide(kernel_size, strides, padding, data_format, dilation_rate)
        self.kernel_size, self.use_bias = self.window, use_bias
        self.activation = activations.get(activation)
        self.keep("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.keep("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        self.channels = self.see_channels(input_shape)
        if self.channels % self.groups:
            raise ValueError(
                f"{type(self).__name__} '{self.name}': groups={self.groups} must divide the "
                f"{self.channels} channels of inputs of shape {tuple(input_shape)}."
            )
        shape = (*self.window, self.channels // self.groups, self.filters)
        self.kernel = self.make("kernel", shape, "kernel")
        self.bias = self.make("bias", (self.filters,), "bias") if self.use_bias else None

    def call(self, x):
        self.check(x)
        # relu in the same step: it is applied while the numbers are in the cache
        relu = self.activation is activations.relu
        z = convolve(
            x,
            self.kernel,
            self.bias,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            relu,
        )
        return z if relu else self.activation(z)


@layer_classes.register("Convolution1D")
class Conv1D(Convolution):
    """Filters that slide along a sequence: (n, steps, features) becomes (n, positions, filters).

    z[o] = activation(Σₖ x[o·strides + k·dilation_rate]·kernel[k] + bias), kernel: (kernel_size,
    features, filters). padding: 'valid', 'same', or 'causal', with which no output depends on later
    steps.
    """

    rank, paddings = 1, ("valid", "same", "causal")


@layer_classes.register("Convolution2D")
class Conv2D(Convolution):
    """Filters that slide over images: (n, height, width, channels) becomes (n, rows, columns,
    filters).

    Each filter is applied at every position. kernel: (*kernel_size, channels, filters). padding:
    'valid' uses only positions inside the image, 'same' pads the image with zeros.
    """


@layer_classes.register("Convolution3D")
class Conv3D(Convolution):
    """Filters that slide over videos or volumes: (n, depth, height, width, channels) becomes (n,
    *positions, filters).
    """

    rank = 3


class Depthwise(Windowed):
    """Base of layers with depth_multiplier filters for each channel. Each filter uses one channel
    only.
    """

    def __init__(
        self,
        kernel_size,
        strides: Any = 1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate: Any = 1,
        activation=None,
        use_bias=True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.slide(kernel_size, strides, padding, data_format, dilation_rate)
        title = type(self).__name__
        self.depth_multiplier = check_count(f"{title}: depth_multiplier", depth_multiplier)
        self.kernel_size, self.use_bias = self.window, use_bias
        self.activation = activations.get(activation)
        self.keep("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self.keep("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        self.channels = self.see_channels(input_shape)
        shape = (*self.window, self.channels, self.depth_multiplier)
        self.kernel = self.make("depthwise", shape, "kernel")
        outputs = self.channels * self.depth_multiplier
        self.bias = self.make("bias", (outputs,), "bias") if self.use_bias else None

    def call(self, x):
        self.check(x)
        how = (self.strides, self.padding, self.data_format, self.dilation_rate)
        return self.activation(depthwise(x, self.kernel, self.bias, *how))


@layer_classes.register()
class DepthwiseConv1D(Depthwise):
    """Applies separate filters to each feature of a sequence: (n, steps, features) becomes (n,
    positions, features·depth_multiplier).
    """

    rank = 1


@layer_classes.register()
class DepthwiseConv2D(Depthwise):
    """Applies separate filters to each channel of an image: (n, height, width, channels) becomes
    (n, rows, columns, channels·depth_multiplier).
    """


class Separable(Windowed):
    """Base of layers that convolve each channel by itself and then mix the channels: far fewer
    weights than a convolution. Chollet 2017.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides: Any = 1,
        padding="valid",
        data_format=None,
        dilation_rate: Any = 1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        title = type(self).__name__
        self.filters = check_count(f"{title}: filters", filters)
        self.depth_multiplier = check_count(f"{title}: depth_multiplier", depth_multiplier)
        self.slide(kernel_size, strides, padding, data_format, dilation_rate)
        self.kernel_size, self.use_bias = self.window, use_bias
        self.activation = activations.get(activation)
        self.keep("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self.keep("pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self.keep("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        self.channels = self.see_channels(input_shape)
        shape = (*self.window, self.channels, self.depth_multiplier)
        self.depthwise_kernel = self.make("depthwise", shape, "depthwise_kernel")
        shape = (*(1,) * self.rank, self.channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = self.make("pointwise", shape, "pointwise_kernel")
        self.bias = self.make("bias", (self.filters,), "bias") if self.use_bias else None

    def call(self, x):
        self.check(x)
        how = (self.strides, self.padding, self.data_format, self.dilation_rate)
        x = depthwise(x, self.depthwise_kernel, None, *how)
        z = convolve(x, self.pointwise_kernel, self.bias, 1, "valid", self.data_format, 1)
        return self.activation(z)


@layer_classes.register("SeparableConvolution1D")
class SeparableConv1D(Separable):
    """A convolution of sequences in two steps: first each feature separately, then a mix of the
    features.
    """

    rank = 1


@layer_classes.register("SeparableConvolution2D")
class SeparableConv2D(Separable):
    """A convolution of images in two steps: first each channel separately, then a mix of the
    channels.
    """


# Keras's other names
Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
