"""Copies functions and classes out of a notebook, with all that they use."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from .questions import names_used

LARGEST = 10_000  # numbers of an array that is copied
FIRST = ["from __future__ import annotations", "import numpy"]
MISSING = """def {name}(*given, **options):
    raise NotImplementedError("{name} is not defined here")"""


def source(wanted: list[str], namespace: dict[str, Any]) -> tuple[str, dict[int, tuple[str, int]]]:
    """Return (a source that defines what is wanted, {its line: (name of a function or class, line
    of that one)}). A wanted name that is not defined raises NotImplementedError when called.
    """
    parts = dict(_parts(wanted, namespace))
    lines, places = list(FIRST), {}
    for name, text in parts.items():
        own = text.splitlines()
        places |= {len(lines) + i: (name, i) for i in range(1, len(own) + 1)}
        lines += own
    return "\n".join(lines) + "\n", places


def _parts(wanted: list[str], namespace: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (name, source) of what is wanted and what it uses. What is used comes first, because a
    class needs its base, and a decorator its function.
    """
    open_ = [(name, False) for name in reversed(wanted)]
    seen: set[str] = set()
    while open_:
        name, ready = open_.pop()
        if not ready and name in seen:
            continue
        seen.add(name)
        text = _source_of(name, namespace)
        if text is None:
            if name in wanted:
                yield name, MISSING.format(name=name)
        elif ready:
            yield name, text
        else:
            open_.append((name, True))
            open_ += [(used, False) for used in names_used(text)]


def _source_of(name: str, namespace: dict[str, Any]) -> str | None:
    """Return a source that defines a name of the namespace; None if there is none, as for names of
    Python itself, and for values that are not plain.
    """
    if name not in namespace:
        return None
    value = namespace[name]
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}"
    if not isinstance(value, (type, types.FunctionType)):
        return _plain(name, value)
    if value.__module__ in ("__main__", namespace.get("__name__")):
        text = _statement(name, value)
        return (
            text if value.__name__ in (name, "<lambda>") else f"{text}\n{name} = {value.__name__}"
        )
    found = getattr(sys.modules.get(value.__module__), value.__name__, None)
    known = f"from {value.__module__} import {value.__name__} as {name}"
    return known if found is value else _plain(name, value)


def _plain(name: str, value: Any) -> str | None:
    """Return an assignment of a number, text, list, dict or array; None for other values."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.size <= LARGEST:
        inf = "float('inf')"
        numbers = repr(value.tolist()).replace("nan", "float('nan')").replace("inf", inf)
        return f"{name} = numpy.array({numbers}, {value.dtype.str!r}).reshape({value.shape})"
    if inspect.isbuiltin(value) or isinstance(value, np.ufunc):
        module = getattr(value, "__module__", None) or "numpy"  # NumPy 1.26 names none for its own
        known = getattr(sys.modules.get(module), value.__name__, None) is value
        return f"from {module} import {value.__name__} as {name}" if known else None
    try:
        return f"{name} = {value!r}" if ast.literal_eval(repr(value)) == value else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _statement(name: str, value: type | types.FunctionType) -> str:
    """Return the statement that defined a function or class, and one that gives it this name if it
    had another. ValueError if Python has not kept it.
    """
    for file, line in _traces(value):
        lines = linecache.getlines(file)
        for node in reversed(ast.parse("".join(lines)).body if lines else []):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            end = node.end_lineno or first
            if _defines(node, value) and (line is None or first <= line <= end):
                text, called = "".join(lines[first - 1 : end]).rstrip("\n"), _called(node)
                return text if called in (name, "") else f"{text}\n{name} = {called}"
    raise ValueError(
        f"The source of {name} cannot be found: Python's own prompt does not keep it. Define "
        f"{name} in a notebook's cell; or in a file, and check that one."
    )


def _traces(value: type | types.FunctionType) -> Iterator[tuple[str, int | None]]:
    """Yield (file, line) where a definition may stand. A class does not know its line: it may stand
    where its methods do, or in any cell, the newest first.
    """
    if isinstance(value, types.FunctionType):
        yield value.__code__.co_filename, value.__code__.co_firstlineno
        return
    codes = [getattr(part, "__code__", None) for part in vars(value).values()]
    yield from ((code.co_filename, None) for code in codes if code is not None)
    yield from ((file, None) for file in reversed(list(linecache.cache)) if not _is_file(file))


def _is_file(name: str) -> bool:
    """Whether this is the file of an imported module, and no cell or script."""
    modules = [module for key, module in sys.modules.items() if key != "__main__"]
    return any(getattr(module, "__file__", None) == name for module in modules)


def _defines(node: ast.stmt, value: type | types.FunctionType) -> bool:
    """Whether a statement may be the one that defined this function or class."""
    return not isinstance(value, type) or getattr(node, "name", "") == value.__name__


def _called(node: ast.stmt) -> str:
    """Return the name that a statement gives to what it defines; "" if it is not a simple one."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return getattr(node, "name", "")
