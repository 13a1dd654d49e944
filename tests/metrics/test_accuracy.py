"""Accuracies, worked out by hand."""

import numpy as np
import pytest
from metric_cases import RNG, in_batches

from minidl import losses, metrics
from minidl.metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    Metric,
    SparseCategoricalAccuracy,
)

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
    assert BinaryAccuracy()([0.1, 0.9, 0.4, 0.5], [0.2, 0.7, 0.3, 0.2]) == 1.0
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
    assert Accuracy()([2**24 + 1], [2**24]) == 0  # targets stay whole numbers


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


def test_weights_that_do_not_fit_are_not_taken_for_wrong_labels():
    for shape in ((6,), (2, 3)):
        with pytest.raises(ValueError, match=r"sample_weight.*\(5,\)"):
            SparseCategoricalAccuracy()(np.zeros(shape, int), np.ones((*shape, 4)), np.ones(5))


W = RNG.random(30)


# --- classes

LABELS, SCORES = RNG.integers(0, 4, 30), RNG.random((30, 4))
GUESS = SCORES.argmax(axis=1)


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
    scores = RNG.random((2, 3, 4))  # of two sequences
    ids = np.argsort(-scores, axis=2)
    labels = ids[..., 1]  # second best
    for k, share in ((1, 0), (2, 1)):
        assert metrics.SparseTopKCategoricalAccuracy(k)(labels, scores) == share
        assert metrics.TopKCategoricalAccuracy(k)(np.eye(4)[labels], scores) == share
        sorted_ids = metrics.SparseTopKCategoricalAccuracy(k, from_sorted_ids=True)
        assert sorted_ids(labels, ids) == share
    with pytest.raises(ValueError, match=r"labels run 0\.\.4 but the model has 4 outputs"):
        metrics.SparseTopKCategoricalAccuracy(1)([[0, 1, 2], [4, 1, 2]], scores)


def test_the_five_largest_are_asked_for_by_default():
    best_first, one_hot = np.tile(np.arange(7.0, 0, -1), (7, 1)), np.eye(7)
    five = [1, 1, 1, 1, 1, 0, 0]
    assert metrics.TopKCategoricalAccuracy()(one_hot, best_first) == 5 / 7
    assert metrics.SparseTopKCategoricalAccuracy()(range(7), best_first) == 5 / 7
    assert metrics.top_k_categorical_accuracy(one_hot, best_first).tolist() == five
    assert metrics.sparse_top_k_categorical_accuracy(range(7), best_first).tolist() == five
    ids = np.tile(np.arange(7), (7, 1))
    found = metrics.sparse_top_k_categorical_accuracy(range(7), ids, from_sorted_ids=True)
    assert found.tolist() == five


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


@pytest.mark.parametrize(
    ("loss", "targets", "outputs", "kind"),
    [
        ("mse", (9, 1), (9, 1), "BinaryAccuracy"),
        ("mse", (9, 3), (9, 3), "CategoricalAccuracy"),
        ("binary_crossentropy", (9, 3), (9, 3), "BinaryAccuracy"),
        ("hinge", (9, 1), (9, 1), "BinaryAccuracy"),
        ("sparse_categorical_crossentropy", (9,), (9, 3), "SparseCategoricalAccuracy"),
        ("sparse_categorical_crossentropy", (9, 1), (9, 1), "SparseCategoricalAccuracy"),
        ("categorical_crossentropy", (9, 3), (9, 3), "CategoricalAccuracy"),
        ("categorical_crossentropy", (9, 1), (9, 1), "CategoricalAccuracy"),
        (None, (9, 1), (9, 1), "BinaryAccuracy"),
        (None, (9,), (9,), "BinaryAccuracy"),
        (None, (9, 1), (9, 4), "SparseCategoricalAccuracy"),
        (None, (9,), (9, 4), "SparseCategoricalAccuracy"),
        (None, (9, 4), (9, 4), "CategoricalAccuracy"),
        (None, (9, 4, 1), (9, 4, 1), "BinaryAccuracy"),
        (None, (9, 4, 1), (9, 4, 3), "SparseCategoricalAccuracy"),
        (None, (9, 1, 3), (9, 1, 3), "CategoricalAccuracy"),
        ("categorical_crossentropy", (9,), (9, 3), "CategoricalAccuracy"),
    ],
)
@pytest.mark.filterwarnings("ignore:'acc' is not meaningful")
def test_which_accuracy_the_word_means(loss, targets, outputs, kind):
    found = metrics.resolve_accuracy("acc", loss and losses.as_loss(loss), targets, outputs)
    assert type(found).__name__ == kind and found.name == "acc"
