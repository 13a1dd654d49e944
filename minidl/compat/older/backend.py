"""`from minidl import backend as K; K.mean(x)`: the functions of K in their old place."""

from __future__ import annotations

from types import SimpleNamespace

from ... import utils
from ...support import backend, dtypes
from . import functions, graphs, reading, variables

_FUNCTIONS = {
    **functions.FUNCTIONS,
    **variables.VARIABLES,
    **graphs.GRAPHS,
    **reading.READING,
    "clear_session": utils.clear_session,
    "is_float_dtype": dtypes.is_float_dtype,
    "is_int_dtype": dtypes.is_int_dtype,
    "result_type": dtypes.result_type,
    "standardize_dtype": dtypes.standardize_dtype,
}


def enable_op_determinism() -> None:
    """Do nothing: after `set_random_seed`, the same program on the same computer always gives the
    same numbers.
    """


_FUNCTIONS["enable_op_determinism"] = enable_op_determinism
# tf.config.experimental.enable_op_determinism()
_FUNCTIONS["experimental"] = SimpleNamespace(enable_op_determinism=enable_op_determinism)


def attach() -> None:
    """Add the names of K to minidl.backend."""
    backend.__getattr__ = _look_up  # pyright: ignore[reportAttributeAccessIssue]


def _look_up(name: str):
    if name in _FUNCTIONS:
        return _FUNCTIONS[name]
    if name in graphs.GONE:
        raise AttributeError(f"minidl.backend has no {name!r} today: {graphs.GONE[name]}.")
    raise AttributeError(f"minidl.backend has no {name!r}. To compute with tensors use minidl.ops.")
