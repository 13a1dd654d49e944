"""What a check leaves behind, and what it hides."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minidl.homework import assignments, examining, judging, orphans, processes, submissions

LINUX = sys.platform == "linux"

SMALL = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, limit=20)]
'''


@pytest.fixture(autouse=True)
def a_small_assignment(tmp_path, monkeypatch):
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    monkeypatch.chdir(tmp_path)


def judged(name, task, code):
    """The verdict on one task."""
    assignment = assignments.get(name)
    (asked,) = [t for t in assignment.tasks if t.name == task]
    submission = submissions.Submission("answer.py", code.encode())
    student = examining.Student(asked, [t.name for t in assignment.tasks], submission, True)
    return judging.judge(asked, student, 0)


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
