"""Every op gives the numbers and types that Keras gives, which are kept in a file."""

import functools

import numpy as np
import pytest
from keras_small_calls import FILE, every_call, parts

from minidl import ops

# Keras on JAX, with float64 switched on, gives these as float64 or float32, whatever went in.
OTHER_TYPES = {
    *("linspace", "logspace", "geomspace", "bincount", "histogram"),
    "sparse_categorical_crossentropy",
}


@functools.cache
def golden() -> dict:
    with np.load(FILE) as kept:
        return dict(kept)


@pytest.mark.parametrize("title", every_call())
def test_numbers_and_types_are_those_of_keras(title):
    name, arguments, options = every_call()[title]
    function = ops
    for part in name.split("."):
        function = getattr(function, part)
    found = parts(function(*arguments, **options))
    assert len(found) == sum(key.rpartition("/")[0] == title for key in golden())
    for i, ours in enumerate(found):
        theirs = golden()[f"{title}/{i}"]
        assert ours.shape == theirs.shape
        assert ours.dtype.kind == theirs.dtype.kind or name in OTHER_TYPES
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-5)
