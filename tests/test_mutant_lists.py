"""The lists of mistakes that the slow tests plant: what they replace still stands in the library and
in the chapters, and the tests they name exist.
"""

import json

import pytest
from places import ROOT, TESTS

LIBRARY = json.loads((TESTS / "slow" / "mutants.json").read_text("utf-8"))
CHAPTERS = json.loads((TESTS / "slow" / "chapter_mutants.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", LIBRARY)
def test_mistakes_in_the_library(kind):
    for file, right, wrong, tests in LIBRARY[kind]:
        assert right in (ROOT / "minidl" / file).read_text("utf-8"), f"{right!r} left {file}"
        assert right != wrong
        for named in tests.partition(" -k ")[0].split():
            path, _, function = named.partition("::")
            assert f"def {function}" in (TESTS / path).read_text("utf-8"), named


def test_mistakes_in_the_chapters():
    found = {p.stem[:4]: p.read_text("utf-8") for p in (ROOT / "chapters").glob("ch*.py")}
    assert sorted(number for number, *_ in CHAPTERS) == sorted(list(found) * 2)
    for number, right, wrong, _ in CHAPTERS:
        assert right in found[number], f"{right!r} left {number}"
        assert right != wrong
