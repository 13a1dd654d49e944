"""Copying functions and classes out of a notebook."""

import functools
import json
import linecache
import math
import sys
import types

import numpy as np
import pytest

from minidl.homework import gathering


def notebook(*cells: str) -> dict:
    """The names of a notebook in which these cells were run."""
    names = {"__name__": "__main__"}
    for number, text in enumerate(cells):
        file = f"<cell {number} of {abs(hash(cells))}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        exec(compile(text, file, "exec"), names)
    return names


def copied(wanted, names) -> dict:
    """What the gathered source defines when it is run."""
    text, _ = gathering.source(wanted, names)
    found: dict = {}
    exec(compile(text, "<submission>", "exec"), found)
    return found


def test_a_function_comes_with_all_that_it_uses():
    names = notebook(
        "import numpy as np\nfrom math import sqrt, pi\nimport math as m\n",
        "SCALE = {'k': [2.0, None]}\nW = np.array([[1.0, np.inf], [np.nan, -2]])\nunused = object()\n",
        "def helper(x):\n    return sqrt(x) * SCALE['k'][0]\n",
        "print(1)\n\ndef f(x, n=m.floor(2.5)):\n    y = [helper(v) for v in x]\n    return y, W, n, np.abs(pi)\n",
    )
    text, _ = gathering.source(["f"], names)
    assert "unused" not in text and "print" not in text
    y, w, n, p = copied(["f"], names)["f"]([4.0])
    assert y == [4.0] and n == 2 and p == math.pi
    np.testing.assert_array_equal(w, [[1, np.inf], [np.nan, -2]])


def test_a_class_comes_behind_its_base_and_what_decorates_it():
    names = notebook(
        "def double(f):\n    return lambda *a: 2 * f(*a)\n",
        "class Child:\n    pass\n\nclass Base:\n    def __init__(self, v):\n        self.v = v\n",
        "class Bare:\n    size = 4\n",
        "class Child(Base, Bare):\n    @double\n    def value(self):\n        return self.v\n",
    )
    child = copied(["Child"], names)["Child"](3)
    assert child.value() == 6 and child.size == 4


def test_a_class_without_methods_is_that_of_a_cell_or_the_script(monkeypatch):
    names = notebook("class Bare:\n    size = 4\n")
    newer = "class Bare:\n    size = 9\n"
    linecache.cache["bare.py"] = (len(newer), None, newer.splitlines(keepends=True), "bare.py")
    for module, size in (("made_up", 4), ("__main__", 9)):
        monkeypatch.setitem(sys.modules, module, types.ModuleType(module))
        sys.modules[module].__file__ = "bare.py"
        assert copied(["Bare"], names)["Bare"].size == size
        monkeypatch.undo()


def test_lambdas_other_names_and_recursion():
    names = notebook(
        "square = lambda x: x * x\n",
        "def even(n):\n    return n == 0 or odd(n - 1)\n\ndef odd(n):\n    return n > 0 and even(n - 1)\n",
        "power, is_even = square, even\n",
    )
    found = copied(["power", "is_even"], names)
    assert found["power"](3) == 9 and found["is_even"](8) and not found["is_even"](7)


def test_the_newest_definition_counts():
    names = notebook("def f():\n    return 1\n", "def f():\n    return 2\n")
    assert copied(["f"], names)["f"]() == 2


def test_what_is_not_defined_says_so_when_it_is_called():
    found = copied(["f"], {"__name__": "__main__"})
    with pytest.raises(NotImplementedError, match="f is not defined here"):
        found["f"](1, x=2)


def test_functions_of_other_modules_are_imported():
    names = {"__name__": "__main__", "f": json.dumps, "g": np.add, "h": math.floor, "m": math}
    text, _ = gathering.source(["f", "g", "h", "m"], names)
    for line in (
        "from json import dumps as f",
        "from numpy import add as g",
        "from math import floor as h",
        "import math as m",
    ):
        assert f"\n{line}\n" in text
    hidden = functools.wraps(json.dumps)(lambda x: x)  # it has the name of another
    for value in (hidden, [].append, range(3), {1: object()}, np.array(["a"])):
        found = copied(["f"], {**names, "f": value})
        with pytest.raises(NotImplementedError, match="f is not defined here"):
            found["f"]()
    full, one_more = np.zeros(10_000), np.zeros(10_001)
    assert gathering._plain("w", one_more) is None
    for value in (full, np.array([True]), np.arange(6, dtype="i2").reshape(2, 3), -1.5, (1, "a")):
        again = copied(["f"], {**names, "f": value})["f"]
        np.testing.assert_array_equal(again, value)
        assert getattr(again, "dtype", None) == getattr(value, "dtype", None)


def test_values_that_are_not_plain_stay_behind():
    names = notebook(
        "rng = open\nbig = __import__('numpy').zeros(20_000)\ndef f():\n    return big\n"
    )
    with pytest.raises(NameError, match="big"):
        copied(["f"], names)["f"]()


def test_a_source_that_python_has_not_kept_is_one_clear_error():
    names = {"__name__": "__main__"}
    exec("def f():\n    return 1\n", names)
    with pytest.raises(ValueError, match="The source of f cannot be found: Python's own prompt"):
        gathering.source(["f"], names)


def test_lines_are_known_by_the_function_they_are_in():
    names = notebook("K = 2\n", "def g(x):\n    return x\n", "\n\ndef f(x):\n    return g(x) + K\n")
    text, places = gathering.source(["f"], names)
    lines = text.splitlines()
    found = {lines[number - 1]: place for number, place in places.items()}
    assert found["def f(x):"] == ("f", 1) and found["    return g(x) + K"] == ("f", 2)
    assert found["    return x"] == ("g", 2)
