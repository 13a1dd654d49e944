"""What every layer is: some weights, made when the first input shows its shape, and a `call` that
computes with them.

Your own layer is a subclass with `build` (make weights) and `call` (use them):

>>> class Scale(Layer):
...     def build(self, input_shape):
...         self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")
...     def call(self, x):
...         return x * self.factor
"""

from __future__ import annotations

import copy
import math
import threading
from collections import Counter
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import constraints, initializers, regularizers, symbolic
from ..operators import Operators
from ..support import backend
from ..support.arrays import as_array
from ..support.configs import Configurable, custom_object_scope, given_arguments, serialize
from ..support.configs import deserialize as from_data
from ..support.registry import Registry, snake_case
from ..support.structures import leaves, tree_map
from ..tensor import Tensor, Variable, wrap
from .spec import check_spec

layer_classes = Registry("layer")
_name_counts: Counter = Counter()
_NOWHERE = 1 << 30  # the place of an argument that can only be given by name


class _Mode(threading.local):
    training = False  # what the outermost call said; layers inside inherit it
    model: Any = None  # the outermost model that is being called
    adds_losses = (
        False  # whether add_loss was ever called: if not, there is nothing to forget before a call
    )
    budget: float = math.inf  # how many numbers new weights may still hold


_mode = _Mode()


class Layer(Configurable):
    """A function with weights.

    name: for summaries and errors; made from the class if left out. trainable: False keeps training
    from moving the weights. dtype: of weights and inputs; float inputs are converted to it.
    activity_regularizer: a penalty on the output, a sample.
    input_shape: of one sample, without the batch axis; given to the first layer of a Sequential it
    lets the model be built at once.
    weights: arrays, as for set_weights, that the weights begin with. A subclass may set
    `input_spec`, see InputSpec.
    """

    built = False
    takes_raw_input = (
        False  # True for layers made for raw numbers: Embedding, Rescaling, Normalization
    )
    output_shape: Any = None
    input_spec: Any = None
    activity_regularizer = None
    _losses: list = []  # what add_loss was given in the last call

    def __init__(
        self,
        name: str | None = None,
        trainable: bool = True,
        dtype=None,
        input_shape=None,
        input_dim=None,
        activity_regularizer=None,
        batch_input_shape=None,
        weights=None,
        **unknown,
    ):
        if unknown:
            raise TypeError(
                f"{type(self).__name__} does not know the argument{'s' * (len(unknown) > 1)} "
                f"{', '.join(map(repr, unknown))}."
            )
        if batch_input_shape is not None:
            input_shape = tuple(batch_input_shape)[1:]
        elif input_dim is not None:
            input_shape = (input_dim,)
        self.name = name or automatic_name(type(self).__name__)
        self.dtype = np.dtype(dtype or backend.floatx())
        self.declared_shape = (
            None if input_shape is None else _shape_of_one_sample(input_shape, self.name)
        )
        if activity_regularizer is not None:
            self.activity_regularizer = regularizers.get(activity_regularizer)
        self._trainable = bool(trainable)
        self._first_weights = weights  # the numbers that they begin with, once they are made
        self._input = self._output = (
            None  # the symbols of the first symbolic call, if there was one
        )

    # -- for subclasses
    def build(self, input_shape: tuple) -> None:
        """Make the weights. input_shape: with None for the batch axis."""

    def call(self, *args, **kwargs):
        """Compute the output from the input. May take `training`: True in fit, False in evaluate
        and predict.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method call(self, x).")

    def add_weight(
        self,
        shape_or_name: Any = (),
        /,
        initializer: Any = None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        name: str | None = None,
        *,
        shape=None,
    ) -> Variable:
        """A new variable of this layer: self.w = self.add_weight((3, 4), 'zeros', name='w'). Keep
        it as an attribute.

        Older tutorials give the name first: add_weight('w', shape=(3, 4)). initializer: a name or a
        function of a shape; 'glorot_uniform' if left out. regularizer: a penalty on it in the loss;
        constraint: a limit kept after each step.
        """
        if isinstance(shape_or_name, str):
            name, shape_or_name = shape_or_name, ()
            if isinstance(initializer, (tuple, list)):  # Keras 2's order: the name, then the shape
                shape, initializer = initializer, None
        shape = shape_or_name if shape is None else shape
        shape = (
            (int(shape),) if isinstance(shape, (int, np.integer)) else tuple(int(n) for n in shape)
        )
        dtype = np.dtype(dtype or self.dtype)
        _mode.budget -= math.prod(shape)
        if _mode.budget < 0:
            raise ValueError(f"{self.name}: a weight of shape {shape} is more than the file holds.")
        value = initializers.draw(initializers.get(initializer), shape, dtype)
        variable = Variable(value, name=name or "weight", trainable=trainable, dtype=dtype)
        variable.trainable = trainable and self._trainable
        variable.path = f"{self.name}/{variable.name}"
        variable.regularizer, variable.constraint = (
            regularizers.get(regularizer),
            constraints.get(constraint),
        )
        return variable

    add_variable = add_weight

    def add_loss(self, loss) -> None:
        """Add a number, computed in `call`, to what the model's training makes smaller. It counts
        for this call alone.
        """
        self._losses = [*self._losses, *(loss if isinstance(loss, (list, tuple)) else [loss])]
        _mode.adds_losses = True

    @property
    def losses(self) -> list:
        """The penalties on trainable weights, and what add_loss was given in the last call, here
        and in the layers inside.
        """
        penalties = [v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None]
        return [*self._added_losses(), *penalties]

    @property
    def metrics(self) -> list:
        """The metrics kept as attributes, here and in the layers inside."""
        return [
            value
            for layer in self._all_layers()
            for value in vars(layer).values()
            if hasattr(value, "update_state")
        ]

    def _added_losses(self) -> list:
        return (
            [loss for layer in self._all_layers() for loss in layer._losses]
            if _mode.adds_losses
            else []
        )

    def _forget_losses(self) -> None:
        """Before the outermost call: what was added in the last one counts no more."""
        if _mode.adds_losses:
            for layer in self._all_layers():
                layer._losses = []

    def _all_layers(self) -> list[Layer]:
        """This layer and all inside it, at any depth, each once."""
        found: dict[int, Layer] = {id(self): self}
        waiting: list[Layer] = [self]
        while waiting:
            for layer in waiting.pop().layers_inside:
                if id(layer) not in found:
                    found[id(layer)] = layer
                    waiting.append(layer)
        return list(found.values())

    # -- as plain data
    def get_config(self) -> dict:
        """The arguments that make a layer like this one, as plain data; `from_config` takes them
        back.
        """
        import inspect

        config = {"name": self.name, "trainable": self._trainable, "dtype": self.dtype.name}
        if type(self).__init__ is not Layer.__init__:
            config = {**given_arguments(self), **config}
        for name in config:
            if name.endswith(("_initializer", "_regularizer", "_constraint")) and name in vars(
                self
            ):
                config[name] = vars(self)[
                    name
                ]  # 'zeros' was given, and an object with a config of its own came of it
        config.pop("activity_regularizer", None)
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = self.activity_regularizer
        own = inspect.signature(
            type(self).__init__
        ).parameters  # input_dim is the vocabulary's size for an Embedding
        return serialize(
            {k: v for k, v in config.items() if k not in _PLACE_IN_SEQUENTIAL or k in own}
        )

    @classmethod
    def from_config(cls, config: dict):
        """A layer from what `get_config` gave. A class whose __init__ has no **kwargs gets its name
        and trainable afterwards.
        """
        import inspect

        parameters = inspect.signature(cls.__init__).parameters
        if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            return super().from_config(config)
        layer = super().from_config(
            {
                k: v
                for k, v in config.items()
                if k in parameters or k not in ("name", "trainable", "dtype")
            }
        )
        layer.name, layer.trainable = config.get("name", layer.name), config.get("trainable", True)
        return layer

    # -- calling it
    def __call__(self, *args, training: bool | None = None, **kwargs):
        """Compute on tensors or arrays; on a symbol, record the call for a functional model.

        training: True or False for this call and all inside it; None inherits from the call around
        (False at the top).
        """
        if (kwargs or len(args) != 1 or type(args[0]) is not Tensor) and symbolic.has_symbol(
            [*args, kwargs]
        ):
            if training is not None:
                kwargs["training"] = training
            unknown = any(
                None in s.shape[1:] for s in leaves(args) if isinstance(s, symbolic.Symbol)
            )
            if unknown and not self.built and not self.layers_inside:
                self._build_from(
                    args
                )  # the zeros that `record` tries would hide which sizes are unknown
            output = symbolic.record(self, args, kwargs, self.name)
            self.output_shape = tree_map(lambda s: s.shape, output)
            if (
                self._output is None
            ):  # of several calls, `input` and `output` are those of the first
                self._input, self._output = args[0] if len(args) == 1 else args, output
            return output
        place = self._training_place
        if place is not None and len(args) > place:  # the flag given by position: layer(x, True)
            args, training = args[:place], args[place]
        if len(args) != 1 or type(args[0]) is not Tensor or args[0]._data.dtype != self.dtype:
            args = [self._to_tensor(x) for x in args]
        if self.input_spec is not None:
            check_spec(
                f"{type(self).__name__} '{self.name}'",
                self.input_spec,
                args[0] if len(args) == 1 else args,
            )
        if not self.built:
            self._build_from(args)
        if self._losses and _mode.model is None:
            self._losses = []
        result = self._called(args, kwargs, training)
        if self.output_shape is None and isinstance(result, Tensor):
            self.output_shape = (None, *result.shape[1:])
        if self.activity_regularizer is not None:
            penalty: Any = self.activity_regularizer
            self.add_loss(
                [penalty(x) / (x.shape[0] if x.shape else 1) for x in leaves(result) if np.size(x)]
            )
        return result

    def _called(self, args, kwargs, training):
        """`call`, with the training flag of this call, or of the one around it, for all layers
        inside.
        """
        outer = _mode.training
        if training is None:
            training = outer
        if self._training_place is not None:
            kwargs["training"] = bool(training)
        if training == outer:
            return self.call(*args, **kwargs)
        _mode.training = bool(training)
        try:
            return self.call(*args, **kwargs)
        finally:
            _mode.training = outer

    @property
    def _casts_to(self):
        """The dtype that float inputs are converted to; None leaves them alone."""
        return self.dtype

    def _to_tensor(self, x):
        """Arrays become tensors; floats get this layer's dtype, so that x / 255.0 (float64) leaves
        the network float32.
        """
        dtype = self._casts_to
        if type(x) is Tensor and (
            x._data.dtype == dtype or dtype is None or x._data.dtype.kind != "f"
        ):
            return x
        if isinstance(x, (dict, list, tuple)) and any(
            isinstance(v, (Operators, np.ndarray)) for v in leaves(x)
        ):
            return tree_map(self._to_tensor, x)
        if not isinstance(x, Tensor):
            if isinstance(x, (str, bytes, type(None), bool, dict)):
                return x
            x = Tensor(x)
        if dtype is None or x.dtype.kind != "f" or x.dtype == dtype:
            return x
        return x.astype(dtype) if x.requires_grad else wrap(x.data.astype(dtype))

    def _build_from(self, args) -> None:
        shapes = [
            tree_map(_shape_of_batch, x)
            for x in args
            if not isinstance(x, (str, bytes, type(None), bool))
        ]
        self._build_shape = shapes[0] if shapes else None
        self.build(self._build_shape)  # pyright: ignore[reportArgumentType]
        self.built = True

    def __init_subclass__(cls, **kwargs):
        """Note where `call` takes `training`, and have `build` mark the layer as built."""
        super().__init_subclass__(**kwargs)
        code = getattr(cls.call, "__code__", None)
        places = code.co_varnames[1 : code.co_argcount] if code else ()
        by_name = (
            code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
            if code
            else ()
        )
        cls._training_place = (
            places.index("training")
            if "training" in places
            else _NOWHERE
            if "training" in by_name
            else None
        )
        if "build" in vars(cls):
            build = cls.build

            def build_once(self, *args, **kwargs):
                if not self.built:  # twice would forget the weights of the first time
                    build(self, *args, **kwargs)
                    self.built = True
                    if self._first_weights is not None and type(self).build is build_once:
                        self.set_weights(self._first_weights)

            build_once.__doc__ = build.__doc__
            cls.build = build_once

    _training_place: int | None = None
    _build_shape: Any = None  # what build was given

    # -- in a functional model
    @property
    def input(self):
        """The symbol it was first called on, in a functional or built Sequential model."""
        if self._input is None:
            raise AttributeError("input")  # __getattr__ says more
        return self._input

    @property
    def output(self):
        """The symbol of its first call's result: Model(model.inputs, layer.output) cuts a model
        there.
        """
        if self._output is None:
            raise AttributeError("output")
        return self._output

    def compute_output_shape(self, input_shape):
        """The shape of what it gives for inputs of this shape, batch axis first (None where
        unknown). Asking does not build it.
        """
        layer = self if self.built else copy.deepcopy(self)
        nested = any(isinstance(n, (tuple, list)) for n in input_shape)
        symbols = (
            [symbolic.Symbol(s, self.dtype) for s in input_shape]
            if nested
            else symbolic.Symbol(input_shape, self.dtype)
        )
        return tree_map(lambda s: s.shape, symbolic.record(layer, (symbols,), {}, self.name))

    # -- its weights
    @property
    def layers_inside(self) -> list[Layer]:
        """The layers among this one's attributes, also inside lists, tuples and dicts, in the order
        they were set.
        """
        return [
            thing
            for thing in _things_in(vars(self))
            if isinstance(thing, Layer) and thing is not self
        ]

    @property
    def weights(self) -> list[Variable]:
        """All variables, its own first and then those of the layers inside; each once. Trainable
        ones stand before the others.
        """
        return self._collect(set(), lambda layer, variable: True)

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training moves: none of those in a layer whose `trainable` is
        False.
        """
        return self._collect(
            set(), lambda layer, variable: layer._trainable and variable.trainable, frozen=False
        )

    def _collect(self, seen: set, wanted, frozen: bool = True) -> list[Variable]:
        if id(self) in seen or not (frozen or self._trainable):
            return []
        seen.add(id(self))
        things = list(_things_in(vars(self)))
        found = []
        for variable in things:
            if (
                isinstance(variable, Variable)
                and id(variable) not in seen
                and wanted(self, variable)
            ):
                seen.add(id(variable))
                found.append(variable)
        found.sort(key=lambda variable: not variable.born_trainable)
        for layer in things:
            if isinstance(layer, Layer):
                found += layer._collect(seen, wanted, frozen)
        return found

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The variables that training leaves alone."""
        moving = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in moving]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training moves this layer's weights; setting it reaches the layers inside as
        well.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool):
        self._trainable = bool(value)
        for thing in _things_in(vars(self)):
            if isinstance(thing, Layer) and thing._trainable != self._trainable:
                thing.trainable = value
            elif isinstance(thing, Variable):
                thing.trainable = value and thing.born_trainable

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights as arrays, in the order of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights) -> None:
        """Give all weights new values, in the order of `get_weights()`. Nothing changes if a shape
        does not fit.
        """
        variables, arrays = self.weights, [as_array(w) for w in weights]
        if len(variables) != len(arrays):
            unbuilt = "" if variables else " (it has none before it is built: call it on data once)"
            raise ValueError(
                f"{self.name}: set_weights received {len(arrays)} arrays, but there are "
                f"{len(variables)} weights{unbuilt}."
            )
        for variable, array in zip(variables, arrays):
            if variable.shape != array.shape:
                raise ValueError(
                    f"{self.name}: weight '{variable.name}' has shape {variable.shape}; received "
                    f"{array.shape}."
                )
        for variable, array in zip(variables, arrays):
            variable.assign(array)

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        return sum(v.size for v in self.weights)

    @property
    def compute_dtype(self) -> str:
        """The name of its dtype; `variable_dtype` is the same, for there are no mixed ones here."""
        return self.dtype.name

    variable_dtype = compute_dtype

    def __getattr__(self, attribute):
        if "name" not in vars(self) and not attribute.startswith("__"):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must begin with super().__init__()."
            )
        if attribute in ("input", "output", "input_shape"):
            raise AttributeError(
                f"Layer '{self.name}' has no {attribute} yet: it was never called on a symbol. "
                f"Begin the model with "
                "Input(shape), or call it on data once."
            )
        raise AttributeError(
            f"{type(self).__name__} '{vars(self).get('name', '?')}' has no attribute {attribute!r}."
        )

    def __repr__(self):
        return f"<{type(self).__name__} '{self.name}'{'' if self.built else ', not built yet'}>"


def deserialize(config: dict, custom_objects: dict | None = None) -> Layer:
    """The layer that `serialize(layer)` described, with new weights. custom_objects: your own
    classes by name.
    """
    with custom_object_scope(custom_objects or {}):
        layer = from_data(config)
    if not isinstance(layer, Layer):
        raise ValueError(
            f"deserialize takes what serialize(layer) gave, {{'class_name': ..., 'config': ...}}; "
            f"received {config!r}."
        )
    return layer


@contextmanager
def weight_budget(numbers: int):
    """Inside, layers may make weights of so many numbers in all, and ValueError beyond: a file must
    hold what it declares.
    """
    _mode.budget = numbers
    try:
        yield
    finally:
        _mode.budget = math.inf


_PLACE_IN_SEQUENTIAL = {"input_shape", "input_dim", "batch_input_shape", "weights"}


def _shape_of_batch(x):
    shape = x.shape if isinstance(x, symbolic.Symbol) else np.shape(x)
    return (None, *shape[1:]) if shape else ()


def _things_in(value):
    """Variables and layers among values, looking into lists, tuples and dicts."""
    for thing in value.values() if isinstance(value, dict) else value:
        if isinstance(thing, (Variable, Layer)):
            yield thing
        elif isinstance(thing, (list, tuple, dict)):
            yield from _things_in(thing)


def automatic_name(class_name: str) -> str:
    """dense, dense_1, dense_2, ... counted over the process, as Keras does."""
    name = snake_case(class_name)
    _name_counts[name] += 1
    return name if _name_counts[name] == 1 else f"{name}_{_name_counts[name] - 1}"


def reset_names() -> None:
    """Begin counting the automatic names anew."""
    _name_counts.clear()


def _shape_of_one_sample(shape, name) -> tuple:
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if not all(n is None or (isinstance(n, (int, np.integer)) and n > 0) for n in shape):
        raise ValueError(
            f"{name}: input_shape holds the sizes of one sample, without the batch axis; received "
            f"{shape}."
        )
    return shape
