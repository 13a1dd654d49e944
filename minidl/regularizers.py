"""Penalties on weights, added to the loss. Large weights can fit noise; a penalty keeps weights
small unless they reduce the loss enough.
"""

from __future__ import annotations

from . import ops
from .support.checks import check_number
from .support.configs import Catalogue, Configurable
from .support.configs import deserialize as deserialize
from .support.configs import serialize as serialize

registry = Catalogue(
    "regularizer", "A regularizer is a name, a Regularizer or a function of a tensor"
)
register = registry.register
get = registry.get


class Regularizer(Configurable):
    """Base class of regularizers. Subclasses define `__call__(x)`, which returns one number to add
    to the loss.
    """

    def __call__(self, x):
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(self, x).")


@registry.register()
class L1(Regularizer):
    """l1·Σ|w|: sets weights that hardly reduce the loss to exactly 0. Tibshirani 1996."""

    def __init__(self, l1=0.01):
        self.l1 = check_number("l1", l1, 0)

    def __call__(self, x):
        return ops.sum(ops.absolute(x)) * self.l1


@registry.register()
class L2(Regularizer):
    """l2·Σw² (without a half): makes all weights smaller, large ones most. With plain gradient
    descent it is the same as weight decay by 2·l2.
    """

    def __init__(self, l2=0.01):
        self.l2 = check_number("l2", l2, 0)

    def __call__(self, x):
        return ops.sum(ops.square(x)) * self.l2


@registry.register("l1_l2")
class L1L2(Regularizer):
    """l1·Σ|w| + l2·Σw²: the elastic net. Zou & Hastie 2005."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1, self.l2 = check_number("l1", l1, 0), check_number("l2", l2, 0)

    def __call__(self, x):
        return ops.sum(ops.absolute(x)) * self.l1 + ops.sum(ops.square(x)) * self.l2


@registry.register()
class OrthogonalRegularizer(Regularizer):
    """factor·(Σ|cos| between different rows (or columns), halved and averaged over the pairs):
    makes them point in different directions.
    """

    def __init__(self, factor=0.01, mode="rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"OrthogonalRegularizer: mode is 'rows' or 'columns'; received {mode!r}."
            )
        self.factor, self.mode = check_number("factor", factor, 0), mode

    def __call__(self, x):
        if len(x.shape) != 2:
            raise ValueError(f"OrthogonalRegularizer needs a matrix; received shape {x.shape}.")
        rows = x if self.mode == "rows" else x.T
        rows = rows / ops.sqrt(ops.maximum(ops.sum(ops.square(rows), axis=1, keepdims=True), 1e-12))
        n = rows.shape[0]
        cosines = ops.absolute(rows @ rows.T) * (1.0 - ops.eye(n, dtype=x.dtype))
        return ops.sum(cosines) * (0.5 * self.factor / max(1.0, n * (n - 1) / 2))


l1, l2, orthogonal_regularizer = L1, L2, OrthogonalRegularizer


def l1_l2(l1=0.01, l2=0.01) -> L1L2:
    """Create an L1L2. This is its older name, with the default 0.01 for both."""
    return L1L2(l1, l2)
