"""The networks of applications, as Keras has them: layers, weights, and outputs from the same
weights.
"""

import numpy as np
import pytest
from application_cases import OTHERS, SIZES, answers, golden

import minidl

KERAS = golden()


@pytest.mark.parametrize("name", [*SIZES, *OTHERS])
def test_layers_and_outputs_are_those_of_keras(name, no_numbers):
    found = answers(minidl, name)
    assert found["layers"] == KERAS[name]["layers"]
    if name in SIZES:
        np.testing.assert_allclose(found["output"], KERAS[name]["output"], rtol=1e-4)
        assert np.ptp(found["output"]) > 0.01  # the picture and the weights matter
