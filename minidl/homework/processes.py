"""The student's process, seen from the checker: starting it, asking it, and ending it with all
processes that it has started.
"""

from __future__ import annotations

import contextlib
import functools
import os
import queue
import site
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, cast

import numpy as np

from . import folders, values
from .assignments import SHIPPED
from .orphans import Orphans
from .printed import Printed
from .submissions import Submission

# sys.path comes with the arguments; its last entry is where this package is found as `homework`
START = "import sys; sys.path[:] = sys.argv[1:]; from homework.child import main; main()"
ONE_THREAD = ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR")
KEPT = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
INSTALLED = ("site-packages", "dist-packages")
# what Python, NumPy and picture libraries look at
SYSTEM = (
    *("/usr", "/lib", "/lib64", "/dev/urandom", "/dev/random", "/dev/zero", "/etc/ld.so.cache"),
    *("/etc/localtime", "/etc/mime.types", "/etc/fonts", "/sys/devices/system/cpu"),
    *("/System/Library", "/Library/Fonts", "C:\\Windows\\Fonts"),
)


class NoAnswerError(Exception):
    """The student's process returned no value. outcome: crashed, too slow, forbidden, not started
    or wrong. reason: a sentence, or "" for the usual one. ended: whether the process can answer no
    more.
    """

    def __init__(self, outcome: str, reason: str = "", ended: bool = False):
        super().__init__(reason)
        self.outcome, self.reason, self.ended = outcome, reason, ended


class Examinee:
    """A process with the student's code, for a with-block. At its end all processes that it has
    started are ended. `start` and `ask` raise NoAnswerError. printed: afterwards, what it printed.
    """

    printed = ""

    def __init__(self, submission: Submission, limit: float, quiet: bool):
        self.submission, self.limit, self.quiet = submission, limit, quiet
        self.deadline = time.monotonic() + limit

    def __enter__(self) -> Examinee:
        self.folder = Path(tempfile.mkdtemp(prefix="minidl-")).resolve()
        try:
            self.folder.chmod(0o711)
            self.work, self.library, self.walled = self.folder / "work", folders.library(), False
            self.submission.copy_to(self.work)
            self.orphans = Orphans()
            try:
                self.process = _start(self.work, self.library, self.quiet)
            except BaseException:
                self.orphans.let_be()
                raise
        except BaseException:
            folders.remove(self.folder)
            raise
        self.reader = Printed(self.process.stderr) if self.process.stderr else None
        return self

    def __exit__(self, *error) -> None:
        self.orphans.end(self.process)
        self.printed = self.reader.text() if self.reader else ""
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                cast(IO[bytes], pipe).close()
        folders.remove(self.folder)
        if not self.walled:
            folders.discard()

    def start(self, task: dict) -> list[str]:
        """Send what is examined, and let the process load the submission. Returns the names of
        other tasks that it calls, according to the process.
        """
        task = {
            **task,
            "file": self.submission.name,
            "work": str(self.work),
            "readable": [str(self.library), *readable()],
            "listed": listed(),
            "limit": self.limit,
        }
        # whether the kernel keeps the process from files: said before the student's code runs
        self.walled = self.exchange(task).get("walled") is True
        loaded = self.exchange({"load": True})
        if loaded.get("ready") is not True:
            raise _fault(loaded)
        calls = loaded.get("calls")
        return [c for c in calls if isinstance(c, str)] if isinstance(calls, list) else []

    def ask(self, question: dict) -> dict:
        """Return the answer to a question: {"value": ..., "arguments": ...}."""
        answer = self.exchange(question)
        if "value" not in answer:
            raise _fault(answer)
        return answer

    def exchange(self, message: dict) -> dict:
        """Send a message and return the next one that arrives before the deadline."""
        said: queue.Queue = queue.Queue()
        threading.Thread(target=self._exchange, args=(message, said), daemon=True).start()
        try:
            answer = said.get(timeout=max(0.0, self.deadline - time.monotonic()))
        except queue.Empty:
            raise NoAnswerError("too slow", ended=True) from None
        if isinstance(answer, dict):
            return answer
        if time.monotonic() >= self.deadline:
            raise NoAnswerError("too slow", ended=True)
        raise NoAnswerError("crashed", ended=True)

    def _exchange(self, message: dict, said: queue.Queue) -> None:
        try:
            values.send(self.process.stdin, message)
            said.put(values.receive(self.process.stdout))
        except (ValueError, OSError, EOFError, MemoryError):
            said.put(None)  # the process has ended, or sends what is no answer


def _fault(answer: dict) -> NoAnswerError:
    """Return the error for an answer without a value."""
    for outcome, becomes in (
        *(("not started", "not started"), ("forbidden", "forbidden")),
        *(("odd", "wrong"), ("crashed", "crashed")),
    ):
        said = answer.get(outcome)
        if isinstance(said, str):
            return NoAnswerError(becomes, clean(said))
    return NoAnswerError("crashed")


def clean(text: str, longest: int = 700) -> str:
    """Return a text of the student as one short line without control characters."""
    return "".join(c if c.isprintable() else " " for c in text[:longest])


# --- starting


def _start(work: Path, library: Path, quiet: bool) -> subprocess.Popen:
    """Start the process, which waits for the description of what is examined."""
    way = [str(library), *import_path(), str(SHIPPED.parent)]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-u", "-X", "utf8", "-c", START, *way],
        cwd=work,
        env=_environment(work),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else subprocess.PIPE,
        start_new_session=True,
    )


def _environment(work: Path) -> dict[str, str]:
    """Return the environment variables of the process: no passwords, one thread, and a home in the
    working folder.
    """
    kept = {k: v for k, v in os.environ.items() if k.upper() in KEPT or k.startswith("DYLD_")}
    home = {name: str(work) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")}
    threads = {f"{name}_NUM_THREADS": "1" for name in ONE_THREAD}
    return {**kept, **home, **threads, "VECLIB_MAXIMUM_THREADS": "1", "MPLBACKEND": "Agg"}


def import_path() -> list[str]:
    """Return the folders in which the student's code finds modules: Python's own and those of
    installed packages. They exclude a checkout of minidl, the present folder, and other entries of
    this process's path.
    """
    folders = dict.fromkeys(Path(p).resolve() for p in sys.path if p)
    python = [Path(p).resolve() for p in (sys.prefix, sys.base_prefix)]
    numpy = Path(np.__file__).resolve().parents[1]
    return [
        str(f)
        for f in folders
        if f == numpy or f.name in INSTALLED or any(f.is_relative_to(p) for p in python)
    ]


def hidden() -> list[str]:
    """Return the folders with references and hidden tests: this package, and every copy of it."""
    folders = [*sys.path, *site.getsitepackages(), site.getusersitepackages()]
    packages = [Path(f or ".").resolve() / "minidl" for f in folders]
    found = [SHIPPED.resolve(), *(p / "homework" for p in packages)]
    found += [p / "datasets" / "files" for p in packages]
    if tests := os.environ.get("MINIDL_HIDDEN_TESTS"):
        found.append(Path(tests).resolve())
    return sorted({str(p) for p in found if p.is_dir()})


def readable() -> list[str]:
    """Return what the student's process may read, without what is hidden."""
    return _without(tuple(import_path()), tuple(hidden()))


def listed() -> list[str]:
    """Return folders whose file names may be listed, but not read, because something in them is
    hidden.
    """
    roots = [Path(f) for f in (*SYSTEM, sys.base_prefix, *import_path())]
    above = {parent for secret in hidden() for parent in Path(secret).parents}
    return sorted(str(p) for p in above if any(p.is_relative_to(r) for r in roots))


@functools.lru_cache
def _without(folders: tuple[str, ...], secret: tuple[str, ...]) -> list[str]:
    return [p for f in (*SYSTEM, sys.base_prefix, *folders) for p in _parts(Path(f), secret)]


def _parts(folder: Path, secret: tuple[str, ...]) -> list[str]:
    """Return the folder itself, or its contents if something hidden is among them."""
    if str(folder) in secret:
        return []
    if not any(Path(s).is_relative_to(folder) for s in secret):
        return [str(folder)]
    return [part for child in folder.iterdir() for part in _parts(child, secret)]
