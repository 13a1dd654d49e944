"""Values on their way between processes."""

import io
import random

import numpy as np
import pytest

from minidl.homework import assignments, examining, judging, submissions, values

pytestmark = pytest.mark.usefixtures("own_folder", "small")


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


def test_messages_and_their_largest_sizes(monkeypatch):
    assert (values.LARGEST, values.LARGEST_TEXT) == (64 * 2**20, 4 * 2**20)
    pipe = io.BytesIO()
    values.send(pipe, [1, "two"])
    size = len(pipe.getvalue()) - 8
    assert int.from_bytes(pipe.getvalue()[:8], "big") == size
    assert values.receive(io.BytesIO(pipe.getvalue()), size) == [1, "two"]
    with pytest.raises(ValueError, match=f"has {size} bytes; at most {size - 1} are read"):
        values.receive(io.BytesIO(pipe.getvalue()), size - 1)
    for end in (0, 7, 8, len(pipe.getvalue()) - 1):
        with pytest.raises(EOFError, match="ended in the middle"):
            values.receive(io.BytesIO(pipe.getvalue()[:end]))
    text = values.pack([1, "two"]).partition(b"\n")[0]
    monkeypatch.setattr(values, "LARGEST_TEXT", len(text))
    assert values.unpack(text + b"\n") == [1, "two"]
    monkeypatch.setattr(values, "LARGEST_TEXT", len(text) - 1)
    with pytest.raises(ValueError, match="too many parts"):
        values.unpack(text + b"\n")


def test_numbers_and_arrays_at_their_limits():
    for number in (2**63 - 1, -(2**63) + 1, 0, True):
        assert values.plain(number) == number and type(values.plain(number)) is type(number)
    for number in (2**63, -(2**63)):
        with pytest.raises(values.NotPlainError, match="more than 64 bits"):
            values.plain(number)
    assert values.unpack(b"[12345678901234567890,[]]\n") == 12345678901234567890
    with pytest.raises(ValueError, match="no readable answer"):
        values.unpack(b"[123456789012345678901,[]]\n")
    deep = b'[{"array":0},[["|u1",[' + b",".join([b"1"] * 32) + b"]]]]\n\x07"
    assert values.unpack(deep).shape == (1,) * 32
    one_more = b'[{"array":0},[["|u1",[' + b",".join([b"1"] * 33) + b"]]]]\n\x07"
    for text in (one_more, deep[:-1], b'[{"array":1},[["|u1",[1]]]]\n\x07', b"[[1],[]]\n"):
        with pytest.raises(ValueError):
            values.unpack(text)
    two = values.unpack(
        b'[{"tuple":[{"array":1},{"array":0}]},[["|u1",[1]],["|b1",[2]]]]\n\x07\x02\x00'
    )
    assert [a.tolist() for a in two] == [[True, False], [7]] and two[0].dtype == bool
    for number, same in ((np.int8(3), 3), (np.bool_(True), True), (np.longdouble(1.5), 1.5)):
        assert values.plain(number) == same and type(values.plain(number)) is type(same)
    big_endian = np.arange(3, dtype=">i4")
    assert values.plain(big_endian).tolist() == [0, 1, 2]
    assert values.plain(np.arange(3, dtype="f2")).dtype == np.float16
