"""What the site adds to sphinx: formulas without a network, a link to the other language, a search
for Korean words, and words for those who cannot see a figure.
"""

from __future__ import annotations

import functools
import itertools
import json
import posixpath
import re
from pathlib import Path
from xml.etree import ElementTree

import polib
from docutils import nodes
from latex2mathml.converter import convert
from sphinx import search
from sphinx.util import logging

from minidl.translation import catalogue

HERE = Path(__file__).resolve().parent
MATHML = "http://www.w3.org/1998/Math/MathML"
LANGUAGES = {"en": "English", "ko": "한국어"}


def mathml(formula: str, display: str) -> str:
    """Return a LaTeX formula as MathML, which browsers show by themselves.

    A function's name stands apart from its neighbours, unless they are operators or brackets.
    """
    written = convert(formula, display=display).replace(f' xmlns="{MATHML}"', "")
    root = ElementTree.fromstring(written.replace("<mi>&#x02032;</mi>", "<mo>&#x02032;</mo>"))
    for row in root.iter("mrow"):
        parts = list(row)
        for before, after in itertools.pairwise(parts):
            if "mo" not in (before.tag, after.tag) and (_is_name(before) or _is_name(after)):
                row.insert(list(row).index(after), ElementTree.Element("mspace", width="0.17em"))
    return ElementTree.tostring(root, encoding="unicode")


def _is_name(part) -> bool:
    """Return whether a part of a formula is the name of a function, such as sin or sin²."""
    if part.tag in ("msup", "msub", "msubsup"):
        part = part[0]
    return part.tag == "mi" and len(part.text or "") > 1


def visit_inline(writer, node):
    """Write a formula in a line of text."""
    writer.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(writer, node):
    """Write a formula on a line of its own."""
    writer.body.append(f'<div class="formula">{mathml(node.astext(), "block")}</div>\n')
    raise nodes.SkipNode


def add_language(app, page, template, context, doctree):
    """Tell the template where the same page in the other language is: English stands at the top,
    Korean in the folder ko.
    """
    here = app.config.language
    other = "ko" if here == "en" else "en"
    folders = {"en": "", "ko": "ko"}
    path = posixpath.join(folders[other], f"{page}.html")
    start = posixpath.dirname(posixpath.join(folders[here], page))
    context["other_language"] = {
        "code": other,
        "name": LANGUAGES[other],
        "path": posixpath.relpath(path, start or "."),
    }


def add_alt(app, doctree):
    """Give each figure of a chapter the words that the notebook has for it."""
    words = json.loads((Path(app.srcdir) / "words.json").read_text(encoding="utf-8"))
    for image in doctree.findall(nodes.image):
        image["alt"] = image.get("alt") or words.get(Path(image["uri"]).stem, "")
        if not image["alt"]:
            logging.getLogger(__name__).warning("a picture without words", location=image)


def compiled_words(folder: Path) -> Path:
    """Write the site's words in Korean where sphinx finds them, and return that folder."""
    place = folder / "ko" / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    polib.pofile(str(HERE / "templates" / "ko.po")).save_as_mofile(str(place / "sphinx.mo"))
    return folder


def slug(title: str) -> str:
    """Return a heading's name in links: that of the English heading, in Korean too."""
    return _slug(_english().get(_plain(title), title))


def _slug(title: str) -> str:
    return re.sub(r"[^\w -]", "", _plain(title).lower()).replace(" ", "-")


def _plain(heading: str) -> str:
    """Return a heading in Markdown without its marks."""
    return re.sub(r"[*`]|^#+ ", "", heading).strip()


@functools.cache
def _english() -> dict[str, str]:
    """Return the English of each Korean heading."""
    return {
        _plain(korean): _plain(english)
        for path in (HERE / "ko").glob("*.po")
        for english, korean in catalogue(path).items()
        if english.startswith("#")
    }


class Korean(search.SearchLanguage):
    """Finds a word also where particles follow it: each beginning of a word is a word, too."""

    lang = "ko"
    language_name = "Korean"

    def split(self, input: str) -> list[str]:
        return [part for word in super().split(input) for part in _beginnings(word)]


def _beginnings(word: str) -> list[str]:
    """Return a word in Hangul and its beginnings of two letters or more; else the word."""
    if not re.fullmatch("[가-힣]+", word):
        return [word]
    return [word[:end] for end in range(2, len(word) + 1)] or [word]


def setup(app):
    """Called by sphinx."""
    ends = (None, None)
    app.add_html_math_renderer("mathml", (visit_inline, ends[0]), (visit_block, ends[1]))
    app.add_search_language(Korean)
    app.add_message_catalog("sphinx", str(compiled_words(Path(app.doctreedir) / "locale")))
    app.connect("html-page-context", add_language)
    app.connect("doctree-read", add_alt)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
