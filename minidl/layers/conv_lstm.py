"""LSTM layers whose products are convolutions: videos, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops.images import convolve, per_axis
from ..support.dry_run import take_room
from ..tensor import Tensor
from .base import layer_classes
from .cells import LSTMCell
from .recurrent import Recurrent
from .spec import InputSpec
from .windows import Windowed


class ConvLSTMCell(Windowed, LSTMCell):
    """The formulas of LSTMCell, with convolutions as products: x∗W and h₋∗U. Shi et al. 2015,
    without weights from c to the gates.

    kernel_size: a number for each axis. The window slides over x as strides, padding and
    dilation_rate say, and over h₋ with stride 1 and zeros around, so that h keeps its size.
    """

    sizes: tuple  # of the images of this sequence: height and width

    def __init__(
        self,
        filters,
        kernel_size,
        strides: Any = 1,
        padding="valid",
        data_format=None,
        dilation_rate: Any = 1,
        **kwargs,
    ):
        super().__init__(filters, **kwargs)
        self.filters, self.rank = self.units, len(kernel_size)
        self.slide(kernel_size, strides, padding, data_format, dilation_rate)
        self.kernel_size, self.axis = self.window, 1 if self.channels_first else -1

    def to_input(self, x):
        return LSTMCell.to_input(self, x)  # x may be the list of states

    def build(self, input_shape):
        self.channels = self.see_channels(input_shape)
        super().build(input_shape)

    def features_of(self, input_shape):
        return input_shape[self.axis]

    def shape_of_kernel(self, features, columns):
        return *self.window, features, columns

    def gate_sums(self, x, h):
        how = self.strides, self.padding, self.data_format, self.dilation_rate
        z = convolve(x, self.kernel, self.bias, *how)
        return z + convolve(h, self.recurrent_kernel, None, 1, "same", self.data_format, 1)

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the states before the first step: zeros, of the size of the output."""
        sizes = []
        for n, k, s, d in zip(self.sizes, self.window, self.strides, self.dilation_rate):
            reach = 1 if self.padding == "same" else (k - 1) * d + 1
            sizes.append(max((n - reach) // s + 1, 0))
        sizes.insert(0 if self.channels_first else len(sizes), self.filters)
        take_room(2 * batch_size * int(np.prod(sizes)), f"ConvLSTM '{self.name}'")
        return [Tensor(np.zeros((batch_size, *sizes), self.dtype)) for _ in range(2)]


class ConvLSTM(Recurrent):
    """Base of the layers below."""

    rank = 2
    cell: ConvLSTMCell

    def __init__(
        self,
        filters,
        kernel_size,
        strides: Any = 1,
        padding="valid",
        data_format=None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias=True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        **kwargs,
    ):
        title = type(self).__name__
        kernel_size = per_axis(f"{title}: kernel_size", kernel_size, self.rank)
        super().__init__(ConvLSTMCell, locals(), kwargs)
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def get_config(self):
        """Return the arguments of the class. A number that stood for all axes becomes one for each
        axis.
        """
        config, of_cell = super().get_config(), self.cell.get_config()
        return {**config, **{name: of_cell[name] for name in _SLIDING if name in config}}

    @property
    def unknown_sizes(self) -> tuple[int, int]:
        """Two sizes of an input axis into which the window fits."""
        return self.cell.unknown_sizes

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Return the output of the last step, or of all; with return_state also the states."""
        shape = sequences.shape
        self.cell.sizes = tuple(shape[3:] if self.cell.channels_first else shape[2:-1])
        return super().call(sequences, initial_state, mask, training)

    def is_one_op(self, training):
        return False


# Attributes that a layer takes from its cell: layer.strides is layer.cell.strides.
_SLIDING = ("kernel_size", "strides", "dilation_rate", "data_format")
for _name in ("filters", "padding", *_SLIDING):
    setattr(ConvLSTM, _name, property(lambda self, name=_name: getattr(self.cell, name)))


@layer_classes.register()
class ConvLSTM1D(ConvLSTM):
    """An LSTM of sequences at each step: (n, steps, length, channels) to (n, positions, filters).
    See ConvLSTM2D.
    """

    rank = 1


@layer_classes.register()
class ConvLSTM2D(ConvLSTM):
    """An LSTM of images: (n, steps, height, width, channels) to (n, rows, columns, filters); with
    return_sequences to (n, steps, rows, columns, filters).

    The formulas are those of LSTMCell, with convolutions as products: see Conv2D for kernel_size,
    strides, padding, data_format and dilation_rate, and LSTM for the other arguments. The states
    are [h, c], of the size of the output. Shi et al. 2015.
    """


@layer_classes.register()
class ConvLSTM3D(ConvLSTM):
    """An LSTM of volumes: (n, steps, depth, height, width, channels) to (n, *positions, filters).
    See ConvLSTM2D.
    """

    rank = 3
