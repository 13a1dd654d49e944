"""The public doors on tensors, under the names of keras.ops. Each takes tensors, arrays, numbers or
symbols and returns a Tensor.

Reading one is reading where it leads: the formula with its derivative stands in
minidl/core/derivatives.
What steps from value to value (comparisons, argmax, floor, ...) has no derivative worth recording:
its floats get gradient 0.
"""

# ruff: noqa: F403  (each file lists its own doors in __all__)
import importlib as _importlib
from types import SimpleNamespace as _SimpleNamespace

from . import (
    arranging,
    base,
    bits,
    comparing,
    counting,
    creation,
    crossentropies,
    elementwise,
    forms,
    formulas,
    images,
    linalg,
    loops,
    missing,
    networks,
    normalizing,
    ordering,
    picking,
    placing,
    products,
    reducing,
)
from .arranging import *
from .base import *
from .bits import *
from .comparing import *
from .counting import *
from .creation import *
from .crossentropies import *
from .elementwise import *
from .forms import *
from .formulas import *
from .images import *
from .linalg import *
from .loops import *
from .missing import *
from .networks import *
from .normalizing import *
from .ordering import *
from .picking import *
from .placing import *
from .products import *
from .reducing import *

__all__: list[str] = []
__all__ += base.__all__
__all__ += elementwise.__all__
__all__ += comparing.__all__
__all__ += creation.__all__
__all__ += arranging.__all__
__all__ += picking.__all__
__all__ += reducing.__all__
__all__ += ordering.__all__
__all__ += counting.__all__
__all__ += products.__all__
__all__ += linalg.__all__
__all__ += networks.__all__
__all__ += images.__all__
__all__ += normalizing.__all__
__all__ += crossentropies.__all__
__all__ += placing.__all__
__all__ += loops.__all__
__all__ += bits.__all__
__all__ += forms.__all__
__all__ += formulas.__all__
__all__ += missing.__all__


# Doors in a file that opens at first use.
_LATER = {"ctc_decode", "ctc_loss", "dot_product_attention"}


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module 'minidl.ops' has no attribute {name!r}.")
    return getattr(_importlib.import_module(f"{__name__}.sequences"), name)


def __dir__():
    return sorted({*globals(), *_LATER})


class _Shelf(_SimpleNamespace):
    """Doors under one more name; `later`: those of them that open at first use."""

    def __getattr__(self, name):
        if name in _LATER and name in self.later:
            return __getattr__(name)
        raise AttributeError(name)


def _shelf(*names, later=()):
    """The doors of these names under one more name."""
    return _Shelf(**{name: globals()[name] for name in sorted(names)}, later=later)


# As in Keras the doors also stand sorted: ops.nn.relu, ops.numpy.mean, ops.linalg.inv (the file
# itself).
nn = _shelf(
    "moments",
    "multi_hot",
    "normalize",
    "one_hot",
    *images.__all__,
    "rms_normalization",
    *networks.__all__,
    *normalizing.__all__,
    *crossentropies.__all__,
    later=_LATER,
)
numpy = _shelf(
    "array",
    "copy",
    "ndim",
    "size",
    "tanh",
    *elementwise.__all__,
    *comparing.__all__,
    *creation.__all__,
    *arranging.__all__,
    *picking.__all__,
    *reducing.__all__,
    *ordering.__all__,
    *counting.__all__,
    *products.__all__,
    *bits.__all__,
    *forms.__all__,
    *formulas.__all__,
    *missing.__all__,
)
