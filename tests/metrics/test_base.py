"""Metrics of one's own, the variables of a metric, and that none keeps a graph alive."""

import gc
import json
import re
import weakref

import numpy as np
import pytest
from metric_cases import PositiveOutputs, classifier

from minidl import Sequential, Tensor, layers, losses, metrics, ops
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
def test_a_metric_keeps_no_graph_alive(metric):
    gc.collect()
    gc.disable()
    try:
        x = Tensor([[0.3, 0.8], [0.1, -0.4]], requires_grad=True)
        p = ops.sigmoid(x * 2.0)
        args = (p,) if type(metric) is Mean else (np.array([[0.0, 1.0], [1.0, 0.0]]), p)
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


def test_variables_before_super_init_are_an_error_with_the_cure():
    class Hasty(Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    with pytest.raises(
        RuntimeError, match=r"Hasty: call super\(\).__init__\(name=name\) before add_weight"
    ):
        Hasty()


def test_small_things_of_a_metric():
    class Largest(Metric):
        def __init__(self, name="largest"):
            super().__init__(name)
            self.start = self.add_weight(shape=(2,), initializer=np.array([3.0]), name="start")
            self.seen = self.add_weight(name="seen", initializer="ones")

        def reset_state(self):
            self.seen.assign(-1.0)

        def update_state(self, values):
            self.seen.assign(max(float(self.seen), max(values)))

        def result(self):
            return float(self.seen)

    metric = Largest()
    assert metric.start.numpy().tolist() == [3, 3] and metric.seen.numpy() == 1
    assert repr(metric) == "<Largest 'largest'>"
    assert metric([0.5, 2.0]) == 2
    metric.reset_states()  # Keras 2's name for what is defined
    assert metric.result() == -1
    assert metrics.Mean()([Tensor(2.0), Tensor([4.0]).sum()]) == 3
    assert metrics.Sum()(Tensor([[1.0, 2.0]])) == 3


def test_metrics_before_the_first_batch():
    assert metrics.F1Score().result().numpy().tolist() == [0]
    assert metrics.R2Score(None).result().numpy().tolist() == [0]
    for metric in (metrics.F1Score("micro"), metrics.R2Score(), metrics.AUC(), metrics.Mean()):
        assert metric.result() == 0 and isinstance(metric.result(), Number)


@pytest.mark.parametrize("name", ["MeanSquaredError", "mse", "mean_squared_error"])
def test_a_function_metric_finds_its_function_by_name(name):
    made = metrics.FunctionMetric.from_config({"fn": name, "name": "mine"})
    assert made.name == "mine" and made([[1.0, 2.0]], [[3.0, 2.0]]) == 2
