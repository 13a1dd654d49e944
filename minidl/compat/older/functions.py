"""K.mean, K.argmax, K.switch, ...: the functions of `from keras import backend as K`, with their
old defaults.

Most of them are the current `ops` of the same name. This file has those with other arguments, order
or defaults, and those whose names no longer exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import activations, ops
from ...ops.base import on_symbols
from ...ops.products import LETTERS
from ...support import backend
from ...tensor import Tensor, Variable


def _floats(x):
    """Convert booleans to floats, so that their mean is a fraction; return anything else
    unchanged.
    """
    x = ops.convert_to_tensor(x)
    return x.astype(backend.floatx()) if x.dtype.kind == "b" else x


# --- other defaults
def argmax(x, axis=-1):
    return ops.argmax(x, axis)


def argmin(x, axis=-1):
    return ops.argmin(x, axis)


def concatenate(tensors, axis=-1):
    return ops.concatenate(tensors, axis)


def cumsum(x, axis=0):
    return ops.cumsum(x, axis)


def cumprod(x, axis=0):
    return ops.cumprod(x, axis)


def expand_dims(x, axis=-1):
    return ops.expand_dims(x, axis)


def hard_sigmoid(x):
    return ops.clip(0.2 * ops.floats(x) + 0.5, 0, 1)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    return activations.relu(x, alpha, max_value, threshold)


def sqrt(x):
    return ops.sqrt(ops.maximum(ops.floats(x), 0))


def mean(x, axis=None, keepdims=False):
    return ops.mean(_floats(x), axis, keepdims)


def var(x, axis=None, keepdims=False):
    return ops.var(_floats(x), axis, keepdims)


def std(x, axis=None, keepdims=False):
    return ops.std(_floats(x), axis, keepdims)


def l2_normalize(x, axis=None):
    """x divided by its length along `axis`, or by that of the whole of it."""
    x = ops.floats(x)
    return x * ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis, True), 1e-12))


@on_symbols
def repeat(x, n):
    """Each sample n times: (batch, d) becomes (batch, n, d)."""
    if len(ops.shape(x)) != 2:
        raise ValueError(
            f"K.repeat takes x of shape (batch, d); received shape {ops.shape(x)}. To repeat "
            f"entries use ops.repeat."
        )
    return ops.repeat(ops.expand_dims(x, 1), n, 1)


# --- other names or order of arguments
def clip(x, min_value, max_value):
    """x moved between the two; None for no limit."""
    low, high = (
        (-np.inf if min_value is None else min_value),
        (np.inf if max_value is None else max_value),
    )
    return ops.clip(x, low, max(low, high) if np.ndim(low) == np.ndim(high) == 0 else high)


def eye(size, dtype=None, name=None):
    return Variable(np.eye(size), dtype=dtype or backend.floatx(), name=name or "variable")


def in_top_k(predictions, targets, k):
    return ops.in_top_k(targets, predictions, k)


def one_hot(indices, num_classes):
    return ops.one_hot(indices, num_classes)


def pow(x, a):
    return ops.power(x, a)


def permute_dimensions(x, pattern):
    return ops.transpose(x, pattern)


def repeat_elements(x, rep, axis):
    return ops.repeat(x, rep, axis)


def reshape(x, shape):
    return ops.reshape(x, shape)


def reverse(x, axes):
    return ops.flip(x, axes)


def squeeze(x, axis):
    return ops.squeeze(x, axis)


def tile(x, n):
    return ops.tile(x, n)


def transpose(x):
    return ops.transpose(x)


def gather(reference, indices):
    return ops.take(reference, indices, axis=0)


def dtype(x) -> str:
    return str(np.dtype(getattr(x, "dtype", backend.floatx())))


def cast_to_floatx(x):
    return ops.cast(x, backend.floatx()) if ops.is_tensor(x) else np.asarray(x, backend.floatx())


def identity(x, name=None):
    return ops.convert_to_tensor(x)


def is_keras_tensor(x) -> bool:
    return ops.is_tensor(x) and not isinstance(x, Tensor)


def stop_gradient(variables):
    """Return the same values without a gradient; for a list, a list."""
    return (
        [ops.stop_gradient(v) for v in variables]
        if isinstance(variables, (list, tuple))
        else ops.stop_gradient(variables)
    )


@on_symbols
def batch_flatten(x):
    return ops.reshape(x, (ops.shape(x)[0], -1))


@on_symbols
def batch_dot(x, y, axes: Any = None):
    """The product of each sample of x with that of y, summed over one axis of each; two vectors a
    sample give shape (batch, 1).

    axes: one number for both, or a pair; by default x's last axis and y's second to last (a
    vector's only one).
    """
    shapes = ops.shape(x), ops.shape(y)
    if min(map(len, shapes)) < 2:
        raise ValueError(
            f"K.batch_dot takes two batches of vectors or matrices; received shapes {shapes[0]} "
            f"and {shapes[1]}."
        )
    first, second = _summed_axes(axes, *map(len, shapes))
    left = list(LETTERS[: len(shapes[0])])
    right = list(LETTERS.upper()[: len(shapes[1])])
    right[0], right[second] = left[0], left[first]
    out = [c for c in left if c != left[first]] + [c for c in right[1:] if c != left[first]]
    product = ops.einsum(f"{''.join(left)},{''.join(right)}->{''.join(out)}", x, y)
    return ops.expand_dims(product, 1) if len(out) == 1 else product


def _summed_axes(axes, ndim_x: int, ndim_y: int) -> tuple[int, int]:
    """The axis of x and that of y over which batch_dot sums, counted from 0."""
    if axes is None:
        axes = (-1, 1 if ndim_y == 2 else -2)
    of_x, of_y = (axes, axes) if isinstance(axes, int) else axes
    first, second = range(ndim_x)[of_x], range(ndim_y)[of_y]
    if not first or not second:
        raise ValueError(
            "K.batch_dot cannot sum over axis 0, the samples. For data without a batch axis use "
            "ops.matmul."
        )
    return first, second


@on_symbols
def bias_add(x, bias, data_format=None):
    """x + bias, a number a channel (the last axis; with 'channels_first' axis 1), or one an entry
    of a sample.
    """
    shape = ops.shape(bias)
    if data_format == "channels_first":
        bias = ops.reshape(
            bias,
            (1, shape[-1], *((1,) * (len(ops.shape(x)) - 2) if len(shape) == 1 else shape[:-1])),
        )
    return ops.add(x, bias)


def switch(condition, then_expression, else_expression):
    """Return then_expression where the condition is True, else else_expression. Either may be a
    function without arguments that returns it.

    A condition with fewer axes selects whole rows of the expressions.
    """
    then, other = (
        e() if callable(e) and not ops.is_tensor(e) else e
        for e in (then_expression, else_expression)
    )
    return _switch(condition, then, other)


@on_symbols
def _switch(condition, then, other):
    condition = np.asarray(condition).astype(bool)
    missing = max(len(ops.shape(then)), len(ops.shape(other))) - condition.ndim
    if missing < 0 < condition.ndim:
        raise ValueError(
            f"K.switch: the condition has more axes, {condition.shape}, than what it chooses "
            f"from, {ops.shape(then)}."
        )
    return ops.where(
        condition.reshape(condition.shape + (1,) * missing) if condition.ndim else condition,
        then,
        other,
    )


def map_fn(fn, elems, name=None, dtype=None):
    return ops.map(fn, elems)


def foldl(fn, elems, initializer=None, name=None):
    """fn(result so far, next) along the first axis, from the first entry to the last."""
    rows = ops.unstack(elems)
    result, rows = (rows[0], rows[1:]) if initializer is None else (initializer, rows)
    for row in rows:
        result = fn(result, row)
    return result


def foldr(fn, elems, initializer=None, name=None):
    """fn(result so far, next) along the first axis, from the last entry to the first."""
    return foldl(fn, ops.flip(elems, 0), initializer)


def temporal_padding(x, padding=(1, 1)):
    return ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


HERE: dict[str, Callable] = {
    name: thing
    for name, thing in list(globals().items())
    if not name.startswith("_") and callable(thing) and getattr(thing, "__module__", "") == __name__
}
FUNCTIONS: dict[str, Any] = {  # besides those of ops with the same name
    **HERE,
    "int_shape": ops.shape,
    "get_value": ops.convert_to_numpy,
    "eval": ops.convert_to_numpy,
    "flatten": ops.ravel,
}
