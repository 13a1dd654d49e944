"""The shape and dtype that your own layer requires of its inputs: self.input_spec =
InputSpec(ndim=2) in its __init__ or build.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support.structures import leaves


class InputSpec:
    """Requirements on an input: its shape, its number of axes (ndim, or between min_ndim and
    max_ndim), the sizes of some axes, {-1: 64}, and its dtype.

    None allows any. A layer with an `input_spec` raises ValueError for inputs that do not fit. A
    list of specs is for several inputs. The dtype is not checked, since a layer converts its
    inputs.
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = None if dtype is None else np.dtype(dtype).name
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if shape is None else len(self.shape or ())
        self.max_ndim, self.min_ndim, self.name, self.optional = max_ndim, min_ndim, name, optional
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}

    def fits(self, shape: tuple) -> bool:
        """Whether an input of this shape fits. An axis without a required size, or with None, may
        have any size.
        """
        n, sizes = len(shape), {**dict(enumerate(self.shape or ())), **self.axes}
        return (
            self.ndim in (None, n)
            and (self.min_ndim or 0) <= n
            and (self.max_ndim is None or n <= self.max_ndim)
            and all(-n <= axis < n and size in (None, shape[axis]) for axis, size in sizes.items())
        )

    def get_config(self) -> dict:
        """Return the arguments that create an equal InputSpec."""
        return {
            name: getattr(self, name)
            for name in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        }

    @classmethod
    def from_config(cls, config: dict) -> InputSpec:
        """Create an InputSpec from the data of `get_config`."""
        return cls(**config)

    def __repr__(self):
        given = {
            name: value for name, value in self.get_config().items() if value not in (None, {})
        }
        return f"InputSpec({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def check_spec(layer_name: str, specs: Any, x: Any) -> None:
    """Raise ValueError if an input does not fit its spec. specs: one or a list of them, as x is one
    input or a structure of inputs.
    """
    for spec, value in zip(leaves(specs), leaves(x)):
        if isinstance(spec, InputSpec) and not spec.fits(np.shape(value)):
            raise ValueError(
                f"{layer_name} takes inputs that fit {spec}, the batch being axis 0; received "
                f"shape {np.shape(value)}."
            )


def places(axis, shape: tuple, layer_name: str) -> tuple:
    """Return one or several axes as a sorted tuple, counted from 0. ValueError if the shape lacks
    one.
    """
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
    if any(not -len(shape) <= a < len(shape) for a in axes):
        raise ValueError(
            f"'{layer_name}' works along axis {axis}, which a shape of {len(shape)} axes does not "
            f"have: {tuple(shape)}."
        )
    return tuple(sorted(a % len(shape) for a in axes))
