"""python -m minidl.homework: its commands, what it says to each kind of answer, and what earns no
points.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import minidl
from minidl.homework import __main__ as command
from minidl.homework import assignments, judging, reports, values

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "tests" / "homework"
sys.path.insert(0, str(SOURCES))
import strip  # noqa: E402

TASKS = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),) for _ in range(2)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, limit={limit}, forbidden=("minidl.ops.multiply",),
              mistakes=((lambda x: x, "You forgot the 2."),))]
'''


@pytest.fixture(autouse=True)
def a_folder_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MINIDL_HIDDEN_TESTS", raising=False)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An assignment of one quick task, found like a teacher's."""
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(TASKS.format(limit=6), encoding="utf-8")
    (folder / "stub.py").write_text(
        'def double(x):\n    raise NotImplementedError("hw90 task 1: double")\n', encoding="utf-8"
    )
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    return folder


def answer(code, name="hw90"):
    Path("answer.py").write_text(code, encoding="utf-8")
    (verdict,) = judging.check(assignments.get(name), Path("answer.py"), 0, quiet=True)
    return verdict


# --- the commands


def test_list_names_every_assignment(capsys):
    assert command.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [p.stem for p in strip.sources()] and len(
        lines
    ) >= 6
    for assignment in assignments.find().values():
        assert 3 <= len(assignment.tasks) <= 6 and assignment.points >= 10


def test_start_never_overwrites(capsys):
    assert command.main(["start", "hw02"]) == 0
    stub = Path("hw02_backprop.py").read_text(encoding="utf-8")
    assert "NotImplementedError" in stub and "SOLUTION" not in stub
    Path("hw02_backprop.py").write_text("my work", encoding="utf-8")
    assert command.main(["start", "hw02"]) == 2
    assert "already here, and stays as it is" in capsys.readouterr().err
    assert Path("hw02_backprop.py").read_text(encoding="utf-8") == "my work"


@pytest.mark.parametrize("name", [p.stem.split("_")[0] for p in strip.sources()])
def test_a_stub_is_not_started_and_earns_nothing(name, capsys):
    command.main(["start", name])
    verdicts = judging.check(
        assignments.get(name), Path(f"{assignments.get(name).name}.py"), 0, quiet=True
    )
    assert {v.outcome for v in verdicts} == {"not started"} and sum(v.points for v in verdicts) == 0
    text = reports.text(name, verdicts, 0)
    assert text.count("not started") == len(verdicts) and text.startswith(f"{name}, seed 0\n")


def test_check_of_a_solution_from_the_command_line():
    for seed, code, words in (("7", 0, "Well done."), ("8", 0, "Well done.")):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "minidl.homework",
                "check",
                "hw01",
                "--file",
                str(SOURCES / "hw01_arrays.py"),
                "--seed",
                seed,
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == code and words in done.stdout, done.stdout + done.stderr


def test_json_is_what_gradescope_reads(capsys, small):
    Path("hw90_small.py").write_text(
        "def double(x):\n    print('hello')\n    return x\n", encoding="utf-8"
    )
    assert command.main(["check", "hw90", "--json", "--seed", "5"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["score"] == 0 and "seed 5" in result["output"]
    (test,) = result["tests"]
    assert (test["name"], test["score"], test["max_score"], test["visibility"]) == (
        "double",
        0,
        2,
        "visible",
    )
    assert "You forgot the 2." in test["output"]


def test_the_same_seed_asks_the_same_questions(small):
    first, again, other = (
        assignments.get("hw90").tasks[0].cases(np.random.default_rng(seed))[0][0]
        for seed in (1, 1, 2)
    )
    assert (first == again).all() and (first != other).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "hw99"], "Unknown assignment 'hw99'"),
        (["check", "hw01"], "There is no hw01_arrays.py here"),
        (["grade", "nowhere"], "no folder of submissions"),
        (["start", "hw01_array"], "Did you mean 'hw01_arrays'"),
    ],
)
def test_mistakes_in_commands(arguments, words, capsys):
    assert command.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_grade_marks_a_class(small, tmp_path, capsys):
    room = tmp_path / "class"
    (room / "ada").mkdir(parents=True)
    (room / "ada" / "hw90_small.py").write_text(
        "def double(x):\n    return x * 2\n", encoding="utf-8"
    )
    (room / "ben_hw90_small.py").write_text("import sys\nsys.exit()\n", encoding="utf-8")
    (room / "chris_hw90_small.py").write_text("def double(x:\n", encoding="utf-8")
    (room / "notes.py").write_text("1 / 0\n", encoding="utf-8")
    (room / "dora" / "drafts").mkdir(parents=True)
    (room / "emma" / "final").mkdir(parents=True)
    (room / "emma" / "final" / "hw90_small.py").write_text(
        "def double(x):\n    return x + x\n", encoding="utf-8"
    )
    assert command.main(["grade", str(room), "--seed", "1"]) == 0
    rows = list(csv.DictReader(io.StringIO(Path("grades.csv").read_text(encoding="utf-8-sig"))))
    assert [(r["student"], r["assignment"], r["points"], r["of"]) for r in rows] == [
        ("ada", "hw90_small", "2.0", "2"),
        ("ben", "hw90_small", "0.0", "2"),
        ("chris", "hw90_small", "0.0", "2"),
        ("dora", "hw90_small", "0.0", "2"),
        ("emma", "hw90_small", "2.0", "2"),
    ]
    assert (
        rows[3]["not passed"] == "no file" and "4 submissions, 1 missing" in capsys.readouterr().out
    )
    assert rows[1]["not passed"] == "double: crashed" and Path("answer.py").exists() is False


def test_export_makes_an_autograder(small, capsys):
    assert command.main(["export", "hw90"]) == 0
    with zipfile.ZipFile("hw90_small.zip") as archive:
        assert {
            "setup.sh",
            "run_autograder",
            "requirements.txt",
            f"minidl-{minidl.__version__}-py3-none-any.whl",
            "hidden/hw90_small/tasks.py",
            "hidden/hw90_small/stub.py",
        } == set(archive.namelist())
        script = archive.read("run_autograder").decode()
        assert (
            "check hw90_small" in script
            and "/autograder/results/results.json" in script
            and "MINIDL_HIDDEN_TESTS" in script
        )
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o100, "it can be run"


def test_hidden_tests_join_the_assignment_of_their_name(tmp_path, monkeypatch):
    folder = tmp_path / "hidden" / "hw01_arrays"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(
        TASKS.format(limit=5).replace('"double"', '"softmax"'), encoding="utf-8"
    )
    shown = assignments.get("hw01")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    assert [t.name for t in assignments.get("hw01").tasks] == [
        *[t.name for t in shown.tasks],
        "softmax",
    ]
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="which does not exist"):
        assignments.find()


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


# --- values and markers
# ---


def test_values_travel_unchanged():
    value = {
        "a": [1, 2.5, None, True, "text"],
        "b": (np.arange(3), {"c": np.float32(0.5), "d": np.array(2.0)}),
        "e": float("inf"),
    }
    got = values.unpack(values.pack(value))
    assert (
        got["a"] == value["a"]
        and got["e"] == float("inf")
        and type(got["b"]) is tuple
        and got["b"][1]["c"] == 0.5
    )
    np.testing.assert_array_equal(got["b"][0], np.arange(3))
    for odd in (object(), np.array([object()]), {1, 2}, np.array(["a"])):
        with pytest.raises(values.NotPlainError):
            values.plain(odd)


@pytest.mark.parametrize("source", strip.sources(), ids=lambda p: p.stem)
def test_stubs_are_in_step_with_their_sources(source):
    stub = (strip.STUBS / source.stem / "stub.py").read_text(encoding="utf-8")
    assert stub == strip.strip(source.read_text(encoding="utf-8"), source.stem.split("_")[0]), (
        "run tests/homework/strip.py"
    )
    assert "SOLUTION" not in stub


def test_stubs_number_tasks_as_the_checker_does():
    for source in strip.sources():
        stub = strip.strip(source.read_text(encoding="utf-8"), "hw00")
        numbers = dict(re.findall(r"hw00 task (\d+): (\w+)", stub))
        names = [t.name for t in assignments.get(source.stem).tasks]
        assert all(names[int(n) - 1] == name for n, name in numbers.items()) and (
            numbers or "hw00: Value.exp" in stub
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n", "line 2: a solution begins inside another"),
        ("### END SOLUTION\n", "that never began"),
        ("### BEGIN SOLUTION\nx = 1\n", "never ends"),
        ("x = 1\n", "no solution to take out"),
        ("# BEGIN SOLUTION\n", "a marker that is none"),
    ],
)
def test_faulty_markers_are_refused(text, words):
    with pytest.raises(ValueError, match=words):
        strip.strip(text, "hw01")


def test_each_assignment_teaches_with_an_example_that_is_true():
    """The docstrings' examples hold for the solutions."""
    import doctest

    for source in strip.sources():
        failed, tried = doctest.testmod(
            assignments.load(source, source.stem), optionflags=doctest.NORMALIZE_WHITESPACE
        )
        assert tried and not failed, source.stem
