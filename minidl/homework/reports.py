"""Verdicts as text for the student, as Gradescope's results.json, and as rows for the teacher's
table.
"""

from __future__ import annotations

import csv
import io

from .judging import Verdict


def text(name: str, verdicts: list[Verdict], seed: int) -> str:
    """A line a task, the total, and how to see the same questions again."""
    lines, last = [f"{name}, seed {seed}"], ""
    for v in verdicts:
        said = "as above" if v.reason == last else v.reason
        reason = "" if v.reason in ("", v.outcome) else f": {said}"
        last = v.reason
        lines.append(f"  {v.points:>5g} / {v.worth:<4g} {v.task:28s} {v.outcome}{reason}")
    earned, worth = sum(v.points for v in verdicts), sum(v.worth for v in verdicts)
    ending = ". Well done." if earned == worth else f"; the same questions again: --seed {seed}"
    lines.append(f"  {earned:>5g} / {worth:<4g} in all{ending}")
    return "\n".join(lines)


def gradescope(name: str, verdicts: list[Verdict], seed: int) -> dict:
    """The dict that Gradescope reads as results.json."""
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


def row(student: str, name: str, verdicts: list[Verdict]) -> dict:
    """A row of the class's table: who, what, points, and the outcome of each task."""
    outcomes = "; ".join(f"{v.task}: {v.outcome}" for v in verdicts if v.outcome != "passed")
    return {
        "student": student,
        "assignment": name,
        "points": sum(v.points for v in verdicts),
        "of": sum(v.worth for v in verdicts),
        "not passed": outcomes,
    }


def row_without_file(student: str, name: str, worth: float) -> dict:
    """The same for who has handed in nothing."""
    return {
        "student": student,
        "assignment": name,
        "points": 0.0,
        "of": worth,
        "not passed": "no file",
    }


def table(rows: list[dict]) -> bytes:
    """The rows as CSV, by student and assignment. It begins with the mark by which spreadsheets
    know UTF-8.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda r: (r["student"], r["assignment"])))
    return text.getvalue().encode("utf-8-sig")
