"""Tasks for the second half of the learner's table: each mistake is told."""

import learner
import pytest
from framework_cases import told

# the stub (and its task), a body with a mistake, words of the feedback
WRONG = [
    ("relu", "return np.maximum(x, 0), (lambda g: g,)", "the gradient is 0 there"),
    ("relu", "return np.maximum(x, 0), (lambda g: np.maximum(g, 0),)", "the sign of x"),
    ("tanh", "return np.tanh(x), (lambda g: g * (1 - x**2),)", "the square of the result"),
    (
        "log_softmax",
        "z = x - np.log(np.exp(x).sum(axis=axis, keepdims=True))\n"
        "return z, (lambda g: g - np.exp(z) * g.sum(axis=axis, keepdims=True),)",
        "e¹⁰⁰⁰ overflows",
    ),
    ("masked_scale", "return x * mask, (lambda g: g * mask,)", "The scale is missing"),
    ("masked_scale", "return x * mask * scale, (lambda g: g,)", "its gradient is 0"),
    (
        "batch_mean",
        "w = np.ones_like(x) if weights is None else weights\n"
        "return np.sum(w * x), (lambda g: g * w,)",
        "The average is forgotten",
    ),
    (
        "batch_mean",
        "w = np.ones_like(x) if weights is None else weights\n"
        "return np.sum(w * x) / w.sum(), (lambda g: g * w / w.sum(),)",
        "not by the sum of the weights",
    ),
    (
        "sparse_softmax_cross_entropy",
        learner.BODIES["sparse_softmax_cross_entropy"].replace(
            "np.exp(z) - one_hot", "one_hot - np.exp(z)"
        ),
        "The sign of the gradient is the opposite",
    ),
    (
        "sparse_softmax_cross_entropy",
        learner.BODIES["sparse_softmax_cross_entropy"].replace("g[:, None] * ", ""),
        "g[:, None]",
    ),
    (
        "sigmoid_cross_entropy",
        learner.BODIES["sigmoid_cross_entropy"].replace("- targets)", "+ targets)"),
        "numbers differ in '∂L/∂x'",
    ),
    (
        "sigmoid_cross_entropy",
        learner.BODIES["sigmoid_cross_entropy"].replace("g * (s", "-g * (s"),
        "It is sigmoid(x) - t",
    ),
    (
        "sigmoid_cross_entropy",
        "import minidl\nreturn minidl.core.derivatives.losses.sigmoid_cross_entropy(x, targets)",
        "calls minidl",
    ),
]


@pytest.mark.parametrize(("name", "body", "words"), WRONG)
def test_a_mistake_is_told(name, body, words):
    assert words in told("derivatives", name, name, body)
