"""Verdicts as text for the student, as Gradescope's results.json, and as rows of the teacher's
table.
"""

from __future__ import annotations

import csv
import io

from . import printed
from .judging import Verdict


def text(name: str, verdicts: list[Verdict], seed: int) -> str:
    """Return a line for each task, what the student's code printed, the total, and the command that
    repeats the questions.
    """
    lines, last, heard = [f"{name}, seed {seed}"], "", ""
    for v in verdicts:
        said = "as above" if v.reason == last else v.reason
        # a stub's words, "hw02 task 1: relu", say no more than the name before them
        silent = v.reason in ("", v.outcome) or v.outcome == "not started"
        reason = "" if silent else f": {said}"
        last = v.reason
        lines.append(f"  {v.points:>5g} / {v.worth:<4g} {v.task:28s} {v.outcome}{reason}")
        lines += printed.shown(v.printed if v.printed != heard else "", " " * 15)
        heard = v.printed
    earned, worth = sum(v.points for v in verdicts), sum(v.worth for v in verdicts)
    ending = ". Well done." if earned == worth else f"; the same questions again: --seed {seed}"
    lines.append(f"  {earned:>5g} / {worth:<4g} in all{ending}")
    return "\n".join(lines)


def gradescope(name: str, verdicts: list[Verdict], seed: int) -> dict:
    """Return the dict that Gradescope reads as results.json."""
    return {
        "score": sum(v.points for v in verdicts),
        "output": f"{name}, seed {seed}",
        "tests": [
            {
                "number": str(i),
                "name": v.task,
                "score": v.points,
                "max_score": v.worth,
                "visibility": "visible",
                "output": f"{v.outcome}: {v.reason}".rstrip(": "),
            }
            for i, v in enumerate(verdicts, 1)
        ],
    }


def earned(verdicts: list[Verdict]) -> float:
    """Return the sum of all points."""
    return sum(v.points for v in verdicts)


def not_passed(verdicts: list[Verdict]) -> str:
    """Return the outcome of each task that has not passed. If all have the same reason, return that
    reason.
    """
    failed = [v for v in verdicts if v.outcome != "passed"]
    if failed and all(v.outcome == "not marked" for v in failed):
        return failed[0].reason
    return "; ".join(f"{v.task}: {v.outcome}" for v in failed)


def row(student: str, name: str, points: float, of: float, said: str, file: str) -> dict:
    """Return a row of the class's table."""
    return {
        "student": _cell(student),
        "assignment": name,
        "points": points,
        "of": of,
        "not passed": said,
        "file": _cell(file),
    }


def _cell(text: str) -> str:
    """Return the text in a form that no spreadsheet reads as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def table(rows: list[dict]) -> bytes:
    """Return the rows as CSV, sorted by student and assignment. It begins with the byte order mark,
    by which spreadsheets recognize UTF-8.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda r: (r["student"], r["assignment"])))
    return text.getvalue().encode("utf-8-sig")
