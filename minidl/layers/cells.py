"""Cells: the computation of a recurrent layer at one step. A cell takes the input of the step and
the states of the step before, and returns an output and the new states.

Your own cell defines `state_size` (the size of a state; a list for several states) and
`call(inputs, states)`, which returns (output, list of new states). `RNN(cell)` calls it at each
step of a sequence.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import activations, constraints, initializers, ops, regularizers
from ..random import generator
from ..support.checks import check_count, check_number
from ..tensor import Tensor
from .base import Layer, layer_classes

WEIGHTS = ("kernel", "recurrent", "bias")


class Cell(Layer):
    """Base of the cells below: weights, and dropout that drops the same units at all steps of a
    sequence. Gal & Ghahramani 2016.

    given: the arguments of the cell by name. gates: the number of blocks of `units` columns in the
    weights.
    """

    gates = 1
    bias: Any  # a Variable, or None

    def __init__(self, given: dict, kwargs: dict):
        super().__init__(**kwargs)
        title = type(self).__name__
        self.units = self.state_size = self.output_size = check_count(
            f"{title}: units", given["units"]
        )
        self.activation = activations.get(given["activation"])
        for name in WEIGHTS:
            setattr(self, f"{name}_initializer", initializers.get(given[f"{name}_initializer"]))
            setattr(self, f"{name}_regularizer", regularizers.get(given[f"{name}_regularizer"]))
            setattr(self, f"{name}_constraint", constraints.get(given[f"{name}_constraint"]))
        self.use_bias, self.seed = given["use_bias"], given["seed"]
        self.dropout, self.recurrent_dropout = (
            check_number(f"{title}: {name}", given[name], 0, 1)
            for name in ("dropout", "recurrent_dropout")
        )
        self.factors: dict = {}  # the factors of dropout, until the next sequence

    def build(self, input_shape):
        self.rng = generator(self.seed)
        columns = self.gates * self.units
        features = self.features_of(input_shape)
        if features is None:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' needs to know the number of features; "
                f"received shape {tuple(input_shape)} for each step."
            )
        shape = self.shape_of_kernel(features, columns)
        self.kernel = self._weight("kernel", "kernel", shape)
        shape = self.shape_of_kernel(self.units, columns)
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", shape)
        self.bias = None
        if self.use_bias:
            self.bias = self._weight("bias", "bias", self.shape_of_bias(columns))

    def _weight(self, name, kind, shape):
        return self.add_weight(
            shape,
            getattr(self, f"{kind}_initializer"),
            name=name,
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def features_of(self, input_shape) -> int:
        """Return the number of features of inputs of this shape."""
        return input_shape[-1]

    def shape_of_kernel(self, features: int, columns: int) -> tuple:
        """Return the shape of the weights from so many features."""
        return features, columns

    def shape_of_bias(self, columns: int) -> tuple:
        """Return the shape of the bias."""
        return (columns,)

    def bias_or_zeros(self):
        """Return the bias, or zeros without one: the ops over a whole sequence always take
        a bias.
        """
        if self.bias is not None:
            return self.bias
        return np.zeros(self.shape_of_bias(self.gates * self.units), self.dtype)

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the states before the first step: zeros."""
        sizes = np.atleast_1d(self.state_size)
        return [Tensor(np.zeros((batch_size, n), self.dtype)) for n in sizes]

    # -- dropout
    def dropped(self, x, which: str, training):
        """Return x, in training with dropped units set to 0. which: 'dropout' for an input of the
        cell, 'recurrent_dropout' for a state.
        """
        factor = self.factor(which, x.shape, training)
        return x if factor is None else x * factor

    def factor(self, which: str, shape: tuple, training):
        """Return 0 for the units dropped in this sequence and 1/(1 - rate) for the others; None
        without dropout.
        """
        rate = getattr(self, which)
        if not training or rate == 0:
            return None
        if which not in self.factors:
            keep = self.rng.random(shape, dtype=np.float32) >= rate
            self.factors[which] = (keep / (1 - rate)).astype(self.dtype)
        return self.factors[which]

    def reset_dropout_mask(self) -> None:
        """Forget which units are dropped, at the start of a new sequence. RNN calls this method."""
        self.factors.clear()


@layer_classes.register()
class SimpleRNNCell(Cell):
    """Computes h = activation(x·W + h₋·U + b) from the input x and the previous state h₋. Elman
    1990.
    """

    def __init__(
        self,
        units,
        activation: Any = "tanh",
        use_bias=True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(locals(), kwargs)  # all arguments, by name

    def call(self, sequence, states, training=False):
        x = self.dropped(sequence, "dropout", training)
        h = self.dropped(states[0], "recurrent_dropout", training)
        z = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        h = self.activation(z if self.bias is None else z + self.bias)
        return h, [h]


@layer_classes.register()
class LSTMCell(Cell):
    """Long short-term memory: gates decide what the memory c forgets, stores and outputs.

    i, f, o = recurrent_activation(x·W + h₋·U + b)      g = activation(x·W + h₋·U + b)
    c = f·c₋ + i·g                                      h = o·activation(c)
    Hochreiter & Schmidhuber 1997; Gers et al. 2000. Order in W, U and b: i, f, g, o. The states are
    [h, c]. unit_forget_bias: b starts as 1 for f, so that the memory is kept at first.
    """

    gates = 4
    axis = -1  # along which the gates stand side by side

    def __init__(
        self,
        units,
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
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(locals(), kwargs)
        self.recurrent_activation: Any = activations.get(recurrent_activation)
        self.unit_forget_bias, self.state_size = unit_forget_bias, [self.units, self.units]

    def build(self, input_shape):
        super().build(input_shape)
        if self.use_bias and self.unit_forget_bias:
            begins = self.bias.numpy()
            begins[self.units : 2 * self.units] = 1
            self.bias.assign(begins)

    def call(self, inputs, states, training=False):
        x = self.dropped(inputs, "dropout", training)
        h = self.dropped(states[0], "recurrent_dropout", training)
        i, f, g, o = ops.split(self.gate_sums(x, h), 4, axis=self.axis)
        i, f, o = (self.recurrent_activation(gate) for gate in (i, f, o))
        c = f * states[1] + i * self.activation(g)
        h = o * self.activation(c)
        return h, [h, c]

    def gate_sums(self, x, h):
        """Compute x·W + h·U + b, (n, 4·units)."""
        z = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        return z if self.bias is None else z + self.bias


@layer_classes.register()
class GRUCell(Cell):
    """Gated recurrent unit: z says how much of the state is kept, r how much of it is used for the
    new state.

    z, r = recurrent_activation(x·W + h₋·U + b)         h = z·h₋ + (1 - z)·k
    k = activation(x·W + b₀ + r·(h₋·U + b₁))            reset_after=True, with two rows of biases
    k = activation(x·W + (r·h₋)·U + b)                  reset_after=False, as in Cho et al. 2014
    Order in W, U and b: z, r, k.
    """

    gates = 3

    def __init__(
        self,
        units,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias=True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        reset_after=True,
        seed=None,
        **kwargs,
    ):
        super().__init__(locals(), kwargs)
        self.recurrent_activation: Any = activations.get(recurrent_activation)
        self.reset_after = reset_after

    def shape_of_bias(self, columns):
        return (2, columns) if self.reset_after else (columns,)

    def call(self, inputs, states, training=False):
        x = ops.matmul(self.dropped(inputs, "dropout", training), self.kernel)
        h, n = self.dropped(states[0], "recurrent_dropout", training), 2 * self.units
        bias, inner_bias = self.bias, None  # as without reset_after
        if self.bias is None:
            bias = inner_bias = 0.0
        elif self.reset_after:
            bias, inner_bias = self.bias[0], self.bias[1]
        x = x + bias
        if self.reset_after:
            inner = ops.matmul(h, self.recurrent_kernel) + inner_bias
            gates, new = inner[:, :n], inner[:, n:]
        else:
            gates, new = ops.matmul(h, self.recurrent_kernel[:, :n]), None
        z, r = ops.split(self.recurrent_activation(x[:, :n] + gates), 2, axis=1)
        new = ops.matmul(r * h, self.recurrent_kernel[:, n:]) if new is None else r * new
        h = z * states[0] + (1 - z) * self.activation(x[:, n:] + new)
        return h, [h]
