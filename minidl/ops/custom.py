"""Functions with a derivative of your own."""

from __future__ import annotations

from functools import partial, wraps

import numpy as np

from ..core.derivatives.stepping import shared
from ..support.arrays import as_array
from ..tensor import Operators, Tensor, apply, no_grad
from ..tensor.higher_forms import vjps_of
from .base import convert_to_tensor, on_symbols

__all__ = ["custom_gradient"]


def custom_gradient(f):
    """Decorator: give the function f a derivative of your own.

    f: takes tensors and returns (z, grad), where z is a tensor. grad: a function of ∂L/∂z that
    returns ∂L/∂x for each x of f: a tensor of the shape of x, a list or tuple of them for several
    x, None for zeros. What f computes inside is not recorded. A weight that has a gradient is
    therefore an argument of f.

    >>> @custom_gradient
    ... def round_straight_through(x):       # Bengio et al. 2013, section 4
    ...     return ops.round(x), lambda g: g
    """

    @on_symbols
    @wraps(f)
    def function(*xs, **settings):
        inputs = [convert_to_tensor(x) for x in xs]
        call = partial(f, **settings)
        z, grad = _pair(f, call(*[x.detach() for x in inputs]))
        if z.requires_grad:
            raise ValueError(
                f"{_name(f)} uses a weight that is no argument of it, so the weight would get no "
                "gradient. Give the weight to it as an argument, and return its gradient from grad."
            )
        return apply(_computed, *inputs, z=z.data, grad=grad, f=call, name=_name(f))

    return function


def _computed(*xs, z, grad, f, name):
    """The op of `custom_gradient`. z: the result. grad: a function from ∂L/∂z to all ∂L/∂x. f: the
    function that returned both.
    """

    def back(g):
        with no_grad():
            return [as_array(slope) for slope in _slopes(grad, Tensor(g), xs, name)]

    return z, shared(back, *[_pick(i) for i in range(len(xs))])


@vjps_of(_computed)
def _recorded(result, *xs, z, grad, f, name):
    """The vjps for second derivatives. f is called once more, with the tensors of the graph, so
    that what its grad computes from them is recorded.
    """
    _, grad = f(*xs)
    back = partial(_slopes, grad, xs=xs, name=name)
    return shared(back, *[_pick(i) for i in range(len(xs))])


def _slopes(grad, g, xs, name) -> list:
    """Return ∂L/∂x for each x as grad computes them, zeros for None. ValueError if it returns more
    or fewer.
    """
    slopes = grad(g)
    slopes = slopes if isinstance(slopes, (list, tuple)) else [slopes]
    if len(slopes) != len(xs):
        raise ValueError(
            f"grad of {name} returned {len(slopes)} gradients for {len(xs)} arguments. Return "
            "one for each, None where there is none."
        )
    return [np.zeros(x.shape, x.dtype) if s is None else s for x, s in zip(xs, slopes)]


def _pick(i: int):
    return lambda *slopes: slopes[i]


def _pair(f, returned) -> tuple:
    """Return what f returned, (tensor, function). TypeError if it is something else."""
    try:
        z, grad = returned
    except (TypeError, ValueError):
        z = grad = None
    if not isinstance(z, Operators) or not callable(grad):
        raise TypeError(
            f"{_name(f)} should return a tensor and a function, `return z, grad`. "
            f"Received: {type(returned).__name__}. Several results go into one tensor with "
            "ops.stack or ops.concatenate."
        )
    return z, grad


def _name(f) -> str:
    return getattr(f, "__name__", "the function of custom_gradient")
