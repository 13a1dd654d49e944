"""Recurrent layers: SimpleRNN, LSTM and GRU. The formulas of one step are in cells.py.

With the default activations the whole sequence is one op of core/derivatives/sequences.py. It gives
the same numbers as RNN's loop over the steps and is several times as fast.
"""

from __future__ import annotations

import inspect
from typing import Any

from .. import activations
from ..core.derivatives import sequences
from ..tensor import apply
from .base import layer_classes
from .cells import GRUCell, LSTMCell, SimpleRNNCell
from .spec import InputSpec
from .stepwise import RNN

_WALK = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")


class Recurrent(RNN):
    """Base of the layers below. given: the arguments of the layer by name."""

    def __init__(self, cell_class, given: dict, kwargs: dict):
        kwargs.pop("implementation", None)  # Keras's ways of computing, which give the same
        known = {name for c in cell_class.__mro__ for name in inspect.signature(c).parameters}
        own = {name: given[name] for name in (known & given.keys()) - {"self", "kwargs"}}
        for name in ("dtype", "trainable"):
            if name in kwargs:
                own[name] = kwargs[name]
        cell = cell_class(name=f"{type(self).__name__.lower()}_cell", **own)
        walk = {name: given[name] for name in _WALK}
        super().__init__(cell, activity_regularizer=given["activity_regularizer"], **walk, **kwargs)
        self.input_spec = InputSpec(ndim=3)

    def get_config(self):
        config = {**super().get_config(), "zero_output_for_mask": self.zero_output_for_mask}
        config.pop("use_cudnn", None)
        return config

    def op(self):
        """Return the op that computes the whole sequence."""
        raise NotImplementedError

    def is_one_op(self, training) -> bool:
        """Whether the op computes the same as the cell: with the default activations and without
        dropout of the states.
        """
        recurrent = getattr(self.cell, "recurrent_activation", activations.sigmoid)
        usual = self.cell.activation is activations.tanh and recurrent is activations.sigmoid
        return usual and not (training and self.cell.recurrent_dropout)

    def walk(self, x, states, mask, training):
        if not self.is_one_op(training):
            return super().walk(x, states, mask, training)
        cell, last = self.cell, x.shape[1] - 1
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        factor = cell.factor("dropout", (len(x), x.shape[2]), training)
        if factor is not None:
            x = x * factor[:, None]
        weights = cell.kernel, cell.recurrent_kernel, cell.bias_or_zeros()
        z = apply(self.op(), x, *weights, *states, mask=mask)
        states = [z[:, last], z[:, last + 1]][: len(states)] if len(states) > 1 else [z[:, last]]
        if not self.return_sequences:
            return states[0], states
        return z[:, : last + 1] if len(states) > 1 else z, states


# Attributes that a layer takes from its cell: layer.units is layer.cell.units.
_OF_THE_CELL = """
    units activation recurrent_activation use_bias unit_forget_bias reset_after dropout
    recurrent_dropout kernel_initializer recurrent_initializer bias_initializer kernel_regularizer
    recurrent_regularizer bias_regularizer kernel_constraint recurrent_constraint bias_constraint
"""
for _name in _OF_THE_CELL.split():
    setattr(Recurrent, _name, property(lambda self, name=_name: getattr(self.cell, name)))


@layer_classes.register()
class SimpleRNN(Recurrent):
    """h_t = activation(x_t·W + h_t₋₁·U + b) for each step of (n, steps, features). Elman 1990.

    Returns the last h, (n, units), or with return_sequences all h, (n, steps, units); with
    return_state also the last states, as further results. go_backwards: from the last step to the
    first. stateful: a batch starts with the last states of the batch before, until reset_state().
    dropout and recurrent_dropout: the share of the inputs and of the states that is set to 0 in
    training, the same at all steps of a sequence. Steps where the mask is False are skipped.
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
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(SimpleRNNCell, locals(), kwargs)  # all arguments, by name

    def op(self):
        return sequences.simple_rnn


@layer_classes.register()
class LSTM(Recurrent):
    """Long short-term memory over the steps of (n, steps, features): see LSTMCell for the formulas
    and SimpleRNN for the arguments. The states are [h, c]. Hochreiter & Schmidhuber 1997.
    """

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
        use_cudnn: bool | str = "auto",
        **kwargs,
    ):
        super().__init__(LSTMCell, locals(), kwargs)
        self.use_cudnn = use_cudnn

    def op(self):
        return sequences.lstm


@layer_classes.register()
class GRU(Recurrent):
    """Gated recurrent unit over the steps of (n, steps, features): see GRUCell for the formulas and
    SimpleRNN for the arguments. Cho et al. 2014.
    """

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
        reset_after=True,
        use_cudnn: bool | str = "auto",
        **kwargs,
    ):
        super().__init__(GRUCell, locals(), kwargs)
        self.use_cudnn = use_cudnn

    def op(self):
        return sequences.gru if self.cell.reset_after else sequences.gru_reset_before
