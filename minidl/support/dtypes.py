"""Names of dtypes, and the dtype of an operation on several: functions of keras.backend."""

from __future__ import annotations

import numpy as np

from . import backend


def standardize_dtype(dtype) -> str:
    """The name of a dtype: 'float32' for np.float32, tensors' dtypes and float; floatx() for
    None.
    """
    if dtype is None:
        return backend.floatx()
    plain = {int: "int32", float: backend.floatx(), bool: "bool", str: "string", "string": "string"}
    try:
        return plain[dtype] if dtype in plain else backend.number_type(dtype).name
    except TypeError:
        raise ValueError(f"Invalid dtype: {dtype!r}. Write its name, as 'float32'.") from None


def is_float_dtype(dtype) -> bool:
    """Whether a dtype holds fractions."""
    return "float" in standardize_dtype(dtype)


def is_int_dtype(dtype) -> bool:
    """Whether a dtype holds whole numbers."""
    return standardize_dtype(dtype).startswith(("int", "uint"))


def result_type(*dtypes) -> str:
    """The dtype of an operation on numbers of these dtypes. Whole numbers with fractions give the
    fractions' dtype, as in Keras; a number of Python, int or float, takes the dtype of the others.
    """
    # by identity: np.dtype("float64") == float, and is no number of Python
    strong = [d for d in dtypes if d is not int and d is not float]
    if not any(d is float for d in dtypes) or any(map(is_float_dtype, strong)):
        dtypes = strong or dtypes
    names = [standardize_dtype(getattr(d, "dtype", d)) for d in dtypes] or [backend.floatx()]
    floats = [name for name in names if "float" in name]
    return np.result_type(*(floats or names)).name
