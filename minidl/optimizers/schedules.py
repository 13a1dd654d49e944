"""Learning rates that change with the step; pass one as `learning_rate`. A schedule counts steps
(batches), not epochs.

Any function of the step number is a schedule. The classes below are those of Keras; their repr
shows the arguments.

>>> Adam(learning_rate=ExponentialDecay(0.01, decay_steps=1000, decay_rate=0.9))
>>> Adam(learning_rate=lambda step: 0.01 / (1 + step / 1000))
"""

from __future__ import annotations

import math
from bisect import bisect_left

from ..support.checks import check_number
from ..support.configs import Configurable
from ..support.configs import deserialize as deserialize
from ..support.configs import serialize as serialize
from ..support.registry import Registry

registry = Registry("schedule")


class LearningRateSchedule(Configurable):
    """Base class of schedules: `schedule(step)` returns the rate of that step, where 0 is the first
    step. A subclass defines `__call__`.
    """

    def __call__(self, step) -> float:
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __call__(self, step) that returns the rate of "
            f"the step."
        )

    def __repr__(self):
        settings = {k: v for k, v in vars(self).items() if k not in ("name", "_made_with")}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in settings.items())})"


@registry.register()
class ExponentialDecay(LearningRateSchedule):
    """η = η₀ · rate^(t/T): the rate is multiplied by the same factor every T steps. staircase: it
    stays constant for T steps and then falls at once.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="ExponentialDecay",
    ):
        self.initial_learning_rate = _rate("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = check_number("decay_rate", decay_rate, 0)
        self.staircase, self.name = staircase, name

    def __call__(self, step):
        periods = step / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (
            math.floor(periods) if self.staircase else periods
        )


@registry.register()
class InverseTimeDecay(LearningRateSchedule):
    """η = η₀ / (1 + rate·t/T): falls fast at first, then more and more slowly. With T = 1 it equals
    `decay` in tutorials before 2022.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="InverseTimeDecay",
    ):
        self.initial_learning_rate = _rate("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = check_number("decay_rate", decay_rate, 0)
        self.staircase, self.name = staircase, name

    def __call__(self, step):
        periods = step / self.decay_steps
        return self.initial_learning_rate / (
            1 + self.decay_rate * (math.floor(periods) if self.staircase else periods)
        )


@registry.register()
class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including step boundaries[0], then values[1] up to and including
    boundaries[1], ..., and the last value for all later steps.
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        for given in (boundaries, values):
            if not hasattr(given, "__len__") or isinstance(given, str):
                raise TypeError(
                    f"PiecewiseConstantDecay takes two lists, boundaries and values; received "
                    f"{boundaries!r} and {values!r}."
                )
        self.boundaries = [check_number("a boundary", b) for b in boundaries]
        self.values = [_rate("a value", v) for v in values]
        self.name = name
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"PiecewiseConstantDecay needs one value more than boundaries; received "
                f"{len(self.boundaries)} boundaries "
                f"and {len(self.values)} values."
            )
        if self.boundaries != sorted(self.boundaries):
            raise ValueError(
                f"PiecewiseConstantDecay: boundaries must stand in rising order; received "
                f"{self.boundaries}."
            )

    def __call__(self, step):
        return self.values[bisect_left(self.boundaries, step)]


@registry.register()
class PolynomialDecay(LearningRateSchedule):
    """η = (η₀ − η₁)·(1 − t/T)^power + η₁: falls from η₀ to η₁ in T steps, in a straight line for
    power 1, and then stays at η₁.

    cycle: T becomes 2T, 3T, ... when t passes it, so the rate jumps up and falls again.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self.initial_learning_rate = _rate("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.end_learning_rate = _rate("end_learning_rate", end_learning_rate)
        self.power = check_number("power", power, 0)
        self.cycle, self.name = cycle, name

    def __call__(self, step):
        length = self.decay_steps * (
            max(1, math.ceil(step / self.decay_steps)) if self.cycle else 1
        )
        left = 1 - min(step, length) / length
        return (
            self.initial_learning_rate - self.end_learning_rate
        ) * left**self.power + self.end_learning_rate


@registry.register()
class CosineDecay(LearningRateSchedule):
    """η = η₀·((1 − α)·½(1 + cos(π·t/T)) + α): half a cosine wave from η₀ to α·η₀ in T steps.
    Loshchilov & Hutter 2017

    warmup_target, warmup_steps: the rate first rises in a straight line from η₀ to the target and
    then decays from there.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        self.initial_learning_rate = _rate("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.alpha = check_number("alpha", alpha, 0)
        self.name = name
        self.warmup_target = (
            None if warmup_target is None else _rate("warmup_target", warmup_target)
        )
        self.warmup_steps = check_number("warmup_steps", warmup_steps, 0)

    def __call__(self, step):
        top = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return top + (self.warmup_target - top) * step / self.warmup_steps
            top, step = self.warmup_target, step - self.warmup_steps
        return top * _half_wave(step / self.decay_steps, self.alpha)


@registry.register()
class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decay that restarts. Each period is t_mul times as long as the one before, and starts
    at m_mul times the rate. SGDR, Loshchilov & Hutter 2017
    """

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name="SGDRDecay",
    ):
        self.initial_learning_rate = _rate("initial_learning_rate", initial_learning_rate)
        self.first_decay_steps = _positive("first_decay_steps", first_decay_steps)
        self.t_mul, self.m_mul = check_number("t_mul", t_mul, 1), check_number("m_mul", m_mul, 0)
        self.alpha = check_number("alpha", alpha, 0)
        self.name = name

    def __call__(self, step):
        length, restarts = self.first_decay_steps, 0
        if self.t_mul == 1:
            restarts, step = divmod(step, length)
        while step >= length:
            step, length, restarts = step - length, length * self.t_mul, restarts + 1
        return self.initial_learning_rate * _half_wave(
            step / length, self.alpha, height=self.m_mul**restarts
        )


def _half_wave(done: float, alpha: float, height: float = 1.0) -> float:
    """Half a cosine wave from `height` at 0 to alpha at 1; constant after that."""
    return (1 - alpha) * height * 0.5 * (1 + math.cos(math.pi * min(done, 1))) + alpha


def _rate(name: str, value) -> float:
    return check_number(name, value, 0)


def _positive(name: str, value) -> float:
    return check_number(name, value, 0, open_below=True)
