"""Claims of the chapters: what is printed when one holds, what is said when one does not."""

import subprocess
import sys

import numpy as np
import pytest

from minidl import Tensor
from minidl.course import claim


@pytest.mark.parametrize(
    ("value", "bounds", "printed"),
    [
        (True, {}, "✓ so it is"),
        (np.array([True, True]), {}, "✓ so it is"),
        (0.9912, {"at_least": 0.99}, "✓ so it is (0.9912)"),
        (3, {"above": 2, "below": 4}, "✓ so it is (3)"),
        (3, {"at_most": 3}, "✓ so it is (3)"),
        (Tensor([1.0, 2.0]), {"equals": [1, 2]}, "✓ so it is"),
        (Tensor([1.0, 2.0]), {"above": 0}, "✓ so it is"),
        (1 + 1e-7, {"equals": 1}, "✓ so it is"),
    ],
)
def test_a_true_claim_gets_a_tick(value, bounds, printed, capsys):
    claim("so it is", value, **bounds)
    assert capsys.readouterr().out == printed + "\n"


@pytest.mark.parametrize(
    ("value", "bounds", "said"),
    [
        (False, {}, "so it is: expected True, got False"),
        (np.array([True, False]), {}, "expected True"),
        (0.5, {"at_least": 0.99}, "so it is: expected at least 0.99, got 0.5"),
        (float("nan"), {"at_least": 0.99}, "expected at least 0.99, got nan"),
        (3, {"above": 3, "below": 4}, "expected above 3 and below 4, got 3"),
        (3, {"above": 2, "below": 3}, "expected above 2 and below 3, got 3"),
        (3, {"at_most": 2}, "expected at most 2, got 3"),
        (1.01, {"equals": 1, "within": 0.005}, "expected 1 (within 0.005), got 1.01"),
        (np.float32([1, 3]), {"equals": [1, 2]}, "got float32 array of shape (2,), from 1 to 3"),
        (float("nan"), {"equals": float("nan")}, "expected nan"),
        (1 + 2e-6, {"equals": 1}, "expected 1 (within 1e-06), got 1"),
        (np.ones(2), {"at_least": [1, 2]}, "at least int64 array of shape (2,), from 1 to 2, got"),
    ],
)
def test_a_false_claim_says_what_was_expected_and_what_came(value, bounds, said, capsys):
    with pytest.raises(AssertionError) as error:
        claim("so it is", value, **bounds)
    assert said in str(error.value) and "python -O" in str(error.value)
    assert capsys.readouterr().out == ""


def test_a_bound_of_another_name():
    with pytest.raises(TypeError, match=r"knows equals, at_least.*received more_than=2"):
        claim("so it is", 3, more_than=2)


def test_without_asserts_a_false_claim_is_printed():
    """For exercises, which often break what a chapter claims."""
    code = "from minidl.course import claim; claim('so it is', 3, below=2); print('and on')"
    done = subprocess.run([sys.executable, "-O", "-c", code], capture_output=True, text=True)
    said = "[false] so it is: expected below 2, got 3"
    assert done.stdout.splitlines() == [said, "and on"], done.stderr
