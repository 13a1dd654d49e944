"""Comparisons, where, nan_to_num."""

import numpy as np
from ops_samples import normal

from minidl import Input, Model, Tensor, ops


def test_nan_to_num():
    x = Tensor([np.nan, np.inf, -np.inf, 2.0], requires_grad=True)
    y = ops.nan_to_num(x, nan=1.0, posinf=5.0)
    np.testing.assert_array_equal(y.data, np.float32([1, 5, np.finfo(np.float32).min, 2]))
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 0, 1])


def test_comparisons_and_where_make_a_network_on_symbols():
    """What a custom layer of the functional API may be made of."""
    x = Input((3,), dtype="float64")
    relu = ops.where(ops.greater(x, 0), x, 0)
    classes, mask = ops.argmax(x, axis=-1), ops.cast(ops.greater(x, 0.5), "float32")
    hot = ops.one_hot(classes, 3)
    assert (
        relu.shape == mask.shape == hot.shape == (None, 3)
        and classes.shape == (None,)
        and classes.dtype == np.int32
    )
    assert mask.dtype == np.float32
    array = normal(5, 3)
    out = Model(
        x, [relu, classes, mask, hot, ops.top_k(x, 2)[1], *ops.moments(x, 1)], dtype="float64"
    )(array)
    expected = [
        np.maximum(array, 0),
        array.argmax(1),
        array > 0.5,
        np.eye(3)[array.argmax(1)],
        np.argsort(-array)[:, :2],
        array.mean(1),
        array.var(1),
    ]
    for found, right in zip(out, expected):
        np.testing.assert_allclose(found.data, right)
    start = Tensor(array, requires_grad=True)
    Model(x, relu, dtype="float64")(start).sum().backward()
    np.testing.assert_array_equal(start.grad, array > 0)


def test_nan_to_num_without_more_words():
    """NaN becomes 0, infinities the largest numbers of their dtype."""
    for dtype in ("float32", "float64"):
        y = ops.nan_to_num(np.array([np.nan, np.inf, -np.inf, 2.0], dtype))
        most = np.finfo(dtype).max
        assert y.dtype == dtype and y.tolist() == [0, most, -most, 2]
    assert ops.nan_to_num(np.array([np.inf]), neginf=1.0).tolist() == [np.finfo("f8").max]
