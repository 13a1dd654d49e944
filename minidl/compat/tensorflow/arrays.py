"""tf.constant, tf.zeros, tf.reshape, tf.gather, ...: making, joining, selecting."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...ops.base import on_symbols
from ...support.structures import leaves, tree_map
from ...tensor import Tensor
from .doors import arranging, door, opening, sizes, tensor, tensors

NAMES: dict[str, Any] = {}
opens = opening(NAMES)

# --- making


@opens("constant", "| value dtype shape")
def _constant(value, dtype=None, shape=None):
    """A tensor of the value: whole numbers as int32, fractions as float32, if nothing is said."""
    x = tensor(value, dtype)
    if shape is None:
        return x
    return ops.broadcast_to(x, sizes(shape)) if x.size == 1 else x.reshape(sizes(shape))


@opens("convert_to_tensor", "| value dtype dtype_hint")
def _convert_to_tensor(value, dtype=None, dtype_hint=None):
    return tensor(value, dtype)


@opens("identity", "input")
def _identity(x):
    """The same numbers as a tensor that later changes of a variable do not reach."""
    return x.copy()


def _filled(value: int) -> Callable:
    def filled(shape, dtype: Any = "float32"):
        return Tensor(np.full(sizes(shape), value, np.dtype(dtype)))

    return door(on_symbols(filled), "| shape dtype")


@opens("range", "| start limit delta dtype")
def _range(start, limit=None, delta=1, dtype=None):
    """start, start + delta, ... below limit: int32 of whole numbers, float32 of fractions."""
    start, limit = (0, start) if limit is None else (start, limit)
    begin, end, step = (x.item() for x in tensors([start, limit, delta]))
    kind = dtype or np.result_type(*[x.dtype for x in tensors([start, limit, delta])])
    return Tensor(np.arange(begin, end, step).astype(np.dtype(kind)))


@opens("linspace", "start stop | num")
def _linspace(start, stop, num):
    """num numbers at equal distances, start and stop among them. Whole ones become float64."""
    kind = start.dtype if start.dtype.kind == "f" else "float64"
    return Tensor(np.linspace(np.asarray(start), np.asarray(stop), int(num)).astype(kind))


@opens("one_hot", "indices | depth on_value off_value axis dtype")
@on_symbols
def _one_hot(indices, depth, on_value=1, off_value=0, axis=-1, dtype: Any = "float32"):
    """on_value at the position that each index says along the new axis, off_value elsewhere."""
    places = np.asarray(indices)[..., None] == np.arange(int(depth))
    return Tensor(
        np.moveaxis(np.where(places, on_value, off_value), -1, axis), dtype=np.dtype(dtype)
    )


# --- shapes


@opens("shape", "input | out_type")
@on_symbols
def _shape(x, out_type: Any = "int32"):
    """The shape as a tensor. `x.shape` is a tuple."""
    return Tensor(np.array(x.shape, np.dtype(out_type)))


@opens("reshape", "tensor | shape")
@on_symbols
def _reshape(x, shape):
    return x.reshape(sizes(shape))


@opens("transpose", "a | perm")
def _transpose(a, perm=None):
    return a.transpose(None if perm is None else sizes(perm))


@opens("squeeze", "input | axis")
@arranging
def _squeeze(x, axis=None):
    return ops.squeeze(x, sizes(axis) if axis is not None and np.size(axis) else None)


@opens("ensure_shape", "x | shape")
def _ensure_shape(x, shape):
    """x itself; ValueError if its shape is another. None in a shape fits every size."""
    wanted = [m if n is None else n for n, m in zip(shape, x.shape)]
    if len(shape) != len(x.shape) or wanted != list(x.shape):
        raise ValueError(f"ensure_shape: x has the shape {x.shape}, not {tuple(shape)}.")
    return x


@opens("split", "value | num_or_size_splits axis")
def _split(x, splits, axis=0):
    """A number of equal parts, or parts of these sizes; one size may be -1."""
    parts = np.asarray(splits)
    if parts.ndim == 0:
        return ops.split(x, int(parts), axis)
    parts = np.where(parts < 0, x.shape[axis] - parts[parts >= 0].sum(), parts)
    return ops.split(x, np.cumsum(parts)[:-1].tolist(), axis)


@opens("pad", "tensor | paddings mode constant_values")
def _pad(x, paddings, mode="CONSTANT", constant_values=0):
    value = constant_values if mode.upper() == "CONSTANT" else None
    return ops.pad(x, np.asarray(paddings).tolist(), mode.lower(), value)


@opens("slice", "input_ | begin size")
def _slice(x, begin, size):
    """The part from `begin` of these sizes; -1: as far as it goes."""
    pairs = zip(sizes(begin), sizes(size))
    return x[tuple([slice(b, None if n < 0 else b + n) for b, n in pairs])]


# --- selecting


@opens("gather", "params | indices validate_indices axis batch_dims")
@arranging
@on_symbols
def _gather(x, indices, validate_indices=None, axis=None, batch_dims=0):
    """The entries at these positions along an axis. batch_dims: so many first axes of both go
    together.
    """
    x = tensor(x)
    axis = batch_dims if axis is None else range(x.ndim)[axis]
    if batch_dims == 0:
        return ops.take(x, indices, axis)
    if axis != batch_dims:
        raise ValueError("gather: with batch_dims, the axis is the one right after them.")
    places = np.asarray(indices)
    rows = np.indices(places.shape, sparse=True)[:batch_dims]
    return x[(*rows, places)]


@opens("gather_nd", "params | indices")
@on_symbols
def _gather_nd(x, indices):
    """The entries at rows of positions, one number for each of the first axes."""
    return x[tuple(np.moveaxis(np.asarray(indices), -1, 0))]


@opens("boolean_mask", "tensor | mask axis")
def _boolean_mask(x, mask, axis=0):
    return x[(*(slice(None),) * (axis or 0), np.asarray(mask))]


@opens("where", "| condition x y")
def _where(condition, x=None, y=None):
    """x where the condition is True, else y; without them the positions where it is True, a row
    for each.
    """
    if x is None:
        return Tensor(np.argwhere(np.asarray(condition)))
    return ops.where(tensor(condition), *tensors([x, y]))


_Unique = namedtuple("Unique", "y idx")


@opens("unique", "x")
def _unique(x):
    """The different entries in the order of their first appearance, and the place of each of x."""
    values = np.asarray(x)
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    places = np.argsort(order)[inverse.ravel()].astype(np.int32)
    return _Unique(x[np.sort(first)], Tensor(places))


@opens("sort", "values | axis direction")
def _sort(values, axis=-1, direction="ASCENDING"):
    ordered = ops.sort(values, axis)
    return ordered if direction == "ASCENDING" else ops.flip(ordered, axis)


@opens("argsort", "values | axis direction stable")
def _argsort(values, axis=-1, direction="ASCENDING", stable=False):
    return ops.argsort(values if direction == "ASCENDING" else -values, axis)


@opens("sequence_mask", "lengths | maxlen dtype")
def _sequence_mask(lengths, maxlen=None, dtype: Any = "bool"):
    """Which of maxlen steps each length reaches."""
    lengths = np.asarray(lengths)
    n = int(lengths.max(initial=0)) if maxlen is None else int(maxlen)
    return Tensor(np.arange(n) < lengths[..., None], dtype=np.dtype(dtype))


@opens("map_fn", "| fn elems dtype parallel_iterations fn_output_signature")
def _map_fn(fn, elems, dtype=None, parallel_iterations=None, fn_output_signature=None):
    """fn of each entry along the first axis, stacked."""
    return ops.map(fn, tree_map(tensor, elems))


@opens("while_loop", "| cond body loop_vars maximum_iterations")
def _while_loop(cond, body, loop_vars, maximum_iterations=None):
    return ops.while_loop(cond, body, [tensor(v) for v in loop_vars], maximum_iterations)


_OTHERS: dict[str, tuple[str, Callable]] = {
    "broadcast_to": ("input | shape", lambda x, shape: ops.broadcast_to(x, sizes(shape))),
    "concat": ("*values | axis", arranging(ops.concatenate)),
    "cond": ("| pred true_fn false_fn", ops.cond),
    "expand_dims": ("input | axis", arranging(ops.expand_dims)),
    "ones_like": ("input | dtype", ops.ones_like),
    "rank": ("input", lambda x: Tensor(np.array(len(x.shape), np.int32))),
    "repeat": ("input | repeats axis", ops.repeat),
    "reverse": ("tensor | axis", ops.flip),
    "roll": ("input | shift axis", ops.roll),
    "scatter_nd": ("indices updates | shape", lambda i, u, s: ops.scatter(i, u, sizes(s))),
    "searchsorted": ("sorted_sequence values | side", ops.searchsorted),
    "size": ("input", on_symbols(lambda x: Tensor(np.array(x.size, np.int32)))),
    "stack": ("*values | axis", arranging(ops.stack)),
    "stop_gradient": ("input", ops.stop_gradient),
    "tensor_scatter_nd_add": (
        "tensor indices updates",
        lambda x, i, u: ops.scatter_update(x, i, u, "add"),
    ),
    "tensor_scatter_nd_update": ("tensor indices updates", ops.scatter_update),
    "tile": ("input | multiples", ops.tile),
    "unstack": ("value | num axis", ops.unstack),
    "vectorized_map": ("| fn elems", ops.vectorized_map),
    "zeros_like": ("input | dtype", ops.zeros_like),
}
NAMES |= {name: door(function, names) for name, (names, function) in _OTHERS.items()}
NAMES["fill"] = door(lambda dims, value: ops.broadcast_to(value, sizes(dims)), "dims value")
NAMES |= {"ones": _filled(1), "zeros": _filled(0)}
NAMES |= {"is_tensor": ops.is_tensor, "newaxis": None}
NAMES["meshgrid"] = lambda *args, **how: ops.meshgrid(*tensors(args), **how)
NAMES |= {"nest.flatten": leaves, "nest.map_structure": tree_map}
