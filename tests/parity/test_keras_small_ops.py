"""Small functions of keras.ops (windows, blocks, determinants, parts of numbers) give Keras's numbers."""

import keras
import numpy as np
import pytest
from keras_small_calls import SIGNAL, SMALL_A, SMALL_CALLS

from minidl import ops

NAMES = {name for name, _ in SMALL_CALLS} | {"argpartition", "dtype", "vectorize"}


@pytest.mark.parametrize(
    ("name", "inputs"), SMALL_CALLS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_the_numbers_of_keras(name, inputs):
    ours, theirs = getattr(ops, name)(*inputs), getattr(keras.ops, name)(*inputs)
    several = isinstance(theirs, tuple | list)
    for mine, its in zip(ours, theirs) if several else [(ours, theirs)]:
        its = np.asarray(its)
        assert np.shape(mine) == its.shape
        np.testing.assert_allclose(np.asarray(mine), its, rtol=1e-4, atol=1e-5)


def test_the_rest():
    assert ops.dtype(SMALL_A) == keras.ops.dtype(SMALL_A) == "float32"
    doubled = ops.vectorize(lambda a: a * 2)(SMALL_A)
    np.testing.assert_allclose(doubled, keras.ops.vectorize(lambda a: a * 2)(SMALL_A))
    for function in (ops.argpartition, keras.ops.argpartition):
        places = np.asarray(function(SIGNAL, 2))
        parts = SIGNAL[places]
        assert parts[:2].max() <= parts[2] <= parts[3:].min()
