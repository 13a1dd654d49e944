"""CategoryEncoding, Discretization, TimeDistributed and the newer normalizations against Keras's;
its lookups need TensorFlow.

(Those were run once elsewhere: their results are in tests/text/test_lookup_layers.py.)
"""

import inspect

import jax
import keras
import numpy as np
import pytest

import minidl

INPUTS = {
    "one": np.array(2),
    "row": np.array([3, 1, 1]),
    "column": np.array([[3], [1]]),
    "table": np.array([[3, 1, 0], [1, 1, 2]]),
}


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count", "binary"])
@pytest.mark.parametrize("kind", INPUTS)
def test_category_encoding(mode, kind):
    x = INPUTS[kind]
    ours, theirs = (f.layers.CategoryEncoding(5, output_mode=mode) for f in (minidl, keras))
    mine, other = ours(x), np.asarray(theirs(x))
    np.testing.assert_array_equal(mine.numpy(), other)
    assert mine.dtype == other.dtype == np.float32
    if kind in ("column", "table"):
        shapes = [
            f.layers.CategoryEncoding(5, output_mode=mode)(
                f.Input(x.shape[1:], dtype="int64")
            ).shape
            for f in (minidl, keras)
        ]
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize("kind", ["row", "column", "table"])
def test_weights_of_counts(kind, rng):
    x = INPUTS[kind]
    w = rng.normal(size=x.shape).astype(np.float32)
    ours, theirs = (f.layers.CategoryEncoding(4, output_mode="count") for f in (minidl, keras))
    tensor = minidl.Tensor(w, requires_grad=True)
    y, other = ours(x, count_weights=tensor), theirs(x, count_weights=w)
    np.testing.assert_allclose(y.numpy(), np.asarray(other), rtol=1e-6)
    c = rng.normal(size=y.shape).astype(np.float32)
    y.backward(gradient=c)
    np.testing.assert_allclose(
        tensor.grad,
        jax.grad(lambda w: (theirs(x, count_weights=w) * c).sum())(jax.numpy.asarray(w)),
        rtol=1e-6,
    )


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("shape", [(), (4,), (5, 1), (5, 3)], ids=str)
def test_discretization(mode, shape, rng):
    boundaries = [-0.7, 0.1, 0.3, 1.0]
    ours, theirs = (f.layers.Discretization(boundaries, output_mode=mode) for f in (minidl, keras))
    for x in (
        np.asarray(rng.normal(size=shape)),
        rng.choice([-0.7, 0.1, 0.3, 1.0, np.inf, np.nan], shape),
        rng.choice([-0.7, 0.1, 0.3], shape).astype("float32"),
        np.asarray(rng.integers(-2, 3, shape)),
    ):
        mine, other = ours(x), np.asarray(theirs(x))
        np.testing.assert_array_equal(mine.numpy(), other)
        assert mine.dtype == other.dtype


@pytest.mark.parametrize("n", [1, 3, 99, 100, 101, 5000])
@pytest.mark.parametrize("bins", [1, 2, 4, 10])
@pytest.mark.parametrize("epsilon", [0.01, 0.3])
@pytest.mark.parametrize("pieces", [1, 3])
def test_discretization_adapts(n, bins, epsilon, pieces, rng):
    data = [np.round(rng.normal(size=n) ** 3, 1 if n == 101 else 9) for _ in range(pieces)]
    ours, theirs = (
        f.layers.Discretization(num_bins=bins, epsilon=epsilon) for f in (minidl, keras)
    )
    ours.adapt(data[0] if pieces == 1 else data)
    theirs.reset_state()
    for piece in data:  # adapt itself asks for TensorFlow
        theirs.update_state(piece)
    theirs.finalize_state()
    assert ours.bin_boundaries == theirs.bin_boundaries
    config, other = ours.get_config(), theirs.get_config()
    assert {k: v for k, v in config.items() if k != "name"} == {
        k: v for k, v in other.items() if k != "name"
    }
    again = keras.layers.Discretization.from_config(config)
    np.testing.assert_array_equal(np.asarray(again(data[0])), ours(data[0]).numpy())


@pytest.mark.parametrize(
    "name",
    [
        "CategoryEncoding",
        "Discretization",
        "Hashing",
        "IntegerLookup",
        "StringLookup",
        "TextVectorization",
        "TimeDistributed",
    ],
)
def test_the_same_arguments_with_the_same_defaults(name):
    ours, theirs = (
        list(inspect.signature(getattr(f.layers, name).__init__).parameters.values())[1:]
        for f in (minidl, keras)
    )
    mine, other = (
        [(p.name, p.default) for p in some if p.kind is not p.VAR_KEYWORD]
        for some in (ours, theirs)
    )
    assert mine == other


# --- in float64

EXACT = [
    ("GroupNormalization", dict(groups=2), (3, 4)),
    ("GroupNormalization", dict(groups=-1, axis=1, epsilon=0.1), (3, 4, 2)),
    ("RMSNormalization", {}, (3, 4)),
    ("RMSNormalization", dict(axis=[1, 2]), (3, 4)),
    (
        "EinsumDense",
        dict(equation="abc,cd->adb", output_shape=(5, None), bias_axes="d", activation="tanh"),
        (3, 4),
    ),
    ("EinsumDense", dict(equation="...ab,bac->...c", output_shape=2, bias_axes="c"), (2, 3, 4)),
    ("UnitNormalization", {}, (3, 4)),
]


@pytest.mark.parametrize(("name", "options", "shape"), EXACT, ids=str)
def test_values_and_gradients_in_float64(name, options, shape, in_float64, rng):
    ours, theirs = (getattr(f.layers, name)(**options) for f in (minidl, keras))
    agree_exactly(ours, theirs, rng.normal(size=(6, *shape)), rng)


INSIDE = {
    "Dense": lambda L: L.Dense(4, "tanh"),
    "BatchNormalization": lambda L: L.BatchNormalization(momentum=0.75),
    "Flatten": lambda L: L.Flatten(),
    "twice": lambda L: L.TimeDistributed(L.Dense(2)),
    "stack": lambda L: L.LayerNormalization(axis=[1, 2]),
}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("inside", INSIDE)
def test_time_distributed(inside, training, in_float64, rng):
    ours, theirs = (f.layers.TimeDistributed(INSIDE[inside](f.layers)) for f in (minidl, keras))
    agree_exactly(ours, theirs, rng.normal(size=(6, 3, 2, 5)), rng, training)
    assert ours.compute_output_shape((None, 3, 2, 5)) == tuple(
        theirs.compute_output_shape((None, 3, 2, 5))
    )


def agree_exactly(ours, theirs, x, rng, training=False):
    ours(x), theirs(x)
    assert [(v.name, v.shape) for v in ours.weights] == [
        (v.name, tuple(v.shape)) for v in theirs.weights
    ]
    values = [rng.uniform(0.25, 1.5, w.shape) for w in ours.get_weights()]
    ours.set_weights(values), theirs.set_weights(values)
    tensor = minidl.Tensor(x, requires_grad=True)
    y = ours(tensor, training=training)
    extra = {"training": training} if theirs._call_has_training_arg else {}
    trained, kept = (
        [v.value for v in theirs.trainable_variables],
        [v.value for v in theirs.non_trainable_variables],
    )
    expected, after = theirs.stateless_call(trained, kept, x, **extra)
    np.testing.assert_allclose(y.numpy(), np.asarray(expected), rtol=1e-10, atol=1e-12)
    c = rng.normal(size=y.shape)
    y.backward(gradient=c)
    gradients, slope = jax.grad(
        lambda w, x: (theirs.stateless_call(w, kept, x, **extra)[0] * c).sum(), argnums=(0, 1)
    )(trained, jax.numpy.asarray(x))
    for variable, gradient in zip(ours.trainable_weights, gradients):
        np.testing.assert_allclose(
            variable.grad, gradient, rtol=1e-9, atol=1e-10, err_msg=variable.name
        )
    np.testing.assert_allclose(tensor.grad, slope, rtol=1e-9, atol=1e-10)
    for mine, other in zip(ours.non_trainable_weights, after):
        np.testing.assert_allclose(mine.numpy(), np.asarray(other), rtol=1e-10, err_msg=mine.name)


def test_the_kernel_of_an_einsum_begins_as_wide_as_keras_draws_it():
    """Its inputs and units are told by the letters, not by the order of its axes."""
    for equation, shape, out in (
        ("abc,cde->abde", (3, 40), (None, 20, 30)),
        ("abc,dec->abde", (3, 40), (None, 20, 30)),
        ("abcd,cde->abe", (3, 20, 30), (None, 40)),
        ("abc,bcd->abd", (30, 20), (30, 40)),
    ):
        widths = []
        for f in (minidl, keras):
            layer = f.layers.EinsumDense(equation, out)
            layer(np.ones((1, *shape), np.float32))
            widths.append(np.abs(layer.get_weights()[0]).max())
        assert widths[0] == pytest.approx(widths[1], rel=0.01), equation
