"""What all optimizers share: the step counter, the learning rate, clipping, weight decay, and the memory of each variable.

A new optimizer is a class with `update`, and `slots` if it remembers something from step to step:

>>> class Momentum(Optimizer):
...     def slots(self): return ("velocity",)              # one array per variable, zeros at first
...     def update(self, w, g, lr, velocity):
...         velocity *= 0.9                                # change arrays in place; `velocity = ...` would be forgotten
...         velocity -= lr * g
...         w += velocity
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ..arrays import as_array
from ..recording import quiet
from ..registry import Registry, did_you_mean, snake_case
from ..tensor import Variable

optimizers = Registry("optimizer", naming=str.lower)


class Optimizer:
    """Base class. In `step` (or `apply`), in this order: clip the gradients, decay the weights, update, count the step.

    learning_rate: a number, or a function of the step number (0, 1, 2, ...), which is how schedules work.
    weight_decay: each step shrinks w by learning_rate·weight_decay·w, apart from the gradient. Loshchilov & Hutter 2019.
    clipnorm: no variable's gradient gets longer than this; global_clipnorm: nor all of them together; clipvalue: no
    entry gets larger. At most one of the three. lr, decay: as tutorials before 2022 write them, with a FutureWarning.
    """

    def __init__(self, learning_rate=0.001, weight_decay=None, clipnorm=None, clipvalue=None, global_clipnorm=None, *,
                 name: str | None = None, **legacy):
        self.name = name or snake_case(type(self).__name__)
        self._learning_rate: Any = _check_rate(_translate(type(self), learning_rate, legacy))
        self.weight_decay = None if weight_decay is None else check_number("weight_decay", weight_decay, 0)
        limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        given = {k: check_number(k, v, 0, open_below=True) for k, v in limits.items() if v is not None}
        if len(given) > 1:
            raise ValueError(f"Give at most one of clipnorm, clipvalue and global_clipnorm; received {', '.join(given)}.")
        self.clipnorm, self.clipvalue, self.global_clipnorm = (given.get(k) for k in limits)
        self.iterations = 0
        self.variables: list[Variable] = []
        self._memory: list[tuple[np.ndarray, ...]] = []     # the slots, aligned with the variables
        self._scratch: dict[tuple, np.ndarray] = {}
        self._not_decayed: tuple[list[Variable], list[str]] = ([], [])     # variables, and words in names

    # -- for subclasses
    def slots(self) -> tuple[str, ...]:
        """The names of the arrays to keep per variable."""
        return ()

    def initial(self, slot: str, w: np.ndarray) -> np.ndarray:
        """What a slot holds before the first step."""
        return np.zeros_like(w)

    def begin_step(self, t: int) -> None:
        """Compute here what a paper computes once a step, not once a variable. t: 1 in the first step."""

    def scratch(self, w: np.ndarray) -> np.ndarray:
        """An array of w's shape for what is computed on the way; the same one each time, because a new one costs more."""
        array = self._scratch.get(w.shape)
        if array is None or array.dtype != w.dtype:
            array = self._scratch[w.shape] = np.empty_like(w)
        return array

    def update(self, w: np.ndarray, g: np.ndarray, lr: float, *slots: np.ndarray):
        """Move w, in place. w: the variable's array; g: its gradient, not to be changed; slots: in the order of `slots()`."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update(self, w, g, lr, *slots).")

    # -- the learning rate
    @property
    def learning_rate(self) -> float:
        """The rate of the coming step, as a number."""
        rate: Any = self._learning_rate
        if not callable(rate):
            return rate
        scheduled: Any = rate(self.iterations)
        return check_number("learning_rate", scheduled.item() if hasattr(scheduled, "item") else scheduled, 0)

    @learning_rate.setter
    def learning_rate(self, value):
        if callable(self._learning_rate) and not callable(value):
            raise TypeError("This optimizer's learning rate follows a schedule, which a fixed number would undo. "
                            "Compile with a plain learning rate to set it by hand.")
        self._learning_rate = _check_rate(value)

    lr = learning_rate

    # -- one step
    def build(self, variables) -> None:
        """Say which variables this optimizer moves, and make its memory for them. An optimizer serves one set of variables."""
        variables = list(variables)
        if self.variables:
            if [id(v) for v in variables] != [id(v) for v in self.variables]:
                raise ValueError(f"This {type(self).__name__} already trains {len(self.variables)} other variables and remembers "
                                 "their past. Make a new optimizer for another model, or when variables come or go.")
            return
        memory = []
        for v in variables:
            slots = tuple(np.array(self.initial(s, v.data), dtype=v.dtype) for s in self.slots())
            for slot, array in zip(self.slots(), slots):
                if array.shape != v.shape:
                    raise ValueError(f"{type(self).__name__}: initial('{slot}') has shape {array.shape} for a variable of shape {v.shape}.")
            memory.append(slots)
        self.variables, self._memory = variables, memory

    def step(self) -> None:
        """Move the variables along the gradients that backward() left in them, and clear those gradients."""
        if not self.variables:
            raise ValueError(f"{type(self).__name__} does not know its variables yet: call optimizer.build(model.trainable_variables).")
        self._move([v._grad for v in self.variables])
        for v in self.variables:
            v.zero_grad()

    def apply(self, grads, trainable_variables=None) -> None:
        """Move the variables along `grads`, a list of arrays aligned with them (None: leave that variable alone)."""
        if trainable_variables is not None:
            self.build(trainable_variables)
        grads = list(grads)
        if len(grads) != len(self.variables):
            raise ValueError(f"{type(self).__name__}: received {len(grads)} gradients for {len(self.variables)} variables.")
        checked = []
        for g, v in zip(grads, self.variables):
            g = g if g is None else np.asarray(as_array(g), dtype=v.dtype)
            if g is not None and g.shape != v.shape:
                raise ValueError(f"{type(self).__name__}: the gradient of '{v.name}' has shape {g.shape}; the variable has {v.shape}.")
            checked.append(g)
        self._move(checked)

    def apply_gradients(self, grads_and_vars) -> None:
        """`apply` for pairs (gradient, variable), as from zip(grads, model.trainable_variables)."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])

    def _move(self, grads: list) -> None:
        self._report_missing(grads)
        with quiet():
            grads = self._clip(grads)
            lr = self.learning_rate
            self.begin_step(self.iterations + 1)
            for v, g, slots in zip(self.variables, grads, self._memory):
                if g is not None:
                    w = v.data
                    if self.weight_decay and self._decays(v):
                        w -= w * (self.weight_decay * lr)
                    moved = self.update(w, g, lr, *slots)
                    if moved is not None:           # an update that returns the new values instead of changing w
                        w[...] = moved
                    v._version[0] += 1
        self.iterations += 1

    def _report_missing(self, grads) -> None:
        if not any([g is None for g in grads]) and grads:
            return
        missing = [v.name for v, g in zip(self.variables, grads) if g is None and v.trainable]
        if all(g is None for g in grads):
            raise ValueError("No variable has a gradient. Call loss.backward() first, and compute the loss from these variables "
                             "with minidl's ops (not in plain NumPy, not under no_grad()).")
        if missing:
            warnings.warn(f"No gradient reached {', '.join(repr(n) for n in missing)}: not on a path to the loss. "
                          "Left unchanged.", stacklevel=4)

    def _clip(self, grads: list) -> list:
        if self.clipvalue:
            return [g if g is None else np.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        if self.clipnorm:
            return [g if g is None else g * min(1.0, self.clipnorm / max(_norm([g]), 1e-30)) for g in grads]
        if self.global_clipnorm:
            scale = min(1.0, self.global_clipnorm / max(_norm([g for g in grads if g is not None]), 1e-30))
            return [g if g is None else g * scale for g in grads]
        return grads

    def exclude_from_weight_decay(self, var_list=None, var_names=None) -> None:
        """Leave these variables, and those whose name contains one of the words, out of weight decay: var_names=['bias']."""
        self._not_decayed = list(var_list or ()), list(var_names or ())

    def _decays(self, variable) -> bool:
        variables, words = self._not_decayed
        return not any(v is variable for v in variables) and not any(word in variable.name for word in words)

    def __repr__(self):
        return f"<{type(self).__name__} learning_rate={self.learning_rate:g}, {self.iterations} steps done>"


def _norm(grads) -> float:
    return math.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in grads))      # float32 would overflow at 2e19


def check_number(name: str, value, low: float, high: float = math.inf, open_below: bool = False) -> float:
    """A finite number in [low, high), or in (low, high); ValueError naming the argument otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value) \
            or not low <= value < high or (open_below and value == low):
        bounds = f"{'above' if open_below else 'of at least'} {low:g}" + (f" and below {high:g}" if high < math.inf else "")
        raise ValueError(f"{name} must be a number {bounds}; received {value!r}.")
    return float(value)


def _check_rate(rate) -> Any:
    if not callable(rate):
        return check_number("learning_rate", rate, 0)
    import inspect

    return rate if inspect.signature(rate).parameters else lambda step: rate()      # Keras's bare callables know no step


_ARGUMENTS = ("learning_rate", "lr", "momentum", "nesterov", "rho", "epsilon", "beta_1", "beta_2", "amsgrad", "centered",
              "weight_decay", "clipnorm", "clipvalue", "global_clipnorm")


def _translate(kind: type, rate, legacy: dict):
    """What `lr` and `decay` meant in the tutorials' time, as a learning rate of today."""
    owner = kind.__name__
    unknown = set(legacy) - {"lr", "decay"}
    if unknown:
        name = sorted(unknown)[0]
        raise TypeError(f"{owner} does not know the argument {name!r}.{did_you_mean(name, _ARGUMENTS)}")
    if "lr" in legacy:
        import inspect

        parameter = inspect.signature(kind).parameters.get("learning_rate")
        if parameter is not None and rate is not parameter.default:
            raise TypeError(f"{owner} received both learning_rate={rate!r} and its old name lr={legacy['lr']!r}; give one.")
        rate = legacy["lr"]
    if not legacy.get("decay"):
        if "lr" in legacy:
            warnings.warn(f"{owner}(lr=...) is today written {owner}(learning_rate={rate!r}).", FutureWarning, stacklevel=4)
        return rate
    decay, start = check_number("decay", legacy["decay"], 0), check_number("learning_rate", rate, 0)
    warnings.warn(f"{owner}(decay=...) is today a schedule: learning_rate=InverseTimeDecay({start!r}, 1, {decay!r}).",
                  FutureWarning, stacklevel=4)
    return lambda step: start / (1 + decay * step)
