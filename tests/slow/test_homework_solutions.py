"""Every solution earns full marks for twenty seeds (five where it trains); every catalogued wrong answer loses points
where it should, and is told why.
"""

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from places import ROOT
from small_homework import of_seeds
from wrong import WRONG

from minidl.homework import assignments, judging

SOLUTIONS = {
    p.stem.split("_")[0]: p for p in sorted((ROOT / "tests" / "homework").glob("hw[0-9][0-9]_*.py"))
}


@pytest.fixture(autouse=True)
def children_find_minidl(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MINIDL_HIDDEN_TESTS", raising=False)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_the_solution_earns_full_marks(name):
    assignment = assignments.get(name)
    tasks = tuple(of_seeds(task, range(20), examined=range(5)) for task in assignment.tasks)
    verdicts = judging.check(replace(assignment, tasks=tasks), SOLUTIONS[name], 0, quiet=True)
    assert [(v.task, v.outcome, v.reason) for v in verdicts] == [
        (v.task, "passed", "") for v in verdicts
    ]
    assert sum(v.points for v in verdicts) == assignments.get(name).points


def judge(name, text, folder, seed=3):
    file = folder / SOLUTIONS[name].name
    file.write_text(text, encoding="utf-8")
    return judging.check(assignments.get(name), file, seed, quiet=True)


def pick(source, spoilt, wrong):
    """Where the same text stands twice, the occurrence that belongs to the last task named."""
    at = source.rfind(spoilt) if wrong == "build_small" else source.find(spoilt)
    return at


@pytest.mark.parametrize("case", WRONG, ids=lambda c: f"{c[0]} {c[1][0]}: {c[3][:30]}")
def test_a_wrong_answer_loses_points_in_its_task_and_is_told_why(case, tmp_path):
    name, failing, right, wrong, words = case
    source = SOLUTIONS[name].read_text(encoding="utf-8")
    assert right in source, "the solution has changed: bring the catalogue up to date"
    at = pick(source, right, failing[0])
    verdicts = judge(name, source[:at] + wrong + source[at + len(right) :], tmp_path)
    assert [v.task for v in verdicts if v.points < v.worth] == failing, [
        (v.task, v.outcome, v.reason) for v in verdicts
    ]
    (first,) = [v for v in verdicts if v.task == failing[0]]
    assert words in first.reason, first.reason


KNOWN = [
    (name, task.name, k)
    for name in ("hw01", "hw02", "hw04", "hw07", "hw08", "hw09", "hw10")
    for task in assignments.get(name).tasks
    if task.driver is None  # the mistakes of a driver's task are no functions of the student's
    for k in range(len(task.mistakes))
]


# The student's process has no tasks.py: the mistakes are written into the submission.
MISTAKE = """

class _Task:
    def __init__(self, name, points, cases, reference=None, mistakes=(), **others):
        self.name, self.mistakes = name, mistakes


_file = {{"Task": _Task}}
exec({tasks!r}, _file)
_mistake = [t for t in _file["TASKS"] if t.name == {task!r}][0].mistakes[{k}][0]
{task}_right = {task}


def {task}(*arguments):
    with np.errstate(all="ignore"):
        return _mistake(*arguments)
"""


@pytest.mark.parametrize(("name", "task", "k"), KNOWN, ids=lambda v: str(v))
def test_a_known_mistake_gets_its_hint(name, task, k, tmp_path):
    """The solution, with one function replaced by the mistake that tasks.py knows. Its task alone is
    judged: tasks that do not call the function have the answers of the solution.
    """
    assignment = assignments.get(name)
    tasks = assignment.sources[0].read_text(encoding="utf-8")
    tasks = tasks.replace("from minidl.homework.assignments import Task", "")
    text = SOLUTIONS[name].read_text(encoding="utf-8")
    text += MISTAKE.format(tasks=tasks, task=task, k=k)
    file = tmp_path / SOLUTIONS[name].name
    file.write_text(text, encoding="utf-8")
    judged = tuple(t for t in assignment.tasks if t.name == task)
    (mine,) = judging.check(replace(assignment, tasks=judged), file, 3, quiet=True)
    hints = [hint for _, hint in judged[0].mistakes]
    assert (
        mine.points < mine.worth
        and mine.outcome == "wrong"
        and any(hint in mine.reason for hint in hints)
    ), mine


def test_there_are_three_wrong_answers_a_task():
    counted = {(name, failing[0]) for name, failing, *_ in WRONG} | {
        (name, task) for name, task, _ in KNOWN
    }
    for name in SOLUTIONS:
        for task in assignments.get(name).tasks:
            assert (name, task.name) in counted, task.name
            known = sum((n, t) == (name, task.name) for n, t, _ in KNOWN) + sum(
                n == name and f[0] == task.name for n, f, *_ in WRONG
            )
            assert known >= 3, f"{name} {task.name}: {known}"


def test_the_file_of_hw08_trains_a_network_with_its_layer():
    """As its first lines promise."""
    done = subprocess.run(
        [sys.executable, str(SOLUTIONS["hw08"])], capture_output=True, text=True, check=True
    )
    (accuracy,) = re.findall(r"^\[loss, accuracy\] on new digits: \[.+, (.+)\]$", done.stdout, re.M)
    assert float(accuracy) > 0.85
