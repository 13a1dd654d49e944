"""Names for steps without a layer in descriptions of models: ops of core/derivatives, functions of
`minidl.ops` that choose an op by shapes or values, and comparisons. A description refers to them
only by name.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np

from .. import ops
from ..core import derivatives
from ..symbolic import mask_of
from ..tensor import apply

TABLE, DOORS = "minidl.derivatives", "minidl.ops"  # the modules that files name
# Functions without a derivative, which ops.step wraps.
_COMPARISONS = {
    name: getattr(np, name)
    for name in (
        *("sign", "floor", "ceil", "round", "floor_divide", "isnan", "isfinite", "isinf"),
        *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "isclose"),
        *("logical_and", "logical_or", "logical_xor", "logical_not", "any", "all"),
        *("count_nonzero", "argmax", "argmin", "argsort", "searchsorted"),
        *("bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"),
        *("gcd", "lcm", "heaviside", "signbit", "isposinf", "isneginf", "nextafter"),
    )
}
# Functions whose arguments contain a size.
GROWING = {
    *("broadcast_to", "tile", "repeat", "pad", "put", "one_hot", "multi_hot", "diag"),
    *("bincount", "histogram"),
}


@cache
def _steps() -> dict[Any, Any]:
    """The functions by (module, name). It opens every file of derivatives, so it is made when a
    model is first saved or read.
    """
    tables = [vars(getattr(derivatives, name)) for name in derivatives.__all__]
    found = [f for table in tables for f in table.values() if _is_op(f, table["__name__"])]
    named = {name: getattr(ops, name) for name in ops.__all__}
    return {
        **{(TABLE, f.__name__): partial(apply, f) for f in found},
        **{(DOORS, name): f for name, f in named.items() if hasattr(f, "__wrapped__")},
        (DOORS, "detach"): ops.stop_gradient,
        (DOORS, "mask_of"): mask_of,
    }


def _is_op(thing, module: str) -> bool:
    own = callable(thing) and getattr(thing, "__module__", "") == module
    return own and not thing.__name__.startswith("_")


def op_name(node) -> str:
    """The name of the op of a step without a layer."""
    function = node.function
    return function.args[0].__name__ if isinstance(function, partial) else function.__name__


def described_step(node, name: str) -> dict:
    """Describe a step without a layer as data. ValueError for a function that is not an op."""
    op, module = op_name(node), TABLE if isinstance(node.function, partial) else DOORS
    if (module, op) not in _steps():
        raise ValueError(
            f"The step '{op}' is no layer and no op of minidl, so it has no name to be saved "
            f"under. Make it a Layer."
        )
    return {"module": module, "class_name": op, "config": {"name": name}, "registered_name": None}


def is_step(entry: dict) -> bool:
    """Whether this description is that of a step without a layer."""
    return entry.get("module") in (TABLE, DOORS)


def step_of(entry: dict) -> Any:
    """Return the function that a description of a step names."""
    key = entry.get("module"), entry["class_name"]
    if key not in _steps():
        raise ValueError(f"There is no op {entry['class_name']!r} here.")
    return _steps()[key]


def described_comparison(function) -> tuple[str, dict] | None:
    """Return (the name of a comparison, its options); None if the function is not a comparison."""
    options = function.keywords if isinstance(function, partial) else {}
    bare = function.func if isinstance(function, partial) else function
    name = next((name for name, known in _COMPARISONS.items() if known is bare), None)
    return None if name is None else (name, options)


def comparison(name: str, options: dict) -> Any:
    """Return the comparison with this name and these options."""
    return partial(_COMPARISONS[name], **options)
