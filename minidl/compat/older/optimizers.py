"""What tutorials before 2022 wrote of optimizers: `lr`, `decay` and another order of arguments."""

from __future__ import annotations

from functools import wraps
from typing import Any

from ... import optimizers
from ...guards.optimizer import unknown_argument
from ...optimizers.schedules import InverseTimeDecay, check_rate, schedules
from ...optimizers.settings import arguments
from ...support.checks import check_number
from ...support.registry import older

# The order of arguments that was usual, and today's way to write them.
ORDERS = {
    optimizers.SGD: (
        "SGD(lr, momentum, decay, nesterov)",
        "SGD(learning_rate=..., momentum=..., nesterov=...)",
    ),
    optimizers.Adam: (
        "Adam(lr, beta_1, beta_2, epsilon, decay, amsgrad)",
        "Adam(learning_rate=..., beta_1=..., beta_2=..., epsilon=..., amsgrad=...)",
    ),
    optimizers.RMSprop: (
        "RMSprop(lr, rho, epsilon, decay)",
        "RMSprop(learning_rate=..., rho=..., epsilon=...)",
    ),
    optimizers.Adagrad: (
        "Adagrad(lr, epsilon, decay)",
        "Adagrad(learning_rate=..., epsilon=...)",
    ),
}


@schedules.register()
class SettableDecay(InverseTimeDecay):
    """What `decay` makes of a rate: it shrinks from wherever it was last set, as it did then for
    ReduceLROnPlateau and its like.
    """

    def set_to(self, rate: float, step: int) -> SettableDecay:
        """The same shrinking, but so that the rate of this step is `rate`."""
        return SettableDecay(rate * (1 + self.decay_rate * step), 1, self.decay_rate)


def rate_of(kind: type, rate, old: dict) -> Any:
    """What `lr` and `decay` meant in the tutorials' time, as a learning rate of today."""
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
    """Let every optimizer take them; an argument that is unknown is answered with the nearest."""
    today = optimizers.Optimizer.__init__

    @wraps(today)
    def translating(self, learning_rate=0.001, *shared, **options):
        kind, old = type(self), {k: options.pop(k) for k in ("lr", "decay") if k in options}
        known = {**arguments(optimizers.Optimizer)[0], **dict.fromkeys(old)}
        if unknown := options.keys() - known.keys():
            own, passed = arguments(kind)
            raise unknown_argument(kind.__name__, unknown, ["lr", *own, *passed])
        if old:
            learning_rate = rate_of(kind, learning_rate, old)
            given = self._made_with.kwargs  # what get_config describes it by
            self._made_with.kwargs = {k: v for k, v in given.items() if k not in old}
        today(self, learning_rate, *shared, **options)

    optimizers.Optimizer.__init__ = translating  # pyright: ignore


def let_decay_be_set() -> None:
    """A rate that `decay` shrinks may be set by hand; one that follows a schedule may not."""
    plain = optimizers.Optimizer.learning_rate

    def set_rate(self, value):
        if isinstance(self.schedule, SettableDecay) and not callable(value):
            self.set_rate(self.schedule.set_to(check_rate(value), self.kept.steps))
        else:
            plain.__set__(self, value)

    optimizers.Optimizer.learning_rate = property(plain.fget, set_rate, doc=plain.__doc__)
    optimizers.Optimizer.lr = optimizers.Optimizer.learning_rate  # pyright: ignore


def explain_order(cls: type, old_order: str, by_name: str) -> None:
    """Add to what a class says of arguments by position that their order was once another."""
    today = cls.__init__

    @wraps(today)
    def explaining(self, *args, **kwargs):
        try:
            today(self, *args, **kwargs)
        except (TypeError, ValueError) as error:
            if len(args) < 2 or type(self) is not cls:
                raise
            raise type(error)(
                f"{error} If you meant the order of older tutorials, {old_order}, write the names: "
                f"{by_name}."
            ) from None

    cls.__init__ = explaining


def add_all() -> None:
    """Give the optimizers what stands above."""
    accept_lr_and_decay()
    let_decay_be_set()
    for cls, (old_order, by_name) in ORDERS.items():
        explain_order(cls, old_order, by_name)
