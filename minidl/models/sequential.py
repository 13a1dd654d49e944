"""A stack of layers, each fed by the one before."""

from __future__ import annotations

from ..layers import Input, Layer
from ..symbolic import Symbol
from .model import Model


class Sequential(Model):
    """Sequential([Flatten(), Dense(128, activation='relu'), Dense(10)]), or the same with add().

    If it begins with Input(shape), or its first layer has input_shape=, the weights are made at once; else at the first data.
    """

    def __init__(self, layers=None, trainable: bool = True, name: str | None = None):
        super().__init__(name=name, trainable=trainable)
        self._layers: list[Layer] = []
        for layer in layers if isinstance(layers, (list, tuple)) else [] if layers is None else [layers]:
            self.add(layer)

    def add(self, layer) -> None:
        """Put a layer on top."""
        if isinstance(layer, Symbol):
            if self._layers:
                raise ValueError("Input must be the first thing in a Sequential.")
            self.inputs = self.outputs = layer
            return
        if not isinstance(layer, Layer):
            cure = f": write {layer.__name__}(...), with parentheses" if isinstance(layer, type) else ""
            raise ValueError(f"Sequential holds layers; received {layer!r}{cure}.")
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(f"All layers of a model need different names, and '{layer.name}' is already in '{self.name}'. "
                             "Make a new layer instead of adding one twice, or pass name=.")
        if not self._layers and self.inputs is None:
            self.inputs = self.outputs = _declared_input(layer)
        if self.outputs is not None:
            self.outputs = layer(self.outputs)
            self.output_shape = self.outputs.shape
            self.built = True
        self._layers.append(layer)


    def pop(self) -> Layer:
        """Take the top layer off and return it."""
        if not self._layers:
            raise ValueError("There is no layer left to take off.")
        layer = self._layers.pop()
        self.outputs = self._layers[-1].output if self._layers and self.inputs is not None else self.inputs
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers from bottom to top."""
        return list(self._layers)

    def build(self, input_shape=None) -> None:
        """Make the weights for inputs of this shape, the batch axis first (None)."""
        if self.inputs is None and input_shape is not None:
            dtype = self._layers[0].dtype if self._layers else None
            self.inputs = self.outputs = Symbol((None, *tuple(input_shape)[1:]), dtype)
            for layer in self._layers:
                self.outputs = layer(self.outputs)
        self.built = True

    def call(self, x, training=None):
        x = self._as_declared(x)
        for layer in self._layers:
            x = layer(x)
        return x


def _declared_input(layer) -> Symbol | None:
    """The input that a first layer declares: input_shape=, or the inputs of a model used as a layer."""
    if layer.declared_shape is not None:
        return Input(layer.declared_shape, dtype=layer.dtype)
    if isinstance(layer, Model) and isinstance(layer.inputs, Symbol):
        return Input(layer.inputs.shape[1:], dtype=layer.inputs.dtype)
    return None
