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
def argmax(x, axis=None): return as_array(x).argmax(axis)
def argmin(x, axis=None): return as_array(x).argmin(axis)


def norm(x, axis=None, keepdims=False):
    """√Σ x²: the Euclidean length along `axis`; its gradient at the zero vector is taken as 0."""
    return sqrt(sum(square(x), axis, keepdims))


# --- the same numbers rearranged
def reshape(x, newshape): return convert_to_tensor(x).reshape(newshape)
def transpose(x, axes=None): return convert_to_tensor(x).transpose(axes)
def swapaxes(x, axis1, axis2): return convert_to_tensor(x).swapaxes(axis1, axis2)
def squeeze(x, axis=None): return convert_to_tensor(x).squeeze(axis)
def broadcast_to(x, shape): return apply(shaping.broadcast_to, x, shape=tuple(shape))
def concatenate(xs, axis=0): return apply(shaping.concatenate, *xs, axis=axis)
def stack(xs, axis=0): return apply(shaping.stack, *xs, axis=axis)
def flip(x, axis=None): return convert_to_tensor(x)[_flip_index(np.ndim(x) if not hasattr(x, "shape") else len(x.shape), axis)]
def take(x, indices, axis=0): return apply(shaping.take, x, indices=np.asarray(indices, dtype=np.intp), axis=axis)


def expand_dims(x, axis):
    """A new axis of size 1 at `axis`: (3,) becomes (1, 3) with 0, (3, 1) with 1 or -1."""
    x = convert_to_tensor(x)
    return x[(slice(None),) * range(len(x.shape) + 1)[axis] + (None,)]


def pad(x, pad_width, constant_values=0.0):
    """A frame of constant values. pad_width: ((before, after), ...) one pair an axis, or one number for all."""
    x = convert_to_tensor(x)
    widths = np.broadcast_to(np.asarray(pad_width), (len(x.shape), 2))
    return apply(shaping.pad, x, widths=tuple((int(a), int(b)) for a, b in widths), value=constant_values)


def split(x, indices_or_sections, axis=0) -> list:
    """Equal parts along `axis` if given a number, or cut before each of the given positions."""
    x = convert_to_tensor(x)
    size, cuts = x.shape[axis], indices_or_sections
    if isinstance(cuts, (int, np.integer)):
        if size % cuts:
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
def log_softmax(x, axis=-1): return apply(nonlinear.log_softmax, floats(x), axis=axis)


def floats(x):
    """x as a tensor of floats: whole numbers would wrap around or lose a slope of 0.2."""
    x = convert_to_tensor(x)
    return x if x.dtype.kind == "f" else x.astype(backend.floatx())


def softmax(x, axis=-1):
    """eˣ / Σ eˣ along `axis`. ValueError over an axis of size 1, where the answer would be 1 for any x."""
    x = floats(x)
    if len(x.shape) == 0 or x.shape[axis] == 1:
        raise ValueError(f"softmax over an axis of size 1 is always 1, whatever the network computes; received shape {x.shape}. "
                         "For two classes from one output use sigmoid.")
    return apply(nonlinear.softmax, x, axis=axis)


def one_hot(x, num_classes, axis=-1, dtype=None) -> Tensor:
    """Whole numbers 0 .. num_classes-1 as rows with a single 1 (any other number: a row of zeros)."""
    hot = as_array(x)[..., None] == np.arange(num_classes)
    return Tensor(np.moveaxis(hot, -1, axis), dtype=dtype or backend.floatx())


def zeros(shape, dtype=None): return Tensor(np.zeros(shape, dtype or backend.floatx()))
def ones(shape, dtype=None): return Tensor(np.ones(shape, dtype or backend.floatx()))
def zeros_like(x, dtype=None): return Tensor(np.zeros_like(as_array(x), dtype))
def ones_like(x, dtype=None): return Tensor(np.ones_like(as_array(x), dtype))
def arange(*args, dtype=None): return Tensor(np.arange(*args), dtype=dtype)
