"""Checks a learner's framework: one file after another, up to the first that is not finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..assignments import Assignment
from ..judging import Verdict, check
from ..submissions import COMPANIONS, Submission, content_of
from .path import STEPS, Step

PACKAGE = "mydl"


def find(folder: Path) -> Path:
    """Return the folder that holds the package `mydl`: this one, or `my_framework` in it.
    ValueError if there is none.
    """
    folder = folder.resolve()
    for place in (folder, folder / "my_framework", folder.parent):
        if (place / PACKAGE / "tensor.py").is_file():
            return place
    raise ValueError(
        f"There is no folder {PACKAGE} with your framework in {folder}. Start one with  "
        f"python -m minidl.homework build"
    )


def read(folder: Path) -> dict[str, bytes]:
    """Return the Python files of the package by their paths, "mydl/tensor.py". ValueError for
    links, files that are too long, or too many files.
    """
    found = sorted(p for p in (folder / PACKAGE).rglob("*.py") if "__pycache__" not in p.parts)
    if len(found) > COMPANIONS:
        raise ValueError(
            f"{folder / PACKAGE} has {len(found)} files; {COMPANIONS} are read at most"
        )
    return {path.relative_to(folder).as_posix(): content_of(path) for path in found}


def judge(step: Step, files: dict[str, bytes], seed: int, quiet: bool = False) -> list[Verdict]:
    """Return the verdicts on the tasks of one step."""
    modules = [s.module for s in STEPS]
    names = modules[: modules.index(step.module) + 1]
    # of what comes later nothing is loaded, so that a mistake there does no harm
    lines = [f"import {PACKAGE}", *(f"import {PACKAGE}.{name}" for name in names)]
    if step.module == "training":
        lines += [f"import {PACKAGE}.metrics", f"import {PACKAGE}.batches"]
    entry = "\n".join([*lines, f"package = {PACKAGE}"])
    submission = Submission("submission.py", entry.encode(), files)
    tasks = tuple(replace(task, target="package") for task in step.tasks)
    return check(Assignment(step.file, "", None, tasks), submission, seed, quiet)


def walk(folder: Path, seed: int, quiet: bool = False) -> Iterator[tuple[Step, list[Verdict]]]:
    """Yield (step, its verdicts) up to the first step that does not pass."""
    files = read(folder)
    for step in STEPS:
        verdicts = judge(step, files, seed, quiet)
        yield step, verdicts
        if not passed(verdicts):
            return


def passed(verdicts: list[Verdict]) -> bool:
    """Whether all tasks are passed."""
    return all(v.outcome == "passed" for v in verdicts)
