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

ORDINALS = ("first", "second", "third", "fourth", "fifth")


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
    outcome, answers = _ask(task, source, file, cases, quiet)
    right, reason = 0.0, ""
    for arguments, answer in zip(cases, answers):
        share, said = _judge_answer(task, arguments, answer)
        right += share
        if said and not reason:
            outcome, reason = (
                ("wrong" if "value" in answer or "odd" in answer else next(iter(answer))),
                said,
            )
    if outcome == "done":
        outcome, reason = ("passed", "") if right >= len(cases) - 1e-9 else ("wrong", reason)
    elif not reason:
        reason = {
            "too slow": f"no answer within {task.limit:g} s: is there a loop that never ends?",
            "crashed": "the process ended without an answer (os._exit, or a crash outside Python)",
        }.get(outcome, "")
    points = (
        0.0
        if outcome in ("forbidden", "not started")
        else np.floor(4 * task.points * right / len(cases) + 1e-9) / 4
    )
    calls = next((a["calls"] for a in answers if isinstance(a.get("calls"), list)), [])
    return Verdict(
        task.name,
        outcome,
        float(points),
        task.points,
        reason,
        tuple(c for c in calls if isinstance(c, str)),
    )


def _ask(task, source, file, cases, quiet) -> tuple[str, list[dict]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values.write(
            folder,
            "question",
            {"tasks": str(source), "name": task.name, "file": str(file), "cases": len(cases)},
        )
        for i, arguments in enumerate(cases):
            values.write(folder, f"case{i}", tuple(arguments))
        output = subprocess.DEVNULL if quiet else sys.stderr
        child = subprocess.Popen(
            [sys.executable, "-m", "minidl.homework.child", name],
            cwd=file.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            child.wait(task.limit)
            outcome = "done"
        except subprocess.TimeoutExpired:
            outcome = "too slow"
        finally:
            child.kill()
            child.wait()
        try:
            answers = values.read(folder, "answer")
            answers = [a for a in answers if isinstance(a, dict) and len(a) > 0][: len(cases)]
        except (ValueError, TypeError):
            answers = []
    if outcome == "done" and len(answers) < len(cases):
        outcome = (
            next(iter(answers[0])) if len(answers) == 1 and "value" not in answers[0] else "crashed"
        )
    return outcome, answers


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
    assert task.reference is not None, "a task needs a reference or a judge"
    copies = values.plain(tuple(arguments))
    fault = difference(
        task.reference(*copies),
        received,
        task.rtol,
        task.atol,
        each="value" if task.driver else "returned value",
    )
    hints = (
        [
            hint
            for mistaken, hint in task.mistakes
            if _answers_like(mistaken, arguments, received, task)
        ]
        if fault
        else []
    )
    changed = _changed(task, arguments, answer)
    if fault:
        hints += [f"And {changed}."] if changed else []
        return 0.0, f"{fault}." + (f" {hints[0]}" if hints else "")
    return (0.0, f"the answer is right, but {changed}.") if changed else (1.0, "")


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
    try:
        with np.errstate(all="ignore"):
            return (
                difference(
                    mistaken(*values.plain(tuple(arguments))), received, task.rtol, task.atol
                )
                == ""
            )
    except (ValueError, TypeError, IndexError, KeyError, ArithmeticError, AttributeError):
        return False


def difference(
    expected, received, rtol: float, atol: float, where: str = "", each: str = "value"
) -> str:
    """'' if the two are alike, else what differs first: the kind, the shape, or the first differing
    entry. each: what to call a value.
    """
    at = f" in {where}" if where else ""
    if isinstance(expected, (list, tuple)) and not isinstance(received, (list, tuple)):
        return f"expected {len(expected)} values{at}, received {_kind(received)}"
    if isinstance(expected, (list, tuple)):
        if len(expected) != len(received):
            return f"expected {len(expected)} values{at}, received {len(received)}"
        return next(
            filter(
                None,
                (
                    difference(
                        e, r, rtol, atol, f"{where}, value {i + 1}" if where else _called(i, each)
                    )
                    for i, (e, r) in enumerate(zip(expected, received))
                ),
            ),
            "",
        )
    if isinstance(expected, dict):
        if not isinstance(received, dict) or expected.keys() != received.keys():
            return f"expected a dict with {', '.join(expected)}{at}, received {_kind(received)}"
        return next(
            filter(
                None, (difference(expected[k], received[k], rtol, atol, repr(k)) for k in expected)
            ),
            "",
        )
    if isinstance(expected, (str, bool)) or expected is None:
        return (
            ""
            if type(expected) is type(received) and expected == received
            else f"expected {expected!r}{at}, received {_kind(received)}"
        )
    return _array_difference(np.asarray(expected), received, rtol, atol, at)


def _called(i: int, each: str) -> str:
    return f"the {ORDINALS[i]} {each}" if i < len(ORDINALS) else f"{each} {i + 1}"


def _array_difference(expected, received, rtol, atol, at) -> str:
    if received is None:
        return f"received None{at}: is a return missing?"
    if not isinstance(received, (np.ndarray, int, float)) or isinstance(received, bool):
        return f"expected {_kind(expected)}{at}, received {_kind(received)}"
    if expected.dtype.kind == "f" and np.asarray(received).dtype.kind == "b":
        return (
            f"expected floats{at}, received an array of bool: .astype(float) makes numbers of them"
        )
    if np.shape(received) != expected.shape:
        return f"expected shape {expected.shape}{at}, received {_kind(received)}"
    got = np.asarray(received, dtype=np.float64)
    want = expected.astype(np.float64)
    with np.errstate(all="ignore"):
        alike = (
            (np.abs(got - want) <= atol + rtol * np.abs(want))
            | (got == want)
            | (np.isnan(got) & np.isnan(want))
        )
    if alike.all():
        return ""
    index = tuple(int(i) for i in np.argwhere(~np.atleast_1d(alike))[0])
    place = f" at [{', '.join(map(str, index))}]" if expected.ndim else ""
    first, right = np.atleast_1d(got)[index], np.atleast_1d(want)[index]
    if alike.size == 1:
        return f"the number{at}{place} is {first:.6g}, expected {right:.6g}"
    return (
        f"{int((~alike).sum())} of {alike.size} numbers differ{at}, the first{place}: "
        f"{first:.6g}, expected {right:.6g}"
    )


def _kind(value) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return "None" if value is None else f"{type(value).__name__} {value!r:.60}"
