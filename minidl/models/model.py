"""The model: layers that compute together, and can be trained, looked at and saved.

Subclass `Model` with a `call` for a network of your own, and override `train_step` for a training
rule of your own.
"""

from __future__ import annotations

import json
from typing import Any

from ..layers import Input, Layer
from ..layers.base import _mode, automatic_name
from ..support import console
from ..support.configs import serialize
from ..support.structures import is_nested, leaves, tree_map
from ..symbolic import Symbol, replace
from ..tensor import Variable
from . import architecture, diagnosis, saving
from .architecture import models
from .graph import Graph, match
from .legacy import Older
from .summary import table
from .training import Trainer


@models.register("Functional")
class Model(Older, Trainer):
    """A network that can be trained. Either Model(inputs, outputs) from symbols, or a subclass with
    `call(self, x)`.

    inputs, outputs: a symbol, or a list or dict of them. After `compile`: fit, evaluate. At any
    time: predict, summary, save, get_weights, set_weights, or call it like a function.
    """

    _graph: Graph | None = None
    _graph_layers: Any = ()
    _loss_graph: Graph | None = None  # leads to the symbols that add_loss was given, too
    _outputs: Any = None

    def __init__(self, inputs=None, outputs=None, name: str | None = None, **kwargs):
        if (inputs is None) != (outputs is None):
            raise ValueError(
                "Model needs both inputs and outputs, or neither (in a subclass with its own call)."
            )
        if name is None and inputs is not None and type(self) is Model:
            name = automatic_name("Functional")
        super().__init__(name=name, **kwargs)
        if inputs is not None:
            inputs, outputs = _only_one(inputs), _only_one(outputs)
            self._graph = Graph(inputs, outputs)
            self._graph_layers = self._graph.layers
            self._check_names()
            self._inputs, self._outputs = inputs, outputs
            self.output_names = _names_of(outputs)
            self.output_shape = tree_map(lambda s: s.shape, outputs)
            self.built = True

    def _check_names(self) -> None:
        seen: dict[str, Layer] = {}
        for layer in self._graph_layers:
            if seen.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    f"All layers of a model need different names, and two are called "
                    f"'{layer.name}'. Pass name=."
                )

    @property
    def _casts_to(self):
        if self._inputs is not None:
            return getattr(self._inputs, "dtype", None)
        computes_itself = any(isinstance(v, Variable) for v in vars(self).values())
        return (
            self.dtype if computes_itself else None
        )  # otherwise each layer inside sees to its own dtype

    def _called(self, args, kwargs, training):
        """As for any layer; with the outermost model a new call begins."""
        if _mode.model is not None:
            return super()._called(args, kwargs, training)
        self._forget_losses()
        _mode.model = self
        try:
            return super()._called(args, kwargs, training)
        finally:
            _mode.model = None

    def call(self, x, training=None):
        """The outputs for a batch of inputs."""
        if self._graph is None:
            raise NotImplementedError(
                f"{type(self).__name__} needs a method call(self, x), or Model(inputs, outputs)."
            )
        if self._loss_graph is None:
            return self._graph.run(self._as_declared(x))
        outputs, added = self._loss_graph.run(self._as_declared(x))
        super().add_loss([loss.mean() for loss in added])
        return outputs

    def add_loss(self, loss) -> None:
        """As in a layer. A functional model also takes a symbol: its mean is then part of the loss
        in every call (tutorials of VAEs).
        """
        if not isinstance(loss, Symbol):
            super().add_loss(loss)
            return
        if self._graph is None:
            raise TypeError(
                "Only a model made as Model(inputs, outputs) takes a symbol as a loss. In `call`, "
                "add a number."
            )
        added = [] if self._loss_graph is None else self._loss_graph.outputs[1]
        self._loss_graph = Graph(self._inputs, (self._outputs, [*added, loss]))
        self._graph_layers = list(dict.fromkeys([*self._graph_layers, *self._loss_graph.layers]))

    def _as_declared(self, x):
        """x, checked against the shapes that the model was declared with."""
        if isinstance(self._inputs, Symbol):
            if is_nested(x) and len(x) == 1:  # [x] or {'name': x} for the one input
                x = match(self._inputs, x)[0]
            return self._fitting(x, self._inputs)
        if self._inputs is None:
            return x
        symbols: list = []
        replace(self._inputs, symbols.append)
        return [
            self._fitting(value, symbol) for value, symbol in zip(match(self._inputs, x), symbols)
        ]

    def _fitting(self, x, symbol):
        declared = symbol.shape
        if not hasattr(x, "shape") or diagnosis.fits(x.shape, declared):
            return x
        if diagnosis.fits(
            (*x.shape, 1), declared
        ):  # (n,) for one feature a sample, grey images without their channel
            return x.reshape(*x.shape, 1)
        if x.shape[-1:] == (1,) and diagnosis.fits(x.shape[:-1], declared):
            return x.reshape(x.shape[:-1])
        which = (
            self.name
            if symbol is self._inputs
            else f"{self.name}' (input '{symbol.name}')".removesuffix("'")
        )
        raise ValueError(diagnosis.input_advice(which, declared[1:], x.shape))

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order; a functional model's input layers among them."""
        return self.layers_inside

    @property
    def inputs(self) -> list | None:
        """The symbols that go in, as a list; None before a Sequential knows them."""
        return None if self._inputs is None else leaves(self._inputs)

    @property
    def outputs(self) -> list | None:
        """The symbols that come out, as a list."""
        return None if self._outputs is None else leaves(self._outputs)

    @property
    def input(self):
        """The symbol that goes in, or the list or dict of them."""
        return self._inputs if self._inputs is not None else super().input

    @property
    def output(self):
        """The symbol that comes out, or the list or dict of them."""
        return self._outputs if self._outputs is not None else super().output

    @property
    def input_shape(self):
        """The shape of the inputs, batch axis first."""
        return (
            tree_map(lambda s: s.shape, self._inputs)
            if self._inputs is not None
            else self._build_shape
        )

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [] if self._inputs is None else _names_of(self._inputs)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its position."""
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"There is no layer {name!r} in '{self.name}'. Its layers: "
            f"{', '.join(layer.name for layer in self.layers)}."
        )

    def build(self, input_shape=None) -> None:
        """Make the weights for inputs of this shape, the batch axis first (None), by a call on
        zeros.
        """
        if (
            input_shape is not None
            and self._graph is None
            and not any(
                v is not None and isinstance(v, Layer) and v.built for v in self.layers_inside
            )
        ):
            nested = (
                is_nested(input_shape[0])
                if isinstance(input_shape, (list, tuple))
                else isinstance(input_shape, dict)
            )
            shapes = input_shape if nested else [input_shape]
            self._build_shape = input_shape
            symbols = [
                Input(batch_shape=tuple(shape))
                for shape in (shapes.values() if isinstance(shapes, dict) else shapes)
            ]
            self.built = True
            given = (
                dict(zip(shapes, symbols))
                if isinstance(shapes, dict)
                else symbols
                if nested
                else symbols[0]
            )
            self(given)
            self._input = self._output = None
        self.built = True

    def _takes_raw_input(self) -> bool:
        first = [
            layer
            for layer in self.layers
            if self._inputs is None or layer not in self._input_layers()
        ][:1]
        return any(
            layer.takes_raw_input or (isinstance(layer, Model) and layer._takes_raw_input())
            for layer in first
        )

    def _input_layers(self) -> list:
        symbols: list = []
        replace(self._inputs, symbols.append)
        return [symbol.maker for symbol in symbols]

    # --- looking

    def summary(
        self,
        line_length: int | None = None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ) -> None:
        """Print the layers with their output shapes and numbers of parameters.

        expand_nested: show the layers of models inside too. show_trainable: whether training moves
        each. layer_range: names of the first and last layer to show. positions is accepted for
        Keras's sake.
        """
        (print_fn or console.say)(
            table(self, line_length, expand_nested, show_trainable, layer_range)
        )

    # --- saving

    def save(self, filepath, overwrite=True, *, include_optimizer=True, save_format=None) -> None:
        """Write architecture, weights, optimizer and random state to one file, all at once or not
        at all.

        The ending says the kind: '.keras' is Keras 3's own (needs h5py: the extra `keras`),
        anything else minidl's native one, for which '.npz' is the usual ending.
        `minidl.models.load_model(filepath)` reads both.
        """
        saving.save_model(
            self, filepath, overwrite, include_optimizer=include_optimizer, save_format=save_format
        )

    def save_weights(self, filepath, overwrite=True, *, save_format=None) -> None:
        """Write the weights alone: '.weights.h5' in Keras 3's kind (needs h5py), anything else in
        minidl's own.
        """
        saving.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath, skip_mismatch=False, **ignored) -> None:
        """Read weights that save_weights or save wrote. Nothing changes if they do not fit."""
        saving.load_weights(self, filepath, skip_mismatch)

    def restore(self, filepath) -> None:
        """Go on where a file of `save` stopped: its weights, optimizer memory and random state,
        into this model. All or nothing.
        """
        saving.restore(self, filepath)

    def get_config(self) -> dict:
        """The architecture as plain data: for a functional model its layers and how they are
        connected.
        """
        if self._graph is not None and type(self).__init__ is Model.__init__:
            return architecture.graph_config(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """A model from what `get_config` gave."""
        if "input_layers" in config:
            return architecture.graph_from_config(cls, config, custom_objects)
        return super().from_config(config)

    def to_json(self, **options) -> str:
        """The architecture as JSON; `minidl.models.model_from_json` reads it."""
        return json.dumps(architecture.checked(serialize(self)), **options)


def _only_one(symbols):
    """[x] as x, as Keras takes it: one input or output is no list of them."""
    return (
        symbols[0]
        if isinstance(symbols, (list, tuple))
        and len(symbols) == 1
        and isinstance(symbols[0], Symbol)
        else symbols
    )


def _names_of(structure) -> list[str]:
    """Names for inputs or outputs: the keys of a dict, else those of the layers they come from,
    each once.
    """
    if isinstance(structure, dict):
        return sorted(structure)
    symbols: list = []
    replace(structure, symbols.append)
    names: list[str] = []
    for symbol in symbols:
        name, number = symbol.name, 0
        while name in names:
            number += 1
            name = f"{symbol.name}_{number}"
        names.append(name)
    return names
