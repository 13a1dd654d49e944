"""The skeleton is in step with minidl/core; `build`, `check build` and `solutions`."""

import ast
import doctest
import importlib
import re
import sys
from pathlib import Path
from unicodedata import east_asian_width

import learner
import numpy as np
import pytest
from framework_cases import package

from minidl.homework import __main__ as command
from minidl.homework import solutions
from minidl.homework.framework import checking, starting
from minidl.homework.framework.path import STEPS

MYDL = starting.SKELETON / "mydl"
FILES = sorted(p.relative_to(MYDL).as_posix() for p in MYDL.rglob("*.py"))


@pytest.fixture(autouse=True)
def a_folder_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# --- in step with the core


def functions(path):
    """Name -> definition of the functions and methods of a file."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        place = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        found |= {f"{place}{n.name}": n for n in inside if isinstance(n, ast.FunctionDef)}
    return found


def signature(node):
    """The names, order, kinds and defaults of the parameters, without types."""
    a = node.args
    names = [[p.arg for p in ps] for ps in (a.posonlyargs, a.args, a.kwonlyargs)]
    stars = [p and p.arg for p in (a.vararg, a.kwarg)]
    defaults = [d and ast.unparse(d) for d in (*a.defaults, *a.kw_defaults)]
    return names, stars, defaults


def code(node):
    """The body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return [ast.unparse(n) for n in body]


# Given, and shorter than the core's, which also counts changes in place or cares for speed.
SHORTER = {"Tensor.of", "Variable.assign", "Loss.__call__", "Mean.update_state"}
SHORTER |= {"Batches.__init__", "Optimizer.__init__", "Mean.__init__", "add_sum"}


@pytest.mark.parametrize("name", FILES)
def test_the_skeleton_has_names_and_signatures_of_the_core(name):
    """And what it gives is the core's own code, but for its types."""
    mine, core = functions(MYDL / name), functions(starting.CORE / name)
    assert set(mine) <= set(core)
    for function, node in mine.items():
        assert signature(node) == signature(core[function]), function
        stub = "NotImplementedError" in ast.unparse(node)
        if not stub and function not in SHORTER:
            assert code(node) == code(core[function]), function


def test_each_stub_says_its_name_and_file_and_each_is_checked():
    stubs = learner.stubs()
    assert set(stubs) == set(learner.BODIES) and len(stubs) >= 45
    for name, file in stubs.items():
        node = functions(MYDL / file)[name]
        assert ast.get_docstring(node) or name == "Trainer.run", name
        assert f"write {name} in {file}" in ast.unparse(node)
    steps = [step.file for step in STEPS]
    places = [next(s for s in steps if file.startswith(s)) for file in stubs.values()]
    assert sorted(set(places), key=steps.index) == steps


def test_the_example_of_each_docstring_is_true(tmp_path, monkeypatch):
    """With the learner's solution."""
    learner.lay_out(learner.written(), tmp_path / "mine")
    monkeypatch.syspath_prepend(tmp_path / "mine")
    tried = 0
    for name in FILES:
        if name == "training.py":  # its example needs data
            continue
        module = importlib.import_module(
            f"mydl.{name[:-3].replace('/', '.')}".removesuffix(".__init__")
        )
        for example in doctest.DocTestFinder().find(module, extraglobs={"np": np}):
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
            assert runner.run(example).failed == 0, example.name
            tried += len(example.examples)
    for loaded in [m for m in sys.modules if m.split(".")[0] == "mydl"]:
        del sys.modules[loaded]
    assert tried >= 8


# --- the commands


def test_build_starts_a_folder_once(capsys):
    assert command.main(["build"]) == 0
    out = capsys.readouterr().out
    assert (
        "my_framework is ready" in out
        and "begin with mydl/derivatives/," in out
        and "check build" in out
    )
    place = Path("my_framework")
    assert starting.files_in(place) == starting.skeleton()
    work = place / "mydl" / "tensor.py"
    work.write_text("my work", encoding="utf-8")
    assert command.main(["build"]) == 2
    assert "already here and not empty. It stays as it is" in capsys.readouterr().err
    assert work.read_text(encoding="utf-8") == "my work"
    assert sorted(p.name for p in Path().iterdir()) == ["my_framework"]


def test_build_in_korean_changes_words_alone(tmp_path):
    assert command.main(["build", "mine", "--language", "ko"]) == 0
    korean, english = starting.files_in(Path("mine")), starting.skeleton()
    assert set(korean) == set(english)
    assert korean["README.md"].decode("utf-8").startswith("# 나만의 프레임워크")
    for path, data in korean.items():
        text = data.decode("utf-8")
        wide = [sum(1 + (east_asian_width(c) in "WF") for c in line) for line in text.splitlines()]
        assert re.search("[가-힣]", text)
        if path.endswith(".py"):
            assert max(wide) <= 88, path
            assert bare(text) == bare(english[path].decode("utf-8"))


def bare(text):
    """The code without comments, and without what docstrings say."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.dump(tree)


def test_build_takes_an_empty_folder_and_refuses_a_file(capsys):
    Path("a/b").mkdir(parents=True)
    assert command.main(["build", "a/b"]) == 0
    assert (Path("a/b/mydl") / "tensor.py").is_file()
    assert command.main(["build", "deep/er/c"]) == 0 and Path("deep/er/c/xor.py").is_file()
    starting.lay_out({"x/y/a.py": b"1"}, Path("alone"))
    assert Path("alone/x/y/a.py").read_bytes() == b"1"
    with pytest.raises(TypeError):
        starting.lay_out({"a.py": b"1", "b.py": None}, Path("deep/er/d"))
    assert [p.name for p in Path("deep/er").iterdir()] == ["c"]  # whole or not at all
    Path("taken").write_text("", encoding="utf-8")
    assert command.main(["build", "taken"]) == 2
    assert "taken is already here" in capsys.readouterr().err


def test_check_build_says_what_comes_next_and_changes_nothing(tmp_path, capsys, monkeypatch):
    ops = {n: b for n, b in learner.BODIES.items() if learner.stubs()[n].startswith("deriv")}
    place = learner.lay_out(
        learner.filled({**ops, "apply": "return 1", "record": "pass"}), tmp_path / "mine"
    )
    before = starting.files_in(place)
    assert command.main(["check", "build", "--file", "mine", "--seed", "3"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "mine, seed 3" and "16 of 16 checks passed" in lines[1]
    assert lines[2].split() == ["tensor.py", "0", "of", "4", "checks", "passed"]
    assert lines[3].endswith("not started: write Tensor.__init__ in tensor.py")
    assert lines[-2].startswith("Next: mydl/tensor.py (chapter 2); then backward.py, layer.py")
    assert lines[-1].endswith("--seed 3") and len(lines) == 9
    assert starting.files_in(place) == before
    monkeypatch.chdir(place / "mydl")  # from inside it is found as well
    assert checking.find(Path()).resolve() == place.resolve()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "build"], "Start one with  python -m minidl.homework build"),
        (["check", "build", "--file", "nowhere"], "There is no folder mydl"),
        (["check", "build", "--json"], "--json is for a single assignment"),
    ],
)
def test_mistakes_in_commands(arguments, words, capsys):
    assert command.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    place = learner.lay_out(learner.written(), tmp_path / "mine")
    (place / "mydl" / "link.py").symlink_to(place / "xor.py")
    with pytest.raises(ValueError, match=r"link\.py is a link"):
        checking.read(place)
    (place / "mydl" / "link.py").unlink()
    for number in range(50 - len(checking.read(place))):
        (place / "mydl" / f"more{number}.py").touch()
    assert len(checking.read(place)) == 50
    (place / "mydl" / "one_more.py").touch()
    with pytest.raises(ValueError, match="mine/mydl has 51 files; 50 are read at most"):
        checking.read(place)


def test_a_crash_is_told_with_its_file_and_line():
    files = package(learner.written())
    files["mydl/tensor.py"] = files["mydl/tensor.py"].replace(b"class Tensor(", b"class Tensor((")
    verdicts = checking.judge(STEPS[1], files, 0, quiet=True)
    assert {v.outcome for v in verdicts} == {"crashed"}
    assert re.search(r"SyntaxError: .* \(mydl/tensor\.py, line \d+\)", verdicts[0].reason)
    first = checking.judge(STEPS[0], files, 0, quiet=True)
    assert checking.passed(first), "what comes later does no harm"


# --- solutions


def test_solutions_are_written_from_a_checkout(capsys):
    assert command.main(["solutions"]) == 0
    assert capsys.readouterr().out.startswith("solutions has all assignments, solved")
    assert command.main(["solutions", "deep/er"]) == 0 and Path("deep/er/hw01_arrays.py").is_file()
    place = Path("solutions")
    names = [p.name for p in sorted(place.glob("hw*.py"))]
    assert names[0] == "hw01_arrays.py" and len(names) == 10
    for name in names:
        text = (place / name).read_text(encoding="utf-8")
        assert "SOLUTION" not in text and "raise NotImplementedError" not in text
        compile(text, name, "exec")
    core = (starting.CORE / "tensor.py").read_bytes()
    assert (place / "my_framework" / "mydl" / "tensor.py").read_bytes() == core
    assert (place / "my_framework" / "xor.py").is_file()
    assert command.main(["solutions"]) == 2 and "not empty" in capsys.readouterr().err


def test_an_installed_minidl_says_where_solutions_are(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(solutions, "SOURCES", tmp_path / "nowhere")
    assert command.main(["solutions"]) == 2
    assert "in its source, in tests/homework" in capsys.readouterr().err
    assert not Path("solutions").exists()
