"""Asking the student's code in a child process, and judging its answers here."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import values
from .assignments import Assignment, Task
from .differences import difference


@dataclass(frozen=True)
class Verdict:
    """What became of a task. outcome: passed, wrong, crashed, too slow, forbidden or not started.
    calls: other tasks that it uses.
    """

    task: str
    outcome: str
    points: float
    worth: float
    reason: str = ""
    calls: tuple[str, ...] = ()


def check(assignment: Assignment, file: Path, seed: int, quiet: bool = False) -> list[Verdict]:
    """Judge every task of an assignment on a student's file. The same seed asks the same questions.
    quiet: drop what it prints.
    """
    verdicts: list[Verdict] = []
    for task, source in zip(assignment.tasks, assignment.sources):
        verdict = judge(task, source, Path(file).resolve(), seed, quiet)
        open_ = [v.task for v in verdicts if v.points < v.worth and v.task in verdict.calls]
        if open_ and verdict.outcome in ("wrong", "crashed"):
            first = (
                f"{task.name} calls {', '.join(open_)}, not right yet: first make the tasks "
                f"above pass. "
            )
            verdict = replace(verdict, reason=first + verdict.reason)
        verdicts.append(verdict)
    return verdicts


def judge(task: Task, source: Path, file: Path, seed: int, quiet: bool = False) -> Verdict:
    """One task: run it on fresh cases, compare, and say in a line what is wrong."""
    cases = task.cases(np.random.default_rng(seed))
    ended, answers = _ask(task, source, file, cases, quiet)
    judged = [_judge_answer(task, arguments, answer) for arguments, answer in zip(cases, answers)]
    right = sum((share for share, _ in judged), 0.0)
    outcome, reason = _outcome(task, ended, answers, [said for _, said in judged])
    if outcome == "done":
        outcome, reason = ("passed", "") if right >= len(cases) - 1e-9 else ("wrong", reason)
    points = np.floor(4 * task.points * right / len(cases) + 1e-9) / 4
    if outcome in ("forbidden", "not started"):
        points = 0.0
    return Verdict(task.name, outcome, float(points), task.points, reason, _calls(answers))


def _outcome(task, ended: str, answers, remarks) -> tuple[str, str]:
    """(outcome, reason): the first answer that is remarked on, else how the child ended."""
    for answer, remark in zip(answers, remarks):
        if remark:
            judged = "value" in answer or "odd" in answer
            return ("wrong" if judged else next(iter(answer))), remark
    reasons = {
        "too slow": f"no answer within {task.limit:g} s: is there a loop that never ends?",
        "crashed": "the process ended without an answer (os._exit, or a crash outside Python)",
    }
    return ended, reasons.get(ended, "")


def _calls(answers) -> tuple[str, ...]:
    """The names of the other tasks that the student's code uses, as far as the child tells."""
    calls = next((a["calls"] for a in answers if isinstance(a.get("calls"), list)), [])
    return tuple(c for c in calls if isinstance(c, str))


def _ask(task, source, file, cases, quiet) -> tuple[str, list[dict]]:
    """(how the child ended, its answers): 'done', 'too slow', 'crashed', or what it says itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values.write(
            folder,
            "question",
            {"tasks": str(source), "name": task.name, "file": str(file), "cases": len(cases)},
        )
        for i, arguments in enumerate(cases):
            values.write(folder, f"case{i}", tuple(arguments))
        ended = _run_child(folder, file.parent, task.limit, quiet)
        answers = _answers(folder)[: len(cases)]
    if ended == "done" and len(answers) < len(cases):
        ended = "crashed"
        if len(answers) == 1 and "value" not in answers[0]:
            ended = next(iter(answers[0]))  # what became of the file as a whole
    return ended, answers


def _run_child(folder: Path, where: Path, limit: float, quiet: bool) -> str:
    """Let a child answer the question in the folder. Returns 'done', or 'too slow' after `limit`
    seconds.
    """
    output = subprocess.DEVNULL if quiet else sys.stderr
    child = subprocess.Popen(
        [sys.executable, "-m", "minidl.homework.child", str(folder)],
        cwd=where,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )
    try:
        child.wait(limit)
        return "done"
    except subprocess.TimeoutExpired:
        return "too slow"
    finally:
        child.kill()
        child.wait()


def _answers(folder: Path) -> list[dict]:
    """What the child has written, as far as it can be read."""
    try:
        return [a for a in values.read(folder, "answer") if isinstance(a, dict) and len(a) > 0]
    except (ValueError, TypeError):
        return []


def _judge_answer(task: Task, arguments, answer: dict) -> tuple[float, str]:
    """(share of the points, '' or what is wrong)"""
    if "not started" in answer:
        return 0.0, "not started"
    if "forbidden" in answer:
        return 0.0, f"calls {answer['forbidden']}, which is what this task asks you to write"
    if "crashed" in answer or "odd" in answer:
        return 0.0, answer.get("crashed") or f"{answer['odd']}."
    received = answer.get("value")
    if task.judge is not None:
        try:
            return task.judge(received, *arguments)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            return 0.0, f"the answer cannot be judged: {type(error).__name__}: {error}"
    return _compared(task, arguments, received, _changed(task, arguments, answer))


def _compared(task: Task, arguments, received, changed: str) -> tuple[float, str]:
    """The same for a task with a reference. changed: what to say if the arguments were changed."""
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
    """What to say if the student's code changed what it was given, else ''."""
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
    """Whether the student's answer is the one of this mistake."""
    try:
        with np.errstate(all="ignore"):
            answer = mistaken(*values.plain(tuple(arguments)))
            return difference(answer, received, task.rtol, task.atol) == ""
    except (ValueError, TypeError, IndexError, KeyError, ArithmeticError, AttributeError):
        return False
