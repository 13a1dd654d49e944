"""minidl.metrics: values worked out by hand, what 'accuracy' means for which loss, unequal batches, weights, no leaks."""

import gc
import json
import re
import weakref

import numpy as np
import pytest

from minidl import Sequential, Tensor, layers, losses, metrics, ops, optimizers, set_random_seed
from minidl.metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    Mean,
    MeanAbsoluteError,
    MeanSquaredError,
    Metric,
    SparseCategoricalAccuracy,
)

# --- Mean ------------------------------------------------------------------------------------------------------------


def test_mean_of_numbers_arrays_and_tensors():
    mean = Mean("train_loss")
    assert mean.name == "train_loss" and Mean().name == "mean"
    assert mean.result() == 0.0         # nothing yet
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
    mean.update_state(7.0, sample_weight=4)         # as the loss of a batch of four samples
    assert mean.result() == (1 * 3 + 5 + 7 * 4) / 8
    mean.update_state([100.0, 200.0], sample_weight=[0.0, 0.0])
    assert mean.result() == (1 * 3 + 5 + 7 * 4) / 8


@pytest.mark.parametrize(("values", "weight", "expected"), [
    ([1.0, 2.0, 3.0], [[1.0], [0.0], [0.0]], 1.0),                  # a column of weights is a weight a value
    ([[1.0, 3.0], [5.0, 7.0]], [1.0, 0.0], 2.0),                    # a weight per row counts for the whole row
    ([[1.0, 3.0], [5.0, 7.0]], [[1.0, 0.0], [0.0, 1.0]], 4.0),
    ([1.0, 2.0], 0.5, 1.5),
    ([1.0, 2.0], np.float32(0.5), 1.5),
    ([1, 2], [0.25, 0.75], 1.75),
    (np.array([1, 2]), [0.25, 0.75], 1.75),                         # whole numbers do not make the weights whole
    (np.array([True, False]), [0.25, 0.75], 0.25),                  # nor do hits and misses make them yes or no
    (np.array([True, False]), [3.0, 1.0], 0.75),
    (5.0, [1.0, 1.0], 5.0),
], ids=str)
def test_weights_of_every_shape(values, weight, expected):
    assert Mean()(values, sample_weight=weight) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("weight", [[1.0, 2.0], [[1.0, 2.0, 3.0]], np.ones((3, 2))], ids=str)
def test_weights_that_do_not_fit_are_refused(weight):
    with pytest.raises(ValueError, match="sample_weight"):
        Mean()([1.0, 2.0, 3.0], sample_weight=weight)


def test_results_are_plain_floats():
    for metric in (Mean(), SparseCategoricalAccuracy(), MeanSquaredError(), BinaryAccuracy()):
        if isinstance(metric, (SparseCategoricalAccuracy, BinaryAccuracy, MeanSquaredError)):
            y = [0] if isinstance(metric, SparseCategoricalAccuracy) else [[0.0, 1.0]]
            metric.update_state(y, np.float32([[0.9, 0.1]]), sample_weight=np.float32([1]))
        else:
            metric.update_state(np.float32(3))
        assert type(metric.result()) is float
        json.dumps(metric.result())


# --- accuracies, by hand ---------------------------------------------------------------------------------------------


def test_binary_accuracy():
    accuracy = BinaryAccuracy()
    assert accuracy([0, 1, 1, 0], [0.2, 0.7, 0.5, 0.51]) == 0.5         # exactly 0.5 is not above the threshold
    assert BinaryAccuracy(threshold=0.0)([0, 1, 1, 0], [-0.2, 0.3, 0.0, 2.0]) == 0.5
    assert BinaryAccuracy()([[0], [1]], [0.2, 0.7]) == BinaryAccuracy()([0, 1], [[0.2], [0.7]]) == 1.0
    assert BinaryAccuracy()([0.1, 0.9, 0.4], [0.2, 0.7, 0.3]) == 1.0        # smoothed targets count by their side
    several = BinaryAccuracy(threshold=0.3)
    several.update_state([[1, 0, 1], [0, 0, 0]], [[0.4, 0.4, 0.1], [0.0, 0.0, 0.0]])        # 1/3 and 3/3
    assert several.result() == pytest.approx(2 / 3)


def test_categorical_and_sparse_accuracy():
    p = np.array([[0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.4, 0.35, 0.25]])
    assert SparseCategoricalAccuracy()([1, 0, 1, 0], p) == 0.75
    assert SparseCategoricalAccuracy()([[1], [0], [1], [0]], p) == 0.75
    assert SparseCategoricalAccuracy()(np.array([1.0, 0.0, 1.0, 0.0]), p) == 0.75
    assert CategoricalAccuracy()(np.eye(3)[[1, 0, 1, 0]], p) == 0.75
    assert SparseCategoricalAccuracy()([1, 0, 1, 0], np.log(p)) == 0.75         # logits have the same largest entry


def test_accuracy_of_a_sequence_counts_steps():
    p = np.eye(3)[np.array([[0, 1, 2], [2, 2, 2]])]
    labels = np.array([[0, 1, 0], [2, 0, 0]])
    assert SparseCategoricalAccuracy()(labels, p) == 0.5
    assert SparseCategoricalAccuracy()(labels, p, sample_weight=[3, 1]) == pytest.approx((3 * 2 + 1) / (3 * 3 + 3))
    assert CategoricalAccuracy()(np.eye(3)[labels], p) == 0.5


def test_plain_accuracy_counts_equal_entries():
    assert Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]) == 0.75


@pytest.mark.parametrize(("metric", "y", "p"), [
    (SparseCategoricalAccuracy, [0, 1, 1], [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]),
    (CategoricalAccuracy, [[1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]),
    (BinaryAccuracy, [0, 1, 1], [0.1, 0.1, 0.8]),
    (Accuracy, [0, 1, 1], [0, 0, 1]),
], ids=lambda v: getattr(v, "__name__", ""))
@pytest.mark.parametrize("weight", [[3.0, 1.0, 0.0], [0.25, 0.75, 0.0], [0.5, 0.0, 0.5]])
def test_accuracies_count_weights(metric, y, p, weight):
    """The first and the last sample are hits, the one between them is not."""
    assert metric()(y, p, sample_weight=weight) == pytest.approx((weight[0] + weight[2]) / sum(weight), rel=1e-7)
    assert metric()(y, p, sample_weight=np.array(weight)[:, None]) == pytest.approx((weight[0] + weight[2]) / sum(weight), rel=1e-7)


P3 = np.full((3, 4), 0.25)


@pytest.mark.parametrize(("metric", "y", "p", "said"), [
    (CategoricalAccuracy(), np.eye(4)[[0, 1]], P3, r"\(2, 4\).*\(3, 4\)"),
    (CategoricalAccuracy(), np.array([0, 1, 2]), P3, r"sparse_categorical_accuracy"),
    (SparseCategoricalAccuracy(), np.eye(4)[[0, 1, 2]], P3, r"\(3, 4\).*categorical_accuracy"),
    (SparseCategoricalAccuracy(), np.array([0, 1]), P3, r"\(2,\).*\(3, 4\)"),
    (BinaryAccuracy(), np.array([0, 1, 1]), P3, r"\(3,\).*\(3, 4\)"),
    (Accuracy(), np.array([0, 1, 1]), P3, r"\(3,\).*\(3, 4\)"),
], ids=lambda v: type(v).__name__ if isinstance(v, Metric) else "")
def test_shapes_that_do_not_fit_are_an_error_not_a_number(metric, y, p, said):
    with pytest.raises(ValueError, match=said):
        metric.update_state(y, p)


# --- what 'accuracy' means -------------------------------------------------------------------------------------------

BINARY, LOGITS = losses.BinaryCrossentropy(), losses.BinaryCrossentropy(from_logits=True)
SPARSE, ONE_HOT = losses.SparseCategoricalCrossentropy(), losses.CategoricalCrossentropy()


@pytest.mark.parametrize("name", ["accuracy", "acc"])
@pytest.mark.parametrize(("loss", "target", "output", "cls", "threshold"), [
    (BINARY, (8,), (8, 1), BinaryAccuracy, 0.5),
    (BINARY, (8, 1), (8, 1), BinaryAccuracy, 0.5),
    (BINARY, (8, 5), (8, 5), BinaryAccuracy, 0.5),                      # several yes-or-no questions
    (LOGITS, (8, 1), (8, 1), BinaryAccuracy, 0.0),
    (LOGITS, (8, 5), (8, 5), BinaryAccuracy, 0.0),
    (SPARSE, (8,), (8, 10), SparseCategoricalAccuracy, None),
    (SPARSE, (8, 1), (8, 10), SparseCategoricalAccuracy, None),
    (SPARSE, (8, 6), (8, 6, 10), SparseCategoricalAccuracy, None),
    (losses.SparseCategoricalCrossentropy(True), (8,), (8, 10), SparseCategoricalAccuracy, None),
    (losses.NLL(), (8,), (8, 10), SparseCategoricalAccuracy, None),
    (ONE_HOT, (8, 10), (8, 10), CategoricalAccuracy, None),
    (losses.CategoricalCrossentropy(True), (8, 2), (8, 2), CategoricalAccuracy, None),
    (None, (8,), (8, 1), BinaryAccuracy, 0.5),                          # no loss, or one of your own: the shapes decide
    (None, (8,), (8,), BinaryAccuracy, 0.5),
    (None, (8,), (8, 10), SparseCategoricalAccuracy, None),
    (None, (8, 1), (8, 10), SparseCategoricalAccuracy, None),
    (None, (8, 10), (8, 10), CategoricalAccuracy, None),
    (losses.get(lambda y, p: y - p), (8,), (8, 10), SparseCategoricalAccuracy, None),
    (losses.get(lambda y, p: y - p), (8, 10), (8, 10), CategoricalAccuracy, None),
    (losses.get(lambda y, p: y - p), (8, 1), (8, 1), BinaryAccuracy, 0.5),
])
def test_what_accuracy_means(name, loss, target, output, cls, threshold):
    found = metrics.resolve_accuracy(name, loss, target, output)
    assert type(found) is cls and found.name == name
    assert getattr(found, "threshold", None) == threshold


@pytest.mark.parametrize("loss", ["mse", "mae"])
@pytest.mark.parametrize("shape", [(8, 1), (8, 3), (8,)])
def test_accuracy_of_a_regression_is_warned_about(loss, shape):
    with pytest.warns(UserWarning, match=r"'acc' is not meaningful for a regression loss.*metrics=\['mae'\]"):
        metrics.resolve_accuracy("acc", losses.get(loss), shape, shape)


def test_accuracy_of_binary_logits_is_cut_at_0():
    """Keras cuts at 0.5 whatever the loss says, and counts the logit 0.3 as a no."""
    x = np.array([[-1.0], [0.3], [0.6], [-0.2]])
    y = np.array([0, 1, 1, 1])
    model = Sequential([layers.Dense(1, kernel_initializer="ones", input_shape=(1,))])
    model.compile("sgd", losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    assert model.evaluate(x, y, verbose=0)[1] == 0.75
    twin = Sequential([layers.Dense(1, activation="sigmoid", kernel_initializer="ones", input_shape=(1,))])
    twin.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    assert twin.evaluate(x, y, verbose=0)[1] == 0.75


# --- in a model: batches, names, weights -----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    set_random_seed(0)


def classifier(**compiled):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(10, 4)).astype(np.float32), rng.integers(0, 3, 10)
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    model.set_weights([rng.normal(size=(4, 3)) * 0.3, np.zeros(3)])
    compiled.setdefault("optimizer", optimizers.SGD(0.0))       # at learning rate 0 an epoch measures fixed weights
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
    history = model.fit(x, y, batch_size=batch_size, verbose=0, validation_data=(x[:7], y[:7])).history
    assert [history[k][0] for k in ("loss", "accuracy", "sparse_categorical_crossentropy")] == pytest.approx(measured, rel=1e-6)
    assert history["val_accuracy"][0] == pytest.approx((p.argmax(axis=1) == y)[:7].mean(), rel=1e-6)


def test_names_stay_as_they_were_typed():
    model, x, y = classifier(metrics=["acc", "sparse_categorical_crossentropy", SparseCategoricalAccuracy("hits"), SparseCategoricalAccuracy])
    model.fit(x, y, verbose=0)
    names = ["loss", "acc", "sparse_categorical_crossentropy", "hits", "sparse_categorical_accuracy"]
    assert model.metrics_names == names
    assert set(model.history.history) == set(names)


def test_names_go_with_what_evaluate_returns():
    """Tutorials zip the two, also when two metrics would have the same name."""
    model, x, y = classifier(metrics=["accuracy", SparseCategoricalAccuracy, "sparse_categorical_accuracy"])
    measured = model.evaluate(x, y, verbose=0)
    assert len(model.metrics_names) == len(measured) == 4
    assert dict(zip(model.metrics_names, measured)) == model.evaluate(x, y, verbose=0, return_dict=True)


def test_mse_and_mae_as_metrics():
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([0.0, 2.0, 5.0])
    model = Sequential([layers.Dense(1, kernel_initializer="ones", input_shape=(1,))])
    model.compile("sgd", "mse", metrics=["mae", "mse", MeanAbsoluteError(), MeanSquaredError("squares"), losses.MeanSquaredError()])
    assert model.evaluate(x, y, verbose=0, batch_size=2, return_dict=True) == pytest.approx(
        {"loss": 5 / 3, "mae": 1.0, "mse": 5 / 3, "mean_absolute_error": 1.0, "squares": 5 / 3, "mean_squared_error": 5 / 3})


def test_weighted_metrics_count_sample_weights_and_metrics_do_not():
    model, x, y = classifier(metrics=["sparse_categorical_crossentropy", SparseCategoricalAccuracy("plain")],
                             weighted_metrics=["accuracy", losses.SparseCategoricalCrossentropy(name="weighed")])
    weight = np.random.default_rng(1).random(10)
    p = model.predict(x, verbose=0)
    hits, loss = p.argmax(axis=1) == y, -np.log(p[np.arange(10), y])
    for shaped in (weight, weight[:, None]):
        measured = model.evaluate(x, y, batch_size=4, sample_weight=shaped, verbose=0, return_dict=True)
        assert measured == pytest.approx({
            "loss": (loss * weight).mean(), "plain": hits.mean(), "sparse_categorical_crossentropy": loss.mean(),
            "accuracy": (hits * weight).sum() / weight.sum(), "weighed": (loss * weight).sum() / weight.sum()}, rel=1e-5)


def test_class_weights_reach_the_weighted_metrics():
    model, x, y = classifier(weighted_metrics=["accuracy"])
    weight = np.array([1.0, 5.0, 0.5])[y]
    hits = model.predict(x, verbose=0).argmax(axis=1) == y
    history = model.fit(x, y, class_weight={0: 1.0, 1: 5.0, 2: 0.5}, batch_size=3, verbose=0).history
    assert history["accuracy"][0] == pytest.approx((hits * weight).sum() / weight.sum(), rel=1e-6)


def test_the_same_metric_weighted_and_not_keeps_two_names():
    model, x, y = classifier(metrics=["accuracy"], weighted_metrics=["accuracy"])
    weight = np.arange(10.0)
    hits = model.predict(x, verbose=0).argmax(axis=1) == y
    measured = model.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)
    assert measured["accuracy"] == pytest.approx(hits.mean())
    assert measured["weighted_accuracy"] == pytest.approx((hits * weight).sum() / weight.sum(), rel=1e-6)


# --- functions and classes of your own -------------------------------------------------------------------------------


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
    assert metric.result() == pytest.approx((3 * 1 + 9) / 4)        # weighted by the size of the batch


def test_an_own_function_in_plain_numpy():
    metric = metrics.get(lambda y_true, y_pred: np.abs(y_true - y_pred) > 0.5)
    assert metric([0.0, 0.0, 0.0, 0.0], [0.1, 0.9, 0.2, 0.7]) == 0.5
    assert metric.name == "<lambda>"


def test_an_own_metric_class():
    @metrics.metrics.register("f_one")
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
    for _ in range(2):              # the second epoch starts anew
        measured = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
        assert [measured[k] for k in ("positive_share", "f_one", "mine")] == pytest.approx([expected] * 3)
    assert type(metrics.get("positive_share")) is type(metrics.get("PositiveShare")) is PositiveShare


def test_a_metric_class_that_is_not_finished():
    class Half(Metric):
        pass

    with pytest.raises(NotImplementedError, match=re.escape("Half needs a method update_state(self, y_true, y_pred")):
        Half().update_state([0], [0])
    with pytest.raises(NotImplementedError, match=re.escape("Half needs a method result(self)")):
        Half().result()


# --- names and errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "cls"), [
    ("binary_accuracy", BinaryAccuracy), ("BinaryAccuracy", BinaryAccuracy), ("categorical_accuracy", CategoricalAccuracy),
    ("sparse_categorical_accuracy", SparseCategoricalAccuracy), ("accuracy", Accuracy), ("mean", Mean), (BinaryAccuracy, BinaryAccuracy)])
def test_metrics_by_name_and_class(name, cls):
    assert type(metrics.get(name)) is cls and metrics.get(name) is not metrics.get(name)


@pytest.mark.parametrize("name", ["mse", "MSE", "mae", "mean_squared_error", "binary_crossentropy", "categorical_crossentropy", "nll"])
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


@pytest.mark.parametrize(("typed", "meant"), [("acuracy", "accuracy"), ("binary_acc", "binary_accuracy"),
                                              ("sparse_categorical_acuracy", "sparse_categorical_accuracy")])
def test_a_mistyped_metric_is_answered_in_compile(typed, meant):
    model = Sequential([layers.Dense(1)])
    with pytest.raises(ValueError, match=rf"Unknown metric '{typed}'. Did you mean '{meant}'\? Available: "):
        model.compile("sgd", "mse", metrics=[typed])


@pytest.mark.parametrize("nonsense", [3, ["accuracy"], {"out": "accuracy"}])
def test_what_is_no_metric(nonsense):
    with pytest.raises(ValueError, match="A metric is a name, a Metric or a function"):
        metrics.get(nonsense)


@pytest.mark.parametrize("one", ["accuracy", SparseCategoricalAccuracy(), ("accuracy",)], ids=["name", "instance", "tuple"])
def test_a_single_metric_needs_no_list(one):
    model, x, y = classifier(metrics=one)
    assert len(model.evaluate(x, y, verbose=0)) == 2


# --- no leaks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", [Mean(), MeanSquaredError(), BinaryAccuracy(), metrics.get(losses.BinaryCrossentropy()),
                                    metrics.get(lambda y, p: (y - p) ** 2)], ids=lambda m: type(m).__name__)
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
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy", "sparse_categorical_crossentropy", lambda y, p: p.max(axis=-1)],
                  weighted_metrics=[SparseCategoricalAccuracy("w")])
    gc.collect()
    gc.disable()
    try:
        model.fit(rng.normal(size=(20, 4)), rng.integers(0, 3, 20), batch_size=5, sample_weight=np.ones(20), verbose=0)
        model.evaluate(rng.normal(size=(20, 4)), rng.integers(0, 3, 20), batch_size=5, verbose=0)
        assert len(watched) >= 8 and not [w for w in watched if w() is not None]
    finally:
        gc.enable()
