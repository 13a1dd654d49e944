"""Losses and metrics with their options that Keras and minidl both answer.

tests/parity/test_keras_losses_and_metrics.py compares them live, and writes Keras's answers to
goldens/keras_measures.json, with which tests/losses/test_losses_as_keras.py and
tests/metrics/test_metrics_as_keras.py compare.
"""

import json
from pathlib import Path

import numpy as np
from samples import example

FILE = Path(__file__).parent / "goldens" / "keras_measures.json"
N, C = 9, 4

# (name, options, what sort of targets and outputs: see parity/samples.py)
LOSSES = [
    ("MeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("MeanAbsolutePercentageError", {}, "numbers"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("MeanSquaredLogarithmicError", {}, "numbers"),
    ("Huber", {}, "numbers"),
    ("Huber", dict(delta=0.3), "numbers"),
    ("LogCosh", {}, "numbers"),
    ("CosineSimilarity", {}, "numbers"),
    ("CosineSimilarity", dict(axis=0), "numbers"),
    ("Poisson", {}, "counts"),
    ("KLDivergence", {}, "distributions"),
    ("KLDivergence", {}, "one-hot"),
    ("Hinge", {}, "signs"),
    ("Hinge", {}, "yes-no scores"),
    ("SquaredHinge", {}, "signs"),
    ("SquaredHinge", {}, "yes-no scores"),
    ("CategoricalHinge", {}, "one-hot scores"),
    ("BinaryCrossentropy", {}, "chances"),
    ("BinaryCrossentropy", dict(from_logits=True, label_smoothing=0.2), "yes-no scores"),
    ("BinaryFocalCrossentropy", {}, "chances"),
    ("BinaryFocalCrossentropy", dict(gamma=1.5), "chances"),
    (
        "BinaryFocalCrossentropy",
        dict(apply_class_balancing=True, alpha=0.7, gamma=3.0, label_smoothing=0.1),
        "chances",
    ),
    ("BinaryFocalCrossentropy", dict(from_logits=True, label_smoothing=0.2), "yes-no scores"),
    ("CategoricalCrossentropy", {}, "one-hot"),
    ("CategoricalCrossentropy", dict(from_logits=True, label_smoothing=0.1), "one-hot scores"),
    ("CategoricalFocalCrossentropy", {}, "one-hot"),
    ("CategoricalFocalCrossentropy", dict(alpha=0.6, gamma=1.3, label_smoothing=0.1), "one-hot"),
    ("CategoricalFocalCrossentropy", dict(from_logits=True, gamma=3.0), "one-hot scores"),
    ("CategoricalGeneralizedCrossEntropy", {}, "labels"),
    ("CategoricalGeneralizedCrossEntropy", dict(q=0.9), "labels"),
    ("SparseCategoricalCrossentropy", {}, "labels"),
    ("SparseCategoricalCrossentropy", dict(from_logits=True), "label scores"),
    ("SparseCategoricalCrossentropy", dict(ignore_class=1), "labels"),
    ("Dice", dict(axis=-1), "chances"),
    ("Tversky", dict(alpha=0.3, beta=0.3, axis=-1), "chances"),
    ("Circle", {}, "embeddings"),
    ("Circle", dict(gamma=10.0, margin=0.2, remove_diagonal=False), "embeddings"),
]
METRICS = [
    ("MeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("MeanAbsolutePercentageError", {}, "numbers"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("RootMeanSquaredError", {}, "numbers"),
    ("LogCoshError", {}, "numbers"),
    ("CosineSimilarity", {}, "numbers"),
    ("KLDivergence", {}, "distributions"),
    ("Poisson", {}, "counts"),
    ("BinaryCrossentropy", {}, "chances"),
    ("BinaryCrossentropy", dict(from_logits=True, label_smoothing=0.1), "yes-no scores"),
    ("CategoricalCrossentropy", {}, "one-hot"),
    ("CategoricalCrossentropy", dict(from_logits=True, label_smoothing=0.1), "one-hot scores"),
    ("SparseCategoricalCrossentropy", {}, "labels"),
    ("SparseCategoricalCrossentropy", dict(from_logits=True), "label scores"),
    ("Hinge", {}, "signs"),
    ("SquaredHinge", {}, "yes-no scores"),
    ("CategoricalHinge", {}, "one-hot scores"),
    ("R2Score", {}, "numbers"),
    ("R2Score", dict(class_aggregation=None), "numbers"),
    ("R2Score", dict(class_aggregation="variance_weighted_average"), "numbers"),
    ("PearsonCorrelation", {}, "numbers"),
    ("ConcordanceCorrelation", {}, "numbers"),
    ("BinaryAccuracy", {}, "chances"),
    ("BinaryAccuracy", dict(threshold=0.3), "chances"),
    ("CategoricalAccuracy", {}, "one-hot"),
    ("SparseCategoricalAccuracy", {}, "labels"),
    ("Accuracy", {}, "class pairs"),
    ("TopKCategoricalAccuracy", dict(k=2), "one-hot"),
    ("SparseTopKCategoricalAccuracy", dict(k=3), "labels"),
    ("TruePositives", {}, "chances"),
    ("TrueNegatives", dict(thresholds=0.3), "chances"),
    ("FalsePositives", {}, "chances"),
    ("FalseNegatives", dict(thresholds=[0.8, 0.1, 0.5]), "chances"),
    ("Precision", {}, "chances"),
    ("Precision", dict(thresholds=[0.7, 0.2]), "chances"),
    ("Precision", dict(top_k=2), "one-hot"),
    ("Precision", dict(class_id=1), "chances"),
    ("Precision", dict(top_k=2, class_id=3, thresholds=0.2), "one-hot"),
    ("Recall", {}, "chances"),
    ("Recall", dict(thresholds=[0.1, 0.5, 0.9]), "chances"),
    ("Recall", dict(top_k=1), "one-hot"),
    ("Recall", dict(class_id=2), "one-hot"),
    ("AUC", {}, "chances"),
    ("AUC", dict(curve="PR"), "chances"),
    ("AUC", dict(curve="PRGAIN"), "chances"),
    ("AUC", dict(num_thresholds=7, summation_method="majoring"), "chances"),
    ("AUC", dict(num_thresholds=7, summation_method="minoring", curve="PR"), "chances"),
    ("AUC", dict(thresholds=[0.2, 0.9, 0.5, 0.55]), "chances"),
    ("AUC", dict(from_logits=True), "yes-no scores"),
    ("AUC", dict(multi_label=True), "chances"),
    ("AUC", dict(multi_label=True, num_labels=C, curve="PR"), "chances"),
    ("AUC", dict(multi_label=True, label_weights=[0.1, 0.5, 0.0, 2.0]), "chances"),
    ("AUC", dict(label_weights=[0.1, 0.5, 0.0, 2.0]), "chances"),
    ("SensitivityAtSpecificity", dict(specificity=0.6), "chances"),
    ("SpecificityAtSensitivity", dict(sensitivity=0.6), "chances"),
    ("PrecisionAtRecall", dict(recall=0.6), "chances"),
    ("RecallAtPrecision", dict(precision=0.5), "chances"),
    ("RecallAtPrecision", dict(precision=0.4, num_thresholds=20, class_id=0), "chances"),
    ("SensitivityAtSpecificity", dict(specificity=0.3, num_thresholds=1), "chances"),
    ("F1Score", {}, "one-hot"),
    ("F1Score", dict(average="macro"), "one-hot"),
    ("F1Score", dict(average="micro", threshold=0.4), "chances"),
    ("F1Score", dict(average="weighted"), "one-hot"),
    ("FBetaScore", dict(beta=2.0, threshold=0.5), "chances"),
    ("FBetaScore", dict(beta=0.5, average="macro"), "one-hot"),
]
REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none")


def titled(table) -> dict:
    return {f"{name} {options} {kind}": (name, options, kind) for name, options, kind in table}


def of_loss(library, name, options, kind) -> list:
    """The losses of two shapes, in each reduction, with and without weights."""
    rng, found = np.random.default_rng(0), []
    shapes = [(N, C)] if name in ("CosineSimilarity", "Circle") else [(N, C), (5, 3, C)]
    for shape in shapes:
        y, p = example(rng, kind, shape)
        each = (C,) if options.get("axis") == 0 else shape[:-1]
        for weight in (None, rng.random(each).astype(np.float32)):
            for reduction in REDUCTIONS:
                loss = getattr(library.losses, name)(reduction=reduction, **options)
                found += np.ravel(np.asarray(loss(y, p, weight))).tolist()
    return found


def of_metric(library, name, options, kind) -> list:
    """The results over unequal batches, with and without weights, and after a reset."""
    rng, found = np.random.default_rng(0), []
    y, p = example(rng, kind, (61, C))
    weight = rng.random(61).astype(np.float32)
    for weights in (None, weight):
        metric = getattr(library.metrics, name)(**options)
        for start, end in ((0, 20), (20, 21), (21, 61)):
            w = () if weights is None else (weights[start:end],)
            metric.update_state(y[start:end], p[start:end], *w)
        found += np.ravel(np.asarray(metric.result())).tolist()
        metric.reset_state()
        metric.update_state(y[:9], p[:9])
        found += np.ravel(np.asarray(metric.result())).tolist()
    return found


def answers(library) -> dict:
    return {
        "losses": {title: of_loss(library, *case) for title, case in titled(LOSSES).items()},
        "metrics": {title: of_metric(library, *case) for title, case in titled(METRICS).items()},
    }


def golden() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
