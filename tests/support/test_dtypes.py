"""Names of dtypes, and the dtype of an operation on several, as Keras 3.15 has them."""

import numpy as np
import pytest

import minidl
from minidl import backend

K = minidl.keras.backend


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (None, "float32"),
        (float, "float32"),
        (int, "int32"),
        (bool, "bool"),
        (str, "string"),
        ("string", "string"),
        ("uint8", "uint8"),
        (np.float64, "float64"),
        (np.dtype("int16"), "int16"),
    ],
)
def test_a_dtype_by_its_name(dtype, name):
    assert K.standardize_dtype(dtype) == name
    assert K.is_float_dtype(dtype) == name.startswith("float")
    assert K.is_int_dtype(dtype) == name.startswith(("int", "uint"))


def test_no_dtype():
    with pytest.raises(ValueError, match="Invalid dtype: 'flaot'. Write its name, as 'float32'"):
        K.standardize_dtype("flaot")


@pytest.mark.parametrize(
    ("dtypes", "result"),
    [
        ((), "float32"),
        (("int32", "float16"), "float16"),
        (("int64", "float32"), "float32"),
        (("float32", "float64"), "float64"),
        (("int8", "int16"), "int16"),
        (("uint8", "int8"), "int16"),
        (("bool", "int32"), "int32"),
        (("float16", float), "float16"),
        (("float64", float, int), "float64"),
        (("int8", int), "int8"),
        (("int8", float), "float32"),
        ((int,), "int32"),
        ((float,), "float32"),
        ((int, float), "float32"),
    ],
)
def test_the_dtype_of_an_operation(dtypes, result):
    assert K.result_type(*dtypes) == result
    kinds = [np.dtype(d) if isinstance(d, str) else d for d in dtypes]
    assert K.result_type(*kinds) == result


def test_the_default_dtype_counts(in_float64):
    assert K.standardize_dtype(float) == K.standardize_dtype(None) == backend.floatx() == "float64"
    assert K.result_type("int8", float) == "float64"
