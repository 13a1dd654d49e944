"""Texts in another language: catalogues in gettext's .po format, with one entry for each paragraph.

The course is written in English, and a catalogue holds the words of another language beside it. A
paragraph is what stands between two blank lines, one row of a table, or a comment. Formulas,
examples and code are left as they are, except for comments and docstrings in the code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

__all__ = ["catalogue", "paragraphs", "translated"]

# What is kept whole: a code fence, a formula on lines of its own, an indented block, an example of
# Python with its answer.
_KEPT = re.compile(
    r"^(```.*?^```|\$\$.*?\$\$| {4}\S[^\n]*(?:\n+ {4,}[^\n]*)*|>>> [^\n]*(?:\n[^\n]+)*)",
    re.M | re.S,
)
_PARAGRAPH = re.compile(r"^\|[^\n]*|[^\n]+(?:\n(?!\|)[^\n]+)*", re.M)
# A docstring; lines of comment, one after the other; a comment after code and two blanks.
_IN_CODE = re.compile(
    r'^( *)(?:r?"""(.*?)"""|# ([^\n]*(?:\n\1# [^\n]*)*))|(?<=\S  )# ([^\n]*)', re.M | re.S
)


def paragraphs(text: str, code: bool = False) -> list[str]:
    """Return the paragraphs that have words to translate, in a text in Markdown or in Python code.

    Of code, and of code fences, these are the paragraphs of the docstrings, and the comments.
    """
    found: list[str] = []

    def note(part):
        found.append(part)
        return part

    _changed(text, note, code)
    return found


def translated(text: str, words: dict[str, str], code: bool = False) -> str:
    """Return the text with each paragraph replaced by its translation, if `words` has one."""
    return _changed(text, lambda part: words.get(part) or part, code)


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


def _changed(text: str, change: Callable[[str], str], code: bool) -> str:
    """Return the text with change(paragraph) in place of each paragraph that has words."""
    if code:
        return _IN_CODE.sub(lambda found: _changed_in_code(found, change), text)
    pieces = _KEPT.split(text)
    for i, piece in enumerate(pieces):
        if i % 2 == 0:
            pieces[i] = _PARAGRAPH.sub(lambda found: _changed_words(found[0], change), piece)
        elif piece.startswith("```"):
            pieces[i] = _changed(piece, change, code=True)
    return "".join(pieces)


def _changed_words(part: str, change: Callable[[str], str]) -> str:
    """Return change(part), or the part itself if it has no English words besides code and links."""
    words = re.sub(r"`[^`]*`|\]\([^)]*\)", "", part)
    return change(part) if re.search(r"[A-Za-z]{2}", words) else part


def _changed_in_code(found: re.Match, change: Callable[[str], str]) -> str:
    """Return a docstring or a comment with change(paragraph) in place of each paragraph.

    What begins each line is put aside before: the indentation, and the # of a comment.
    """
    start, docstring, block, trailing = found.groups()
    text = docstring or block or trailing or ""
    prefix = f"\n{start or ''}{'' if docstring else '# '}"
    new = _changed(text.replace(prefix, "\n"), change, code=False)
    return found[0].replace(text, re.sub(r"\n(?!\n)", lambda _: prefix, new))
