"""tf.constant, tf.zeros, tf.reshape, tf.gather, ...: making, joining, selecting; and types."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...ops.base import on_symbols
from ...support.structures import leaves, tree_map
from ...tensor import Tensor
from .doors import DType, arranging, shelf, sizes, tensor, tensors
from .linalg import global_norm, reduce_euclidean_norm

SAME = {
    "input": "stop_gradient",
    "input | dtype": "ones_like zeros_like",
    "input | multiples": "tile",
    "input | repeats axis": "repeat",
    "input | shift axis": "roll",
    "tensor | axis": "reverse:flip",
    "tensor indices updates": "tensor_scatter_nd_update:scatter_update",
    "sorted_sequence values | side": "searchsorted",
    "value | num axis": "unstack",
    "| fn elems": "vectorized_map",
    "| pred true_fn false_fn": "cond",
}
HERE: dict[str, Callable] = {
    "broadcast_to": lambda input, /, shape: ops.broadcast_to(input, sizes(shape)),
    "cast": lambda x, /, dtype: x.astype(dtype),
    "concat": lambda values, axis: arranging(ops.concatenate)(values, axis),
    "convert_to_tensor": lambda value, dtype=None, dtype_hint=None: tensor(value, dtype),
    "expand_dims": lambda input, /, axis: arranging(ops.expand_dims)(input, axis),
    "fill": lambda dims, value: ops.broadcast_to(tensor(value), sizes(dims)),
    "identity": lambda input, /: input.copy(),
    "rank": lambda input, /: Tensor(np.array(len(input.shape)), dtype="int32"),
    "scatter_nd": lambda indices, updates, /, shape: ops.scatter(indices, updates, sizes(shape)),
    "stack": lambda values, axis=0: arranging(ops.stack)(values, axis),
    "transpose": lambda a, /, perm=None: a.transpose(None if perm is None else sizes(perm)),
}
_Unique = namedtuple("Unique", "y idx")


def constant(value, dtype=None, shape=None):
    """A tensor of the value: whole numbers as int32, fractions as float32, if nothing is said."""
    x = tensor(value, dtype)
    if shape is None:
        return x
    return ops.broadcast_to(x, sizes(shape)) if x.size == 1 else x.reshape(sizes(shape))


@on_symbols
def zeros(shape, dtype="float32"):
    """0 everywhere."""
    return ops.zeros(sizes(shape), dtype)


@on_symbols
def ones(shape, dtype="float32"):
    """1 everywhere."""
    return ops.ones(sizes(shape), dtype)


def range_(start, limit=None, delta=1, dtype=None):
    """start, start + delta, ... below limit: int32 of whole numbers, float32 of fractions."""
    ends = tensors([0, start, delta] if limit is None else [start, limit, delta])
    kind = dtype or np.result_type(*[x.dtype for x in ends])
    return Tensor(np.arange(*[x.item() for x in ends]).astype(kind))


def linspace(start, stop, /, num):
    """num numbers at equal distances, start and stop among them. Whole ones become float64."""
    kind = start.dtype if start.dtype.kind == "f" else "float64"
    return ops.linspace(start, stop, int(num), dtype=kind)


@on_symbols
def one_hot(indices, /, depth, on_value=1, off_value=0, axis=-1, dtype="float32"):
    """on_value at the position that each index says along the new axis, off_value elsewhere."""
    hot: Any = ops.where(ops.one_hot(indices, int(depth), axis), on_value, off_value)
    return hot.astype(dtype)


def sequence_mask(lengths, maxlen=None, dtype="bool"):
    """Which of maxlen steps each length reaches."""
    lengths = np.asarray(lengths)
    n = int(lengths.max(initial=0)) if maxlen is None else int(maxlen)
    return Tensor(np.arange(n) < lengths[..., None], dtype=dtype)


def meshgrid(*args, **how):
    """Coordinates of a grid."""
    return ops.meshgrid(*tensors(args), **how)


# --- shapes


@on_symbols
def shape(input, /, out_type="int32"):
    """The shape as a tensor. `x.shape` is a tuple."""
    return Tensor(np.array(input.shape), dtype=out_type)


@on_symbols
def size(input, /):
    """How many entries there are."""
    return Tensor(np.array(input.size), dtype="int32")


@on_symbols
def reshape(tensor, /, shape):
    """The same entries in another shape."""
    return tensor.reshape(sizes(shape))


@arranging
def squeeze(input, /, axis=None):
    """Without the axes of size 1, or those of them that are given."""
    return ops.squeeze(input, sizes(axis) if axis is not None and np.size(axis) else None)


def ensure_shape(x, /, shape):
    """x itself; ValueError if its shape is another. None in a shape fits every size."""
    wanted = [m if n is None else n for n, m in zip(shape, x.shape)]
    if len(shape) != len(x.shape) or wanted != list(x.shape):
        raise ValueError(f"ensure_shape: x has the shape {x.shape}, not {tuple(shape)}.")
    return x


def split(value, /, num_or_size_splits, axis=0):
    """A number of equal parts, or parts of these sizes; one size may be -1."""
    parts = np.asarray(num_or_size_splits)
    if parts.ndim == 0:
        return ops.split(value, int(parts), axis)
    parts = np.where(parts < 0, value.shape[axis] - parts[parts >= 0].sum(), parts)
    return ops.split(value, np.cumsum(parts)[:-1].tolist(), axis)


def pad(tensor, /, paddings, mode="CONSTANT", constant_values=0):
    """With entries around: constant ones, or a mirror image ('REFLECT', 'SYMMETRIC')."""
    value = constant_values if mode.upper() == "CONSTANT" else None
    return ops.pad(tensor, np.asarray(paddings).tolist(), mode.lower(), value)


def slice_(input_, /, begin, size):
    """The part from `begin` of these sizes; -1: as far as it goes."""
    pairs = zip(sizes(begin), sizes(size))
    return input_[tuple([slice(b, None if n < 0 else b + n) for b, n in pairs])]


# --- selecting


@arranging
@on_symbols
def gather(params, /, indices, validate_indices=None, axis=None, batch_dims=0):
    """The entries at these positions along an axis. batch_dims: so many first axes of both go
    together.
    """
    x = tensor(params)
    axis = batch_dims if axis is None else range(x.ndim)[axis]
    if batch_dims == 0:
        return ops.take(x, indices, axis)
    if axis != batch_dims:
        raise ValueError("gather: with batch_dims, the axis is the one right after them.")
    rows = np.indices(np.shape(indices), sparse=True)[:batch_dims]
    return x[(*rows, np.asarray(indices))]


@on_symbols
def gather_nd(params, /, indices):
    """The entries at rows of positions, one number for each of the first axes."""
    return params[tuple(np.moveaxis(np.asarray(indices), -1, 0))]


def tensor_scatter_nd_add(tensor, indices, updates, /):
    """The tensor with the updates added at these positions."""
    return ops.scatter_update(tensor, indices, updates, "add")


def boolean_mask(tensor, /, mask, axis=0):
    """The entries along an axis for which the mask is True."""
    return tensor[(*(slice(None),) * (axis or 0), np.asarray(mask))]


def where(condition, x=None, y=None):
    """x where the condition is True, else y; without them the positions where it is True, a row
    for each.
    """
    if x is None:
        return Tensor(np.argwhere(np.asarray(condition)))
    return ops.where(tensor(condition), *tensors([x, y]))


def unique(x, /):
    """The different entries in the order of their first appearance, and the place of each of x."""
    _, first, inverse = ops.unique(x, return_index=True, return_inverse=True)
    order = ops.argsort(first)
    return _Unique(x[first[order]], ops.argsort(order)[inverse].astype("int32"))


def sort(values, /, axis=-1, direction="ASCENDING"):
    """The entries along an axis in ascending, or descending, order."""
    ordered = ops.sort(values, axis)
    return ordered if direction == "ASCENDING" else ops.flip(ordered, axis)


def argsort(values, /, axis=-1, direction="ASCENDING", stable=False):
    """The positions of the entries in that order."""
    return ops.argsort(values if direction == "ASCENDING" else -values, axis)


def clip_by_value(t, clip_value_min, clip_value_max, /):
    """The numbers, those beyond the two limits being the limits."""
    return ops.minimum(ops.maximum(t, clip_value_min), clip_value_max)


def clip_by_norm(t, /, clip_norm, axes=None):
    """Make t shorter where its length √Σ t² exceeds clip_norm."""
    return t * (clip_norm / ops.maximum(reduce_euclidean_norm(t, axes, True), clip_norm))


def clip_by_global_norm(t_list, clip_norm, use_norm=None):
    """Return the tensors, made shorter together so that their global norm is clip_norm at most,
    and the norm that they had.
    """
    size = global_norm(t_list) if use_norm is None else tensor(use_norm)
    factor = clip_norm / ops.maximum(size, clip_norm)
    return [None if t is None else tensor(t) * factor for t in t_list], size


# --- loops


def map_fn(fn, elems, dtype=None, parallel_iterations=None, fn_output_signature=None):
    """fn of each entry along the first axis, stacked."""
    return ops.map(fn, tree_map(tensor, elems))


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Compute loop_vars = body(*loop_vars) while cond(*loop_vars) is True."""
    return ops.while_loop(cond, body, [tensor(v) for v in loop_vars], maximum_iterations)


# --- types

_TYPES = (
    "bfloat16 bool float16 float32 float64 int8 int16 int32 int64 string uint8 uint16 uint32 uint64"
)
_KINDS: dict[str, Any] = {name: DType(name) for name in _TYPES.split()}
_KINDS |= {"as_dtype": lambda type_value: _KINDS[np.dtype(type_value).name], "DType": DType}
NAMES = {**shelf(globals(), ""), **_KINDS, "double": _KINDS["float64"], "half": _KINDS["float16"]}
NAMES |= {f"dtypes.{name}": NAMES[name] for name in [*_KINDS, "cast"]}
NAMES |= {"is_tensor": ops.is_tensor, "meshgrid": meshgrid, "newaxis": None}
NAMES |= {"nest.flatten": leaves, "nest.map_structure": tree_map}
