"""The public doors on tensors, under the names of keras.ops. Each takes tensors, arrays or numbers and returns a Tensor.

Reading one is reading where it leads: the formula with its derivative stands in minidl/derivatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend
from .arrays import as_array
from .derivatives import arithmetic, linear, nonlinear, reductions, shaping
from .operators import Operators
from .tensor import Tensor, apply


def convert_to_tensor(x, dtype=None) -> Any:
    """x as a tensor; a tensor of that dtype comes back as it is, so that gradients still flow."""
    if isinstance(x, Operators):
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)
    return Tensor(x, dtype=dtype)


def convert_to_numpy(x) -> np.ndarray:
    """x as a plain array of its own."""
    return np.array(as_array(x))


def cast(x, dtype): return convert_to_tensor(x).astype(dtype)
def shape(x) -> tuple: return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)
def stop_gradient(x): return convert_to_tensor(x).detach()


# --- element by element
def add(x1, x2): return apply(arithmetic.add, x1, x2)
def subtract(x1, x2): return apply(arithmetic.sub, x1, x2)
def multiply(x1, x2): return apply(arithmetic.mul, x1, x2)
def divide(x1, x2): return apply(arithmetic.div, x1, x2)
def negative(x): return apply(arithmetic.neg, x)
def power(x1, x2): return convert_to_tensor(x1) ** x2
def exp(x): return apply(arithmetic.exp, x)
def expm1(x): return apply(arithmetic.expm1, x)
def log(x): return apply(arithmetic.log, x)
def log1p(x): return apply(arithmetic.log1p, x)
def sqrt(x): return apply(arithmetic.sqrt, x)
def square(x): return apply(arithmetic.square, x)
def absolute(x): return apply(arithmetic.absolute, x)
def sin(x): return apply(arithmetic.sin, x)
def cos(x): return apply(arithmetic.cos, x)
def maximum(x1, x2): return apply(arithmetic.maximum, x1, x2)
def minimum(x1, x2): return apply(arithmetic.minimum, x1, x2)
def clip(x, x_min=None, x_max=None): return apply(arithmetic.clip, x, low=x_min, high=x_max)
def where(condition, x1, x2): return apply(arithmetic.where, x1, x2, condition=np.asarray(condition))


abs = absolute


# --- many numbers to fewer
def sum(x, axis=None, keepdims=False): return convert_to_tensor(x).sum(axis, keepdims)
def mean(x, axis=None, keepdims=False): return convert_to_tensor(x).mean(axis, keepdims)
def max(x, axis=None, keepdims=False): return convert_to_tensor(x).max(axis, keepdims)
def min(x, axis=None, keepdims=False): return convert_to_tensor(x).min(axis, keepdims)
def prod(x, axis=None, keepdims=False): return convert_to_tensor(x).prod(axis, keepdims)
def var(x, axis=None, keepdims=False): return convert_to_tensor(x).var(axis, keepdims)
def std(x, axis=None, keepdims=False): return convert_to_tensor(x).std(axis, keepdims)
def cumsum(x, axis=None): return convert_to_tensor(x).cumsum(axis)
def logsumexp(x, axis=None, keepdims=False): return apply(reductions.logsumexp, x, axis=axis, keepdims=keepdims)
def argmax(x, axis=None, keepdims: Any = False): return as_array(x).argmax(axis, keepdims=keepdims)
def argmin(x, axis=None, keepdims: Any = False): return as_array(x).argmin(axis, keepdims=keepdims)


def norm(x, ord=None, axis=None, keepdims=False):
    """√Σ x² along `axis`, the Euclidean length (ord None or 2), or Σ |x| (1), or max |x| (inf). At 0 the gradient is 0."""
    if ord in (None, 2, "fro"):
        return sqrt(sum(square(x), axis, keepdims))
    if ord == 1:
        return sum(absolute(x), axis, keepdims)
    if ord == np.inf:
        return max(absolute(x), axis, keepdims)
    raise ValueError(f"norm: ord is None, 1, 2 or inf; received {ord!r}.")


# --- the same numbers rearranged
def reshape(x, newshape): return convert_to_tensor(x).reshape(newshape)
def transpose(x, axes=None): return convert_to_tensor(x).transpose(axes)
def swapaxes(x, axis1, axis2): return convert_to_tensor(x).swapaxes(axis1, axis2)
def squeeze(x, axis=None): return convert_to_tensor(x).squeeze(axis)
def broadcast_to(x, shape): return apply(shaping.broadcast_to, x, shape=tuple(shape))
def concatenate(xs, axis=0): return apply(shaping.concatenate, *xs, axis=axis)
def stack(xs, axis=0): return apply(shaping.stack, *xs, axis=axis)
def flip(x, axis=None): return convert_to_tensor(x)[_flip_index(np.ndim(x) if not hasattr(x, "shape") else len(x.shape), axis)]


def take(x, indices, axis=None):
    """The entries at whole-number positions along `axis`; without one, of the flattened x."""
    positions = as_array(indices, keep_ints=True)
    if positions.dtype.kind == "f" and not np.array_equal(positions, np.floor(positions)):
        raise TypeError("take: positions are whole numbers; received fractions.")
    x = convert_to_tensor(x)
    return apply(shaping.take, x.ravel() if axis is None else x, indices=positions.astype(np.intp), axis=axis or 0)


def expand_dims(x, axis):
    """A new axis of size 1 at `axis`: (3,) becomes (1, 3) with 0, (3, 1) with 1 or -1."""
    x = convert_to_tensor(x)
    return x[(slice(None),) * range(len(x.shape) + 1)[axis] + (None,)]


def pad(x, pad_width, mode="constant", constant_values=None):
    """A frame of constant values (0 if left out). pad_width: ((before, after), ...) one pair an axis, or one number for all."""
    if mode != "constant":
        raise ValueError(f"pad: only mode='constant' has a derivative here; received {mode!r}.")
    x = convert_to_tensor(x)
    widths = np.broadcast_to(np.asarray(pad_width), (len(x.shape), 2))
    value = 0.0 if constant_values is None else constant_values
    return apply(shaping.pad, x, widths=tuple((int(a), int(b)) for a, b in widths), value=value)


def split(x, indices_or_sections, axis=0) -> list:
    """Equal parts along `axis` if given a number, or cut before each of the given positions."""
    x = convert_to_tensor(x)
    size, cuts = x.shape[axis], indices_or_sections
    if isinstance(cuts, (int, np.integer)):
        if cuts < 1 or size % cuts:
            raise ValueError(f"split: {size} entries along axis {axis} do not divide into {cuts} equal parts.")
        cuts = range(size // int(cuts), size, size // int(cuts))
    front = (slice(None),) * range(len(x.shape))[axis]
    return [x[(*front, slice(a, b))] for a, b in zip([0, *cuts], [*cuts, size])]


def _flip_index(ndim, axis):
    axes = range(ndim) if axis is None else [range(ndim)[a] for a in np.atleast_1d(axis)]
    return tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(ndim))


# --- matrix products
def matmul(x1, x2): return apply(linear.matmul, x1, x2)
def dot(x1, x2): return convert_to_tensor(x1).dot(x2)


def dense(x, kernel, bias=None):
    """x @ kernel + bias in one step. x: (..., n), kernel: (n, units), bias: (units,) or None."""
    return apply(linear.dense, x, kernel) if bias is None else apply(linear.dense, x, kernel, bias)


# --- what makes networks more than matrix products
def relu(x): return apply(nonlinear.relu, x)
def threshold(x, value=0.0): return apply(nonlinear.threshold, x, value=value)
def leaky_relu(x, negative_slope=0.2): return apply(nonlinear.leaky_relu, floats(x), negative_slope=negative_slope)
def elu(x, alpha=1.0): return apply(nonlinear.elu, floats(x), alpha=alpha)
def tanh(x): return apply(nonlinear.tanh, floats(x))
def softplus(x): return apply(nonlinear.softplus, floats(x))
def sigmoid(x): return apply(nonlinear.sigmoid, floats(x))
def softmax(x, axis=-1): return apply(nonlinear.softmax, floats(x), axis=axis)
def log_softmax(x, axis=-1): return apply(nonlinear.log_softmax, floats(x), axis=axis)


def floats(x):
    """x as a tensor of floats: whole numbers would wrap around or lose a slope of 0.2."""
    x = convert_to_tensor(x)
    return x if x.dtype.kind == "f" else x.astype(backend.floatx())


def one_hot(x, num_classes, axis=-1, dtype=None) -> Tensor:
    """Whole numbers 0 .. num_classes-1 as rows with a single 1 (any other number: a row of zeros)."""
    hot = as_array(x)[..., None] == np.arange(num_classes)
    return Tensor(np.moveaxis(hot, -1, axis), dtype=dtype or backend.floatx())


def zeros(shape, dtype=None): return Tensor(np.zeros(shape, dtype or backend.floatx()))
def ones(shape, dtype=None): return Tensor(np.ones(shape, dtype or backend.floatx()))
def zeros_like(x, dtype=None): return Tensor(np.zeros_like(as_array(x), dtype))
def ones_like(x, dtype=None): return Tensor(np.ones_like(as_array(x), dtype))


def arange(start, stop=None, step=1, dtype=None) -> Tensor:
    """start, start + step, ... below stop; arange(stop) begins at 0. Fractions become the default float type."""
    values = np.arange(start) if stop is None else np.arange(start, stop, step)
    return Tensor(values, dtype=dtype or (backend.floatx() if values.dtype.kind == "f" else None))
