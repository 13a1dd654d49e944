"""See __init__.py."""

from ..ops import *
