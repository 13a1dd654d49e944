"""Docstrings as reStructuredText.

The docstrings of the library are plain text: paragraphs, names in `backquotes`, lists, indented
code, and formulas whose spaces matter. This module sets each of them as what it is, and takes care
that no letter of theirs means anything to sphinx.
"""

from __future__ import annotations

import ast
import inspect
import itertools
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
    lines = inspect.cleandoc(docstring).split("\n")
    blocks: list[list[str]] = [[]]
    for line in lines:
        if not line.strip() or (blocks[-1] and _differs(line, blocks[-1][0])):
            blocks.append([])
        if line.strip():
            blocks[-1].append(line.rstrip())
    texts = [_block(block, set(parameters)) for block in _joined(filter(None, blocks))]
    return "\n\n".join(texts) + "\n"


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


def _is_literal(line: str) -> bool:
    """Return whether a line is code or a formula whose spaces matter."""
    return bool(_CODE.match(line) or (re.search(r"\S {2,}\S", line) and not _ITEM.match(line)))


def _differs(line: str, first: str) -> bool:
    """Return whether a line is another kind of text than the block that `first` begins. What
    follows a list's item or a command of Python belongs to it.
    """
    holds = _ITEM.match(first) or first.startswith(">>>")
    return not holds and _is_literal(line) != _is_literal(first)


def _joined(blocks):
    """Yield the blocks; code with blank lines in between is one block."""
    for code, several in itertools.groupby(blocks, key=lambda block: bool(_CODE.match(block[0]))):
        if code:
            yield [line for block in several for line in (*block, "")][:-1]
        else:
            yield from several


def _block(lines, parameters) -> str:
    if _is_literal(lines[0]):
        language = _language(lines)
        return literal("\n".join(map(_apart, lines) if language == "text" else lines), language)
    if any(_ITEM.match(line) for line in lines):
        return _list(lines)
    return _paragraph(lines, parameters)


def _apart(line: str) -> str:
    """Return a line with several formulas as one line for each."""
    if not re.search(r" = |←", line):
        return line
    start = re.match(" *", line)
    return re.sub(r"(?<=\S) {3,}", f"\n{start[0] if start else ''}", line)


def _language(lines) -> str:
    """Return what code is written in; formulas are text."""
    if lines[0].startswith(">>>"):
        return "pycon"
    try:
        ast.parse(textwrap.dedent("\n".join(lines)))
    except SyntaxError:
        return "text"
    return "python"


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
