"""Metrics by name, and what 'accuracy' means for which loss."""

import numpy as np
import pytest
from metric_cases import classifier

from minidl import Sequential, layers, losses, metrics
from minidl.metrics import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from minidl.support.registry import snake_case

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
    assert metric.name == name and type(metrics.deserialize(name)) is type(metric)
    y, p = ([0], [[-0.1, -2.0]]) if name == "nll" else ([[0.0, 1.0]], [[0.25, 0.75]])
    assert metric(y, p) == pytest.approx(losses.get(name)(y, p).item(), rel=1e-6)


def test_a_mistyped_metric_is_answered_in_compile():
    with pytest.raises(ValueError, match="Unknown metric 'acuracy'. Did you mean 'accuracy'"):
        Sequential([layers.Dense(1)]).compile("sgd", "mse", metrics=["acuracy"])
    known = len({*metrics.registry.names, *losses.registry.names})
    often = "accuracy, auc, f1_score, mae, mse, precision, r2_score, recall"
    with pytest.raises(ValueError, match=f"Available: {often}.*, and {known - 10} more; see dir"):
        metrics.get("nothing of this sort")
    own = metrics.deserialize("share", {"share": BinaryAccuracy})
    assert type(own) is BinaryAccuracy
    assert metrics.get("r2").name == "r2_score" and metrics.get("rmse").name != "rmse"


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


def test_the_names_of_metrics():
    """The class's name in small letters, but for one."""
    words = "AUC Precision Recall F1Score R2Score Sum ConfusionMatrix RootMeanSquaredError "
    words += "TopKCategoricalAccuracy CosineSimilarity TruePositives KLDivergence "
    for name in (words + "MeanSquaredError MeanAbsoluteError").split():
        assert getattr(metrics, name)().name == snake_case(name)
    assert metrics.LogCoshError().name == "logcosh"


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_accuracy_of_a_hinge_loss_is_cut_at_0(loss):
    found = metrics.resolve_accuracy("accuracy", losses.as_loss(loss), (8,), (8, 1))
    assert type(found) is BinaryAccuracy and found.threshold == 0
    assert found([-1, 1, 1, -1], [-0.2, 0.2, 0.7, 0.1]) == 0.75


def test_the_wrapper_keeps_a_function_of_the_library():
    metric = metrics.MeanMetricWrapper(losses.mean_absolute_error, name="far", dtype="float16")
    fn = {"class_name": "function", "module": "builtins", "config": "mean_absolute_error"}
    for config in (metric.get_config(), {**metric.get_config(), "fn": fn}):
        again = metrics.MeanMetricWrapper.from_config(config)
        assert again.get_config() == metric.get_config() and again.dtype == "float16"
        assert again([[0.0, 0.0]], [[1.0, 2.0]]) == pytest.approx(1.5)
