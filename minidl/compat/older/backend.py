"""`from minidl import backend as K; K.mean(x)`: the functions of K in their old place."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

from ... import ops, utils
from ...support import backend, dtypes
from . import functions, graphs, reading, variables


def enable_op_determinism() -> None:
    """Do nothing: after `set_random_seed`, the same program on the same computer always gives the
    same numbers.
    """


@cache
def _functions() -> dict[str, Any]:
    """The functions of K by name. All of `ops` are among them, whose files open with it."""
    return {
        **{name: getattr(ops, name) for name in ops.__all__},
        **functions.FUNCTIONS,
        **variables.VARIABLES,
        **graphs.GRAPHS,
        **reading.READING,
        "clear_session": utils.clear_session,
        "is_float_dtype": dtypes.is_float_dtype,
        "is_int_dtype": dtypes.is_int_dtype,
        "result_type": dtypes.result_type,
        "standardize_dtype": dtypes.standardize_dtype,
        "enable_op_determinism": enable_op_determinism,
        # tf.config.experimental.enable_op_determinism()
        "experimental": SimpleNamespace(enable_op_determinism=enable_op_determinism),
    }


def attach() -> None:
    """Add the names of K to minidl.backend."""
    backend.__getattr__ = _look_up  # pyright: ignore[reportAttributeAccessIssue]


def _look_up(name: str):
    if not name.startswith("__") and name in _functions():
        return _functions()[name]
    if name in graphs.GONE:
        raise AttributeError(f"minidl.backend has no {name!r} today: {graphs.GONE[name]}.")
    raise AttributeError(f"minidl.backend has no {name!r}. To compute with tensors use minidl.ops.")
