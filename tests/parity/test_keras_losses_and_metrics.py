"""Every loss and every metric of Keras, computed live beside ours: values, sample weights,
gradients, batches, names, signatures.
"""

import inspect
import json
import re

if __name__ == "__main__":
    import conftest  # noqa: F401  before keras, which it prepares
import jax
import keras
import numpy as np
import pytest
from keras_measure_calls import FILE, LOSSES, METRICS, C, N, answers, golden
from samples import example

import minidl
from minidl import Tensor

# --- losses

every_loss = pytest.mark.parametrize(
    ("name", "options", "kind"), LOSSES, ids=["-".join([n, *map(str, o), k]) for n, o, k in LOSSES]
)


@every_loss
@pytest.mark.parametrize(
    "reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight", "none"]
)
def test_values_with_and_without_weights(rng, name, options, kind, reduction):
    y, p = example(rng, kind)
    ours, theirs = (
        getattr(f.losses, name)(reduction=reduction, **options) for f in (minidl, keras)
    )
    each = (
        np.asarray(theirs(y, p)).shape
        if reduction == "none"
        else (C,)
        if options.get("axis") == 0
        else (N,)
    )
    for weight in (
        None,
        rng.random(each).astype(np.float32),
        (rng.random(each) > 0.4).astype(np.float32),
    ):
        np.testing.assert_allclose(
            ours(y, p, weight).numpy(), np.asarray(theirs(y, p, weight)), rtol=1e-5, atol=2e-6
        )


@every_loss
def test_gradients(rng, name, options, kind):
    y, p = example(rng, kind)
    ours, theirs = (getattr(f.losses, name)(**options) for f in (minidl, keras))
    weight = (
        None if options.get("axis") == 0 or name == "Circle" else rng.random(N).astype(np.float32)
    )
    x = Tensor(p, requires_grad=True)
    ours(y, x, weight).backward()
    expected = np.asarray(jax.grad(lambda p: theirs(y, p, weight))(jax.numpy.asarray(p)))
    np.testing.assert_allclose(x.grad, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [c for c in LOSSES if c[0] not in ("CosineSimilarity", "Circle")],
    ids=[
        "-".join([n, *map(str, o), k])
        for n, o, k in LOSSES
        if n not in ("CosineSimilarity", "Circle")
    ],
)
def test_sequences(rng, name, options, kind):
    y, p = example(rng, kind, (5, 3, C))
    ours, theirs = (getattr(f.losses, name)(**options) for f in (minidl, keras))
    for weight in (None, rng.random((5, 3)).astype(np.float32)):
        assert ours(y, p, weight).item() == pytest.approx(float(theirs(y, p, weight)), rel=1e-5)


def test_deliberate_tversky_weighs_as_the_paper_does(rng):
    """Keras 3.15 exchanges the two weights; its next version does not."""
    y, p = example(rng, "chances")
    ours = minidl.losses.Tversky(0.3, 0.8, axis=-1, reduction=None)(y, p)
    theirs = keras.losses.Tversky(0.8, 0.3, axis=-1, reduction=None)(y, p)
    np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), rtol=1e-5)


@pytest.mark.parametrize("name", ["Dice", "Tversky"])
@pytest.mark.parametrize("axis", [None, (1, 2, 3), 1])
def test_masks(rng, name, axis):
    y, p = example(rng, "chances", (3, 5, 4, 1))
    ours, theirs = (getattr(f.losses, name)(axis=axis) for f in (minidl, keras))
    assert ours(y, p).item() == pytest.approx(float(theirs(y, p)), rel=1e-5)


@pytest.mark.parametrize("name", sorted({n for n, *_ in LOSSES} - {"Circle"}))
def test_functions(rng, name):
    options, kind = next((o, k) for n, o, k in LOSSES if n == name)
    snake = re.sub(r"_loss$", "", getattr(keras.losses, name)().name)
    y, p = example(rng, kind)
    options = {"q": 0.5} if name.startswith("CategoricalGen") else options
    ours, theirs = getattr(minidl.losses, snake), getattr(keras.losses, snake)
    np.testing.assert_allclose(
        ours(y, p, **options).numpy(), np.asarray(theirs(y, p, **options)), rtol=1e-5, atol=1e-6
    )


def test_the_circle_function(rng):
    y, p = example(rng, "embeddings")
    np.testing.assert_allclose(
        minidl.losses.circle(y, p).numpy(),
        np.asarray(keras.losses.circle(y, p)),
        rtol=1e-5,
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "name", ["Hinge", "SquaredHinge", "Poisson", "Huber", "LogCosh", "MeanAbsolutePercentageError"]
)
def test_a_column_or_none(rng, name):
    y, p = example(rng, "counts" if name == "Poisson" else "yes-no scores", (N, 1))
    ours, theirs = (getattr(f.losses, name)() for f in (minidl, keras))
    for a, b in ((y, p), (y[:, 0], p), (y, p[:, 0]), (y[:, 0], p[:, 0])):
        assert ours(a, b).item() == pytest.approx(float(theirs(a, b)), rel=1e-5)


def classes_of(module, base):
    return {
        n
        for n, thing in vars(module).items()
        if isinstance(thing, type) and issubclass(thing, base) and thing is not base
    }


def test_every_loss_of_keras_is_here_and_tried():
    # CTC is tried in test_keras_sequences.py
    theirs = classes_of(keras.losses, keras.losses.Loss) - {"CTC"}
    assert theirs - {n for n, *_ in LOSSES} == set()
    for name in theirs:
        ours = getattr(minidl.losses, name)()
        assert ours.name == getattr(keras.losses, name)().name
        assert (
            type(minidl.losses.get(name))
            is type(minidl.losses.get(minidl.losses.serialize(ours)))
            is type(ours)
        )


# --- metrics

every_metric = pytest.mark.parametrize(
    ("name", "options", "kind"),
    METRICS,
    ids=["-".join([n, *[f"{a}={b}" for a, b in o.items()], k]) for n, o, k in METRICS],
)


@every_metric
@pytest.mark.parametrize("weighted", [False, True])
def test_metrics_over_unequal_batches(rng, name, options, kind, weighted):
    y, p = example(rng, kind, (61, C))
    weight = rng.random(61).astype(np.float32) if weighted else None
    ours, theirs = (getattr(f.metrics, name)(**options) for f in (minidl, keras))
    for _ in range(2):
        for start, end in ((0, 20), (20, 21), (21, 61)):
            w = () if weight is None else (weight[start:end],)
            ours.update_state(y[start:end], p[start:end], *w)
            theirs.update_state(y[start:end], p[start:end], *w)
        np.testing.assert_allclose(
            np.asarray(ours.result()), np.asarray(theirs.result()), rtol=2e-5, atol=1e-6
        )
        ours.reset_state(), theirs.reset_state()
        y = y[::-1]  # the second round measures something else


@every_metric
def test_names(name, options, kind):
    ours, theirs = (getattr(f.metrics, name)(**options) for f in (minidl, keras))
    assert ours.name == re.sub(r"_\d+$", "", theirs.name)
    again = minidl.metrics.get(minidl.metrics.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()


@pytest.mark.parametrize("weighted", [False, True])
def test_deliberate_ignored_labels_do_not_count(rng, weighted):
    """Without weights Keras's metric divides by all samples, the ignored ones too; with weights,
    and in its loss, by those that count.
    """
    y, p = example(rng, "labels", (61, C))
    weight = rng.random(61).astype(np.float32) if weighted else np.ones(61, np.float32)
    ours, theirs = (
        f.metrics.SparseCategoricalCrossentropy(ignore_class=2) for f in (minidl, keras)
    )
    result = ours(y, p, weight) if weighted else ours(y, p)
    assert result == pytest.approx(float(theirs(y, p, weight)), rel=1e-5)
    if not weighted:
        assert result == pytest.approx(
            float(keras.losses.SparseCategoricalCrossentropy(ignore_class=2)(y, p)), rel=1e-5
        )


IOUS = [
    ("IoU", dict(num_classes=4, target_class_ids=[0, 2])),
    ("MeanIoU", dict(num_classes=4)),
    ("MeanIoU", dict(num_classes=6)),
    ("MeanIoU", dict(num_classes=4, ignore_class=1)),
    ("MeanIoU", dict(num_classes=3)),
    ("MeanIoU", dict(num_classes=4, sparse_y_pred=False)),
    ("OneHotIoU", dict(num_classes=4, target_class_ids=[1])),
    ("OneHotMeanIoU", dict(num_classes=4)),
    ("OneHotMeanIoU", dict(num_classes=4, sparse_y_pred=True)),
    ("BinaryIoU", {}),
    ("BinaryIoU", dict(target_class_ids=[1], threshold=0.3)),
]


@pytest.mark.parametrize(("name", "options"), IOUS, ids=str)
def test_intersection_over_union(rng, name, options):
    ours, theirs = (getattr(f.metrics, name)(**options) for f in (minidl, keras))
    assert ours.name == re.sub(r"_\d+$", "", theirs.name)
    for n, weighted in ((30, False), (1, True), (9, True)):
        labels, scores = rng.integers(0, 4, n), rng.random((n, 4)).astype(np.float32)
        y = np.eye(4)[labels] if name.startswith("OneHot") else labels
        p = (
            scores
            if (name.startswith("OneHot") and not options.get("sparse_y_pred"))
            or options.get("sparse_y_pred") is False
            else scores.argmax(1)
        )
        if name == "BinaryIoU":
            y, p = labels % 2, scores[:, 0]
        weight = rng.integers(0, 4, n) if weighted else None
        ours.update_state(y, p, weight), theirs.update_state(y, p, weight)
    assert ours.result() == pytest.approx(float(theirs.result()), rel=1e-5)


def test_adjusted_r2(rng):
    y, p = example(rng, "numbers", (20, 1))
    ours, theirs = (f.metrics.R2Score(num_regressors=3) for f in (minidl, keras))
    for a, b in ((0, 8), (8, 20)):
        ours.update_state(y[a:b], p[a:b]), theirs.update_state(y[a:b], p[a:b])
    assert ours.result() == pytest.approx(float(theirs.result()), rel=1e-5)


def test_sum_and_mean(rng):
    for values, weight in (
        (3.0, None),
        (rng.random(5), None),
        (rng.random(5), rng.random(5)),
        (rng.random((4, 3)), None),
    ):
        for name in ("Mean", "Sum"):
            ours, theirs = (getattr(f.metrics, name)() for f in (minidl, keras))
            if name == "Sum" and np.ndim(values) == 2:
                continue  # Keras sums the means of the rows; we sum what we are given
            assert ours.name == theirs.name
            assert ours(values, weight) == pytest.approx(float(theirs(values, weight)), rel=1e-5)


def test_keras_ids_sorted_by_score(rng):
    y, p = rng.integers(0, 9, 40), np.argsort(rng.random((40, 9)), axis=-1)
    ours, theirs = (
        f.metrics.SparseTopKCategoricalAccuracy(k=3, from_sorted_ids=True) for f in (minidl, keras)
    )
    assert ours(y, p) == pytest.approx(float(theirs(y, p)), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("binary_accuracy", {}, "chances"),
        ("binary_accuracy", dict(threshold=0.2), "chances"),
        ("categorical_accuracy", {}, "one-hot"),
        ("sparse_categorical_accuracy", {}, "labels"),
        ("top_k_categorical_accuracy", dict(k=2), "one-hot"),
        ("sparse_top_k_categorical_accuracy", dict(k=2), "labels"),
        ("mean_squared_error", {}, "numbers"),
        ("huber", {}, "numbers"),
        ("kl_divergence", {}, "distributions"),
        ("hinge", {}, "signs"),
    ],
)
def test_metric_functions(rng, name, options, kind):
    y, p = example(rng, kind, (30, C))
    ours, theirs = getattr(minidl.metrics, name), getattr(keras.metrics, name)
    np.testing.assert_allclose(
        ours(y, p, **options).numpy(), np.asarray(theirs(y, p, **options)), rtol=1e-5
    )


def test_every_metric_of_keras_is_here_and_tried():
    theirs = classes_of(keras.metrics, keras.metrics.Metric)
    assert theirs - {n for n, *_ in [*METRICS, *IOUS]} == {"Mean", "Sum", "MeanMetricWrapper"}
    for name in theirs:
        assert issubclass(getattr(minidl.metrics, name), minidl.metrics.Metric)


@pytest.mark.parametrize(
    "name",
    [
        "mse",
        "MSE",
        "mae",
        "mape",
        "MSLE",
        "auc",
        "AUC",
        "precision",
        "Recall",
        "f1_score",
        "r2_score",
        "kl_divergence",
        "root_mean_squared_error",
        "top_k_categorical_accuracy",
        "cosine_similarity",
        "binary_accuracy",
        "hinge",
        "poisson",
    ],
)
def test_the_same_names_mean_the_same_metric(rng, name):
    kind = {
        "k": "distributions",
        "p": "chances",
        "R": "chances",
        "a": "chances",
        "A": "chances",
        "f": "one-hot",
        "b": "chances",
    }.get(name[0], "positive")
    y, p = example(
        rng,
        "one-hot" if name.startswith("top") else "counts" if name == "poisson" else kind,
        (30, 6),
    )
    ours, theirs = (
        minidl.metrics.get(name),
        keras.metrics.get({"auc": "AUC", "precision": "Precision"}.get(name, name)),
    )
    np.testing.assert_allclose(np.asarray(ours(y, p)), np.asarray(theirs(y, p)), rtol=2e-5)


# --- signatures


def parameters(thing):
    thing = thing.__init__ if isinstance(thing, type) else thing
    return {
        p.name: p.default
        for p in inspect.signature(thing).parameters.values()
        if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD
    }


# ConfusionMatrix is ours; FunctionMetric takes its options as Keras's wrapper does; the base
# classes take name first, as in Keras 2.
@pytest.mark.parametrize(
    "path",
    [f"losses.{n}" for n in sorted({n for n, *_ in LOSSES})]
    + [f"metrics.{n}" for n in sorted({n for n, *_ in [*METRICS, *IOUS]})]
    + ["metrics.Mean", "metrics.Sum", "metrics.MeanMetricWrapper"]
    + [
        f"losses.{n}"
        for n in (
            "huber",
            "log_cosh",
            "hinge",
            "poisson",
            "kl_divergence",
            "dice",
            "tversky",
            "cosine_similarity",
            "binary_focal_crossentropy",
            "categorical_focal_crossentropy",
        )
    ]
    + [
        f"metrics.{n}"
        for n in (
            "binary_accuracy",
            "top_k_categorical_accuracy",
            "sparse_top_k_categorical_accuracy",
        )
    ],
)
def test_signatures_are_keras(path):
    module, name = path.split(".")
    ours, theirs = (parameters(getattr(getattr(f, module), name)) for f in (minidl, keras))
    assert list(ours.items()) == list(theirs.items())


def test_the_file_of_goldens_is_what_keras_computes():
    """`python tests/parity/test_keras_losses_and_metrics.py` writes it."""
    for part, facts in answers(keras).items():
        for title, numbers in facts.items():
            np.testing.assert_allclose(golden()[part][title], numbers, rtol=1e-5, atol=1e-6)


if __name__ == "__main__":
    parts = (
        f' "{part}": {{\n'
        + ",\n".join(f"  {json.dumps(title)}: {json.dumps(v)}" for title, v in facts.items())
        + "\n }"
        for part, facts in answers(keras).items()
    )
    FILE.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
