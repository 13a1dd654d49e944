"""Texts in another language: catalogues in gettext's .po format, with one entry for each paragraph.

The course is written in English, and a catalogue holds the words of another language beside it. A
paragraph is what stands between two blank lines, or one row of a table; formulas and code that
stand alone are left as they are.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

__all__ = ["catalogue", "paragraphs", "translated"]

# A code fence, a formula on lines of its own, an indented block: kept whole, never translated.
_KEPT = re.compile(r"^(```.*?^```|\$\$.*?\$\$| {4}\S[^\n]*(?:\n+ {4,}[^\n]*)*)", re.M | re.S)
_PARAGRAPH = re.compile(r"^\|[^\n]*|[^\n]+(?:\n(?!\|)[^\n]+)*", re.M)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text in Markdown that have words to translate."""
    return [part for part, kept in _parts(text) if not kept]


def translated(text: str, words: dict[str, str]) -> str:
    """Return the text with each paragraph replaced by its translation, if `words` has one."""
    return "".join(part if kept else words.get(part) or part for part, kept in _parts(text))


def catalogue(path) -> dict[str, str]:
    """Read a .po file: a dict from each original paragraph to its translation.

    An entry that is marked `fuzzy` or has no translation is left out. Raises OSError if the file
    cannot be read.
    """
    words = {}
    for entry in re.split(r"\n\s*\n", Path(path).read_text(encoding="utf-8")):
        original, translation = (_string(entry, key) for key in ("msgid", "msgstr"))
        if original and translation and not re.search(r"^#,.*fuzzy", entry, re.M):
            words[original] = translation
    return words


def _string(entry: str, key: str) -> str:
    """Return the string after `key`, which may go on over several quoted lines."""
    found = re.search(rf'^{key} ((?:".*"\s*)+)', entry, re.M)
    return ast.literal_eval(f"({found[1]})") if found else ""


def _parts(text: str):
    """Yield (part, whether it is kept as it is); the parts together are the text."""
    for i, piece in enumerate(_KEPT.split(text)):
        if i % 2:
            yield piece, True
            continue
        end = 0
        for found in _PARAGRAPH.finditer(piece):
            yield piece[end : found.start()], True
            yield found[0], not re.search(r"[A-Za-z]{2}", found[0])
            end = found.end()
        yield piece[end:], True
