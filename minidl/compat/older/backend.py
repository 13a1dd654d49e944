"""`from minidl import backend as K; K.mean(x)`: the functions of K, in their older place."""

from __future__ import annotations

from ... import utils
from ...support import backend
from . import functions, graphs, reading, variables

_FUNCTIONS = {
    **functions.FUNCTIONS,
    **variables.VARIABLES,
    **graphs.GRAPHS,
    **reading.READING,
    "clear_session": utils.clear_session,
}


def attach() -> None:
    """Let minidl.backend answer to the names of K."""
    backend.__getattr__ = _look_up  # pyright: ignore[reportAttributeAccessIssue]


def _look_up(name: str):
    if name in _FUNCTIONS:
        return _FUNCTIONS[name]
    if name in graphs.GONE:
        raise AttributeError(f"minidl.backend has no {name!r} today: {graphs.GONE[name]}.")
    raise AttributeError(f"minidl.backend has no {name!r}. To compute with tensors use minidl.ops.")
