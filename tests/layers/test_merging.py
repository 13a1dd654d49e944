"""Layers that make one tensor of several."""

import numpy as np
import pytest
from layer_cases import A, B

from minidl import Input, Model, Tensor, layers

RNG = np.random.default_rng(7)
# --- merging


def test_inputs_of_fewer_axes_are_aligned_behind_the_batch():
    """NumPy alone would lay the 2 samples along the 2 rows of each, and say nothing."""
    a, b = RNG.normal(size=(2, 2, 3)).astype(np.float32), RNG.normal(size=(2, 3)).astype(np.float32)
    np.testing.assert_allclose(layers.Add()([a, b]).numpy(), a + b[:, None])
    np.testing.assert_allclose(layers.Subtract()([b, a]).numpy(), b[:, None] - a)


def test_functions_of_the_same_names():
    a, b = B.astype(np.float32), (B + 1).astype(np.float32)
    for name, expected in (
        ("add", a + b),
        ("subtract", a - b),
        ("multiply", a * b),
        ("average", (a + b) / 2),
        ("maximum", b),
        ("minimum", a),
        ("concatenate", np.concatenate([a, b], -1)),
        ("dot", np.einsum("nij,nkj->nik", a, b)),
    ):
        np.testing.assert_allclose(
            getattr(layers, name)([a, b]).numpy(), expected, rtol=1e-5, atol=1e-6
        )
    x, a = Input((3,)), A.astype(np.float32)
    np.testing.assert_allclose(
        Model(x, layers.concatenate([x, layers.add([x, x])], axis=1))(a).numpy(),
        np.concatenate([a, 2 * a], 1),
    )


def test_a_dot_product_of_vectors_is_the_cosine_of_their_angle_however_short_they_are():
    """Below 1e-6 they count as shorter than they are, and 0 has no direction."""
    x = np.array([[1e-3, 0], [3e-5, 4e-5], [6e-7, 8e-7], [0, 0]], "f")
    found = layers.dot([x, np.array([[5.0, 5.0]] * 4, "f")], axes=1, normalize=True).numpy()
    np.testing.assert_allclose(found[:, 0], np.sqrt([0.5, 0.98, 0.98, 0]), rtol=1e-5)


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
    numbers = [Tensor(x[..., 1]) for x in (x1, x2)]  # (n, steps): a number a step
    for x, masked in zip(numbers, (masked1, masked2)):
        x.mask = masked.mask
    np.testing.assert_array_equal(cls()(numbers).numpy()[0], np.array(both_masked)[:, 1])
    plain = [Tensor(x) for x in (x1, x2)]  # as a subclass may call it
    np.testing.assert_array_equal(cls().call(plain), cls()(plain))


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


def test_whole_numbers_and_a_single_input():
    inputs = [np.array([[1, 2]]), np.array([[2, 2]])]
    for layer, expected in ((layers.Average(), [[1.5, 2.0]]), (layers.Dot(1), [[6.0]])):
        found = layer(inputs)
        assert found.numpy().tolist() == expected and found.dtype == np.float32
    assert layers.Concatenate()(inputs[:1]).numpy().tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("layer", "shapes", "words"),
    [
        ("Add", [(2, 3), (2, 4)], r"entry by entry; received shapes \(2, 3\), \(2, 4\), which"),
        ("Add", [(2, 3), (3, 3)], r"of one size; received shapes \(2, 3\), \(3, 3\)\."),
        ("Concatenate", [(2, 3), (2, 3, 1)], "along axis -1, so all other axes must agree"),
        ("Concatenate", [(2, 3, 1), (2, 3)], "along axis -1, so all other axes must agree"),
        ("Concatenate", [(2, 4, 3), (2, 5, 3)], "along axis -1, so all other axes must agree"),
        ("Concatenate", (2, 3), r"merges a list of inputs, .* of shape \(None, 3\)"),
        ("Add", [], r"merges a list of inputs, .* of shape \(None,\)"),
    ],
)
def test_what_does_not_merge(layer, shapes, words):
    several = isinstance(shapes, list)
    with pytest.raises(ValueError, match=words):
        getattr(layers, layer)()([np.ones(s) for s in shapes] if several else np.ones(shapes))


@pytest.mark.parametrize("shape", [None, 7, (), (None, 3)])
def test_a_shape_that_is_not_that_of_a_list(shape):
    with pytest.raises((ValueError, TypeError), match="merges a list|takes the shape of the inp"):
        layers.Add().build(shape)


@pytest.mark.parametrize("axes", [0, (1, 0), [1], (1, 2, 3), (1, "2"), {1: 2}, 1.0])
def test_axes_that_are_no_axes_of_two_inputs(axes):
    with pytest.raises(ValueError, match=r"Dot: axes is .*received"):
        layers.Dot(axes)


@pytest.mark.parametrize(("axes", "wrong"), [(3, 3), (-3, -3), ((2, -4), -4), ((-4, 1), -4)])
def test_axes_that_two_inputs_do_not_have(axes, wrong):
    x = np.ones((2, 4, 4), "f")
    for right in (2, np.int64(-2), (1, -1)):
        assert layers.Dot(right)([x, x]).shape == (2, 4, 4)
    with pytest.raises(ValueError, match=rf"there is no axis {wrong} in shape \(2, 4, 4\)"):
        layers.Dot(axes)([x, x])


@pytest.mark.parametrize("axis", [-4, 3])
def test_an_axis_to_join_along_that_is_not_there(axis):
    for right in (-3, 2):
        assert layers.Concatenate(right)([np.ones((2, 4, 3))] * 2).size == 48
    with pytest.raises(
        ValueError, match=rf"axis {axis}, which is not there in shapes \(None, 4, 3\)"
    ):
        layers.Concatenate(axis)([np.ones((2, 4, 3))] * 2)
