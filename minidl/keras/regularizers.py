"""See __init__.py."""

from ..regularizers import *
