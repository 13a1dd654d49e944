"""Tasks for the learner's table of derivatives: a right one passes, each mistake is told."""

import learner
import pytest
from framework_cases import passes, told

# the stub (and its task), a body with a mistake, words of the feedback
WRONG = [
    ("sub", "return x - y, (lambda g: g, lambda g: g)", "∂(x - y)/∂y is -1"),
    ("sub", "return y - x, (lambda g: -g, lambda g: g)", "asked is x - y"),
    ("sub", "return x - y", "an op returns two things"),
    ("mul", "return x * y, (lambda g: g * x, lambda g: g * y)", "exchanged"),
    ("mul", "return x * y, (lambda g: y, lambda g: x)", "g is missing"),
    ("mul", "return x * y, (lambda g: g * y,)", "received None in '∂L/∂y'"),
    ("mul", "return x * y, (lambda g: g * y, lambda g: oops)", "arithmetic.py, line"),
    ("div", "return x / y, (lambda g: g / y, lambda g: g * x / y**2)", "with a minus"),
    ("div", "return x / y, (lambda g: g / y, lambda g: -g * x / y)", "y is squared"),
    ("square", "return x * x, (lambda g: g * x,)", "the 2 is missing"),
    ("square", "return x * x, (lambda g: 2 * g * x)", "has a comma: (lambda g: ...,)"),
    (
        "square",
        "x *= x\nreturn x, (lambda g: 2 * g * np.sqrt(x),)",
        "your code changed its input",
    ),
    ("sum", "return x.sum(axis=axis, keepdims=keepdims), (lambda g: g,)", "_spread(g, x, axis"),
    ("sum", "return x.sum(), (lambda g: np.full(x.shape, g.flat[0]),)", "axis and keepdims"),
    (
        "mean",
        "z = np.mean(x, axis=axis, keepdims=keepdims)\n"
        "return z, (lambda g: _spread(g, x, axis, keepdims),)",
        "the division by n is missing",
    ),
    (
        "mean",
        "z = np.mean(x, axis=axis, keepdims=keepdims)\n"
        "return z, (lambda g: _spread(g, x, axis, keepdims) / x.size,)",
        "x.size / z.size",
    ),
    ("reshape", "return x.reshape(shape), (lambda g: g,)", "g.reshape(x.shape)"),
    ("matmul", "return x @ y, (lambda g: y @ g.T, lambda g: g.T @ x)", "transposed"),
    ("matmul", "return x @ y, (lambda g: x.T @ g, lambda g: g @ y.T)", "exchanged"),
    (
        "dense",
        "return x @ w + bias[0], (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g)",
        "∂L/∂b is the sum of g over the samples",
    ),
    (
        "dense",
        "return x @ w, (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g.sum(axis=0))",
        "z lacks the bias",
    ),
]


def test_a_right_table_passes():
    """The whole table: nonlinear.py has its second half."""
    passes("derivatives", learner.written())


@pytest.mark.parametrize(("name", "body", "words"), WRONG)
def test_a_mistake_is_told(name, body, words):
    assert words in told("derivatives", name, name, body)
