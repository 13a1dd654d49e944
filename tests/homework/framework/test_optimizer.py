"""Tasks for the learner's optimizer.py: right ones pass, each mistake is told."""

import learner
import pytest
from framework_cases import passes, told

RIGHT = learner.BODIES
# the task, the stub, a body with a mistake, words of the feedback
WRONG = [
    (
        "step",
        "Optimizer.step",
        RIGHT["Optimizer.step"].replace("        v.grad = None\n", ""),
        "v.grad = None, or they add up",
    ),
    (
        "step",
        "Optimizer.step",
        RIGHT["Optimizer.step"].replace("self.iterations + 1", "self.iterations"),
        "counts from 1",
    ),
    (
        "step",
        "Optimizer.step",
        RIGHT["Optimizer.step"].replace("self.iterations += 1", "pass"),
        "Count the step",
    ),
    (
        "step",
        "Optimizer.step",
        "self.build(self.trainable_variables)\n" + RIGHT["Optimizer.step"],
        "create them once, in build",
    ),
    ("SGD", "SGD.update", RIGHT["SGD.update"].replace("w -= lr * g", "w += lr * g", 1), "climbs"),
    ("SGD", "SGD.update", "w = w - lr * g", "numbers differ"),
    (
        "momentum",
        "SGD.update",
        RIGHT["SGD.update"].replace("velocity *= self.momentum\n", ""),
        "Without μ nothing is ever forgotten",
    ),
    (
        "momentum",
        "SGD.update",
        RIGHT["SGD.update"].replace("w += self", "w -= self"),
        "so w ← w + v",
    ),
    (
        "momentum",
        "SGD.update",
        RIGHT["SGD.update"].replace(
            "velocity *= self.momentum\nvelocity -= lr * g",
            "velocity = self.momentum * velocity - lr * g",
        ),
        "velocity is not kept",
    ),
    (
        "nesterov",
        "SGD.update",
        RIGHT["SGD.update"].replace("if self.nesterov", "if False"),
        "That is plain momentum",
    ),
    ("Adam", "Adam.begin_step", "self.correction = 1.0", "The correction is missing"),
    ("Adam", "Adam.update", RIGHT["Adam.update"].replace("g**2", "abs(g)"), "squares, g²"),
    (
        "Adam",
        "Adam.update",
        RIGHT["Adam.update"].replace("(1 - self.beta_1) * g", "self.beta_1 * g"),
        "β₁ in front of g",
    ),
    (
        "Adam",
        "Adam.update",
        RIGHT["Adam.update"].replace("np.sqrt(v)", "v"),
        "The root is missing",
    ),
]


def test_right_optimizers_pass():
    passes("optimizer", learner.written())


@pytest.mark.parametrize(("task", "name", "body", "words"), WRONG)
def test_a_mistake_is_told(task, name, body, words):
    assert words in told("optimizer", task, name, body)
