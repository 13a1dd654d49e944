"""Tasks for the learner's layer.py: a right one passes, each mistake is told."""

import learner
import numpy as np
import pytest
from framework_cases import passes, told

from minidl.homework.framework import layer, learning

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
    (
        "Dense",
        "Dense.build",
        RIGHT["Dense.build"].replace("self.kernel_initializer", "np.zeros"),
        "expected True in 'kernel begins at random'",
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


# --- judges with tolerances, at both sides of each

LIMIT = np.sqrt(6 / 300)
EVEN = np.linspace(-1, 1, 20_000)


def glorot(drawn=LIMIT * EVEN, again=None, shape=(200, 100)):
    drawn = np.resize(drawn, 20_000).reshape(200, 100)
    return {"drawn": drawn, "again": drawn if again is None else again, "shape": shape}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (glorot(), ""),
        (glorot(LIMIT * 0.991 * EVEN), ""),
        (glorot(LIMIT * 0.99 * EVEN), "the largest number is 0.1400"),
        (
            glorot(LIMIT * 0.989 * EVEN),
            "the largest number is 0.1399; the limit √(6/300) = 0.1414.",
        ),
        (glorot(LIMIT * 1.0001 * EVEN), "the largest number is 0.1414"),
        (glorot(LIMIT * np.linspace(-0.935, 1, 20_000)), ""),
        (glorot(LIMIT * np.linspace(-0.93, 1, 20_000)), "the mean is 0.0049, not 0"),
        (glorot(-LIMIT * np.linspace(-0.93, 1, 20_000)), "the mean is -0.0049, not 0"),
        (glorot(LIMIT * np.append(0.97 * EVEN[1:], 1)), ""),
        (glorot(LIMIT * np.append(0.96 * EVEN[1:], 1)), "do not fill the range evenly"),
        (glorot(LIMIT * np.sign(EVEN)), "do not fill the range evenly"),
        (glorot(again=glorot()["drawn"] + 2e-5), "two generators of one seed give other numbers"),
        (glorot(again=glorot()["drawn"] + 0.9e-5), ""),
        (glorot(shape=(100, 200)), "expected shape (200, 100), received (200, 100)."),
        ({**glorot(), "drawn": np.zeros((3, 3))}, "expected shape (200, 100), received (3, 3)."),
    ],
)
def test_first_weights_at_the_limits_of_the_judge(answer, said):
    share, reason = layer.judge_glorot(answer, (200, 100), 1)
    assert said in reason and (share, bool(reason)) == ((0.0, True) if said else (1.0, False))


X = np.full((10, 100), 2.0)


def dropped(share, rate=0.2, scale=1.0, **changed):
    """An answer in which this share of X is 0."""
    mask = np.arange(1000).reshape(X.shape) >= 1000 * share
    factor = mask * scale / (1 - rate)
    answer = {"out": X * factor, "grad": factor, "again": X * factor[::-1], "outside": X}
    return {**answer, **{name: change(answer) for name, change in changed.items()}}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (dropped(0.2), ""),
        (dropped(0.26), ""),
        (dropped(0.145), ""),
        (dropped(0.265), "26% of the numbers are 0, the rate is 20%."),
        (dropped(0.135), "14% of the numbers are 0, the rate is 20%."),
        (dropped(0.75), "75% of the numbers are 0, the rate is 20%. That is the share to keep."),
        (dropped(0.74), "74% of the numbers are 0, the rate is 20%."),
        (dropped(0.73), "73% of the numbers are 0, the rate is 20%."),
        (dropped(0.2, scale=1 + 0.9e-5), ""),
        (dropped(0.2, scale=1 + 2e-5), "what is kept is multiplied by 1.250, not 1/(1 - rate)."),
        (dropped(0.2, scale=0.8), "what is kept is multiplied by 1.000"),
        (dropped(0.2, outside=lambda a: a["out"]), "outside of training the numbers must stay"),
        (dropped(0.2, out=lambda a: X), "in training nothing is dropped"),
        (dropped(0.2, again=lambda a: a["out"]), "the same mask came twice"),
        (dropped(0.2, grad=lambda a: a["grad"] != 0), "the gradient must have the same mask"),
    ],
)
def test_dropout_at_the_limits_of_the_judge(answer, said):
    share, reason = layer.judge_dropout(answer, X, 0.2, 1)
    assert said in reason and (share, bool(reason)) == ((0.0, True) if said else (1.0, False))
    assert not said.endswith("%.") or reason.endswith(said)


class Learned:
    """A student whose network has found these weights."""

    def __init__(self, weights):
        self.weights = weights

    def answer(self, driver, *arguments):
        return self.weights


def test_a_network_has_learned_from_nine_in_ten_on():
    shapes = [(64, 32), (32,), (32, 10), (10,)]
    weights = [np.zeros(shape) for shape in shapes]
    weights[3][4] = 1.0  # it always says 4
    x = np.zeros((10, 8, 8), np.float32)
    for right, share in ((9, 1.0), (8, 0.0)):
        y = np.array([4] * right + [5] * (10 - right))
        found, reason = learning.examine_learn(Learned(weights), x, y, x, y, 1)
        assert found == share and ("80% of new pictures" in reason) == (right == 8)
    found, reason = learning.examine_learn(
        Learned([*weights[:3], np.full(10, np.nan)]), x, y, x, y, 1
    )
    assert found == 0 and "became nan or inf" in reason
    found, reason = learning.examine_learn(Learned(weights[:3]), x, y, x, y, 1)
    assert found == 0 and "the weights have the shapes [(64, 32), (32,), (32, 10)]" in reason
