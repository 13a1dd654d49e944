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
    assert layers.SinePositionEncoding()(x[..., :5]).shape == (2, 7, 5)
