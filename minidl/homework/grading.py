"""Grading a class. Every submission is read before the first one runs, and a row is written as soon
as it is known.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ..support import console
from ..support.disk import write_atomically
from . import assignments, judging, reports, submissions
from .processes import clean


@dataclass
class Work:
    """What one student has submitted for one assignment: a submission for each file, or the reason
    why there is none.
    """

    student: str
    assignment: str
    files: dict[str, submissions.Submission | str] = field(default_factory=dict)


class Classroom:
    """A folder of submissions, the table of points, and the folder of feedback."""

    def __init__(self, folder: Path, table: Path, feedback: Path, seed: int):
        self.folder, self.table, self.feedback = map(
            Path, map(os.path.abspath, (folder, table, feedback))
        )
        self.seed, self.known = seed, assignments.find()
        self.rows: list[dict] = []
        self.said: dict[str, dict] = {}  # student -> assignment -> (text, results)
        self.names: dict[str, str] = {}  # student -> name of the feedback files
        found, self.unmatched = submissions.collect(
            self.folder, self.known, {self.table, self.feedback}
        )
        self.works = self._read(found)

    def _read(self, found: list[submissions.HandIn]) -> list[Work]:
        """Return the files of each student together. Ada and ada are the same student."""
        works: dict[tuple[str, str], Work] = {}
        for hand_in in found:
            student = clean(hand_in.student)
            key = student.casefold(), hand_in.assignment
            work = works.setdefault(key, Work(student, hand_in.assignment))
            name = clean(hand_in.path.relative_to(self.folder).as_posix())
            try:
                alone = hand_in.path.parent == self.folder  # the files beside it are of others
                work.files[name] = submissions.read(hand_in.path, alone)
            except (ValueError, OSError) as error:
                work.files[name] = clean(str(error))
        return list(works.values())

    def mark(self) -> None:
        """Grade all submissions, and write the table and the feedback after each one."""
        for work in self.works:
            row, text, results = self._mark(work)
            self.rows.append(row)
            self.said.setdefault(work.student.casefold(), {})[work.assignment] = text, results
            self._write(work.student)
            console.say(
                f"{work.student:20s} {work.assignment:18s} {row['points']:g} / {row['of']:g}"
            )
        missing = self.missing()
        self.rows += [
            reports.row(s, a, 0.0, self.known[a].points, "no file", "") for s, a in missing
        ]
        self._write()

    def _mark(self, work: Work) -> tuple[dict, str, dict]:
        """Return (row, feedback, results) of a student; the best of the files counts."""
        assignment = self.known[work.assignment]
        best, chosen = None, ""
        for name, submission in work.files.items():
            verdicts = self._verdicts(assignment, submission)
            if best is None or reports.earned(verdicts) > reports.earned(best):
                best, chosen = verdicts, name
        assert best is not None
        several = f"The best of {len(work.files)} files counts: {chosen}\n"
        text = (several if len(work.files) > 1 else "") + reports.text(
            assignment.name, best, self.seed
        )
        row = reports.row(
            work.student,
            assignment.name,
            reports.earned(best),
            assignment.points,
            reports.not_passed(best),
            chosen if len(work.files) == 1 else f"{chosen} (best of {len(work.files)})",
        )
        return row, text, reports.gradescope(assignment.name, best, self.seed)

    def _verdicts(self, assignment, submission) -> list[judging.Verdict]:
        """Return the verdicts on a submission. An unexpected error becomes a verdict too."""
        reason = submission
        if isinstance(submission, submissions.Submission):
            try:
                return judging.check(assignment, submission, self.seed, quiet=True)
            except Exception as error:  # nothing that one student does stops the rest
                reason = clean(f"could not be marked: {type(error).__name__}: {error}")
        return [
            judging.Verdict(t.name, "not marked", 0.0, t.points, reason) for t in assignment.tasks
        ]

    def missing(self) -> list[tuple[str, str]]:
        """Return pairs (student, assignment's name) that are missing: assignments that others have
        submitted, for students who have a folder or have submitted something.
        """
        own = {self.feedback.name} if self.feedback.parent == self.folder else set()
        students = {clean(p.name) for p in self.folder.iterdir() if p.is_dir()} - own
        known = {s.casefold(): s for s in students if s[0] not in "._"}
        known.update({w.student.casefold(): w.student for w in self.works})
        handed_in = {(w.student.casefold(), w.assignment) for w in self.works}
        names = {w.assignment for w in self.works}
        return [(known[s], n) for s in known for n in names if (s, n) not in handed_in]

    def _write(self, student: str = "") -> None:
        with write_atomically(self.table) as file:
            file.write(reports.table(self.rows))
        if not student:
            return
        self.feedback.mkdir(parents=True, exist_ok=True)
        said = self.said[student.casefold()]
        texts, results = zip(*said.values())
        stem = self._file_name(student)
        for name, content in (
            (f"{stem}.txt", "\n\n".join(texts) + "\n"),
            (
                f"{stem}.json",
                json.dumps({"student": student, **dict(zip(said, results))}, indent=2),
            ),
        ):
            with write_atomically(self.feedback / name) as file:
                file.write(content.encode("utf-8"))

    def _file_name(self, student: str) -> str:
        """Return a name for the student's feedback that every system accepts and no other student
        has.
        """
        key = student.casefold()
        if key not in self.names:
            plain = re.sub(r"[^\w -]", "_", student).strip()[:80] or "student"
            taken, number, name = {n.casefold() for n in self.names.values()}, 2, plain
            while name.casefold() in taken:
                name, number = f"{plain}-{number}", number + 1
            self.names[key] = name
        return self.names[key]


def refuse_its_own_folder(folder: Path) -> None:
    """Raise ValueError if Python looks for modules in the folder of submissions, because they would
    then run in this process.
    """
    place = folder.resolve()
    if any(Path(p or ".").resolve().is_relative_to(place) for p in sys.path):
        raise ValueError(
            f"Python looks for its modules in {folder}, where a hand-in could be called json.py. "
            "Run this from another folder."
        )
