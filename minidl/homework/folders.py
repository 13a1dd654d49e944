"""The folders of the student's process: a copy of minidl, and the working folder."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import tempfile
from pathlib import Path

from .assignments import SHIPPED


@functools.cache
def library() -> Path:
    """Return a folder with a copy of minidl, without this package and without the digits of MNIST,
    which are used in questions. The copy is made once, and removed when this process ends.
    """
    folder, source = Path(tempfile.mkdtemp(prefix="minidl-")).resolve(), SHIPPED.parent
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def without(place, names):
        inside = Path(place)
        left_out = {"homework"} if inside == source else set()
        return left_out | ({"files"} if inside == source / "datasets" else set())

    shutil.copytree(source, folder / "minidl", ignore=without)
    folder.chmod(0o755)
    return folder


def discard() -> None:
    """Remove the copy, because a process that could write to it may have changed it."""
    shutil.rmtree(library(), ignore_errors=True)
    library.cache_clear()


def remove(folder: Path) -> None:
    """Remove a folder and everything in it, as far as possible. Folders may be nested a thousand
    deep. Their contents are first moved up, so that no path is too long and no recursion is needed.
    """
    with contextlib.suppress(OSError):
        while inside := list(os.scandir(folder)):
            for entry in inside:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                for deeper in list(os.scandir(entry.path)):
                    os.rename(deeper.path, folder / os.urandom(8).hex())
                os.rmdir(entry.path)
        os.rmdir(folder)
