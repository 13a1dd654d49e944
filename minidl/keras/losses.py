"""See __init__.py."""

from ..losses import *
