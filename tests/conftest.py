"""What all tests may ask for, and which of them are quick."""

import numpy as np
import pytest

from minidl import backend, set_random_seed
from minidl.tensor import switches


def settings():
    return backend.floatx(), np.geterr(), switches.pauses, switches.training, switches.quiet


@pytest.fixture(autouse=True)
def as_found():
    """Each test begins with the same random numbers, in whatever order the tests run, and leaves
    the default dtype, NumPy's warnings and the recording of gradients as they were.
    """
    set_random_seed(0)
    before = settings()
    yield
    assert settings() == before


@pytest.fixture
def in_float64():
    backend.set_floatx("float64")
    yield
    backend.set_floatx("float32")
