"""The table of derivatives: every op takes arrays and returns its result and one vjp per argument.

A vjp ("vector-Jacobian product") answers: if the loss changes by g per unit of the output, how much
does it change per unit of this argument? Every vjp follows these rules:

* return a fresh array, `g` itself, or a view of `g`; never write into `g` or into the inputs;
* only indexing may return a `Placed` instead: g, and the index where it belongs;
* ignore broadcasting: if the result is larger than the argument, the engine sums it;
* ignore accumulation: the engine adds the parts of an argument that is used several times.

Nothing here uses Tensors, so each formula can be read, called and tested with plain arrays:

>>> z, (vjp_x, vjp_y) = arithmetic.mul(np.array(3.0), np.array(4.0))      # z = 12
>>> vjp_x(1.0), vjp_y(1.0)                                                # (4.0, 3.0)
"""

from . import arithmetic, gaussian, linear, losses, nonlinear, normalizing, reductions, shaping

__all__ = [
    "arithmetic",
    "gaussian",
    "linear",
    "losses",
    "nonlinear",
    "normalizing",
    "reductions",
    "shaping",
]
