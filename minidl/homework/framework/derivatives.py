"""Tasks for derivatives/, its first half: each op and its vjps, compared with those of minidl's own
table.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ...core import derivatives as table
from ..assignments import Task
from .asking import ALL


def run_op(mydl, where, letters, arrays, settings, g):
    """Return the result of the learner's op, and ∂L/∂(argument) for each argument."""
    module, name = where
    op = getattr(getattr(mydl.derivatives, module), name)
    answer = op(*arrays, **settings)
    if type(answer) is not tuple or len(answer) != 2:
        raise TypeError("an op returns two things: its result, and a tuple of vjps")
    z, vjps = answer
    if callable(vjps):
        raise TypeError("the vjps must be a tuple; that of one vjp has a comma: (lambda g: ...,)")
    found = {f"∂L/∂{x}": vjp(g) for x, vjp in zip(letters, vjps)}
    return {"z": z, **{f"∂L/∂{x}": found.get(f"∂L/∂{x}") for x in letters}}


def expected(where, letters, arrays, settings, g):
    """Return the right answer to run_op."""
    module, name = where
    return answered_by(getattr(getattr(table, module), name), where, letters, arrays, settings, g)


def answered_by(op, where, letters, arrays, settings, g):
    """Return the answer of an op, which may be a wrong one."""
    z, vjps = op(*arrays, **settings)
    return {"z": z, **{f"∂L/∂{x}": vjp(g) for x, vjp in zip(letters, vjps)}}


def op_task(module, name, letters, draw, *mistakes):
    """Return the task of one op. draw: rng -> pairs (arrays, settings). mistakes: pairs (a wrong
    op, hint).
    """

    def cases(rng):
        found = []
        for arrays, settings in draw(rng):
            z, _ = getattr(getattr(table, module), name)(*arrays, **settings)
            g = np.asarray(rng.normal(size=np.shape(z)))
            found.append(((module, name), letters, arrays, settings, g))
        return found

    known = tuple((partial(answered_by, op), hint) for op, hint in mistakes)
    return Task(name, 1, cases, expected, driver=run_op, forbidden=ALL, mistakes=known)


# --- arguments


def pairs(rng):
    return [([rng.normal(size=(2, 3)), rng.normal(size=(2, 3)) + 3], {}) for _ in range(2)]


def alone(rng):
    return [([rng.normal(size=(3, 4))], {}), ([rng.normal(size=5)], {})]


def reduced(rng):
    """Return an array with each kind of axis and keepdims."""
    x = rng.normal(size=(2, 3, 4))
    kept = ({}, {"axis": 0}, {"axis": -1}, {"axis": (0, 2)}, {"axis": 1, "keepdims": True})
    return [([x], settings) for settings in kept]


def reshaped(rng):
    return [([rng.normal(size=(2, 6))], {"shape": shape}) for shape in ((3, 4), (12,), (-1, 2))]


def matrices(rng):
    return [([rng.normal(size=(3, 4)), rng.normal(size=(4, 2))], {})]


def affine(rng):
    """Return x, W and b of two layers."""
    x, w, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    return [([x, w, b], {}), ([x, w, -b], {})]


# --- what often goes wrong: ops with a mistake


def _spread(g, x, axis, keepdims):
    g = g if axis is None or keepdims else np.expand_dims(g, axis)
    return np.broadcast_to(g, x.shape)


def _mean_as_sum(x, *, axis=None, keepdims=False):
    z = np.mean(x, axis=axis, keepdims=keepdims)
    return z, (lambda g: _spread(g, x, axis, keepdims),)


def _mean_over_all(x, *, axis=None, keepdims=False):
    z = np.mean(x, axis=axis, keepdims=keepdims)
    return z, (lambda g: _spread(g, x, axis, keepdims) / x.size,)


NO_G = "g is missing: a vjp returns g times the derivative of the op."
TASKS = (
    op_task(
        "arithmetic",
        "sub",
        "xy",
        pairs,
        (lambda x, y: (x - y, (lambda g: g, lambda g: g)), "∂(x - y)/∂y is -1: return -g for y."),
        (lambda x, y: (y - x, (lambda g: -g, lambda g: g)), "That is y - x; asked is x - y."),
    ),
    op_task(
        "arithmetic",
        "mul",
        "xy",
        pairs,
        (
            lambda x, y: (x * y, (lambda g: g * x, lambda g: g * y)),
            "∂(x·y)/∂x is y, and ∂(x·y)/∂y is x; you have them exchanged.",
        ),
        (lambda x, y: (x * y, (lambda g: y, lambda g: x)), NO_G),
    ),
    op_task(
        "arithmetic",
        "div",
        "xy",
        pairs,
        (
            lambda x, y: (x / y, (lambda g: g / y, lambda g: g * x / y**2)),
            "x/y falls as y grows: ∂(x/y)/∂y is -x/y², with a minus.",
        ),
        (
            lambda x, y: (x / y, (lambda g: g / y, lambda g: -g * x / y)),
            "∂(x/y)/∂y is -x/y²: y is squared.",
        ),
    ),
    op_task(
        "arithmetic",
        "square",
        "x",
        alone,
        (lambda x: (x * x, (lambda g: g * x,)), "The derivative of x² is 2x: the 2 is missing."),
        (lambda x: (x * x, (lambda g: 2 * x,)), NO_G),
    ),
    op_task(
        "reductions",
        "sum",
        "x",
        reduced,
        (
            lambda x, *, axis=None, keepdims=False: (
                x.sum(axis=axis, keepdims=keepdims),
                (lambda g: g,),
            ),
            "The gradient must have the shape of x: _spread(g, x, axis, keepdims).",
        ),
        (
            lambda x, *, axis=None, keepdims=False: (
                x.sum(),
                (lambda g: np.full(x.shape, g.flat[0]),),
            ),
            "axis and keepdims are forgotten: hand them on to x.sum and to _spread.",
        ),
    ),
    op_task(
        "reductions",
        "mean",
        "x",
        reduced,
        (_mean_as_sum, "∂(mean)/∂x is 1/n, that of the sum is 1: the division by n is missing."),
        (_mean_over_all, "n is how many numbers each mean is computed from: x.size / z.size."),
    ),
    op_task(
        "shaping",
        "reshape",
        "x",
        reshaped,
        (
            lambda x, *, shape: (x.reshape(shape), (lambda g: g,)),
            "The gradient must have the shape of x: g.reshape(x.shape).",
        ),
    ),
    op_task(
        "linear",
        "matmul",
        "xy",
        matrices,
        (
            lambda x, y: (x @ y, (lambda g: (g @ y.T).T, lambda g: (x.T @ g).T)),
            "Your gradients are transposed: each has the shape of its argument.",
        ),
        (lambda x, y: (x @ y, (lambda g: x.T @ g, lambda g: g @ y.T)), "They are exchanged."),
    ),
    op_task(
        "linear",
        "dense",
        "xwb",
        affine,
        (
            lambda x, w, b: (x @ w + b, (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g)),
            "b is added to every sample: ∂L/∂b is the sum of g over the samples, g.sum(axis=0).",
        ),
        (
            lambda x, w, b: (
                x @ w + b,
                (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g.mean(axis=0)),
            ),
            "∂L/∂b is the sum of g over the samples, not their mean: the loss has the 1/n.",
        ),
        (
            lambda x, w, b: (
                x @ w,
                (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g.sum(axis=0)),
            ),
            "z lacks the bias.",
        ),
    ),
)
