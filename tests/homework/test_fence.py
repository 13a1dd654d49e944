"""Submissions that want more than they have earned: forged answers, and attempts to leave the
process. The slow ones are in tests/slow; a class of hand-ins is in test_homework_class.py.
"""

import ctypes
import os
import platform
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from forged import EACH, FORGED, PROBES, SHAPES
from places import ROOT

from minidl.homework import (
    assignments,
    examining,
    fence,
    judging,
    orphans,
    processes,
    submissions,
    syscalls,
    values,
)
from minidl.homework.differences import difference

HOMEWORK = ROOT / "minidl" / "homework"

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


# --- forged answers


@pytest.mark.parametrize("code", FORGED.values(), ids=FORGED)
def test_forged_answers_earn_nothing(code):
    verdict = judged("hw90", "double", code)
    assert verdict.points == 0 and verdict.outcome != "passed" and verdict.reason


ODD = {
    "10 ** 400": "more than 64 bits",
    "[x[0], 10 ** 400]": "more than 64 bits",
    "float('inf')": "expected shape",
    "x * float('inf')": "numbers differ",
    "x * float('nan')": "numbers differ",
    "'\\ud800'": "received str",
    "{'\\ud800': 1}": "received dict",
    "float('nan')": "expected shape",
    "x.astype(complex)": "an array of complex128",
    "x.astype(object)": "an array of object",
    "(x + 0.0).astype('g')": "numbers differ",
    "type('T', (), {'shape': (3,), 'dtype': x.dtype, 'numpy': lambda s: 1 / 0})()": "ZeroDivision",
}


def test_odd_answers_are_answers():
    """All in one submission, each to a question of its own; none stops the checker."""
    (task,) = assignments.get("hw90").tasks
    code = f"answers = iter({list(ODD)!r})\ndef double(x):\n    return eval(next(answers))\n"
    student = examining.Student(task, [], submissions.Submission("a.py", code.encode()), True)
    x = np.array([1.0, -2.0, 3.0])
    with student.process(None) as process:
        for odd, words in ODD.items():
            try:
                answer = process.ask({"call": (x,), "echo": True})
                mark = judging.marked(task, (x,), answer)
                assert mark.share == 0 and words in mark.reason, (odd, mark)
                mark.reason.encode("utf-8")
            except judging.NoAnswerError as error:
                assert words in error.reason and not error.ended, (odd, error)


def test_a_damaged_message_is_a_value_error():
    values.unpack(values.pack({"half of a pair \ud800": "\ud800"}))["half of a pair ?"].encode()
    whole = values.pack({"value": [np.arange(6.0).reshape(2, 3), "text", (1, None)]})
    rng = random.Random(0)
    read = 0
    for _ in range(3000):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            values.unpack(bytes(damaged[: rng.randint(1, len(damaged) + 40)]))
            read += 1
        except ValueError:
            pass
    assert 0 < read < 3000
    deep, wide = b"[" * 100_000, b'[{"list":[' + b"0," * (values.LARGEST_TEXT // 2) + b"0]},[]]\n"
    for text in (
        deep,
        wide,
        b"[" + b"9" * 4000 + b",[]]\n",
        b'[{"array":0},[["<f8",[9999999]]]]\n',
    ):
        with pytest.raises(ValueError):
            values.unpack(text)


def test_no_finite_number_is_near_an_infinite_one():
    inf = np.inf
    assert difference(inf, 3.0, 1e-6, 1e-9) and difference(np.array([-inf]), np.array([inf]), 1, 1)
    assert not difference(np.array([inf, -inf]), np.array([inf, -inf]), 1e-6, 1e-9)
    assert difference(1.0, inf, 1e-6, 1e-9)


# --- each assignment's own

EACH_ONE = [(*where, code) for where, codes in EACH.items() for code in codes]


@pytest.mark.parametrize(("name", "task", "code"), EACH_ONE)
def test_what_earned_full_marks_once_earns_nothing(name, task, code):
    verdict = judged(name, task, code)
    assert verdict.points == 0 and verdict.outcome != "passed", verdict
    assert verdict.outcome != "not started"
    assert code is not SHAPES or "without numbers" in verdict.reason
