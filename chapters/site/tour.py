"""The tour of the core: the source of each file, part by part, beside its words and formulas.

All of it is made from the source: the order from the docstring of `minidl/core/__init__.py`, the
words from the docstrings. What is left of a part without its docstring is its code.
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import docstrings

CORE = Path(__file__).resolve().parents[2] / "minidl" / "core"
# Both sides need the width of the page.
_WIDE = ":html_theme.sidebar_secondary.remove: true\n\n"
_STEP = re.compile(r"^\d+\. (.+?)  +(.+)$", re.M)


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


def write(folder: Path) -> None:
    """Write the pages of the tour, below `folder`."""
    (folder / "tour").mkdir(parents=True, exist_ok=True)
    for path, _ in stops():
        (folder / f"{name_of(path)}.rst").write_text(page(path), encoding="utf-8")
    (folder / "tour" / "index.rst").write_text(_contents(), encoding="utf-8")


def _contents() -> str:
    about = ast.get_docstring(tree(CORE / "__init__.py")) or ""
    before = re.split(r"^\d+\. ", about, maxsplit=1, flags=re.M)[0]
    parts = [_WIDE + "A tour of the core", "=" * 18, "", docstrings.rst(before)]
    read, table = [], []
    for path, words in stops():
        line = f":doc:`{path.relative_to(CORE).as_posix()} </{name_of(path)}>`"
        (read if words else table).append(f"{line}   {docstrings.plain(words)}".strip())
    parts += [f"#. {line}" for line in read]
    parts += ["", "The rest of the table of derivatives, to look into:", ""]
    parts += [f"* {line}" for line in table]
    names = [f"   {p.relative_to(CORE).as_posix()} </{name_of(p)}>" for p, _ in stops()]
    return "\n".join([*parts, "", ".. toctree::", "   :hidden:", "", *names, ""])


def page(path: Path) -> str:
    """Return the page of one file."""
    title = path.relative_to(CORE.parent).as_posix()
    about = ast.get_docstring(tree(path)) or ""
    parts = "".join(_beside(words, code) for words, code in sections(path))
    return f"{_WIDE}{title}\n{'=' * len(title)}\n\n{docstrings.rst(about)}\n{parts}"


def _beside(words: str, code: str) -> str:
    """Return one part: words on the left, code on the right."""
    left = textwrap.indent(docstrings.rst(words) if words else "..", "      ")
    right = textwrap.indent(docstrings.literal(code, "python"), "      ")
    sides = [("words", left), ("source", right)]
    inside = "\n\n".join(f"   .. container:: {name}\n\n{text}" for name, text in sides)
    return f"\n.. container:: part\n\n{inside}\n"


def sections(path: Path) -> list[tuple[str, str]]:
    """Return the parts of a file in their order, each as (docstring, source without it).

    A part is a function, a method, the head of a class, or the lines between two of these.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    module = tree(path)
    starts = sorted({_first_line(node) for node in _parts(module)})
    about = _docstring_lines(module)
    edges = [max(about, default=0) + 1, *starts, len(lines) + 1]
    docs = {_first_line(node): node for node in _parts(module)}
    found = []
    for start, end in zip(edges, edges[1:]):
        node = docs.get(start)
        hidden = _docstring_lines(node) if node else set()
        code = "\n".join(lines[n - 1] for n in range(start, end) if n not in hidden).strip("\n")
        words = (ast.get_docstring(node) if node else None) or ""
        if code.strip():
            found.append((words, code))
    return found


def _parts(module: ast.Module):
    """Yield the functions and classes of a file, and the methods of its classes."""
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from (child for child in node.body if isinstance(child, ast.FunctionDef))


def _first_line(node) -> int:
    """Return the line where a function or class begins, its decorators included."""
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _docstring_lines(node) -> set[int]:
    """Return the numbers of the lines that a docstring takes."""
    if ast.get_docstring(node) is None:
        return set()
    return set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
