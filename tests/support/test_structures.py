"""Nested structures, and what the other small files of minidl.support do."""

import collections
import io
import logging
import sys
import warnings

import pytest

from minidl import config
from minidl.support import console
from minidl.support.structures import is_nested, keys, leaves, parts_of, paths, pick, tree_map
from minidl.support.warning import warn

Pair = collections.namedtuple("Pair", "one two")
NESTED = {"b": [1, (2,)], "a": Pair(3, {"x": 4}), "c": ()}


def test_the_values_of_a_structure_in_the_order_of_its_keys():
    found = [(("a", 0), 3), (("a", 1, "x"), 4), (("b", 0), 1), (("b", 1, 0), 2)]
    assert paths(NESTED) == found and paths(5) == [((), 5)]
    assert leaves(NESTED) == [3, 4, 1, 2] and [pick(NESTED, p) for p, _ in found] == [3, 4, 1, 2]
    assert keys({"b": 1, "a": 2}) == ["a", "b"] and keys({"b": 1, 0: 2}) == ["b", 0]
    assert [is_nested(s) for s in (NESTED, (), [], 5, "ab", None)] == [True] * 3 + [False] * 3
    assert parts_of(NESTED) == [[1, (2,)], Pair(3, {"x": 4}), ()] and parts_of((1, [2])) == [1, [2]]


def test_a_function_of_each_value_keeps_the_structure():
    made = tree_map(lambda a, b: a * b, NESTED, {**NESTED, "b": (10, [20])})
    assert made == {"a": Pair(9, {"x": 16}), "b": [10, (40,)], "c": ()}
    assert list(made) == ["a", "b", "c"] and type(made["a"]) is Pair and tree_map(str, 5) == "5"


class Out(io.StringIO):
    def __init__(self, encoding, tty=False):
        super().__init__()
        self.isatty, self.code = lambda: tty, encoding

    encoding = property(lambda self: self.code)  # pyright: ignore


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("utf-8", "━", True),
        ("ascii", "━", False),
        (None, "━", False),
        (None, "a", True),
        ("no such", "a", False),
    ],
)
def test_a_stream_may_not_have_a_character(encoding, text, shown, monkeypatch):
    out = Out(encoding)
    assert console.can_show(out, text) is shown and not console.is_live(out)
    assert console.is_live(Out(encoding, tty=True)) and not console.is_live(object())
    if encoding != "no such":
        monkeypatch.setattr(sys, "stdout", out)
        console.say(text)
        assert out.getvalue() == ("?" if encoding == "ascii" and not shown else text) + "\n"


def test_what_is_said_goes_to_the_screen_or_to_logging(monkeypatch, caplog):
    out = Out("utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    with caplog.at_level(logging.INFO, "minidl"):
        config.disable_interactive_logging()
        try:
            console.say("quietly")
            assert console.stream() is None
        finally:
            config.enable_interactive_logging()
        console.say("aloud")
    assert caplog.messages == ["quietly"] and out.getvalue() == "aloud\n"
    assert console.stream() is out
    out.close()
    assert console.stream() is None
    monkeypatch.setattr(sys, "stdout", None)
    assert console.stream() is None and console.say("to nobody") is None


def test_a_warning_points_at_the_program():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        warn("of here", FutureWarning)
        exec(compile("warn('of the program')", "program.py", "exec"), {"warn": warn})
        inside = {"warn": warn, "__name__": "minidl.anything"}
        exec(compile("def f():\n warn('seen from outside')", "library.py", "exec"), inside)
        inside["f"]()
    assert [w.filename for w in said] == [__file__, "program.py", __file__]
    assert [w.category for w in said] == [FutureWarning, UserWarning, UserWarning]
