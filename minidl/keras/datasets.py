"""See __init__.py."""

from ..datasets import *
