"""Every metric gives the numbers that Keras gives, which are kept in a file."""

import numpy as np
import pytest
from keras_measure_calls import METRICS, golden, of_metric, titled

import minidl

CASES, GOLDEN = titled(METRICS), golden()["metrics"]


@pytest.mark.parametrize("title", CASES)
def test_numbers_are_those_of_keras(title):
    found = of_metric(minidl, *CASES[title])
    np.testing.assert_allclose(found, GOLDEN[title], rtol=2e-5, atol=2e-6)
