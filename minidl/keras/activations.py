"""See __init__.py."""

from ..activations import *
