"""Normalizations by their definitions, in training and after."""

import numpy as np
import pytest
from layer_cases import A, C

from minidl import Sequential, Tensor, layers
from minidl.support.processes import here

RNG = np.random.default_rng(7)
# --- BatchNormalization
# ---


def test_batch_normalization_in_training_and_after():
    layer, x = (
        layers.BatchNormalization(momentum=0.9),
        (RNG.normal(size=(200, 3)) * [1, 5, 0.1] + [0, 10, -3]).astype(np.float32),
    )
    y = layer(x, training=True).numpy()
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(y.var(axis=0), x.var(axis=0) / (x.var(axis=0) + 1e-3), rtol=1e-3)
    np.testing.assert_allclose(
        layer.moving_mean.numpy(), 0.1 * x.mean(axis=0), rtol=1e-3, atol=1e-6
    )
    # divided by n, not n - 1
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.9 + 0.1 * x.var(axis=0), rtol=1e-4)
    mean, variance = layer.moving_mean.numpy(), layer.moving_variance.numpy()
    np.testing.assert_allclose(
        layer(x).numpy(), (x - mean) / np.sqrt(variance + 1e-3), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_array_equal(layer.moving_mean.numpy(), mean)  # looking changes nothing
    for _ in range(200):
        layer(x, training=True)
    np.testing.assert_allclose(layer(x).numpy(), y, rtol=1e-2, atol=1e-3)
    assert [v.name for v in layer.weights] == [
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
    ] and len(layer.trainable_weights) == 2


def test_a_frozen_batch_normalization_infers():
    layer = layers.BatchNormalization()
    layer(A)
    layer.trainable = False
    before = layer.get_weights()
    y = layer(A, training=True)
    np.testing.assert_array_equal(y.numpy(), layer(A).numpy())
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)
    model = Sequential([layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)])
    model(A)
    model.layers[1].trainable = False
    model.compile("sgd", "mse")
    model.fit(A, A[:, 0], verbose=0)
    np.testing.assert_array_equal(model.layers[1].moving_mean.numpy(), 0)


def test_the_axis_may_come_in_a_list_as_in_old_files():
    assert layers.BatchNormalization(axis=[1])(C).shape == C.shape
    with pytest.raises(
        ValueError, match=r"axis is one axis, that of the features; received \[1, 2\]"
    ):
        layers.BatchNormalization(axis=[1, 2])


def test_layer_normalization_orders_its_axes():
    """gamma of axes [3, 1] and of [1, 3] is the same array."""
    first, second, x = (
        layers.LayerNormalization(axis=[3, 1]),
        layers.LayerNormalization(axis=[1, -1]),
        RNG.normal(size=(2, 3, 4, 5)).astype(np.float32),
    )
    first(x), second(x)
    gamma = RNG.normal(size=(3, 5))
    for layer in (first, second):
        layer.set_weights([gamma, np.zeros((3, 5))])
    expected = (
        (x - x.mean((1, 3), keepdims=True))
        / np.sqrt(x.var((1, 3), keepdims=True) + 1e-3)
        * gamma.reshape(1, 3, 1, 5)
    )
    for layer in (first, second):
        np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("groups", "axis"), [(2, -1), (1, 3), (-1, 3), (3, 1), (-1, 2)])
def test_group_normalization_by_its_definition(groups, axis):
    """Each part of the features by itself: the mean over the part and over all other axes of the
    sample.
    """
    x = RNG.normal(size=(2, 3, 5, 4)).astype(np.float32) + np.arange(4, dtype=np.float32)
    layer, parts = layers.GroupNormalization(groups, axis), groups if groups > 0 else x.shape[axis]
    y = layer(x).numpy()
    for sample in range(2):
        for mine, part in zip(
            np.split(y[sample], parts, axis % 4 - 1), np.split(x[sample], parts, axis % 4 - 1)
        ):
            np.testing.assert_allclose(
                mine, (part - part.mean()) / np.sqrt(part.var() + 1e-3), rtol=1e-4, atol=1e-5
            )
    gamma, beta = RNG.normal(size=(2, x.shape[axis])).astype(np.float32)
    layer.set_weights([gamma, beta])
    shape = [-1 if i == axis % 4 else 1 for i in range(4)]
    np.testing.assert_allclose(
        layer(x), y * gamma.reshape(shape) + beta.reshape(shape), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("axis", [-1, 1, [1, 2], [2, 1]])
def test_rms_normalization_by_its_definition(axis):
    x, axes = (
        RNG.normal(size=(4, 3, 5)).astype(np.float32),
        (2,) if axis == -1 else (1,) if axis == 1 else (1, 2),
    )
    layer = layers.RMSNormalization(axis, epsilon=0.5)
    y = x / np.sqrt((x**2).mean(axes, keepdims=True) + 0.5)
    np.testing.assert_allclose(layer(x), y, rtol=1e-5)
    scale = RNG.normal(size=layer.scale.shape).astype(np.float32)
    layer.set_weights([scale])
    np.testing.assert_allclose(
        layer(x), y * scale.reshape([x.shape[i] if i in axes else 1 for i in range(3)]), rtol=1e-5
    )


@pytest.mark.parametrize("name", ["BatchNormalization", "LayerNormalization"])
def test_normalisation_is_one_op(name):
    """Forward and back as one formula: composed of five ops it took twice as long."""
    layer, x = (
        getattr(layers, name)(center=False, scale=False),
        Tensor(A.astype(np.float32), requires_grad=True),
    )
    y = layer(x, training=True)
    assert [parent is x for parent, _ in y.edges] == [True]


@pytest.mark.parametrize(
    "make",
    [
        layers.BatchNormalization,
        layers.LayerNormalization,
        lambda: layers.GroupNormalization(3),
        layers.RMSNormalization,
        layers.UnitNormalization,
        lambda: layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0]),
    ],
)
def test_a_normalization_takes_another_number_of_axes(make):
    """Built on (n, 4, 3), called on (n, 5, 4, 3): the numbers along the last axis are the same."""
    layer, x = make(), np.random.default_rng(1).normal(size=(2, 5, 4, 3)).astype("float32")
    fresh = make()
    layer(x[:, 0])
    np.testing.assert_allclose(layer(x).numpy(), fresh(x).numpy(), rtol=1e-6)
    if not isinstance(layer, layers.UnitNormalization):
        with pytest.raises(ValueError, match="received shape"):
            layer(np.ones((2, 5, 4, 2), "float32"))


def test_a_mask_of_another_shape():
    layer, x = layers.BatchNormalization(), np.ones((2, 3, 4), "float32")
    with pytest.raises(
        ValueError, match=r"without its last axis, \(2, 3\); received shape \(2, 4\)"
    ):
        layer(x, mask=np.ones((2, 4), bool), training=True)


def built(layer, shape):
    layer.build(shape)
    return layer


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.GroupNormalization(2)(np.ones((2, 5))), "groups=2 must divide the 5 feat"),
        (lambda: layers.GroupNormalization(1, axis=0)(np.ones((2, 5))), "the size of axis 0; rec"),
        (lambda: layers.GroupNormalization(2, axis=[1, 2]), "GroupNormalization: axis is one axis"),
        (lambda: layers.GroupNormalization(0), "GroupNormalization: groups must be"),
        (lambda: layers.GroupNormalization(-2), "GroupNormalization: groups must be"),
        (
            lambda: built(layers.BatchNormalization(axis=-2), (2, 3, 4))(np.ones((3, 4))),
            r"weights of shape \(3,\) for axis -2 of its inputs; received shape \(3, 4\)",
        ),
        (lambda: layers.BatchNormalization(axis=[]), r"axis is one axis.* received \[\]"),
    ],
)
def test_what_a_normalization_refuses(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_lengths_of_nearly_nothing_and_of_whole_numbers():
    x = np.array([[3e-10, 4e-10], [0, 0], [3e-13, 4e-13], [3, 4]])
    expected = [[0.6, 0.8], [0, 0], [0.3, 0.4], [0.6, 0.8]]
    layer = layers.UnitNormalization(dtype="float64")
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-12)
    for layer in (layers.UnitNormalization(), layers.RMSNormalization()):
        y = layer(np.array([[3, 4]]))
        assert y.dtype == np.float32
        scale = 1 if isinstance(layer, layers.UnitNormalization) else np.sqrt(2)
        np.testing.assert_allclose(y.numpy(), scale * np.array([[0.6, 0.8]]), rtol=1e-6)
    tiny = layers.RMSNormalization()(np.array([[1e-3, 1e-3]], "f")).numpy()
    np.testing.assert_allclose(tiny, np.sqrt([[0.5, 0.5]]), rtol=1e-5)  # ε = 1e-6


def test_where_all_is_padding_the_mean_is_0():
    layer, x = layers.BatchNormalization(momentum=0.5), np.ones((2, 3, 4), "float32")
    y = layer(x, mask=np.zeros((2, 3), bool), training=True).numpy()
    np.testing.assert_allclose(y, 1 / np.sqrt(1e-3), rtol=1e-5)
    assert layer.moving_mean.numpy().tolist() == [0] * 4
    assert layer.moving_variance.numpy().tolist() == [0.5] * 4
    before = layer.get_weights()
    layer(x[:0], training=True)  # a batch of nothing is not in the averages
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_moments_of_each_step_from_the_samples_that_have_it():
    """axis=1: the mask leaves out whole rows of what a step is normalized by. ε = 1e-7 is added to
    the count.
    """
    x = RNG.normal(size=(5, 3, 4))
    mask = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 1, 1], [1, 1, 1]], bool)
    layer = layers.BatchNormalization(axis=1, momentum=0.0, dtype="float64")
    y = layer(x, mask=mask, training=True).numpy()
    for t in range(3):
        kept = x[mask[:, t], t]
        mean = kept.sum() / (kept.size + 1e-7)
        variance = ((kept - mean) ** 2).sum() / (kept.size + 1e-7)
        np.testing.assert_allclose(layer.moving_mean[t], mean, rtol=1e-11)
        np.testing.assert_allclose(layer.moving_variance[t], variance, rtol=1e-11)
        np.testing.assert_allclose(y[:, t], (x[:, t] - mean) / np.sqrt(variance + 1e-3), rtol=1e-9)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("synchronized", [False, True])
def test_a_share_of_the_batch(synchronized, masked, monkeypatch):
    """What another process has counts in the moments if they are synchronized; its moments are in
    the averages in any case.
    """
    mine, other = RNG.normal(size=(2, 4, 3))
    whole = np.concatenate([mine, other])
    far = ((other - whole.mean(axis=0)) ** 2).sum(axis=0, keepdims=True)
    parts = iter([other.sum(axis=0, keepdims=True), far])

    class Share:
        total = staticmethod(lambda part: part + next(parts))
        summed = staticmethod(lambda number: number + len(other))
        mean = staticmethod(lambda moment: moment + 7)

    layer = layers.BatchNormalization(momentum=0.0, synchronized=synchronized, dtype="float64")
    monkeypatch.setattr(here, "share", Share)
    options = {"mask": np.ones(4, bool)} if masked else {}
    y = layer(mine, training=True, **options).numpy()
    seen, added = (whole, 0) if synchronized else (mine, 7)
    expected = (mine - seen.mean(axis=0)) / np.sqrt(seen.var(axis=0) + 1e-3)
    np.testing.assert_allclose(y, expected, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, seen.mean(axis=0) + added, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, seen.var(axis=0) + added, rtol=1e-5)
