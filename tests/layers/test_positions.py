"""SinePositionEncoding."""

import numpy as np

from minidl import layers


def test_where_a_step_stands():
    """Formula by formula; a sequence that goes on begins where the last one ended."""
    x = np.zeros((2, 7, 6), "float32")
    codes = layers.SinePositionEncoding(100)(x).numpy()
    assert codes.shape == x.shape and codes.dtype == np.float32
    for t in range(7):
        for i in range(3):
            angle = t / 100 ** (2 * i / 6)
            expected = [np.sin(angle), np.cos(angle)]
            np.testing.assert_allclose(codes[1, t, 2 * i : 2 * i + 2], expected, atol=1e-6)
    later = layers.SinePositionEncoding(100)(x[:, 4:], start_index=4).numpy()
    np.testing.assert_array_equal(later, codes[:, 4:])
    odd = layers.SinePositionEncoding()(x[..., :5]).numpy()
    angles = 6 / 10000 ** (np.array([0, 0, 2, 2, 4]) / 5)
    expected = [np.sin(a) if i % 2 == 0 else np.cos(a) for i, a in enumerate(angles)]
    np.testing.assert_allclose(odd[0, 6], expected, atol=1e-6)
