"""The tour of the core: the source of each file, part by part, beside its words and formulas.

All of it is made from the source: the order from the docstring of `minidl/core/__init__.py`, the
words from the docstrings. What is left of a part without its docstring is its code.
"""

from __future__ import annotations

import ast
import itertools
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import docstrings

CORE = Path(__file__).resolve().parents[2] / "minidl" / "core"
# Both sides need the width of the page.
_WIDE = ":html_theme.sidebar_secondary.remove: true\n\n"
_STEP = re.compile(r"^\d+\. (.+?)  +(.+)$", re.M)


class Part(NamedTuple):
    """A piece of a file: its docstring, its source without that, and its parameters."""

    words: str
    code: str
    parameters: list[str]


def stops() -> list[tuple[Path, str]]:
    """Return the files in reading order, each with its line in the list of the core.

    The rest of the table of derivatives comes last: it is to be looked into, not read.
    """
    text = ast.get_docstring(tree(CORE / "__init__.py")) or ""
    found = [
        (CORE / name, words) for files, words in _STEP.findall(text) for name in files.split(", ")
    ]
    rest = sorted(set((CORE / "derivatives").glob("*.py")) - {path for path, _ in found})
    return found + [(path, "") for path in rest if path.name != "__init__.py"]


def tree(path: Path) -> ast.Module:
    """Return a file as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """Return the name of a file's page."""
    return "tour/" + "_".join(path.relative_to(CORE).with_suffix("").parts)


def write(folder: Path, say: Callable[[str], str] = str) -> None:
    """Write the pages of the tour below a folder. say: translates what is no docstring."""
    (folder / "tour").mkdir(parents=True, exist_ok=True)
    for path, _ in stops():
        (folder / f"{name_of(path)}.rst").write_text(page(path), encoding="utf-8")
    (folder / "tour" / "index.rst").write_text(_contents(say), encoding="utf-8")


def _contents(say) -> str:
    about = ast.get_docstring(tree(CORE / "__init__.py")) or ""
    before = re.split(r"^\d+\. ", about, maxsplit=1, flags=re.M)[0]
    head = _WIDE + docstrings.title(say("A tour of the core"))
    about_words = say("The words beside the code are its docstrings.")
    parts = [head, docstrings.rst(before), about_words, ""]
    read, table = [], []
    for path, words in stops():
        line = f":doc:`{path.relative_to(CORE).as_posix()} </{name_of(path)}>`"
        (read if words else table).append(f"{line}   {docstrings.plain(words)}".strip())
    parts += [f"#. {line}" for line in read]
    parts += ["", say("The rest of the table of derivatives, to look into:"), ""]
    parts += [f"* {line}" for line in table]
    names = [f"   {p.relative_to(CORE).as_posix()} </{name_of(p)}>" for p, _ in stops()]
    return "\n".join([*parts, "", ".. toctree::", "   :hidden:", "", *names, ""])


def page(path: Path) -> str:
    """Return the page of one file."""
    title = path.relative_to(CORE.parent).as_posix()
    about = ast.get_docstring(tree(path)) or ""
    parts = "".join(map(_beside, sections(path)))
    return f"{_WIDE}{docstrings.title(title)}\n{docstrings.rst(about)}\n{parts}"


def _beside(part: Part) -> str:
    """Return one part: words on the left, code on the right."""
    words = docstrings.rst(part.words, part.parameters) if part.words else ".."
    left = textwrap.indent(words, "      ")
    right = textwrap.indent(docstrings.literal(part.code, "python"), "      ")
    sides = [("words", left), ("source", right)]
    inside = "\n\n".join(f"   .. container:: {name}\n\n{text}" for name, text in sides)
    return f"\n.. container:: part\n\n{inside}\n"


def sections(path: Path) -> list[Part]:
    """Return the parts of a file in their order.

    A part is a function, a method, the head of a class, or the lines between two of these. A
    comment goes with what it stands above.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    module = tree(path)
    nodes = {_first_line(node): node for node in _parts(module)}
    edges = {max(_docstring_lines(module), default=0) + 1, len(lines) + 1}
    edges |= nodes.keys() | {(node.end_lineno or 0) + 1 for node in nodes.values()}
    found, comment = [], ""
    for start, end in itertools.pairwise(sorted(edges)):
        node = nodes.get(start)
        hidden = _docstring_lines(node) if node else set()
        kept = [lines[n - 1] for n in range(start, end) if n not in hidden]
        code = comment + "\n".join(kept).strip("\n")
        comment = ""
        if not code.strip():
            continue
        if all(line.lstrip().startswith("#") for line in code.splitlines()):
            comment = code + "\n"
        else:
            words = ast.get_docstring(node) if node else ""
            found.append(Part(words or "", code, _parameters(node)))
    return found


def _parameters(node) -> list[str]:
    """Return the names of a function's parameters; none for anything else."""
    if not isinstance(node, ast.FunctionDef):
        return []
    return [a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]


def _parts(module: ast.Module):
    """Yield the functions and classes of a file, and the methods of its classes."""
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from (child for child in node.body if isinstance(child, ast.FunctionDef))


def _first_line(node) -> int:
    """Return the line where a statement begins, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def _docstring_lines(node) -> set[int]:
    """Return the numbers of the lines that a docstring takes, and of the empty one after it."""
    if ast.get_docstring(node) is None:
        return set()
    first, *others = node.body
    end = first.end_lineno
    if others and isinstance(node, ast.ClassDef):
        end = _first_line(others[0]) - 1
    return set(range(first.lineno, end + 1))
