"""Arrays of dtypes that NumPy does not have, and what is said of others."""

import numpy as np
import pytest

from minidl import losses
from minidl.support.arrays import describe, short


def test_bfloat16_needs_a_package_that_numpy_has_not():
    loss = losses.MeanSquaredError(dtype="float16")
    assert loss([[1.0]], [[0.5]]).dtype == np.float16
    try:
        import ml_dtypes  # noqa: F401  pyright: ignore[reportMissingImports]
    except ImportError:
        with pytest.raises(ValueError, match="NumPy has no bfloat16"):
            losses.MeanSquaredError(dtype="bfloat16")
    else:
        rounded = losses.MeanSquaredError(dtype="bfloat16")([[1.0]], [[0.3]])
        assert rounded.dtype.name == "bfloat16" and float(rounded.item()) == 0.490234375


@pytest.mark.parametrize("values", [["a", "b"], [b"a"], np.array(["a", 1], object)])
def test_texts_are_described_with_their_cure(values):
    said = describe(values, np.asarray(values))
    assert said.startswith(f"{type(values).__name__} of dtype ")
    assert "np.unique(labels, return_inverse=True)[1]" in said and "TextVectorization" in said


@pytest.mark.parametrize("values", [["2026-11-30"], [None, 1], [2 + 1j]])
def test_other_things_are_described_without_one(values):
    array = np.array(values, "datetime64[D]" if isinstance(values[0], str) else None)
    assert describe(values, array) == f"list of dtype {array.dtype}"


@pytest.mark.parametrize(
    ("shape", "numbers"),
    [((20,), 20), ((21,), 4), ((5, 4), 20), ((9, 9), 16), ((9, 9, 9), 8), ((9, 9, 9, 9), 4)],
)
def test_of_large_arrays_the_ends_are_shown(shape, numbers):
    """Two at each end of an axis; of three axes one; more axes are shown as one row."""
    said = short(np.zeros(shape), "")
    assert said.count("0.") == numbers and ("..." in said) == (np.prod(shape) > 20)
    assert short(np.array([1.23456789]), "") == "[1.2346]"
