"""See __init__.py."""

from ..optimizers import *
