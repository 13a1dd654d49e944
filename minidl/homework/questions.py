"""The part of a tasks.py that the student's process needs: a driver, and the definitions at the top
of the file that the driver uses. References and mistakes are not sent.
"""

from __future__ import annotations

import ast
import inspect
import symtable
from collections.abc import Callable, Iterator
from pathlib import Path

INNER = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def source(driver: Callable) -> str:
    """Return the driver's source with the imports, functions and values that it uses, directly or
    through others. ValueError if it is not a function at the top of a file.
    """
    file = inspect.getsourcefile(driver) or ""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    bound = {name: node for node in tree.body for name in _bound(node)}
    if not isinstance(bound.get(driver.__name__), ast.FunctionDef):
        raise ValueError(
            f"The driver {driver.__name__} must be a function at the top of its tasks.py: its "
            f"source is sent to the process in which the student's code runs."
        )
    needed, open_ = set(), [driver.__name__]
    while open_:
        node = bound.get(open_.pop())
        if node is not None and node not in needed:
            needed.add(node)
            open_ += _used(symtable.symtable(ast.unparse(node), file, "exec"))
    return "\n".join(ast.unparse(node) for node in tree.body if node in needed or _future(node))


def names_used(text: str) -> list[str]:
    """Return the names of the file that a source uses or defines."""
    return list(dict.fromkeys(_used(symtable.symtable(text, "<source>", "exec"))))


def _future(node) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    """Return the names of the file that a statement uses or defines, without the local names of
    functions.
    """
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for inner in table.get_children():
        yield from _used(inner)


def _bound(node) -> Iterator[str]:
    """Return the names that a statement at the top of a file defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, INNER):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)
