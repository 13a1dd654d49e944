"""What all tests may ask for."""

import pytest

from minidl import set_random_seed


@pytest.fixture
def same_numbers_every_time():
    """The random numbers of each test are the same, in whatever order the tests run."""
    set_random_seed(0)
