"""A stack of layers. The output of each layer is the input of the next one."""

from __future__ import annotations

from typing import Any

from ..core import layer as core
from ..layers import Input, InputLayer, Layer
from ..support.configs import deserialize, serialize
from ..support.dry_run import real
from ..symbolic import Symbol
from ..tensor import Tensor
from .architecture import model_classes
from .declared import as_declared
from .model import Model


@model_classes.register()
class Sequential(Model, core.Sequential):
    """A stack of layers: Sequential([Flatten(), Dense(128, activation='relu'), Dense(10)]), or the
    same with add().

    If it begins with Input(shape), or if its first layer has input_shape=, the weights are created
    at once. Otherwise they are created when the first data arrive.
    """

    def __init__(self, layers=None, trainable: bool = True, name: str | None = None):
        if isinstance(trainable, Layer):
            raise TypeError(
                "Sequential takes its layers as one list: Sequential([layer, ...]); received "
                f"{trainable!r} as `trainable`: the square brackets are missing."
            )
        super().__init__(name=name, trainable=trainable)
        self.stack: list[Layer] = []
        self._between: list[Symbol] = []  # each layer's output, once the inputs are known
        for layer in layers if isinstance(layers, (list, tuple)) else [layers]:
            if layer is not None:
                self.add(layer)

    def add(self, layer, rebuild: bool = True) -> None:
        """Add a layer at the end."""
        if isinstance(layer, InputLayer):
            layer = layer.output
        if isinstance(layer, Symbol):
            if self.stack:
                raise ValueError("Input must be the first thing in a Sequential.")
            self.symbols_in = self.symbols_out = layer
            self.changes_input = True  # the shape is declared: any other is an error
            return
        if not isinstance(layer, Layer):
            cure = ""
            if isinstance(layer, type):
                cure = f": write {layer.__name__}(...), with parentheses"
            raise ValueError(f"Sequential holds layers; received {layer!r}{cure}.")
        if any(layer.name == other.name for other in self.stack):
            raise ValueError(
                f"All layers of a model need different names, and '{layer.name}' is already in "
                f"'{self.name}'. Make a new layer instead of adding one twice, or pass name=."
            )
        if not self.stack and self.symbols_in is None:
            self.symbols_in = self.symbols_out = _declared_input(layer)
            self.changes_input = self.symbols_in is not None
        if self.symbols_out is not None:
            self._stack([layer])  # raises if it does not fit; the model is unchanged
        self.stack.append(layer)

    def _stack(self, layers) -> None:
        for layer in layers:
            self.symbols_out = layer(self.symbols_out)
            self._between.append(self.symbols_out)
        self.output_shape = getattr(self.symbols_out, "shape", None)
        self.output_names = [layers[-1].name]
        self.built = True

    def pop(self, rebuild: bool = True) -> Layer:
        """Remove the last layer and return it."""
        if not self.stack:
            raise ValueError("There is no layer left to take off.")
        layer = self.stack.pop()
        if self._between:
            self._between.pop()
            self.symbols_out = self._between[-1] if self._between else self.symbols_in
        self.output_shape = getattr(self.symbols_out, "shape", None)
        self.output_names = [self.stack[-1].name] if self.stack else None
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers, first to last."""
        return list(self.stack)

    def build(self, input_shape=None) -> None:
        """Create the weights. input_shape: the shape of the inputs, None for the batch axis, which
        is first.
        """
        if self.symbols_in is None and input_shape is not None and self.stack:
            dtype = str if self.stack[0].takes_texts else self.stack[0].dtype
            self.symbols_in = self.symbols_out = Input(batch_shape=tuple(input_shape), dtype=dtype)
            self._stack(self.stack)
        self.built = True

    def takes_several(self) -> bool:
        """Whether a list of arrays stands for several inputs. False: a stack has one input."""
        return False

    @property
    def takes_texts(self) -> bool:
        """Whether the first layer takes strings, or the input was declared as strings."""
        declared = self.symbols_in is not None and self.symbols_in.dtype.kind == "U"
        return declared or any(layer.takes_texts for layer in self.stack[:1])

    call: Any = core.Sequential.call

    def to_input(self, x):
        """Convert the input as for any layer, in the declared shape."""
        x = super().to_input(x)
        return as_declared(x, self.symbols_in, self.name) if self.changes_input else x

    def _build_from(self, args) -> None:
        x = args[0]
        if isinstance(x, Tensor) and x.ndim and x.dtype.kind == "f":
            with real():
                self.build((None, *x.shape[1:]))
        self.built = True

    def get_config(self) -> dict:
        """The layers as plain data, with the declared input."""
        declared = getattr(self.symbols_in, "maker", None)
        first = [] if declared is None else [serialize(declared)]
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": [*first, *serialize(self.stack)],
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """Create a model from the data of `get_config`."""
        model = cls(name=config.get("name"), trainable=config.get("trainable", True))
        for layer in [deserialize(layer) for layer in config["layers"]]:
            model.add(layer)
        shape = config.get("build_input_shape")
        if shape and model.symbols_in is None:
            model.build(shape)
        return model


def _declared_input(layer) -> Symbol | None:
    """The input symbol that a first layer declares: from input_shape=, or the input of a model used
    as a layer.
    """
    if layer.declared_shape is not None:
        return Input(layer.declared_shape, dtype=layer.dtype)
    if isinstance(layer, Model) and isinstance(layer.symbols_in, Symbol):
        return Input(layer.symbols_in.shape[1:], dtype=layer.symbols_in.dtype)
    return None
