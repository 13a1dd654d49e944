"""What students hand in: how a file is read without trusting it, and whose it is by its name."""

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
    """A file of Python by its name and content, and the files beside it that it may import."""

    name: str
    content: bytes
    companions: dict[str, bytes] = field(default_factory=dict)

    def copy_to(self, folder: Path) -> None:
        """Write all of it into a folder."""
        for name, content in {**self.companions, self.name: self.content}.items():
            (folder / name).write_bytes(content)


def read(path: Path, alone: bool = False) -> Submission:
    """The submission in a file; unless alone, with the other files of Python in its folder.
    ValueError for what is no ordinary file, or too long; OSError if it cannot be read.
    """
    path = Path(path)
    name = path.name if re.fullmatch(r"\w+\.py", path.name) else "submission.py"
    companions: dict[str, bytes] = {}
    for other in [] if alone else sorted(path.parent.glob("*.py")):
        if other.name != path.name and re.fullmatch(r"\w+\.py", other.name):
            try:
                companions[other.name] = _content(other)
            except (ValueError, OSError):
                continue
            if len(companions) == COMPANIONS:
                break
    return Submission(name, _content(path), companions)


def _content(path: Path) -> bytes:
    """The bytes of an ordinary file: a link, a pipe or a device could be anything, and endless."""
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
    """A file that a student has handed in for an assignment."""

    student: str
    assignment: str
    path: Path


def collect(folder: Path, names, skipped: set[Path]) -> tuple[list[HandIn], list[Path]]:
    """(the hand-ins in a folder, the files that are none), both in the order of their paths.

    names: of the assignments. skipped: files and folders to pass by. Links to folders are not
    followed. class/ada/hw01_arrays.py is Ada's; so are class/ada_hw01_arrays.py, hw01_ada.py,
    `ada_hw01_arrays (1).py`, and Canvas's ada_LATE_17_2931_hw01_arrays-1.py.
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
    """(student, assignment) by the name of a file; None if it names no assignment, or several."""
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
    """What stands for an assignment in the name of a file: hw01_arrays, HW01 Arrays, hw1, hw-01."""
    number = re.fullmatch(r"([a-z]+)0*(\d+)_(\w+)", name, re.I)
    if number is None:
        return re.compile(re.escape(name), re.I)
    letters, digits, title = number.groups()
    rest = re.escape(title).replace("_", "[ _-]?")
    # the whole name may stand right behind the student's; the short one is a word of its own
    short = rf"(?<![a-z0-9]){letters}[ _-]?0*{digits}(?![0-9a-z])"
    return re.compile(rf"{letters}[ _-]?0*{digits}[ _-]?{rest}(?![0-9a-z])|{short}", re.I)
