"""Fonts for letters that the default font lacks, such as Hangul or Chinese; a warning if no font
has them.
"""

from __future__ import annotations

from functools import cache

from matplotlib import font_manager
from matplotlib.text import Text

from ..support.warning import warn


def make_readable(figure) -> None:
    """Set fonts that have all letters for every text of the figure. Warn if no font on this
    computer has them.
    """
    for text in figure.findobj(Text):
        written = text.get_text()
        lacking = "" if written.isascii() else _lacking(written, text.get_fontname())
        if not lacking:
            continue
        other = font_with(lacking)
        if other is None:
            warn(
                f"No font on this computer has the letters {lacking[:5]!r} of the text "
                f"{written!r}, which will be empty boxes. Install one that does, such as Noto "
                "Sans CJK for Chinese, Japanese and Korean, or use other letters."
            )
        else:
            text.set_fontfamily([*text.get_fontfamily(), other])


def _lacking(written: str, font: str) -> str:
    """Return the letters that the font does not have."""
    path = font_manager.findfont(font)
    return "".join(c for c in dict.fromkeys(written) if not _has(path, c) and not c.isspace())


@cache
def font_with(letters: str) -> str | None:
    """Return the name of an installed font that has all these letters; None if there is none."""
    for font in font_manager.fontManager.ttflist:
        if "LastResort" in font.name.replace(" ", ""):  # which draws boxes for all letters
            continue
        if all(_has(font.fname, c) for c in letters):
            return font.name
    return None


def _has(path: str, letter: str) -> bool:
    try:
        return font_manager.get_font(path).get_char_index(ord(letter)) != 0
    except (OSError, RuntimeError):  # a font that cannot be read has nothing
        return False
