"""Public names whose files are imported at first use.

Beside the `__init__.py` of such a package lies `__init__.pyi`, with a line for each public name:

    from .convolution import Conv2D as Conv2D

Editors read these lines to complete names and to show arguments. `Later` reads them to know which
file to import when a name is first used.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


class Later:
    """The public names of a package.

    files: for each name the module that has it.
    """

    def __init__(self, package: str):
        self.package = package
        with open(f"{sys.modules[package].__file__}i", encoding="utf-8") as stub:
            lines = [line.split() for line in stub]
        imports = [words for words in lines if words[:1] == ["from"]]
        self.files = {name: self._file(place, name) for _, place, _, name, *_ in imports}
        self.names = sorted(self.files)

    def _file(self, place: str, name: str) -> str:
        """Return the module that `from {place} import {name}` takes the name from. In
        `from . import mnist` the name is a module itself.
        """
        dots = len(place) - len(place.lstrip("."))
        above = self.package.rsplit(".", dots - 1)[0]
        return f"{above}.{place[dots:] or name}"

    def open(self, name: str) -> Any:
        """Return the thing of this name. The package's `__getattr__`: Python calls it for a name
        that the package does not have yet. AttributeError for a name that is not public.
        """
        if name not in self.files:
            raise AttributeError(f"module {self.package!r} has no attribute {name!r}.")
        file = self.files[name]
        module = importlib.import_module(file)
        thing = module if file == f"{self.package}.{name}" else getattr(module, name)
        setattr(sys.modules[self.package], name, thing)  # so Python finds it itself from now on
        return thing
