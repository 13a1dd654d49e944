"""The public doors on tensors, under the names of keras.ops. Each takes tensors, arrays, numbers or symbols and returns a Tensor.

Reading one is reading where it leads: the formula with its derivative stands in minidl/derivatives. What steps from value to
value (comparisons, argmax, floor, ...) has no derivative worth recording: its floats get gradient 0.
"""

# ruff: noqa: F403  (each file lists its own doors in __all__)
from . import arranging, base, creation, elementwise, loops, networks, placing, products, reducing
from .arranging import *
from .base import *
from .creation import *
from .elementwise import *
from .loops import *
from .networks import *
from .placing import *
from .products import *
from .reducing import *

__all__ = [*base.__all__, *elementwise.__all__, *creation.__all__, *arranging.__all__, *reducing.__all__, *products.__all__,
           *networks.__all__, *placing.__all__, *loops.__all__]
