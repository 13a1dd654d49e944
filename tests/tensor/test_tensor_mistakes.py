"""Mistakes with tensors, and the phrase that helps."""

import numpy as np
import pytest
from tensor_cases import leaf

from minidl import GraphError, Tensor, apply, backend, ops
from minidl.support.arrays import as_array

MISTAKES = {
    "backward of a plain tensor": (
        lambda: Tensor([1.0]).backward(),
        GraphError,
        "requires_grad=True",
    ),
    "backward of what NumPy computed": (
        lambda: Tensor(np.exp(leaf(1.0).numpy())).backward(),
        GraphError,
        "plain NumPy",
    ),
    "backward of a vector": (
        lambda: (leaf([1.0, 2.0]) * 2).backward(),
        ValueError,
        ".mean() or .sum()",
    ),
    "backward of a vector, its shape": (
        lambda: (leaf([1.0, 2.0]) * 2).backward(),
        ValueError,
        "(2,)",
    ),
    "backward of nothing": (
        lambda: (leaf(np.zeros(0)) * 2).backward(),
        ValueError,
        "single number",
    ),
    "a gradient of another shape": (
        lambda: (leaf([1.0, 2.0]) * 2).backward([1.0]),
        ValueError,
        "gradient of shape (1,)",
    ),
    "whole numbers with gradient": (
        lambda: Tensor(np.arange(3), requires_grad=True),
        TypeError,
        "Only float tensors have gradients",
    ),
    "whole numbers, the cure": (
        lambda: Tensor(np.arange(3), requires_grad=True),
        TypeError,
        "dtype='float32'",
    ),
    "a grad of another shape": (
        lambda: setattr(leaf([1.0, 2.0]), "grad", [1.0]),
        ValueError,
        "shape (1,)",
    ),
    "ragged lists": (
        lambda: Tensor([[1.0, 2.0], [3.0]]),
        ValueError,
        "different lengths (1 and 2)",
    ),
    "ragged lists, the cure": (lambda: Tensor([[1.0, 2.0], [3.0]]), ValueError, "Pad the rows"),
    "text": (lambda: Tensor(["cat", "dog"]), TypeError, "np.unique"),
    "a word": (lambda: Tensor("cat"), TypeError, "real numbers"),
    "bytes": (lambda: Tensor(b"cat"), TypeError, "real numbers"),
    "nothing": (lambda: Tensor(None), TypeError, "real numbers"),
    "a dict": (lambda: Tensor({"a": 1}), TypeError, "received dict"),
    "an object": (lambda: Tensor(object()), TypeError, "received object"),
    "complex": (lambda: Tensor(1j), TypeError, "real numbers"),
    "complex array": (lambda: Tensor(np.ones(2, complex)), TypeError, "complex128"),
    "complex dtype": (lambda: Tensor([1.0], dtype=complex), TypeError, "real numbers"),
    "text dtype": (lambda: Tensor([1.0], dtype=str), TypeError, "real numbers"),
    "dates": (
        lambda: Tensor(np.array(["2020-01-01"], dtype="datetime64[D]")),
        TypeError,
        "datetime64",
    ),
    "adding text": (lambda: leaf(1.0) + "a", TypeError, "real numbers"),
    "adding nothing": (lambda: leaf(1.0) + None, TypeError, "real numbers"),
    "shapes that do not fit": (
        lambda: leaf([1.0, 2.0]) + leaf([1.0, 2.0, 3.0]),
        ValueError,
        "(2,) (3,)",
    ),
    "matrices that do not fit": (
        lambda: leaf(np.ones((2, 3))) @ leaf(np.ones((2, 3))),
        ValueError,
        "matmul",
    ),
    "truth of several": (lambda: bool(leaf([1.0, 2.0])), ValueError, "ambiguous"),
    "float of several": (lambda: float(leaf([1.0, 2.0])), ValueError, "size 1"),
    "item of several": (lambda: leaf([1.0, 2.0]).item(), ValueError, "size 1"),
    "length of a number": (lambda: len(leaf(1.0)), TypeError, "unsized"),
    "loop over a number": (lambda: list(leaf(1.0)), TypeError, "0-d|unsized"),
    "index out of range": (lambda: leaf([1.0])[3], IndexError, "out of bounds"),
    "a fraction as index": (lambda: leaf([1.0, 2.0])[Tensor([0.5])], IndexError, "fraction"),
    "an unmapped function": (
        lambda: np.cbrt(leaf([1.0])),
        TypeError,
        "np.cbrt has no derivative",
    ),
    "an unmapped function, the way": (lambda: np.cbrt(leaf([1.0])), TypeError, "minidl.ops"),
    "an unmapped function, the other way": (lambda: np.cbrt(leaf([1.0])), TypeError, "t.numpy()"),
    "out=": (lambda: np.exp(leaf([1.0]), out=np.zeros(1)), TypeError, "np.exp(out=)"),
    "where=": (lambda: np.exp(leaf([1.0]), where=[True]), TypeError, "np.exp(where=)"),
    "add.reduce": (lambda: np.add.reduce(leaf([1.0])), TypeError, "np.add.reduce"),
    "array += tensor": (lambda: _into_an_array(leaf([1.0])), TypeError, "np.add(out=)"),
    "np.linalg.norm with gradient": (
        lambda: np.linalg.norm(leaf([3.0, 4.0])),
        TypeError,
        "gradient would be lost",
    ),
    "np.median with gradient": (
        lambda: np.median(leaf([3.0, 4.0])),
        TypeError,
        "np.median has no derivative",
    ),
    "np.vstack of a list": (
        lambda: np.vstack([leaf(1.0), leaf(2.0)]),
        TypeError,
        "gradient would be lost",
    ),
    "an op with too few vjps": (
        lambda: apply(lambda x, y: (x * y, (lambda g: g * y,)), leaf(1.0), leaf(2.0)),
        TypeError,
        "1 vjps for 2 inputs",
    ),
    "a vjp of the wrong shape": (
        lambda: apply(
            lambda x: (x.sum(), (lambda g: g[None].repeat(5),)), leaf([1.0, 2.0])
        ).backward(),
        ValueError,
        "returned shape (5,) for an input of shape (2,)",
    ),
    "a vjp with too few axes": (
        lambda: (
            apply(lambda x: (x.sum(axis=0), (lambda g: g.sum(),)), leaf([[1.0, 2.0]]))
            .sum()
            .backward()
        ),
        ValueError,
        "returned shape () for an input of shape (1, 2)",
    ),
    "an unknown float type": (
        lambda: backend.set_floatx("float8"),
        ValueError,
        "float16, float32, float64",
    ),
    "no float type": (lambda: backend.set_floatx(None), ValueError, "set_floatx"),
}


def _into_an_array(t):
    a = np.zeros(1)
    a += t


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_and_the_phrase_that_helps(mistake):
    do, kind, phrase = MISTAKES[mistake]
    with pytest.raises(kind) as error:
        do()
    message = str(error.value)
    assert any(p in message for p in phrase.split("|")), message
    assert len(message) < 400


def test_errors_never_dump_arrays():
    big = leaf(np.ones((50, 50)))
    for do in (
        lambda: (big * 2).backward(),
        lambda: setattr(big, "grad", np.ones(3)),
        lambda: big + np.ones(7),
        lambda: Tensor([["a"] * 50] * 50),
    ):
        with pytest.raises((ValueError, TypeError)) as error:
            do()
        assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    "do",
    [
        lambda a, b: Tensor([a, b]),
        lambda a, b: ops.mean([a, b]),
        lambda a, b: leaf([1.0, 1.0]) * [a, b],
        lambda a, b: ops.square([[a, b]]),
    ],
    ids=["Tensor", "ops.mean", "times a list", "nested"],
)
def test_a_list_of_tensors_does_not_lose_their_gradients_silently(do):
    """Stacked so that gradients flow, or refused with the word 'stack'."""
    a, b = leaf(1.0), leaf(2.0)
    try:
        result = do(a, b)
    except TypeError as refusal:
        assert "stack" in str(refusal)
    else:
        result.sum().backward()
        assert a.grad is not None and b.grad is not None


def test_whole_numbers_made_to_want_a_gradient_later():
    """They would get a truncated one."""
    with pytest.raises(TypeError, match="Only float tensors"):
        t = Tensor(np.arange(3))
        t.requires_grad = True
        (t * 1.5).sum().backward()


class Frame:
    """Like a data frame: whatever its columns hold, NumPy gets an array of objects."""

    def __init__(self, rows):
        self.rows = rows

    def __array__(self, dtype=None, copy=None):
        return np.array(self.rows, dtype=object)


def test_what_can_become_a_tensor():
    for value, expected in (
        ([], np.zeros(0)),
        ([[]], np.zeros((1, 0))),
        (range(3), [0, 1, 2]),
        ((1, 2.5), [1, 2.5]),
        ([True, 2], [1, 2]),
        (np.float32(3), 3),
        (Frame([[1, 2.5], [3, 4]]), [[1, 2.5], [3, 4]]),
        ([np.ones(2), np.zeros(2)], [[1, 1], [0, 0]]),
        ([Tensor([1.0]), Tensor([2.0])], [[1], [2]]),
        (Tensor([1.0]), [1]),
        (memoryview(np.ones(2)), [1, 1]),
    ):
        t = Tensor(value)
        assert t.dtype.kind == "f" and t.shape == np.shape(expected)
        np.testing.assert_array_equal(t.data, expected)
    with pytest.raises(TypeError, match="Labels become whole numbers"):
        Tensor(Frame([["cat", 1]]))
    for value in (
        {1, 2},
        (i for i in range(3)),
        2**70,
        [2**70],
        [None, 1.0],
        [1j],
        np.array(["a"]),
        [object()],
        lambda: 0,
    ):
        with pytest.raises(TypeError, match="real numbers"):
            Tensor(value)


def test_the_cure_for_text_is_offered_for_text():
    for value, is_text in (
        (["cat"], True),
        ("cat", True),
        (np.array(["cat", 1], dtype=object), True),
        (None, False),
        (object(), False),
        (1j, False),
    ):
        with pytest.raises(TypeError) as error:
            Tensor(value)
        assert ("np.unique" in str(error.value)) == is_text, error.value


def test_labels_may_stay_whole_numbers():
    assert (
        as_array([1, 2], keep_ints=True).dtype.kind == "i"
        and as_array([1.0, 2], keep_ints=True).dtype == np.float32
    )
    assert as_array([1, 2]).dtype == np.float32
    array = np.arange(3)
    assert as_array(array) is array
    assert (
        as_array(2, np.dtype(np.int8)).dtype == np.int8
        and as_array(2.5, np.dtype(np.int8)).dtype.kind == "f"
    )
    assert as_array(True, np.dtype(np.float64)).dtype == np.float64
