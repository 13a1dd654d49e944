"""See __init__.py."""

from ..layers import *
