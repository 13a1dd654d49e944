"""Asks the student's code in a separate process, and judges its answers in this one."""

from __future__ import annotations

import inspect
import math
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import submissions, values
from .assignments import Assignment, Task
from .differences import difference
from .examining import Student
from .processes import NoAnswerError, clean
from .submissions import Submission

# of so many seeds nobody tries all, to find the questions and with them the answers
SEEDS = 10**15


def seed(given: int | None) -> int:
    """Return the seed that is given, or a new one that nobody knows."""
    return secrets.randbelow(SEEDS) if given is None else given


@dataclass(frozen=True)
class Verdict:
    """The result of a task. outcome: passed, wrong, crashed, too slow, forbidden or not started.
    calls: other tasks that it uses. printed: what the student's code printed.
    """

    task: str
    outcome: str
    points: float
    worth: float
    reason: str = ""
    calls: tuple[str, ...] = ()
    printed: str = ""


@dataclass(frozen=True)
class Mark:
    """The value of an answer, from 0 to 1. outcome and reason: "" if there is nothing to say."""

    share: float
    outcome: str = ""
    reason: str = ""


def check(
    assignment: Assignment, file: Path | Submission, seed: int, quiet: bool = False
) -> list[Verdict]:
    """Judge every task of an assignment on a student's file. The same seed asks the same questions.
    quiet: drop what the code prints. ValueError if the file cannot be a submission.
    """
    submission = file if isinstance(file, Submission) else submissions.read(file)
    names = [task.name for task in assignment.tasks]
    verdicts: list[Verdict] = []
    for task in assignment.tasks:
        student = Student(task, names, submission, quiet)
        verdict = replace(judge(task, student, seed), printed=student.printed)
        open_ = [v.task for v in verdicts if v.points < v.worth and v.task in verdict.calls]
        if open_ and verdict.outcome in ("wrong", "crashed"):
            first = (
                f"{task.name} calls {', '.join(open_)}, not right yet: first make the tasks "
                f"above pass. "
            )
            verdict = replace(verdict, reason=first + verdict.reason)
        verdicts.append(verdict)
    return verdicts


def judge(task: Task, student: Student, seed: int) -> Verdict:
    """Judge one task: ask new questions, judge the answers, and say in a line what is wrong."""
    cases = task.cases(np.random.default_rng(seed))
    marks = _examined(task, student, cases) if task.examine else _asked(task, student, cases)
    right = sum(mark.share for mark in marks) / len(cases)
    points = float(np.floor(4 * task.points * right + 1e-9) / 4)
    if right >= 1 - 1e-9:
        return Verdict(task.name, "passed", float(task.points), task.points, "", student.calls)
    first = next((mark for mark in marks if mark.outcome), Mark(0.0, "wrong"))
    if first.outcome in ("forbidden", "not started"):
        points = 0.0
    reason = first.reason or _usual(first.outcome, task)
    return Verdict(task.name, first.outcome, points, task.points, reason, student.calls)


def _usual(outcome: str, task: Task) -> str:
    """Return the usual reason for an outcome, if the student's process gave none."""
    return {
        "too slow": f"no answer within {task.limit:g} s: is there a loop that never ends?",
        "crashed": "the process ended without an answer (os._exit, too much memory, or a crash "
        "outside Python)",
    }.get(outcome, outcome)


def _asked(task: Task, student: Student, cases) -> list[Mark]:
    """Return a mark for each case. All cases are asked in one process; there are fewer marks if it
    ends early.
    """
    marks: list[Mark] = []
    try:
        with student.process(task.driver) as process:
            for arguments in cases:
                try:
                    answer = process.ask({"call": tuple(arguments), "echo": task.judge is None})
                except NoAnswerError as error:
                    if error.ended:
                        raise
                    marks.append(_without_answer(error))
                else:
                    marks.append(marked(task, arguments, answer))
    except NoAnswerError as error:
        marks.append(_without_answer(error))
    return marks


def _examined(task: Task, student: Student, cases) -> list[Mark]:
    """Return a mark for each case from the task's own examiner."""
    marks: list[Mark] = []
    for arguments in cases:
        try:
            marks.append(_guarded(task.examine, student, *arguments))
        except NoAnswerError as error:
            marks.append(_without_answer(error))
    return marks


def _without_answer(error: NoAnswerError) -> Mark:
    said = error.reason
    if error.outcome == "forbidden":
        said = f"calls {said}, which is what this task asks you to write"
    return Mark(0.0, error.outcome, said)


def marked(task: Task, arguments, answer: dict) -> Mark:
    """Return the mark of an answer that has a value."""
    received = answer["value"]
    if task.judge is not None:
        return _guarded(task.judge, received, *arguments)
    return _guarded(lambda: _compared(task, arguments, received, _changed(task, arguments, answer)))


def _guarded(judging, *arguments) -> Mark:
    """Return the mark of the task's judge. An error in the judge, which a strange answer can cause,
    counts as a wrong answer.
    """
    try:
        with np.errstate(all="ignore"):
            share, said = judging(*arguments)
    except NoAnswerError:
        raise
    except Exception as error:
        return Mark(0.0, "wrong", clean(f"the answer cannot be judged: {_named(error)}"))
    share = float(share)
    share = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    return Mark(share, "wrong" if said else "", clean(said))


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _compared(task: Task, arguments, received, changed: str) -> tuple[float, str]:
    """Return the mark of an answer to a task with a reference. changed: what to say if the
    arguments were changed.
    """
    assert task.reference is not None, "a task needs a reference or a judge"
    expected = task.reference(*values.plain(tuple(arguments)))
    each = "value" if task.driver else "returned value"
    fault = difference(expected, received, task.rtol, task.atol, each=each)
    if not fault:
        return (0.0, f"the answer is right, but {changed}.") if changed else (1.0, "")
    hints = [
        hint
        for mistaken, hint in task.mistakes
        if _answers_like(mistaken, arguments, received, task)
    ]
    hints += [f"And {changed}."] if changed else []
    return 0.0, f"{fault}." + (f" {hints[0]}" if hints else "")


def _changed(task, arguments, answer) -> str:
    """Return what to say if the student's code changed its arguments, otherwise ''."""
    after = answer.get("arguments")
    if not isinstance(after, tuple) or len(after) != len(arguments):
        return ""
    changed = [i for i, (a, b) in enumerate(zip(arguments, after)) if difference(a, b, 0.0, 0.0)]
    if not changed:
        return ""
    names = [] if task.driver else list(inspect.signature(task.reference).parameters)
    which = f"argument {names[changed[0]]}" if len(names) == len(arguments) else "input"
    return (
        f"your {'code' if task.driver else 'function'} changed its {which}: work on a copy, or "
        f"make new arrays"
    )


def _answers_like(mistaken, arguments, received, task) -> bool:
    """Whether the student's answer equals the one of this mistake."""
    try:
        with np.errstate(all="ignore"):
            answer = mistaken(*values.plain(tuple(arguments)))
            return difference(answer, received, task.rtol, task.atol) == ""
    except (ValueError, TypeError, IndexError, KeyError, ArithmeticError, AttributeError):
        return False
