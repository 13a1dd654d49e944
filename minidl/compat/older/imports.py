"""A helpful error for `from minidl.layers import Lstm`, with the most similar name.

Python discards the error that a module raises for an unknown name, and then searches for a
submodule of that name. The finder here answers this search.
"""

from __future__ import annotations

import sys
from types import ModuleType

from ...support.registry import did_you_mean

_LIBRARY = __name__.partition(".")[0]


class NamesInRooms:
    """The last finder that Python asks. A module inside the library that no other finder knows is a
    misspelt name.
    """

    def find_spec(self, fullname, path=None, target=None):
        """Raise ModuleNotFoundError with the library's message for this name; return None for other
        modules.
        """
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
    """Install the finder, and let every module of the library be searched like a package."""
    if not any(type(finder).__name__ == NamesInRooms.__name__ for finder in sys.meta_path):
        sys.meta_path.append(NamesInRooms())
    for name, module in list(sys.modules.items()):
        inside = name.startswith(f"{_LIBRARY}.") and type(module) is ModuleType
        if inside and name.count(".") <= 2 and not hasattr(module, "__path__"):
            module.__path__ = []  # Python looks for modules in packages alone
