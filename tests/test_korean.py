"""The Korean catalogues: nothing is untranslated or stale, and no formula, code or link got lost."""

import importlib.util
import re

import pytest
from places import ROOT

from minidl.translation import catalogue

SITE = ROOT / "chapters" / "site"
spec = importlib.util.spec_from_file_location("words", SITE / "words.py")
words = importlib.util.module_from_spec(spec)
spec.loader.exec_module(words)

SOURCES = words.sources()
# What a translation keeps: formulas, code, and where links lead.
KEPT = re.compile(r"\$[^$]+\$|`[^`]+`|(?<=\]\()[^)\s]+")
HANGUL = re.compile("[가-힣]")


def kept(text):
    return sorted(re.sub(r"\s+", " ", found) for found in KEPT.findall(text))


every_catalogue = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def test_each_text_has_a_catalogue():
    folders = SITE / "ko", ROOT / "minidl" / "homework" / "ko"
    assert {p for folder in folders for p in folder.glob("*.po")} == {*SOURCES}


@every_catalogue
def test_nothing_is_untranslated_or_stale(path):
    korean = catalogue(path)
    assert [p for p in SOURCES[path] if p not in korean] == [], "run chapters/site/words.py"
    assert [p for p in korean if p not in SOURCES[path]] == [], "run chapters/site/words.py"


def test_the_korean_readme_is_up_to_date():
    found = (ROOT / "chapters" / "README.ko.md").read_text(encoding="utf-8")
    assert found == words.korean_readme(), "run chapters/site/words.py"


@every_catalogue
def test_translations_keep_formulas_code_and_links(path):
    for english, korean in catalogue(path).items():
        assert kept(korean) == kept(english), english
        assert HANGUL.search(korean), korean
