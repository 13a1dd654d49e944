"""EinsumDense: the kernel and its fans."""

import numpy as np
import pytest

from minidl import layers

RNG = np.random.default_rng(7)


@pytest.mark.parametrize(
    ("equation", "shape", "output_shape", "fans"),
    [
        ("ab,bc->ac", (40,), 30, 70),
        ("abc,cde->abde", (3, 40), (None, 20, 30), 640),
        ("abc,dec->abde", (3, 40), (None, 20, 30), 640),
        ("abcd,cde->abe", (3, 20, 30), (None, 40), 640),
        ("...ab,bc->...ac", (2, 40), (None, 30), 70),
    ],
)
def test_the_kernel_of_an_einsum(equation, shape, output_shape, fans):
    """It begins within ±√(6/(inputs + units)), which its letters tell, and computes what NumPy
    does.
    """
    layer, x = (
        layers.EinsumDense(
            equation,
            output_shape,
            bias_axes=equation[-1],
            activation="tanh",
            bias_initializer="normal",
        ),
        RNG.normal(size=(5, *shape)).astype(np.float32),
    )
    y = layer(x)
    kernel, bias = layer.get_weights()
    assert np.abs(kernel).max() == pytest.approx(np.sqrt(6 / fans), rel=0.01)
    np.testing.assert_allclose(
        y, np.tanh(np.einsum(equation, x, kernel) + bias), rtol=1e-4, atol=1e-5
    )
    fixed = layers.EinsumDense(equation, output_shape, kernel_initializer="ones")
    fixed(x)
    assert fixed.get_weights()[0].shape == kernel.shape and (fixed.get_weights()[0] == 1).all()
