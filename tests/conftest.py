"""What all tests may ask for, and which of them are quick."""

import gc

import numpy as np
import pytest
from places import TESTS

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


@pytest.fixture
def clean_state():
    """The same random numbers for each test, and whatever it leaves switched on is switched off."""
    set_random_seed(0)
    errors = np.geterr()
    yield
    vars(switches).clear()
    np.seterr(**errors)


# `pytest -m quick` takes these: the core, one object of every class, and a look into every room.
QUICK = ("core/test_*.py", "test_catalogues*.py", "test_every_room.py")
QUICK_FILES = {path for pattern in QUICK for path in TESTS.glob(pattern)}


def pytest_ignore_collect(collection_path, config):
    """Other files are not even imported, which takes longer than the quick tests themselves."""
    if config.option.markexpr == "quick" and collection_path.suffix == ".py":
        return collection_path not in QUICK_FILES or None
    return None


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path in QUICK_FILES:
            item.add_marker(pytest.mark.quick)


def pytest_collection_finish():
    """Python's search for unused objects leaves out the thousands of tests, which are all used: it
    would take a second, again and again.
    """
    gc.collect()
    gc.freeze()
