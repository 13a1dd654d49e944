"""Means and sums over batches, and functions as metrics."""

import numpy as np
import pytest
from metric_cases import classifier

from minidl import Tensor, losses, metrics, ops
from minidl.metrics import Mean

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


def test_a_loss_metric_leaves_its_loss_as_it_was():
    loss = losses.MeanSquaredError(reduction="sum")
    metric = metrics.get(loss)
    assert metric([[0.0], [0.0]], [[1.0], [3.0]]) == 5.0 and loss.reduction == "sum"
    with pytest.raises(ValueError):
        metric.update_state([[0.0], [0.0]], [[1.0], [3.0], [4.0]])
    assert loss.reduction == "sum"


def test_sum():
    total = metrics.Sum()
    total.update_state([1.0, 2.0])
    total.update_state(4.0, sample_weight=0.5)
    assert total.result() == 5 and total.name == "sum"


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


def test_a_loss_shared_by_a_metric_is_never_touched():
    class Watched(losses.MeanSquaredError):
        def __setattr__(self, name, value):
            assert name not in vars(self), f"{name} is set anew"
            super().__setattr__(name, value)

    metric = metrics.get(Watched(reduction="sum"))
    assert metric([[0.0], [0.0]], [[1.0], [3.0]]) == 5.0


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


@pytest.mark.parametrize("wrong", [np.array(["a", "b"]), np.array([1j, 2j])])
def test_values_that_are_no_numbers(wrong):
    for update in (
        lambda: metrics.Mean()(wrong),
        lambda: metrics.Sum()(wrong),
        lambda: metrics.Accuracy()(wrong, np.ones(2)),
        lambda: metrics.Accuracy()(np.ones(2), wrong),
    ):
        with pytest.raises(TypeError, match="hold real numbers"):
            update()


def test_which_function_a_description_names():
    """Those of the losses come first, then the metrics and losses by their names; else an error."""

    @metrics.register()
    def above_two(y_true, y_pred):
        return y_pred > 2.0

    @losses.register()
    def twice_apart(y_true, y_pred):
        return 2 * ops.absolute(y_true - y_pred)

    @losses.register()
    class Thrice(losses.Loss):
        def call(self, y_true, y_pred):
            return 3 * ops.absolute(y_true - y_pred)

    y, p = [0.0, 0.0], [1.0, 3.0]
    for fn, value, kind in (
        ("above_two", 0.5, metrics.FunctionMetric),
        ("twice_apart", 4.0, metrics.FunctionMetric),
        ("Thrice", 6.0, metrics.FunctionMetric),
        ("mean_squared_error", 5.0, metrics.FunctionMetric),
        ("MeanSquaredError", 5.0, metrics.MeanSquaredError),
    ):
        made = metrics.FunctionMetric.from_config({"fn": fn, "name": "m"})
        assert type(made) is kind and made.name == "m"
        assert made(np.reshape(y, (2, 1)), np.reshape(p, (2, 1))) == value
    with pytest.raises(ValueError, match="nobody"):
        metrics.FunctionMetric.from_config({"fn": "nobody"})
    again = metrics.LossMetric.from_config(
        {"loss": losses.serialize(losses.Huber(0.5)), "name": "h", "dtype": "float16"}
    )
    assert again(y, p) == pytest.approx(0.5 * (0.75 + 2.75) / 2) and again.dtype == "float16"
