"""Submissions: reading a file without trusting it, and finding its student by its name."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 1 << 20  # bytes of a submission
COMPANIONS = 50  # files beside it that go with it


@dataclass(frozen=True)
class Submission:
    """A Python file with its name and content, and the files that it may import: beside it, or
    in a folder there, "mydl/tensor.py".
    """

    name: str
    content: bytes
    companions: dict[str, bytes] = field(default_factory=dict)

    def copy_to(self, folder: Path) -> None:
        """Write all files into a folder."""
        for name, content in {**self.companions, self.name: self.content}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def read(path: Path, alone: bool = False) -> Submission:
    """Read the submission in a file, with the other Python files in its folder unless alone is
    True. ValueError if it is not an ordinary file, or too long; OSError if it cannot be read.
    """
    path = Path(path)
    name = path.name if re.fullmatch(r"\w+\.py", path.name) else "submission.py"
    companions: dict[str, bytes] = {}
    for other in [] if alone else sorted(path.parent.glob("*.py")):
        if other.name != path.name and re.fullmatch(r"\w+\.py", other.name):
            try:
                companions[other.name] = content_of(other)
            except (ValueError, OSError):
                continue
            if len(companions) == COMPANIONS:
                break
    return Submission(name, content_of(path), companions)


def content_of(path: Path) -> bytes:
    """Return the bytes of an ordinary file. Links, pipes and devices are refused, because they
    could lead anywhere or never end.
    """
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise ValueError(f"{path.name} is a link or no ordinary file: hand in the file itself")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError(f"{path.name} is no ordinary file")
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"{path.name} is longer than {LARGEST >> 20} MB: hand in your code alone")
    return content


# --- whose it is


@dataclass(frozen=True)
class HandIn:
    """A file that a student has submitted for an assignment."""

    student: str
    assignment: str
    path: Path


def collect(folder: Path, names, skipped: set[Path]) -> tuple[list[HandIn], list[Path]]:
    """Return (the submissions in a folder, the other files), both sorted by path.

    names: of the assignments. skipped: files and folders to ignore. Links to folders are not
    followed. class/ada/hw01_arrays.py belongs to Ada, and so do class/ada_hw01_arrays.py,
    hw01_ada.py, `ada_hw01_arrays (1).py`, and Canvas's ada_LATE_17_2931_hw01_arrays-1.py.
    """
    found: list[HandIn] = []
    others: list[Path] = []
    for path in sorted(_files(folder, skipped)):
        inside = path.relative_to(folder).parts
        match = _match(path.stem, names) if path.suffix.lower() == ".py" else None
        if match is None:
            others.append(path)
        else:
            student, assignment = match
            found.append(HandIn(inside[0] if len(inside) > 1 else student, assignment, path))
    return found, others


def _files(folder: Path, skipped: set[Path]):
    for where, folders, files in os.walk(folder):
        here = Path(where)
        folders[:] = [
            f for f in folders if not f.startswith((".", "__")) and here / f not in skipped
        ]
        for name in files:
            if not name.startswith(".") and here / name not in skipped:
                yield here / name
        # a link to a folder is not entered, but named
        yield from (here / f for f in folders if (here / f).is_symlink())


def _match(stem: str, names) -> tuple[str, str] | None:
    """Return (student, assignment) for the name of a file; None if it names no assignment, or
    several.
    """
    # copies: "hw01 (1)", "hw01 - Copy", "hw01 copy 2"
    bare = re.sub(r"(\s*\(\d+\)|[ _-]+copy( ?\(?\d+\)?)?)+$", "", stem, flags=re.I)
    matches = {name: m for name in names if (m := _pattern(name).search(bare))}
    if not matches:
        return None
    longest = max(len(m[0]) for m in matches.values())
    matches = {name: m for name, m in matches.items() if len(m[0]) == longest}
    if len(matches) > 1:
        return None
    ((name, found),) = matches.items()
    before, after = bare[: found.start()].strip("_-. "), bare[found.end() :].strip("_-. ")
    # Canvas: the name, perhaps LATE, the student's number, the submission's number
    before = re.sub(r"(?i)(_late)?_(\d+)_\d+$", r"_\2", before)
    return before or after or bare, name


def _pattern(name: str) -> re.Pattern[str]:
    """Return an expression for the spellings of an assignment in file names: hw01_arrays, HW01
    Arrays, hw1, hw-01.
    """
    number = re.fullmatch(r"([a-z]+)0*(\d+)_(\w+)", name, re.I)
    if number is None:
        return re.compile(re.escape(name), re.I)
    letters, digits, title = number.groups()
    rest = re.escape(title).replace("_", "[ _-]?")
    # the whole name may stand right behind the student's; the short one is a word of its own
    short = rf"(?<![a-z0-9]){letters}[ _-]?0*{digits}(?![0-9a-z])"
    return re.compile(rf"{letters}[ _-]?0*{digits}[ _-]?{rest}(?![0-9a-z])|{short}", re.I)
