"""See __init__.py."""

from ..metrics import *
