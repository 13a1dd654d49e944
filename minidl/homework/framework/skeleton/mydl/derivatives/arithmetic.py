"""Ops element by element: z[i] depends on x[i] alone, or on x[i] and y[i]. g is ∂L/∂z.

`add`, `neg` and `power` are given. They show the form: return the result, and a tuple
with one vjp for each argument.
"""

import numpy as np


def add(x, y):
    """z = x + y      ∂L/∂x = g        ∂L/∂y = g"""
    return x + y, (lambda g: g, lambda g: g)


def sub(x, y):
    """z = x - y      ∂L/∂x = g        ∂L/∂y = -g

    >>> z, (vjp_x, vjp_y) = sub(np.array([5.0]), np.array([2.0]))
    >>> z, vjp_x(1.0), vjp_y(1.0)
    (array([3.]), 1.0, -1.0)
    """
    raise NotImplementedError("write sub in derivatives/arithmetic.py")


def mul(x, y):
    """z = x·y        ∂L/∂x = g·y      ∂L/∂y = g·x

    >>> z, (vjp_x, vjp_y) = mul(np.array([3.0]), np.array([4.0]))
    >>> z, vjp_x(1.0), vjp_y(1.0)
    (array([12.]), array([4.]), array([3.]))
    """
    raise NotImplementedError("write mul in derivatives/arithmetic.py")


def div(x, y):
    """z = x/y        ∂L/∂x = g/y      ∂L/∂y = -g·x/y²"""
    raise NotImplementedError("write div in derivatives/arithmetic.py")


def neg(x):
    """z = -x         ∂L/∂x = -g"""
    return -x, (lambda g: -g,)


def power(x, y):
    """z = xʸ         ∂L/∂x = g·y·xʸ⁻¹      ∂L/∂y = g·z·ln x"""
    z = np.power(x, y)
    return z, (
        lambda g: g * np.where(y == 0, 0, y * np.power(x, y - 1)),
        lambda g: g * z * np.log(np.where(x == 0, 1, x)),
    )


def square(x):
    """z = x²         ∂L/∂x = 2g·x

    The tuple of a single vjp needs a comma: (lambda g: ...,)
    """
    raise NotImplementedError("write square in derivatives/arithmetic.py")
