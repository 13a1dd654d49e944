"""How near an answer is."""

import numpy as np
import pytest

from minidl.homework.differences import difference


def test_no_finite_number_is_near_an_infinite_one():
    inf = np.inf
    assert difference(inf, 3.0, 1e-6, 1e-9) and difference(np.array([-inf]), np.array([inf]), 1, 1)
    assert not difference(np.array([inf, -inf]), np.array([inf, -inf]), 1e-6, 1e-9)
    assert difference(1.0, inf, 1e-6, 1e-9)


A, ONES = np.array, np.ones((2, 3))
CASES = [
    # expected, received, what is said
    (1.0, 1.0 + 0.9e-3, ""),
    (1.0, 1.0 + 1.2e-3, "the number is 1.0012, expected 1"),
    (0.0, 0.9e-4, ""),
    (0.0, 1.1e-4, "the number is 0.00011, expected 0"),
    (-2.0, -2.0019, ""),
    (A([1.0]), A([1.5]), "the number at [0] is 1.5, expected 1"),
    (ONES, ONES * [1, 1, 2], "2 of 6 numbers differ, the first at [0, 2]: 2, expected 1"),
    (A([1.0, np.nan]), A([1.0, np.nan]), ""),
    (A([1.0, np.nan]), A([1.0, 2.0]), "1 of 2 numbers differ, the first at [1]: 2, expected nan"),
    (A([1, 2]), A([1, 2.5]), "1 of 2 numbers differ, the first at [1]: 2.5, expected 2"),
    (A([1.0]), A([True]), "expected floats, received an array of bool: .astype(float) makes"),
    (A([True]), A([True]), ""),
    (A([True]), A([1.0]), ""),
    (A([1.0, 2.0]), A([1.0]), "expected shape (2,), received an array of shape (1,)"),
    (A([1.0, 2.0]), None, "received None: is a return missing?"),
    (A([1.0, 2.0]), "ab", "expected an array of shape (2,), received str 'ab'"),
    (1.0, True, "expected an array of shape (), received bool True"),
    (1.0, "x" * 99, f"received str '{'x' * 59}"),
    (True, True, ""),
    (True, 1, "expected True, received int 1"),
    (None, None, ""),
    (None, 0, "expected None, received int 0"),
    ("a", "a", ""),
    ("a", "b", "expected 'a', received str 'b'"),
    ([1, 2], (1, 2), ""),
    ([1, 2], [1, 2, 3], "expected 2 values, received 3"),
    ([1, 2], 3, "expected 2 values, received int 3"),
    ([1, [2, 3]], [1, [2, 4]], "the number in the second value, value 2 is 4, expected 3"),
    ([0] * 5, [0] * 4 + [1], "the number in the fifth value is 1, expected 0"),
    ([0] * 6, [0] * 5 + [1], "the number in value 6 is 1, expected 0"),
    ([0], [None], "received None in the first value: is a return missing?"),
    ({"a": 1}, {"a": 1}, ""),
    ({"a": 1, "b": [2]}, {"a": 1, "b": [3]}, "the number in 'b', value 1 is 3, expected 2"),
    ({"a": 1, "b": 2}, {"a": 1}, "expected a dict with a, b, received dict {'a': 1}"),
    ({"a": 1}, [1], "expected a dict with a, received list [1]"),
    ({"a": [1]}, {"a": 5}, "expected 1 values in 'a', received int 5"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "received", "said"), CASES, ids=range(len(CASES)))
def test_a_difference_is_told_in_a_sentence(expected, received, said):
    found = difference(expected, received, 1e-3, 1e-4)
    assert found.startswith(said) if said.startswith(("expected floats",)) else said in found
    assert bool(found) == bool(said)


def test_what_values_are_called():
    said = difference([1, 2], [1, 3], 0.0, 0.0, each="returned value")
    assert said == "the number in the second returned value is 3, expected 2"
    assert not difference(2.0, 3.0, 0.0, 1.0) and not difference(2.0, 3.0, 0.5, 0.0)
    assert difference(1.0, 1.0 + 1e-15, 0.0, 0.0) and not difference(1.0, 1.0, 0.0, 0.0)
