"""The course's table of contents and its table of claims say what is in the chapters."""

import ast
import re
from pathlib import Path

import pytest

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
FILES = {p.stem[2:4]: p for p in CHAPTERS.glob("ch*.py")}
TEXT = (CHAPTERS / "README.md").read_text(encoding="utf-8")
CLAIMS = re.findall(r"^\| ([A-E ]+) \| (.+?) \| (\d\d) \| (.*?) ?\| (.+?) \|$", TEXT, re.M)


def test_the_table_of_contents_names_every_chapter():
    for number, path in FILES.items():
        assert f"| {number} |" in TEXT and f"({path.name})" in TEXT


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_links_and_commands_lead_somewhere(name):
    text = (CHAPTERS / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([\w.]+)\)", text):
        assert (CHAPTERS / target).exists(), target
    for target in re.findall(r"chapters/ch\w+\.py", text):
        assert (CHAPTERS.parent / target).exists(), target


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: f"{c[0]}: {c[1][:50]}")
def test_each_claim_is_tested_where_it_says(claim):
    """The words in italics stand in an assert or a claim of that chapter."""
    _, _, number, words, verdict = claim
    if number not in FILES:
        assert not words and "to come" in verdict
        return
    tree = ast.parse(FILES[number].read_text(encoding="utf-8"))
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    messages = [ast.unparse(node.msg) for node in asserts if node.msg is not None]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    messages += [ast.unparse(c.args[0]) for c in calls if ast.unparse(c.func) == "claim"]
    assert any(words.strip("*") in message for message in messages), words


def test_all_five_tutorials_are_covered():
    assert {letter for by, *_ in CLAIMS for letter in by.split()} == set("ABCDE") and len(
        CLAIMS
    ) > 55
