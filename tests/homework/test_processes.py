"""What a check leaves behind, and what it hides."""

import io
import os
import queue
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest
from small_homework import judged

from minidl.homework import orphans, processes
from minidl.homework.submissions import Submission

pytestmark = pytest.mark.usefixtures("small")

LINUX = sys.platform == "linux"
SUBMISSION = Submission("a.py", b"")


def test_what_is_hidden_is_hidden_in_an_installed_minidl_too(tmp_path, monkeypatch):
    """Beside other packages, which may be read."""
    packages = tmp_path / "site-packages"
    for name in ("minidl/homework/tasks.py", "minidl/datasets/files/labels", "other/thing.py"):
        (packages / name).parent.mkdir(parents=True)
        (packages / name).write_text("kept = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(packages)
    readable = [Path(p) for p in processes.readable()]

    def may_be_read(name):
        return any((packages / name).is_relative_to(p) for p in readable)

    assert may_be_read("other/thing.py")
    assert not may_be_read("minidl/homework/tasks.py")
    assert not may_be_read("minidl/datasets/files/labels")
    assert {str(packages), str(packages / "minidl")} <= set(processes.listed())


LEAVES = """
import ctypes, os, time
def double(x):
    system = ctypes.CDLL(None)
    child = system.fork()
    if child == 0:
        system.setsid()
        if system.fork() == 0:
            time.sleep(30)
        os._exit(0)
    return str(child)
"""


def test_nobody_outlives_the_check():
    """A process of its own session, whose parent has ended."""
    before = orphans.children() if LINUX else set()
    verdict = judged("hw90", "double", LEAVES)
    assert verdict.points == 0
    assert (orphans.children() if LINUX else set()) == before


def test_the_reaper_takes_what_a_child_leaves_behind(tmp_path):
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        f"    {'os.setsid()' if LINUX else 'pass'}\n"
        "    open('late.pid', 'w').write(str(os.getpid()))\n"
        "    time.sleep(1.5)\n"
        "    open('late', 'w')\n"
        "while not os.path.exists('late.pid') or not open('late.pid').read(): time.sleep(0.01)\n"
    )
    reaper = orphans.Orphans()
    process = subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True)
    process.wait()
    reaper.end(process)
    pid = int(Path("late.pid").read_text())
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("it lives")
    assert not Path("late").exists()


def test_what_a_process_says_is_one_short_line():
    assert processes.clean("a\nb\x1b[31mc\u200b안") == "a b [31mc 안"
    assert processes.clean("x" * 701) == "x" * 700 == processes.clean("x" * 700)
    assert processes.clean("abc", 2) == "ab"


def test_the_numbers_of_prctl():
    """As in linux/prctl.h: a subreaper adopts orphans, and nobody reads what is not dumpable."""
    found = orphans.SET_REAPER, orphans.GET_REAPER, orphans.SET_DUMPABLE, orphans.GET_DUMPABLE
    assert found == (36, 37, 4, 3) and orphans.PATIENCE == 10


def test_what_is_read_of_a_folder_with_something_hidden(tmp_path):
    top = tmp_path / "top"
    for name in ("a/b/secret", "a/c", "d"):
        (top / name).mkdir(parents=True)
    secret = (str(top / "a" / "b" / "secret"),)
    found = processes._parts(top, secret)
    assert sorted(found) == [str(top / "a" / "c"), str(top / "d")]
    assert processes._parts(top / "d", secret) == [str(top / "d")]
    assert processes._parts(top / "a" / "b" / "secret", secret) == []


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        ({"not started": "hw01"}, "not started", "hw01"),
        ({"forbidden": "minidl", "crashed": "x"}, "forbidden", "minidl"),
        ({"odd": "a set\n"}, "wrong", "a set "),
        ({"crashed": "x" * 701}, "crashed", "x" * 700),
        ({"crashed": 5}, "crashed", ""),
        ({}, "crashed", ""),
    ],
)
def test_what_an_answer_without_a_value_means(answer, outcome, reason):
    error = processes._fault(answer)
    assert (error.outcome, error.reason, error.ended) == (outcome, reason, False)


def test_the_process_knows_no_secrets(monkeypatch, tmp_path):
    given = {"PATH": "/bin", "Lang": "ko", "DYLD_X": "1", "TOKEN": "s", "HOME": "/root"}
    monkeypatch.setattr(os, "environ", given)
    found = processes._environment(tmp_path)
    threads = {f"{name}_NUM_THREADS" for name in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR")}
    assert {name for name, value in found.items() if value == "1"} == (
        threads | {"VECLIB_MAXIMUM_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "DYLD_X"}
    )
    homes = {name for name, value in found.items() if value == str(tmp_path)}
    assert homes == {"HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"}
    assert (found["PATH"], found["Lang"], found["MPLBACKEND"]) == ("/bin", "ko", "Agg")
    assert len(found) == 16


def test_where_the_student_finds_modules(monkeypatch, tmp_path):
    own = [tmp_path / name for name in ("checkout", "site-packages", "prefix/lib", "prefix")]
    for folder in own:
        folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    numpy = Path(np.__file__).resolve().parents[1]
    monkeypatch.setattr(sys, "path", ["", *map(str, own), str(own[1]), str(numpy)])
    assert processes.import_path() == [*map(str, own[1:]), str(numpy)]


def test_what_comes_too_late_or_is_no_answer(monkeypatch):
    said = queue.Queue()
    pipes = types.SimpleNamespace(stdin=io.BytesIO(), stdout=io.BytesIO())
    for limit, answer, outcome in (
        (60.0, None, "crashed"),
        (0.0, None, "too slow"),
        (60.0, "text", "crashed"),
        (0.0, ..., "too slow"),  # none at all
    ):
        student = processes.Examinee(SUBMISSION, limit, True)
        student.process = pipes
        student._exchange({"load": True}, said)  # the pipe is at its end
        assert said.get_nowait() is None
        monkeypatch.setattr(
            student, "_exchange", lambda m, q, a=answer: None if a is ... else q.put(a)
        )
        with pytest.raises(processes.NoAnswerError) as found:
            student.exchange({"load": True})
        assert (found.value.outcome, found.value.ended) == (outcome, True)
    student = processes.Examinee(SUBMISSION, 60.0, True)
    monkeypatch.setattr(student, "_exchange", lambda m, q: q.put({"value": 3}))
    assert student.exchange({}) == {"value": 3}


def test_a_process_that_cannot_be_started_leaves_nothing(monkeypatch, tmp_path):
    said = []

    class Orphans:
        def let_be(self):
            said.append("as before")

    def start(work, library, quiet):
        raise OSError("no process")

    monkeypatch.setattr(processes, "Orphans", Orphans)
    monkeypatch.setattr(processes, "_start", start)
    monkeypatch.setattr(processes.folders, "library", lambda: tmp_path)
    student = processes.Examinee(SUBMISSION, 60.0, True)
    with pytest.raises(OSError, match="no process"):
        student.__enter__()
    assert said == ["as before"] and not student.folder.exists()


@pytest.mark.parametrize("walled", [True, False])
def test_a_copy_that_may_have_been_changed_is_thrown_away(walled, monkeypatch, tmp_path):
    said, pipes = [], types.SimpleNamespace(stdin=io.BytesIO(), stdout=io.BytesIO())
    monkeypatch.setattr(processes.folders, "discard", lambda: said.append("discarded"))
    student = processes.Examinee(SUBMISSION, 60.0, True)
    student.walled, student.process, student.reader = walled, pipes, None
    student.orphans = types.SimpleNamespace(end=lambda process: said.append(process))
    student.folder = tmp_path / "work"
    student.folder.mkdir()
    student.__exit__(None, None, None)
    assert said == [pipes, *([] if walled else ["discarded"])] and student.printed == ""
    assert pipes.stdin.closed and pipes.stdout.closed and not student.folder.exists()


def test_orphans_are_adopted_and_killed_and_then_all_is_as_before(monkeypatch):
    """As Linux does it: its answers are 7 for the reaper and 1 for what is dumpable."""
    said, seen = [], iter([{1}, {1, 5, 6}, {1, 6}, {1}])

    def prctl(number, *rest):
        said.append((number, *(getattr(n, "value", n) for n in rest)))
        if number == orphans.GET_REAPER:
            rest[0].value = 7
        return 1

    number = lambda value: types.SimpleNamespace(value=value)
    library = types.SimpleNamespace(CDLL=lambda _: types.SimpleNamespace(prctl=prctl))
    library.c_int, library.byref = number, lambda n: n
    monkeypatch.setattr(orphans, "ctypes", library)
    monkeypatch.setattr(orphans, "children", lambda: next(seen))
    names = ("killpg", "kill", "waitpid")
    notes = {name: lambda *a, name=name: said.append((name, *a)) for name in names}
    system = types.SimpleNamespace(name="posix", WNOHANG=9, **notes)
    monkeypatch.setattr(orphans, "os", system)
    monkeypatch.setattr(orphans, "sys", types.SimpleNamespace(platform="linux"))
    monkeypatch.setattr(orphans, "signal", types.SimpleNamespace(SIGKILL="KILL"))
    process = types.SimpleNamespace(pid=4, kill=lambda: said.append("kill"))
    process.wait = lambda: said.append("wait")
    orphans.Orphans().end(process)
    begins = [(3,), (37, 0, 0, 0, 0), (36, 1, 0, 0, 0), (4, 0, 0, 0, 0), ("killpg", 4, "KILL")]
    killed = [("kill", 5, "KILL"), ("kill", 6, "KILL"), ("waitpid", 5, 9), ("waitpid", 6, 9)]
    killed += [("kill", 6, "KILL"), ("waitpid", 6, 9)]
    before = [(36, 7, 0, 0, 0), (4, 1, 0, 0, 0)]
    assert said == [*begins, "kill", "wait", *killed, *before]
