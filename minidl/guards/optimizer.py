"""Checks of the settings that all optimizers share, of optimizers that users write, and of
gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..support import backend
from ..support.arrays import as_array
from ..support.checks import check_count, check_number
from ..support.registry import did_you_mean
from ..support.warning import warn

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


def follows_schedule() -> TypeError:
    """Return the error for a number that would replace a schedule."""
    return TypeError(
        "This optimizer's learning rate follows a schedule, which a fixed number would undo. "
        "Compile with a plain learning rate to set it by hand."
    )


def unbuilt(owner: str) -> ValueError:
    """Return the error for a step before the variables are known."""
    return ValueError(
        f"{owner} does not know its variables yet: call optimizer.build(model.trainable_variables)."
    )


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


# --- an optimizer that a user wrote


def check_slots(owner: str, names, update: Callable) -> None:
    """Raise TypeError if `names` is not a tuple of names, or if update does not take these
    slots.
    """
    import inspect

    listed = isinstance(names, (tuple, list)) and all(isinstance(n, str) for n in names)
    if not listed or len(set(names)) < len(names):
        raise TypeError(
            f"{owner}.slots() must return a tuple of different names, like ('velocity',) with its "
            f"comma; received {names!r}."
        )
    signature = inspect.signature(update)
    try:
        signature.bind("w", "g", "lr", *names)
    except TypeError:
        raise TypeError(
            f"{owner} has the slots {names}, so its update must be update(self, w, g, lr, "
            f"{', '.join(names)}); it is update(self, {', '.join(signature.parameters)})."
        ) from None


def checked_initial(owner: str, slot: str, values, shape: tuple, dtype) -> np.ndarray:
    """Return the initial values of a slot in the variable's dtype. ValueError for another shape."""
    array = np.array(values)
    if array.shape != shape or array.dtype.kind not in "fiu":
        raise ValueError(
            f"{owner}: initial('{slot}') must be numbers of the variable's shape {shape}; received "
            f"{array.dtype} of shape {array.shape}."
        )
    return array.astype(dtype)


def check_moved(owner: str, name: str, shape: tuple, moved) -> None:
    """Raise ValueError if an update returned values of another shape than the variable's. NumPy
    would broadcast them silently.
    """
    try:
        array = np.asarray(moved)
        if array.shape == shape and array.dtype.kind in "fiu":
            return
        returned = f"{array.dtype} of shape {array.shape}"
    except ValueError:  # things of several shapes
        returned = type(moved).__name__
    raise ValueError(
        f"{owner}.update must return the new values of '{name}', numbers of shape {shape}, or "
        f"nothing after changing w in place; it returned {returned}."
    )


def check_same(owner: str, variables, known) -> None:
    """Raise ValueError if these are not the variables that the optimizer was built for."""
    if [id(v) for v in variables] != [id(v) for v in known]:
        raise ValueError(
            f"This {owner} already trains {len(known)} other variables and remembers their past. "
            "Make a new optimizer for another model, or when variables come or go."
        )


def aligned(owner: str, grads: list, variables) -> list:
    """Return the gradients as arrays in the variables' dtypes. ValueError if one does not fit."""
    if len(grads) != len(variables):
        raise ValueError(
            f"{owner}: received {len(grads)} gradients for {len(variables)} variables."
        )
    arrays = [g if g is None else as_array(g) for g in grads]
    for g, v in zip(arrays, variables):
        if g is not None and g.shape != v.shape:
            raise ValueError(
                f"{owner}: the gradient of '{v.name}' has shape {g.shape}; the variable has "
                f"{v.shape}."
            )
    return [g if g is None else np.asarray(g, v.dtype) for g, v in zip(arrays, variables)]


def pairs_of(grads_and_vars) -> list:
    """Return the pairs (gradient, variable) as a list. TypeError for anything else."""
    pairs = [tuple(pair) for pair in grads_and_vars] if np.iterable(grads_and_vars) else [()]
    if not all(len(pair) == 2 and hasattr(pair[1], "assign") for pair in pairs):
        raise TypeError(
            "apply_gradients takes pairs (gradient, variable), as zip(gradients, "
            f"model.trainable_variables) gives; received {grads_and_vars!r}."
        )
    return pairs


def report_missing(grads: list, variables) -> None:
    """Raise ValueError if no variable has a gradient. Warn, with their names, if some have none."""
    if grads and not any([g is None for g in grads]):
        return
    if all(g is None for g in grads):
        raise ValueError(
            "No variable has a gradient. Call loss.backward() first, and compute the loss from "
            "these variables with minidl's ops (not in plain NumPy, not under no_grad())."
        )
    missing = [repr(v.name) for v, g in zip(variables, grads) if g is None and v.trainable]
    if missing:
        names = ", ".join(missing)
        warn(f"No gradient reached {names}: not on a path to the loss. Left unchanged.")


def large(grads: list) -> list[int]:
    """Return the indices of the gradients that are large enough to change a slot."""
    return [i for i, g in enumerate(grads) if g is not None and np.abs(g).max(initial=0) > 1e-6]


def rehearse(optimizer, grads: list, lr: float, step: Callable[[], None]) -> None:
    """Make the first step of an optimizer that the user wrote, by step(). After an error, restore
    all variables and slots. Warn of a slot that did not change although the gradients should have
    changed it: update has probably assigned a new array to its name.
    """
    owner, slots = type(optimizer).__name__, optimizer.slots()
    arrays = [[v.array, *r] for v, r in zip(optimizer.trainable_variables, optimizer.memory)]
    moving = large(grads) if lr > 0 else []  # the indices of the variables whose slots must change
    before = [[array.copy() for array in row] for row in arrays]
    try:
        step()
    except BaseException:  # also Ctrl-C; raised again below
        for row, old_row in zip(arrays, before):
            for array, old in zip(row, old_row):
                array[...] = old
        raise
    optimizer.rehearsed = bool(moving)
    for k, name in enumerate(slots, 1):
        if moving and all(np.array_equal(arrays[i][k], before[i][k]) for i in moving):
            warn(
                f"{owner}: the slot '{name}' did not change in the first step. `{name} = ...` "
                f"inside update makes a new array, which is forgotten; change the one you were "
                f"given: `{name}[...] = ...`."
            )


def unknown_argument(owner: str, unknown, known) -> TypeError:
    """Return the error for an unknown argument of an optimizer, with the most similar known one."""
    name = sorted(unknown)[0]
    return TypeError(f"{owner} does not know the argument {name!r}.{did_you_mean(name, known)}")


def labelled(optimizer) -> list[tuple]:
    """The optimizers whose learning rates are those of this one: [('', itself)], or of one made of
    several [('adam ', Adam), ('sgd ', SGD), ('sgd_1 ', SGD), ...].
    """
    inside = getattr(optimizer, "inner_optimizer", optimizer)
    if not hasattr(inside, "optimizers"):
        return [("", inside)]
    names = [one.name for one in inside.optimizers]
    before = [names[:i].count(name) for i, name in enumerate(names)]
    labels = [f"{name}_{n} " if n else f"{name} " for name, n in zip(names, before)]
    return list(zip(labels, inside.optimizers))
