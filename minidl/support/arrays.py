"""Converts lists, scalars, data frames, tensors and other values to arrays. This is the only file
that distinguishes these types.
"""

from __future__ import annotations

from functools import cache, wraps

import numpy as np

from . import backend


class Number(float):
    """A float with the methods `.numpy()` and `.item()` and the attribute `.shape`, like a tensor.
    Results are returned as Numbers.
    """

    shape, ndim, size, dtype = (), 0, 1, np.dtype("float64")

    def numpy(self) -> np.float64:
        """The same number as a NumPy scalar."""
        return np.float64(self)

    def item(self) -> float:
        """The same number as a plain float."""
        return float(self)


# Once an array of nearly 32 MB was freed, the C library of Linux keeps what is freed for the next
# arrays. Before, it gives large ones back to the system and gets them anew, page by page, which
# took 0.4 of a step of an LSTM. (glibc's dynamic threshold, see `man 3 mallopt`; elsewhere without
# effect. The memory is not touched: this takes microseconds.)
np.empty(2**25 - 2**16, np.uint8)

NUMPY_1 = np.lib.NumpyVersion(np.__version__) < "2.0.0"


def as_array(value, partner: np.dtype | None = None, keep_ints: bool = False) -> np.ndarray:
    """Convert `value` to an array of real numbers. An array is returned without a copy.

    Lists and Python numbers become the default float type (keep_ints: lists of whole numbers, such
    as labels, stay whole).

    partner: the dtype of a bare number, so that 2.0 * float32 stays float32, also on NumPy 1.26.

    Raises TypeError for text and objects, ValueError for ragged lists.
    """
    if isinstance(value, (bool, int, float, np.generic)):
        return _number(value, partner)
    if type(value) is not np.ndarray and hasattr(value, "mask") and np.ma.is_masked(value):
        raise ValueError(
            "A masked array hides numbers that would be computed with: pass x.filled(0), or leave "
            "out the rows where x.mask is True."
        )
    array = np.asarray(value) if hasattr(value, "__array__") else _from_list(value, keep_ints)
    # a data frame or series of mixed number types
    if array.dtype.kind == "O" and hasattr(value, "__array__"):
        array = _numbers_or_objects(array)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"Tensors hold real numbers; received {describe(value, array)}.")
    return array


def _number(value, partner) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"Tensors hold real numbers; received {value!r} of type {type(value).__name__}."
        )
    plain = array.item()
    if partner is not None and (
        partner.kind == "f"
        or isinstance(plain, bool)
        or (partner.kind in "iu" and isinstance(plain, int))
    ):
        return np.array(plain, dtype=partner)
    if isinstance(plain, bool) or (partner is None and isinstance(value, np.generic)):
        return array
    return np.array(
        plain,
        dtype=np.int64 if partner is not None and isinstance(plain, int) else backend.floatx(),
    )


def _from_list(value, keep_ints) -> np.ndarray:
    if _has_gradients(value):
        raise TypeError(
            "A list of tensors would lose their gradients here; ops.stack(list) makes one tensor "
            "of them."
        )
    try:
        array = np.asarray(value)
    except ValueError:
        lengths = sorted({len(v) for v in value if hasattr(v, "__len__")})
        found = f" ({lengths[0]} and {lengths[-1]})" if len(lengths) > 1 else ""
        raise ValueError(
            f"The rows of the list have different lengths{found}, so they make no rectangular "
            f"array. Pad the rows to one length."
        ) from None
    become_floats = "f" if keep_ints else "iuf"
    return array.astype(backend.floatx()) if array.dtype.kind in become_floats else array


def _has_gradients(value) -> bool:
    return isinstance(value, (list, tuple)) and any(
        [getattr(v, "requires_grad", False) or _has_gradients(v) for v in value]
    )


def _numbers_or_objects(array) -> np.ndarray:
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        return array


def describe(value, array) -> str:
    """Describe what was received, without its contents: 'list of dtype <U3', with the cure for
    text.
    """
    cure = ""
    if array.dtype.kind in "SU" or (
        array.dtype.kind == "O" and any(isinstance(v, str) for v in array.flat)
    ):
        cure = (
            ". Labels become whole numbers with np.unique(labels, return_inverse=True)[1], "
            "texts with layers.TextVectorization"
        )
    return f"{type(value).__name__} of dtype {array.dtype}{cure}"


@cache
def in_numpy_2(op):
    """Wrap an op so that under NumPy 1.26 its results have the dtypes of NumPy 2 (NEP 50).

    NumPy 1.26 decides by the values of arrays without axes: float32 * 2.0 is float64 if the float32
    has no axes, and a float64 without axes is ignored next to float32 arrays.
    """

    @wraps(op)
    def computed(*arrays, **params):
        data, vjps = op(*arrays, **params)
        return _with_numpy_2_dtype(data, op, arrays, params), vjps

    return computed


def _with_numpy_2_dtype(data, op, arrays, params):
    kinds = {a.dtype for a in arrays}
    if not all(a.dtype.kind == "f" for a in arrays) or data.dtype.kind != "f" or "dtype" in params:
        return data
    common = np.result_type(*kinds)
    if data.dtype == common:
        return data
    if common.itemsize > data.dtype.itemsize:  # compute again, so that the digits are there
        data = op(*[a.astype(common) for a in arrays], **params)[0]
    return np.asarray(data).astype(common)


def short(array, prefix: str) -> str:
    """Format the values for a repr: all of a small array, the first and last ones of a
    large array.
    """
    shown = array if array.ndim < 4 else array.ravel()
    return np.array2string(
        shown,
        precision=4,
        separator=", ",
        threshold=20,
        edgeitems=2 if shown.ndim < 3 else 1,
        prefix=prefix,
    )
