"""minidl.homework.check in a cell."""

import os
import subprocess
import sys

import pytest
from places import ROOT
from test_gathering import notebook

import minidl
from minidl.homework import notebook as copying

SMALL = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, mistakes=((lambda x: x, "You forgot the 2."),)),
         Task("half", 1, cases, lambda x: x / 2)]
'''


@pytest.fixture(autouse=True)
def a_small_assignment(tmp_path, monkeypatch):
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    monkeypatch.chdir(tmp_path)


def test_right_functions_pass_and_the_report_is_that_of_the_command_line(capsys):
    names = notebook(
        "TWO = 2\n", "def double(x):\n    return TWO * x\n\ndef half(x):\n    return x / TWO\n"
    )
    result = minidl.homework.check("hw90", names, seed=5)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "hw90_small, seed 5" and lines[-1].split() == [
        *"3/3",
        "in",
        "all.",
        "Well",
        "done.",
    ]
    assert repr(result) == "<hw90_small: 3 of 3 points>" and result.passed and result.seed == 5


def test_mistakes_are_told_with_the_line_of_the_function(capsys):
    names = notebook(
        "def double(x):\n    return x\n\n\ndef half(x):\n    y = 1\n    return y / 0\n"
    )
    result = minidl.homework.check("hw90", names)
    out = capsys.readouterr().out
    assert "You forgot the 2." in out
    assert "crashed: ZeroDivisionError: division by zero (line 3 of half)" in out
    assert f"the same questions again: check(..., seed={result.seed})" in out
    assert repr(result) == "<hw90_small: 0 of 3 points; double: wrong; half: crashed>"
    assert not result.passed and result.points == 0


def test_what_is_missing_is_not_started(capsys):
    result = minidl.homework.check("hw90", {"__name__": "__main__"})
    assert [v.outcome for v in result.verdicts] == ["not started", "not started"]
    assert "double is not defined here" in result.verdicts[0].reason


def test_nothing_else_of_the_notebook_is_run(capsys):
    names = notebook(
        "runs = globals().setdefault('runs', [])\nruns.append(1)\n"
        "def double(x):\n    import os\n    open('traces', 'w').close()\n    return 2 * x\n"
    )
    minidl.homework.check("hw90", names)
    assert names["runs"] == [1]


def test_the_callers_names_are_taken(tmp_path):
    """As in a script, or a cell of an editor."""
    script = tmp_path / "cells.py"
    script.write_text(
        "# %%\nimport minidl.homework\n\n# %%\ndef double(x):\n    return x + x\n\n"
        "half = lambda x: 0.5 * x\n\n# %%\nresult = minidl.homework.check('hw90')\n"
        "assert result.passed, result\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "Well done." in done.stdout, done.stderr


def test_an_unknown_assignment_is_a_clear_error():
    with pytest.raises(ValueError, match="Unknown assignment 'hw91'"):
        minidl.homework.check("hw91")
    with pytest.raises(
        AttributeError, match=r"module 'minidl\.homework' has no attribute 'grade_all'"
    ):
        minidl.homework.grade_all


def test_lines_of_what_was_not_copied_stay_as_they_are():
    said = copying._placed("no (line 2), (line 3, in g) (line 4)", {2: ("f", 1), 3: ("g", 9)})
    assert said == "no (line 1 of f), (line 9 of g, in g) (line 4)"
