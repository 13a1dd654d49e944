"""Docstrings as reStructuredText.

The docstrings of the library are plain text: paragraphs, names in `backquotes`, lists, indented
code, and formulas whose spaces matter. This module sets each of them as what it is, and takes care
that no letter of theirs means anything to sphinx.
"""

from __future__ import annotations

import inspect
import re
import textwrap

SHORT = 80  # a line that ends before this column, though a word would fit, is meant to end there
_SPECIAL = re.compile(r"([\\*`|_<>])")
_ITEM = re.compile(r"(\*|-|\d+\.) +(?=\S)")
_CODE = re.compile(r" {4}|>>> ")


def rst(docstring: str, parameters=()) -> str:
    """Return a docstring as reStructuredText. parameters: names that begin a line of their own
    where they are explained.
    """
    blocks = re.split(r"\n\s*\n", inspect.cleandoc(docstring))
    return "\n\n".join(_block(block.rstrip(), set(parameters)) for block in _joined(blocks)) + "\n"


def plain(text: str) -> str:
    """Return a line of text in which nothing is markup but `code` in backquotes."""
    parts = re.split(r"`([^`\n]+)`", text)
    parts[::2] = [_SPECIAL.sub(r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [rf"\ ``{part}``\ " for part in parts[1::2]]
    return "".join(parts)


def title(text: str) -> str:
    """Return the title of a page. A letter of Hangul is two columns wide."""
    return f"{text}\n{'=' * 2 * len(text)}\n"


def literal(text: str, language: str = "text") -> str:
    """Return text that is shown letter by letter."""
    return f".. code-block:: {language}\n\n" + textwrap.indent(textwrap.dedent(text), "   ")


def _joined(blocks):
    """Yield the blocks; code with blank lines in between is one block."""
    held = ""
    for block in blocks:
        if held and _CODE.match(block):
            held += "\n\n" + block
            continue
        if held:
            yield held
        held = block if _CODE.match(block) else ""
        if not held:
            yield block
    if held:
        yield held


def _block(block: str, parameters) -> str:
    lines = block.split("\n")
    if _CODE.match(block):
        return literal(block, "python" if ">>>" not in block else "pycon")
    if any(re.search(r"\S {2,}\S", line) for line in lines[:1]) and not _ITEM.match(block):
        return literal(block)
    if any(_ITEM.match(line) for line in lines):
        return _list(lines)
    return _paragraph(lines, parameters)


def _list(lines) -> str:
    """Return a list; lines before its first item are a paragraph."""
    items: list[str] = []
    first = next(i for i, line in enumerate(lines) if _ITEM.match(line))
    for line in lines[first:]:
        if _ITEM.match(line):
            items.append(_ITEM.sub("", line, count=1))
        else:
            items[-1] += " " + line.strip()
    mark = "#." if lines[first][0].isdigit() else "*"
    text = "\n".join(f"{mark} {_safe(item)}" for item in items)
    return "\n\n".join(filter(None, [_paragraph(lines[:first], set()), text]))


def _paragraph(lines, parameters) -> str:
    """Return a paragraph. What explains a parameter, and what the author set on a line of its own,
    begins a line.
    """
    pieces: list[str] = []
    before = "x" * SHORT
    for line in lines:
        if pieces and len(before) + 1 + len(line.strip().split(" ")[0]) > SHORT:
            pieces[-1] += " " + line.strip()
        else:
            pieces.append(line.strip())
        before = line
    pieces = [part for piece in pieces for part in _explanations(piece, parameters)]
    if len(pieces) == 1:
        return _safe(pieces[0])
    return "\n".join(f"| {_safe(piece)}" for piece in pieces)


def _explanations(text: str, parameters) -> list[str]:
    """Split a text before each sentence that begins with parameters and a colon."""
    starts = [
        found.start(1)
        for found in re.finditer(r"(?:^|(?<=[.;)] ))((?:\w+, )*\w+): ", text)
        if set(found[1].split(", ")) <= parameters
    ]
    ends = [*starts[1:], len(text)]
    parts = [text[: starts[0]] if starts else text]
    parts += [text[start:end] for start, end in zip(starts, ends)]
    return [part.strip() for part in parts if part.strip()]


def _safe(text: str) -> str:
    """Return a line that begins no list, table or directive."""
    return r"\ " + plain(text)
