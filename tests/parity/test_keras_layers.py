"""The layers against Keras's: numbers, gradients, weights, names, shapes, memory, and in fit."""

import inspect
import json

if __name__ == "__main__":
    import conftest  # noqa: F401  before keras, which it prepares
import jax
import keras
import numpy as np
import pytest
from keras_layer_calls import (
    CASES,
    CHANCE,
    FILE,
    SEEDED,
    draw,
    golden,
    golden_cases,
    products,
    started,
    title,
)

import minidl


def pair(name, options, x, rng):
    """The two layers with the same weights, random ones where the layer would begin with zeros or
    ones.
    """
    ours, theirs = getattr(minidl.layers, name)(**options), getattr(keras.layers, name)(**options)
    ours(x), theirs(x)
    values = [rng.uniform(0.25, 1.5, w.shape).astype(w.dtype) for w in ours.get_weights()]
    ours.set_weights(values), theirs.set_weights(values)
    if hasattr(theirs, "finalize_state"):
        theirs.finalize_state()
    return ours, theirs


def close(ours, theirs, label=""):
    theirs = np.asarray(theirs)
    scale = float(np.abs(theirs).max(initial=0.0)) or 1.0
    np.testing.assert_allclose(
        np.asarray(ours), theirs, rtol=1e-5, atol=2e-6 * max(scale, 1e-3), err_msg=label
    )


def as_inputs(x, tensor):
    return [tensor(a) for a in x] if isinstance(x, list) else tensor(x)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("case", CASES, ids=title)
def test_outputs_gradients_and_what_is_remembered(case, training, rng):
    name, options, shape = case
    if name in CHANCE and training:
        options = {
            k: v if k == "data_format" else 0.0 for k, v in options.items()
        }  # chance itself: see the tests of statistics
    x = draw(shape, rng)
    ours, theirs = pair(name, options, x, rng)
    tensors = as_inputs(x, lambda a: minidl.Tensor(a, requires_grad=True))
    trained, kept = (
        [v.value for v in theirs.trainable_variables],
        [v.value for v in theirs.non_trainable_variables],
    )
    y = ours(tensors, training=training)
    extra = {"training": training} if theirs._call_has_training_arg else {}
    expected, after = theirs.stateless_call(trained, kept, x, **extra)
    assert y.shape == expected.shape and y.dtype == np.float32
    close(y.numpy(), expected, "output")
    after = after if name not in SEEDED else []  # the state of a generator
    assert len(ours.non_trainable_weights) == len(after)
    for mine, other in zip(ours.non_trainable_weights, after):
        close(mine.numpy(), other, mine.name)
    c = rng.normal(size=y.shape).astype(np.float32)
    loss = lambda weights, inputs: (
        theirs.stateless_call(weights, kept, inputs, **extra)[0] * c
    ).sum()
    weight_gradients, input_gradients = jax.grad(loss, argnums=(0, 1))(
        trained, as_inputs(x, jax.numpy.asarray)
    )
    y.backward(gradient=c)
    for variable, expected in zip(ours.trainable_weights, weight_gradients):
        close(variable.grad, expected, variable.name)
    flat, expected = (
        (tensors, input_gradients) if isinstance(tensors, list) else ([tensors], [input_gradients])
    )
    for tensor, gradient in zip(flat, expected):
        close(np.zeros_like(gradient) if tensor.grad is None else tensor.grad, gradient, "input")


def answers() -> dict:
    """Keras's outputs, gradients of the weights and the inputs, and what it remembers."""
    found = {}
    for title_, (case, training) in golden_cases().items():
        rng = np.random.default_rng(0)
        layer, x = started(keras, case, rng)
        trained, kept = (
            [v.value for v in layer.trainable_variables],
            [v.value for v in layer.non_trainable_variables],
        )
        extra = {"training": training} if layer._call_has_training_arg else {}
        y, after = layer.stateless_call(trained, kept, x, **extra)
        c = rng.normal(size=y.shape).astype(np.float32)
        loss = lambda weights, inputs: (
            layer.stateless_call(weights, kept, inputs, **extra)[0] * c
        ).sum()
        gradients = jax.grad(loss, argnums=(0, 1))(trained, as_inputs(x, jax.numpy.asarray))
        after = [] if case[0] in SEEDED else after
        leaves = [y, *after, *jax.tree_util.tree_leaves(gradients)]
        found[title_] = [products(leaf) for leaf in leaves]
    return found


def test_the_file_of_goldens_is_what_keras_computes():
    """`python tests/parity/test_keras_layers.py` writes it."""
    kept = golden()
    for title_, facts in answers().items():
        for ours, theirs in zip(kept[title_], facts, strict=True):
            assert ours[0] == theirs[0]
            np.testing.assert_allclose(ours[1:], theirs[1:], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("case", CASES, ids=title)
def test_weights_shapes_and_config(case, rng):
    name, options, shape = case
    x = draw(shape, rng)
    ours, theirs = pair(name, options, x, rng)
    assert [(v.name, tuple(v.shape)) for v in ours.weights] == [
        (v.name, tuple(v.shape)) for v in theirs.weights
    ]
    assert [v.name for v in ours.trainable_weights] == [v.name for v in theirs.trainable_weights]
    assert ours.count_params() == theirs.count_params()
    batches = (
        [[(None, *s) for s in shape], [(4, *s) for s in shape]]
        if isinstance(shape, list)
        else [(None, *shape), (4, *shape)]
    )
    for batch in batches:
        fresh = type(ours)(**options)
        # Before the call Keras does not see what an equation's input tells, and turns the axes of
        # '...' around; afterwards they are right.
        expected = (
            (batch[0], *theirs(x).shape[1:])
            if name == "EinsumDense"
            else tuple(theirs.compute_output_shape(batch))
        )
        assert fresh.compute_output_shape(batch) == expected, batch
        assert not fresh.built  # a question is no call
    symbols = [minidl.Input(s) for s in shape] if isinstance(shape, list) else minidl.Input(shape)
    theirs_symbols = (
        [keras.Input(s) for s in shape] if isinstance(shape, list) else keras.Input(shape)
    )
    if shape != () and name != "EinsumDense":
        assert type(ours)(**options)(symbols).shape == tuple(
            type(theirs)(**options)(theirs_symbols).shape
        )
    unknown_here = {
        "lora_rank",
        "lora_alpha",
        "gptq_unpacked_column_size",
        "quantization_config",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
        "rms_scaling",
    }
    mine, other = set(ours.get_config()), set(theirs.get_config())
    assert mine <= other | ({"trainable"} if "SpatialDropout" in name else set()), mine - other
    assert other - mine <= unknown_here | (
        {"activity_regularizer"}
        if name in ("ActivityRegularization", "EinsumDense") or "Conv" in name
        else set()
    ), other - mine
    again = minidl.layers.deserialize(minidl.layers.serialize(ours))
    again(x)
    again.set_weights(ours.get_weights())
    np.testing.assert_array_equal(again(x).numpy(), ours(x).numpy())


@pytest.mark.parametrize("dtype", ["int32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=title)
def test_dtypes_that_come_out(case, dtype, rng):
    """Where Keras gives floats these are floats of the same kind; float64 inputs become float32 in
    both.
    """
    name, options, shape = case
    x = as_inputs(draw(shape, rng), lambda a: np.abs(a * 3).astype(dtype))
    ours, theirs = getattr(minidl.layers, name)(**options), getattr(keras.layers, name)(**options)
    for training in (False, True):
        extra = {"training": training} if theirs._call_has_training_arg else {}
        mine = ours(x, training=training)
        try:
            other = theirs(x, **extra)
        except (
            TypeError
        ):  # Keras refuses whole numbers here; JAX's square root and select take none
            assert dtype != "float64" and mine.dtype == np.float32
            continue
        if dtype == "float64":
            assert mine.dtype == np.float32 == np.dtype(str(other.dtype)), training
        elif np.dtype(str(other.dtype)).kind == "f":
            assert mine.dtype == np.float32, training
        else:
            assert mine.dtype.kind in "iuf" and mine.dtype != np.float64, training


def test_automatic_names():
    keras.backend.clear_session()
    minidl.layers.reset_names()
    options = {}
    for name, given, _ in CASES:
        options.setdefault(name, given)
    options |= {"Embedding": dict(input_dim=3, output_dim=2), "Lambda": dict(function=lambda x: x)}
    for name, given in options.items():
        for _ in range(2):
            assert (
                getattr(minidl.layers, name)(**given).name
                == getattr(keras.layers, name)(**given).name
            )


def test_the_same_arguments_with_the_same_defaults():
    """All that Keras's signature names and a layer here can mean."""
    beyond = {
        "quantization_config",
        "lora_rank",
        "lora_alpha",
        "gptq_unpacked_column_size",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
        "kwargs",
        "weights",
        "name",
        "dtype",
    }
    ALONG_AXES = ("pool_size", "strides", "dilation_rate")
    for name in {case[0] for case in CASES} | {"Embedding", "Lambda"}:
        ours, theirs = (
            inspect.signature(getattr(f.layers, name).__init__).parameters for f in (minidl, keras)
        )
        for argument, parameter in theirs.items():
            if argument in beyond:
                continue
            assert argument in ours, (name, argument)
            mine, other = ours[argument].default, parameter.default
            # (2, 2) is 2 along each axis, and here no pool needs to be told its size
            other = other[0] if isinstance(other, tuple) and argument in ALONG_AXES else other
            other = 2 if argument == "pool_size" else other
            assert mine == other or str(mine).lower() == str(other).lower(), (name, argument)


# --- layers that look things up, or at the data
# -----------------------------------------------------------------------


def test_embedding(rng):
    ours, theirs = minidl.layers.Embedding(6, 3), keras.layers.Embedding(6, 3)
    x = np.array([[1, 1, 5], [0, 1, 2]])
    ours(x), theirs(x)
    theirs.set_weights(ours.get_weights())
    for kind in ("int32", "int64", "uint8", "float32"):
        np.testing.assert_array_equal(
            ours(x.astype(kind)).numpy(), np.asarray(theirs(x.astype(kind)))
        )
    assert (
        ours.compute_output_shape((None, 3))
        == theirs.compute_output_shape((None, 3))
        == (None, 3, 3)
    )
    c = rng.normal(size=(2, 3, 3)).astype(np.float32)
    ours(x).backward(gradient=c)
    gradient = jax.grad(lambda w: (theirs.stateless_call([w], [], x)[0] * c).sum())(
        theirs.embeddings.value
    )
    close(ours.embeddings.grad, gradient)  # row 1 was asked for three times
    assert not ours.embeddings.grad[3].any()


@pytest.mark.parametrize(
    "options", [{}, dict(axis=None), dict(axis=1), dict(axis=(1, 2)), dict(invert=True)], ids=str
)
@pytest.mark.parametrize("batches", [False, True])
def test_normalization_adapts(options, batches, rng):
    x = (rng.normal(size=(50, 4, 3)) * [1.0, 5.0, 0.1] + [3.0, -2.0, 100.0]).astype(np.float32)
    ours, theirs = minidl.layers.Normalization(**options), keras.layers.Normalization(**options)
    ours.adapt([x[:20], x[20:33], x[33:]] if batches else x)
    # by itself Keras adds up in float32, and in batches only with TensorFlow
    theirs.adapt(x.astype(np.float64))
    for mine, other in zip(ours.get_weights()[:2], theirs.get_weights()[:2]):
        np.testing.assert_allclose(mine, other, rtol=1e-5)
    np.testing.assert_allclose(ours(x).numpy(), np.asarray(theirs(x)), rtol=1e-4, atol=1e-5)


# --- chance


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Dropout", dict(rate=0.3)),
        ("GaussianDropout", dict(rate=0.3)),
        ("AlphaDropout", dict(rate=0.3)),
        ("GaussianNoise", dict(stddev=0.7)),
        ("SpatialDropout1D", dict(rate=0.3)),
        ("Dropout", dict(rate=0.5, noise_shape=(None, 1, None))),
    ],
    ids=str,
)
def test_chance_has_the_same_statistics(name, options, rng):
    x = rng.normal(size=(4000, 5, 6)).astype(np.float32) + 1
    ours, theirs = (
        np.asarray(getattr(f.layers, name)(**options)(x, training=True)) for f in (minidl, keras)
    )
    for moment in (1, 2, 4):
        np.testing.assert_allclose((ours**moment).mean(), (theirs**moment).mean(), rtol=0.05)
    # alike at neighbouring steps only where they share a draw
    for label, y in (("ours", ours), ("theirs", theirs)):
        gone = np.isclose(y, y.min() if name == "AlphaDropout" else 0.0, atol=1e-3)
        if "noise_shape" in options or name == "SpatialDropout1D":
            assert (gone == gone[:, :1]).mean() > 0.999, label
        elif name == "Dropout":
            assert 0.5 < (gone == gone[:, :1])[:, 1:].mean() < 0.65, label


# --- regularizers and constraints
# ----------------------------------------------------------------------------------------


REGULARIZERS = [
    ("L1", {}),
    ("L1", dict(l1=0.3)),
    ("L2", {}),
    ("L2", dict(l2=0.3)),
    ("L1L2", {}),
    ("L1L2", dict(l1=0.1, l2=0.2)),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", dict(factor=0.5, mode="columns")),
]
CONSTRAINTS = [
    ("MaxNorm", {}),
    ("MaxNorm", dict(max_value=0.5)),
    ("MaxNorm", dict(max_value=1.0, axis=1)),
    ("MaxNorm", dict(axis=[0, 1])),
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", dict(axis=1)),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", dict(min_value=1.0, max_value=1.5, rate=0.25, axis=1)),
]


@pytest.mark.parametrize(("name", "options"), REGULARIZERS, ids=str)
def test_regularizers(name, options, rng):
    w = rng.normal(size=(5, 4)).astype(np.float32)
    ours, theirs = (
        getattr(minidl.regularizers, name)(**options),
        getattr(keras.regularizers, name)(**options),
    )
    tensor = minidl.Tensor(w, requires_grad=True)
    value = ours(tensor)
    close(value.numpy(), theirs(jax.numpy.asarray(w)))
    value.backward()
    close(tensor.grad, jax.grad(theirs)(jax.numpy.asarray(w)))
    mine, other = ours.get_config(), theirs.get_config()
    assert mine.keys() == other.keys() and all(
        mine[k] == other[k]
        if isinstance(mine[k], str)
        else mine[k] == pytest.approx(float(other[k]))
        for k in mine
    )


@pytest.mark.parametrize("name", ["l1", "l2", "L1", "L2", "L1L2", "orthogonal_regularizer"])
def test_regularizers_by_name(name, rng):
    w = rng.normal(size=(5, 4)).astype(np.float32)
    close(minidl.regularizers.get(name)(minidl.Tensor(w)).numpy(), keras.regularizers.get(name)(w))


@pytest.mark.parametrize(("name", "options"), CONSTRAINTS, ids=str)
def test_constraints(name, options, rng):
    ours, theirs = (
        getattr(minidl.constraints, name)(**options),
        getattr(keras.constraints, name)(**options),
    )
    for w in (
        rng.normal(size=(5, 4)),
        np.zeros((5, 4)),
        rng.normal(size=(2, 3, 4)),
        rng.normal(size=4) if options.get("axis", 0) == 0 else rng.normal(size=(1, 1)),
    ):
        w = w.astype(np.float32)
        result = ours(w)
        close(result, theirs(w))
        assert result.dtype == np.float32
    assert ours.get_config() == theirs.get_config()


@pytest.mark.parametrize(
    "name",
    [
        "max_norm",
        "non_neg",
        "unit_norm",
        "min_max_norm",
        "MaxNorm",
        "NonNeg",
        "UnitNorm",
        "MinMaxNorm",
    ],
)
def test_constraints_by_name(name, rng):
    w = rng.normal(size=(5, 4)).astype(np.float32) * 3
    close(minidl.constraints.get(name)(w), keras.constraints.get(name)(w))


# --- inside fit


DATA = np.random.default_rng(5)
X, Y, WORDS = (
    DATA.normal(size=(44, 6)).astype(np.float32),
    DATA.normal(size=(44, 2)).astype(np.float32),
    DATA.integers(0, 9, (44, 5)),
)

# No L1 penalty on what begins at 0: there JAX takes 1 for the slope of |x|, others take 0.
STACKS = {
    "normalised": lambda L: [
        L.Dense(8),
        L.BatchNormalization(momentum=0.75),
        L.PReLU(),
        L.Dense(7, "tanh"),
        L.LayerNormalization(),
        L.Dense(2),
    ],
    "activity": lambda L: [
        L.Dense(8, "tanh", activity_regularizer="l2"),
        L.ActivityRegularization(l1=0.05, l2=0.02),
        L.Dense(2, activity_regularizer="l1"),
    ],
    "kernel": lambda L: [
        L.Dense(8, "tanh", kernel_regularizer="l2", bias_regularizer="l1", bias_initializer="ones"),
        L.Dense(4, kernel_regularizer="orthogonal_regularizer"),
        L.BatchNormalization(
            gamma_regularizer="l2", beta_regularizer="l1", beta_initializer="ones"
        ),
        L.PReLU(alpha_regularizer="l1", alpha_initializer="ones"),
        L.Dense(2, kernel_regularizer={"class_name": "L1L2", "config": {"l1": 0.02, "l2": 0.03}}),
    ],
    "constrained": lambda L: [
        L.Dense(8, kernel_constraint="max_norm", bias_constraint="non_neg"),
        L.Dense(4, kernel_constraint="unit_norm"),
        L.BatchNormalization(gamma_constraint="non_neg", beta_constraint="non_neg"),
        L.PReLU(alpha_constraint="non_neg"),
        L.Dense(2, kernel_constraint="min_max_norm"),
    ],
    "frozen": lambda L: [
        L.Dense(4),
        L.BatchNormalization(trainable=False),
        L.Dense(2, kernel_regularizer="l2"),
        L.Dense(2, trainable=False, kernel_regularizer="l2"),
    ],
    "image": lambda L: [
        L.Reshape((2, 3)),
        L.BatchNormalization(axis=1),
        L.Permute((2, 1)),
        L.UnitNormalization(),
        L.Flatten(),
        L.Dense(2),
    ],
}


@pytest.mark.parametrize("stack", STACKS)
def test_inside_fit(stack):
    """Keras now and then loses one of several activity penalties (about one run in ten), so for
    those one of six runs must agree.
    """
    for left in reversed(range(6 if stack == "activity" else 1)):
        try:
            compare_inside_fit(stack)
            return
        except AssertionError:
            if not left:
                raise


def test_activity_penalties_by_hand():
    """What Keras gives in the runs in which it loses none."""
    model = minidl.Sequential([minidl.Input((6,)), *STACKS["activity"](minidl.layers)])
    model.compile("sgd", "mse")
    k1, b1, k2, b2 = (w.astype("float64") for w in model.get_weights())
    h = np.tanh(X @ k1 + b1)
    p = h @ k2 + b2
    expected = np.mean((p - Y) ** 2) + (
        0.03 * (h**2).sum() + 0.05 * np.abs(h).sum() + 0.01 * np.abs(p).sum()
    ) / len(X)
    assert model.evaluate(X, Y, batch_size=len(X), verbose=0) == pytest.approx(expected, rel=1e-6)


def compare_inside_fit(stack):
    models = []
    for framework in (minidl, keras):
        model = framework.Sequential([framework.Input((6,)), *STACKS[stack](framework.layers)])
        model.compile(framework.optimizers.SGD(0.0625, momentum=0.5), "mse", metrics=["mae"])
        models.append(model)
    ours, theirs = models
    theirs.set_weights(ours.get_weights())
    histories = [
        m.fit(
            X,
            Y,
            batch_size=8,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_data=(X[:11] + 1, Y[:11]),
        ).history
        for m in models
    ]
    assert histories[0].keys() == histories[1].keys()
    for key in histories[0]:
        np.testing.assert_allclose(histories[0][key], histories[1][key], rtol=2e-5, err_msg=key)
    for mine, other in zip(ours.weights, theirs.get_weights()):
        np.testing.assert_allclose(mine.numpy(), other, rtol=1e-4, atol=1e-5, err_msg=mine.name)
    np.testing.assert_allclose(
        ours.evaluate(X, Y, verbose=0), theirs.evaluate(X, Y, verbose=0), rtol=2e-5
    )
    np.testing.assert_allclose(
        ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("pooling", ["Flatten", "GlobalAveragePooling1D", "GlobalMaxPooling1D"])
def test_words_inside_fit(pooling):
    models = []
    for framework in (minidl, keras):
        L = framework.layers
        model = framework.Sequential(
            [
                framework.Input((5,)),
                L.Embedding(9, 4, embeddings_regularizer="l2"),
                getattr(L, pooling)(),
                L.Dense(2),
            ]
        )
        model.compile(framework.optimizers.Adam(0.0625), "mse")
        models.append(model)
    ours, theirs = models
    theirs.set_weights(ours.get_weights())
    losses = [
        m.fit(WORDS, Y, batch_size=8, epochs=3, shuffle=False, verbose=0).history["loss"]
        for m in models
    ]
    np.testing.assert_allclose(*losses, rtol=2e-5)
    for mine, other in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-5)


def test_losses_of_a_layer_are_the_same_list():
    made = []
    for framework in (minidl, keras):
        layer = framework.layers.Dense(
            3, kernel_regularizer="l2", activity_regularizer="l1", kernel_initializer="ones"
        )
        layer(X)
        layer(2 * X)  # a second call: activity counts for the last alone
        made.append(sorted(float(loss) for loss in layer.losses))
    np.testing.assert_allclose(*made, rtol=1e-5)


@pytest.mark.parametrize("size", [1, 3, 44])
def test_activity_regularizer_is_a_mean_over_samples(size):
    values = []
    for framework in (minidl, keras):
        layer = framework.layers.Dense(3, activity_regularizer="l2", kernel_initializer="ones")
        layer(X[:size])
        values.append(float(layer.losses[0]))
    assert values[0] == pytest.approx(values[1], rel=1e-5)


def test_shared_layers_and_tied_weights(rng):
    made = []
    for framework in (minidl, keras):

        class Tied(framework.layers.Layer):
            """A Dense backwards, with the kernel of another."""

            def __init__(self, dense, **kwargs):
                super().__init__(**kwargs)
                self.dense = dense

            def build(self, input_shape):
                self.bias = self.add_weight(
                    shape=(self.dense.kernel.shape[0],), initializer="zeros", name="bias"
                )

            def call(self, inputs, framework=framework):
                return (
                    framework.ops.matmul(inputs, framework.ops.transpose(self.dense.kernel))
                    + self.bias
                )

        L, inputs = framework.layers, framework.Input((6,))
        encode, twice = (
            L.Dense(3, "tanh", kernel_initializer=framework.initializers.Constant(0.25)),
            L.Dense(3, "tanh", kernel_initializer="ones"),
        )
        model = framework.Model(inputs, Tied(encode)(twice(twice(encode(inputs)))))
        model.compile(framework.optimizers.SGD(0.0625), "mse")
        history = model.fit(X, X, batch_size=11, epochs=2, shuffle=False, verbose=0).history["loss"]
        made.append(
            (
                history,
                len(model.weights),
                len(model.trainable_weights),
                model.count_params(),
                model.predict(X, verbose=0),
            )
        )
    assert made[0][1:4] == made[1][1:4]
    np.testing.assert_allclose(made[0][0], made[1][0], rtol=1e-5)
    np.testing.assert_allclose(made[0][4], made[1][4], rtol=1e-4, atol=1e-5)


# --- texts and sequences
# ---


TEXTS = [
    "The cat sat on the mat; the dog didn't!",
    "A dog & a cat, a mouse.",
    "",
    "mouse\tmouse MOUSE\nunseen-before",
    ["The", "list", "cat"],
]
OTHER = ["the unknown dog sat", "", "A mat?", ["cat", "zebra"], "mouse"]


def split_by_comma(text):
    return str(text).split(",")


@pytest.mark.parametrize(
    "options",
    [
        {},
        dict(num_words=4),
        dict(oov_token="<oov>"),
        dict(num_words=3, oov_token="<oov>"),
        dict(lower=False),
        dict(filters=""),
        dict(filters="t.", split="a"),
        dict(char_level=True),
        dict(char_level=True, lower=False, num_words=6),
        dict(num_words=1),
        dict(oov_token="cat"),
        dict(analyzer=split_by_comma),
    ],
    ids=str,
)
def test_tokenizer(options):
    from keras.src.legacy.preprocessing.text import Tokenizer

    ours, theirs = minidl.preprocessing.Tokenizer(**options), Tokenizer(**options)
    for texts in (TEXTS, OTHER[:2]):
        ours.fit_on_texts(texts), theirs.fit_on_texts(texts)
        for attribute in ("word_index", "word_counts", "word_docs", "document_count", "index_word"):
            assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
        assert list(ours.word_counts) == list(theirs.word_counts)
        for some in (TEXTS, OTHER):
            numbers = ours.texts_to_sequences(some)
            assert numbers == theirs.texts_to_sequences(some)
            assert ours.sequences_to_texts([*numbers, [999, 1, 0]]) == theirs.sequences_to_texts(
                [*numbers, [999, 1, 0]]
            )
            for mode in ("binary", "count", "freq") + (
                ("tfidf",) if options.get("oov_token") != "cat" else ()
            ):
                np.testing.assert_allclose(
                    ours.texts_to_matrix(some, mode),
                    theirs.texts_to_matrix(some, mode),
                    err_msg=mode,
                )


def test_words_of_a_text():
    from keras.src.legacy.preprocessing.text import text_to_word_sequence

    for text in (*TEXTS[:4], "a  b--c"):
        for options in ({}, dict(lower=False), dict(filters="a", split=","), dict(filters="")):
            assert minidl.preprocessing.text.text_to_word_sequence(
                text, **options
            ) == text_to_word_sequence(text, **options)


SEQUENCES = [
    [[1, 2, 3], [4], [], [5, 6, 7, 8, 9]],
    [[1.5, -2.7], [3.2]],
    [np.arange(3), np.arange(5)],
    [[[1, 2], [3, 4]], [], [[5, 6]]],
    np.arange(6).reshape(2, 3),
    [(1, 2), (3,)],
]


@pytest.mark.parametrize("sequences", SEQUENCES, ids=range(len(SEQUENCES)))
@pytest.mark.parametrize(
    "options",
    [
        {},
        dict(maxlen=2),
        dict(maxlen=7),
        dict(padding="post"),
        dict(maxlen=2, truncating="post", padding="post"),
        dict(maxlen=2, truncating="post"),
        dict(dtype="float32", value=-1.0),
        dict(dtype="int64", value=9),
    ],
    ids=str,
)
def test_pad_sequences(sequences, options):
    ours, theirs = (
        minidl.utils.pad_sequences(sequences, **options),
        keras.utils.pad_sequences(sequences, **options),
    )
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype


def test_pad_sequences_of_words():
    options = dict(dtype=object, value="-", padding="post")
    np.testing.assert_array_equal(
        minidl.utils.pad_sequences([["a"], ["b", "c"]], **options),
        keras.utils.pad_sequences([["a"], ["b", "c"]], **options),
    )


if __name__ == "__main__":
    lines = [f" {json.dumps(title_)}: {json.dumps(facts)}" for title_, facts in answers().items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
