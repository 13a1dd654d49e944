"""Every loss gives the numbers that Keras gives, which are kept in a file."""

import numpy as np
import pytest
from keras_measure_calls import LOSSES, golden, of_loss, titled

import minidl

CASES, GOLDEN = titled(LOSSES), golden()["losses"]


@pytest.mark.parametrize("title", CASES)
def test_numbers_are_those_of_keras(title):
    found = of_loss(minidl, *CASES[title])
    np.testing.assert_allclose(found, GOLDEN[title], rtol=2e-5, atol=2e-6)
