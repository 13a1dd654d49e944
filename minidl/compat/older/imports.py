"""`from minidl.layers import Lstm`: what `minidl.layers.Lstm` is answered with, and the nearest
name, in the place of Python's own sentence.

Python drops what a module says of a name that it lacks, and then looks for a module of that name.
That look is answered here.
"""

from __future__ import annotations

import sys
from types import ModuleType

from ...support.registry import did_you_mean

_LIBRARY = __name__.partition(".")[0]


class NamesInRooms:
    """Asked last, for modules that are nowhere: those inside the library are names misspelt."""

    def find_spec(self, fullname, path=None, target=None):
        """ModuleNotFoundError with what the module says of this name; None for other modules."""
        parent, _, name = fullname.rpartition(".")
        module = sys.modules.get(parent)
        if parent.partition(".")[0] != _LIBRARY or module is None or name.startswith("__"):
            return None
        try:
            getattr(module, name)
        except (AttributeError, ImportError) as error:
            said = str(error)
            if "Did you mean" not in said and "Keras has" not in said:
                said += did_you_mean(name, getattr(module, "__all__", vars(module)))
            raise ModuleNotFoundError(said) from None
        return None


def answer() -> None:
    """Let `from minidl.layers import ...` say what is wrong with a name, in every room."""
    if not any(type(finder).__name__ == NamesInRooms.__name__ for finder in sys.meta_path):
        sys.meta_path.append(NamesInRooms())
    for name, module in list(sys.modules.items()):
        inside = name.startswith(f"{_LIBRARY}.") and type(module) is ModuleType
        if inside and name.count(".") <= 2 and not hasattr(module, "__path__"):
            module.__path__ = []  # Python looks for modules in packages alone
