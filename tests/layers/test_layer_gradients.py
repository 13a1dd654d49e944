"""Gradients of layers by finite differences, and what layers refuse."""

import numpy as np
import pytest
from layer_cases import A, B, C, D

from minidl import Input, check_gradients, layers

RNG = np.random.default_rng(7)
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
    ("name", "options", "x"),
    GRADIENTS,
    ids=[f"{n} {o}".partition(" at 0x")[0] + f" {x.shape}" for n, o, x in GRADIENTS],
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
