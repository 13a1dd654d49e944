"""Global pooling: steps that a mask leaves out, whole numbers, and what is refused."""

import numpy as np
import pytest

from minidl import layers

X = np.array([[[1, 8], [3, 2], [5, 6]], [[9, 4], [7, 0], [2, 3]]], "f")  # (n, steps, features)
MASK = np.array([[True, True, False], [False, False, False]])


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_the_mean_of_the_steps_that_count(first, keepdims):
    options = {"data_format": "channels_first"} if first else {}
    layer = layers.GlobalAveragePooling1D(**options, keepdims=keepdims)
    x = X.swapaxes(1, 2) if first else X
    expected = np.array([[2, 5], [0, 0]])
    if keepdims:
        expected = expected[..., None] if first else expected[:, None]
    np.testing.assert_array_equal(layer(x, mask=MASK), expected)
    rest = layer(x, mask=~MASK).numpy().reshape(2, 2)
    np.testing.assert_allclose(rest, [[5, 6], [6, 7 / 3]], rtol=1e-6)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.GlobalAveragePooling1D(), [[3, 16 / 3], [6, 7 / 3]]),
        (layers.GlobalMaxPooling1D(), [[5, 8], [9, 4]]),
    ],
)
def test_whole_numbers(layer, expected):
    y = layer(X.astype(int))
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    assert layer.compute_mask(X, MASK) is None or not layer.supports_masking


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("1D", {}, r"\(n, steps, features\); received shape \(2, 3\)"),
        ("1D", {"data_format": "channels_first"}, r"\(n, features, steps\)"),
        ("2D", {}, r"\(n, height, width, channels\)"),
        ("2D", {"data_format": "channels_first"}, r"\(n, channels, height, width\)"),
        ("3D", {"data_format": "channels_first"}, r"\(n, channels, depth, height, width\)"),
    ],
)
def test_inputs_of_other_axes(name, options, words):
    for kind in ("Average", "Max"):
        with pytest.raises(ValueError, match=words):
            getattr(layers, f"Global{kind}Pooling{name}")(**options)(np.ones((2, 3)))
