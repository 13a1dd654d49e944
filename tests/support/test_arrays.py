"""Arrays of dtypes that NumPy does not have."""

import numpy as np
import pytest

from minidl import (
    losses,
)


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
