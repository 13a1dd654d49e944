"""Submissions that want more than they have earned: forged answers, and attempts to leave the
process. The slow ones are in tests/slow; a class of hand-ins is in test_homework_class.py.
"""

import ctypes
import platform
import re
import subprocess
import sys

import pytest
from forged import PROBES
from places import ROOT

from minidl.homework import assignments, examining, fence, processes, submissions, syscalls

pytestmark = pytest.mark.usefixtures("small")

HOMEWORK = ROOT / "minidl" / "homework"

LINUX = sys.platform == "linux"

# --- out of the process: many attempts in one

IN_PYTHON = re.findall(r"^def ([a-z_]+)\(\):", PROBES.split("# with the C library")[0], re.M)
IN_C = re.findall(r"^def (c_\w+)", PROBES, re.M)


def landlock():
    """Whether this machine's kernel has it."""
    ask = fence.CREATE_RULESET, None, 0, 1
    return LINUX and ctypes.CDLL(None).syscall(*ask) > 0


def probe(double, names):
    return double(names)


def test_nothing_leads_out_of_the_process():
    assert len(IN_PYTHON) >= 19 and len(IN_C) >= 14
    add_key = syscalls.REFUSED["add_key"][platform.machine() == "aarch64"]
    code = PROBES.format(homework=str(HOMEWORK), checkout=str(ROOT), add_key=add_key)
    submission = submissions.Submission("answer.py", code.encode())
    (task,) = assignments.get("hw90").tasks
    student = examining.Student(task, [], submission, True)
    with student.process(probe) as process:
        # without walls in the kernel the README promises Python's refusals alone
        assert process.walled == landlock()
        names = IN_PYTHON + (IN_C if process.walled else [])
        found = process.ask({"call": (names,), "echo": False})["value"]
    assert {name: kind for name, kind in found.items() if kind == "done"} == {}
    assert set(found) == set(names) and found["memory"] == "MemoryError"
    assert not (ROOT / "evil.py").exists() and (HOMEWORK / "hw01_arrays" / "tasks.py").exists()


ALONE = """
import os, sys
sys.path.append({package!r})
from homework import fence
os.getppid = os.getpid      # what goes wrong here hits this process alone
exec({probes!r})
sys.path.pop()
sys.addaudithook(fence.refusing(os.getcwd(), {readable!r}))
print(double({names!r}))
"""


def test_pythons_refusals_stop_what_is_written_in_python(tmp_path):
    """Without limits and walls, as on other systems than Linux; against a homework that is none."""
    folder = tmp_path / "minidl" / "homework" / "hw01_arrays"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text("kept = True\n", encoding="utf-8")
    (tmp_path / "work").mkdir()
    probes = PROBES.format(homework=str(folder.parent), checkout=str(tmp_path), add_key=0)
    names = [n for n in IN_PYTHON if n not in ("memory", "imports", "cached") and "digits" not in n]
    code = ALONE.format(
        package=str(ROOT / "minidl"),
        probes=probes,
        readable=[sys.base_prefix, *processes.import_path()],
        names=names,
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "work",
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert "'done'" not in done.stdout and done.stdout.count("PermissionError") >= 12, done
    assert (folder / "tasks.py").is_file() and not (tmp_path / "evil.py").exists()


FILTERED = """
import pathlib, sys
sys.path.append({package!r})
from homework import syscalls
assert syscalls.refuse()
print(pathlib.Path("/proc/self/status").read_text())
"""


@pytest.mark.skipif(not LINUX, reason="the filter is Linux's")
def test_no_program_that_is_started_gets_new_privileges():
    """Root may filter calls without this promise; students' machines demand it."""
    code = FILTERED.format(package=str(ROOT / "minidl"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert re.search(r"NoNewPrivs:\s*1", done.stdout), done.stderr
