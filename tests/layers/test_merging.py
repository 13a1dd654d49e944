"""Layers that make one tensor of several."""

import numpy as np
from layer_cases import A

from minidl import Input, Model, layers

RNG = np.random.default_rng(7)
# --- merging


def test_inputs_of_fewer_axes_are_aligned_behind_the_batch():
    """NumPy alone would lay the 2 samples along the 2 rows of each, and say nothing."""
    a, b = RNG.normal(size=(2, 2, 3)).astype(np.float32), RNG.normal(size=(2, 3)).astype(np.float32)
    np.testing.assert_allclose(layers.Add()([a, b]).numpy(), a + b[:, None])
    np.testing.assert_allclose(layers.Subtract()([b, a]).numpy(), b[:, None] - a)


def test_functions_of_the_same_names():
    a, b = A.astype(np.float32), (A + 1).astype(np.float32)
    for name, expected in (
        ("add", a + b),
        ("subtract", a - b),
        ("multiply", a * b),
        ("average", (a + b) / 2),
        ("maximum", b),
        ("minimum", a),
        ("concatenate", np.concatenate([a, b], -1)),
        ("dot", (a * b).sum(1, keepdims=True)),
    ):
        np.testing.assert_allclose(
            getattr(layers, name)([a, b]).numpy(), expected, rtol=1e-5, atol=1e-6
        )
    x = Input((3,))
    np.testing.assert_allclose(
        Model(x, layers.concatenate([x, layers.add([x, x])], axis=1))(a).numpy(),
        np.concatenate([a, 2 * a], 1),
    )
