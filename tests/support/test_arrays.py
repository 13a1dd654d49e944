"""Arrays of dtypes that NumPy does not have, and what is said of others."""

import numpy as np
import pytest

from minidl import losses
from minidl.support.arrays import as_array, describe, in_numpy_2, short


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


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        ([[1, 2], [3], [4, 5, 6]], ValueError, r"different lengths \(1 and 3\), so"),
        ([[1, [2]], [3, 4]], ValueError, r"different lengths, so"),
        (np.ma.masked_array([1, 2], [False, True]), ValueError, "A masked array hides numbers"),
        (np.complex64(1), TypeError, "received .*1.* of type complex64"),
    ],
)
def test_what_is_no_array_of_numbers(value, error, said):
    with pytest.raises(error, match=said):
        as_array(value)
    assert as_array(np.ma.masked_array([1, 2], [False, False])).tolist() == [1, 2]
    assert as_array(np.zeros((2, 0), object)).dtype == np.float64


@pytest.mark.parametrize(
    ("dtypes", "computed", "params", "found"),
    [
        (("f4", "f8"), "f4", {}, "f8"),
        (("f4", "f4"), "f8", {}, "f4"),
        (("f4", "f4"), "f4", {}, "f4"),
        (("i8", "f4"), "f8", {}, "f8"),
        (("f4", "f4"), "i8", {}, "i8"),
        (("f4", "f8"), "f4", {"dtype": "f4"}, "f4"),
    ],
)
def test_numpy_1_computes_in_the_dtypes_of_numpy_2(dtypes, computed, params, found):
    """1/3 in twice the digits where the dtype has them: it is computed again."""

    def third(*arrays, **params):
        wanted = computed if [a.dtype for a in arrays] == [*map(np.dtype, dtypes)] else "f8"
        return np.asarray(sum(arrays) / 3).astype(wanted), "vjps"

    data, vjps = in_numpy_2(third)(*[np.array(0.5, d).astype(d) for d in dtypes], **params)
    assert data.dtype == found and vjps == "vjps"
    if found == "f8":
        assert data == (1 / 3 if dtypes[0] == "f4" else 1 / 6)
