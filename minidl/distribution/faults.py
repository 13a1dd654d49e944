"""What happens when one of several processes fails: all end, with one message that names it.

A process that raises says so and ends the others. A process that is killed can say nothing, so a
small program beside them watches (watcher.py).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from typing import Any

import numpy as np

from . import watcher

# Seconds. In each of them another process says what happened, and this one is ended.
_LET_ANOTHER_SPEAK = 10.0
_LET_THE_WATCHER_SPEAK = 3.0


class Faults:
    """Ends all processes of a team together. It looks at what nothing has caught, also outside of
    fit.

    folder: where the processes of one machine agree who says what happened.
    """

    def __init__(self, comm):
        self.comm, self.failed = comm, False
        name = os.path.join(tempfile.gettempdir(), f"minidl-{os.urandom(8).hex()}")
        self.folder: str = comm.from_first(name)
        os.makedirs(self.folder, exist_ok=True)
        self._watcher: Any = None  # the program, which one process of each machine starts
        self._to_watcher: Any = None

    def watch(self, goodbye) -> None:
        """Look at errors and at the end of the script from now on. goodbye: a function that waits
        for the other processes at the end.
        """
        self._connect()
        sys.excepthook = lambda kind, error, trace: self.end(error, caught=False)
        threading.excepthook = lambda args: self.end(args.exc_value, caught=False)
        self._goodbye = goodbye
        atexit.register(self._leave)

    def end(self, error, caught: bool = True) -> None:
        """Say what happened, unless another process does, and end all processes. caught: whether
        the error was caught on its way, so that its traceback begins here.
        """
        if self.failed or isinstance(error, SystemExit):
            return
        self.failed = True
        stopped = isinstance(error, KeyboardInterrupt)
        sys.stdout.flush()
        if type(error).__module__.startswith("mpi4py"):  # an exchange failed: another has ended
            time.sleep(_LET_THE_WATCHER_SPEAK)
        if watcher.may_speak(self.folder):
            sys.stderr.write(self._story(error, stopped, caught))
            sys.stderr.flush()
        else:
            time.sleep(_LET_ANOTHER_SPEAK)
        self.comm.abort(130 if stopped else 1)

    def _story(self, error, stopped: bool, caught: bool) -> str:
        size, who = self.comm.size, f"process {self.comm.rank} of {self.comm.size}"
        if stopped:
            return f"\nminidl: stopped by Ctrl-C; all {size} processes end.\n"
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        if caught and error.__traceback__ is not None:  # the lines that led to the place
            lines[1:1] = traceback.format_stack(error.__traceback__.tb_frame.f_back)
        kind = type(error).__name__
        return f"\n{''.join(lines)}minidl: {who} raised {kind}, so all {size} end.\n"

    def _connect(self) -> None:
        """Start the watcher, on each machine from the process with the lowest number, and connect
        to it.
        """
        host = np.frombuffer(socket.gethostname().encode()[:64].ljust(64), np.uint8)
        hosts = self.comm.gather(host.astype(np.int64))
        here = [p for p, other in enumerate(hosts) if (other == host).all()]
        watched = hasattr(socket, "AF_UNIX")
        if watched and here[0] == self.comm.rank:
            arguments = [self.folder, str(self.comm.size), str(len(here))]
            self._watcher = subprocess.Popen(
                [sys.executable, "-S", "-E", watcher.__file__, *arguments],
                stdout=subprocess.PIPE,
                start_new_session=True,  # it must outlive the others
            )
            self._watcher.stdout.read(1)  # it can be reached now
        self.comm.gather(host.astype(np.int64))  # and the others may know
        if watched:
            self._to_watcher = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(OSError):  # without the watcher nobody names who was killed
                self._to_watcher.connect(os.path.join(self.folder, "socket"))
                self._to_watcher.sendall(f"{self.comm.rank} {os.getpid()}\n".encode())

    def _leave(self) -> None:
        """Wait for the others at the end of the script, and let the watcher go."""
        if self.failed:
            return
        try:
            self._goodbye()
        except BaseException as error:
            self.end(error)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if self._to_watcher is not None:
                self._to_watcher.sendall(b".")
                self._to_watcher.close()
            if self._watcher is not None:
                self._watcher.communicate(timeout=_LET_ANOTHER_SPEAK)
