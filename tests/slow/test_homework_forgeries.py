"""Submissions that would cost the checker time, memory or its disk, and the exported autograder as
Gradescope would run it.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
import strip
from forged import EACH, SHAPES
from places import ROOT
from small_homework import judged

from minidl.homework import __main__ as command
from minidl.homework import assignments, judging, orphans

SOLUTION = ROOT / "tests" / "homework" / "hw01_arrays.py"
LINUX = sys.platform == "linux"

TASKS = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, limit=3)]
'''
COSTLY = {
    "a fork bomb": "import ctypes\nfork = ctypes.CDLL(None).fork\n"
    "def double(x):\n    while True:\n        fork()\n",
    "a fork bomb in Python": "import os\ndef double(x):\n    while True:\n        try:\n"
    "            os.fork()\n        except OSError:\n            pass\n",
    "threads": "import threading, time\ndef double(x):\n    while True:\n"
    "        threading.Thread(target=time.sleep, args=(60,)).start()\n",
    "memory": "def double(x):\n    kept = []\n    while True:\n"
    "        kept.append(bytearray(b'1') * (1 << 26))\n",
    "endless output": "import os\ndef double(x):\n    while True:\n        print('x' * 10000)\n"
    "        os.write(2, b'y' * 10000)\n",
    "a large answer": "import numpy as np\ndef double(x):\n    return np.zeros(1 << 24)\n",
    "an answer of many parts": "def double(x):\n    return [[]] * 3_000_000\n",
    "a flood on the pipe": "import os\ndef double(x):\n    while True:\n"
    "        for n in range(3, 10):\n            try:\n                os.write(n, bytes(1 << 16))\n"
    "            except OSError:\n                pass\n",
    "closed pipes": "import os, time\nos.closerange(0, 100)\ntime.sleep(60)\n",
    "one endless instruction": "def double(x):\n    return 10 ** 10 ** 9\n",
    "deaf to signals": "import signal, time\nfor s in range(1, 32):\n    try:\n"
    "        signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\n"
    "def double(x):\n    while True:\n        time.sleep(1)\n",
    "stopped": "import ctypes, signal, time\ndef double(x):\n"
    "    getattr(ctypes.CDLL(None), 'raise')(int(signal.SIGSTOP))\n    time.sleep(60)\n",
    "folders in folders": "import ctypes\nsystem = ctypes.CDLL(None)\ndef double(x):\n"
    "    for _ in range(2500):\n        system.mkdir(b'd', 0o700)\n        system.chdir(b'd')\n"
    "    system.chmod(b'.', 0)\n    return x\n",
    "many files": "def double(x):\n    for i in range(20000):\n        open(f'f{i}', 'w').close()\n"
    "    return x\n",
}


@pytest.fixture(autouse=True)
def a_small_assignment(tmp_path, monkeypatch):
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(TASKS, encoding="utf-8")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("code", COSTLY.values(), ids=COSTLY)
def test_what_costs_is_bounded(code, tmp_path):
    Path("answer.py").write_text(code, encoding="utf-8")
    before, folders = orphans.children() if LINUX else set(), temporary()
    start = time.monotonic()
    (verdict,) = judging.check(assignments.get("hw90"), Path("answer.py"), 0, quiet=True)
    assert verdict.points == 0 and verdict.outcome in ("wrong", "crashed", "too slow")
    assert time.monotonic() - start < 60
    assert (orphans.children() if LINUX else set()) == before and temporary() <= folders


FORGED = [(*where, code) for where, codes in EACH.items() for code in codes[1:]]


@pytest.mark.parametrize(("name", "task", "code"), FORGED)
def test_what_earned_full_marks_once_earns_nothing(name, task, code):
    verdict = judged(name, task, code)
    assert verdict.points == 0 and verdict.outcome not in ("passed", "not started"), verdict
    assert code is not SHAPES or "without numbers" in verdict.reason


@pytest.mark.parametrize("name", [p.stem.split("_")[0] for p in strip.sources()][4:])
def test_a_stub_is_not_started_and_earns_nothing(name):
    command.main(["start", name])
    assignment = assignments.get(name)
    verdicts = judging.check(assignment, Path(f"{assignment.name}.py"), 0, quiet=True)
    assert {v.outcome for v in verdicts} == {"not started"} and not sum(v.points for v in verdicts)


def temporary():
    """The folders of minidl in the temporary folder that have work of students."""
    return {p.parent for p in Path(tempfile.gettempdir()).glob("minidl-*/work")}


def test_a_class_of_attackers_is_marked(tmp_path, capsys):
    """All of them, and one who has done the homework."""
    room = tmp_path / "class"
    room.mkdir()
    for i, code in enumerate(COSTLY.values()):
        (room / f"a{i}_hw90_small.py").write_text(code, encoding="utf-8")
    (room / "zoe_hw90_small.py").write_text("def double(x):\n    return x + x\n", encoding="utf-8")
    assert command.main(["grade", str(room)]) == 0
    lines = Path("grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == len(COSTLY) + 2 and "zoe,hw90_small,2.0,2," in lines[-1]
    assert sum(",0.0,2," in line for line in lines) == len(COSTLY)


def test_the_exported_zip_installs_without_an_index_and_marks(tmp_path, monkeypatch):
    """As in Gradescope's container, but for apt-get; the submission holds modules of its own."""
    monkeypatch.delenv("MINIDL_HIDDEN_TESTS")
    assert command.main(["export", "hw01"]) == 0
    source, submission = tmp_path / "source", tmp_path / "submission"
    with zipfile.ZipFile("hw01_arrays.zip") as archive:
        archive.extractall(source)
    requirement = (source / "requirements.txt").read_text().strip()
    assert re.fullmatch(r"/autograder/source/minidl-[\d.]+-py3-none-any\.whl", requirement)
    wheel = source / Path(requirement).name
    installed = tmp_path / "installed"
    alone = ("--quiet", "--no-index", "--no-deps", "--target", str(installed))
    subprocess.run([sys.executable, "-m", "pip", "install", *alone, str(wheel)], check=True)
    submission.mkdir()
    shutil.copy(SOLUTION, submission / "hw01_arrays (1).py")
    (submission / "json.py").write_text("raise SystemExit('run in the checker')\n")
    command_line = (source / "run_autograder").read_text().splitlines()
    (line,) = [text for text in command_line if "minidl.homework" in text]
    assert line.startswith("python3 -I -m minidl.homework check hw01_arrays --file /autograder/")
    start = (
        f"import runpy, sys; sys.path.insert(0, {str(installed)!r}); "
        f"sys.argv = ['', 'check', 'hw01', '--json', '--file', {str(submission)!r}]; "
        "runpy.run_module('minidl.homework', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", start], capture_output=True, text=True, cwd="/"
    )
    result = json.loads(done.stdout)
    assert result["score"] == 10 and done.returncode == 0, done.stderr
    assert (installed / "minidl" / "datasets" / "files" / "mnist").is_dir()
