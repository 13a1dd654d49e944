"""A layer that reads a sequence in both directions."""

from __future__ import annotations

from .. import ops
from ..support.configs import deserialize, serialize
from .base import Layer, layer_classes

_MERGED = {
    "concat": lambda a, b: ops.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "ave": lambda a, b: (a + b) / 2,
    "mul": lambda a, b: a * b,
    None: lambda a, b: (a, b),
}
_SAME = ("stateful", "return_sequences", "return_state")


@layer_classes.register()
class Bidirectional(Layer):
    """Reads a sequence from both ends: one copy of the recurrent `layer` goes forward, one
    backward. Each has its own weights, and the two outputs of a step are merged. Schuster &
    Paliwal 1997.

    merge_mode: 'concat', 'sum', 'ave', 'mul', or None for a pair of outputs. backward_layer: the
    layer that goes backward, with go_backwards=True; if left out, a copy of `layer`.
    """

    def __init__(
        self, layer, merge_mode: str | None = "concat", weights=None, backward_layer=None, **kwargs
    ):
        super().__init__(weights=weights, **kwargs)
        if merge_mode not in _MERGED:
            raise ValueError(
                "Bidirectional: merge_mode is 'concat', 'sum', 'ave', 'mul' or None; received "
                f"{merge_mode!r}."
            )
        self.merge_mode = merge_mode
        self.forward_layer = renamed(layer, "forward")
        self.backward_layer = backward_layer or renamed(
            layer, "backward", go_backwards=not layer.go_backwards
        )
        self._check()
        for direction in (self.forward_layer, self.backward_layer):
            direction.zero_output_for_mask = direction.return_sequences

    def _check(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        differ = [name for name in _SAME if getattr(forward, name) != getattr(backward, name)]
        if differ or forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "Bidirectional: one layer goes forward and one has go_backwards=True; they have "
                f"the same {', '.join(_SAME)}. Here "
                f"{f'{differ[0]} differs' if differ else 'both go the same way'}."
            )

    def build(self, input_shape):
        self.forward_layer.build(input_shape)
        self.backward_layer.build(input_shape)

    def compute_mask(self, inputs, mask=None):
        """Return the mask of the inputs if there is an output for each step, else None."""
        outputs = [mask if self.forward_layer.return_sequences else None]
        outputs = outputs * 2 if self.merge_mode is None else outputs
        if self.forward_layer.return_state:
            outputs += [None] * 2 * len(self.forward_layer.state_size)
        return outputs if len(outputs) > 1 else outputs[0]

    def call(self, sequences, initial_state=None, mask=None, training=False):
        halves = [None, None]
        if initial_state is not None:
            half = len(initial_state) // 2
            halves = [initial_state[:half], initial_state[half:]]
        layers = self.forward_layer, self.backward_layer
        found = [
            layer(sequences, initial_state=states, mask=mask, training=training)
            for layer, states in zip(layers, halves)
        ]
        states = []
        if self.forward_layer.return_state:
            states = [*found[0][1:], *found[1][1:]]
            found = [output for output, *_ in found]
        ahead, back = found
        if self.forward_layer.return_sequences:
            back = back[:, ::-1]
        merged = _MERGED[self.merge_mode](ahead, back)
        if not states:
            return merged
        return (*merged, *states) if self.merge_mode is None else (merged, *states)

    def reset_state(self) -> None:
        """Reset the states of a `stateful` layer: the next batch begins with zeros."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state


def renamed(layer, direction: str, **changes):
    """Create a layer like this one, with the direction in its name, and with these attributes
    changed.
    """
    described = serialize(layer)
    name = described["config"]["name"].removeprefix(f"{direction}_")
    described["config"] |= {"name": f"{direction}_{name}", **changes}
    return deserialize(described)
