"""See __init__.py."""

from ..constraints import *
