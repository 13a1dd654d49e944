"""What tutorials before 2022 wrote: `lr`, `decay`, and the old order of arguments; said in today's
words, never ignored.
"""

from __future__ import annotations

import sys
import warnings
from itertools import chain

import numpy as np

from ..support.checks import check_number
from ..support.registry import REGISTRIES, did_you_mean
from .schedules import InverseTimeDecay, schedules


def __getattr__(name):
    """optimizers.legacy.Adam, as tutorials of 2022 wrote it, is optimizers.Adam."""
    if name in (registry := REGISTRIES.get("optimizer", {})):
        warnings.warn(
            f"optimizers.legacy.{name} is today optimizers.{name}.", FutureWarning, stacklevel=2
        )
        return registry[name]
    raise AttributeError(f"minidl.optimizers.legacy has no {name!r}.")


def translate(kind: type, rate, legacy: dict):
    """What `lr` and `decay` meant in the tutorials' time, as a learning rate of today."""
    owner = kind.__name__
    unknown = set(legacy) - {"lr", "decay"}
    if unknown:
        name = sorted(unknown)[0]
        raise TypeError(
            f"{owner} does not know the argument "
            f"{name!r}.{did_you_mean(name, ['lr', *chain(*parameters(kind))])}"
        )
    if "lr" in legacy:
        import inspect

        parameter = inspect.signature(kind.__init__).parameters.get("learning_rate")
        if parameter is not None and rate is not parameter.default:
            raise TypeError(
                f"{owner} received both learning_rate={rate!r} and its old name "
                f"lr={legacy['lr']!r}; give one."
            )
        rate = legacy["lr"]
    if not legacy.get("decay"):
        if "lr" in legacy:
            warnings.warn(
                f"{owner}(lr=...) is today written {owner}(learning_rate={rate!r}).",
                FutureWarning,
                stacklevel=_level(),
            )
        return rate
    decay, start = check_number("decay", legacy["decay"], 0), check_number("learning_rate", rate, 0)
    warnings.warn(
        f"{owner}(decay=...) is today a schedule: learning_rate=InverseTimeDecay({start!r}, 1, "
        f"{decay!r}).",
        FutureWarning,
        stacklevel=_level(),
    )
    return SettableDecay(start, 1, decay)


@schedules.register()
class SettableDecay(InverseTimeDecay):
    """What `decay` makes of a rate: it shrinks from wherever it was last set, as it did then for
    ReduceLROnPlateau and its like.
    """

    def set_to(self, rate: float, step: int) -> SettableDecay:
        """The same shrinking, but so that the rate of this step is `rate`."""
        return SettableDecay(rate * (1 + self.decay_rate * step), 1, self.decay_rate)


def parameters(kind: type) -> tuple[dict, dict]:
    """The arguments of an optimizer with their defaults: those that its __init__ names, and those
    that it passes on as **options.
    """
    import inspect

    own: dict = {}
    passed: dict = {}
    for level, cls in enumerate(c for c in kind.__mro__[:-1] if "__init__" in vars(c)):
        arguments = list(inspect.signature(cls.__init__).parameters.values())[1:]
        named = {
            p.name: p.default for p in arguments if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        }
        (passed if level else own).update(
            {k: v for k, v in named.items() if k not in own and k not in passed}
        )
        if not any(p.kind is p.VAR_KEYWORD for p in arguments):
            break
    return own, passed


def _level() -> int:
    """The stack level, seen from `translate`, of the line that makes the optimizer: past the chain
    of its __init__ methods.
    """
    level, frame = 2, sys._getframe(2)
    optimizer = frame.f_locals.get("self")
    while frame.f_back and frame.f_locals.get("self") is optimizer:
        level, frame = level + 1, frame.f_back
    return level


def check_flag(
    owner: str, name: str, value, old_order: str, by_name: str, expected: str = "True or False"
) -> None:
    """TypeError if a number stands where older tutorials had another argument: their order by
    position is not today's.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(
            f"{owner}: {name} is {expected}; received {value!r}. If you meant the order of older "
            f"tutorials, {old_order}, "
            f"write the names: {by_name}."
        )
