"""The code of the student's process, run in this one on harmless submissions: what it answers."""

import sys
import types

import pytest

from minidl.homework import child

BESIDE = "def half(x):\n    return x / 0\n\ndef odd(x):\n    return half(x)\n"


def examinee(folder, code, driver=None, target="double"):
    (folder / "answer.py").write_text(code, encoding="utf-8")
    (folder / "beside.py").write_text(BESIDE, encoding="utf-8")
    task = {"work": str(folder), "file": "answer.py", "name": "double", "target": target}
    found = child.Examinee({**task, "tasks": ["triple", "relu", "double"]}, driver)
    return found, found.answer({"load": True})


@pytest.fixture(autouse=True)
def the_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("beside", None)


# --- errors in a sentence

BAD = "class Bad(Exception):\n    def __str__(self): raise SystemExit\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("\nx = = 1\n", "SyntaxError: invalid syntax (line 2): x = = 1"),
        ("raise ValueError('no')\n", "ValueError: no (line 1)"),
        ("raise SystemExit(3)\n", "SystemExit: 3 (line 1)"),
        ("import beside\ny = beside.half(1)\n", "division by zero (beside.py, line 2, in half)"),
        ("def f():\n    raise KeyError(1)\nf()\n", "KeyError: 1 (line 2)"),
        ("double = eval('1 +')\n", "SyntaxError: invalid syntax (<string>, line 1) (line 1)"),
        ("raise SyntaxError('by hand')\n", "SyntaxError: by hand (line 1)"),
        (f"{BAD}raise Bad\n", "Bad: (without words) (line 3)"),
        ("x = 1\n", "AttributeError: module 'student' has no attribute 'double'"),
        (f"raise ValueError({'é' * 600!r})\n", f"ValueError: {'é' * 488} (line 1)"),
    ],
)
def test_a_file_that_cannot_be_loaded(code, said, tmp_path):
    assert examinee(tmp_path, code)[1]["crashed"].removeprefix("ZeroDivisionError: ") == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def double(x):\n    return x + y\n", "NameError: name 'y' is not defined (line 2)"),
        (
            "def f(x):\n    return x[9]\ndef double(x):\n    return f(x)\n",
            "TypeError: 'int' object is not subscriptable (line 2, in f)",
        ),
        (
            "import beside\ndef double(x):\n    return beside.odd(x)\n",
            "ZeroDivisionError: division by zero (beside.py, line 2, in half)",
        ),
        (
            "def double(x):\n    raise SyntaxError('m', (__file__, 7, 1, None))\n",
            "SyntaxError: m (line 7): ",
        ),
        (
            "def double(x):\n    f = __file__.replace('answer.py', 'other.py')\n"
            "    raise SyntaxError('m', (f, 7, 1, ' y = '))\n",
            "SyntaxError: m (other.py, line 7): y =",
        ),
        (
            "def double(x):\n    raise SyntaxError('m' * 999)\n",
            f"SyntaxError: {'m' * 487} (line 2)",
        ),
        (
            "def double(x):\n    raise SyntaxError('m' * 999, (__file__, 1, 1, ''))\n",
            f"SyntaxError: {'m' * 487}",
        ),
    ],
)
def test_an_answer_that_crashes(code, said, tmp_path):
    student, loaded = examinee(tmp_path, code)
    assert loaded == {"ready": True, "calls": []}
    assert student.answer({"call": (3,), "echo": True}) == {"crashed": said}


def test_a_method_that_the_driver_calls_is_not_named(tmp_path):
    code = "class double:\n    def half(self, x):\n        return x / 0\n"
    student, _ = examinee(tmp_path, code, driver=lambda kind, x: kind().half(x))
    assert student.answer({"call": (3,), "echo": False})["crashed"].endswith("by zero (line 3)")
    assert student.crash(ValueError("no file")) == {"crashed": "ValueError: no file"}
    assert student.crash(child.ForbiddenError("minidl.ops")) == {"forbidden": "minidl.ops"}


# --- answers


def test_answers_are_plain_values(tmp_path):
    student, _ = examinee(tmp_path, "def double(x):\n    x.append(2)\n    return (x[0], None)\n")
    assert student.answer({"call": ([1],), "echo": False}) == {"value": (1, None)}
    assert student.answer({"call": ([1],), "echo": True}) == {
        "value": (1, None),
        "arguments": ([1, 2],),
    }
    student, _ = examinee(tmp_path, "def double(x):\n    return {1}\n")
    assert "a set was returned" in student.answer({"call": (1,), "echo": False})["odd"]
    for code in ("raise NotImplementedError('hw1')", "def double(x): raise NotImplementedError"):
        student, loaded = examinee(tmp_path, code + "\n")
        said = student.answer({"call": (1,), "echo": True}) if loaded.get("ready") else loaded
        assert said == {"not started": "hw1" if loaded is said else ""}


def test_a_driver_is_called_or_talked_with(tmp_path):
    def talks(thing, x):
        said = yield thing(x)
        while True:
            said = yield thing(said)

    code = "double = lambda x: 2 * x\n"
    student, _ = examinee(tmp_path, code, driver=lambda thing, x: thing(x) + 1)
    assert student.answer({"call": (3,), "echo": False}) == {"value": 7}
    student, _ = examinee(tmp_path, code, driver=talks)
    assert student.answer({"call": (3,), "echo": False}) == {"value": 6}
    assert [student.answer({"send": n})["value"] for n in (5, 1)] == [10, 2]
    assert "TypeError" in student.answer({"send": None})["crashed"]


CALLS = """
def triple(x): return 3 * x
def relu(x): return max(x, 0)
def double(x):
    return [(lambda: triple(y))() for y in x]
class Both:
    limit = 3
    def f(self, x): return relu(x)
    def g(self, x): return self.triple, triple(x)
def alone(triple): return triple
"""


@pytest.mark.parametrize(
    ("target", "calls"),
    [("double", ["triple"]), ("Both", ["relu", "triple"]), ("alone", []), ("relu", [])],
)
def test_the_other_tasks_that_a_task_calls(target, calls, tmp_path):
    assert examinee(tmp_path, CALLS, target=target)[1] == {"ready": True, "calls": calls}


# --- what must not be called


def test_a_forbidden_function_is_refused_under_every_name(monkeypatch):
    def relu(x):
        return x

    def other(x):
        return x

    class Dense:
        def fit(self):
            return "fitted"

    here, again = types.ModuleType("minidl.made"), types.ModuleType("minidl.made.again")
    apart = types.ModuleType("elsewhere")
    vars(here).update(relu=relu, other=other, Dense=Dense)
    vars(again).update(activation=relu, other=other)
    vars(apart).update(relu=relu)
    for module in (here, again, apart):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(sys.modules, "minidl.nothing", None)
    child._forbid("minidl.made.relu")
    for refused in (here.relu, again.activation):
        with pytest.raises(child.ForbiddenError, match=r"^minidl\.made\.relu$"):
            refused(1, axis=2)
    assert apart.relu is relu and here.other is again.other is other
    child._forbid("minidl.made.Dense.fit")
    with pytest.raises(child.ForbiddenError, match=r"^minidl\.made\.Dense\.fit$"):
        here.Dense().fit()
    child._forbid("minidl.made.Dense")
    assert here.Dense is Dense
    with pytest.raises(child.ForbiddenError, match=r"^minidl\.made\.Dense$"):
        here.Dense(3)


def test_the_guard_waits_for_minidl(monkeypatch):
    forbidden = []
    monkeypatch.setattr(child, "_forbid", forbidden.append)
    guard = child.Guard(["minidl.ops.exp", "minidl.ops.log"])
    monkeypatch.setattr(sys, "meta_path", [guard, *sys.meta_path])
    assert guard.find_spec("numpy") is None and forbidden == []
    spec = guard.find_spec("minidl")
    assert (spec.name, spec.loader, spec.submodule_search_locations) == ("minidl", guard, [])
    assert guard.create_module(spec) is sys.modules["minidl"]
    assert forbidden == ["minidl.ops.exp", "minidl.ops.log"] and sys.meta_path[0] is guard
    with pytest.raises(child.ForbiddenError, match="^minidl$"):
        child.Guard(("minidl",)).find_spec("minidl")


def test_the_driver_is_made_of_its_source(monkeypatch):
    monkeypatch.setitem(sys.modules, "questions", None)
    assert child._driver("", "def f(): pass") is None and sys.modules["questions"] is None
    assert child._driver("f", "K = 3\ndef f(x): return x * K\n")(2) == 6
    assert sys.modules["questions"].K == 3
