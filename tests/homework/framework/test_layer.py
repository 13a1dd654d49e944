"""Tasks for the learner's layer.py: a right one passes, each mistake is told."""

import learner
import pytest
from framework_cases import passes, told

RIGHT = learner.BODIES
# the task, the stub, a body with a mistake, words of the feedback
WRONG = [
    (
        "glorot_uniform",
        "glorot_uniform",
        RIGHT["glorot_uniform"].replace("6 / sum", "3 / sum"),
        "the limit √(6/300)",
    ),
    (
        "glorot_uniform",
        "glorot_uniform",
        RIGHT["glorot_uniform"].replace("-limit, limit", "0, limit"),
        "draw from -limit to limit",
    ),
    (
        "glorot_uniform",
        "glorot_uniform",
        RIGHT["glorot_uniform"].replace("(rng or np.random.default_rng())", "np.random"),
        "draw with rng",
    ),
    (
        "Layer",
        "Layer.__call__",
        "self.build((None, *x.shape[1:]))\nreturn self.call(x, training)",
        "build comes once",
    ),
    (
        "Layer",
        "Layer.__call__",
        RIGHT["Layer.__call__"].replace("call(x, training)", "call(x)"),
        "`training` does not reach call",
    ),
    (
        "Layer",
        "Layer.__call__",
        RIGHT["Layer.__call__"].replace("(None, *x.shape[1:])", "x.shape"),
        "The number of samples is None",
    ),
    (
        "Layer",
        "Layer.__call__",
        RIGHT["Layer.__call__"].replace("return self.call", "self.call"),
        "The result of call is not returned",
    ),
    (
        "Flatten",
        "Flatten.call",
        "return apply(shaping.reshape, x, shape=(-1,))",
        "expected shape",
    ),
    ("Dense", "Dense.call", RIGHT["Dense.call"].replace(", self.bias]", "]"), "lacks the bias"),
    (
        "Dense",
        "Dense.call",
        RIGHT["Dense.call"].replace("self.activation(z) if self.activation else z", "z"),
        "The activation is not called",
    ),
    (
        "Dropout",
        "Dropout.call",
        RIGHT["Dropout.call"].replace("if not training", "if False"),
        "outside of training",
    ),
    (
        "Dropout",
        "Dropout.call",
        RIGHT["Dropout.call"].replace(">=", "<"),
        "That is the share to keep",
    ),
    (
        "Dropout",
        "Dropout.call",
        RIGHT["Dropout.call"].replace("1 / (1 - self.rate)", "1.0"),
        "not 1/(1 - rate)",
    ),
    (
        "Dropout",
        "Dropout.call",
        RIGHT["Dropout.call"].replace("self.rng", "np.random.default_rng(0)"),
        "the same mask came twice",
    ),
    (
        "Sequential",
        "Sequential.call",
        RIGHT["Sequential.call"].replace(", training", ""),
        "`training` does not reach the layers",
    ),
    (
        "Sequential",
        "Sequential.call",
        "for layer in self.stack[::2]:\n    x = layer(x, training)\nreturn x",
        "A layer was left out",
    ),
]


def test_right_layers_pass():
    passes("layer", learner.written())


@pytest.mark.parametrize(("task", "name", "body", "words"), WRONG)
def test_a_mistake_is_told(task, name, body, words):
    assert words in told("layer", task, name, body)
