"""Makes folders: the one in which the learner begins, and the one with the solution."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ...translation import catalogue, translated
from ..assignments import SHIPPED

SKELETON = Path(__file__).parent / "skeleton"
CORE = SHIPPED.parent / "core"


def skeleton(language: str = "en") -> dict[str, bytes]:
    """Return the files that the learner gets, by their paths, with docstrings and comments in this
    language.
    """
    files = files_in(SKELETON)
    if language == "en":
        return files
    words = catalogue(SHIPPED / language / "framework.po")
    texts = {path: data.decode("utf-8") for path, data in files.items()}
    return {
        path: translated(text, words, code=path.endswith(".py")).encode("utf-8")
        for path, text in texts.items()
    }


def solution() -> dict[str, bytes]:
    """Return the same files with minidl's own core in the place of what the learner writes."""
    around = {path: data for path, data in skeleton().items() if not path.startswith("mydl/")}
    return {**around, **{f"mydl/{path}": data for path, data in files_in(CORE).items()}}


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the contents of the Python and text files in a folder by their paths in it."""
    found = sorted(p for pattern in ("*.py", "*.md") for p in folder.rglob(pattern))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def lay_out(files: dict[str, bytes], folder: Path) -> None:
    """Make a folder with these files, whole or not at all. ValueError if it exists and is not
    empty, or is a file; it then stays as it is.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(
            f"{folder} is already here and not empty. It stays as it is: name another folder."
        )
    folder = Path(os.path.abspath(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.parent / f".minidl-{os.urandom(8).hex()}.part"
    try:
        for path, content in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(content)
        if folder.exists():
            folder.rmdir()  # fails if something has come into it meanwhile
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
