"""What the tests of losses share."""

import numpy as np
import pytest

from minidl.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    CosineSimilarity,
    Dice,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    Loss,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    NegativeLogLikelihood,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
)


def describe(value):
    if isinstance(value, Loss):
        settings = {
            k: v
            for k, v in vars(value).items()
            if k in ("from_logits", "label_smoothing", "ignore_class") and v
        }
        return type(value).__name__ + "".join(f"-{k}={v}" for k, v in settings.items())
    return "" if isinstance(value, list) else str(value)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def example(kind, shape, seed=0):
    """Random targets and outputs for a loss; `shape` ends with the number of outputs."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, shape[-1], shape[:-1])
    logits = rng.normal(size=shape) * 2
    y = {
        "real": rng.normal(size=shape),
        "label": labels,
        "one-hot": np.eye(shape[-1])[labels],
        "yes-no": rng.integers(0, 2, shape).astype(float),
        "positive": np.exp(rng.normal(size=shape)),
        "sign": rng.choice([-1.0, 1.0], shape),
        "distribution": rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
    }[kind[0]]
    p = {
        "number": logits,
        "positive": np.exp(logits / 2),
        "logits": logits,
        "probabilities": softmax(logits),
        "chances": 1 / (1 + np.exp(-logits)),
        "log-probabilities": np.log(softmax(logits)),
    }[kind[1]]
    return y, p


EVERY_LOSS = [
    (MeanSquaredError, {}, ("real", "number")),
    (MeanAbsoluteError, {}, ("real", "number")),
    (BinaryCrossentropy, {}, ("yes-no", "chances")),
    (BinaryCrossentropy, {"label_smoothing": 0.2}, ("yes-no", "chances")),
    (BinaryCrossentropy, {"from_logits": True}, ("yes-no", "logits")),
    (BinaryCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, ("yes-no", "logits")),
    (CategoricalCrossentropy, {}, ("one-hot", "probabilities")),
    (CategoricalCrossentropy, {"label_smoothing": 0.2}, ("one-hot", "probabilities")),
    (CategoricalCrossentropy, {"from_logits": True}, ("one-hot", "logits")),
    (CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, ("one-hot", "logits")),
    (SparseCategoricalCrossentropy, {}, ("label", "probabilities")),
    (SparseCategoricalCrossentropy, {"from_logits": True}, ("label", "logits")),
    (NegativeLogLikelihood, {}, ("label", "log-probabilities")),
    (MeanAbsolutePercentageError, {}, ("real", "number")),
    (MeanSquaredLogarithmicError, {}, ("positive", "positive")),
    (Huber, {}, ("real", "number")),
    (Huber, {"delta": 2.5}, ("real", "number")),
    (LogCosh, {}, ("real", "number")),
    (CosineSimilarity, {}, ("real", "number")),
    (Poisson, {}, ("positive", "positive")),
    (KLDivergence, {}, ("distribution", "probabilities")),
    (Hinge, {}, ("sign", "number")),
    (SquaredHinge, {}, ("sign", "number")),
    (CategoricalHinge, {}, ("one-hot", "number")),
    (BinaryFocalCrossentropy, {}, ("yes-no", "chances")),
    (
        BinaryFocalCrossentropy,
        {"apply_class_balancing": True, "alpha": 0.7, "gamma": 1.5},
        ("yes-no", "chances"),
    ),
    (BinaryFocalCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, ("yes-no", "logits")),
    (CategoricalFocalCrossentropy, {}, ("one-hot", "probabilities")),
    (
        CategoricalFocalCrossentropy,
        {"from_logits": True, "alpha": 0.5, "gamma": 3.0, "label_smoothing": 0.1},
        ("one-hot", "logits"),
    ),
    (CategoricalGeneralizedCrossEntropy, {"q": 0.7}, ("label", "probabilities")),
    (Dice, {"axis": -1}, ("yes-no", "chances")),
    (Tversky, {"axis": -1, "alpha": 0.2, "beta": 0.9}, ("yes-no", "chances")),
]


every_loss = pytest.mark.parametrize(
    ("cls", "options", "kind"),
    EVERY_LOSS,
    ids=[c.__name__ + "".join(f"-{k}" for k in o) for c, o, _ in EVERY_LOSS],
)


Y3, P3 = np.zeros((3, 1)), np.array([[1.0], [2.0], [3.0]])


def error(loss, y_true, y_pred):
    with pytest.raises(ValueError) as caught:
        loss(y_true, y_pred)
    text = str(caught.value)
    assert "\n" not in text and len(text) < 400, "errors are one line and dump no data"
    return text


FOUR = np.full((4, 4), 0.25)
