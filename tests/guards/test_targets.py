"""What every error and warning of a loss says."""

import warnings

import numpy as np
import pytest
from loss_cases import EVERY_LOSS, FOUR, describe, error, example, softmax

from minidl import Input, Sequential, layers, ops
from minidl.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    NegativeLogLikelihood,
    SparseCategoricalCrossentropy,
)

# --- errors: what, received, cure
# ---


REFUSED = [
    (
        MeanSquaredError(),
        np.zeros(4),
        FOUR,
        ["MeanSquaredError", "(4,)", "(4, 4)", "not broadcast", "Dense(1)", "(n, 4)"],
    ),
    (MeanSquaredError(), np.zeros((4, 2)), FOUR, ["(4, 2)", "2 targets", "Dense(2)"]),
    (MeanAbsoluteError(), np.zeros((4, 4, 4)), FOUR, ["MeanAbsoluteError", "(4, 4, 4)", "(4, 4)"]),
    (MeanSquaredError(), np.zeros(3), np.zeros((4, 1)), ["(3,)", "(4, 1)"]),
    (
        BinaryCrossentropy(),
        [0, 1, 0, 1],
        FOUR,
        [
            "BinaryCrossentropy",
            "(4,)",
            "(4, 4)",
            "Dense(1, activation='sigmoid')",
            "sparse_categorical_crossentropy",
        ],
    ),
    (
        CategoricalCrossentropy(),
        [0, 1, 3, 2],
        FOUR,
        ["class indices", "0..3", "sparse_categorical_crossentropy", "to_categorical(y, 4)"],
    ),
    (
        CategoricalCrossentropy(),
        [[0], [1], [3], [2]],
        FOUR,
        ["class indices", "0..3", "sparse_categorical_crossentropy"],
    ),
    (CategoricalCrossentropy(), np.eye(5)[:4], FOUR, ["(4, 5)", "(4, 4)", "Dense(5)"]),
    (
        CategoricalCrossentropy(),
        np.ones((4, 1)),
        np.ones((4, 1)),
        ["(4, 1)", "no classes", "binary_crossentropy"],
    ),
    (
        SparseCategoricalCrossentropy(),
        np.eye(4),
        FOUR,
        ["one-hot", "categorical_crossentropy", "argmax"],
    ),
    (SparseCategoricalCrossentropy(), [0, 1], FOUR, ["(2,)", "(4, 4)", "(4,)"]),
    (
        SparseCategoricalCrossentropy(),
        [1, 2, 3, 4],
        FOUR,
        ["1..4", "4 outputs", "0..3", "subtract 1"],
    ),
    (SparseCategoricalCrossentropy(), [0, 1, 2, -1], FOUR, ["-1..2", "4 outputs", "0..3"]),
    (SparseCategoricalCrossentropy(), [0, 1, 2, 9], FOUR, ["0..9", "4 outputs", "0..3"]),
    (
        SparseCategoricalCrossentropy(),
        [0.5, 1, 2, 3],
        FOUR,
        ["whole numbers", "fractions", "'mse'"],
    ),
    (SparseCategoricalCrossentropy(), [np.nan, 1, 2, 3], FOUR, ["whole numbers"]),
    (SparseCategoricalCrossentropy(), [0, 1], np.array([0.5, 0.5]), ["(n, classes)", "(2,)"]),
    (
        SparseCategoricalCrossentropy(True),
        [0, 1],
        np.zeros((2, 1)),
        ["0..1", "1 outputs", "binary_crossentropy"],
    ),
    (
        NegativeLogLikelihood(),
        [0, 4],
        np.log(np.full((2, 4), 0.25)),
        ["NegativeLogLikelihood", "0..4", "0..3"],
    ),
]


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "said"),
    REFUSED,
    ids=lambda v: describe(v) if isinstance(v, Loss) else "",
)
def test_errors_say_what_was_received_and_the_cure(loss, y_true, y_pred, said):
    text = error(loss, np.asarray(y_true), y_pred)
    for words in said:
        assert words in text, f"{words!r} is not in: {text}"


def test_one_based_advice_only_where_it_fits():
    assert "subtract" not in error(SparseCategoricalCrossentropy(), [0, 4, 1, 1], FOUR)
    assert "subtract" not in error(SparseCategoricalCrossentropy(), [1, 5, 1, 1], FOUR)


@pytest.mark.parametrize("labels", [["cat", "dog"], [None, 1]])
def test_text_as_targets(labels):
    with pytest.raises(TypeError, match="real numbers"):
        SparseCategoricalCrossentropy()(labels, np.full((2, 2), 0.5))


@pytest.mark.parametrize("cls", [BinaryCrossentropy, CategoricalCrossentropy])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), "0.1", None])
def test_label_smoothing_outside_0_to_1(cls, value):
    with pytest.raises(
        (ValueError, TypeError), match=r"label_smoothing must lie between 0 and 1; received"
    ):
        cls(label_smoothing=value)


@pytest.mark.parametrize("cls", [CategoricalCrossentropy, SparseCategoricalCrossentropy])
def test_an_axis_of_the_classes_that_is_not_there(cls):
    with pytest.raises(ValueError, match=r"along axis 2, which outputs with 2 axes do not have"):
        cls(axis=2)(np.eye(3), np.eye(3))
    with pytest.raises(ValueError, match="axis is the number of an axis.*received None"):
        cls(axis=None)


def test_a_subclass_without_call():
    class Forgetful(Loss):
        pass

    with pytest.raises(
        NotImplementedError, match=r"Forgetful needs a method call\(self, y_true, y_pred\)"
    ):
        Forgetful()([0.0], [0.0])


@pytest.mark.parametrize(
    ("loss", "y", "said"),
    [
        ("sparse_categorical_crossentropy", [0, 1, 2, 3], "0..3.*3 outputs"),
        ("sparse_categorical_crossentropy", [1, 2, 3, 1], "subtract 1"),
        ("sparse_categorical_crossentropy", [0, 1, -1, 1], "-1..1"),
        ("categorical_crossentropy", [0, 1, 2, 1], "sparse_categorical_crossentropy"),
        ("binary_crossentropy", [[0, 1, 2]] * 4, "between 0 and 1.*0..2"),
        ("binary_crossentropy", [[0, -1, 1]] * 4, "between 0 and 1.*-1..1"),
        ("mse", [0.0, 1.0, 2.0, 3.0], "Dense\\(1\\)"),
    ],
)
def test_all_targets_are_checked_before_the_first_step(loss, y, said):
    """Even where only the last sample is wrong, in a batch that has not come yet."""
    activation = {"mse": None, "binary_crossentropy": "sigmoid"}.get(loss, "softmax")
    model = Sequential([layers.Dense(3, activation=activation, input_shape=(2,))])
    model.compile("sgd", loss)
    before = model.get_weights()
    with pytest.raises(ValueError, match=said):
        model.fit(np.ones((4, 2)), np.array(y), batch_size=1, shuffle=False, verbose=0)
    for now, then in zip(model.get_weights(), before):
        np.testing.assert_array_equal(now, then)
    with pytest.raises(ValueError, match=said):
        model.evaluate(np.ones((4, 2)), np.array(y), verbose=0)


def test_all_targets_of_sequences_are_checked_before_the_first_step():
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(5, 2))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    before, y = model.get_weights(), np.zeros((4, 5), int)
    y[3, 4] = 3
    with pytest.raises(ValueError, match=r"labels run 0..3 but the model has 3 outputs"):
        model.fit(np.ones((4, 5, 2)), y, batch_size=1, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


# --- warnings: numbers that cannot be what the loss expects
# ---


LOGITS = np.array([[2.0, -1.0], [0.5, 3.0]])


@pytest.mark.parametrize(
    ("loss", "y", "p", "said"),
    [
        (
            SparseCategoricalCrossentropy,
            [0, 1],
            LOGITS,
            r"do not look like probabilities.*softmax.*from_logits=True",
        ),
        (
            CategoricalCrossentropy,
            np.eye(2),
            LOGITS,
            r"do not look like probabilities.*softmax.*from_logits=True",
        ),
        (BinaryCrossentropy, np.eye(2), LOGITS, r"no probabilities.*sigmoid.*from_logits=True"),
        (NegativeLogLikelihood, [0, 1], softmax(LOGITS), r"no log-probabilities.*log_softmax"),
    ],
    ids=["sparse", "categorical", "binary", "nll"],
)
def test_outputs_that_are_no_probabilities_are_said_once(loss, y, p, said):
    loss = loss()
    with pytest.warns(UserWarning, match=said):
        loss(y, p)
    loss(y, p)  # said once: a second warning would fail the test


@pytest.mark.parametrize(
    ("maker", "loss", "y"),
    [
        (ops.softmax, SparseCategoricalCrossentropy, [0, 1]),
        (ops.softmax, CategoricalCrossentropy, np.eye(2)),
        (ops.sigmoid, BinaryCrossentropy, np.eye(2)),
    ],
    ids=["sparse", "categorical", "binary"],
)
def test_probabilities_taken_for_logits_are_said_once(maker, loss, y):
    loss = loss(from_logits=True)
    with pytest.warns(UserWarning, match=rf"already ends in {maker.__name__}.*from_logits=False"):
        value = loss(y, maker(LOGITS)).item()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert loss(y, maker(LOGITS)).item() == value
    assert value == pytest.approx(
        type(loss)(from_logits=True)(y, maker(LOGITS).numpy()).item(), rel=1e-12
    )


def test_outputs_above_1_alone_are_said_too():
    with pytest.warns(UserWarning, match=r"outputs run 0\.5\.\.1\.5 and are no probabilities"):
        BinaryCrossentropy()([[1.0, 0.0]], [[0.5, 1.5]])


def test_the_dry_run_of_symbols_says_nothing_and_silences_nothing():
    loss, y, p = CategoricalCrossentropy(), Input((2,)), Input((2,))
    loss(y, p)  # a dry run on zeros, which are no probabilities
    with pytest.warns(UserWarning, match="do not look like probabilities"):
        loss(np.eye(2), LOGITS)
    loss(y, p)
    loss(np.eye(2), LOGITS)  # said once


def test_good_probabilities_are_not_warned_about():
    for cls, options, kind in EVERY_LOSS:
        y, p = example(kind, (5, 3))
        cls(**options)(y, p.astype(np.float32))
