"""Masks, layer by layer and in training: which steps count, and what the others change.

Metrics are compared in `evaluate`: in `fit` on JAX, Keras loses the mask of the outputs on the way
to the metrics, though not to the loss.
"""

import keras
import numpy as np
import pytest

import minidl

DATA = np.random.default_rng(2)
LENGTHS = np.array([3, 5, 1, 4, 2, 5, 3])
COUNTS = np.arange(5) < LENGTHS[:, None]
X = DATA.normal(size=(7, 5, 4)) * COUNTS[..., None]
WORDS = DATA.integers(1, 6, (7, 5)) * COUNTS
WEIGHTS = {
    "none": None,
    "a sample": DATA.random((7, 1)),  # Keras takes (n, 1) alone, minidl (n,) too
    "a step": DATA.random((7, 5)),
}

# name: (last layer's units and activation, loss, targets, metrics)
PROBLEMS = {
    "numbers": ((2, None), ("MeanSquaredError", {}), DATA.normal(size=(7, 5, 2)), ["mae"]),
    "a sum": (
        (2, None),
        ("MeanAbsoluteError", dict(reduction="sum")),
        DATA.normal(size=(7, 5, 2)),
        ["mse"],
    ),
    "by weight": (
        (1, None),
        ("MeanSquaredError", dict(reduction="mean_with_sample_weight")),
        DATA.normal(size=(7, 5, 1)),
        ["mse"],
    ),
    "yes or no": (
        (1, "sigmoid"),
        ("BinaryCrossentropy", {}),
        DATA.integers(0, 2, (7, 5, 1)),
        ["accuracy"],
    ),
    "labels": (
        (3, "softmax"),
        ("SparseCategoricalCrossentropy", {}),
        DATA.integers(0, 3, (7, 5)),
        ["accuracy", "sparse_categorical_crossentropy"],
    ),
    "labels, some of which do not count": (
        (3, None),
        ("SparseCategoricalCrossentropy", dict(from_logits=True, ignore_class=1)),
        DATA.integers(0, 3, (7, 5)),
        [],
    ),
    "one-hot": (
        (3, "softmax"),
        ("CategoricalCrossentropy", dict(label_smoothing=0.1)),
        np.eye(3)[DATA.integers(0, 3, (7, 5))],
        ["accuracy"],
    ),
}


def stacked(framework, units, activation):
    layers = framework.layers
    return framework.Sequential(
        [
            layers.Input((5, 4)),
            layers.Masking(),
            layers.Dense(6, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dense(units, activation=activation),
        ]
    )


def functional(framework, units, activation):
    layers = framework.layers
    start = layers.Input((5,), dtype="int32")
    x = layers.Embedding(6, 4, mask_zero=True)(start)
    y = layers.LayerNormalization()(layers.Dense(4, activation="tanh")(x))
    y = layers.Add()([x, y])
    return framework.Model(start, layers.Dense(units, activation=activation)(y))


def subclassed(framework, units, activation):
    class Network(framework.Model):
        def __init__(self):
            super().__init__()
            self.masking = framework.layers.Masking()
            self.hidden = framework.layers.Dense(5)
            self.dense = framework.layers.Dense(units, activation=activation)

        def call(self, x):
            return self.dense(self.hidden(self.masking(x)))

    model = Network()
    model(X)
    return model


MODELS = {"stacked": stacked, "functional": functional, "subclassed": subclassed}


def pair(make, *arguments, **compiled):
    models = []
    for framework in (minidl, keras):
        models.append(make(framework, *arguments))
        given = {
            k: [getattr(framework.losses, name)(**o) for name, o in v] if k == "loss" else v
            for k, v in compiled.items()
        }
        if len(given["loss"]) == 1:
            given["loss"] = given["loss"][0]
        models[-1].compile(framework.optimizers.SGD(0.125), **given)
    models[1].set_weights(models[0].get_weights())
    return models


def same(ours, theirs, tolerance=1e-11):
    assert list(ours) == list(theirs)
    for key in theirs:
        np.testing.assert_allclose(
            ours[key], theirs[key], rtol=tolerance, atol=tolerance, err_msg=key
        )


CASES = [
    *[("stacked", problem, "none") for problem in PROBLEMS],
    *[("stacked", problem, "a step") for problem in PROBLEMS],
    ("stacked", "numbers", "a sample"),
    ("stacked", "yes or no", "a sample"),
    ("functional", "labels", "none"),
    ("functional", "yes or no", "a step"),
    ("subclassed", "one-hot", "none"),
    ("subclassed", "numbers", "a step"),
]


@pytest.mark.parametrize(("kind", "problem", "weights"), CASES)
def test_training_with_masks(in_float64, kind, problem, weights):
    last, loss, y, metrics = PROBLEMS[problem]
    ours, theirs = pair(
        MODELS[kind], *last, loss=[loss], metrics=metrics, weighted_metrics=metrics[:1]
    )
    x = WORDS if kind == "functional" else X
    options = dict(sample_weight=WEIGHTS[weights], verbose=0, batch_size=3)
    learn = dict(options, epochs=2, shuffle=False)
    history, reference = ours.fit(x, y, **learn).history, theirs.fit(x, y, **learn).history
    same({"loss": history["loss"]}, {"loss": reference["loss"]})
    same(
        ours.evaluate(x, y, return_dict=True, **options),
        theirs.evaluate(x, y, return_dict=True, **options),
    )
    for a, b in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-11)


def two_outputs(framework):
    layers = framework.layers
    start = layers.Input((5, 4))
    x = layers.Dense(3)(layers.Masking()(start))
    steps = layers.Dense(2, name="steps")(x)
    whole = layers.Dense(1, name="whole")(layers.GlobalAveragePooling1D()(x))
    return framework.Model(start, [steps, whole])


def test_several_outputs_of_which_one_has_a_mask(in_float64):
    loss = [("MeanSquaredError", {}), ("MeanAbsoluteError", {})]
    ours, theirs = pair(two_outputs, loss=loss, metrics=[["mae"], ["mse"]], loss_weights=[0.5, 2.0])
    y = [DATA.normal(size=(7, 5, 2)), DATA.normal(size=(7, 1))]
    learn = dict(epochs=2, shuffle=False, verbose=0, batch_size=3)
    history, reference = ours.fit(X, y, **learn).history, theirs.fit(X, y, **learn).history
    losses = ("loss", "steps_loss", "whole_loss")
    same({k: history[k] for k in losses}, {k: reference[k] for k in losses})
    given = dict(verbose=0, batch_size=3, return_dict=True)
    same(ours.evaluate(X, y, **given), theirs.evaluate(X, y, **given))


def test_class_weights_of_a_model_whose_sequences_end_in_one_answer(in_float64):
    def make(framework):
        layers = framework.layers
        return framework.Sequential(
            [
                layers.Input((5,)),
                layers.Embedding(6, 3, mask_zero=True),
                layers.GlobalAveragePooling1D(),
                layers.Dense(2, activation="softmax"),
            ]
        )

    ours, theirs = pair(make, loss=[("SparseCategoricalCrossentropy", {})], metrics=["accuracy"])
    learn = dict(class_weight={0: 1.0, 1: 3.0}, epochs=2, shuffle=False, verbose=0, batch_size=3)
    y = DATA.integers(0, 2, 7)
    same(ours.fit(WORDS, y, **learn).history, theirs.fit(WORDS, y, **learn).history)


# --- layer by layer: (class, arguments), the mask being that of the input
LAYERS = [
    ("Activation", dict(activation="relu")),
    ("ActivityRegularization", dict(l2=0.1)),
    ("BatchNormalization", {}),
    ("Dense", dict(units=3)),
    ("Dropout", dict(rate=0.5)),
    ("ELU", {}),
    ("EinsumDense", dict(equation="abc,cd->abd", output_shape=(None, 3))),
    ("Flatten", {}),
    ("GaussianDropout", dict(rate=0.5)),
    ("GaussianNoise", dict(stddev=1.0)),
    ("GlobalAveragePooling1D", {}),
    ("GlobalAveragePooling1D", dict(keepdims=True)),
    ("GlobalMaxPooling1D", {}),
    ("GroupNormalization", dict(groups=2)),
    ("Identity", {}),
    ("LayerNormalization", {}),
    ("LeakyReLU", {}),
    ("Masking", dict(mask_value=1.0)),
    ("PReLU", {}),
    ("Permute", dict(dims=(2, 1))),
    ("RMSNormalization", {}),
    ("ReLU", {}),
    ("Rescaling", dict(scale=2.0)),
    ("Reshape", dict(target_shape=(4, 5))),
    ("SpatialDropout1D", dict(rate=0.5)),
    ("UnitNormalization", {}),
    ("AlphaDropout", dict(rate=0.5)),
]


@pytest.mark.filterwarnings("ignore:.*mask")
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("name", "options"), LAYERS, ids=lambda v: v if type(v) is str else "")
def test_layers_hand_masks_on_as_keras_does(in_float64, name, options, training):
    pair = [getattr(framework.layers, name)(**options) for framework in (minidl, keras)]
    inputs = [framework.layers.Masking()(X) for framework in (minidl, keras)]
    for layer, x in zip(pair, inputs):
        layer(x)  # makes the weights
    pair[1].set_weights(pair[0].get_weights())
    given = dict(training=training) if name == "BatchNormalization" else {}
    mine, theirs = (layer(x, **given) for layer, x in zip(pair, inputs))
    np.testing.assert_allclose(np.asarray(mine), np.asarray(theirs), atol=1e-10)
    expected = getattr(theirs, "_keras_mask", None)
    assert (mine.mask is None) == (expected is None)
    if expected is not None:
        np.testing.assert_array_equal(np.asarray(mine.mask), np.asarray(expected))


@pytest.mark.filterwarnings("ignore:.*mask")
@pytest.mark.parametrize("masked", [(True, True), (True, False), (False, False)])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Add", {}),
        ("Maximum", {}),
        ("Multiply", {}),
        ("Subtract", {}),
        ("Concatenate", dict(axis=-1)),
        ("Concatenate", dict(axis=1)),
        ("Dot", dict(axes=(2, 2))),
    ],
)
def test_merged_masks(name, options, masked):
    found = []
    other = np.roll(X, 2, axis=1)
    for framework in (minidl, keras):
        parts = [
            framework.layers.Masking()(part) if is_masked else part
            for part, is_masked in zip((X, other), masked)
        ]
        result = getattr(framework.layers, name)(**options)(parts)
        mask = result.mask if framework is minidl else getattr(result, "_keras_mask", None)
        found.append(None if mask is None else np.asarray(mask))
    assert (found[0] is None) == (found[1] is None)
    if found[0] is not None:
        np.testing.assert_array_equal(*found)


@pytest.mark.filterwarnings("ignore:.*mask")
def test_what_an_argument_of_a_layer_of_ones_own_gets():
    """`mask` for one input, a mask for each name for several, and nothing for `mask` then."""
    seen = []
    for framework in (minidl, keras):
        notes = []
        seen.append(notes)

        class One(framework.layers.Layer):
            def call(self, x, state=None, mask=None, notes=notes):
                notes.append(None if mask is None else np.asarray(mask))
                return x

        class Several(framework.layers.Layer):
            def call(self, query, value, query_mask=None, value_mask=None, notes=notes):
                notes.append([m is not None for m in (query_mask, value_mask)])
                return query

        class Merging(framework.layers.Layer):
            def call(self, xs, mask=None, notes=notes):
                notes.append([None if m is None else np.asarray(m) for m in mask])
                return xs[0]

            def compute_mask(self, xs, mask=None):
                return mask[1]

        masked, other = framework.layers.Masking()(X), framework.ops.convert_to_tensor(X + 1.0)
        One()(other, mask=COUNTS)
        One()(other)
        Merging()([other, masked])
        One()(masked)
        One()(masked, state=X)
        Several()(masked, value=other)
        Several()(other, value=masked)
    mine, theirs = seen
    assert len(mine) == len(theirs) == 7
    for a, b in zip(mine, theirs):
        np.testing.assert_equal(a, b)
