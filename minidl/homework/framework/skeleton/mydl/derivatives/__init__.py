"""The table of derivatives: every op takes arrays and returns its result and one vjp for
each argument.

A vjp ("vector-Jacobian product") is a function. It is given g = ∂L/∂z, how much the loss
changes with the op's result z, and returns ∂L/∂x, how much the loss changes with the
argument x. By the chain rule this is g times the derivative of the op.

* A vjp returns a new array, or g itself, or a view of g. It never writes into g or into
  the arguments.
* A vjp ignores broadcasting: if z is larger than x, backward.py sums.
* A vjp ignores that x may be used a second time: backward.py adds up.

Nothing here uses Tensors, so you can try each formula with plain arrays:

>>> z, (vjp_x, vjp_y) = arithmetic.add(np.array([3.0]), np.array([4.0]))
>>> z, vjp_x(1.0), vjp_y(1.0)
(array([7.]), 1.0, 1.0)
"""

from . import arithmetic, linear, losses, nonlinear, reductions, shaping

__all__ = ["arithmetic", "linear", "losses", "nonlinear", "reductions", "shaping"]
