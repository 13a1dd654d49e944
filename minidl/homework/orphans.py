"""Ends a process together with all processes that it has started, including those that try to
outlive it.

On Linux this process adopts processes whose parents have died: they become children of this
process, and are ended too. On other systems the process group is ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

SET_REAPER, GET_REAPER, SET_DUMPABLE, GET_DUMPABLE = 36, 37, 4, 3
PATIENCE = 10.0  # seconds for the processes to go


class Orphans:
    """Create it before a process is started. Processes that this one has at that moment are left
    alone. Processes that other threads of this one start before `end` are ended too.
    """

    def __init__(self):
        self.linux = sys.platform == "linux"
        if self.linux:
            self.system = ctypes.CDLL(None)
            self.reaper, self.dumpable = ctypes.c_int(0), self.system.prctl(GET_DUMPABLE)
            self.system.prctl(GET_REAPER, ctypes.byref(self.reaper), 0, 0, 0)
            self.system.prctl(SET_REAPER, 1, 0, 0, 0)
            # no process of this user may read this one's memory, where the right answers are
            self.system.prctl(SET_DUMPABLE, 0, 0, 0, 0)
            self.own = children()

    def end(self, process: subprocess.Popen) -> None:
        """Kill the process and all processes that it started, and wait until they have ended."""
        if os.name == "posix":
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        if self.linux:
            self._end_orphans()
        self.let_be()

    def let_be(self) -> None:
        """Restore this process's earlier settings."""
        if self.linux:
            self.system.prctl(SET_REAPER, self.reaper.value, 0, 0, 0)
            self.system.prctl(SET_DUMPABLE, self.dumpable, 0, 0, 0)

    def _end_orphans(self) -> None:
        """Kill the adopted processes. When one is killed, its children are adopted next."""
        end = time.monotonic() + PATIENCE
        while (left := children() - self.own) and time.monotonic() < end:
            for child in left:
                with contextlib.suppress(OSError):
                    os.kill(child, signal.SIGKILL)
            for child in left:
                with contextlib.suppress(OSError):
                    os.waitpid(child, os.WNOHANG)
            time.sleep(0.001)


def children() -> set[int]:
    """Return the processes whose parent is this one (Linux)."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
            # the fields after the name, which may hold spaces and brackets: state, parent, ...
            if int(file.read().rpartition(b")")[2].split()[1]) == os.getpid():
                found.add(int(name))
    return found
