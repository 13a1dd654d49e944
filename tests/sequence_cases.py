"""What the tests of recurrent layers share."""

import numpy as np
import pytest

from minidl import layers

UNITS, STEPS, FEATURES = 3, 6, 4
EACH = ("SimpleRNN", "LSTM", "GRU")
each_layer = pytest.mark.parametrize("name", EACH)


def drawn(n=5, steps=STEPS, features=FEATURES, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, steps, features)), rng.random((n, steps)) < 0.6


def made(name, **options):
    """A layer in float64, built, with weights that no initializer gives."""
    layer = getattr(layers, name)(UNITS, dtype="float64", **options)
    layer.build((None, None, FEATURES))
    rng = np.random.default_rng(7)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    return layer
