"""The other layers of minidl.layers: formulas, gradients against finite differences, what they
remember, and every refusal.

(Against Keras: tests/parity/test_keras_layers.py. Dense, Dropout and what all layers share:
tests/layers/test_layers.py.)
"""

import numpy as np
import pytest

from minidl import (
    Input,
    Layer,
    Model,
    Sequential,
    Tensor,
    check_gradients,
    initializers,
    layers,
    metrics,
    ops,
    optimizers,
    random,
)

RNG = np.random.default_rng(7)
A, B, C, D = (
    RNG.normal(size=(4, 3)),
    RNG.normal(size=(2, 3, 4)),
    RNG.normal(size=(2, 3, 2, 3)),
    RNG.normal(size=(2, 4, 5)),
)

# --- finite differences
# ---

GRADIENTS = [
    *[
        ("BatchNormalization", o, x)
        for o, x in (
            ({}, A),
            ({}, B),
            (dict(axis=1), C),
            (dict(scale=False, epsilon=0.1), B),
            (dict(center=False), A),
        )
    ],
    *[
        ("LayerNormalization", o, x)
        for o, x in (
            ({}, A),
            (dict(axis=1), B),
            (dict(axis=[1, 2]), B),
            (dict(axis=[3, 1]), C),
            (dict(center=False, scale=False), A),
        )
    ],
    ("UnitNormalization", {}, A),
    ("UnitNormalization", dict(axis=[1, 2]), B),
    ("PReLU", dict(alpha_initializer="normal"), B),
    ("PReLU", dict(shared_axes=[1, -1]), C),
    ("ELU", dict(alpha=0.7), A),
    ("Rescaling", dict(scale=[1.0, 2.0, 3.0], offset=1.0), A),
    ("Normalization", dict(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 0.5]), A),
    ("Normalization", dict(mean=0.5, variance=4.0, invert=True), A),
    ("Permute", dict(dims=(2, 1)), B),
    ("RepeatVector", dict(n=3), A),
    ("Flatten", dict(data_format="channels_first"), C),
    ("GlobalAveragePooling1D", {}, B),
    ("GlobalMaxPooling1D", dict(keepdims=True), B),
    ("Lambda", dict(function=lambda x, k: x * x * k, arguments={"k": 3.0}), A),
    ("GroupNormalization", dict(groups=3), A),
    ("GroupNormalization", dict(groups=2, axis=-1), B),
    ("GroupNormalization", dict(groups=-1, axis=1), C),
    ("RMSNormalization", {}, A),
    ("RMSNormalization", dict(axis=1), B),
    ("RMSNormalization", dict(axis=[3, 1], epsilon=0.1), C),
    (
        "EinsumDense",
        dict(equation="abc,cd->adb", output_shape=(5, None), bias_axes="d", activation="tanh"),
        B,
    ),
    ("EinsumDense", dict(equation="...ab,bac->...c", output_shape=2, bias_axes="c"), C),
    ("Identity", {}, A),
    ("ActivityRegularization", dict(l1=1.0), A),
]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("name", "options", "x"), GRADIENTS, ids=[f"{n} {o} {x.shape}" for n, o, x in GRADIENTS]
)
def test_gradients(name, options, x, training, in_float64):
    layer = getattr(layers, name)(**options)
    layer(x)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.uniform(0.3, 1.5, w.shape) for w in layer.get_weights()])
    names = [v.name for v in layer.trainable_weights]
    values = [v.numpy() for v in layer.trainable_weights]

    def f(x, *weights):
        for name, weight in zip(names, weights):
            setattr(layer, name, weight)
        return layer(x, training=training)

    report = check_gradients(f, x, *values)
    assert report and report.compared >= min(100, x.size), report


@pytest.mark.parametrize(
    ("name", "options", "shapes"),
    [
        *[
            (name, {}, s)
            for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")
            for s in ([(3, 4)] * 3, [(3, 2, 4), (3, 4), (3, 1, 1)])
        ],
        ("Subtract", {}, [(3, 4), (3, 2, 4)]),
        ("Concatenate", dict(axis=1), [(2, 3, 4), (2, 1, 4)]),
        ("Dot", dict(axes=1), [(3, 4), (3, 4)]),
        ("Dot", dict(axes=(2, 1), normalize=True), [(3, 2, 4), (3, 4, 5)]),
        ("Dot", dict(axes=-1, normalize=True), [(3, 4), (3, 2, 4)]),
    ],
    ids=str,
)
def test_gradients_of_layers_with_several_inputs(name, options, shapes, in_float64):
    layer, inputs = getattr(layers, name)(**options), [RNG.normal(size=s) for s in shapes]
    assert check_gradients(lambda *xs: layer(list(xs)), *inputs)


def test_gradients_of_an_embedding(in_float64):
    layer, words = layers.Embedding(5, 3), np.array([[1, 1, 4], [0, 1, 2]])
    layer(words)

    def f(rows):
        layer.embeddings = rows
        return layer(words)

    assert check_gradients(f, RNG.normal(size=(5, 3)))


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


@pytest.mark.parametrize("n", [0, 1])
def test_batches_of_none_and_one(n):
    for name in (
        "BatchNormalization",
        "LayerNormalization",
        "UnitNormalization",
        "PReLU",
        "GlobalMaxPooling1D",
        "Rescaling",
    ):
        layer = getattr(layers, name)(**({"scale": 2.0} if name == "Rescaling" else {}))
        x = np.ones((n, 3, 4), np.float32)
        for training in (False, True):
            y = layer(x, training=training)
            assert y.shape[0] == n and np.isfinite(y.numpy()).all(), name


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


# --- Normalization


def test_normalization_learns_from_data():
    # float32 sums would lose the first column
    x = RNG.normal(size=(20000, 3)) * [1, 50, 0.01] + [1e4, 0, 1]
    for data in (
        x,
        list(np.array_split(x, 7)),
        (part for part in np.array_split(x, 3)),
        [(part, None) for part in np.array_split(x, 3)],
    ):
        layer = layers.Normalization()
        layer.adapt(data)
        np.testing.assert_allclose(layer.mean.numpy(), x.mean(axis=0, keepdims=True), rtol=1e-6)
        np.testing.assert_allclose(layer.variance.numpy(), x.var(axis=0, keepdims=True), rtol=1e-5)
        np.testing.assert_allclose(
            layer(x[:50]).numpy(), (x[:50] - x.mean(axis=0)) / x.std(axis=0), rtol=1e-2, atol=1e-2
        )
    assert [v.name for v in layer.weights] == [
        "mean",
        "variance",
        "count",
    ] and not layer.trainable_weights
    back = layers.Normalization(invert=True)
    back.adapt(x)
    np.testing.assert_allclose(back(layer(x[:50])).numpy(), x[:50], rtol=1e-3, atol=1e-2)


def test_normalization_of_single_numbers_and_lists():
    for axis in (-1, None):
        layer = layers.Normalization(axis=axis)
        layer.adapt(np.array([1.0, 2.0, 3.0, 6.0]))
        np.testing.assert_allclose(
            layer(np.array([[3.0], [6.0]])).numpy()[:, 0],
            np.array([0, 3]) / np.sqrt(3.5),
            rtol=1e-5,
        )
        np.testing.assert_allclose(
            layer(np.array([3.0, 6.0])).numpy(), np.array([0, 3]) / np.sqrt(3.5), rtol=1e-5
        )
    lists = layers.Normalization()
    lists.adapt([[1, 10], [3, 30]])
    np.testing.assert_allclose(lists(np.array([[1, 10]])).numpy(), [[-1, -1]], rtol=1e-5)
    lists.adapt([[0, 0], [0, 0]])  # anew, and a variance of 0 does no harm
    np.testing.assert_array_equal(lists(np.array([[0, 0]])).numpy(), [[0, 0]])


def test_normalization_saves_what_it_learned_in_a_model(tmp_path):
    from minidl import models

    layer = layers.Normalization()
    layer.adapt(A)
    model = Sequential([layer, layers.Dense(1)])
    expected = model(A).numpy()
    model.save(tmp_path / "m.npz")
    np.testing.assert_array_equal(models.load_model(tmp_path / "m.npz")(A).numpy(), expected)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: layers.Normalization(mean=1.0), "needs both mean and variance"),
        (lambda: layers.Normalization(mean=[1.0, 2.0], variance=1.0), r"received \(2,\) and \(\)"),
        (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(A), "nothing to adapt"),
        (lambda: layers.Normalization().adapt([]), "received no data"),
        (
            lambda: adapted(A)(B),
            r"a mean of shape \(3,\) for axis -1 of its inputs; received shape \(2, 3, 4\)",
        ),
        (
            lambda: adapted(A).adapt(np.ones((5, 7))),
            r"a mean of shape \(3,\).*received data of shape \(5, 7\)",
        ),
        (
            lambda: layers.Normalization(axis=3)(A),
            "works along axis 3, which a shape of 2 axes does not have",
        ),
    ],
)
def test_normalization_refuses(act, said):
    with pytest.raises(ValueError, match=said):
        act()


def adapted(x):
    layer = layers.Normalization()
    layer.adapt(x)
    return layer


# --- wrong shapes and arguments
# ---


def built(layer, x):
    layer(x)
    return layer


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda: built(layers.BatchNormalization(), A)(np.ones((2, 5))),
            r"weights of shape \(3,\) for axis -1 of its inputs; received shape \(2, 5\)",
        ),
        (
            lambda: built(layers.BatchNormalization(), A)(np.ones((2, 3, 5))),
            r"weights of shape \(3,\) for axis -1 of its inputs; received shape \(2, 3, 5\)",
        ),
        (
            lambda: built(layers.LayerNormalization(axis=[1, 2]), B)(np.ones((2, 3))),
            r"'layer_normalization.*' works along axis \[1, 2\], which a shape of 2 axes does not",
        ),
        (
            lambda: layers.BatchNormalization(axis=5)(A),
            "works along axis 5, which a shape of 2 axes does not have",
        ),
        (lambda: layers.BatchNormalization()(Input((None,))), "needs to know the size of axis -1"),
        (lambda: layers.BatchNormalization()(np.ones(4)), "needs to know the size of axis -1"),
        (
            lambda: layers.PReLU()(Input((None, 4))),
            "needs to know the size of every axis that is not in shared_axes",
        ),
        (
            lambda: built(layers.PReLU(), A)(np.ones((4, 5))),
            r"slopes of shape \(3,\) for each sample; received shape \(4, 5\)",
        ),
        (lambda: layers.Add()(A), r"merges a list of inputs, layer\(\[a, b\]\); received one"),
        (
            lambda: layers.Add()([A, np.ones((4, 2))]),
            r"received shapes \(4, 3\), \(4, 2\), which do not fit",
        ),
        (
            lambda: layers.Add()([A, A[:1]]),
            r"batches must be of one size; received shapes \(4, 3\), \(1, 3\)",
        ),
        (lambda: layers.Subtract()([A, A, A]), "exactly two inputs; received 3"),
        (lambda: layers.Concatenate()([A, B]), "all other axes must agree"),
        (lambda: layers.Concatenate(axis=2)([A, A]), "joins along axis 2, which is not there"),
        (lambda: layers.Concatenate(axis=1)([B, B[:, :, :2]]), "all other axes must agree"),
        (lambda: built(layers.Concatenate(axis=1), [B, B])([B, D]), "all other axes must agree"),
        (lambda: layers.Dot(axes=0), "never 0, the batch; received 0"),
        (lambda: layers.Dot(axes=(1, 2, 3)), "an axis, or two of them"),
        (lambda: layers.Dot(axes="1"), "received '1'"),
        (lambda: layers.Dot(axes=1)([A, D]), "axis 1 of shape .* differ in size|batches must be"),
        (
            lambda: layers.Dot(axes=1)([B, D]),
            r"axis 1 of shape \(2, 3, 4\) and axis 1 of shape \(2, 4, 5\) differ",
        ),
        (lambda: layers.Dot(axes=3)([B, B]), r"no axis 3 in shape \(2, 3, 4\)"),
        (lambda: layers.Dot(axes=1)([A, A, A]), "exactly two inputs; received 3"),
        (
            lambda: layers.Embedding(5, 2)(np.array([1, 5])),
            r"knows the numbers 0\.\.4; received 1\.\.5\. Give input_dim the size of the vocabulary",
        ),
        (lambda: layers.Embedding(5, 2)(np.array([-1])), "received -1"),
        (
            lambda: layers.Embedding(5, 2)(np.array([0.5])),
            "takes whole numbers.*received fractions",
        ),
        (
            lambda: layers.Embedding(0, 2),
            "input_dim must be a whole number of at least 1; received 0",
        ),
        (lambda: layers.Embedding(3, 2.5), "output_dim must be"),
        (
            lambda: layers.GlobalAveragePooling1D()(A),
            r"shape \(n, steps, features\); received shape \(4, 3\)",
        ),
        (lambda: layers.SpatialDropout1D(0.5)(A, training=True), "SpatialDropout1D"),
        (
            lambda: layers.GlobalMaxPooling1D(data_format="last"),
            "'channels_last' or 'channels_first'; received 'last'",
        ),
        (lambda: layers.Flatten(data_format=1), "received 1"),
        (
            lambda: layers.Dropout(0.5, noise_shape=(1, 3, 1))(A, training=True),
            r"noise_shape has 1, None or the input's size for each axis; received \(1, 3, 1\) for shape \(4, 3\)",
        ),
        (
            lambda: layers.LeakyReLU(-0.1),
            "negative_slope must be a number of at least 0; received -0.1",
        ),
        (lambda: layers.GaussianNoise(-1), "stddev must be"),
        (
            lambda: layers.AlphaDropout(1.0),
            "rate must be a number of at least 0 and below 1; received 1.0",
        ),
        (lambda: layers.GaussianDropout("x"), "rate must be"),
        (lambda: layers.Permute((1, 3)), r"dims holds 1 .. 2 in the wanted order"),
        (lambda: layers.Permute((2, 1))(A), "orders 2 axes a sample"),
        (lambda: layers.RepeatVector(0), "RepeatVector: n must be"),
        (lambda: layers.RepeatVector(2)(B), "repeats samples of shape"),
        (
            lambda: layers.UnitNormalization(axis=2)(A),
            "works along axis 2, which a shape of 2 axes does not have",
        ),
        (lambda: layers.deserialize({"a": 1}), "takes what serialize"),
        (
            lambda: layers.deserialize({"class_name": "Nonsense", "config": {}}),
            "no class or function 'Nonsense'",
        ),
    ],
)
def test_refusals(act, said):
    with pytest.raises(ValueError, match=said):
        act()


def test_lambda_takes_a_function():
    with pytest.raises(TypeError, match="takes a function of a tensor; received 3"):
        layers.Lambda(3)


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


# --- chance


@pytest.mark.parametrize(
    ("make", "mean", "variance"),
    [
        (lambda: layers.GaussianNoise(0.5), 2, 0.25),
        (lambda: layers.GaussianDropout(0.2), 2, 4 * 0.25),
        (lambda: layers.Dropout(0.2), 2, 4 * 0.25),
        (lambda: layers.SpatialDropout1D(0.2), 2, 4 * 0.25),
    ],
)
def test_noise_keeps_the_mean(make, mean, variance):
    layer, x = make(), np.full((500, 4, 100), 2.0, np.float32)
    y = layer(x, training=True).numpy()
    assert (
        y.mean() == pytest.approx(mean, abs=0.02)
        and y.var() == pytest.approx(variance, rel=0.05)
        and y.dtype == np.float32
    )
    np.testing.assert_array_equal(layer(x).numpy(), x)
    assert (layer(x, training=True).numpy() != y).any()
    assert layer(x.astype(np.int64), training=True).dtype == np.float32


def test_alpha_dropout_keeps_mean_0_and_variance_1():
    x = RNG.normal(size=(1000, 300)).astype(np.float32)
    y = layers.AlphaDropout(0.3)(x, training=True).numpy()
    assert abs(y.mean()) < 0.01 and y.var() == pytest.approx(1, abs=0.02)


def test_spatial_dropout_drops_whole_features():
    y = layers.SpatialDropout1D(0.5)(np.ones((50, 6, 20)), training=True).numpy()
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], y.shape))
    assert set(np.unique(y)) == {0, 2} and (y[0] != y[1]).any()


# --- penalties


def test_activity_counts_a_sample_and_is_reported():
    """Twice the samples, the same penalty."""
    for n in (1, 2, 4):
        layer = layers.Dense(3, activity_regularizer="l2", kernel_initializer="ones")
        y = layer(A[:n])
        assert float(layer.losses[0]) == pytest.approx(
            0.01 * float((y.numpy() ** 2).sum()) / n, rel=1e-5
        )
    model = Sequential(
        [layers.Dense(3, activity_regularizer="l2", kernel_regularizer="l1"), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    plain = float(np.mean((model(A).numpy() - 1) ** 2))
    extra = sum(float(loss) for loss in model.losses)
    assert extra > 0.01 and model.evaluate(A, np.ones((4, 1)), verbose=0) == pytest.approx(
        plain + extra, rel=1e-5
    )


def test_penalties_of_a_frozen_layer_do_not_count():
    layer = layers.Dense(3, kernel_regularizer="l2")
    layer(A)
    assert len(layer.losses) == 1
    layer.trainable = False
    assert layer.losses == []


# --- your own layers, as Keras's guides write them
# ---------------------------------------------------------------------------


class Linear(Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)
        super().build(input_shape)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class ComputeSum(Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


class Block(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stack, self.named, self.heads = (
            [Linear(4), Linear(4)],
            {"last": Linear(1)},
            (Linear(2),),
        )
        self.seed_generator = random.SeedGenerator(1337)

    def call(self, x, training=None):
        for layer in self.stack:
            x = ops.relu(layer(x))
        if training:
            x = random.dropout(x, 0.25, seed=self.seed_generator)
        self.add_loss(1e-2 * ops.mean(self.heads[0](x)) ** 2)
        return self.named["last"](x)


def test_the_layers_of_the_guide():
    linear = Linear(4)
    assert linear(np.ones((2, 3))).shape == (2, 4) and len(linear.weights) == 2 and linear.built
    again = Linear.from_config(linear.get_config())
    assert again.units == 4 and again.name == linear.name
    total = ComputeSum(2)
    for n in (1, 2):
        np.testing.assert_array_equal(total(np.ones((2, 2))).numpy(), [2.0 * n, 2.0 * n])
    assert len(total.weights) == 1 and total.trainable_weights == []
    assert linear.compute_dtype == linear.variable_dtype == linear.dtype == "float32"


def test_layers_in_lists_dicts_and_tuples_learn():
    block = Block()
    model = Sequential([block])
    model.compile(optimizers.Adam(0.02), "mse", metrics=[metrics.MeanAbsoluteError()])
    model(A)
    assert len(block.weights) == 8 and len(block.losses) == 1
    before = model.get_weights()
    losses = model.fit(A, A.sum(axis=1), epochs=60, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and len(block.losses) == 1
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))


@pytest.mark.parametrize(
    "add",
    [
        lambda s: s.add_weight(shape=(2, 3), initializer="ones", name="w"),
        lambda s: s.add_weight((2, 3), "ones", name="w"),
        lambda s: s.add_weight("w", (2, 3), dtype="float32", constraint="non_neg"),
        lambda s: s.add_weight("w", shape=(2, 3), initializer=initializers.Ones()),
        lambda s: s.add_weight(
            name="w", shape=[2, 3], initializer="ones", dtype="float32", trainable=True
        ),
        lambda s: s.add_variable("w", shape=(2, 3), initializer="ones"),
        lambda s: s.add_weight(
            shape=(2, 3), initializer=lambda shape, dtype=None: np.ones(shape), name="w"
        ),
    ],
)
def test_spellings_of_add_weight(add):
    class Own(Layer):
        def build(self, input_shape):
            self.w = add(self)

    layer = Own()
    layer.build((None, 2))
    assert (
        layer.built
        and layer.w.shape == (2, 3)
        and layer.w.name == "w"
        and layer.w.dtype == np.float32
        and layer.w.numpy().all()
        and layer.weights == [layer.w]
    )


def test_a_shape_is_asked_for_without_building():
    for layer, given, expected in (
        (layers.Dense(3), (None, 7), (None, 3)),
        (layers.Embedding(9, 4), (None, 5), (None, 5, 4)),
        (Linear(2), (8, 3), (8, 2)),
        (layers.Concatenate(), [(None, 2), (None, 3)], (None, 5)),
        (layers.Flatten(), (None, 2, 3), (None, 6)),
    ):
        assert (
            layer.compute_output_shape(given) == expected and not layer.built and not layer.weights
        )


def test_serialize_and_deserialize():
    layer = layers.Dense(3, "relu", kernel_regularizer="l2", name="mine")
    again = layers.deserialize(layers.serialize(layer))
    assert (
        again.name == "mine"
        and again.units == 3
        and again.get_config() == layer.get_config()
        and not again.built
    )
    own = layers.deserialize(layers.serialize(Linear(5)), custom_objects={"Linear": Linear})
    assert isinstance(own, Linear) and own.units == 5


@pytest.mark.parametrize("name", ["BatchNormalization", "LayerNormalization"])
def test_normalisation_is_one_op(name):
    """Forward and back as one formula: composed of five ops it took twice as long."""
    layer, x = (
        getattr(layers, name)(center=False, scale=False),
        Tensor(A.astype(np.float32), requires_grad=True),
    )
    y = layer(x, training=True)
    assert [parent is x for parent, _ in y.edges] == [True]
