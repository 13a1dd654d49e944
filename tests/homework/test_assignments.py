"""Assignments, their stubs and their examples."""

import ast
import re

import pytest
import strip
from small_homework import TASKS

from minidl.homework import assignments

pytestmark = pytest.mark.usefixtures("own_folder")


def test_hidden_tests_join_the_assignment_of_their_name(tmp_path, monkeypatch):
    folder = tmp_path / "hidden" / "hw01_arrays"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(
        TASKS.format(limit=5).replace('"double"', '"softmax"'), encoding="utf-8"
    )
    shown = assignments.get("hw01")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    assert [t.name for t in assignments.get("hw01").tasks] == [
        *[t.name for t in shown.tasks],
        "softmax",
    ]
    joined, own = assignments.get("hw01"), shown.sources[0]
    assert joined.sources == (*[own] * len(shown.tasks), folder / "tasks.py")
    assert joined.points == shown.points + 2 and joined.stub == shown.stub
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="which does not exist"):
        assignments.find()


def test_a_new_assignment_may_lack_a_stub_and_a_title(tmp_path, monkeypatch):
    for name, title in (("hw95_new", ""), ("hw95_more", '"""\n  Two lines.\nThe second."""\n')):
        (tmp_path / "hidden" / name).mkdir(parents=True)
        text = title + TASKS.format(limit=5).partition("\n")[2].replace('"double", 2', '"f", 3')
        (tmp_path / "hidden" / name / "tasks.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(tmp_path / "hidden"))
    found = assignments.get("hw95_new")
    assert (found.title, found.points, found.stub) == ("hw95_new", 3, None)
    assert found.sources == (tmp_path / "hidden" / "hw95_new" / "tasks.py",)
    assert assignments.get("hw95_more").title_in("ko") == "Two lines."
    with pytest.raises(ValueError, match="hw95_new has no stub to start from"):
        found.stub_in("en")
    with pytest.raises(ValueError, match="Unknown assignment 'hw95'"):  # two begin so
        assignments.get("hw95")
    with pytest.raises(ImportError, match=r"words\.txt is no Python file"):
        assignments.load(tmp_path / "words.txt")


@pytest.mark.parametrize("source", strip.sources(), ids=lambda p: p.stem)
def test_stubs_are_in_step_with_their_sources(source):
    stub = (strip.STUBS / source.stem / "stub.py").read_text(encoding="utf-8")
    assert stub == strip.strip(source.read_text(encoding="utf-8"), source.stem.split("_")[0]), (
        "run tests/homework/strip.py"
    )
    assert "SOLUTION" not in stub


def code_alone(source):
    """The code of a source without its docstrings and comments."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return ast.unparse(tree)


def examples(source):
    return re.findall(r"^ *(?:>>>|\.\.\.) .*", source, re.M)


@pytest.mark.parametrize("name", assignments.find())
def test_korean_stubs_have_the_code_and_the_examples_of_the_english(name):
    english, korean = (assignments.get(name).stub_in(language) for language in ("en", "ko"))
    assert english == assignments.get(name).stub.read_text(encoding="utf-8")
    assert code_alone(korean) == code_alone(english) and examples(korean) == examples(english)
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    nodes = [node for node in ast.walk(ast.parse(korean)) if isinstance(node, kinds)]
    texts = [text for text in map(ast.get_docstring, nodes) if text]
    assert len(texts) > 2 and all(re.search("[가-힣]", text) for text in texts)
    assert f"python -m minidl.homework check {name[:4]}" in korean


def test_stubs_number_tasks_as_the_checker_does():
    for source in strip.sources():
        stub = strip.strip(source.read_text(encoding="utf-8"), "hw00")
        numbers = dict(re.findall(r"hw00 task (\d+): (\w+)", stub))
        names = [t.name for t in assignments.get(source.stem).tasks]
        assert all(names[int(n) - 1] == name for n, name in numbers.items()) and (
            numbers or "hw00: Value.exp" in stub
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n", "line 2: a solution begins inside another"),
        ("### END SOLUTION\n", "that never began"),
        ("### BEGIN SOLUTION\nx = 1\n", "never ends"),
        ("x = 1\n", "no solution to take out"),
        ("# BEGIN SOLUTION\n", "a marker that is none"),
    ],
)
def test_faulty_markers_are_refused(text, words):
    with pytest.raises(ValueError, match=words):
        strip.strip(text, "hw01")


def test_each_assignment_teaches_with_an_example_that_is_true():
    """The docstrings' examples hold for the solutions."""
    import doctest

    for source in strip.sources():
        failed, tried = doctest.testmod(
            assignments.load(source, source.stem), optionflags=doctest.NORMALIZE_WHITESPACE
        )
        assert tried and not failed, source.stem
