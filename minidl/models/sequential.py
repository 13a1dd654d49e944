"""A stack of layers, each fed by the one before."""

from __future__ import annotations

from ..layers import Input, InputLayer, Layer
from ..support.configs import deserialize, serialize
from ..symbolic import Symbol
from ..tensor import Tensor
from .architecture import models
from .model import Model


@models.register()
class Sequential(Model):
    """Sequential([Flatten(), Dense(128, activation='relu'), Dense(10)]), or the same with add().

    If it begins with Input(shape), or its first layer has input_shape=, the weights are made at
    once; else at the first data.
    """

    def __init__(self, layers=None, trainable: bool = True, name: str | None = None):
        super().__init__(name=name, trainable=trainable)
        self._layers: list[Layer] = []
        self._between: list[Symbol] = []  # what each layer gives, once the inputs are known
        self._declared = (
            False  # whether somebody said which shape the inputs have, so that others are an error
        )
        for layer in (
            layers if isinstance(layers, (list, tuple)) else [] if layers is None else [layers]
        ):
            self.add(layer)

    def add(self, layer, rebuild: bool = True) -> None:
        """Put a layer on top."""
        if isinstance(layer, InputLayer):
            layer = layer.output
        if isinstance(layer, Symbol):
            if self._layers:
                raise ValueError("Input must be the first thing in a Sequential.")
            self._inputs = self._outputs = layer
            self._declared = True
            return
        if not isinstance(layer, Layer):
            cure = (
                f": write {layer.__name__}(...), with parentheses"
                if isinstance(layer, type)
                else ""
            )
            raise ValueError(f"Sequential holds layers; received {layer!r}{cure}.")
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"All layers of a model need different names, and '{layer.name}' is already in "
                f"'{self.name}'. "
                "Make a new layer instead of adding one twice, or pass name=."
            )
        if not self._layers and self._inputs is None:
            self._inputs = self._outputs = _declared_input(layer)
            self._declared = self._inputs is not None
        if self._outputs is not None:
            self._stack([layer])  # if it does not fit, this raises, and the model stays as it was
        self._layers.append(layer)

    def _stack(self, layers) -> None:
        for layer in layers:
            self._outputs = layer(self._outputs)
            self._between.append(self._outputs)
        self.output_shape = getattr(self._outputs, "shape", None)
        self.output_names = [layers[-1].name]
        self.built = True

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off and return it."""
        if not self._layers:
            raise ValueError("There is no layer left to take off.")
        layer = self._layers.pop()
        if self._between:
            self._between.pop()
            self._outputs = self._between[-1] if self._between else self._inputs
        self.output_shape = getattr(self._outputs, "shape", None)
        self.output_names = [self._layers[-1].name] if self._layers else None
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers from bottom to top."""
        return list(self._layers)

    def build(self, input_shape=None) -> None:
        """Make the weights for inputs of this shape, the batch axis first (None)."""
        if self._inputs is None and input_shape is not None and self._layers:
            first = self._layers[0]
            self._inputs = self._outputs = Input(batch_shape=tuple(input_shape), dtype=first.dtype)
            self._stack(self._layers)
        self.built = True

    def call(self, x, training=None):
        x = self._as_declared(x) if self._declared else x
        for layer in self._layers:
            x = layer(x)
        return x

    def _build_from(self, args) -> None:
        x = args[0]
        if isinstance(x, Tensor) and x.ndim and x.dtype.kind == "f":
            self.build((None, *x.shape[1:]))
        self.built = True

    def get_config(self) -> dict:
        """The layers, with the input that was declared for them."""
        first = (
            [serialize(self._inputs.maker)]
            if isinstance(self._inputs, Symbol) and self._inputs.maker is not None
            else []
        )
        return {
            "name": self.name,
            "trainable": self._trainable,
            "layers": [*first, *serialize(self._layers)],
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """A model from what `get_config` gave."""
        layers = [deserialize(layer) for layer in config["layers"]]
        model = cls(name=config.get("name"))
        for layer in layers:
            model.add(layer)
        shape = config.get("build_input_shape")
        if shape and model._inputs is None:
            model.build(shape)
        model._trainable = config.get("trainable", True)
        return model


def _declared_input(layer) -> Symbol | None:
    """The input that a first layer declares: input_shape=, or the inputs of a model used as a
    layer.
    """
    if layer.declared_shape is not None:
        return Input(layer.declared_shape, dtype=layer.dtype)
    if isinstance(layer, Model) and isinstance(layer._inputs, Symbol):
        return Input(layer._inputs.shape[1:], dtype=layer._inputs.dtype)
    return None
