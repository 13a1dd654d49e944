"""EinsumDense: the kernel and its fans."""

import numpy as np
import pytest

from minidl import Input, layers

RNG = np.random.default_rng(7)


@pytest.mark.parametrize(
    ("equation", "shape", "output_shape", "fans"),
    [
        ("ab,bc->ac", (40,), 30, (40, 30)),
        ("abc,cde->abde", (3, 40), (None, 20, 30), (40, 600)),
        ("abc,dec->abde", (3, 40), (None, 20, 30), (40, 600)),
        ("abcd,cde->abe", (3, 20, 30), (None, 40), (600, 40)),
        ("...ab,bc->...ac", (2, 40), (None, 30), (40, 30)),
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
    assert np.abs(kernel).max() == pytest.approx(np.sqrt(6 / sum(fans)), rel=0.01)
    np.testing.assert_allclose(
        y, np.tanh(np.einsum(equation, x, kernel) + bias), rtol=1e-4, atol=1e-5
    )
    he = layers.EinsumDense(equation, output_shape, kernel_initializer="he_uniform")
    he(x)
    assert np.abs(he.kernel).max().item() == pytest.approx(np.sqrt(6 / fans[0]), rel=0.01)
    fixed = layers.EinsumDense(equation, output_shape, kernel_initializer="ones")
    fixed(x)
    assert fixed.get_weights()[0].shape == kernel.shape and (fixed.get_weights()[0] == 1).all()


@pytest.mark.parametrize(
    ("equation", "shape", "first", "wrong", "words"),
    [
        ("abc,cd->abd", (None, 3), None, (2, 4), r"takes inputs of 3 axes; .*\(n, 4\)"),
        ("...ab,bc->...ac", (None, 3), None, (2,), "takes inputs of 2 axes or more; received"),
        (
            "...ab,bc->...ac",
            (None, 3),
            (2, 4, 5),
            (2, 2, 4, 5),
            r"inputs of 3 axes; .*\(2, 2, 4, 5",
        ),
        ("ab,bc->ac", 3, (2, 4), (2, 5), r"inputs of 2 axes; received shape \(2, 5\)"),
        ("ab...,bc->ac...", (4,), (2, 3, 5), (2, 3), r"inputs of 3 axes; received shape \(2, 3\)"),
    ],
)
def test_inputs_of_other_axes(equation, shape, first, wrong, words):
    layer = layers.EinsumDense(equation, shape, bias_axes="c" if "c" in equation[-4:] else None)
    if first:
        layer(np.ones(first))
    with pytest.raises(ValueError, match=words):
        layer(np.ones(wrong))


def test_sizes_that_the_input_tells_and_whole_numbers():
    layer = layers.EinsumDense("abc,cd->abd", (None, 2), kernel_initializer="ones")
    assert layer(Input((None, 3))).shape == (None, None, 2) and layer.bias is None
    x = np.arange(12).reshape(2, 2, 3)
    y = layer(x)
    assert y.dtype == np.float32 and y.numpy()[..., 1].tolist() == x.sum(axis=-1).tolist()
    assert layer(np.ones((2, 5, 3))).shape == (2, 5, 2)
    for bias_axes, shape in (("d", (None, None)), ("bd", (None, 3))):
        with pytest.raises(ValueError, match="needs to know the size of each axis of its kernel"):
            layers.EinsumDense("abc,cd->abd", (None, 2), bias_axes=bias_axes)(Input(shape))
    between = layers.EinsumDense("abc,cd->adb", (4, None), bias_axes="d")
    between(x)
    assert between.bias.shape == (4, 1)
