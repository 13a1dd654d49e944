"""Checks the settings that all optimizers share, and describes the settings of an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..support import backend
from ..support.checks import check_count, check_number
from ..support.configs import Configurable, given_arguments
from ..support.registry import snake_case

Rate = float | Callable[..., float]  # a learning rate: a number, or a function of the step


def check_rate(rate) -> Any:
    """Return the learning rate: a number of at least 0, or a function of the step. Errors name the
    cure.
    """
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
    """Return ε; for None the value of `minidl.backend.epsilon()`."""
    return check_number("epsilon", backend.epsilon() if value is None else value, 0)


def check_decay(value) -> float | None:
    """Return the weight decay: None, or a number of at least 0."""
    return None if value is None else check_number("weight_decay", value, 0)


def check_limits(clipnorm, clipvalue, global_clipnorm) -> list[float | None]:
    """Return the three limits, None for those not given. At most one may be given, and it is above
    0.
    """
    limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
    given = {k: check_number(k, v, 0, open_below=True) for k, v in limits.items() if v is not None}
    if len(given) > 1:
        raise ValueError(
            f"Give at most one of clipnorm, clipvalue and global_clipnorm; received "
            f"{', '.join(given)}."
        )
    return [given.get(name) for name in limits]


def check_frequency(value) -> int | None:
    """Return after how many updates the averages replace the weights; None for never."""
    return None if value is None else check_count("ema_overwrite_frequency", value)


def check_batches(value) -> int | None:
    """Return the number of batches in one update; None for one."""
    name = "gradient_accumulation_steps (None for an update with every batch)"
    return None if value is None else check_count(name, value, 2)


def check_scale(value) -> float | None:
    """Return the factor that a loss is multiplied by and its gradients are divided by; None for no
    scaling.
    """
    return None if value is None else check_number("loss_scale_factor", value, 0, open_below=True)


# --- a description


def arguments(kind: type) -> tuple[dict, dict]:
    """Return the arguments of an optimizer with their defaults: those that its __init__ names, and
    those that it passes on as **options.
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
    """Return the present settings by the names of the arguments.

    If your class has its own get_config, only the arguments of the class above it are described,
    and your class adds its own. Without get_config, it is described by the arguments that its
    __init__ received.
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
    """Whether a method belongs to minidl, not to a class of the user."""
    return str(method.__module__).partition(".")[0] == __name__.partition(".")[0]
