"""The variables of a metric: found, named, set and reset."""

import copy
from typing import Any

import numpy as np
import pytest
from metric_cases import PositiveOutputs, Ratio, classifier

from minidl import Model, Tensor, Variable, layers, metrics, random, set_random_seed
from minidl.metrics import Mean, MeanSquaredError, Metric


def test_variables_are_found_in_lists_dicts_and_metrics():
    metric: Any = Ratio()
    assert len(metric.variables) == 2
    metric.more = [Variable(0.0), {"a": Variable(1.0)}]
    metric.inner = {"b": [Ratio(), Ratio()]}
    metric.inner["b"][0].deeper = Ratio()
    assert len(metric.variables) == 4 + 6
    metric.inner["b"][0].deeper.total.assign(3.0)
    metric.reset_state()
    assert metric.inner["b"][0].deeper.total.item() == 0


def test_a_metric_as_functions_of_its_variables():
    metric = Ratio()
    metric.update_state(np.ones(2), np.zeros(2))
    state = metric.stateless_reset_state()
    assert [v.item() for v in state] == [0, 0]
    for _ in range(2):
        state = metric.stateless_update_state(state, np.full(4, 3.0), np.zeros(4))
    assert [v.item() for v in state] == [24, 8] and metric.total.item() == 2
    assert metric.stateless_result(state).item() == 3 and metric.result().item() == 1
    with pytest.raises(ValueError, match="Ratio has 2 variables; received 1 values"):
        metric.stateless_result(state[:1])
    with pytest.raises(TypeError):
        metric.stateless_update_state(state, "no numbers", None)
    assert metric.total.item() == 2 and metric.count.item() == 2


def test_the_dtype_of_a_metric():
    assert metrics.Mean().dtype == "float32" and metrics.Sum(dtype="float16").dtype == "float16"
    assert Ratio(dtype="float64").total.dtype == np.float64
    assert metrics.AUC(dtype="float64").get_config()["dtype"] == "float64"
    mean: Any = metrics.Mean()
    with pytest.raises(AttributeError):
        mean.dtype = "float16"
    assert [v.name for v in metrics.Sum().variables] == ["total"]


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
    third = metric.add_weight((2,), "ones", "int32", "third")
    assert (third.dtype, third.name, third.shape) == (np.int32, "third", (2,))
    assert metric.add_weight("c", initializer="ones", dtype="int32").dtype == np.int32
    assert (
        metric.add_variable((3,), "zeros", name="d").name == "d"
        and metric.add_weight().dtype == np.float32
    )
    assert Metric("m", dtype="float64").add_weight(name="e").dtype == np.float64
    metric.reset_state()
    assert all(not v.data.any() for v in metric.variables) and len(metric.variables) == 7


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
