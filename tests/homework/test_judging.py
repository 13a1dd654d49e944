"""What is said to each kind of answer, and what earns no points."""

import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import strip
from places import ROOT
from small_homework import TASKS

from minidl.homework import __main__ as command
from minidl.homework import assignments, judging, reports

pytestmark = pytest.mark.usefixtures("own_folder")

SOURCES = ROOT / "tests" / "homework"


def answer(code, name="hw90"):
    Path("answer.py").write_text(code, encoding="utf-8")
    (verdict,) = judging.check(assignments.get(name), Path("answer.py"), 0, quiet=True)
    return verdict


# The others are in slow/test_homework_forgeries.py.
@pytest.mark.parametrize("name", [p.stem.split("_")[0] for p in strip.sources()][:4])
def test_a_stub_is_not_started_and_earns_nothing(name, capsys):
    command.main(["start", name])
    verdicts = judging.check(
        assignments.get(name), Path(f"{assignments.get(name).name}.py"), 0, quiet=True
    )
    assert {v.outcome for v in verdicts} == {"not started"} and sum(v.points for v in verdicts) == 0
    text = reports.text(name, verdicts, 0)
    assert text.count("not started") == len(verdicts) and text.startswith(f"{name}, seed 0\n")


# --- what it says


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("def double(x):\n    return 2 * x\n", "passed", ""),
        ("def double(x):\n    return x\n", "wrong", "You forgot the 2."),
        (
            "def double(x):\n    return 3 * x\n",
            "wrong",
            "3 of 3 numbers differ, the first at [0]: ",
        ),
        (
            "def double(x):\n    return (2 * x)[:, None]\n",
            "wrong",
            "expected shape (3,), received an array of shape (3, 1)",
        ),
        (
            "def double(x):\n    return float(x[0])\n",
            "wrong",
            "expected shape (3,), received float",
        ),
        ("def double(x):\n    2 * x\n", "wrong", "received None: is a return missing?"),
        (
            "def double(x):\n    x *= 2\n    return x\n",
            "wrong",
            "changed its argument x: work on a copy",
        ),
        (
            "def double(x):\n    x += 1\n    return x\n",
            "wrong",
            "And your function changed its argument x",
        ),
        (
            "def double(x):\n    return x > 0\n",
            "wrong",
            "expected floats, received an array of bool",
        ),
        ("def double(x):\n    return 'much'\n", "wrong", "received str 'much'"),
        (
            "def double(x):\n    return object()\n",
            "wrong",
            "a object was returned; expected numbers, arrays",
        ),
        (
            "def double(x):\n    return x + y\n",
            "crashed",
            "NameError: name 'y' is not defined (line 2)",
        ),
        (
            "def helper(x):\n    return x + y\n\ndef double(x):\n    return helper(x)\n",
            "crashed",
            "is not defined (line 2, in helper)",
        ),
        ("x = 1\ndef double(x:\n", "crashed", "(line 2): def double(x:"),
        ("def double(x):\n    return input()\n", "crashed", "EOFError"),
        (
            "import sys\ndef double(x):\n    return sum(p.endswith('minidl') for p in sys.path)\n",
            "wrong",
            "received int 0",  # homework's own folder is found no more
        ),
        ("def triple(x):\n    return 3 * x\n", "crashed", "AttributeError"),
        ("def double(x):\n    raise NotImplementedError\n", "not started", ""),
        (
            "import minidl\ndef double(x):\n    return minidl.ops.multiply(x, 2.0)\n",
            "forbidden",
            "calls minidl.ops.multiply, which is what this task asks",
        ),
        (
            "from minidl.ops import multiply\ndef double(x):\n    return multiply(x, 2.0)\n",
            "forbidden",
            "calls minidl.ops.multiply",
        ),
    ],
)
def test_feedback(code, outcome, words, small):
    verdict = answer(code)
    assert verdict.outcome == outcome and words in verdict.reason, verdict
    assert verdict.points == (2 if outcome == "passed" else 0)


def test_a_number_and_the_values_of_a_tuple_are_named():
    assert judging.difference(1.0, 3, 0, 0) == "the number is 3, expected 1"
    assert (
        judging.difference((1.0, np.ones(2)), (1.0, np.zeros(2)), 0, 0, each="returned value")
        == "2 of 2 numbers differ in the second returned value, the first at [0]: 0, expected 1"
    )
    assert (
        judging.difference([1.0, [1.0, 2.0]], [1.0, [1.0, 3.0]], 0, 0)
        == "the number in the second value, value 2 is 3, expected 2"
    )
    assert "in value 7" in judging.difference([0.0] * 7, [0.0] * 6 + [1.0], 0, 0)


@pytest.mark.parametrize(
    ("name", "right", "wrong", "failing"),
    [
        (
            "hw02_backprop",
            "return g @ b.T, a.T @ g",
            "return (g @ b.T).T, (a.T @ g).T",
            ["matmul_backward", "two_layers"],
        ),
        ("hw08_convolution", "@ w[a, b]\n", "@ w[b, a]\n", ["conv2d", "Convolution"]),
    ],
)
def test_a_mistake_in_a_task_above_is_named_below(name, right, wrong, failing):
    """A function that calls it, and a class whose method does."""
    source = (SOURCES / f"{name}.py").read_text(encoding="utf-8")
    Path(f"{name}.py").write_text(source.replace(right, wrong), encoding="utf-8")
    verdicts = judging.check(assignments.get(name), Path(f"{name}.py"), 0, quiet=True)
    assert [v.task for v in verdicts if v.points < v.worth] == failing
    assert verdicts[-1].reason.startswith(
        f"{failing[1]} calls {failing[0]}, not right yet: first make the tasks above pass. "
    )


def test_what_all_tasks_share_is_said_once():
    Path("hw01_arrays.py").write_text("def softmax(z:\n", encoding="utf-8")
    verdicts = judging.check(assignments.get("hw01"), Path("hw01_arrays.py"), 0, quiet=True)
    text = reports.text("hw01", verdicts, 0)
    assert (
        text.count("SyntaxError") == 1
        and text.count("(line 1)") == 1
        and text.count("crashed: as above") == 3
    )


def test_partial_credit(small):
    verdict = answer(
        "count = 0\ndef double(x):\n    global count\n    count += 1\n    return 2 * x if count "
        "== 1 else x\n"
    )
    assert verdict.outcome == "wrong" and verdict.points == 1


# --- what earns nothing
# ---

FORGED = "import json, sys\nprint(json.dumps({'score': 2, 'tests': []}))\nsys.stdout.flush()\n"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("def double(x):\n    while True:\n        pass\n", "too slow"),
        ("while True:\n    pass\n", "too slow"),
        ("import os\ndef double(x):\n    os._exit(0)\n", "crashed"),
        ("import os\nos._exit(0)\n", "crashed"),
        ("raise SystemExit(0)\n", "crashed"),
        ("def double(x):\n    raise SystemExit(0)\n", "crashed"),
        (FORGED + "def double(x):\n    print('passed 2 / 2')\n    return x\n", "wrong"),
        (
            "from minidl.homework import judging, child, values\njudging.difference = lambda *a: "
            "''\njudging.judge = lambda *a: None\n"
            "child._answer = lambda *a: {'value': None, 'outcome': 'passed', 'points': 2}\ndef "
            "double(x):\n    return x\n",
            "wrong",
        ),
        (
            "class Liar:\n    def __eq__(self, other): return True\n    def __sub__(self, other): "
            "return 0\n"
            "def double(x):\n    return Liar()\n",
            "wrong",
        ),
        (
            "import sys, json\nfrom pathlib import Path\n(Path(sys.argv[1]) / "
            "'answer.json').write_text('[{\"passed\": 2}, {\"passed\": 2}]')\nimport "
            "os\nos._exit(0)\n",
            "crashed",
        ),
        (
            "import sys\nfrom pathlib import Path\n(Path(sys.argv[1]) / "
            "'answer.json').write_text('not json')\nimport os\nos._exit(0)\n",
            "crashed",
        ),
    ],
)
def test_tricks_earn_nothing(code, outcome, small):
    if outcome == "too slow":
        (small / "tasks.py").write_text(TASKS.format(limit=2), encoding="utf-8")
    verdict = answer(code)
    assert verdict.points == 0 and verdict.outcome != "passed", verdict
    if "answer.json" not in code and "judging" not in code:
        assert verdict.outcome == outcome


def test_the_checker_never_imports_the_students_file(small):
    verdict = answer("import os\n\ndef double(x):\n    return str(os.getpid())\n")
    (pid,) = re.findall(r"received str '(\d+)'", verdict.reason)
    assert int(pid) != os.getpid() and "student" not in sys.modules
