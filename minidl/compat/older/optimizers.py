"""Arguments of optimizers in tutorials before 2022: `lr`, `decay` and another order."""

from __future__ import annotations

from typing import Any

from ... import optimizers
from ...guards.optimizer import check_rate, unknown_argument
from ...optimizers.schedules import InverseTimeDecay, registry
from ...optimizers.settings import arguments
from ...support.checks import check_number, retried
from ...support.configs import made_with
from ...support.registry import finish_with
from .warning import older

# By class: the order of arguments that was usual, and today's way to write them.
ORDERS = {
    "SGD": (
        "SGD(lr, momentum, decay, nesterov)",
        "SGD(learning_rate=..., momentum=..., nesterov=...)",
    ),
    "Adam": (
        "Adam(lr, beta_1, beta_2, epsilon, decay, amsgrad)",
        "Adam(learning_rate=..., beta_1=..., beta_2=..., epsilon=..., amsgrad=...)",
    ),
    "RMSprop": (
        "RMSprop(lr, rho, epsilon, decay)",
        "RMSprop(learning_rate=..., rho=..., epsilon=...)",
    ),
    "Adagrad": (
        "Adagrad(lr, epsilon, decay)",
        "Adagrad(learning_rate=..., epsilon=...)",
    ),
}


@registry.register()
class SettableDecay(InverseTimeDecay):
    """The schedule for `decay`. The rate decreases from the value to which it was last set, as it
    did then for ReduceLROnPlateau and similar callbacks.
    """

    def set_to(self, rate: float, step: int) -> SettableDecay:
        """Return the same decay, scaled so that the rate of this step is `rate`."""
        return SettableDecay(rate * (1 + self.decay_rate * step), 1, self.decay_rate)


def rate_of(kind: type, rate, old: dict) -> Any:
    """Return the current form of `lr` and `decay`: a learning rate or a schedule."""
    owner = kind.__name__
    if "lr" in old:
        own, passed = arguments(kind)
        default = own.get("learning_rate", rate if own else passed.get("learning_rate"))
        if rate is not default:
            raise TypeError(
                f"{owner} received both learning_rate={rate!r} and its old name lr={old['lr']!r}; "
                "give one."
            )
        rate = old["lr"]
    if not old.get("decay"):
        if "lr" in old:
            older(f"{owner}(lr=...)", f"written {owner}(learning_rate={rate!r})")
        return rate
    decay, start = check_number("decay", old["decay"], 0), check_number("learning_rate", rate, 0)
    today = f"a schedule: learning_rate=InverseTimeDecay({start!r}, 1, {decay!r})"
    older(f"{owner}(decay=...)", today)
    return SettableDecay(start, 1, decay)


def accept_lr_and_decay() -> None:
    """Let every optimizer take `lr` and `decay`. The error for an unknown argument suggests a
    similar one.
    """
    base: Any = optimizers.Optimizer
    today, named = base.__init__, arguments(base)[0]

    def again(error, args, kwargs):
        old = {k: kwargs[k] for k in ("lr", "decay") if k in kwargs}
        unknown = kwargs.keys() - named.keys() - old.keys()
        if not old and not unknown:
            return None
        return lambda: _with_older_rate(today, args, kwargs, old, unknown)

    base.__init__ = retried(today, again)


def _with_older_rate(today, args: tuple, kwargs: dict, old: dict, unknown) -> None:
    """Call __init__ with the rate of `lr` and `decay`. TypeError for an unknown argument."""
    optimizer, *positional = args
    kind, options = type(optimizer), {k: v for k, v in kwargs.items() if k not in old}
    if unknown:
        own, passed = arguments(kind)
        raise unknown_argument(kind.__name__, unknown, ["lr", *own, *passed])
    first = positional[:1] or [options.pop("learning_rate", 0.001)]
    given: Any = made_with(optimizer)  # what get_config describes it by
    given.kwargs = {k: v for k, v in given.kwargs.items() if k not in old}
    today(optimizer, rate_of(kind, first[0], old), *positional[1:], **options)


def let_decay_be_set() -> None:
    """Allow setting a rate that `decay` reduces. A rate that follows another schedule cannot be
    set.
    """
    base: Any = optimizers.Optimizer
    plain = base.learning_rate

    def again(error, args, kwargs):
        optimizer, rate = args
        if not isinstance(optimizer.schedule, SettableDecay):
            return None
        shrinking = optimizer.schedule.set_to(check_rate(rate), optimizer.kept.steps)
        return lambda: optimizer.set_rate(shrinking)

    rate = property(plain.fget, retried(plain.fset, again), doc=plain.__doc__)
    base.learning_rate = base.lr = rate


def explain_order(cls: type) -> None:
    """Add to the error for positional arguments of a class in ORDERS that their order was once
    different.
    """
    if cls.__name__ not in ORDERS or not cls.__module__.startswith(optimizers.__name__):
        return
    old_order, by_name = ORDERS[cls.__name__]

    def again(error, args, kwargs):
        if len(args) < 3 or type(args[0]) is not cls:
            return None
        raise type(error)(
            f"{error} If you meant the order of older tutorials, {old_order}, write the names: "
            f"{by_name}."
        ) from None

    cls.__init__ = retried(cls.__init__, again)


def add_all() -> None:
    """Add all of the above to the optimizers."""
    accept_lr_and_decay()
    let_decay_be_set()
    finish_with(explain_order)
