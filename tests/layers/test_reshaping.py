"""Layers that change shapes."""

import numpy as np
import pytest

from minidl import Input, Model, Sequential, layers, ops
from minidl.layers import Flatten, Reshape


@pytest.mark.parametrize("target", [(5, 5), (-1, 5), (13,)])
def test_reshape_into_what_does_not_fit(target):
    with pytest.raises(
        ValueError,
        match=r"Reshape 'r': a sample of shape \(2, 6\) has 12 numbers and cannot become \(",
    ):
        Reshape(target, name="r")(np.zeros((3, 2, 6)))


def test_the_most_numbers_a_repeated_sample_may_have():
    """Repeating copies nothing yet, so a number of samples typed by mistake would come far."""
    assert layers.RepeatVector(1 << 31)(np.ones((1, 1), "f")).shape == (1, 1 << 31, 1)
    with pytest.raises(ValueError, match=r"repeats .* 2147483648 times; received shape \(1, 2\)"):
        layers.RepeatVector(1 << 31)(np.ones((1, 2), "f"))


@pytest.mark.parametrize("target", [(-1, -1), (0, 3), (-2, 3), (2.5, 2)])
def test_reshape_targets_that_cannot_be(target):
    with pytest.raises(
        (ValueError, TypeError),
        match="target_shape holds positive sizes and at most one -1; received",
    ):
        Reshape(target)


# --- after unknown sizes


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: Reshape((3, 5))(Input((None,))), (None, 3, 5)),
        (lambda: Reshape((-1, 4))(Input((None, None))), (None, None, 4)),
        (lambda: Reshape((-1, 4))(Input((None, 6))), (None, None, 4)),
        (lambda: Reshape((2, -1))(Input((None, None, 3))), (None, 2, None)),
        (lambda: Reshape((-1,))(Input((None, None, 3))), (None, None)),
        (lambda: ops.reshape(Input((None, 4)), (-1, 8)), (None, 8)),
        (lambda: ops.reshape(Input((4,)), (-1, 8)), (None, 8)),
        (lambda: ops.reshape(Input((None, 4)), (5, -1)), (5, None)),
        (lambda: layers.Lambda(lambda x: ops.reshape(x, (-1, 8)))(Input((None, 4))), (None, 8)),
        (lambda: Sequential([Input((None,)), Reshape((3, 5))])(Input((None,))), (None, 3, 5)),
        (lambda: layers.Dense(2)(Reshape((-1, 4))(Input((None,)))), (None, None, 2)),
        (lambda: Input((None, 3))[:, 5], (None, 3)),
        (lambda: ops.take(Input((None, 3)), 7, axis=1), (None, 3)),
        (lambda: layers.Add()([Input((None, 3)), Input((5, 3))]), (None, 5, 3)),
        (lambda: layers.Concatenate()([Input((None, 3)), Input((5, 3))]), (None, 5, 6)),
        (lambda: layers.Concatenate(axis=1)([Input((None, 3)), Input((5, 3))]), (None, None, 3)),
        (lambda: ops.matmul(Input((None, 4)), Input((4, None))), (None, None, None)),
        (lambda: layers.Dot(axes=1)([Input((None, 3)), Input((None, 3))]), (None, 3, 3)),
        (lambda: layers.RepeatVector(3)(Input((None,))), (None, 3, None)),
        (lambda: layers.Permute((2, 1))(Input((None, 3))), (None, 3, None)),
        (lambda: Flatten()(Input((None, 3))), (None, None)),
    ],
)
def test_shapes_after_unknown_sizes(make, shape):
    assert make().shape == shape


def test_numbers_after_unknown_sizes():
    inputs = Input((None, 2))
    model = Model(inputs, Reshape((-1, 4))(inputs))
    x = np.arange(16.0, dtype="float32").reshape(2, 4, 2)
    np.testing.assert_array_equal(model.predict(x, verbose=0), x.reshape(2, 2, 4))
    with pytest.raises(ValueError, match=r"a sample of shape \(3, 2\) has 6 numbers"):
        model.predict(x[:, :3], verbose=0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Reshape((3, 5))(Input((7,))),
        lambda: Reshape((-1, 4))(Input((2, 3))),
        lambda: Sequential([Input((7,)), Reshape((3, 5))]),
        lambda: Reshape((3, 5))(np.ones((2, 7))),
    ],
)
def test_known_sizes_are_still_compared(wrong):
    with pytest.raises(ValueError, match="numbers and cannot become"):
        wrong()
