"""The base class of all layers: the core's Layer, with names, dtypes, symbols and state.

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
from typing import Any

import numpy as np

from .. import constraints, initializers, regularizers, symbolic
from ..core import layer as core
from ..support import backend
from ..support.configs import remembering
from ..support.dry_run import dry_run, real, take_weights
from ..support.dry_run import state as dry
from ..support.registry import Registry, automatic_name
from ..support.structures import tree_map
from ..tensor import Tensor, Variable, quietly, switches
from . import describing
from .calling import (
    NO_DATA,
    better_error,
    build_once,
    first_by_name,
    flag_apart,
    has_unknown_sizes,
    penalise,
    place_of_training,
    shape_of_batch,
    shape_of_one_sample,
    shape_of_result,
    to_input,
)
from .masks import arguments_with_masks, hand_on, take_masks
from .spec import check_spec
from .weights import (
    all_layers,
    all_weights,
    keep_parts,
    layers_in,
    moving_weights,
    set_trainable_inside,
    set_weights,
)

layer_classes = Registry("layer")


class _Added:
    ever = False  # whether add_loss was ever called; if not, nothing is reset


losses_added = _Added()


class Layer(core.Layer):
    """A function with weights.

    name: for summaries and errors; made from the class if left out. trainable: False keeps training
    from moving the weights. dtype: of weights and inputs; float inputs are converted to it.
    activity_regularizer: a penalty on the output, a sample. input_shape: of one sample, without the
    batch axis; given to the first layer of a Sequential it lets the model be built at once.
    weights: arrays, as for set_weights, that the weights begin with. A subclass may set
    `input_spec`, see InputSpec.
    """

    takes_raw_input = False  # True for layers that take unscaled numbers: Embedding, ...
    takes_texts = False  # True for layers that take strings
    trains_when_called: Any = False  # the flag of an outermost call that gives none
    changes_input = False  # whether `to_input` changes tensors of the right dtype too
    output_shape: Any = None
    input_spec: Any = None
    activity_regularizer: Any = None
    build_shape: Any = None  # the shape that build was given
    added_losses: Any = ()  # the arguments of add_loss in the last call
    supports_masking = False  # whether masks pass: True in a class with a compute_mask of its own
    mask_arguments: tuple = ()  # the arguments of `call`, if it takes masks
    _makes_masks = False  # whether compute_mask does more than return its input mask
    _training_place: int | None = None  # where `call` takes `training`

    def __new__(cls, *args, **kwargs):
        return remembering(super().__new__(cls), args, kwargs)

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
            raise TypeError(describing.unknown_arguments(type(self), list(unknown)))
        if batch_input_shape is not None:
            input_shape = tuple(batch_input_shape)[1:]
        elif input_dim is not None:
            input_shape = (input_dim,)
        self.name = name or automatic_name(type(self).__name__)
        self.dtype = backend.number_type(dtype or backend.dtype_policy())
        self.declared_shape = None
        if input_shape is not None:
            self.declared_shape = shape_of_one_sample(input_shape, self.name)
        if activity_regularizer is not None:
            self.activity_regularizer = regularizers.get(activity_regularizer)
        self._trainable = bool(trainable)
        self.first_weights = weights  # the initial values of the weights
        self._input = self._output = None  # the symbols of the first symbolic call

    # -- for subclasses
    def build(self, input_shape=None) -> None:
        """Create the weights, if any. input_shape: None for the batch, then the other sizes."""
        self.built = True

    def call(self, *args, **kwargs):
        """Compute the output from the input. May take `training`: True in fit, False in evaluate
        and predict.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method call(self, x).")

    def compute_mask(self, inputs, previous_mask):
        """The mask of the output: booleans (n, steps), True where a step counts, or None.
        previous_mask: that of the inputs. Called if supports_masking is True.
        """
        return previous_mask

    def add_weight(
        self,
        shape=None,
        initializer: Any = None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        name: str | None = None,
    ) -> Variable:
        """Create a variable of this layer. Keep it: self.w = self.add_weight((3, 4), name='w').

        initializer: a name or a function of a shape; 'glorot_uniform' if left out, and 'zeros' for
        whole numbers. regularizer: a penalty in the loss. constraint: a limit after each step.
        """
        shape = tuple(int(n) for n in np.atleast_1d(np.asarray(() if shape is None else shape)))
        dtype = np.dtype(dtype or self.dtype)
        initializer = "zeros" if initializer is None and dtype.kind != "f" else initializer
        take_weights(math.prod(shape), self.name, shape)
        with real():  # also those that are made in `call`
            value = initializers.draw(initializers.get(initializer), shape, dtype)
        variable = Variable(value, name=name or "weight", trainable=trainable, dtype=dtype)
        scopes = variable.path.removesuffix(str(variable.name))  # of name_scope, around the layer
        variable.path = f"{scopes}{self.name}/{variable.name}"
        variable.trainable = trainable and self._trainable
        variable.regularizer = regularizer and regularizers.get(regularizer)
        variable.constraint = constraint and constraints.get(constraint)
        return variable

    add_variable = add_weight

    def add_loss(self, loss) -> None:
        """Add a number, computed in `call`, to the model's loss, or the sum of several. It counts
        only for this call.
        """
        added = loss if isinstance(loss, (list, tuple)) else [loss]
        added = [x.sum() if getattr(x, "ndim", 0) else x for x in added]
        self.added_losses = [*self.added_losses, *added]
        losses_added.ever = True

    @property
    def losses(self) -> list:
        """The penalties on trainable weights and the arguments of add_loss in the last call, of
        this layer and the layers inside.
        """
        penalties = [v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None]
        return [*[loss for layer in self.all_layers() for loss in layer.added_losses], *penalties]

    @property
    def metrics(self) -> list:
        """The metrics that are attributes of this layer or of the layers inside."""
        things = [value for layer in self.all_layers() for value in vars(layer).values()]
        return [value for value in things if hasattr(value, "update_state")]

    # -- its weights
    @property
    def layers_inside(self) -> list[Any]:
        """The layers among this one's attributes, also in lists, tuples and dicts, in the order in
        which they were set.
        """
        return layers_in(self)

    def all_layers(self) -> list[Any]:
        """This layer and all layers inside it, at any depth, each once."""
        return all_layers(self)

    @property
    def weights(self) -> list[Variable]:
        """All variables: first trainable ones, then the others. In both, the layer's own come
        before those of the layers inside; each once.
        """
        return all_weights(self)

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training moves: none in a layer whose `trainable` is False."""
        return moving_weights(self)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The variables that training does not move."""
        moving = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in moving]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training moves this layer's weights. Setting it also sets it for the layers
        inside.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool):
        self._trainable = bool(value)
        set_trainable_inside(self, self._trainable)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights as arrays, in the order of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights) -> None:
        """Set the values of all weights, in the order of `get_weights()`. If a shape does not fit,
        nothing is changed.
        """
        set_weights(self, weights)

    def count_params(self) -> int:
        """Return how many numbers the weights hold."""
        return sum(v.size for v in self.weights)

    # -- as plain data
    def get_config(self) -> dict:
        """The arguments that create a layer like this one, as plain data, for `from_config`."""
        return describing.config_of(self, Layer)

    @classmethod
    def from_config(cls, config: dict):
        """Create a layer from the data of `get_config`. If __init__ of the class has no **kwargs,
        name and trainable are set afterwards.
        """
        return describing.from_config(cls, config)

    # -- calling it
    def __call__(self, *args, training: bool | None = None, **kwargs):
        """Compute on tensors or arrays. Called on a symbol, record the call for a functional model.

        training: True or False for this call and all calls inside it; None takes the flag of the
        call around it (the outermost: False, but True for what only changes images at random).
        """
        plain = len(args) == 1 and not kwargs and type(args[0]) is Tensor
        plain = plain and args[0].mask is None and not self._makes_masks
        if not plain:
            args = first_by_name(self, args, kwargs)
            if symbolic.has_symbol([*args, kwargs]):
                return self._recorded(args, kwargs, training)
            args, training = flag_apart(self._training_place, args, training)
        if not plain or self.changes_input or args[0].array.dtype != self.dtype:
            args = [self.to_input(x) for x in args]
        if self.input_spec is not None:
            check_spec(f"{type(self).__name__} '{self.name}'", self.input_spec, args)
        if not self.built:
            self._build_from(args)
        work = self._computed if plain else self._masked
        if switches.training is None or training not in (None, switches.training):
            return self._switched(work, args, kwargs, training)
        return work(args, kwargs)

    def _switched(self, work, args, kwargs, training: bool | None):
        """Make the outermost call, or one that changes the training flag."""
        outer = switches.training
        if training is None:
            training = self.trains_when_called and dry.kept is None
        if dry.kept is not None:
            keep_parts(self)
        if outer is None and losses_added.ever:  # what was added in the last call counts no more
            for layer in self.all_layers():
                layer.added_losses = ()
        try:
            try:
                switches.training = bool(training)
                if switches.quiet:
                    return work(args, kwargs)
                return quietly(work, args, kwargs)
            finally:
                switches.training = outer
        finally:
            switches.training = outer  # again: Ctrl-C may have interrupted the first line

    def _masked(self, args, kwargs):
        """Make a call whose inputs or arguments may have masks."""
        args, mask = take_masks(self, args, kwargs)
        result = self._computed(args, kwargs)
        return hand_on(self, args[0] if args else None, mask, result)

    def _computed(self, args, kwargs):
        """Call `call`, and store the shape and the penalty of its result."""
        if dry.kept is not None:
            keep_parts(self)
        if self._training_place is not None:
            kwargs["training"] = bool(switches.training)
        try:
            result = self.call(*args, **kwargs)
        except (ValueError, AttributeError, TypeError) as error:
            if (better := better_error(self, error, args)) is error:
                raise
            raise better from error
        if self.output_shape is None and isinstance(result, Tensor):
            self.output_shape = (None, *result.shape[1:])
        if self.activity_regularizer is not None:
            penalise(self, result)
        return result

    def explained(self, error: ValueError, *inputs) -> ValueError:
        """Return the error to raise instead of one that `call` raised; it names the cure."""
        return error

    def _recorded(self, args, kwargs, training):
        """Record the call for a functional model. Returns the symbol of the result."""
        if training is not None:
            kwargs["training"] = training
        if has_unknown_sizes(args) and not self.built:
            self._build_from(args)  # the zeros of `record` would hide which sizes are unknown
        output = symbolic.record(self, args, kwargs, self.name)
        self.output_shape = tree_map(lambda s: s.shape, output)
        if self._output is None:  # of several calls, `input` and `output` are those of the first
            self._input, self._output = args[0] if len(args) == 1 else args, output
        return output

    @property
    def input_dtype(self):
        """The dtype that float inputs are converted to; None does not convert."""
        return self.dtype

    def to_input(self, x):
        """Convert arrays to tensors, and floats, such as x / 255.0, to this layer's dtype."""
        return to_input(x, self.input_dtype, self)

    def _build_from(self, args) -> None:
        shapes = [tree_map(shape_of_batch, x) for x in args if not isinstance(x, NO_DATA)]
        self.build_shape = shapes[0] if shapes else None
        with real():
            self.build(self.build_shape)
        self.built = True

    def __init_subclass__(cls, **kwargs):
        """Store the place of `training` in the arguments of `call`; let `build` set `built`."""
        super().__init_subclass__(**kwargs)
        cls._training_place = place_of_training(cls.call)
        cls.mask_arguments = arguments_with_masks(cls.call)
        if "compute_mask" in vars(cls):
            cls._makes_masks = cls.supports_masking = True
        if "build" in vars(cls):
            cls.build = build_once(cls.build)

    # -- in a functional model
    @property
    def input(self):
        """The symbol of the layer's first call, in a functional or built Sequential model."""
        if self._input is None:
            raise AttributeError("input")  # __getattr__ explains
        return self._input

    @property
    def output(self):
        """The result of the layer's first call, a symbol. Model(model.inputs, layer.output) is the
        model up to this layer.
        """
        if self._output is None:
            raise AttributeError("output")
        return self._output

    def compute_output_shape(self, input_shape):
        """The shape of the output for inputs of this shape, batch axis first (None where unknown).
        The layer is not built.
        """
        layer = self if self.built else copy.deepcopy(self)
        return dry_run(lambda: shape_of_result(layer, input_shape), for_show=True)

    @property
    def compute_dtype(self) -> str:
        """The name of its dtype. `variable_dtype` is the same: there is no mixed precision."""
        return self.dtype.name

    variable_dtype = compute_dtype

    def __getattr__(self, attribute) -> Any:
        raise describing.without(self, attribute)

    def __repr__(self):
        return f"<{type(self).__name__} '{self.name}'{'' if self.built else ', not built yet'}>"
