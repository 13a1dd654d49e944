"""Metrics by name, and what 'accuracy' means for which loss."""

import numpy as np
import pytest
from metric_cases import Ratio, classifier

from minidl import Sequential, layers, losses, metrics
from minidl.metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    Mean,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalAccuracy,
)
from minidl.saving import deserialize_keras_object, serialize_keras_object

# --- what 'accuracy' means
# ---

BINARY, LOGITS = losses.BinaryCrossentropy(), losses.BinaryCrossentropy(from_logits=True)
SPARSE, ONE_HOT = losses.SparseCategoricalCrossentropy(), losses.CategoricalCrossentropy()


@pytest.mark.parametrize("name", ["accuracy", "acc"])
@pytest.mark.parametrize(
    ("loss", "target", "output", "cls", "threshold"),
    [
        (BINARY, (8,), (8, 1), BinaryAccuracy, 0.5),
        (BINARY, (8, 1), (8, 1), BinaryAccuracy, 0.5),
        (BINARY, (8, 5), (8, 5), BinaryAccuracy, 0.5),  # several yes-or-no questions
        (LOGITS, (8, 1), (8, 1), BinaryAccuracy, 0.0),
        (LOGITS, (8, 5), (8, 5), BinaryAccuracy, 0.0),
        (SPARSE, (8,), (8, 10), SparseCategoricalAccuracy, None),
        (SPARSE, (8, 1), (8, 10), SparseCategoricalAccuracy, None),
        (SPARSE, (8, 6), (8, 6, 10), SparseCategoricalAccuracy, None),
        (
            losses.SparseCategoricalCrossentropy(True),
            (8,),
            (8, 10),
            SparseCategoricalAccuracy,
            None,
        ),
        (losses.NLL(), (8,), (8, 10), SparseCategoricalAccuracy, None),
        (ONE_HOT, (8, 10), (8, 10), CategoricalAccuracy, None),
        (losses.CategoricalCrossentropy(True), (8, 2), (8, 2), CategoricalAccuracy, None),
        (None, (8,), (8, 1), BinaryAccuracy, 0.5),  # no loss, or one of your own: the shapes decide
        (None, (8,), (8,), BinaryAccuracy, 0.5),
        (None, (8,), (8, 10), SparseCategoricalAccuracy, None),
        (None, (8, 1), (8, 10), SparseCategoricalAccuracy, None),
        (None, (8, 10), (8, 10), CategoricalAccuracy, None),
        (losses.as_loss(lambda y, p: y - p), (8,), (8, 10), SparseCategoricalAccuracy, None),
        (losses.as_loss(lambda y, p: y - p), (8, 10), (8, 10), CategoricalAccuracy, None),
        (losses.as_loss(lambda y, p: y - p), (8, 1), (8, 1), BinaryAccuracy, 0.5),
    ],
)
def test_what_accuracy_means(name, loss, target, output, cls, threshold):
    found = metrics.resolve_accuracy(name, loss, target, output)
    assert type(found) is cls and found.name == name
    assert getattr(found, "threshold", None) == threshold


@pytest.mark.parametrize("loss", ["mse", "mae"])
@pytest.mark.parametrize("shape", [(8, 1), (8, 3), (8,)])
def test_accuracy_of_a_regression_is_warned_about(loss, shape):
    with pytest.warns(
        UserWarning, match=r"'acc' is not meaningful for a regression loss.*metrics=\['mae'\]"
    ):
        metrics.resolve_accuracy("acc", losses.as_loss(loss), shape, shape)


def test_accuracy_of_binary_logits_is_cut_at_0():
    """Keras cuts at 0.5 whatever the loss says, and counts the logit 0.3 as a no."""
    x = np.array([[-1.0], [0.3], [0.6], [-0.2]])
    y = np.array([0, 1, 1, 1])
    model = Sequential([layers.Dense(1, kernel_initializer="ones", input_shape=(1,))])
    model.compile("sgd", losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    assert model.evaluate(x, y, verbose=0)[1] == 0.75
    twin = Sequential(
        [layers.Dense(1, activation="sigmoid", kernel_initializer="ones", input_shape=(1,))]
    )
    twin.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    assert twin.evaluate(x, y, verbose=0)[1] == 0.75


# --- names and errors
# ---


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("binary_accuracy", BinaryAccuracy),
        ("BinaryAccuracy", BinaryAccuracy),
        ("categorical_accuracy", CategoricalAccuracy),
        ("sparse_categorical_accuracy", SparseCategoricalAccuracy),
        ("accuracy", Accuracy),
        ("mean", Mean),
        (BinaryAccuracy, BinaryAccuracy),
    ],
)
def test_metrics_by_name_and_class(name, cls):
    assert type(metrics.get(name)) is cls and metrics.get(name) is not metrics.get(name)


@pytest.mark.parametrize(
    "name",
    [
        "mse",
        "MSE",
        "mae",
        "mean_squared_error",
        "binary_crossentropy",
        "categorical_crossentropy",
        "nll",
    ],
)
def test_every_loss_is_a_metric(name):
    metric = metrics.get(name)
    assert metric.name == name
    y, p = ([0], [[-0.1, -2.0]]) if name == "nll" else ([[0.0, 1.0]], [[0.25, 0.75]])
    assert metric(y, p) == pytest.approx(losses.get(name)(y, p).item(), rel=1e-6)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acuracy", "accuracy"),
        ("binary_acc", "binary_accuracy"),
        ("sparse_categorical_acuracy", "sparse_categorical_accuracy"),
    ],
)
def test_a_mistyped_metric_is_answered_in_compile(typed, meant):
    model = Sequential([layers.Dense(1)])
    with pytest.raises(
        ValueError, match=rf"Unknown metric '{typed}'. Did you mean '{meant}'\? Available: "
    ):
        model.compile("sgd", "mse", metrics=[typed])


@pytest.mark.parametrize("nonsense", [3, ["accuracy"], {"out": "accuracy"}])
def test_what_is_no_metric(nonsense):
    with pytest.raises(ValueError, match="A metric is a name, a Metric or a function"):
        metrics.get(nonsense)


@pytest.mark.parametrize(
    "one",
    ["accuracy", SparseCategoricalAccuracy(), ("accuracy",)],
    ids=["name", "instance", "tuple"],
)
def test_a_single_metric_needs_no_list(one):
    model, x, y = classifier(metrics=one)
    assert len(model.evaluate(x, y, verbose=0)) == 2


# --- names, and metrics as plain data
# --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "cls", "name"),
    [
        ("AUC auc", metrics.AUC, "auc"),
        ("precision Precision", metrics.Precision, "precision"),
        ("Recall recall", metrics.Recall, "recall"),
        ("f1_score F1Score", metrics.F1Score, "f1_score"),
        ("r2_score", metrics.R2Score, "r2_score"),
        ("mean_io_u", metrics.MeanIoU, None),
        (
            "root_mean_squared_error rmse RootMeanSquaredError",
            metrics.RootMeanSquaredError,
            "root_mean_squared_error",
        ),
        (
            "top_k_categorical_accuracy",
            metrics.TopKCategoricalAccuracy,
            "top_k_categorical_accuracy",
        ),
        ("cosine_similarity", metrics.CosineSimilarity, "cosine_similarity"),
        ("true_positives", metrics.TruePositives, "true_positives"),
        ("kld KLD", metrics.KLDivergence, "kl_divergence"),
        ("mse MSE", MeanSquaredError, "mean_squared_error"),
        ("mae MAE", MeanAbsoluteError, "mean_absolute_error"),
        ("logcosh", metrics.LogCoshError, "logcosh"),
        ("confusion_matrix", metrics.ConfusionMatrix, "confusion_matrix"),
        ("sum", metrics.Sum, "sum"),
    ],
)
def test_new_metrics_by_name(names, cls, name):
    if name is None:
        assert metrics.registry[names] is cls
        return
    for word in names.split():
        assert type(metrics.get(word)) is cls
    assert cls().name == name


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_accuracy_of_a_hinge_loss_is_cut_at_0(loss):
    found = metrics.resolve_accuracy("accuracy", losses.as_loss(loss), (8,), (8, 1))
    assert type(found) is BinaryAccuracy and found.threshold == 0
    assert found([-1, 1, 1, -1], [-0.2, 0.2, 0.7, 0.1]) == 0.75


def test_get_and_deserialize_of_metrics():
    assert (
        metrics.get(None) is None and type(metrics.deserialize("mse")) is metrics.MeanSquaredError
    )
    described = metrics.serialize(Ratio(2, name="r"))
    with pytest.raises(ValueError, match="custom_objects"):
        metrics.deserialize(described)
    again = metrics.deserialize(described, custom_objects={"Ratio": Ratio})
    assert again.power == 2 and again.name == "r"
    same = deserialize_keras_object(serialize_keras_object(again), custom_objects={"Ratio": Ratio})
    assert same.get_config() == again.get_config()


def test_the_wrapper_keeps_a_function_of_the_library():
    metric = metrics.MeanMetricWrapper(losses.mean_absolute_error, name="far", dtype="float16")
    fn = {"class_name": "function", "module": "builtins", "config": "mean_absolute_error"}
    for config in (metric.get_config(), {**metric.get_config(), "fn": fn}):
        again = metrics.MeanMetricWrapper.from_config(config)
        assert again.get_config() == metric.get_config() and again.dtype == "float16"
        assert again([[0.0, 0.0]], [[1.0, 2.0]]) == pytest.approx(1.5)
