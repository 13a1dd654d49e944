"""Layers that contain another layer and call it on parts of their input."""

from __future__ import annotations

from .. import ops
from .base import Layer, layer_classes


class Wrapper(Layer):
    """Base of layers around another one, which is their attribute `layer`."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            name = type(self).__name__
            raise TypeError(f"{name} takes a layer, {name}(Dense(8)); received {layer!r}.")
        self.layer = layer

    def build(self, input_shape):
        if not self.layer.built:
            self.layer.build(input_shape)


@layer_classes.register()
class TimeDistributed(Wrapper):
    """Calls `layer` on each time step separately, with the same weights: (n, steps, ...) becomes
    (n, steps, size of its output).
    """

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

    def call(self, x):
        self._check(x.shape)
        return ops.stack([self.layer(x[:, step]) for step in range(x.shape[1])], axis=1)
