"""Layers that make one tensor of several."""

import numpy as np
import pytest
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


X1 = [[[0, 0], [1, 2], [0, 0], [3, 4]]]
X2 = [[[0, 0], [0, 0], [-1, 2], [3, 5]]]


@pytest.mark.parametrize(
    "cls, one_masked, both_masked",
    [
        (layers.Multiply, [[0, 0], [0, 0], [-1, 2], [9, 20]], [[0, 0], [1, 2], [-1, 2], [9, 20]]),
        (layers.Maximum, [[0, 0], [1, 2], [-1, 2], [3, 5]], [[0, 0], [1, 2], [-1, 2], [3, 5]]),
        (layers.Minimum, [[0, 0], [0, 0], [-1, 2], [3, 4]], [[0, 0], [1, 2], [-1, 2], [3, 4]]),
        (layers.Add, [[0, 0], [1, 2], [-1, 2], [6, 9]], [[0, 0], [1, 2], [-1, 2], [6, 9]]),
    ],
)
def test_steps_that_a_mask_leaves_out_do_not_take_part(cls, one_masked, both_masked):
    x1, x2 = np.array(X1, "f"), np.array(X2, "f")
    masked1, masked2 = layers.Masking()(x1), layers.Masking()(x2)
    z = cls()([masked1, x2])
    np.testing.assert_array_equal(z.numpy()[0], one_masked)
    assert z.mask is None
    z = cls()([masked1, masked2])
    np.testing.assert_array_equal(z.numpy()[0], both_masked)
    np.testing.assert_array_equal(z.mask.numpy(), [[False, True, True, True]])


def test_masks_of_the_inputs():
    """Add keeps a step that any input has; an input without a mask counts as True everywhere for
    Concatenate, and leaves no mask for the others.
    """
    ids = np.array([[1, 2, 0, 0], [3, 0, 0, 1]])
    embed = layers.Embedding(5, 3, mask_zero=True)
    a, b, plain = embed(ids), embed(ids[:, ::-1]), np.ones((2, 4, 3), "float32")
    either = (ids != 0) | (ids[:, ::-1] != 0)
    for layer in (layers.Add(), layers.Average(), layers.Maximum(), layers.Concatenate()):
        assert layer([a, b]).mask.numpy().tolist() == either.tolist(), layer
    joined = layers.Concatenate(axis=1)
    assert (
        joined([a, b]).mask.numpy().tolist() == np.hstack([ids, ids[:, ::-1]]).astype(bool).tolist()
    )
    assert (
        joined([a, plain]).mask.numpy().tolist() == np.hstack([ids, ids + 1]).astype(bool).tolist()
    )
    assert layers.Add()([a, plain]).mask is None
    assert joined([plain, plain]).mask is None


def test_the_average_of_whole_numbers():
    found = layers.Average()([np.array([[1, 2]]), np.array([[2, 2]])])
    assert found.numpy().tolist() == [[1.5, 2.0]] and found.dtype == np.float32


@pytest.mark.parametrize(
    ("layer", "shapes", "words"),
    [
        ("Add", [(2, 3), (2, 4)], r"entry by entry; received shapes \(2, 3\), \(2, 4\), which"),
        ("Add", [(2, 3), (3, 3)], r"of one size; received shapes \(2, 3\), \(3, 3\)\."),
        ("Concatenate", [(2, 3), (2, 3, 1)], "along axis -1, so all other axes must agree"),
        ("Concatenate", [(2, 4, 3), (2, 5, 3)], "along axis -1, so all other axes must agree"),
    ],
)
def test_what_does_not_merge(layer, shapes, words):
    with pytest.raises(ValueError, match=words):
        getattr(layers, layer)()([np.ones(shape) for shape in shapes])


@pytest.mark.parametrize("axis", [-4, 3])
def test_an_axis_to_join_along_that_is_not_there(axis):
    for right in (-3, 2):
        assert layers.Concatenate(right)([np.ones((2, 4, 3))] * 2).size == 48
    with pytest.raises(
        ValueError, match=rf"axis {axis}, which is not there in shapes \(None, 4, 3\)"
    ):
        layers.Concatenate(axis)([np.ones((2, 4, 3))] * 2)
