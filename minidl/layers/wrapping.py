"""Layers that contain another layer and call it on parts of their input."""

from __future__ import annotations

from .. import ops
from ..symbolic import unknown_sizes_of
from .base import Layer, layer_classes


class Wrapper(Layer):
    """Base of layers around another one, which is their attribute `layer`."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            name = type(self).__name__
            raise TypeError(f"{name} takes a layer, {name}(Dense(8)); received {layer!r}.")
        self.layer = layer

    @property
    def unknown_sizes(self) -> tuple[int, int] | None:
        """Two sizes of an input axis that the layer inside can take."""
        return unknown_sizes_of(self.layer)

    def build(self, input_shape):
        self.layer.build(input_shape)


@layer_classes.register()
class TimeDistributed(Wrapper):
    """Calls `layer` on each time step separately, with the same weights: (n, steps, ...) becomes
    (n, steps, size of its output). A layer whose call takes a mask receives that of each step.
    """

    supports_masking = True

    def build(self, input_shape):
        self._check(input_shape)
        super().build((input_shape[0], *input_shape[2:]))

    def _check(self, shape) -> None:
        if len(shape) < 3 or shape[1] == 0:
            raise ValueError(
                f"TimeDistributed '{self.name}' takes inputs of shape (n, steps, features) or "
                f"more axes, with one step at "
                f"least; received shape {tuple(shape)}."
            )

    def call(self, inputs, mask=None):
        self._check(inputs.shape)
        if mask is not None and tuple(mask.shape[:2]) != inputs.shape[:2]:
            raise ValueError(
                f"TimeDistributed '{self.name}' takes a mask (n, steps, ...) with the samples and "
                f"steps of the input, {inputs.shape[:2]}; received shape {tuple(mask.shape)}."
            )
        steps = range(inputs.shape[1])
        if mask is None or "mask" not in self.layer.mask_arguments:
            return ops.stack([self.layer(inputs[:, t]) for t in steps], axis=1)
        return ops.stack([self.layer(inputs[:, t], mask=mask[:, t]) for t in steps], axis=1)
