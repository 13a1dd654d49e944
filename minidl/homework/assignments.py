"""Assignments: what they consist of, and where they are found: in this folder, and in the folder
named by MINIDL_HIDDEN_TESTS.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..support.registry import unknown
from ..translation import catalogue, translated

SHIPPED = Path(__file__).parent
# English, and the languages of the folders that hold catalogues
LANGUAGES = ("en", *sorted({p.parent.name for p in SHIPPED.glob("*/*.po")}))


@dataclass(frozen=True)
class Task:
    """One function or class to write.

    name: of the function or class in the student's file, unless `target` names it. points: for the
    task. cases: rng -> a list of argument tuples, new ones each time. reference: a function that
    computes the right answer for such arguments. driver: for classes, driver(the student's class,
    *arguments) -> plain values; it runs in the student's process, which receives its source and
    what the source uses, so it must be a function at the top of tasks.py. mistakes: pairs
    (function, hint); a student whose answer equals that of the function gets the hint. forbidden:
    dotted names in minidl that raise an error when the student's code calls them. limit: seconds.
    rtol, atol: tolerances of the comparison.
    judge: for tasks with several right answers, judge(answer, *arguments) -> (share of the points
    from 0 to 1, a sentence). examine: for tasks in which each question depends on the answer
    before, examine(student, *arguments) -> the same. student.answer(driver, ...) asks in a new
    process, and student.talk(driver, ...) continues a conversation (see examining.Student).
    """

    name: str
    points: float
    cases: Callable[[Any], list[tuple]]
    reference: Callable | None = None
    driver: Callable | None = None
    mistakes: tuple = ()
    forbidden: tuple[str, ...] = ()
    limit: float = 20.0
    rtol: float = 1e-6
    atol: float = 1e-9
    judge: Callable | None = None
    examine: Callable | None = None
    target: str = ""


@dataclass(frozen=True)
class Assignment:
    """A folder with tasks, with its name (hw02_backprop). `sources` are the files of the tasks."""

    name: str
    title: str
    stub: Path | None
    tasks: tuple[Task, ...] = ()
    sources: tuple[Path, ...] = field(default=())

    @property
    def points(self) -> float:
        """The points of all tasks together."""
        return sum(task.points for task in self.tasks)

    def words(self, language: str) -> dict[str, str]:
        """Return the catalogue of the title and the stub in this language. It may be empty."""
        path = SHIPPED / language / f"{self.name}.po"
        return catalogue(path) if path.is_file() else {}

    def title_in(self, language: str) -> str:
        """Return the title in this language; in English if it has not been translated."""
        return self.words(language).get(self.title, self.title)

    def stub_in(self, language: str) -> str:
        """Return the file that students begin with. Its docstrings and comments are in this
        language.
        """
        if self.stub is None:
            raise ValueError(f"{self.name} has no stub to start from.")
        words = self.words(language)
        if language != "en" and not words:
            raise ValueError(f"{self.name} is not there in {language!r}. Leave --language out.")
        return translated(self.stub.read_text(encoding="utf-8"), words, code=True)


def find() -> dict[str, Assignment]:
    """Return all assignments by name. A hidden folder with a known name adds its tasks to that
    assignment; with a new name it is a new assignment.
    """
    found: dict[str, Assignment] = {}
    hidden = os.environ.get("MINIDL_HIDDEN_TESTS")
    for root in (SHIPPED, *([Path(hidden)] if hidden else [])):
        if not root.is_dir():
            raise FileNotFoundError(
                f"MINIDL_HIDDEN_TESTS names the folder {root}, which does not exist."
            )
        for folder in sorted(p for p in root.iterdir() if (p / "tasks.py").is_file()):
            found[folder.name] = _extended(found.get(folder.name), folder)
    return found


def _extended(known: Assignment | None, folder: Path) -> Assignment:
    source = folder / "tasks.py"
    module = load(source)
    tasks, stub = tuple(module.TASKS), folder / "stub.py"
    title = (module.__doc__ or folder.name).strip().splitlines()[0]
    if known is None:
        return Assignment(
            folder.name, title, stub if stub.is_file() else None, tasks, (source,) * len(tasks)
        )
    return Assignment(
        known.name,
        known.title,
        known.stub,
        known.tasks + tasks,
        known.sources + (source,) * len(tasks),
    )


def get(name: str) -> Assignment:
    """Return an assignment by its name or the beginning of its name: 'hw02' or 'hw02_backprop'.
    ValueError otherwise.
    """
    found = find()
    fitting = [n for n in found if n == name] or [n for n in found if n.split("_")[0] == name]
    if len(fitting) != 1:
        raise ValueError(_no_assignment(name, found))
    return found[fitting[0]]


def _no_assignment(name: str, found) -> str:
    """Return the message for an unknown name. The number alone finds the name: hw1, HW 1, 1."""
    number = re.fullmatch(r"\D*(\d+)", name)
    short = f"hw{int(number[1]):02d}" if number else ""
    if short in (n.split("_")[0] for n in found):
        return f"Unknown assignment {name!r}. Did you mean '{short}'?"
    return unknown("assignment", name, found)


def load(path: Path, name: str | None = None):
    """Import the module in a file without adding its folder to sys.path. The module can import this
    package as `minidl.homework`.
    """
    name = name or f"minidl.homework._tasks_{abs(hash(str(path)))}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
