"""Forged answers earn nothing."""

import pytest
from forged import EACH, FORGED, SHAPES

from minidl.homework import assignments, examining, judging, submissions

SMALL = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, limit=20)]
'''


@pytest.fixture(autouse=True)
def a_small_assignment(tmp_path, monkeypatch):
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    monkeypatch.chdir(tmp_path)


def judged(name, task, code):
    """The verdict on one task."""
    assignment = assignments.get(name)
    (asked,) = [t for t in assignment.tasks if t.name == task]
    submission = submissions.Submission("answer.py", code.encode())
    student = examining.Student(asked, [t.name for t in assignment.tasks], submission, True)
    return judging.judge(asked, student, 0)


# --- forged answers


@pytest.mark.parametrize("code", FORGED.values(), ids=FORGED)
def test_forged_answers_earn_nothing(code):
    verdict = judged("hw90", "double", code)
    assert verdict.points == 0 and verdict.outcome != "passed" and verdict.reason


# --- each assignment's own

EACH_ONE = [(*where, code) for where, codes in EACH.items() for code in codes]


@pytest.mark.parametrize(("name", "task", "code"), EACH_ONE)
def test_what_earned_full_marks_once_earns_nothing(name, task, code):
    verdict = judged(name, task, code)
    assert verdict.points == 0 and verdict.outcome != "passed", verdict
    assert verdict.outcome != "not started"
    assert code is not SHAPES or "without numbers" in verdict.reason
