"""See __init__.py."""

from ..initializers import *
