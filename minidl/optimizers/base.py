"""What all optimizers share: the step counter, the learning rate, clipping, weight decay, and the
memory of each variable.

A new optimizer is a class with `update`, and `slots` if it remembers something from step to step:

>>> @minidl.optimizers.register()                          # now compile("momentum") finds it too
... class Momentum(Optimizer):
...     def slots(self): return ("velocity",)              # one array per variable, zeros at first
...     def update(self, w, g, lr, velocity):
...         velocity *= 0.9                                # change arrays in place; `velocity = ...` would be forgotten
...         velocity -= lr * g
...         w += velocity
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import Any

import numpy as np

from ..support import backend
from ..support.arrays import Number, as_array
from ..support.checks import check_count, check_number
from ..support.configs import (
    Configurable,
    custom_object_scope,
    deserialize,
    given_arguments,
    serialize,
)
from ..support.registry import Registry, snake_case
from ..tensor import Variable, quiet
from .legacy import SettableDecay, parameters, translate
from .schedules import check_rate

optimizers = Registry("optimizer", naming=str.lower)
_LIBRARY = __name__.rpartition(".")[0]
Rate = float | Callable[..., float]  # a learning rate: a number, or a function of the step


class Iterations(int):
    """How many updates were made: an int, which also answers to `.numpy()` as Keras's counter
    does.
    """

    def numpy(self) -> np.int64:
        """The same number as a NumPy scalar."""
        return np.int64(self)


class LearningRate(Number):
    """The rate of an optimizer's coming step: a float, whose `.assign(x)` does what
    `optimizer.learning_rate = x` does.
    """

    _optimizer: Any = None

    def __new__(cls, value: float, optimizer: Optimizer):
        rate = super().__new__(cls, value)
        rate._optimizer = optimizer
        return rate

    def assign(self, value) -> None:
        """Set the rate; TypeError if it follows a schedule."""
        self._optimizer.learning_rate = value

    def __reduce__(self):
        return Number, (
            float(self),
        )  # a copy or a pickle is the number alone, without the optimizer


class Optimizer(Configurable):
    """Base class. In `step` (or `apply`), in this order: clip the gradients, decay the weights,
    update, average, constrain, count.

    learning_rate: a number, or a function of the step number (0, 1, 2, ...), which is how
    `schedules` work.
    weight_decay: each step shrinks w by learning_rate·weight_decay·w, apart from the gradient.
    Loshchilov & Hutter 2019.
    clipnorm: no variable's gradient gets longer than this; global_clipnorm: nor all of them
    together; clipvalue: no entry gets larger. At most one of the three. lr, decay: as tutorials
    before 2022 write them, with a FutureWarning.
    use_ema: keep a moving average of the weights, a ← μ·a + (1−μ)·w with μ = ema_momentum, and put
    it in their place at the end of `fit` (or `finalize_variable_values()`), and every
    ema_overwrite_frequency steps. Polyak & Juditsky 1992.
    gradient_accumulation_steps: n >= 2 makes one update from n batches, along the mean of their
    gradients, as if they had been one large batch. As in Keras, `iterations` counts the updates, a
    schedule counts the batches, and averages and constraints act after each batch.
    loss_scale_factor: None, because gradients of float32 need no scaling.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name: str | None = None,
        **legacy,
    ):
        self.name = name or snake_case(type(self).__name__)
        self._learning_rate: Any = check_rate(translate(type(self), learning_rate, legacy))
        self.weight_decay = (
            None if weight_decay is None else check_number("weight_decay", weight_decay, 0)
        )
        limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        given = {
            k: check_number(k, v, 0, open_below=True) for k, v in limits.items() if v is not None
        }
        if len(given) > 1:
            raise ValueError(
                f"Give at most one of clipnorm, clipvalue and global_clipnorm; received "
                f"{', '.join(given)}."
            )
        self.clipnorm, self.clipvalue, self.global_clipnorm = (given.get(k) for k in limits)
        if not isinstance(use_ema, (bool, np.bool_)):
            raise TypeError(f"use_ema is True or False; received {use_ema!r}.")
        self.use_ema, self.ema_momentum = (
            bool(use_ema),
            check_number("ema_momentum", ema_momentum, 0, 1),
        )
        self.ema_overwrite_frequency = None
        if ema_overwrite_frequency is not None:
            self.ema_overwrite_frequency = check_count(
                "ema_overwrite_frequency", ema_overwrite_frequency
            )
        if loss_scale_factor is not None:
            raise ValueError(
                f"loss_scale_factor must be None; received {loss_scale_factor!r}. It serves "
                f"float16, which minidl does not "
                "train in: leave it out."
            )
        self.loss_scale_factor = None
        if gradient_accumulation_steps is not None:
            gradient_accumulation_steps = check_count(
                "gradient_accumulation_steps (None for an update with every batch)",
                gradient_accumulation_steps,
                2,
            )
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._iterations = 0  # calls of step or apply
        self.variables: list[Variable] = []
        self._memory: list[tuple[np.ndarray, ...]] = []  # the slots, aligned with the variables
        self._averages: list[np.ndarray] = []  # likewise, with use_ema
        self._sums: list[
            np.ndarray
        ] = []  # likewise, with gradient_accumulation_steps: of the gradients so far
        self._constrained: list[Variable] = []  # those that have limits
        self._scratch: dict[tuple, np.ndarray] = {}
        self._not_decayed: tuple[list[Variable], list[str]] = (
            [],
            [],
        )  # variables, and words in names
        self._rehearsed = str(type(self).update.__module__).startswith(
            _LIBRARY
        )  # ours need no rehearsal

    trainable_variables = property(lambda self: self.variables)

    # -- for subclasses
    def slots(self) -> tuple[str, ...]:
        """The names of the arrays to keep per variable."""
        return ()

    def initial(self, slot: str, w: np.ndarray) -> np.ndarray:
        """What a slot holds before the first step."""
        return np.zeros_like(w)

    def begin_step(self, t: int) -> None:
        """Compute here what a paper computes once a step, not once a variable. t: 1 in the first
        step.
        """

    def as_in_paper(self, slot: str, array: np.ndarray) -> np.ndarray:
        """A slot's numbers in the paper's units, for pictures, where `update` keeps them in others
        to save work.
        """
        return array

    def scratch(self, w: np.ndarray, number: int = 0) -> np.ndarray:
        """An array of w's shape for what is computed on the way; the same one each time, because a
        new one costs more.
        """
        array = self._scratch.get((w.shape, number))
        if array is None or array.dtype != w.dtype:
            array = self._scratch[w.shape, number] = np.empty_like(w)
        return array

    def update(self, w: np.ndarray, g: np.ndarray, lr: float, *slots: np.ndarray):
        """Move w, in place. w: the variable's array; g: its gradient, not to be changed; slots: in
        the order of `slots()`.
        """
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update(self, w, g, lr, *slots)."
        )

    def add_variable_from_reference(self, *args, **kwargs):
        """Keras's way to make memory; NotImplementedError names ours."""
        raise NotImplementedError(
            f"{type(self).__name__}: here an optimizer names its memory in `slots(self)`, and "
            f"moves a weight in "
            "`update(self, w, g, lr, *slots)`, instead of Keras's build and update_step."
        )

    # -- the counter and the learning rate
    @property
    def iterations(self) -> Iterations:
        """How many updates were made: one a step, or one in gradient_accumulation_steps."""
        return Iterations(self._iterations // (self.gradient_accumulation_steps or 1))

    @iterations.setter
    def iterations(self, value):
        self._iterations = check_count("iterations", value, 0) * (
            self.gradient_accumulation_steps or 1
        )
        for total in self._sums:
            total[...] = 0

    @property
    def learning_rate(self) -> LearningRate:
        """The rate of the coming step, as a number; `.assign(x)` sets it."""
        return LearningRate(self._rate(), self)

    def _rate(self) -> float:
        rate: Any = self._learning_rate
        return check_number("learning_rate", rate(self._iterations), 0) if callable(rate) else rate

    @learning_rate.setter
    def learning_rate(self, value):
        if isinstance(self._learning_rate, SettableDecay) and not callable(value):
            value = self._learning_rate.set_to(check_rate(value), self._iterations)
        elif callable(self._learning_rate) and not callable(value):
            raise TypeError(
                "This optimizer's learning rate follows a schedule, which a fixed number would "
                "undo. "
                "Compile with a plain learning rate to set it by hand."
            )
        self._learning_rate = check_rate(value)

    lr = learning_rate

    # -- one step
    def build(self, variables) -> None:
        """Say which variables this optimizer moves, and make its memory for them. An optimizer
        serves one set of variables.
        """
        variables = list(variables)
        if self.variables:
            if [id(v) for v in variables] != [id(v) for v in self.variables]:
                raise ValueError(
                    f"This {type(self).__name__} already trains {len(self.variables)} other "
                    f"variables and remembers "
                    "their past. Make a new optimizer for another model, or when variables come "
                    "or go."
                )
            return
        names = self._check_slots()
        memory = []
        for v in variables:
            slots = tuple(np.array(self.initial(s, v.data)) for s in names)
            for slot, array in zip(names, slots):
                if array.shape != v.shape or array.dtype.kind not in "fiu":
                    raise ValueError(
                        f"{type(self).__name__}: initial('{slot}') must be numbers of the "
                        f"variable's shape {v.shape}; "
                        f"received {array.dtype} of shape {array.shape}."
                    )
            memory.append(tuple(array.astype(v.dtype) for array in slots))
        self.variables, self._memory = variables, memory
        self._averages = [v.data.copy() for v in variables] if self.use_ema else []
        self._sums = (
            [np.zeros_like(v.data) for v in variables] if self.gradient_accumulation_steps else []
        )
        self._constrained = [v for v in variables if v.constraint is not None]
        self.built = True

    def _check_slots(self) -> tuple[str, ...]:
        """The slots' names, if `slots` and `update` fit together."""
        import inspect

        owner, names = type(self).__name__, self.slots()
        if (
            not isinstance(names, (tuple, list))
            or not all(isinstance(n, str) for n in names)
            or len(set(names)) < len(names)
        ):
            raise TypeError(
                f"{owner}.slots() must return a tuple of different names, like ('velocity',) with "
                f"its comma; "
                f"received {names!r}."
            )
        try:
            inspect.signature(self.update).bind(*["w", "g", "lr", *names])
        except TypeError:
            raise TypeError(
                f"{owner} has the slots {names}, so its update must be update(self, w, g, lr, "
                f"{', '.join(names)}); it is "
                f"update(self, {', '.join(inspect.signature(self.update).parameters)})."
            ) from None
        return tuple(names)

    def step(self) -> None:
        """Move the variables along the gradients that backward() left in them, and clear those
        gradients.
        """
        if not self.variables:
            raise ValueError(
                f"{type(self).__name__} does not know its variables yet: call "
                f"optimizer.build(model.trainable_variables)."
            )
        grads = [v._grad for v in self.variables]
        self._report_missing(grads, self.variables)
        self._move(grads)
        for v in self.variables:
            v.zero_grad()

    def apply(self, grads, trainable_variables=None) -> None:
        """Move the variables along `grads`, a list of arrays aligned with them (None: leave that
        variable alone).

        trainable_variables: those that the gradients are of, all of the optimizer's or some; the
        first time they are what it trains.
        """
        variables = self.variables if trainable_variables is None else list(trainable_variables)
        if not {id(v) for v in variables} <= {id(v) for v in self.variables}:
            self.build(variables)
        grads = list(grads)
        if len(grads) != len(variables):
            raise ValueError(
                f"{type(self).__name__}: received {len(grads)} gradients for {len(variables)} "
                f"variables."
            )
        checked = {}
        for g, v in zip(grads, variables):
            g = g if g is None else np.asarray(as_array(g), dtype=v.dtype)
            if g is not None and g.shape != v.shape:
                raise ValueError(
                    f"{type(self).__name__}: the gradient of '{v.name}' has shape {g.shape}; the "
                    f"variable has {v.shape}."
                )
            checked[id(v)] = g
        self._report_missing(grads, variables)
        self._move([checked.get(id(v)) for v in self.variables])

    def apply_gradients(self, grads_and_vars) -> None:
        """`apply` for pairs (gradient, variable), as from zip(grads, model.trainable_variables)."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])

    def _move(self, grads: list) -> None:
        with quiet():
            if not self._sums:
                self._update_all(grads)
            elif (self._iterations + 1) % (self.gradient_accumulation_steps or 1) == 0:
                self._update_all([self._mean(g, total) for g, total in zip(grads, self._sums)])
                for total in self._sums:
                    total[...] = 0
            else:
                for g, total in zip(grads, self._sums):
                    if g is not None:
                        total += g
            if self.use_ema:
                self._average()
            for v in self._constrained:
                v.assign(v.constraint(v.data))
        self._iterations += 1

    def _mean(self, g, total):
        """The mean gradient of the batches since the last update; None if none of them had one."""
        if g is None and not total.any():
            return None
        return (total if g is None else total + g) / self.gradient_accumulation_steps

    def _update_all(self, grads: list) -> None:
        grads = self._clip(grads)
        lr = self._rate()
        with nullcontext() if self._rehearsed else self._rehearsal(grads, lr):
            self.begin_step(self._iterations // (self.gradient_accumulation_steps or 1) + 1)
            for v, g, slots in zip(self.variables, grads, self._memory):
                if g is not None:
                    w = v.data
                    if self.weight_decay and self._decays(v):
                        w *= 1 - self.weight_decay * lr
                    moved = self.update(w, g, lr, *slots)
                    if (
                        moved is not None
                    ):  # an update that returns the new values instead of changing w
                        w[...] = self._check_moved(moved, v)
                    v.version[0] += 1

    def _check_moved(self, moved, v) -> np.ndarray:
        try:
            array = np.asarray(moved)
            if array.shape == v.shape and array.dtype.kind in "fiu":
                return array
            returned = f"{array.dtype} of shape {array.shape}"
        except ValueError:  # things of several shapes
            returned = type(moved).__name__
        raise ValueError(
            f"{type(self).__name__}.update must return the new values of '{v.name}', numbers of "
            f"shape {v.shape}, "
            f"or nothing after changing w in place; it returned {returned}."
        )

    @contextmanager
    def _rehearsal(self, grads, lr):
        """Around the first step that moves, of an update of your own: an error leaves all as it
        was, a forgotten slot is pointed out.
        """
        arrays = [[v.data, *slots] for v, slots in zip(self.variables, self._memory)]
        before = [[a.copy() for a in row] for row in arrays]
        went_well = False
        try:
            yield
            went_well = True
        finally:
            for array, old in zip(chain(*arrays), chain(*before)) if not went_well else ():
                array[...] = old
        moving = [
            i
            for i, g in enumerate(grads)
            if g is not None and lr > 0 and np.abs(g).max(initial=0) > 1e-6
        ]
        self._rehearsed = bool(moving)
        for k, name in enumerate(self.slots(), 1):
            if moving and all(np.array_equal(arrays[i][k], before[i][k]) for i in moving):
                warnings.warn(
                    f"{type(self).__name__}: the slot '{name}' did not change in the first step. "
                    f"`{name} = ...` inside update "
                    f"makes a new array, which is forgotten; change the one you were given: "
                    f"`{name}[...] = ...`.",
                    stacklevel=6,
                )

    def _average(self) -> None:
        done = self._iterations // (self.gradient_accumulation_steps or 1)
        for v, average in zip(self.variables, self._averages):
            if done == 0:
                average[...] = v.data  # the average begins at the first step's weights
            else:
                average += (1 - self.ema_momentum) * (v.data - average)
        if self.ema_overwrite_frequency and (done + 1) % self.ema_overwrite_frequency == 0:
            self.finalize_variable_values()

    def finalize_variable_values(self, variables=None) -> None:
        """With use_ema: put the moving averages in the weights' place. `fit` does so at its end.
        Otherwise nothing.
        """
        for v, average in zip(self.variables, self._averages):
            v.assign(average)

    # -- as plain data
    def get_config(self) -> dict:
        """All settings, also those left at their default, as plain data, with the rate of now; what
        was learned is in `get_state`.
        """
        own, passed = parameters(type(self))
        if type(self).__init__.__module__.startswith(_LIBRARY):
            config = {name: getattr(self, name) for name in [*own, *passed]}
        else:
            config = {k: v for k, v in given_arguments(self).items() if k not in ("lr", "decay")}
            for (
                name,
                default,
            ) in (
                passed.items()
            ):  # what the class sets itself stays out, since it would receive it twice
                value = getattr(self, name, default)
                if name in config or value == (
                    snake_case(type(self).__name__) if name == "name" else default
                ):
                    config[name] = value
        return {
            k: serialize(v) for k, v in {**config, "learning_rate": self._learning_rate}.items()
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects=None):
        """A new one from what `get_config` gave."""
        with custom_object_scope(custom_objects or {}):
            config = {k: deserialize(v) for k, v in config.items()}
        later = (
            [config.pop("learning_rate")]
            if "learning_rate" in config and "learning_rate" not in parameters(cls)[0]
            else []
        )
        made = cls(**config)
        for rate in later:  # the class does not name it: it may set it itself
            made._learning_rate = check_rate(rate)
        return made

    # -- what it remembers, for saving and for looking
    def get_state(self) -> dict[str, np.ndarray]:
        """All that the next step depends on, but for the settings, copied: 'optimizer', the class;
        'iterations', the steps, also those that only summed gradients; 'learning_rate' if it is a
        plain number; each slot as 'position/variable/slot', like '0/kernel/velocity'; with use_ema
        also '.../average', with gradient_accumulation_steps '.../gradient_sum'."""
        state = {
            "optimizer": np.array(type(self).__name__),
            "iterations": np.array(self._iterations),
        }
        if not callable(self._learning_rate):
            state["learning_rate"] = np.array(self._learning_rate)
        return {**state, **{name: array.copy() for name, array in self._named_memory()}}

    def set_state(self, state) -> None:
        """Go on from what `get_state` returned. ValueError, and nothing changed, if it is of
        another optimizer or model.
        """
        own, given, owner = (
            dict(self._named_memory()),
            {k: np.asarray(v) for k, v in state.items()},
            type(self).__name__,
        )
        numbers = {
            k: given.pop(k) for k in ("optimizer", "iterations", "learning_rate") if k in given
        }
        if given.keys() != own.keys() or "iterations" not in numbers:
            differing = sorted(given.keys() ^ own.keys()) or ["iterations"]
            raise ValueError(
                f"This state is not of this {owner} (call build first if it is new): "
                f"{differing[0]!r} is on one side only."
            )
        if numbers.get("optimizer", owner) != owner:
            raise ValueError(f"This state is not of this {owner} but of {numbers['optimizer']}.")
        for name, array in given.items():
            if (
                array.shape != own[name].shape
                or array.dtype.kind != "f"
                or not np.isfinite(array).all()
            ):
                raise ValueError(
                    f"{owner}: '{name}' must be finite numbers of shape {own[name].shape}; "
                    f"received {array.dtype} "
                    f"of shape {array.shape}."
                )
        count = numbers["iterations"]
        iterations = check_count("iterations", count.item() if count.size == 1 else count, 0)
        rate = check_number("learning_rate", numbers.get("learning_rate", 0.0), 0)
        for name, array in given.items():
            own[name][...] = array
        self._iterations = iterations
        if "learning_rate" in numbers and not callable(self._learning_rate):
            self._learning_rate = rate

    def _named_memory(self):
        slots = self.slots()
        for i, (v, arrays) in enumerate(zip(self.variables, self._memory)):
            yield from ((f"{i}/{v.name}/{slot}", array) for slot, array in zip(slots, arrays))
        for i, (v, average) in enumerate(zip(self.variables, self._averages)):
            yield f"{i}/{v.name}/average", average
        for i, (v, total) in enumerate(zip(self.variables, self._sums)):
            yield f"{i}/{v.name}/gradient_sum", total

    def _report_missing(self, grads, variables) -> None:
        if not any([g is None for g in grads]) and grads:
            return
        missing = [v.name for v, g in zip(variables, grads) if g is None and v.trainable]
        if all(g is None for g in grads):
            raise ValueError(
                "No variable has a gradient. Call loss.backward() first, and compute the loss "
                "from these variables "
                "with minidl's ops (not in plain NumPy, not under no_grad())."
            )
        if missing:
            warnings.warn(
                f"No gradient reached {', '.join(repr(n) for n in missing)}: not on a path to the "
                f"loss. "
                "Left unchanged.",
                stacklevel=3,
            )

    def _clip(self, grads: list) -> list:
        if self.clipvalue:
            return [g if g is None else np.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        if self.clipnorm:
            return [
                g if g is None else g * min(1.0, self.clipnorm / max(_norm([g]), 1e-30))
                for g in grads
            ]
        if self.global_clipnorm:
            scale = min(
                1.0, self.global_clipnorm / max(_norm([g for g in grads if g is not None]), 1e-30)
            )
            return [g if g is None else g * scale for g in grads]
        return grads

    def exclude_from_weight_decay(self, var_list=None, var_names=None) -> None:
        """Leave these variables, and those whose name contains one of the words, out of weight
        decay: var_names=['bias'].
        """
        self._not_decayed = list(var_list or ()), list(var_names or ())

    def _decays(self, variable) -> bool:
        variables, words = self._not_decayed
        return not any(v is variable for v in variables) and not any(
            word in variable.name for word in words
        )

    def __repr__(self):
        return (
            f"<{type(self).__name__} learning_rate={self.learning_rate:g}, {self.iterations} "
            f"steps done>"
        )


def _norm(grads) -> float:
    return math.sqrt(
        sum(float(np.sum(np.square(g, dtype=np.float64))) for g in grads)
    )  # float32 would overflow at 2e19


def check_epsilon(value) -> float:
    """ε as given; None means `minidl.backend.epsilon()`."""
    return check_number("epsilon", backend.epsilon() if value is None else value, 0)
