"""Functions of `K` from the time when a model was a graph that ran in a session. Most of them are
plain Python today.
"""

from __future__ import annotations

import contextlib
import warnings
from collections import Counter
from typing import Any

import numpy as np

from ... import ops
from ...models import Model
from ...ops.base import on_symbols
from ...support import backend
from ...support.structures import tree_map
from ...symbolic import Symbol
from ...tensor import name_scope, switches

_uids: Counter = Counter()

# Names without a counterpart, and what to do instead.
GONE = {
    "gradients": "derivatives are taken of numbers while they are computed: with "
    "minidl.GradientTape() as tape: tape.watch(x); y = f(x); "
    "then tape.gradient(y, x)",
    **dict.fromkeys(
        ("get_session", "set_session", "tf"),
        "there are no sessions: everything is computed at once. Leave the line out",
    ),
    "placeholder": "a model begins with minidl.Input(shape); in code of your own, pass arrays to "
    "a function",
    "manual_variable_initialization": "a variable has its numbers from the start. Leave the line "
    "out",
    "rnn": "write a loop in a Layer's call(), or ops.scan",
}


def function(inputs, outputs, updates=None, name=None, **ignored):
    """K.function([model.input], [layer.output]): a function of a list of arrays that gives a list
    of arrays.

    K.learning_phase() among the inputs stands for the training flag: call it with [x, 1] for
    training, [x, 0] for use.
    """
    given = _listed(inputs)
    symbols = [i for i, thing in enumerate(given) if isinstance(thing, Symbol)]
    if not symbols or updates:
        raise ValueError(
            "K.function takes symbols, as K.function([model.input], [layer.output]), and no "
            "updates: write those in a loop."
        )
    several = isinstance(outputs, (list, tuple))
    outputs = list(outputs) if several else outputs
    model = Model([given[i] for i in symbols], outputs, name="function")

    def call(values) -> Any:
        results = _called(model, values, symbols, len(given))
        return [results] if several and not isinstance(results, list) else results

    return call


def _listed(things) -> list:
    return list(things) if isinstance(things, (list, tuple)) else [things]


def _called(model, values, symbols: list[int], expected: int):
    """The model's results as arrays. symbols: which of the values are its inputs; the first other
    one is the training flag, which may be left out.
    """
    values = _listed(values)
    if len(values) < len(symbols):
        raise ValueError(f"This function takes a list of {expected}; received {len(values)}.")
    flags = [bool(np.asarray(value)) for i, value in enumerate(values) if i not in symbols]
    results = model([values[i] for i in symbols], training=bool(flags and flags[0]))
    return tree_map(ops.convert_to_numpy, results)


def learning_phase() -> int:
    """1 inside a call for training, else 0."""
    return int(bool(switches.training))


def set_learning_phase(value) -> None:
    """Has no effect: training is a flag of each call."""
    warnings.warn(
        "K.set_learning_phase has no effect: write model(x, training=True), or layer.trainable = "
        "False to freeze.",
        FutureWarning,
        stacklevel=2,
    )


def learning_phase_scope(value):
    """Has no effect: training is a flag of each call."""
    warnings.warn(
        "K.learning_phase_scope has no effect: write model(x, training=True).",
        FutureWarning,
        stacklevel=2,
    )
    return contextlib.nullcontext()


def in_train_phase(x, alt, training=None):
    """x in training, alt otherwise; either may be a function that gives it."""
    x, alt = (v() if callable(v) and not ops.is_tensor(v) else v for v in (x, alt))
    return _chosen(x, alt, training)


def in_test_phase(x, alt, training=None):
    """alt in training, x otherwise."""
    return in_train_phase(alt, x, training)


@on_symbols
def _chosen(x, alt, training):
    training = switches.training if training is None else training
    return x if training else alt


def get_uid(prefix="") -> int:
    """Return 1, 2, 3, ... for each prefix."""
    _uids[prefix] += 1
    return _uids[prefix]


def reset_uids() -> None:
    """Restart the counting."""
    _uids.clear()


def image_dim_ordering() -> str:
    return "tf" if backend.image_data_format() == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """'tf' for 'channels_last', 'th' for 'channels_first'."""
    named = {"tf": "channels_last", "th": "channels_first"}
    backend.set_image_data_format(named.get(dim_ordering, dim_ordering))


GRAPHS: dict[str, Any] = {"name_scope": name_scope} | {
    name: globals()[name]
    for name in (
        "function",
        "get_uid",
        "image_dim_ordering",
        "in_test_phase",
        "in_train_phase",
        "learning_phase",
        "learning_phase_scope",
        "reset_uids",
        "set_image_dim_ordering",
        "set_learning_phase",
    )
}
