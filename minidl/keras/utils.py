"""See __init__.py."""

from ..utils import *
