"""What an assignment is, and where assignments are found: in this folder, and in the folder that
MINIDL_HIDDEN_TESTS names.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..support.registry import unknown

SHIPPED = Path(__file__).parent


@dataclass(frozen=True)
class Task:
    """One thing to write.

    name: the function or class in the student's file, unless `target` names that. points: for it.
    cases: rng -> a list of argument tuples, new ones each time. reference: the right answer to such
    arguments. driver: for classes, driver(the student's class, *arguments) -> plain values; it runs
    in the student's process, which gets its source and what that uses, so it is a function at the
    top of tasks.py. mistakes: pairs (function, hint): who answers as this function does reads the
    hint. forbidden: dotted names in minidl that raise when the student's code calls them. limit:
    seconds. rtol, atol: how close an answer must be.
    judge: where there is no one right answer, judge(answer, *arguments) -> (share of the points
    from 0 to 1, a sentence). examine: where the answer to one question is the next question,
    examine(student, *arguments) -> the same; student.answer(driver, ...) asks in a new process, and
    student.talk(driver, ...) goes on talking (see examining.Student).
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
    """A folder with tasks, by its name (hw02_backprop); `sources` are the files that the tasks come
    from, one for each.
    """

    name: str
    title: str
    stub: Path | None
    tasks: tuple[Task, ...] = ()
    sources: tuple[Path, ...] = field(default=())

    @property
    def points(self) -> float:
        """What all tasks together are worth."""
        return sum(task.points for task in self.tasks)


def find() -> dict[str, Assignment]:
    """All assignments by name. A hidden folder of a known name adds its tasks to it; of a new name,
    it is a new assignment.
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
    """An assignment by its name or the beginning of it: 'hw02' or 'hw02_backprop'. ValueError
    otherwise.
    """
    found = find()
    fitting = [n for n in found if n == name] or [n for n in found if n.split("_")[0] == name]
    if len(fitting) != 1:
        raise ValueError(unknown("assignment", name, found))
    return found[fitting[0]]


def load(path: Path, name: str | None = None):
    """The module in a file, without putting its folder on the path. It sees this package, as
    `minidl.homework`.
    """
    name = name or f"minidl.homework._tasks_{abs(hash(str(path)))}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
