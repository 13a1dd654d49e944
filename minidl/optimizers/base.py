"""The base class of all optimizers: step counter, learning rate, clipping, weight decay, and the
memory of each variable. The loop, SGD and Adam are in core/optimizer.py.

A new optimizer is a class with `update`, and with `slots` if it keeps arrays from step to step:

>>> @minidl.optimizers.register()                          # now compile("momentum") finds it too
... class Momentum(Optimizer):
...     def slots(self): return ("velocity",)              # one array per variable, zeros at first
...     def update(self, w, g, lr, velocity):
...         velocity *= 0.9                                # in place; `velocity = ...` is forgotten
...         velocity -= lr * g
...         w += velocity
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..core import optimizer as core
from ..guards import optimizer as guard
from ..support.checks import check_count, check_flag, check_number, is_ours
from ..support.configs import Catalogue, Configurable, serialize
from ..support.processes import here
from ..support.registry import Registry, snake_case
from ..tensor import Variable, quietly, switches
from . import around, settings
from .memory import Memory, clears_every

registry = Catalogue(
    "optimizer",
    "An optimizer is a name, an Optimizer class or an instance",
    fits=lambda thing: isinstance(thing, Optimizer),
    naming=str.lower,
)
register = registry.register
wrappers = Registry("optimizer of optimizers")  # which have no name for compile()


class Optimizer(Configurable, core.Optimizer):
    """Base class of optimizers. `step` (or `apply`) does the following in this order: clip the
    gradients, decay the weights, update, average, apply the constraints, count.

    learning_rate: a number, or a function of the step number 0, 1, 2, ..., like `schedules`.
    weight_decay: each step multiplies w by 1 − learning_rate·weight_decay (Loshchilov & Hutter
    2019). clipnorm, clipvalue, global_clipnorm: the largest norm of each gradient, absolute value
    of an entry, or norm of all gradients together. At most one of the three is given.
    use_ema: keeps an average of the weights, a ← μ·a + (1−μ)·w with μ = ema_momentum. It replaces
    the weights after `fit`, and every ema_overwrite_frequency steps. Polyak & Juditsky 1992.
    gradient_accumulation_steps: n >= 2 makes one update with the mean gradient of n batches. As in
    Keras, `iterations` counts updates, while schedules, averages and constraints count batches.
    loss_scale_factor: `apply` divides the gradients of scale_loss(loss) by it. `fit` and `step` do
    not use it, because gradients of float32 need no scaling.
    """

    memory_names: tuple[dict[str, str], ...] = ()  # Keras's names of the slots, in Keras's groups
    schedule: Any = None  # the function that gives the learning rate, if there is one
    clears_every = 0  # after how many updates traces of old gradients are cleared
    built = False
    elementwise = False  # whether `update` treats each number alone: it may get parts of arrays
    not_decayed: tuple = (), ()  # variables, and words in names

    def __init__(
        self,
        learning_rate: guard.Rate = 0.001,
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
    ):
        self.name = name or snake_case(type(self).__name__)
        self.weight_decay = guard.check_decay(weight_decay)
        limits = guard.check_limits(clipnorm, clipvalue, global_clipnorm)
        self.clipnorm, self.clipvalue, self.global_clipnorm = limits
        self.use_ema = check_flag("use_ema", use_ema)
        self.ema_momentum = check_number("ema_momentum", ema_momentum, 0, 1)
        self.ema_overwrite_frequency = guard.check_frequency(ema_overwrite_frequency)
        self.loss_scale_factor = guard.check_scale(loss_scale_factor)
        self.gradient_accumulation_steps = guard.check_batches(gradient_accumulation_steps)
        self.kept = Memory(type(self).__name__, self.memory_names)
        self.rehearsed = is_ours(self.update)  # ours need no rehearsal
        super().__init__(learning_rate)

    @property
    def iterations(self) -> int:
        """How many updates were made: one a step, or one in gradient_accumulation_steps."""
        return self.kept.steps // (self.gradient_accumulation_steps or 1)

    @iterations.setter
    def iterations(self, value):
        updates = check_count("iterations", value, 0)
        self.kept.counter.array[...] = updates * (self.gradient_accumulation_steps or 1)
        if self.kept.sums:
            around.clear(self.kept.sums)

    @property
    def learning_rate(self) -> Any:
        """The rate of the coming step. To set it, assign a number or a schedule."""
        return self.current_rate()

    @learning_rate.setter
    def learning_rate(self, value):
        if self.schedule is not None and not callable(value):
            raise guard.follows_schedule()
        self.set_rate(guard.check_rate(value))

    def set_rate(self, rate) -> None:
        """Set the rate to a number or schedule, even if it followed a schedule before."""
        self.schedule = rate if callable(rate) else None
        if self.schedule is None:
            self.kept.rate.array[...] = rate

    def current_rate(self) -> float:
        """Return the rate of the next step, from the schedule or as it was set."""
        if self.schedule is None:
            return self.kept.rate.array.item()
        return check_number("learning_rate", self.schedule(self.kept.steps), 0)

    @property
    def memory(self) -> list[list[Any]]:
        """For each variable the arrays that `update` receives as slots; None for an empty slot."""
        return [[None if slot is None else slot.array for slot in row] for row in self.kept.rows]

    @property
    def variables(self) -> list[Variable]:
        """The memory, as in Keras: the number of steps, the learning rate (unless it follows a
        schedule), and the slots of each of the `trainable_variables`.
        """
        kept = self.kept
        numbers = [kept.counter, kept.rate] if self.schedule is None else [kept.counter]
        return [*numbers, *kept.variables()]

    def build(self, variables) -> None:
        """Set the variables that this optimizer moves, for ever, and create its memory."""
        owner, variables, names = type(self).__name__, list(variables), self.slots()
        if self.trainable_variables:
            guard.check_same(owner, variables, self.trainable_variables)
            return
        guard.check_slots(owner, names, self.update)
        summing = self.gradient_accumulation_steps is not None
        self.kept.build(variables, names, self.initial, self.use_ema, summing)
        self.constrained = [v for v in variables if v.constraint is not None]
        self.overwriting = any(v.overwrite_with_gradient for v in variables)
        self.clears_every = clears_every(vars(self))
        if self.elementwise and is_ours(type(self)):
            self.kept.join()
            if any(v.size > around.LARGE for v in variables):
                vars(self)["update"] = partial(around.in_pieces, self.update)
        self.trainable_variables, self.built = variables, True

    # -- one step
    def step(self) -> None:
        """Move the variables along the gradients that backward() left, and clear the gradients."""
        if not self.trainable_variables:
            raise guard.unbuilt(type(self).__name__)
        super().step()

    def apply(self, grads, trainable_variables=None) -> None:
        """Move the variables along `grads`, a list of arrays; None: that variable is not moved.

        trainable_variables: those of the gradients. The first call sets the optimizer's variables.
        """
        known = self.trainable_variables
        variables = known if trainable_variables is None else list(trainable_variables)
        if not {id(v) for v in variables} <= {id(v) for v in known}:
            self.build(variables)
        arrays = guard.aligned(type(self).__name__, list(grads), variables)
        guard.report_missing(arrays, variables)
        if self.loss_scale_factor:
            arrays = around.unscaled(arrays, variables, self.loss_scale_factor)
        given = {id(v): g for v, g in zip(variables, arrays)}
        grads = [given.get(id(v)) for v in self.trainable_variables]
        self.go(around.of_whole_batch(grads, self.trainable_variables))

    def apply_gradients(self, grads_and_vars) -> None:
        """Call `apply` with pairs (gradient, variable): zip(grads, model.trainable_variables)."""
        pairs = guard.pairs_of(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])

    def advance(self, grads: list) -> None:
        """Make a step along the gradients of the whole batch, and report missing gradients."""
        if here.share is not None:
            grads = here.share.averaged(grads, self.trainable_variables)
        if not grads or any(g is None for g in grads):
            guard.report_missing(grads, self.trainable_variables)
        self.go(grads)

    def go(self, grads: list) -> None:
        """Clip, decay, update, average, apply the constraints, count."""
        kept, batches = self.kept, self.gradient_accumulation_steps or 1
        count = kept.counter.array.item() + 1
        if not kept.sums:
            self.update_all(grads, count)
        elif count % batches:
            around.gather(kept.sums, grads, self.trainable_variables)
        else:
            means = around.means(kept.sums, grads, batches, self.trainable_variables)
            self.update_all(means, count // batches)
            around.clear(kept.sums)
        if self.use_ema:
            self.average((count - 1) // batches)
        for v in self.constrained:
            v.assign(v.constraint(v.array))
        kept.counter.array[...] = count

    def update_all(self, grads: list, t: int) -> None:
        """Clip the gradients, then decay and move the variables. t: the number of this update."""
        grads = around.overwrite(self.trainable_variables, grads) if self.overwriting else grads
        if self.clipvalue or self.clipnorm or self.global_clipnorm:
            grads = self.clipped(grads)
        lr = self.current_rate()
        if not self.rehearsed:
            step = partial(self.decay_and_move, grads, lr, t)
            quietly(guard.rehearse, self, grads, lr, step)
        elif self.weight_decay or not switches.quiet:
            quietly(self.decay_and_move, grads, lr, t)
        else:
            self.move(grads, lr, t)
        if self.clears_every and t % self.clears_every == 0:
            around.clear_traces(self.memory)

    def clipped(self, grads: list) -> list:
        return around.clip(grads, self.clipvalue, self.clipnorm, self.global_clipnorm)

    def decay_and_move(self, grads: list, lr: float, t: int) -> None:
        """w ← w − η·λ·w, then the update."""
        if self.weight_decay:
            self.shrink(grads, lr * self.weight_decay)
        self.move(grads, lr, t)

    def shrink(self, grads: list, by: float) -> None:
        """w ← w − by·w"""
        around.decay(self.trainable_variables, grads, 1 - by, *self.not_decayed)

    def moves(self, grads):
        """Yield (variable, gradient, slots) for every update; small variables move together."""
        complete = all(g is not None for g in grads)
        for joined in self.kept.joined if complete else ():
            np.concatenate([v.array.ravel() for v in joined.variables], out=joined.array)
            np.concatenate([grads[i].ravel() for i in joined.places], out=joined.gradient)
            yield joined, joined.gradient, joined.slots
            for v, part in zip(joined.variables, joined.parts):
                v.array[...] = part
                v.version[0] += 1
        done = {i for joined in self.kept.joined if complete for i in joined.places}
        yield from (row for i, row in enumerate(super().moves(grads)) if i not in done)

    def replace(self, variable, values) -> None:
        """Check the values that `update` returned, and copy them."""
        guard.check_moved(type(self).__name__, variable.name, variable.shape, values)
        super().replace(variable, values)

    def average(self, done: int) -> None:
        """a ← μ·a + (1−μ)·w. The averages start at the weights of the first step."""
        keep = self.ema_momentum if done else 0.0
        around.average(self.kept.averages, self.trainable_variables, keep)
        if self.ema_overwrite_frequency and (done + 1) % self.ema_overwrite_frequency == 0:
            self.finalize_variable_values()

    def finalize_variable_values(self, variables=None) -> None:
        """Replace the weights by their averages, with use_ema. `fit` calls it at its end."""
        for v, average in zip(self.trainable_variables, self.kept.averages):
            v.assign(average)

    def get_config(self) -> dict:
        """Return the settings as plain data, with the present rate; see also `get_state`."""
        rate = self.kept.rate.array.item() if self.schedule is None else self.schedule
        return serialize({**settings.described(self, Optimizer), "learning_rate": rate})

    @classmethod
    def from_config(cls, config: dict, custom_objects=None):
        """Create an optimizer from the data of `get_config`."""
        return settings.made_from(cls, config, custom_objects or {})

    def get_state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that the next step depends on: 'optimizer', the name of the
        class; 'iterations', the steps, including those that only summed gradients; 'learning_rate'
        if it is a plain number; each slot as 'position/variable/slot', like '0/kernel/velocity';
        with use_ema '.../average', with gradient_accumulation_steps '.../gradient_sum'.
        """
        kept, kind = self.kept, np.array(type(self).__name__)
        rate = {"learning_rate": kept.rate.numpy()} if self.schedule is None else {}
        arrays = {name: array.copy() for name, array in kept.named().items()}
        return {"optimizer": kind, "iterations": kept.counter.numpy(), **rate, **arrays}

    def set_state(self, state) -> None:
        """Restore a state from `get_state`. ValueError, and no change, if it does not fit."""
        self.kept.set(state, with_rate=self.schedule is None)

    def __repr__(self):
        rate = f"learning_rate={self.learning_rate:g}"
        return f"<{type(self).__name__} {rate}, {self.iterations} steps done>"
