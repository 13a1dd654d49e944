"""Metrics of one's own, the variables of a metric, and that none keeps a graph alive."""

import copy
import gc
import json
import re
import weakref

import numpy as np
import pytest
from metric_cases import CHANCES, YES, classifier, in_batches

from minidl import (
    Model,
    Sequential,
    Tensor,
    layers,
    losses,
    metrics,
    ops,
    random,
    set_random_seed,
)
from minidl.metrics import (
    BinaryAccuracy,
    Mean,
    MeanSquaredError,
    Metric,
    Number,
    SparseCategoricalAccuracy,
)


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


def test_variables_before_super_init_are_an_error_with_the_cure():
    class Hasty(Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    with pytest.raises(
        RuntimeError, match=r"Hasty: call super\(\).__init__\(name=name\) before add_weight"
    ):
        Hasty()


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
