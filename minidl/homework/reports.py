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


def earned(verdicts: list[Verdict]) -> float:
    """All points together."""
    return sum(v.points for v in verdicts)


def not_passed(verdicts: list[Verdict]) -> str:
    """The outcome of each task that has not passed; where there is one reason for all, that."""
    failed = [v for v in verdicts if v.outcome != "passed"]
    if failed and all(v.outcome == "not marked" for v in failed):
        return failed[0].reason
    return "; ".join(f"{v.task}: {v.outcome}" for v in failed)


def row(student: str, name: str, points: float, of: float, said: str, file: str) -> dict:
    """A row of the class's table."""
    return {
        "student": _cell(student),
        "assignment": name,
        "points": points,
        "of": of,
        "not passed": said,
        "file": _cell(file),
    }


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def table(rows: list[dict]) -> bytes:
    """The rows as CSV, by student and assignment. It begins with the mark by which spreadsheets
    know UTF-8.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda r: (r["student"], r["assignment"])))
    return text.getvalue().encode("utf-8-sig")
