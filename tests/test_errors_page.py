"""The page of the thirty commonest errors: each example says what the page says it does."""

import json
import os
import re
import subprocess
import sys
import warnings

import pytest
from places import ROOT

import minidl

PAGE = (ROOT / "chapters" / "site" / "pages" / "errors.md").read_text(encoding="utf-8")
START, *SECTIONS = re.split(r"^### ", PAGE, flags=re.M)


def fence(kind, text):
    return re.search(rf"^```{kind}\n(.*?)^```$", text, re.M | re.S)[1]


def said(example):
    """The first line of the error of an example; if there is none, of its first warning."""
    names = {}
    exec(fence("python", START), names)
    minidl.set_random_seed(0)
    minidl.utils.clear_session()  # layers are numbered from the start
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            exec(example, names)
        except Exception as error:
            return f"{type(error).__name__}: {error}".splitlines()[0]
    return f"{heard[0].category.__name__}: {heard[0].message}".splitlines()[0]


@pytest.fixture(scope="module")
def answers():
    """What each example says, in a process in which no test has registered anything."""
    done = subprocess.run(
        [sys.executable, __file__],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_there_are_thirty():
    assert [int(section.split(".")[0]) for section in SECTIONS] == [*range(1, 31)]


@pytest.mark.parametrize("k", range(30), ids=[s.splitlines()[0] for s in SECTIONS])
def test_the_example_says_what_stands_below_it(k, answers):
    assert answers[k] + "\n" == fence("text", SECTIONS[k])
    assert "**Do this:** " in SECTIONS[k]


if __name__ == "__main__":
    print(json.dumps([said(fence("python", section)) for section in SECTIONS]))
