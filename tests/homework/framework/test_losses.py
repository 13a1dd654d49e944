"""Tasks for the learner's losses.py: right ones pass, each mistake is told."""

import learner
import pytest
from framework_cases import passes, told

RIGHT = learner.BODIES
# the task, the stub, a body with a mistake, words of the feedback
WRONG = [
    ("Loss", "Loss.reduce", "return values.sum()", "The average is forgotten"),
    ("Loss", "Loss.reduce", "return values.mean()", "sample_weight is forgotten"),
    (
        "MeanSquaredError",
        "MeanSquaredError.call",
        RIGHT["MeanSquaredError.call"].replace(".mean(", ".sum("),
        "asked is their mean",
    ),
    (
        "MeanSquaredError",
        "MeanSquaredError.call",
        RIGHT["MeanSquaredError.call"].replace("axis=-1", ""),
        "call returns one number for each sample",
    ),
    (
        "MeanSquaredError",
        "MeanSquaredError.call",
        RIGHT["MeanSquaredError.call"].replace("return", "return 0.5 *"),
        "There is no half in it",
    ),
    (
        "BinaryCrossentropy",
        "BinaryCrossentropy.call",
        RIGHT["BinaryCrossentropy.call"].replace("return", "return -1.0 *"),
        "a loss is never negative",
    ),
    (
        "BinaryCrossentropy",
        "BinaryCrossentropy.call",
        RIGHT["BinaryCrossentropy.call"].replace(".mean(", ".sum("),
        "asked is their mean",
    ),
    (
        "SparseCategoricalCrossentropy",
        "SparseCategoricalCrossentropy.call",
        RIGHT["SparseCategoricalCrossentropy.call"].replace("return", "return -1.0 *"),
        "a loss is never negative",
    ),
]


def test_right_losses_pass():
    passes("losses", learner.written())


@pytest.mark.parametrize(("task", "name", "body", "words"), WRONG)
def test_a_mistake_is_told(task, name, body, words):
    assert words in told("losses", task, name, body)
