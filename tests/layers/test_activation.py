"""Activations as layers."""

import numpy as np
import pytest

from minidl import layers
from minidl.layers import ReLU


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_value": -1.0},
        {"negative_slope": -0.1},
        {"threshold": -1.0},
        {"max_value": float("nan")},
    ],
)
def test_relu_arguments(arguments):
    with pytest.raises(
        ValueError, match=rf"ReLU: {next(iter(arguments))} must not be negative; received"
    ):
        ReLU(**arguments)


@pytest.mark.parametrize("shape", [(2, 3), (1, 1, 3), (4,)])
def test_a_mask_must_fit_the_input(shape):
    with pytest.raises(ValueError, match=r"broadcast to the input's shape \(1, 3\); received"):
        layers.Softmax()(np.zeros((1, 3), "f"), mask=np.ones(shape, bool))
