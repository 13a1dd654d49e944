"""Products of matrices and vectors, and einsum."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import linear
from ..tensor import apply
from .base import convert_to_tensor, from_front, shape

__all__ = ["cross", "dense", "dot", "einsum", "inner", "matmul", "outer", "tensordot", "vdot"]

LETTERS = "abcdefghijklmnopqrstuvwxyz"  # names of axes in einsum


def matmul(x1, x2):
    return apply(linear.matmul, x1, x2)


def outer(x1, x2):
    return einsum("i,j->ij", convert_to_tensor(x1).ravel(), convert_to_tensor(x2).ravel())


def vdot(x1, x2):
    return (convert_to_tensor(x1).ravel() * convert_to_tensor(x2).ravel()).sum()


def dense(x, kernel, bias=None):
    """x @ kernel + bias in one step. x: (..., n), kernel: (n, units), bias: (units,) or None."""
    return apply(linear.dense, x, kernel) if bias is None else apply(linear.dense, x, kernel, bias)


def dot(x1, x2):
    """NumPy's dot: the product with a number, or of the last axis of x1 with the second to last of
    x2 (the only one of a vector).
    """
    if len(shape(x1)) and len(shape(x2)) > 2:
        return tensordot(x1, x2, (-1, -2))
    return convert_to_tensor(x1).dot(x2)


def inner(x1, x2):
    """The sum of products along the last axes of both."""
    if not len(shape(x1)) or not len(shape(x2)):
        return convert_to_tensor(x1) * x2
    return tensordot(x1, x2, (-1, -1))


def tensordot(x1, x2, axes: Any = 2):
    """The products summed over pairs of axes. axes: n for the last n of x1 with the first n of x2,
    or (axes of x1, axes of x2).
    """
    n1, n2 = len(shape(x1)), len(shape(x2))
    if isinstance(axes, int):
        axes = (range(n1 - axes, n1), range(axes))
    first, second = ([from_front(a, n) for a in np.atleast_1d(a)] for n, a in zip((n1, n2), axes))
    if len(first) != len(second):
        raise ValueError(f"tensordot: as many axes of x1 as of x2; received {axes}.")
    letters1, letters2 = LETTERS[:n1], list(LETTERS.upper()[:n2])
    for a, b in zip(first, second):
        letters2[b] = letters1[a]
    out = [c for i, c in enumerate(letters1) if i not in first] + [
        c for i, c in enumerate(letters2) if i not in second
    ]
    return einsum(f"{letters1},{''.join(letters2)}->{''.join(out)}", x1, x2)


def cross(x1, x2):
    """The cross product of vectors with three components on the last axis: a vector perpendicular
    to both.
    """
    if shape(x1)[-1:] != (3,) or shape(x2)[-1:] != (3,):
        raise ValueError(
            f"cross: vectors have three components on the last axis; received shapes {shape(x1)} "
            f"and {shape(x2)}."
        )
    x1, x2, on, back = convert_to_tensor(x1), convert_to_tensor(x2), [1, 2, 0], [2, 0, 1]
    return x1[..., on] * x2[..., back] - x1[..., back] * x2[..., on]


def einsum(subscripts, *operands):
    """Compute sums of products. An equation names the axes by letters: "ij,jk->ik" multiplies
    matrices, "bij->bji" transposes, "ii->" is the trace.

    The letters after "->" are the axes of the result. Products are summed over all other letters.
    "..." stands for further axes, which broadcast. Without "->" the result has the letters that
    occur once, in alphabetical order.
    """
    terms, arrow, out = subscripts.replace(" ", "").partition("->")
    terms = terms.split(",")
    extra = _extra_axes(subscripts, terms, [len(shape(x)) for x in operands])
    free = [c for c in LETTERS + LETTERS.upper() if c not in subscripts]
    dots = "".join(free[: max(extra)])
    out = out if arrow else _letters_that_stay(terms, bool(dots))
    if dots and "..." not in out:
        raise ValueError(
            f"einsum: the axes of '...' stay, so {subscripts!r} needs '...' after '->' too."
        )
    terms = [term.replace("...", dots[len(dots) - n :]) for term, n in zip(terms, extra)]
    plain = f"{','.join(terms)}->{out.replace('...', dots)}"
    return apply(linear.einsum, *operands, subscripts=plain)


def _letters_that_stay(terms: list[str], dots: bool) -> str:
    """Return the result's letters if none are given: those that occur once, after the "..."."""
    joined = "".join(terms).replace("...", "")
    return ("..." if dots else "") + "".join(sorted([c for c in joined if joined.count(c) == 1]))


def _extra_axes(subscripts: str, terms: list[str], ranks: list[int]) -> list[int]:
    """Return the number of axes that "..." stands for in each array. ValueError if letters and axes
    do not fit.
    """
    if len(terms) != len(ranks):
        raise ValueError(
            f"einsum: {subscripts!r} describes {len(terms)} arrays; received {len(ranks)}."
        )
    extra = [rank - len(term.replace("...", "")) for term, rank in zip(terms, ranks)]
    for term, rank, n in zip(terms, ranks, extra):
        if n < 0 or (n > 0 and "..." not in term):
            raise ValueError(
                f"einsum: {term!r} in {subscripts!r} describes {rank - n} axes; that array has "
                f"{rank}."
            )
    return extra
