"""What a check leaves behind, and what it hides."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_homework import judged

from minidl.homework import orphans, processes

pytestmark = pytest.mark.usefixtures("small")

LINUX = sys.platform == "linux"


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
