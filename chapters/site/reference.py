"""The reference: a page for each public module, with every public name, from the docstrings."""

from __future__ import annotations

import functools
import inspect
import re
import textwrap
import types
from collections.abc import Callable
from pathlib import Path

import docstrings

import minidl
import minidl.course
import minidl.homework
import minidl.translation

# Modules that stand in this reference under another name.
SAME = {
    "keras": "The library itself, for programs that write ``minidl.keras.layers``: :doc:`minidl`.",
    "nn": "The functions of :doc:`minidl.ops <ops>`, also by TensorFlow's names.",
    "backend": "The same module as :doc:`minidl.config <config>`.",
}


def rooms() -> dict[str, types.ModuleType]:
    """Return the public modules by name, `minidl` itself last."""
    names = [*minidl.__all__, "course", "homework", "translation"]
    found = {name: getattr(minidl, name) for name in names if name not in SAME}
    modules = {f"minidl.{n}": m for n, m in found.items() if isinstance(m, types.ModuleType)}
    return {**modules, "minidl": minidl}


def names(module) -> list[str]:
    """Return the public names of a module: its `__all__`, or what it defines."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and _is_of(module, value)
    ]


def _is_of(module, value) -> bool:
    """Return whether a value is of a module: defined there, or one of `serialize` and
    `deserialize`, which several modules take over.
    """
    return getattr(value, "__module__", "") in (module.__name__, "minidl.support.configs")


@functools.cache
def homes() -> dict[int, str]:
    """Return where each public function and class is described, by its identity.

    That is under its own name, in the module that defines it, if it is public there.
    """
    found: dict[int, tuple[int, str]] = {}
    for path, module in rooms().items():
        for name in names(module):
            value = getattr(module, name)
            fits = getattr(value, "__name__", "") == name
            near = f"{getattr(value, '__module__', '')}.".startswith(f"{module.__name__}.")
            rank = 2 * fits + (near and path != "minidl")
            if id(value) not in found or rank > found[id(value)][0]:
                found[id(value)] = rank, f"{path}.{name}"
    return {key: path for key, (_, path) in found.items()}


def write(folder: Path, say: Callable[[str], str] = str) -> None:
    """Write the pages of the reference into a folder. say: translates what is no docstring."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, module in rooms().items():
        text = page(path, module)
        (folder / f"{path.rpartition('.')[2]}.rst").write_text(text, encoding="utf-8")
    (folder / "index.rst").write_text(_contents(say), encoding="utf-8")


def _contents(say) -> str:
    """Return the first page, with a line for each module."""
    order = ["minidl", *sorted(set(rooms()) - {"minidl"})]
    lines = [
        f"* :doc:`{path} <{path.rpartition('.')[2]}>`: {_first_sentence(rooms()[path])}"
        for path in order
    ]
    pages = [f"   {path} <{path.rpartition('.')[2]}>" for path in order]
    table = ["", ".. toctree::", "   :hidden:", "", *pages, ""]
    head = docstrings.title(say("API reference"))
    about = say("The words are the docstrings of the library.")
    return "\n".join([head, about, "", *lines, *table])


def _first_sentence(module) -> str:
    text = " ".join((module.__doc__ or "").split("\n\n")[0].split())
    return docstrings.plain(re.split(r"(?<=\.) ", text)[0])


def page(path: str, module) -> str:
    """Return the page of a module."""
    head = docstrings.title(path)
    return "\n".join([head, *_module(path, module)])


def _module(path: str, module) -> list[str]:
    """Return what stands below the title of a module: its docstring, its names, and at the end the
    modules in it.
    """
    values = {name: getattr(module, name) for name in names(module)}
    inner = {n: v for n, v in values.items() if isinstance(v, types.ModuleType)}
    parts = [docstrings.rst(module.__doc__ or ""), f".. py:module:: {path}", ""]
    parts += [entry(path, n, v) for n, v in values.items() if n not in inner]
    for name, value in inner.items():
        own = f"{path}.{name}"
        if path == "minidl":
            said = SAME.get(name, f"A module: :doc:`{own} <{name}>`.")
            parts.append(f"| ``{own}``: {said}")
        else:
            parts += [own, "-" * len(own), "", *_module(own, value)]
    return [*parts, ""]


def entry(module: str, name: str, value) -> str:
    """Return the description of one public name of a module."""
    if not callable(value):
        return _data(name, value)
    kind = "class" if inspect.isclass(value) else "function"
    head = f".. py:{kind}:: {name}{_signature(value)}\n\n"
    home = homes().get(id(value), "")
    if home not in ("", f"{module}.{name}"):
        return head + f"   The same as :py:obj:`{home}`.\n"
    body = _text(value) + (_methods(value) if kind == "class" else "")
    return head + textwrap.indent(body, "   ") + "\n"


def _data(name: str, value) -> str:
    """Return the description of a value that is no function or class."""
    kind = type(value)
    said = f"= {value!r}" if isinstance(value, (int, float, str)) else f"A {kind.__name__}."
    return f".. py:data:: {name}\n\n   {docstrings.plain(said)}\n"


def _methods(cls) -> str:
    """Return the descriptions of the methods and properties of a class that have a docstring.

    Those that it inherits from a class with a page of its own stand there.
    """
    elsewhere = {c for base in cls.__mro__[1:] if id(base) in homes() for c in base.__mro__}
    own = [base for base in cls.__mro__ if base not in elsewhere]
    members = {n: v for base in reversed(own) for n, v in vars(base).items() if n[0] != "_"}
    return "".join(_method(name, value) for name, value in members.items())


def _method(name: str, value) -> str:
    inner = getattr(value, "__func__", getattr(value, "fget", value))
    about = getattr(inner, "__doc__", None)
    if not inspect.isfunction(inner) or not about:
        return ""
    if isinstance(value, property):
        head = f".. py:property:: {name}\n\n"
    else:
        bound = not isinstance(value, staticmethod)
        head = f".. py:method:: {name}{_signature(inner, bound)}\n\n"
    return "\n" + head + textwrap.indent(docstrings.rst(about, _parameters(inner)), "   ") + "\n"


def _text(value) -> str:
    """Return the docstring of a function or class; without one, its line of code and formula."""
    if value.__doc__:
        return docstrings.rst(value.__doc__, _parameters(value))
    line = inspect.getsource(value).strip().splitlines()[-1].strip()
    parts = [docstrings.literal(line.removeprefix("return "), "python")]
    found = re.search(r"apply\((\w+)\.(\w+)", line)
    if found:
        op = getattr(value.__globals__[found[1]], found[2])
        parts.insert(0, docstrings.rst(op.__doc__))
    return "\n\n".join(parts) + "\n"


def _parameters(value) -> list[str]:
    try:
        return list(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return []


def _signature(value, bound: bool = False) -> str:
    """Return the parameters of a function with their defaults, without types. bound: without its
    first one, `self`.
    """
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    parameters = [
        p.replace(annotation=p.empty, default=_shown(p.default))
        for p in list(signature.parameters.values())[int(bound) :]
    ]
    return str(inspect.Signature(parameters))


class _Shown(str):
    """Text that stands for a default as it is."""

    __repr__ = str.__str__


def _shown(default):
    """Return a default as a reader would write it: a function by its name."""
    if default is inspect.Parameter.empty:
        return default
    text = repr(default)
    return _Shown(getattr(default, "__name__", "...")) if "<" in text else _Shown(text)
