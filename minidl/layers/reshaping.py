"""Layers that change the shape of samples. The batch axis always stays first."""

from __future__ import annotations

import numpy as np

from .. import ops
from ..support.checks import check_count
from .base import Layer, layer_classes

_MOST = 1 << 31  # the largest number of entries in a sample


@layer_classes.register()
class Reshape(Layer):
    """Reshapes each sample to target_shape. The order of the numbers stays. One size may be -1 and
    is then computed.
    """

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = _target(target_shape)

    def call(self, x):
        size = int(np.prod(x.shape[1:], dtype=int))
        known = int(np.prod([n for n in self.target_shape if n != -1], dtype=int))
        fits = size % known == 0
        sizes = [size // known if n == -1 and fits else n for n in self.target_shape]
        return x.reshape(x.shape[0], *sizes)

    def explained(self, error, x):
        return ValueError(
            f"Reshape '{self.name}': a sample of shape {x.shape[1:]} has "
            f"{int(np.prod(x.shape[1:], dtype=int))} numbers and cannot become "
            f"{self.target_shape}."
        )


def _target(shape) -> tuple:
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if shape.count(-1) > 1 or not all(
        isinstance(n, (int, np.integer)) and (n > 0 or n == -1) for n in shape
    ):
        raise ValueError(
            f"Reshape: target_shape holds positive sizes and at most one -1; received {shape}."
        )
    return shape


@layer_classes.register()
class Permute(Layer):
    """Reorders the axes of each sample, which are counted from 1: Permute((2, 1)) exchanges two
    axes.
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute: dims holds 1 .. {len(self.dims)} in the wanted order, without the "
                f"batch axis; received {dims}."
            )

    def call(self, x):
        if len(x.shape) != len(self.dims) + 1:
            raise ValueError(
                f"Permute '{self.name}' orders {len(self.dims)} axes a sample; received shape "
                f"{x.shape}."
            )
        return x.transpose((0, *self.dims))


@layer_classes.register()
class RepeatVector(Layer):
    """Repeats each sample n times: (batch, features) becomes (batch, n, features)."""

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = check_count("RepeatVector: n", n)

    def call(self, x):
        if len(x.shape) != 2 or self.n * x.shape[1] > _MOST:
            raise ValueError(
                f"RepeatVector '{self.name}' repeats samples of shape (features,) {self.n} times; "
                f"received shape {x.shape}."
            )
        return ops.broadcast_to(x[:, None, :], (x.shape[0], self.n, x.shape[1]))
