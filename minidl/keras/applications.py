"""See __init__.py."""

from ..applications import *
