"""See __init__.py."""

from ..callbacks import *
