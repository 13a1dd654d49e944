"""What a run says when one of its processes fails or is killed. Real processes are in
tests/processes.
"""

import io
import os
import socket
import subprocess
import sys
import threading
import types

import numpy as np
import pytest

from minidl.distribution import faults, watcher


class Team:
    """A communicator of one process, of which three are said to be."""

    def __init__(self):
        self.rank, self.size, self.aborted = 0, 1, []

    def from_first(self, thing):
        return thing

    def gather(self, values):
        return values[None]

    def abort(self, code):
        self.aborted.append(code)


@pytest.fixture
def fault(monkeypatch, tmp_path):
    monkeypatch.setattr(faults.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(faults.time, "sleep", lambda seconds: slept.append(seconds))
    slept = []
    made = faults.Faults(Team())
    made.slept = slept
    assert os.path.isdir(made.folder) and os.path.basename(made.folder).startswith("minidl-")
    return made


def raised(kind, words="too bad"):
    try:
        raise kind(words)
    except kind as error:
        return error


def test_one_of_them_tells_what_happened(fault, capsys):
    fault.end(SystemExit(0))
    assert not fault.failed
    fault.end(raised(ValueError))
    said = capsys.readouterr().err
    assert "ValueError: too bad" in said and "in raised" in said
    led_to_it = said.index("in test_one_of_them_tells_what_happened")
    assert said.index("Traceback") < led_to_it < said.index("in raised")
    assert said.endswith("minidl: process 0 of 1 raised ValueError, so all 1 end.\n")
    assert fault.comm.aborted == [1] and fault.slept == []
    fault.end(raised(KeyError))  # once
    assert capsys.readouterr().err == "" and fault.comm.aborted == [1]


def test_others_wait_for_the_one_that_speaks(fault, capsys):
    assert watcher.may_speak(fault.folder)
    elsewhere = type("Exception", (Exception,), {"__module__": "mpi4py.MPI"})
    fault.end(elsewhere())
    assert capsys.readouterr().err == ""
    assert fault.slept == [3.0, 10.0] and fault.comm.aborted == [1]


def test_ctrl_c_and_what_nothing_caught(fault, capsys):
    fault.end(raised(KeyboardInterrupt))
    assert capsys.readouterr().err == "\nminidl: stopped by Ctrl-C; all 1 processes end.\n"
    assert fault.comm.aborted == [130]
    text = fault._story(raised(ValueError), False, False)
    assert "in raised" in text and "in test_ctrl_c" not in text


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no sockets in files")
def test_the_watcher_sees_a_good_end(fault, monkeypatch, capfd):
    hooks, left = [], []
    monkeypatch.setattr(faults.atexit, "register", hooks.append)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    fault.watch(lambda: left.append("goodbye"))
    process = fault._watcher
    assert process.poll() is None
    hooks[0]()
    assert left == ["goodbye"] and process.returncode == 0 and not os.path.exists(fault.folder)
    os.makedirs(fault.folder)
    sys.excepthook(ValueError, raised(ValueError), None)
    assert fault.failed and fault.comm.aborted == [1]
    hooks[0]()  # after a failure nobody waits
    assert left == ["goodbye"]
    fault.failed = False
    os.unlink(os.path.join(fault.folder, "said"))
    threading.excepthook(types.SimpleNamespace(exc_value=raised(KeyError)))
    said = capfd.readouterr().err
    assert "ValueError: too bad" in said and "KeyError: 'too bad'" in said
    assert "was killed" not in said
    assert "in test_the_watcher" not in said and fault.comm.aborted == [1, 1]
    fault.failed = False
    fault._goodbye = lambda: raised(OSError).nowhere  # another has ended
    hooks[0]()
    assert fault.failed and fault.comm.aborted == [1, 1, 1]


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no sockets in files")
def test_one_process_of_each_machine_starts_a_watcher(fault):
    team = Team()
    team.rank, team.size, team.from_first = 1, 2, lambda thing: fault.folder
    met = []
    team.gather = lambda values: met.append(1) or np.stack([values, values])
    second = faults.Faults(team)
    second._connect()
    second._to_watcher.close()
    assert len(met) == 2, "before and after the watcher can be reached"
    assert second._watcher is None and second.folder == fault.folder


@pytest.mark.parametrize("late", [False, True])
def test_the_watcher_leaves_nothing(tmp_path, monkeypatch, late, capsys):
    folder, memory = tmp_path / "run", tmp_path / "mpich_1"
    folder.mkdir()
    memory.touch()

    def watch(place, count, shared):
        assert (place, count) == (str(folder / "socket"), 2)
        shared |= {str(memory), str(tmp_path / "gone")}
        if late:
            folder.rmdir()
            raise TimeoutError
        return ""

    monkeypatch.setattr(watcher, "watch", watch)
    watcher.main(str(folder), "3", "2")
    assert list(tmp_path.iterdir()) == [] and capsys.readouterr().err == ""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="a process lists its memory on Linux")
def test_the_watcher_names_who_was_killed(tmp_path):
    folder = str(tmp_path / "run")
    os.makedirs(folder)
    program = subprocess.Popen(
        [sys.executable, watcher.__file__, folder, "5", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout.read(1) == b"."
    ends = [socket.socket(socket.AF_UNIX) for _ in range(2)]
    for number, end in enumerate(ends):
        end.connect(os.path.join(folder, "socket"))
        end.sendall(f"{number} {os.getpid()}\n".encode())
    ends[0].sendall(b".")
    ends[1].close()  # without a dot
    said = program.communicate(timeout=30)[1].decode()
    ends[0].close()
    assert said == (
        f"\nminidl: process 1 of 5 (pid {os.getpid()}) was killed, perhaps by the system for want "
        "of memory, so all 5 end.\n"
    )
    assert not os.path.exists(folder) and program.returncode == 0
    assert watcher.shared_memory_of("no such") == set()


def test_shared_memory_that_a_killed_process_leaves(monkeypatch):
    lines = "7f0 rw-s 0 00:1 9 /dev/shm/mpich_1\n7f1 rw-p 0\n7f2 r--p 0 00:1 3 /lib/libc.so\n"
    monkeypatch.setattr(watcher, "open", lambda *a, **k: io.StringIO(lines), raising=False)
    assert watcher.shared_memory_of("1") == {"/dev/shm/mpich_1"}
