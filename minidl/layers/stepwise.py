"""RNN, which calls any cell at each step of a sequence, and stacked cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..support.dry_run import is_dry
from ..support.structures import leaves, tree_map
from ..tensor import Tensor
from .base import Layer, layer_classes


@layer_classes.register()
class RNN(Layer):
    """Calls `cell` at each step of (n, steps, ...), with the states of the step before.

    cell: an object with `state_size` and call(inputs, states) -> (output, new states). A list of
    cells is stacked: each cell takes the output of the one before. return_sequences, return_state,
    go_backwards, stateful: see SimpleRNN. unroll is accepted and has no effect.
    zero_output_for_mask: where the mask is False, the output is 0 instead of the output of the step
    before.
    """

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        cell = StackedRNNCells(cell, dtype=self.dtype) if is_list(cell) else cell
        self.cell = checked_cell(cell)
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.stateful, self.unroll = go_backwards, stateful, unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.states = None  # with `stateful`: the last states of the last batch

    @property
    def state_size(self) -> list:
        """The sizes of the states; for stacked cells, a list for each cell."""
        return size_list(self.cell)

    def build(self, input_shape):
        if isinstance(self.cell, Layer):
            self.cell.build((input_shape[0], *input_shape[2:]))

    def compute_mask(self, inputs, mask=None):
        """Return the mask of the inputs if there is an output for each step, else None."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        return [mask, *[None] * len(self.state_size)] if self.return_state else mask

    def call(self, sequences, initial_state=None, mask=None, training=False):
        self._check(sequences.shape)
        states = self._first_states(len(sequences), initial_state)
        on = None if mask is None else np.asarray(mask, bool).reshape(sequences.shape[:2])
        if self.go_backwards:
            sequences, on = sequences[:, ::-1], None if on is None else on[:, ::-1]
        for layer in self.all_layers():
            if hasattr(layer, "reset_dropout_mask"):
                layer.reset_dropout_mask()
        output, states = self.walk(sequences, states, on, training)
        if on is not None and self.zero_output_for_mask:
            counts = on if self.return_sequences else on[:, -1]
            output = output * counts.reshape(counts.shape + (1,) * (output.ndim - counts.ndim))
        if self.stateful and not is_dry():
            self.states = tree_map(lambda state: state.numpy(), states)
        return (output, *states) if self.return_state else output

    def _check(self, shape) -> None:
        if len(shape) < 3 or shape[1] == 0:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape (n, steps, features), "
                f"with one step at least; received shape {tuple(shape)}."
            )

    def walk(self, x, states, mask, training):
        """Compute all steps. Returns the output (of all steps with return_sequences, else of the
        last) and the last states.

        x: (n, steps, ...). states: a list of tensors. mask: booleans (n, steps), or None.
        """
        outputs = []
        for t in range(x.shape[1]):
            output, new = self._step(x[:, t], states, training)
            if mask is not None:
                before = outputs[-1] if outputs else first_output(states, output)
                output = where_on(mask[:, t], output, before)
                new = tree_map(lambda a, b, t=t: where_on(mask[:, t], a, b), new, states)
            states = new
            outputs.append(output)
        return ops.stack(outputs, axis=1) if self.return_sequences else outputs[-1], states

    def _step(self, x, states, training):
        """Call the cell once. Returns its output, and its new states as a list."""
        if isinstance(self.cell, Layer):
            output, new = self.cell(x, states, training=training)
        else:
            output, new = self.cell.call(x, states)
        return output, list(new) if isinstance(new, (list, tuple)) else [new]

    # -- the states before the first step
    def _first_states(self, batch_size: int, initial_state) -> list:
        if initial_state is None and self.stateful and self.states is not None and not is_dry():
            initial_state = self.states
        if initial_state is None:
            return self.get_initial_state(batch_size)
        given = isinstance(initial_state, (list, tuple))
        states = tree_map(self.to_input, list(initial_state) if given else [initial_state])
        sizes = [s.shape for s in leaves(self.get_initial_state(batch_size))]
        if [s.shape for s in leaves(states)] != sizes:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' begins a batch of {batch_size} with states "
                f"of the shapes {sizes}; received {[s.shape for s in leaves(states)]}."
                f"{' Call reset_state() before a batch of another size.' * self.stateful}"
            )
        return states

    def get_initial_state(self, batch_size) -> list:
        """Return the states before the first step: from the cell's get_initial_state, or zeros."""
        return initial_states(self.cell, batch_size, self.dtype)

    def reset_state(self) -> None:
        """Reset the states of a `stateful` layer: the next batch begins with zeros."""
        self.states = None

    reset_states = reset_state


@layer_classes.register()
class StackedRNNCells(Layer):
    """Several cells as one. Each takes the output of the one before as its input."""

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        self.cells = [checked_cell(cell) for cell in cells]

    @property
    def state_size(self) -> list:
        """The sizes of the states of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """The size of the last cell's output."""
        return output_size(self.cells[-1])

    def build(self, input_shape):
        for cell in self.cells:
            if isinstance(cell, Layer):
                cell.build(input_shape)
            input_shape = (input_shape[0], output_size(cell))

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the states of each cell before the first step."""
        found = [initial_states(cell, batch_size, self.dtype) for cell in self.cells]
        return [s if is_list(c.state_size) else s[0] for c, s in zip(self.cells, found)]

    def call(self, inputs, states, training=False):
        new_states = []
        for cell, state in zip(self.cells, states):
            several = is_list(state)
            arguments = {"training": training} if isinstance(cell, Layer) else {}
            step = cell if isinstance(cell, Layer) else cell.call
            inputs, new = step(inputs, list(state) if several else [state], **arguments)
            new = new if is_list(new) else [new]
            new_states.append(list(new) if several else new[0])
        return inputs, new_states


# --- cells
def is_list(value) -> bool:
    return isinstance(value, (list, tuple))


def checked_cell(cell):
    """Return the cell. ValueError, with the cure, if it is not a cell."""
    missing = [name for name in ("call", "state_size") if not hasattr(cell, name)]
    if missing:
        raise ValueError(
            "A cell has `state_size`, how many numbers its state has, and call(inputs, states), "
            f"which returns (output, [new state]); {cell!r} lacks {' and '.join(missing)}."
        )
    return cell


def size_list(cell) -> list:
    """Return the sizes of a cell's states as a list."""
    size = cell.state_size
    return list(size) if is_list(size) else [size]


def output_size(cell) -> int:
    """Return the size of a cell's output: its output_size, or else the size of its first state."""
    size = getattr(cell, "output_size", None)
    return leaves(cell.state_size)[0] if size is None else size


def initial_states(cell, batch_size: int, dtype) -> list:
    """The states of a cell before the first step, as a list."""
    if hasattr(cell, "get_initial_state"):
        states = cell.get_initial_state(batch_size=batch_size)
        return list(states) if is_list(states) else [states]
    return [Tensor(np.zeros((batch_size, n), dtype)) for n in size_list(cell)]


# --- masks
def where_on(on, new, before):
    """Return the new values of the samples whose entry in `on` is True, and the old values of the
    others.
    """
    return ops.where(on.reshape(on.shape + (1,) * (new.ndim - 1)), new, before)


def first_output(states, output):
    """Return the output to use before the first step: the first state if it has the
    output's shape.
    """
    state = leaves(states)[0]
    return state if state.shape == output.shape else ops.zeros_like(output)
