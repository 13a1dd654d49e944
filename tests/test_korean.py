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


def test_each_text_has_a_catalogue():
    assert sorted(p.stem for p in (SITE / "ko").glob("*.po")) == sorted(SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_untranslated_or_stale(name):
    korean = catalogue(SITE / "ko" / f"{name}.po")
    assert [p for p in SOURCES[name] if p not in korean] == [], "run chapters/site/words.py"
    assert [p for p in korean if p not in SOURCES[name]] == [], "run chapters/site/words.py"


@pytest.mark.parametrize("name", SOURCES)
def test_translations_keep_formulas_code_and_links(name):
    for english, korean in catalogue(SITE / "ko" / f"{name}.po").items():
        assert kept(korean) == kept(english), english
        assert HANGUL.search(korean), korean
