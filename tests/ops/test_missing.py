"""Reductions that leave nan out."""

import numpy as np
from ops_samples import A, I

from minidl import ops


def test_past_what_is_missing():
    x = np.float32([[np.nan, np.nan], [1, np.nan], [2, 4]])
    np.testing.assert_array_equal(ops.nanmean(x, 1).data, [np.nan, 1, 3])
    np.testing.assert_array_equal(ops.nanmax(x, 1).data, [np.nan, 1, 4])
    np.testing.assert_array_equal(ops.nanmin(x, 1).data, [np.nan, 1, 2])
    np.testing.assert_array_equal(ops.nansum(x, 1).data, [0, 1, 6])
    for name, expected in (("nanvar", [0, 1]), ("nanstd", [0, 1])):
        np.testing.assert_array_equal(getattr(ops, name)(x[1:], 1).data, expected)
        kept = getattr(ops, name)(x[1:], 1, keepdims=True)
        np.testing.assert_array_equal(kept.data, np.float32(expected)[:, None])
    assert (
        ops.nanmax(I).item() == 3
        and ops.nanmax(I).dtype == I.dtype
        and ops.nanmean(I).dtype == np.float32
        and ops.nansum(I).item() == I.sum()
    )
    assert ops.allclose(x, x, equal_nan=True).item() and not ops.allclose(x, x).item()
    assert ops.diff(A, 0).tolist() == A.tolist()
