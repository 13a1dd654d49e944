"""The model: layers that compute together and that can be trained, inspected and saved.

Subclass `Model` with a `call` for your own network, and override `train_step` for your own training
rule.
"""

from __future__ import annotations

from typing import Any

from ..layers import Input, InputLayer, Layer
from ..support import console
from ..support.checks import check_count
from ..support.configs import serialize
from ..support.disk import path_of
from ..support.registry import automatic_name
from ..support.structures import is_nested, leaves, tree_map
from ..symbolic import Symbol, unknown_sizes_of
from ..tensor import Variable
from . import architecture, saving
from .architecture import model_classes
from .declared import as_declared, augments, names_of, only_one, refuse_layers
from .graph import Graph
from .summary import table
from .training import Trainer


@model_classes.register("Functional")
class Model(Trainer, Layer):
    """A network that can be trained. Either Model(inputs, outputs) from symbols, or a subclass with
    `call(self, x)`.

    inputs, outputs: a symbol, or a list or dict of them. After `compile`: fit, evaluate. At any
    time: predict, summary, save, get_weights, set_weights, or call it like a function.
    """

    symbol_graph: Graph | None = None  # from the input symbols to the output symbols
    symbols_in: Any = None  # the input symbols, in the structure that the model takes
    symbols_out: Any = None
    symbol_graph_layers: Any = ()
    stop_evaluating = stop_predicting = False  # a callback may set them
    _loss_graph: Graph | None = None  # also leads to the symbols passed to add_loss

    def __init__(self, inputs=None, outputs=None, name: str | None = None, **kwargs):
        if (inputs is None) != (outputs is None):
            raise ValueError(
                "Model needs both inputs and outputs, or neither (in a subclass with its own call)."
            )
        if name is None and inputs is not None and type(self) is Model:
            name = automatic_name("Functional")
        super().__init__(name=name, **kwargs)
        if inputs is not None:
            self.symbols_in, self.symbols_out = only_one(inputs), only_one(outputs)
            self.symbol_graph = Graph(self.symbols_in, self.symbols_out)
            self.symbol_graph_layers = self.symbol_graph.layers
            self._check_names()
            self.output_names = names_of(self.symbols_out)
            self.output_shape = tree_map(lambda s: s.shape, self.symbols_out)
            self.built = True

    def _check_names(self) -> None:
        seen: dict[str, Layer] = {}
        for layer in self.symbol_graph_layers:
            if seen.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    "All layers of a model need different names, and two are called "
                    f"'{layer.name}'. Pass name=."
                )

    @property
    def input_dtype(self):
        """The dtype that float inputs are converted to; None if the layers inside convert them."""
        if self.symbols_in is not None:
            return getattr(self.symbols_in, "dtype", None)
        computes_itself = any(isinstance(v, Variable) for v in vars(self).values())
        return self.dtype if computes_itself else None

    def call(self, x, training=None):
        """The outputs for a batch of inputs."""
        if self.symbol_graph is None:
            raise NotImplementedError(
                f"{type(self).__name__} needs a method call(self, x), or Model(inputs, outputs)."
            )
        x = as_declared(x, self.symbols_in, self.name)
        if self._loss_graph is None:
            return self.symbol_graph.run(x)
        outputs, added = self._loss_graph.run(x)
        super().add_loss([loss.mean() for loss in added])
        return outputs

    def add_loss(self, loss) -> None:
        """Add a term to the loss, as in a layer. A functional model also takes a symbol: the
        symbol's mean is added to the loss in every call, as tutorials of VAEs do.
        """
        if not isinstance(loss, Symbol):
            super().add_loss(loss)
            return
        if self.symbol_graph is None:
            raise TypeError(
                "Only a model made as Model(inputs, outputs) takes a symbol as a loss. In `call`, "
                "add a number."
            )
        added = [] if self._loss_graph is None else self._loss_graph.outputs[1]
        self._loss_graph = Graph(self.symbols_in, (self.symbols_out, [*added, loss]))
        layers = [*self.symbol_graph_layers, *self._loss_graph.layers]
        self.symbol_graph_layers = list(dict.fromkeys(layers))

    @property
    def layers(self) -> list[Layer]:
        """The layers in order. A functional model's input layers are among them."""
        return self.layers_inside

    layers = layers.setter(refuse_layers)

    @property
    def inputs(self) -> list | None:
        """The input symbols as a list; None before a Sequential knows its input shape."""
        return None if self.symbols_in is None else leaves(self.symbols_in)

    @property
    def outputs(self) -> list | None:
        """The output symbols as a list."""
        return None if self.symbols_out is None else leaves(self.symbols_out)

    @property
    def input(self):
        """The input symbol, or the list or dict of input symbols."""
        return self.symbols_in if self.symbols_in is not None else super().input

    @property
    def output(self):
        """The output symbol, or the list or dict of output symbols."""
        return self.symbols_out if self.symbols_out is not None else super().output

    @property
    def input_shape(self):
        """The shape of the inputs, batch axis first."""
        if self.symbols_in is None:
            return self.build_shape
        return tree_map(lambda s: s.shape, self.symbols_in)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [] if self.symbols_in is None else names_of(self.symbols_in)

    def takes_several(self) -> bool:
        """Whether a list of arrays stands for several inputs. False if the model has one input."""
        return self.symbols_in is None or is_nested(self.symbols_in)

    @property
    def takes_raw_input(self) -> bool:
        """Whether its first step is a layer for raw numbers, has one inside, or is no layer."""
        steps = self.symbol_graph.steps[:1] if self.symbol_graph else []
        if steps and not isinstance(steps[0].function, Layer):
            return True
        first = [layer for layer in self.layers if not isinstance(layer, InputLayer)][:1]
        return any(part.takes_raw_input for layer in first for part in layer.all_layers())

    @property
    def trains_when_called(self) -> bool:
        """Whether a call that gives no training flag is one of training."""
        return augments(self.layers)

    @property
    def unknown_sizes(self) -> tuple[int, int]:
        """Two sizes of an input axis for which every window inside has one and two positions."""
        low, high = 1, 2
        for layer in reversed(self.layers):
            first, second = unknown_sizes_of(layer) or (1, 2)
            low, high = [(n - 1) * (second - first) + first for n in (low, high)]
        return (low, high) if (low, high) != (1, 2) else (2, 3)

    @property
    def takes_texts(self) -> bool:
        """Whether an input holds strings. Without declared inputs: whether a layer takes
        strings.
        """
        if self.symbols_in is None:
            return any(layer.takes_texts for layer in self.layers_inside)
        return any(symbol.dtype.kind == "U" for symbol in leaves(self.symbols_in))

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its position."""
        if index is not None:
            if not isinstance(index, int) or not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"There is no layer number {index!r} in '{self.name}', which has "
                    f"{len(self.layers)} layers."
                )
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"There is no layer {name!r} in '{self.name}'. Its layers: "
            f"{', '.join(layer.name for layer in self.layers)}."
        )

    def build(self, input_shape=None) -> None:
        """Create the weights by a call on zeros. input_shape: the shape of the inputs, None for the
        batch axis, which is first.
        """
        unbuilt = not any(layer.built for layer in self.layers_inside)
        if input_shape is not None and self.symbol_graph is None and unbuilt:
            self.build_shape, self.built = input_shape, True
            self(_symbols_of(input_shape, str if self.takes_texts else None))
            self._input = self._output = None
        self.built = True

    def zero_grad(self) -> None:
        """Set the gradients of all weights to None."""
        for weight in self.weights:
            weight.zero_grad()

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
        if line_length is not None:
            check_count("line_length", line_length, 20)
        if print_fn is not None and not callable(print_fn):
            raise TypeError(f"print_fn is a function of a text; received {print_fn!r}.")
        text = table(self, line_length, expand_nested, show_trainable, layer_range)
        (print_fn or console.say)(text)

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

    def check_path(self, filepath, weights_alone: bool = False) -> None:
        """Raise the error that saving to this path would raise: a folder, or h5py is missing."""
        saving.check_path(path_of(filepath, "filepath"), weights_alone)

    def save_weights(self, filepath, overwrite=True, *, save_format=None) -> None:
        """Write the weights only: '.weights.h5' in Keras 3's format (needs h5py), any other ending
        in minidl's own format.
        """
        saving.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath, skip_mismatch=False, **ignored) -> None:
        """Read weights that save_weights or save wrote. Nothing changes if they do not fit."""
        saving.load_weights(self, filepath, skip_mismatch)

    def restore(self, filepath) -> None:
        """Load the weights, optimizer memory and random state of a file of `save` into this model,
        so that training continues from there. If anything does not fit, nothing is changed.
        """
        saving.restore(self, filepath)

    def get_config(self) -> dict:
        """Return the architecture as plain data. For a functional model: its layers and their
        connections.
        """
        if self.symbol_graph is not None and type(self).__init__ is Model.__init__:
            return architecture.graph_config(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """Create a model from the data of `get_config`."""
        if "input_layers" in config:
            return architecture.graph_from_config(cls, config, custom_objects)
        return super().from_config(config)

    def to_json(self, **options) -> str:
        """The architecture as JSON; `minidl.models.model_from_json` reads it."""
        import json  # slow to load

        return json.dumps(architecture.checked(serialize(self)), **options)


def _symbols_of(shapes, dtype=None):
    """Create a symbol for a shape; for a list or dict of shapes, a list or dict of symbols."""
    if isinstance(shapes, dict):
        return {name: _symbols_of(shape, dtype) for name, shape in shapes.items()}
    if is_nested(shapes[0]):
        return [_symbols_of(shape, dtype) for shape in shapes]
    return Input(batch_shape=tuple(shapes), dtype=dtype)
