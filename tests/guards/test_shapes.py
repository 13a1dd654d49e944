"""Inputs of another shape: the advice in the error."""

import numpy as np
import pytest

from minidl import Input, Sequential, layers


def test_a_channel_axis_too_many_or_too_few():
    grey, flat = (
        Sequential([Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)]),
        Sequential([Input((4, 4)), layers.Flatten(), layers.Dense(2)]),
    )
    flat.set_weights(grey.get_weights())
    images = np.arange(48.0).reshape(3, 4, 4)
    for model in (grey, flat):
        np.testing.assert_array_equal(model(images).data, model(images[..., None]).data)
    with pytest.raises(ValueError, match="was declared for samples of shape"):
        grey(np.zeros((3, 4, 4, 2)))
