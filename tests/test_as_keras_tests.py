"""What Keras's own unit tests ask of losses, metrics and descriptions. Numbers without a formula
beside them were computed with Keras 3.15.
"""

from typing import Any

import numpy as np
import pytest

from minidl import (
    Tensor,
    Variable,
    losses,
    metrics,
    ops,
)
from minidl.saving import deserialize_keras_object, serialize_keras_object

# --- losses as functions


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean_squared_error", 0.136667),
        ("mean_absolute_error", 0.3),
        ("mean_absolute_percentage_error", 66666692.0),
        ("mean_squared_logarithmic_error", 0.054363),
        ("huber", 0.068333),
        ("log_cosh", 0.064998),
        ("binary_crossentropy", 0.414932),
        ("binary_focal_crossentropy", 0.113281),
        ("categorical_crossentropy", 1.832581),
        ("categorical_focal_crossentropy", 0.198136),
        ("hinge", 0.633333),
        ("squared_hinge", 0.603333),
        ("categorical_hinge", 0.0),
        ("poisson", 0.840550),
        ("kl_divergence", 1.021650),
        ("cosine_similarity", -0.914677),
        ("dice", 0.257143),
        ("tversky", 0.257143),
    ],
)
@pytest.mark.filterwarnings("ignore:.*do not look like probabilities")
def test_a_loss_function_takes_the_mean_over_the_last_axis_also_of_one(name, value):
    y, p = [0.0, 1, 1], [0.2, 0.9, 0.4]
    found = getattr(losses, name)(y, p)
    assert found.shape == () and found.item() == pytest.approx(value, rel=2e-5, abs=1e-6)
    assert losses.get(name)(y, p).item() == found.item()


@pytest.mark.parametrize("name", ["mse", "mae", "huber", "log_cosh", "binary_crossentropy"])
def test_the_gradient_of_a_loss_function_of_one_axis_is_that_of_its_mean(name):
    x = Tensor([0.2, 0.9, 0.4], requires_grad=True)
    getattr(losses, name)([0.0, 1, 1], x).backward()
    column = Tensor([[0.2], [0.9], [0.4]], requires_grad=True)
    losses.as_loss(name)([[0.0], [1], [1]], column).backward()
    np.testing.assert_allclose(x.grad, column.grad[:, 0], rtol=1e-6)


def test_a_column_keeps_one_number_a_sample():
    for y in ([0.0, 1, 1], [[0.0], [1], [1]]):
        each = losses.mean_squared_error(y, [[0.2], [0.9], [0.4]])
        np.testing.assert_allclose(each.numpy(), [0.04, 0.01, 0.36], rtol=1e-6)


def test_tversky_weighs_false_alarms_by_alpha():
    y, p = [[1.0, 2], [1, 2]], [[4.0, 1], [6, 1]]
    assert losses.Tversky(0.2, 0.8)(y, p).item() == pytest.approx(-0.94444, abs=1e-5)
    # one of two marked, and three invented: 1 - 1/(1 + 0.2·3 + 0.8·1)
    y, p = [[1.0, 1, 0, 0, 0]], [[1.0, 0, 1, 1, 1]]
    assert losses.tversky(y, p, 0.2, 0.8).item() == pytest.approx(1 - 1 / 2.4, rel=1e-6)


def test_circle_pairs_with_the_samples_of_another_batch():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    labels = np.array([0, 0, 1, 1, 2, 2])
    alone = losses.circle(labels, x, remove_diagonal=False)
    given = losses.circle(labels[:2], x[:2], labels, x, remove_diagonal=False)
    np.testing.assert_allclose(given.numpy(), alone.numpy()[:2], rtol=1e-6)


# --- sample weights


@pytest.mark.parametrize(
    ("weight", "mean", "total"),
    [
        ([[0.5, 2.0]], 0.22625, 0.905),
        ([[0.5], [2.0]], 0.15125, 0.605),
        (0.5, 0.0725, 0.29),
        ([[[0.5], [2.0]], [[1.0], [0.0]]], 0.136875, 0.5475),
    ],
)
def test_sample_weights_of_a_loss_are_spread(weight, mean, total):
    y = [[[1.0, 0], [0, 1]], [[1, 1], [0, 0]]]
    p = [[[0.5, 0.2], [0.3, 0.4]], [[0.9, 0.8], [0.6, 0.1]]]
    each = np.square(np.subtract(y, p)).mean(-1)
    spread = np.broadcast_to(np.squeeze(weight), (2, 2)) if np.ndim(weight) != 2 else weight
    assert (each * spread).sum() == pytest.approx(total)
    assert losses.MeanSquaredError()(y, p, weight).item() == pytest.approx(mean, rel=1e-6)
    summed = losses.MeanSquaredError(reduction="sum")(y, p, weight)
    assert summed.item() == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize("weight", [[1.0, 2], [[1.0, 2]], [[[[1.0]]]]])
def test_weights_that_do_not_fit_are_refused(weight):
    with pytest.raises(ValueError, match=r"sample_weight has shape"):
        losses.MeanSquaredError()(np.ones((3, 3, 2)), np.zeros((3, 3, 2)), weight)


@pytest.mark.parametrize(
    ("metric", "weight", "value"),
    [
        (metrics.Mean, [[1, 0.5]], 3.666667),
        (metrics.Mean, [[1], [0.5]], 4.0),
        (metrics.Mean, 0.3, 4.5),
        (metrics.Sum, [[1, 0.5]], 11.0),
        (metrics.Sum, [1, 0.5], 12.0),
        (metrics.Sum, None, 18.0),
    ],
)
def test_weights_of_values_are_spread(metric, weight, value):
    assert metric()([[1, 5], [3, 9]], sample_weight=weight) == pytest.approx(value)


@pytest.mark.parametrize(
    ("weight", "value"),
    [
        ([[0.2, 0.4], [0.6, 0.8], [1, 0.1]], 0.548387),
        ([[0.2, 0.4]], 0.666667),
        ([[0.2], [0.4], [0.6]], 0.666667),
        ([0.2, 0.4, 0.6], 0.666667),
        (0.5, 0.666667),
    ],
)
@pytest.mark.parametrize("metric", [metrics.BinaryAccuracy, metrics.Accuracy])
def test_an_accuracy_of_several_outputs_takes_a_weight_for_each(metric, weight, value):
    y = np.array([[1, 0], [0, 1], [1, 1]])
    p = np.array([[0.9, 0.8], [0.3, 0.6], [0.2, 0.7]])
    p = p if metric is metrics.BinaryAccuracy else p > 0.5
    assert metric()(y, p, sample_weight=weight) == pytest.approx(value, abs=1e-6)


# --- metrics of one's own


class Ratio(metrics.Metric):
    def __init__(self, power=1, **kwargs):
        super().__init__(**kwargs)
        self.power = power
        self.total = self.add_variable(shape=(), initializer="zeros", name="total")
        self.count = self.add_variable(shape=(), dtype="int32", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign(self.total + ops.sum(ops.absolute(y_true - y_pred) ** self.power))
        self.count.assign(self.count + len(y_true))

    def result(self):
        return self.total / self.count

    def get_config(self):
        return dict(power=self.power, **super().get_config())


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


def test_the_correlations_as_functions():
    rng = np.random.default_rng(0)
    y, p = rng.random((3, 8)), rng.random((3, 8))
    found = metrics.pearson_correlation(y, p).numpy()
    np.testing.assert_allclose(found, [np.corrcoef(a, b)[0, 1] for a, b in zip(y, p)], rtol=1e-5)
    lin = [2 * np.cov(a, b, bias=True)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
           for a, b in zip(y.T, p.T)]  # fmt: skip
    np.testing.assert_allclose(
        metrics.concordance_correlation(y, p, axis=0).numpy(), lin, rtol=1e-4
    )


# --- metrics on logits

ON_LOGITS = [
    (metrics.Precision, "Precision(thresholds=0)"),
    (metrics.Recall, "Recall(thresholds=0)"),
    (metrics.TruePositives, "TruePositives(thresholds=0)"),
    (metrics.TrueNegatives, "TrueNegatives(thresholds=0)"),
    (metrics.FalsePositives, "FalsePositives(thresholds=0)"),
    (metrics.FalseNegatives, "FalseNegatives(thresholds=0)"),
    (metrics.BinaryIoU, "BinaryIoU(threshold=0)"),
    (lambda: metrics.F1Score(threshold=0.5), "F1Score()"),
    (lambda: metrics.FBetaScore(threshold=0.5), "FBetaScore()"),
    (lambda: metrics.PrecisionAtRecall(0.5), "AUC(from_logits=True)"),
    (lambda: metrics.SensitivityAtSpecificity(0.5), "AUC(from_logits=True)"),
]


@pytest.mark.parametrize(("make", "cure"), ON_LOGITS, ids=[cure for _, cure in ON_LOGITS])
def test_a_threshold_for_probabilities_on_logits_is_warned_about_once(make, cure):
    metric = make()
    y, logits = np.array([[0.0, 1], [1, 0]]), np.array([[-3.0, 0.2], [2.0, -0.1]])
    with pytest.warns(UserWarning) as said:
        metric.update_state(y, logits)
        metric.update_state(y, logits)
    assert len(said) == 1 and cure in str(said[0].message), [str(w.message) for w in said]


@pytest.mark.parametrize(
    "metric",
    [
        metrics.Precision(thresholds=0),
        metrics.Recall(thresholds=[0.0]),
        metrics.Precision(top_k=1),
        metrics.BinaryIoU(threshold=0),
    ],
)
def test_logits_that_are_expected_are_no_reason_to_warn(metric):
    metric.update_state([[0.0, 1], [1, 0]], [[-3.0, 0.2], [2.0, -0.1]])
    assert metric.result() == 1


def test_auc_with_thresholds_alone():
    auc: Any = metrics.AUC(num_thresholds=None, thresholds=[0.5])
    made: Any = metrics
    np.testing.assert_allclose(auc.thresholds, [0, 0.5, 1], atol=1e-6)
    again = metrics.AUC.from_config(auc.get_config())
    assert again.thresholds == auc.thresholds and again.num_thresholds == 3
    for wrong in (None, 1, 2.5):
        with pytest.raises(ValueError, match="AUC: num_thresholds must be a whole number"):
            made.AUC(num_thresholds=wrong)
    for wrong in (None, "one", 0, -1.0):
        with pytest.raises(ValueError, match="FBetaScore: beta must be a number above 0"):
            made.FBetaScore(beta=wrong)


def test_adjusted_r2_counts_every_output_as_keras_does():
    y = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    p = [[0.4, 0.9, 1.6], [0.1, 1.2, 0.6], [1.5, 0.8, 0.6]]
    found = metrics.R2Score(None, num_regressors=2)(y, p, sample_weight=[0.8, 0.1, 0.4])
    np.testing.assert_allclose(found.numpy(), [-0.10259259, -12.115555, -1.0280001], rtol=1e-5)
