"""minidl.metrics: values worked out by hand, what 'accuracy' means for which loss, unequal batches,
weights, no leaks.
"""

import copy
import gc
import inspect
import json
import re
import weakref

import numpy as np
import pytest

from minidl import (
    Model,
    Sequential,
    Tensor,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    random,
    set_random_seed,
)
from minidl.metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    Mean,
    MeanAbsoluteError,
    MeanSquaredError,
    Metric,
    Number,
    SparseCategoricalAccuracy,
)

# --- Mean


def test_mean_of_numbers_arrays_and_tensors():
    mean = Mean("train_loss")
    assert mean.name == "train_loss" and Mean().name == "mean"
    assert mean.result() == 0.0  # nothing yet
    mean.update_state(2.0)
    mean.update_state([3.0, 7.0])
    mean.update_state(Tensor(8.0))
    assert mean.result() == 5.0
    mean.reset_state()
    assert mean.result() == 0.0
    assert mean(np.array([[1.0, 2.0], [3.0, 6.0]])) == 3.0


def test_mean_is_weighted():
    mean = Mean()
    mean.update_state([1.0, 5.0], sample_weight=[3, 1])
    assert mean.result() == 2.0
    mean.update_state(7.0, sample_weight=4)  # as the loss of a batch of four samples
    assert mean.result() == (1 * 3 + 5 + 7 * 4) / 8
    mean.update_state([100.0, 200.0], sample_weight=[0.0, 0.0])
    assert mean.result() == (1 * 3 + 5 + 7 * 4) / 8


@pytest.mark.parametrize(
    ("values", "weight", "expected"),
    [
        ([1.0, 2.0, 3.0], [[1.0], [0.0], [0.0]], 1.0),  # a column of weights is a weight a value
        ([[1.0, 3.0], [5.0, 7.0]], [1.0, 0.0], 2.0),  # a weight per row counts for the whole row
        ([[1.0, 3.0], [5.0, 7.0]], [[1.0, 0.0], [0.0, 1.0]], 4.0),
        ([1.0, 2.0], 0.5, 1.5),
        ([1.0, 2.0], np.float32(0.5), 1.5),
        ([1, 2], [0.25, 0.75], 1.75),
        (np.array([1, 2]), [0.25, 0.75], 1.75),  # whole numbers do not make the weights whole
        (np.array([True, False]), [0.25, 0.75], 0.25),  # nor do hits and misses make them yes or no
        (np.array([True, False]), [3.0, 1.0], 0.75),
        (5.0, [1.0, 1.0], 5.0),
    ],
    ids=str,
)
def test_weights_of_every_shape(values, weight, expected):
    assert Mean()(values, sample_weight=weight) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("weight", [[1.0, 2.0], [[1.0, 2.0, 3.0]], np.ones((3, 2))], ids=str)
def test_weights_that_do_not_fit_are_refused(weight):
    with pytest.raises(ValueError, match="sample_weight"):
        Mean()([1.0, 2.0, 3.0], sample_weight=weight)


def test_results_are_floats_that_answer_like_tensors():
    for metric in (Mean(), SparseCategoricalAccuracy(), MeanSquaredError(), BinaryAccuracy()):
        if isinstance(metric, (SparseCategoricalAccuracy, BinaryAccuracy, MeanSquaredError)):
            y = [0] if isinstance(metric, SparseCategoricalAccuracy) else [[0.0, 1.0]]
            metric.update_state(y, np.float32([[0.9, 0.1]]), sample_weight=np.float32([1]))
        else:
            metric.update_state(np.float32(3))
        result = metric.result()
        assert type(result) is Number and isinstance(result, float)
        assert (
            json.loads(json.dumps(result))
            == result
            == result.numpy()
            == result.item()
            == float(result)
        )
        assert (
            type(result.numpy()) is np.float64
            and type(result.item()) is float
            and type(result + 1) is float
        )
        assert f"{result:.3f}" == f"{float(result):.3f}" and repr(result) == repr(float(result))


# --- accuracies, by hand
# ---


def test_binary_accuracy():
    accuracy = BinaryAccuracy()
    # exactly 0.5 is not above the threshold
    assert accuracy([0, 1, 1, 0], [0.2, 0.7, 0.5, 0.51]) == 0.5
    assert BinaryAccuracy(threshold=0.0)([0, 1, 1, 0], [-0.2, 0.3, 0.0, 2.0]) == 0.5
    assert (
        BinaryAccuracy()([[0], [1]], [0.2, 0.7]) == BinaryAccuracy()([0, 1], [[0.2], [0.7]]) == 1.0
    )
    # smoothed targets count by their side
    assert BinaryAccuracy()([0.1, 0.9, 0.4], [0.2, 0.7, 0.3]) == 1.0
    several = BinaryAccuracy(threshold=0.3)
    several.update_state([[1, 0, 1], [0, 0, 0]], [[0.4, 0.4, 0.1], [0.0, 0.0, 0.0]])  # 1/3 and 3/3
    assert several.result() == pytest.approx(2 / 3)


def test_categorical_and_sparse_accuracy():
    p = np.array([[0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.4, 0.35, 0.25]])
    assert SparseCategoricalAccuracy()([1, 0, 1, 0], p) == 0.75
    assert SparseCategoricalAccuracy()([[1], [0], [1], [0]], p) == 0.75
    assert SparseCategoricalAccuracy()(np.array([1.0, 0.0, 1.0, 0.0]), p) == 0.75
    assert CategoricalAccuracy()(np.eye(3)[[1, 0, 1, 0]], p) == 0.75
    # logits have the same largest entry
    assert SparseCategoricalAccuracy()([1, 0, 1, 0], np.log(p)) == 0.75


def test_accuracy_of_a_sequence_counts_steps():
    p = np.eye(3)[np.array([[0, 1, 2], [2, 2, 2]])]
    labels = np.array([[0, 1, 0], [2, 0, 0]])
    assert SparseCategoricalAccuracy()(labels, p) == 0.5
    assert SparseCategoricalAccuracy()(labels, p, sample_weight=[3, 1]) == pytest.approx(
        (3 * 2 + 1) / (3 * 3 + 3)
    )
    assert CategoricalAccuracy()(np.eye(3)[labels], p) == 0.5


def test_plain_accuracy_counts_equal_entries():
    assert Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]) == 0.75


@pytest.mark.parametrize(
    ("metric", "y", "p"),
    [
        (SparseCategoricalAccuracy, [0, 1, 1], [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]),
        (CategoricalAccuracy, [[1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]),
        (BinaryAccuracy, [0, 1, 1], [0.1, 0.1, 0.8]),
        (Accuracy, [0, 1, 1], [0, 0, 1]),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
@pytest.mark.parametrize("weight", [[3.0, 1.0, 0.0], [0.25, 0.75, 0.0], [0.5, 0.0, 0.5]])
def test_accuracies_count_weights(metric, y, p, weight):
    """The first and the last sample are hits, the one between them is not."""
    assert metric()(y, p, sample_weight=weight) == pytest.approx(
        (weight[0] + weight[2]) / sum(weight), rel=1e-7
    )
    assert metric()(y, p, sample_weight=np.array(weight)[:, None]) == pytest.approx(
        (weight[0] + weight[2]) / sum(weight), rel=1e-7
    )


P3 = np.full((3, 4), 0.25)


@pytest.mark.parametrize(
    ("metric", "y", "p", "said"),
    [
        (CategoricalAccuracy(), np.eye(4)[[0, 1]], P3, r"\(2, 4\).*\(3, 4\)"),
        (CategoricalAccuracy(), np.array([0, 1, 2]), P3, r"sparse_categorical_accuracy"),
        (SparseCategoricalAccuracy(), np.eye(4)[[0, 1, 2]], P3, r"\(3, 4\).*categorical_accuracy"),
        (SparseCategoricalAccuracy(), np.array([0, 1]), P3, r"\(2,\).*\(3, 4\)"),
        (BinaryAccuracy(), np.array([0, 1, 1]), P3, r"\(3,\).*\(3, 4\)"),
        (Accuracy(), np.array([0, 1, 1]), P3, r"\(3,\).*\(3, 4\)"),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, Metric) else "",
)
def test_shapes_that_do_not_fit_are_an_error_not_a_number(metric, y, p, said):
    with pytest.raises(ValueError, match=said):
        metric.update_state(y, p)


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


# --- in a model: batches, names, weights
# -----------------------------------------------------------------------------


def classifier(**compiled):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(10, 4)).astype(np.float32), rng.integers(0, 3, 10)
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    model.set_weights([rng.normal(size=(4, 3)) * 0.3, np.zeros(3)])
    # at learning rate 0 an epoch measures fixed weights
    compiled.setdefault("optimizer", optimizers.SGD(0.0))
    model.compile(loss="sparse_categorical_crossentropy", **compiled)
    return model, x, y


@pytest.mark.parametrize("batch_size", [1, 3, 4, 10, 32])
def test_unequal_batches_give_the_metric_of_all_samples(batch_size):
    model, x, y = classifier(metrics=["accuracy", "sparse_categorical_crossentropy"])
    p = model.predict(x, verbose=0)
    hits, loss = (p.argmax(axis=1) == y).mean(), -np.log(p[np.arange(10), y]).mean()
    assert 0 < hits < 1
    measured = model.evaluate(x, y, batch_size=batch_size, verbose=0)
    assert measured == pytest.approx([loss, hits, loss], rel=1e-5)
    history = model.fit(
        x, y, batch_size=batch_size, verbose=0, validation_data=(x[:7], y[:7])
    ).history
    assert [
        history[k][0] for k in ("loss", "accuracy", "sparse_categorical_crossentropy")
    ] == pytest.approx(measured, rel=1e-6)
    assert history["val_accuracy"][0] == pytest.approx((p.argmax(axis=1) == y)[:7].mean(), rel=1e-6)


def test_names_stay_as_they_were_typed():
    model, x, y = classifier(
        metrics=[
            "acc",
            "sparse_categorical_crossentropy",
            SparseCategoricalAccuracy("hits"),
            SparseCategoricalAccuracy,
        ]
    )
    model.fit(x, y, verbose=0)
    names = [
        "loss",
        "acc",
        "sparse_categorical_crossentropy",
        "hits",
        "sparse_categorical_accuracy",
    ]
    assert model.metrics_names == names
    assert set(model.history.history) == set(names)


def test_names_go_with_what_evaluate_returns():
    """Tutorials zip the two, also when two metrics would have the same name."""
    model, x, y = classifier(
        metrics=["accuracy", SparseCategoricalAccuracy, "sparse_categorical_accuracy"]
    )
    measured = model.evaluate(x, y, verbose=0)
    assert len(model.metrics_names) == len(measured) == 4
    assert dict(zip(model.metrics_names, measured)) == model.evaluate(
        x, y, verbose=0, return_dict=True
    )


def test_mse_and_mae_as_metrics():
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([0.0, 2.0, 5.0])
    model = Sequential([layers.Dense(1, kernel_initializer="ones", input_shape=(1,))])
    model.compile(
        "sgd",
        "mse",
        metrics=[
            "mae",
            "mse",
            MeanAbsoluteError(),
            MeanSquaredError("squares"),
            losses.MeanSquaredError(),
        ],
    )
    assert model.evaluate(x, y, verbose=0, batch_size=2, return_dict=True) == pytest.approx(
        {
            "loss": 5 / 3,
            "mae": 1.0,
            "mse": 5 / 3,
            "mean_absolute_error": 1.0,
            "squares": 5 / 3,
            "mean_squared_error": 5 / 3,
        }
    )


def test_weighted_metrics_count_sample_weights_and_metrics_do_not():
    model, x, y = classifier(
        metrics=["sparse_categorical_crossentropy", SparseCategoricalAccuracy("plain")],
        weighted_metrics=["accuracy", losses.SparseCategoricalCrossentropy(name="weighed")],
    )
    weight = np.random.default_rng(1).random(10)
    p = model.predict(x, verbose=0)
    hits, loss = p.argmax(axis=1) == y, -np.log(p[np.arange(10), y])
    for shaped in (weight, weight[:, None]):
        measured = model.evaluate(
            x, y, batch_size=4, sample_weight=shaped, verbose=0, return_dict=True
        )
        assert measured == pytest.approx(
            {
                "loss": (loss * weight).mean(),
                "plain": hits.mean(),
                "sparse_categorical_crossentropy": loss.mean(),
                "accuracy": (hits * weight).sum() / weight.sum(),
                "weighed": (loss * weight).sum() / weight.sum(),
            },
            rel=1e-5,
        )


def test_class_weights_reach_the_weighted_metrics():
    model, x, y = classifier(weighted_metrics=["accuracy"])
    weight = np.array([1.0, 5.0, 0.5])[y]
    hits = model.predict(x, verbose=0).argmax(axis=1) == y
    history = model.fit(
        x, y, class_weight={0: 1.0, 1: 5.0, 2: 0.5}, batch_size=3, verbose=0
    ).history
    assert history["accuracy"][0] == pytest.approx((hits * weight).sum() / weight.sum(), rel=1e-6)


def test_the_same_metric_weighted_and_not_keeps_two_names():
    model, x, y = classifier(metrics=["accuracy"], weighted_metrics=["accuracy"])
    weight = np.arange(10.0)
    hits = model.predict(x, verbose=0).argmax(axis=1) == y
    measured = model.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)
    assert measured["accuracy"] == pytest.approx(hits.mean())
    assert measured["weighted_accuracy"] == pytest.approx(
        (hits * weight).sum() / weight.sum(), rel=1e-6
    )


# --- functions and classes of your own
# -------------------------------------------------------------------------------


def test_an_own_function_gets_tensors():
    seen = []

    def top_probability(y_true, y_pred):
        seen.append((type(y_true), type(y_pred), y_true.dtype, y_pred.requires_grad))
        return ops.max(y_pred, axis=-1)

    model, x, y = classifier(metrics=[top_probability])
    expected = model.predict(x, verbose=0).max(axis=1).mean()
    assert model.evaluate(x, y, batch_size=3, verbose=0)[1] == pytest.approx(expected, rel=1e-6)
    assert model.metrics_names == ["loss", "top_probability"]
    assert set(seen) == {(Tensor, Tensor, np.dtype("float32"), False)}


def test_an_own_function_may_return_one_number_a_batch():
    def spread(y_true, y_pred):
        return ops.mean((y_true - y_pred) ** 2)

    metric = metrics.get(spread)
    metric.update_state([0.0, 0.0, 0.0], [1.0, 1.0, 1.0])
    metric.update_state([0.0], [3.0])
    assert metric.result() == pytest.approx((3 * 1 + 9) / 4)  # weighted by the size of the batch


def test_an_own_function_in_plain_numpy():
    metric = metrics.get(lambda y_true, y_pred: np.abs(y_true - y_pred) > 0.5)
    assert metric([0.0, 0.0, 0.0, 0.0], [0.1, 0.9, 0.2, 0.7]) == 0.5
    assert metric.name == "<lambda>"


def test_an_own_metric_class():
    @metrics.registry.register("f_one")
    class PositiveShare(Metric):
        def reset_state(self):
            self.positive, self.seen = 0, 0

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.positive += int((np.asarray(y_pred) > 0.3).sum())
            self.seen += np.asarray(y_pred).size

        def result(self):
            return self.positive / self.seen

    model, x, y = classifier(metrics=[PositiveShare, "f_one", PositiveShare("mine")])
    expected = (model.predict(x, verbose=0) > 0.3).mean()
    for _ in range(2):  # the second epoch starts anew
        measured = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
        assert [measured[k] for k in ("positive_share", "f_one", "mine")] == pytest.approx(
            [expected] * 3
        )
    assert (
        type(metrics.get("positive_share")) is type(metrics.get("PositiveShare")) is PositiveShare
    )


def test_a_metric_class_that_is_not_finished():
    class Half(Metric):
        pass

    with pytest.raises(
        NotImplementedError,
        match=re.escape("Half needs a method update_state(self, y_true, y_pred"),
    ):
        Half().update_state([0], [0])
    with pytest.raises(NotImplementedError, match=re.escape("Half needs a method result(self)")):
        Half().result()


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


def test_a_loss_metric_leaves_its_loss_as_it_was():
    loss = losses.MeanSquaredError(reduction="sum")
    metric = metrics.get(loss)
    assert metric([[0.0], [0.0]], [[1.0], [3.0]]) == 5.0 and loss.reduction == "sum"
    with pytest.raises(ValueError):
        metric.update_state([[0.0], [0.0]], [[1.0], [3.0], [4.0]])
    assert loss.reduction == "sum"


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


# --- no leaks


@pytest.mark.parametrize(
    "metric",
    [
        Mean(),
        MeanSquaredError(),
        BinaryAccuracy(),
        metrics.get(losses.BinaryCrossentropy()),
        metrics.get(lambda y, p: (y - p) ** 2),
    ],
    ids=lambda m: type(m).__name__,
)
def test_a_metric_keeps_no_graph_alive(metric):
    gc.collect()
    gc.disable()
    try:
        x = Tensor([[0.3, 0.8]], requires_grad=True)
        p = ops.sigmoid(x * 2.0)
        args = (p,) if type(metric) is Mean else (np.array([[0.0, 1.0]]), p)
        metric.update_state(*args)
        metric.update_state(*args)
        watched = weakref.ref(p), weakref.ref(x)
        del p, x, args
        assert [w() for w in watched] == [None, None]
    finally:
        gc.enable()


def test_training_with_metrics_keeps_no_graph_alive():
    watched = []

    class Watched(Sequential):
        def call(self, x, training=None):
            result = super().call(x)
            watched.append(weakref.ref(result))
            return result

    rng = np.random.default_rng(0)
    model = Watched([layers.Dense(3, activation="softmax", input_shape=(4,))])
    model.compile(
        "adam",
        "sparse_categorical_crossentropy",
        metrics=["accuracy", "sparse_categorical_crossentropy", lambda y, p: p.max(axis=-1)],
        weighted_metrics=[SparseCategoricalAccuracy("w")],
    )
    gc.collect()
    gc.disable()
    try:
        model.fit(
            rng.normal(size=(20, 4)),
            rng.integers(0, 3, 20),
            batch_size=5,
            sample_weight=np.ones(20),
            verbose=0,
        )
        model.evaluate(rng.normal(size=(20, 4)), rng.integers(0, 3, 20), batch_size=5, verbose=0)
        assert len(watched) >= 8 and not [w for w in watched if w() is not None]
    finally:
        gc.enable()


# --- regression

RNG = np.random.default_rng(5)
BATCHES = ((0, 7), (7, 8), (8, 30))


def in_batches(metric, y, p, weight=None):
    metric.reset_state()
    for a, b in BATCHES:
        metric.update_state(y[a:b], p[a:b], None if weight is None else weight[a:b])
    return metric.result()


T, P = RNG.random((30, 3)) + 0.1, RNG.random((30, 3)) + 0.1
W = RNG.random(30)
SIGNS = np.where(T > 0.6, 1.0, -1.0)
ROWS = T / T.sum(axis=1, keepdims=True), P / P.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("metric", "y", "p", "each"),
    [
        (metrics.MeanAbsolutePercentageError(), T, P, 100 * np.abs((T - P) / T).mean(1)),
        (metrics.MeanSquaredLogarithmicError(), T, P, (np.log((1 + T) / (1 + P)) ** 2).mean(1)),
        (metrics.LogCoshError(), T, P, np.log(np.cosh(T - P)).mean(1)),
        (
            metrics.CosineSimilarity(),
            T,
            P,
            (T * P).sum(1) / np.linalg.norm(T, axis=1) / np.linalg.norm(P, axis=1),
        ),
        (metrics.KLDivergence(), *ROWS, (ROWS[0] * np.log(ROWS[0] / ROWS[1])).sum(1)),
        (metrics.Poisson(), T, P, (P - T * np.log(P)).mean(1)),
        (metrics.Hinge(), SIGNS, P, np.maximum(0, 1 - SIGNS * P).mean(1)),
        (metrics.SquaredHinge(), SIGNS, P, (np.maximum(0, 1 - SIGNS * P) ** 2).mean(1)),
        (
            metrics.CategoricalHinge(),
            np.eye(3)[[0] * 30],
            P,
            np.maximum(0, 1 + np.maximum(0, P[:, 1:].max(1)) - P[:, 0]),
        ),
        (
            metrics.BinaryCrossentropy(),
            (T > 0.5) * 1.0,
            ROWS[1],
            -np.log(np.where(T > 0.5, ROWS[1], 1 - ROWS[1])).mean(1),
        ),
        (metrics.CategoricalCrossentropy(), np.eye(3)[[1] * 30], ROWS[1], -np.log(ROWS[1][:, 1])),
        (
            metrics.SparseCategoricalCrossentropy(),
            np.array([2] * 30),
            ROWS[1],
            -np.log(ROWS[1][:, 2]),
        ),
        (
            metrics.PearsonCorrelation(),
            T,
            P,
            np.array([np.corrcoef(t, p)[0, 1] for t, p in zip(T, P)]),
        ),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, Metric) else "",
)
def test_means_over_batches_with_and_without_weights(metric, y, p, each):
    assert in_batches(metric, y, p) == pytest.approx(each.mean(), rel=1e-6)
    assert in_batches(metric, y, p, W) == pytest.approx((each * W).sum() / W.sum(), rel=1e-6)
    assert in_batches(metric, y, p, W[:, None]) == pytest.approx(
        (each * W).sum() / W.sum(), rel=1e-6
    )
    assert type(metric.result()) is Number


def test_root_mean_squared_error():
    metric = metrics.RootMeanSquaredError()
    assert in_batches(metric, T, P) == pytest.approx(np.sqrt(((T - P) ** 2).mean()), rel=1e-12)
    assert in_batches(metric, T, P, W) == pytest.approx(
        np.sqrt((W[:, None] * (T - P) ** 2).sum() / W.sum() / 3), rel=1e-12
    )
    assert metrics.RootMeanSquaredError()([1.0, 2.0], [[4.0], [6.0]]) == pytest.approx(
        np.sqrt(12.5)
    )


def test_r2_score():
    each = 1 - ((T - P) ** 2).sum(0) / ((T - T.mean(0)) ** 2).sum(0)
    assert in_batches(metrics.R2Score(), T, P) == pytest.approx(each.mean(), rel=1e-10)
    single = in_batches(metrics.R2Score(class_aggregation=None), T, P)
    assert isinstance(single, Tensor)
    np.testing.assert_allclose(single.numpy(), each, rtol=1e-10)
    spread = ((T - T.mean(0)) ** 2).sum(0)
    assert in_batches(metrics.R2Score("variance_weighted_average"), T, P) == pytest.approx(
        (each * spread).sum() / spread.sum(), rel=1e-10
    )
    t, p = T[:, 0], P[:, 0]
    mean = (W * t).sum() / W.sum()
    assert in_batches(metrics.R2Score(), t, p[:, None], W) == pytest.approx(
        1 - (W * (t - p) ** 2).sum() / (W * (t - mean) ** 2).sum(), rel=1e-10
    )
    plain = in_batches(metrics.R2Score(), t, p)
    assert in_batches(metrics.R2Score(num_regressors=4), t, p) == pytest.approx(
        1 - (1 - plain) * 29 / 25, rel=1e-10
    )


def test_r2_at_its_edges():
    assert metrics.R2Score().result() == 0
    assert metrics.R2Score()([1.0, 2.0], [1.0, 2.0]) == 1
    assert (
        metrics.R2Score()([2.0, 2.0], [2.0, 2.0]) == 1
        and metrics.R2Score()([2.0, 2.0], [2.0, 3.0]) == 0
    )
    with pytest.warns(UserWarning, match="5 regressors need more than 2 samples"):
        assert metrics.R2Score(num_regressors=5)([1.0, 2.0], [1.0, 2.0]) == 1
    with pytest.raises(ValueError, match="class_aggregation is"):
        metrics.R2Score("mean")
    with pytest.raises(ValueError, match=r"\(3,\).*\(3, 2\)"):
        metrics.R2Score()(np.ones(3), np.ones((3, 2)))


def test_ignored_labels_are_left_out_of_the_mean():
    labels = np.array([0, 1, 2] * 10)
    each, kept = -np.log(ROWS[1][np.arange(30), labels]), labels != 1
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=1)
    assert in_batches(metric, labels, ROWS[1]) == pytest.approx(each[kept].mean(), rel=1e-6)
    assert in_batches(metric, labels[:, None], ROWS[1], W) == pytest.approx(
        (each * W)[kept].sum() / W[kept].sum(), rel=1e-6
    )


def test_sum():
    total = metrics.Sum()
    total.update_state([1.0, 2.0])
    total.update_state(4.0, sample_weight=0.5)
    assert total.result() == 5 and total.name == "sum"


# --- counting at thresholds
# ---

# rounded, so that some lie on the thresholds
YES, CHANCES = (
    RNG.integers(0, 2, (30, 3)),
    RNG.random((30, 3)).round(1),
)


def counted(threshold, w=None, columns=slice(None)):
    y, above = YES[:, columns] == 1, CHANCES[:, columns] > threshold
    w = np.ones(y.shape) if w is None else w[:, None] * np.ones(y.shape)
    # tp, fp, tn, fn
    return [w[a & b].sum() for a, b in ((y, above), (~y, above), (~y, ~above), (y, ~above))]


@pytest.mark.parametrize("weight", [None, W], ids=["plain", "weighted"])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_counts_precision_and_recall_at_a_threshold(threshold, weight):
    tp, fp, tn, fn = counted(threshold, weight)
    expected = {
        "TruePositives": tp,
        "FalsePositives": fp,
        "TrueNegatives": tn,
        "FalseNegatives": fn,
        "Precision": tp / (tp + fp) if tp + fp else 0.0,
        "Recall": tp / (tp + fn),
    }
    for name, value in expected.items():
        metric = getattr(metrics, name)(thresholds=threshold)
        assert in_batches(metric, YES, CHANCES, weight) == pytest.approx(value, rel=1e-12), name
        assert in_batches(metric, YES, CHANCES.astype(np.float32), weight) == pytest.approx(
            value, rel=1e-7
        ), name
        default = getattr(metrics, name)()
        assert in_batches(default, YES, CHANCES) == pytest.approx(
            in_batches(getattr(metrics, name)(0.5), YES, CHANCES)
        )


def test_several_thresholds_give_results_in_the_order_given():
    thresholds = [0.7, 0.1, 0.4]
    result = in_batches(metrics.Precision(thresholds), YES, CHANCES, W)
    assert isinstance(result, Tensor)
    expected = [tp / (tp + fp) for tp, fp, _, _ in (counted(t, W) for t in thresholds)]
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-12)


def test_one_class_and_the_k_largest():
    tp, fp, _, fn = counted(0.5, W, slice(2, 3))
    assert in_batches(metrics.Precision(class_id=2), YES, CHANCES, W) == pytest.approx(
        tp / (tp + fp), rel=1e-12
    )
    assert in_batches(metrics.Recall(class_id=-1), YES, CHANCES, W) == pytest.approx(
        tp / (tp + fn), rel=1e-12
    )
    best = np.argsort(-P, axis=1)[:, :2]
    hits = np.take_along_axis(YES, best, axis=1)
    assert in_batches(metrics.Precision(top_k=2), YES, P) == pytest.approx(hits.mean(), rel=1e-12)
    assert in_batches(metrics.Recall(top_k=2), YES, P) == pytest.approx(
        hits.sum() / YES.sum(), rel=1e-12
    )
    # logits too
    assert in_batches(metrics.Recall(top_k=2), YES, P - 10) == pytest.approx(
        hits.sum() / YES.sum(), rel=1e-12
    )


def test_nothing_to_count_is_0_and_nan_is_no_yes():
    assert (
        metrics.Precision().result()
        == metrics.Recall()([0, 0], [0.1, 0.9])
        == metrics.AUC().result()
        == 0
    )
    assert (
        metrics.TruePositives()([1, 1], [np.nan, 0.9]) == 1
        and metrics.FalseNegatives()([1, 1], [np.nan, 0.9]) == 1
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: metrics.Precision(1.5), "thresholds lie between 0 and 1; received 1.5"),
        (
            lambda: metrics.Precision()([0, 1, 2], [0.1, 0.2, 0.3]),
            r"targets are 0 or 1, but y runs 0\.\.2.*to_categorical",
        ),
        (
            lambda: metrics.Precision()([0, 1], [[0.1, 0.2], [0.3, 0.4]]),
            r"Precision.*\(2,\).*\(2, 2\)",
        ),
        (
            lambda: metrics.Recall(class_id=3)([[0, 1]], [[0.1, 0.2]]),
            r"no class_id=3 in outputs of shape \(1, 2\)",
        ),
        (lambda: metrics.AUC(curve="RUC"), "curve is one of ROC, PR, PRGAIN.*'RUC'"),
        (
            lambda: metrics.AUC(num_thresholds=1),
            "num_thresholds must be a whole number of at least 2",
        ),
        (
            lambda: metrics.AUC(multi_label=True, num_labels=3)(np.ones((2, 2)), np.ones((2, 2))),
            r"\(n, 3\); received \(2, 2\)",
        ),
        (
            lambda: metrics.SensitivityAtSpecificity(1.2),
            "specificity must be a number of at least 0 and at most 1; received 1.2",
        ),
        (
            lambda: metrics.TopKCategoricalAccuracy(k=0),
            "k must be a whole number above 0; received 0",
        ),
        (
            lambda: metrics.SparseTopKCategoricalAccuracy()([0], [[0.1, 0.9]]),
            "k=5, but the model has 2 outputs",
        ),
        (
            lambda: metrics.SparseTopKCategoricalAccuracy(1)([2], [[0.1, 0.9]]),
            r"labels run 2\.\.2.*valid labels 0\.\.1",
        ),
        (
            lambda: metrics.F1Score("mean"),
            "average is None, 'micro', 'macro' or 'weighted'; received 'mean'",
        ),
        (
            lambda: metrics.F1Score()([0, 1], np.ones((2, 3))),
            r"F1Score.*\(2,\).*\(2, 3\).*to_categorical\(y, 3\)",
        ),
        (lambda: metrics.FBetaScore(beta=-1.0), "beta must be a number above 0"),
        (lambda: metrics.IoU(2, [2]), r"target_class_ids lie in 0\.\.1; received \[2\]"),
        (
            lambda: metrics.confusion_matrix([0, 3], [0, 1], 3),
            r"y_true runs 0\.\.3, but there are 3 classes",
        ),
        (lambda: metrics.confusion_matrix([0, 1], [0.2, 0.9]), "fractions, not labels"),
        (lambda: metrics.confusion_matrix([0, 1, 1], [0, 1]), r"\(3,\).*\(2,\)"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_errors_name_what_was_received(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def pairs_won(y, p):
    """The area under the ROC curve, by its meaning: how often a yes gets more than a no. A tie is
    half a win.
    """
    yes, no = p[y == 1], p[y == 0]
    return ((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean()


def test_auc_is_the_share_of_pairs_in_the_right_order():
    y, p = RNG.integers(0, 2, 30), RNG.integers(0, 200, 30) / 199
    # outputs on the grid: exact
    assert in_batches(metrics.AUC(), y, p) == pytest.approx(pairs_won(y, p), rel=1e-12)
    assert in_batches(metrics.AUC(), y[:, None], p) == pytest.approx(pairs_won(y, p), rel=1e-12)
    assert metrics.AUC()([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]) == pytest.approx(0.75)
    assert metrics.AUC()([0, 1], [0.0, 1.0]) == 1 and metrics.AUC()([1, 0], [0.0, 1.0]) == 0
    logits = np.log((p + 1e-9) / (1 - p + 1e-9))
    assert in_batches(metrics.AUC(from_logits=True), y, logits) == pytest.approx(
        pairs_won(y, p), abs=0.02
    )
    repeated = np.repeat(np.arange(30), 3 * (y == 1) + 1)
    assert in_batches(metrics.AUC(), y, p, np.where(y == 1, 4, 1)) == pytest.approx(
        pairs_won(y[repeated], p[repeated]), rel=1e-12
    )


def test_auc_of_several_labels():
    y, p = RNG.integers(0, 2, (30, 3)), RNG.integers(0, 200, (30, 3)) / 199
    each = np.array([pairs_won(y[:, i], p[:, i]) for i in range(3)])
    assert in_batches(metrics.AUC(multi_label=True), y, p) == pytest.approx(each.mean(), rel=1e-12)
    assert in_batches(
        metrics.AUC(multi_label=True, label_weights=[1, 0, 3]), y, p
    ) == pytest.approx((each * [1, 0, 3]).sum() / 4, rel=1e-12)
    assert in_batches(metrics.AUC(), y, p) == pytest.approx(
        pairs_won(y.ravel(), p.ravel()), rel=1e-12
    )


def test_auc_keeps_no_more_than_its_thresholds():
    metric = metrics.AUC(num_thresholds=50)
    for _ in range(3):
        metric.update_state(RNG.integers(0, 2, 1000), RNG.random(1000))
    assert sum(v.size for v in metric.variables) == 4 * 50


def test_auc_of_logits_is_warned_about_once():
    metric = metrics.AUC()
    with pytest.warns(UserWarning, match=r"AUC: the outputs run -1\.\.2.*from_logits=True"):
        metric.update_state([0, 1], [-1.0, 2.0])
    metric.update_state([0, 1], [-1.0, 2.0])


def test_the_best_under_a_condition():
    tp, fp, tn, fn = np.array([counted(t) for t in np.linspace(0, 1, 200)]).T
    precision = np.where(tp + fp > 0, tp / np.maximum(tp + fp, 1), 0)
    recall, specificity = tp / (tp + fn), tn / (tn + fp)
    for metric, value in (
        (metrics.SensitivityAtSpecificity(0.6), recall[specificity >= 0.6].max()),
        (metrics.SpecificityAtSensitivity(0.6), specificity[recall >= 0.6].max()),
        (metrics.PrecisionAtRecall(0.3), precision[recall >= 0.3].max()),
        (metrics.RecallAtPrecision(0.4), recall[precision >= 0.4].max()),
    ):
        assert in_batches(metric, YES, CHANCES) == pytest.approx(value, rel=1e-12), metric
    # nowhere reached
    assert (
        in_batches(metrics.RecallAtPrecision(1.0, num_thresholds=3), YES[:, :1], 1 - YES[:, :1])
        == 0
    )


# --- classes

LABELS, SCORES = RNG.integers(0, 4, 30), RNG.random((30, 4))
GUESS = SCORES.argmax(axis=1)


def test_confusion_matrix():
    expected = np.array(
        [[((i == LABELS) & (j == GUESS)).sum() for j in range(4)] for i in range(4)]
    )
    for y in (LABELS, LABELS[:, None], np.eye(4)[LABELS], LABELS.astype(float), LABELS.tolist()):
        for p in (GUESS, SCORES, GUESS.tolist(), Tensor(SCORES)):
            found = metrics.confusion_matrix(y, p)
            assert found.dtype.kind == "i"
            np.testing.assert_array_equal(found, expected)
    assert metrics.confusion_matrix([0, 1], [1, 1], num_classes=3).tolist() == [
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 0],
    ]
    for metric in (metrics.ConfusionMatrix(4), metrics.ConfusionMatrix()):
        np.testing.assert_array_equal(in_batches(metric, LABELS, SCORES), expected)
        np.testing.assert_array_equal(in_batches(metric, np.eye(4)[LABELS], SCORES), expected)
        assert metric.name == "confusion_matrix" and metric.result().dtype.kind == "i"
    weighted = in_batches(metrics.ConfusionMatrix(4), LABELS, SCORES, W)
    assert weighted[1, 2] == pytest.approx(
        W[(LABELS == 1) & (GUESS == 2)].sum()
    ) and weighted.sum() == pytest.approx(W.sum())


def test_confusion_matrix_of_yes_and_no():
    assert metrics.ConfusionMatrix()([0, 1, 1, 0], [[0.2], [0.7], [0.4], [0.1]]).tolist() == [
        [2, 0],
        [1, 1],
    ]
    assert metrics.ConfusionMatrix(threshold=0.3)([0, 1, 1, 0], [0.2, 0.7, 0.4, 0.1]).tolist() == [
        [2, 0],
        [0, 2],
    ]
    growing = metrics.ConfusionMatrix()
    growing.update_state([0], [0])
    growing.update_state([2], [1])
    assert growing.result().tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_intersection_over_union():
    def iou(i):
        return ((i == LABELS) & (i == GUESS)).sum() / ((i == LABELS) | (i == GUESS)).sum()

    assert in_batches(metrics.MeanIoU(4), LABELS, GUESS) == pytest.approx(
        np.mean([iou(i) for i in range(4)])
    )
    # absent classes
    assert in_batches(metrics.MeanIoU(9), LABELS, GUESS) == pytest.approx(
        np.mean([iou(i) for i in range(4)])
    )
    assert in_batches(metrics.IoU(4, [1, 3]), LABELS, GUESS) == pytest.approx((iou(1) + iou(3)) / 2)
    assert in_batches(metrics.IoU(4, [2], sparse_y_pred=False), LABELS, SCORES) == pytest.approx(
        iou(2)
    )
    assert in_batches(metrics.OneHotIoU(4, [2]), np.eye(4)[LABELS], SCORES) == pytest.approx(iou(2))
    yes, no = (LABELS > 1), (SCORES[:, 0] >= 0.4)
    assert in_batches(metrics.BinaryIoU([1], 0.4), yes, SCORES[:, 0]) == pytest.approx(
        (yes & no).sum() / (yes | no).sum()
    )
    both, either = W[(LABELS == 2) & (GUESS == 2)].sum(), W[(LABELS == 2) | (GUESS == 2)].sum()
    assert in_batches(metrics.IoU(4, [2]), LABELS, GUESS, W) == pytest.approx(both / either)
    assert metrics.MeanIoU(3).result() == 0


def f_scores(beta=1.0, w=None):
    w = np.ones(30) if w is None else w
    each = []
    for i in range(4):
        tp, fp, fn = (
            w[(i == LABELS) & (i == GUESS)].sum(),
            w[(i != LABELS) & (i == GUESS)].sum(),
            w[(i == LABELS) & (i != GUESS)].sum(),
        )
        each.append((1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp))
    return np.array(each)


def test_f_scores():
    y, counts = np.eye(4)[LABELS], np.bincount(LABELS, minlength=4)
    result = in_batches(metrics.F1Score(), y, SCORES)
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result.numpy(), f_scores(), rtol=1e-5)
    np.testing.assert_allclose(
        in_batches(metrics.FBetaScore(beta=2.0), y, SCORES, W).numpy(), f_scores(2.0, W), rtol=1e-5
    )
    assert in_batches(metrics.F1Score("macro"), y, SCORES) == pytest.approx(
        f_scores().mean(), rel=1e-5
    )
    assert in_batches(metrics.F1Score("weighted"), y, SCORES) == pytest.approx(
        (f_scores() * counts).sum() / 30, rel=1e-5
    )
    assert in_batches(metrics.F1Score("micro"), y, SCORES) == pytest.approx(
        (LABELS == GUESS).mean(), rel=1e-5
    )
    assert metrics.F1Score("micro", threshold=0.5)(
        [1, 0, 1, 1], [[0.9], [0.8], [0.1], [0.7]]
    ) == pytest.approx(2 / 3, rel=1e-5)


def test_f1_of_one_output_without_a_threshold_is_warned_about():
    with pytest.warns(UserWarning, match=r"every answer is yes. Use F1Score\(threshold=0.5\)"):
        metrics.F1Score("micro")([1, 0], [[0.9], [0.1]])


def test_among_the_k_largest():
    rank = (SCORES[np.arange(30), LABELS][:, None] < SCORES).sum(axis=1)
    for k in (1, 2, 4):
        assert in_batches(
            metrics.SparseTopKCategoricalAccuracy(k), LABELS, SCORES
        ) == pytest.approx((rank < k).mean())
        assert in_batches(
            metrics.TopKCategoricalAccuracy(k), np.eye(4)[LABELS], SCORES, W
        ) == pytest.approx((W * (rank < k)).sum() / W.sum())
    ids = np.argsort(-SCORES, axis=1)
    assert in_batches(
        metrics.SparseTopKCategoricalAccuracy(2, from_sorted_ids=True), LABELS, ids
    ) == pytest.approx((rank < 2).mean())
    assert metrics.SparseTopKCategoricalAccuracy(1)([0], [[np.nan, 1.0]]) == 0


def test_accuracies_as_functions():
    np.testing.assert_array_equal(
        metrics.binary_accuracy([1, 0, 1], [0.6, 0.7, 0.2]).numpy(), [1, 0, 0]
    )
    np.testing.assert_array_equal(
        metrics.binary_accuracy([[1], [0]], [[0.6], [0.7]], threshold=0.65).numpy(), [[0], [0]]
    )
    hits = (LABELS == GUESS).astype(float)
    np.testing.assert_array_equal(metrics.sparse_categorical_accuracy(LABELS, SCORES).numpy(), hits)
    np.testing.assert_array_equal(
        metrics.categorical_accuracy(np.eye(4)[LABELS], SCORES).numpy(), hits
    )
    np.testing.assert_array_equal(
        metrics.sparse_top_k_categorical_accuracy(LABELS, SCORES, k=1).numpy(), hits
    )
    np.testing.assert_array_equal(
        metrics.top_k_categorical_accuracy(np.eye(4)[LABELS], SCORES, k=1).numpy(), hits
    )
    assert (
        metrics.mse is metrics.MSE is losses.mean_squared_error
        and metrics.mae([0.0], [[2.0]]).numpy() == 2
    )


# --- own metrics, as tutorials write them
# ----------------------------------------------------------------------------


class PositiveOutputs(Metric):
    def __init__(self, name="positive_outputs", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_variable(shape=(), initializer="zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = ops.cast(ops.convert_to_tensor(y_pred) > 0.3, "float32")
        if sample_weight is not None:
            values = values * ops.reshape(ops.cast(sample_weight, "float32"), (-1, 1))
        self.total.assign_add(ops.sum(values))
        self.count.assign_add(float(np.prod(values.shape)))

    def result(self):
        return self.total / self.count


def test_a_metric_of_variables():
    metric = PositiveOutputs()
    assert [v.name for v in metric.variables] == ["total", "count"] and not any(
        v.trainable for v in metric.variables
    )
    metric.update_state(None, np.array([[0.1, 0.5], [0.9, 0.9]]))
    metric.update_state(None, Tensor([[0.1, 0.2]]), sample_weight=None)
    assert isinstance(metric.result(), Tensor) and float(metric.result()) == 0.5
    metric.reset_state()
    assert [float(v) for v in metric.variables] == [0, 0]
    model, x, y = classifier(
        metrics=[PositiveOutputs(name="p", dtype="float64")], weighted_metrics=[PositiveOutputs()]
    )
    above = model.predict(x, verbose=0) > 0.3
    for _ in range(2):
        measured = model.evaluate(
            x, y, batch_size=4, sample_weight=np.arange(10.0), verbose=0, return_dict=True
        )
        assert measured["p"] == pytest.approx(above.mean(), rel=1e-6)
        assert measured["positive_outputs"] == pytest.approx(
            (above * np.arange(10.0)[:, None]).mean(), rel=1e-6
        )
    assert model.fit(x, y, verbose=0).history["p"][0] == pytest.approx(above.mean(), rel=1e-6)
    assert (
        PositiveOutputs(name="q").get_config() == {"name": "q"}
        and PositiveOutputs(dtype="float64").get_config()["dtype"] == "float64"
    )


def test_variables_of_every_sort():
    metric = Metric("m")
    assert metric.add_weight("a", (2, 3)).shape == (2, 3) and metric.add_weight(
        (2,), "ones"
    ).data.tolist() == [1, 1]
    assert (
        metric.add_weight(
            name="b", shape=4, initializer=lambda shape, dtype=None: np.full(shape, 7.0)
        ).data.tolist()
        == [7] * 4
    )
    assert metric.add_weight("c", initializer="ones", dtype="int32").dtype == np.int32
    assert (
        metric.add_variable((3,), "zeros", name="d").name == "d"
        and metric.add_weight().dtype == np.float32
    )
    assert Metric("m", dtype="float64").add_weight(name="e").dtype == np.float64
    metric.reset_state()
    assert all(not v.data.any() for v in metric.variables) and len(metric.variables) == 6


def test_a_reset_of_ones_own_that_speaks_of_variables_made_later():
    class Late(Metric):
        def __init__(self):
            super().__init__("late")
            self.total = self.add_weight(name="total")

        def reset_state(self):
            self.total.assign(5.0)

    metric = Late()
    assert float(metric.total) == 0
    metric.reset_state()
    assert float(metric.total) == 5


def test_the_old_name_reset_states():
    class Old(Metric):
        def __init__(self):
            super().__init__("old")
            self.total = self.add_weight(name="total", initializer="ones")
            self.calls = 0

        def reset_states(self):
            super().reset_states()
            self.calls = getattr(self, "calls", 0) + 1

    old = Old()
    assert float(old.total) == 1 and old.calls == 0
    old.reset_state()
    assert float(old.total) == 0 and old.calls == 1
    mean = Mean()
    mean.update_state(3.0)
    mean.reset_states()
    assert mean.result() == 0


def test_metrics_inside_a_metric():
    class Both(Metric):
        def __init__(self):
            super().__init__("both")
            self.inner, self.mean = PositiveOutputs(), Mean()

    both = Both()
    both.inner.update_state(None, np.array([[0.9]]))
    both.mean.update_state(2.0)
    assert [v.name for v in both.variables] == 2 * ["total", "count"]
    both.reset_state()
    assert float(both.inner.total) == 0 and both.mean.result() == 0


def test_a_subclass_of_mean_that_feeds_it_values():
    class Distance(Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(
                np.abs(np.asarray(y_true) - np.asarray(y_pred)), sample_weight=sample_weight
            )

    metric = Distance("distance")
    metric.update_state([0.0, 1.0], [2.0, 1.0])
    metric.update_state([0.0], [4.0], sample_weight=[2.0])
    assert metric.result() == pytest.approx((2 + 0 + 2 * 4) / 4)


def test_variables_before_super_init_are_an_error_with_the_cure():
    class Hasty(Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    with pytest.raises(
        RuntimeError, match=r"Hasty: call super\(\).__init__\(name=name\) before add_weight"
    ):
        Hasty()


def test_a_function_with_options():
    def beyond(y_true, y_pred, limit=1.0):
        return ops.absolute(y_true - y_pred) > limit

    metric = metrics.MeanMetricWrapper(beyond, name="far", limit=2.0)
    assert metric([0.0, 0.0, 0.0], [1.5, 2.5, 3.5]) == pytest.approx(2 / 3) and metric.name == "far"
    assert metric.get_config() == {
        "fn": "beyond",
        "name": "far",
        "limit": 2.0,
        "dtype": "float32",
    }
    metrics.register()(beyond)
    assert metrics.get(metrics.serialize(metric))(
        [0.0, 0.0, 0.0], [1.5, 2.5, 3.5]
    ) == pytest.approx(2 / 3)


# --- what the library's own gather in: Keras's names and order, as Keras 3.15.1 lists them

FOUR = "true_positives false_positives true_negatives false_negatives"
KEPT = [
    (lambda: Mean(), "total count"),
    (lambda: MeanSquaredError(), "total count"),
    (lambda: metrics.SparseCategoricalAccuracy(), "total count"),
    (lambda: metrics.Precision(), "true_positives false_positives"),
    (lambda: metrics.Recall(), "true_positives false_negatives"),
    (lambda: metrics.FalsePositives([0.2, 0.7]), "false_positives"),
    (lambda: metrics.AUC(), FOUR),
    (lambda: metrics.AUC(multi_label=True, num_labels=3), FOUR),
    (lambda: metrics.PrecisionAtRecall(0.5), FOUR),
    (lambda: metrics.MeanIoU(3), "total_confusion_matrix"),
    (lambda: metrics.ConfusionMatrix(), "matrix"),
    (lambda: metrics.R2Score(), "num_samples squared_sum sum residual count"),
    (
        lambda: metrics.F1Score("macro"),
        f"{FOUR.replace('true_negatives ', '')} intermediate_weights",
    ),
]


@pytest.mark.parametrize(("make", "names"), KEPT, ids=lambda v: "" if callable(v) else v[:20])
def test_what_a_metric_gathers_stands_in_variables(make, names):
    rng = np.random.default_rng(0)
    metric = make()
    title = type(metric).__name__
    outputs = rng.random((7, 3))
    labels, one_hot = rng.integers(0, 3, 7), np.eye(3)[rng.integers(0, 3, 7)]
    by_index = title in ("SparseCategoricalAccuracy", "ConfusionMatrix", "MeanIoU")
    y, p = (labels if by_index else one_hot), (labels[::-1] if title == "MeanIoU" else outputs)
    feed = (
        (lambda: metric.update_state(p)) if title == "Mean" else lambda: metric.update_state(y, p)
    )
    feed()
    assert [v.name for v in metric.variables] == names.split()
    assert all(v.dtype == np.float64 and not v.trainable for v in metric.variables)
    kept, first = metric.variables, np.asarray(metric.result())
    state = [v.numpy() for v in kept]
    for empty in (metric.reset_state, lambda: [v.assign(0 * v.numpy()) for v in metric.variables]):
        empty()
        assert not any(v.data.any() for v in kept)
        feed()
        assert all(a is b for a, b in zip(kept, metric.variables))
        for v, before in zip(kept, state):
            np.testing.assert_array_equal(v.numpy(), before)
        np.testing.assert_array_equal(np.asarray(metric.result()), first)
    other = make()  # the variables are all there is: another metric with these goes on from here
    if title == "Mean":
        other.update_state(p)
    else:
        other.update_state(y, p)
    for v, w in zip(other.variables, kept):
        v.assign(w)
    np.testing.assert_array_equal(np.asarray(other.result()), first)
    twin = copy.deepcopy(metric)
    feed()
    np.testing.assert_array_equal(np.asarray(twin.result()), first)


def test_making_and_resetting_a_metric_takes_nothing_from_the_librarys_randomness():
    for make, _ in KEPT:
        set_random_seed(3)
        expected = random.uniform((3,)).numpy()
        set_random_seed(3)
        make().reset_state()
        np.testing.assert_array_equal(random.uniform((3,)).numpy(), expected)


def test_the_variables_of_a_metric_are_no_weights_of_its_model():
    class Counting(Model):
        def __init__(self):
            super().__init__()
            self.dense, self.mean = layers.Dense(1), Mean("m")
            self.scores = [metrics.AUC()]

        def call(self, x):
            return self.dense(x)

    model = Counting()
    model(np.ones((2, 3)))
    assert len(model.weights) == 2 and [m.name for m in model.metrics] == ["m", "auc"]


def test_sums_of_another_size_are_refused_until_the_reset():
    metric = metrics.F1Score()
    metric.update_state(np.eye(3), np.eye(3))
    with pytest.raises(ValueError, match=r"F1Score.*\(4,\).*\(3,\).*reset_state"):
        metric.update_state(np.eye(4), np.eye(4))
    metric.reset_state()
    assert metric(np.eye(4), np.eye(4)).shape == (4,)


def test_the_own_get_config_of_a_metric_adds_to_that_of_the_class_above():
    @metrics.register()
    class Above(Metric):
        def __init__(self, limit=1.0, **kwargs):
            super().__init__(**kwargs)
            self.limit = limit

        def get_config(self):
            return dict(limit=self.limit, **super().get_config())

    config = Above(3.0, name="above").get_config()
    assert config == {"limit": 3.0, "name": "above", "dtype": "float32"}
    again = metrics.get(metrics.serialize(Above.from_config(config)))
    assert again.limit == 3.0 and again.name == "above"


def test_a_loss_shared_by_a_metric_is_never_touched():
    class Watched(losses.MeanSquaredError):
        def __setattr__(self, name, value):
            assert name not in vars(self), f"{name} is set anew"
            super().__setattr__(name, value)

    metric = metrics.get(Watched(reduction="sum"))
    assert metric([[0.0], [0.0]], [[1.0], [3.0]]) == 5.0


def test_derived_metrics_show_their_arguments():
    assert str(inspect.signature(metrics.BinaryCrossentropy)) == (
        "(name='binary_crossentropy', dtype=None, from_logits=False, label_smoothing=0.0)"
    )
    metric = metrics.SparseCategoricalCrossentropy("s", None, True, ignore_class=2)
    assert (metric.name, metric.from_logits, metric.ignore_class) == ("s", True, 2)
    with pytest.raises(TypeError, match="logits"):
        metrics.MeanSquaredError(logits=True)


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


@pytest.mark.parametrize(
    "metric",
    [
        Mean("m"),
        MeanSquaredError(),
        metrics.BinaryCrossentropy(from_logits=True),
        metrics.Precision([0.2, 0.7], name="p"),
        metrics.Recall(top_k=2, class_id=1),
        metrics.AUC(num_thresholds=20, curve="pr", summation_method="minoring"),
        metrics.AUC(thresholds=[0.3, 0.1], multi_label=True, label_weights=[1, 2, 3]),
        metrics.F1Score("macro"),
        metrics.FBetaScore(beta=2.0),
        metrics.IoU(4, [1, 2]),
        metrics.MeanIoU(4),
        metrics.R2Score(None),
        metrics.SensitivityAtSpecificity(0.3),
        metrics.TopKCategoricalAccuracy(2),
        BinaryAccuracy(threshold=0.2),
        metrics.ConfusionMatrix(4),
        metrics.get(losses.Huber(0.5)),
        metrics.CosineSimilarity(axis=0),
        metrics.OneHotMeanIoU(3),
    ],
    ids=lambda m: type(m).__name__,
)
def test_a_metric_describes_itself(metric):
    data = json.loads(json.dumps(metrics.serialize(metric)))
    again = metrics.get(data)
    assert (
        type(again) is type(metric)
        and again.name == metric.name
        and again.get_config() == metric.get_config()
    )
    if isinstance(metric, metrics.ThresholdMetric):
        y, p = YES, CHANCES
        np.testing.assert_array_equal(
            np.asarray(in_batches(again, y, p)), np.asarray(in_batches(metric, y, p))
        )


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_accuracy_of_a_hinge_loss_is_cut_at_0(loss):
    found = metrics.resolve_accuracy("accuracy", losses.as_loss(loss), (8,), (8, 1))
    assert type(found) is BinaryAccuracy and found.threshold == 0
    assert found([-1, 1, 1, -1], [-0.2, 0.2, 0.7, 0.1]) == 0.75


def test_many_metrics_in_compile():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 2)), rng.integers(0, 2, 40)
    model = Sequential([layers.Dense(1, activation="sigmoid", input_shape=(2,))])
    model.compile(
        "sgd",
        "binary_crossentropy",
        metrics=["AUC", metrics.Precision(), "Recall", metrics.TruePositives(name="tp"), "mse"],
    )
    measured = model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
    p = model.predict(x, verbose=0)[:, 0]
    assert measured["precision"] == pytest.approx(y[p > 0.5].mean()) and measured[
        "Recall"
    ] == pytest.approx((p > 0.5)[y == 1].mean())
    assert measured["tp"] == ((p > 0.5) & (y == 1)).sum() and measured["AUC"] == pytest.approx(
        pairs_won(y, p), abs=0.02
    )
    assert measured["mse"] == pytest.approx(((p - y) ** 2).mean(), rel=1e-5)


@pytest.mark.parametrize(
    "metric",
    [
        metrics.AUC(),
        metrics.Precision(),
        metrics.F1Score(),
        metrics.R2Score(),
        metrics.RootMeanSquaredError(),
        metrics.ConfusionMatrix(),
        PositiveOutputs(),
    ],
    ids=lambda m: type(m).__name__,
)
def test_the_new_metrics_keep_no_graph_alive(metric):
    gc.collect()
    gc.disable()
    try:
        x = Tensor([[0.3, 0.8], [0.1, -0.4]], requires_grad=True)
        p = ops.sigmoid(x * 2.0)
        metric.update_state(np.array([[0.0, 1.0], [1.0, 0.0]]), p)
        watched = weakref.ref(p), weakref.ref(x)
        del p, x
        assert [w() for w in watched] == [None, None]
    finally:
        gc.enable()
