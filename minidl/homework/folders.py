"""The folders of the student's process: its copy of minidl, and how its work is removed."""

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
    """A folder with a copy of minidl, without this package and without the digits of MNIST, which
    are examination questions. The copy is made once, and taken away when this process ends.
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
    """Throw the copy away: a process that could write to it may have changed it."""
    shutil.rmtree(library(), ignore_errors=True)
    library.cache_clear()


def remove(folder: Path) -> None:
    """Remove a folder and all in it, as far as possible. Folders in it may lie a thousand deep:
    what is in them is first moved up, so that no path is too long and nothing calls itself.
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
