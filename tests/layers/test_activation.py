"""Activations as layers."""

import pytest

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
