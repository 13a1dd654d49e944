"""The settings that all optimizers share: what they may be, and how they are described."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..support import backend
from ..support.checks import check_count, check_number
from ..support.configs import Configurable, given_arguments
from ..support.registry import snake_case

Rate = float | Callable[..., float]  # a learning rate: a number, or a function of the step


def check_rate(rate) -> Any:
    """A number of at least 0, or a function of the step; errors say what else it was."""
    if isinstance(rate, type):
        raise TypeError(
            f"A learning rate is a number, a schedule or a function of the step; {rate.__name__} "
            f"is a class: write learning_rate={rate.__name__}(...)."
        )
    if not callable(rate):
        return check_number("learning_rate", rate, 0)
    import inspect

    if inspect.signature(rate).parameters:
        return rate
    return lambda step: rate()  # Keras's bare callables know no step


def check_epsilon(value) -> float:
    """ε as given; None means `minidl.backend.epsilon()`."""
    return check_number("epsilon", backend.epsilon() if value is None else value, 0)


def check_decay(value) -> float | None:
    """The weight decay: None, or a number of at least 0."""
    return None if value is None else check_number("weight_decay", value, 0)


def check_limits(clipnorm, clipvalue, global_clipnorm) -> list[float | None]:
    """The three limits, None for those not given: at most one may be, above 0."""
    limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
    given = {k: check_number(k, v, 0, open_below=True) for k, v in limits.items() if v is not None}
    if len(given) > 1:
        raise ValueError(
            f"Give at most one of clipnorm, clipvalue and global_clipnorm; received "
            f"{', '.join(given)}."
        )
    return [given.get(name) for name in limits]


def check_frequency(value) -> int | None:
    """After how many updates the averages take the weights' place; None for never."""
    return None if value is None else check_count("ema_overwrite_frequency", value)


def check_batches(value) -> int | None:
    """How many batches make one update; None for one."""
    name = "gradient_accumulation_steps (None for an update with every batch)"
    return None if value is None else check_count(name, value, 2)


def check_scale(value) -> float | None:
    """By what a loss is multiplied and its gradients divided; None for nothing."""
    return None if value is None else check_number("loss_scale_factor", value, 0, open_below=True)


# --- a description


def arguments(kind: type) -> tuple[dict, dict]:
    """The arguments of an optimizer with their defaults: those that its __init__ names, and those
    that it passes on as **options.
    """
    import inspect

    own: dict = {}
    passed: dict = {}
    for level, cls in enumerate(c for c in kind.__mro__[:-1] if "__init__" in vars(c)):
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        for p in named:
            if p.name not in own and p.name not in passed:
                (passed if level else own)[p.name] = p.default
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return own, passed


def described(thing: Configurable, base: type) -> dict:
    """The settings of now, by the arguments' names.

    A class of yours that writes its own get_config adds its arguments to those of the class above
    it. Without one, it is described by what its __init__ received.
    """
    kinds = type(thing).__mro__
    writers = [i for i, c in enumerate(kinds) if "get_config" in vars(c) and issubclass(c, base)]
    kind = kinds[writers[-2] + 1] if len(writers) > 1 else kinds[0]
    own, passed = arguments(kind)
    if kind is not type(thing) or is_ours(kind.__init__):
        return {name: getattr(thing, name) for name in [*own, *passed]}
    given = given_arguments(thing)
    automatic = snake_case(kind.__name__)
    for name, default in passed.items():
        value = getattr(thing, name, default)
        if name in given or value == (automatic if name == "name" else default):
            given[name] = value  # what the class sets itself stays out: it would come twice
    return given


def is_ours(method) -> bool:
    """Whether a method is the library's own, not that of a reader's class."""
    return str(method.__module__).partition(".")[0] == __name__.partition(".")[0]
