"""Checks in a notebook, or in an editor's interactive window: `minidl.homework.check("hw02")`
grades the functions and classes that were defined there.

What a task asks for is copied into a submission, with all that it uses: other functions, imports,
and plain values. Nothing else of the notebook is run, and judging is that of the command line.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from typing import Any

from ..support import console
from . import assignments, gathering, judging, reports
from .submissions import Submission


@dataclass(frozen=True)
class Result:
    """The verdicts on an assignment, one a task."""

    name: str
    verdicts: list[judging.Verdict]
    seed: int

    @property
    def points(self) -> float:
        """The points that were earned."""
        return reports.earned(self.verdicts)

    @property
    def worth(self) -> float:
        """The points of all tasks."""
        return sum(v.worth for v in self.verdicts)

    @property
    def passed(self) -> bool:
        """Whether every task is right."""
        return self.points == self.worth

    def __repr__(self) -> str:
        said = reports.not_passed(self.verdicts)
        return f"<{self.name}: {self.points:g} of {self.worth:g} points{said and '; ' + said}>"


def check(name: str, namespace: dict[str, Any] | None = None, seed: int | None = None) -> Result:
    """Grade what the caller has defined, and print the report. Returns the result.

    name: "hw02". namespace: a dict of names; if left out, the caller's: in a cell that is the whole
    notebook. seed: ask the same questions as a run that printed this seed. ValueError if the source
    of something that is asked for cannot be found.
    """
    assignment = assignments.get(name)
    here = sys._getframe(1).f_globals if namespace is None else namespace
    wanted = list(dict.fromkeys(task.target or task.name for task in assignment.tasks))
    text, places = gathering.source(wanted, here)
    seed = judging.seed(seed)
    submission = Submission(f"{assignment.name}.py", text.encode("utf-8"))
    verdicts = judging.check(assignment, submission, seed)
    verdicts = [replace(v, reason=_placed(v.reason, places)) for v in verdicts]
    console.say(_report(assignment.name, verdicts, seed))
    return Result(assignment.name, verdicts, seed)


def _placed(reason: str, places: dict[int, tuple[str, int]]) -> str:
    """Return the reason with lines of what was copied as lines of the learner's functions."""

    def named(found):
        place = places.get(int(found[1]))
        return f"(line {place[1]} of {place[0]}" if place else found[0]

    return re.sub(r"\(line (\d+)", named, reason)


def _report(name: str, verdicts, seed: int) -> str:
    """Return the text of the command line, with the call that repeats the questions."""
    return reports.text(name, verdicts, seed).replace(f"--seed {seed}", f"check(..., seed={seed})")
