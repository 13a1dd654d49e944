"""What `check build` prints."""

import pytest

from minidl.homework.framework import commands
from minidl.homework.framework.path import STEPS
from minidl.homework.judging import Verdict

RIGHT = Verdict("sub", "passed", 1, 1)


def wrong(task, reason, printed=""):
    return Verdict(task, "wrong", 0, 1, reason, (), printed)


def test_a_file_has_a_line_and_each_task_that_fails():
    assert commands._lines(STEPS[0], [RIGHT] * 3) == ["  derivatives/   3 of 3 checks passed"]
    assert commands._lines(STEPS[-1], [RIGHT]) == [
        "  training.py    1 of 1 checks passed; now runs: python mnist.py and python beside.py"
    ]
    verdicts = [wrong("a", "x.", "hi"), RIGHT, wrong("b", "x.", "hi"), wrong("c", "y.", "ho")]
    assert commands._lines(STEPS[1], verdicts) == [
        "  tensor.py      1 of 4 checks passed",
        f"    {'a':28s} wrong: x.",
        "      your code printed:",
        "      | hi",
        f"    {'b':28s} wrong: as above",
        f"    {'c':28s} wrong: y.",
        "      your code printed:",
        "      | ho",
    ]


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (4, "Next: mydl/losses.py (chapter 4); then optimizer.py, training.py\n"),
        (6, "Next: mydl/training.py (chapters 5 and 7)\n"),
        (7, "Your framework is whole."),
    ],
)
def test_what_comes_next(done, said):
    text = commands._ending(list(STEPS[:done]), 5)
    assert text.startswith(said) and text.endswith(": --seed 5") == (done < 7)


def test_a_whole_framework_is_told_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(commands, "find", lambda folder: folder)
    for rights, whole in ((7, True), (2, False)):
        walked = [(step, [RIGHT]) for step in STEPS[:rights]]
        walked += [] if whole else [(STEPS[2], [wrong("a", "x.")])]
        monkeypatch.setattr(commands, "walk", lambda folder, seed, walked=walked: walked)
        assert commands.check(tmp_path, 5) is whole
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"{tmp_path.name}, seed 5" and ("Next:" in lines[-2]) != whole
