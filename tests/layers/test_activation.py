"""Activations as layers."""

import numpy as np
import pytest

from minidl import Tensor, layers
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
    least = ReLU(**dict.fromkeys(arguments, 0.0))([[-2.0, 0.5]]).numpy()
    assert least.tolist() == [[0, 0 if "max_value" in arguments else 0.5]]


def test_an_axis_of_size_1_is_refused_where_softmax_works():
    for right in (layers.Activation("softmax"), layers.Softmax(), layers.Softmax([1, 2])):
        np.testing.assert_allclose(right(np.zeros((1, 1, 4))).numpy(), 0.25)
    for shape, axis in (((2, 1, 4), 1), ((2, 1, 1), (1, 2))):
        with pytest.raises(ValueError, match=r"axis of size 1 is always 1"):
            layers.Softmax(axis)(np.zeros(shape))


def test_slopes_of_prelu():
    """One for each entry, or shared along an axis, which may then have another size; whole numbers
    count as floats.
    """
    layer = layers.PReLU(alpha_initializer=np.array([[0.5], [0.25]]), shared_axes=-1)
    found = layer(np.array([[[-4, 8, 0], [-4, 1, -8]]])).numpy()
    assert found.dtype == np.float32
    assert found.tolist() == [[[-2, 8, 0], [-1, 1, -2]]]
    assert layer(np.full((3, 2, 5), -2.0)).numpy()[2].tolist() == [[-1] * 5, [-0.5] * 5]
    for shape in ((3, 2), (3, 2, 5, 1), (3, 1, 5)):
        with pytest.raises(ValueError, match=r"slopes of shape \(2, 1\) for each sample; received"):
            layer(np.ones(shape))


@pytest.mark.parametrize("shape", [(2, 3), (1, 1, 3), (4,)])
def test_a_mask_must_fit_the_input(shape):
    with pytest.raises(ValueError, match=r"broadcast to the input's shape \(1, 3\); received"):
        layers.Softmax()(np.zeros((1, 3), "f"), mask=np.ones(shape, bool))


def test_a_mask_that_is_broadcast():
    """One for all samples: numbers above 1/2 count."""
    x = np.log([[1.0, 2, 4], [3, 5, 1]])
    y = layers.Softmax()(x, mask=np.array([1, 0.5, 0.6])).numpy()
    np.testing.assert_allclose(y, [[0.2, 0, 0.8], [0.75, 0, 0.25]], rtol=1e-6)


def test_where_nothing_takes_part_in_a_softmax_all_is_0():
    x = Tensor([[1.0, 2.0], [1.0, 1.0]], requires_grad=True)
    y = layers.Softmax()(x, mask=np.array([[False, False], [True, True]]))
    assert y.numpy().tolist() == [[0, 0], [0.5, 0.5]]
    y.backward(gradient=np.array([[1, 2], [1, 3]], "f"))
    assert x.grad.tolist() == [[0, 0], [-0.5, 0.5]]
