"""See __init__.py."""

from ..models import *
