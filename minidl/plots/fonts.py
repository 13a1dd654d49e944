"""Fonts for letters that the default font lacks, such as Hangul or Chinese; a warning if no font
has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from matplotlib import font_manager
from matplotlib.text import Text

from ..support.warning import warn

# The plain fonts for Korean of Windows, macOS and Linux; others may have serifs or be bold.
_PREFERRED = (
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "NanumGothic",
    "NanumBarunGothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
)


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
                f"{written!r}, which will be empty boxes. Install one that does: NanumGothic for "
                "Korean (on Debian and Ubuntu: sudo apt install fonts-nanum), Noto Sans CJK for "
                "Chinese, Japanese and Korean."
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
    for font in _fonts():
        if "LastResort" in font.name.replace(" ", ""):  # which draws boxes for all letters
            continue
        if all(_has(font.fname, c) for c in letters):
            return font.name
    return None


def _fonts() -> Iterator[font_manager.FontEntry]:
    """Yield the fonts that matplotlib knows, then those installed since it made its list."""
    manager = font_manager.fontManager
    rank = {name: place for place, name in enumerate(_PREFERRED)}
    yield from sorted(manager.ttflist, key=lambda font: rank.get(font.name, len(rank)))
    for path in {*font_manager.findSystemFonts()} - {font.fname for font in manager.ttflist}:
        with suppress(OSError, RuntimeError):  # a font that cannot be read
            manager.addfont(path)
            yield manager.ttflist[-1]


def _has(path: str, letter: str) -> bool:
    try:
        return font_manager.get_font(path).get_char_index(ord(letter)) != 0
    except (OSError, RuntimeError):  # a font that cannot be read has nothing
        return False
