"""Tasks for the learner's training.py: a right one passes, each mistake is told."""

import learner
import pytest
from framework_cases import passes, told

RIGHT = learner.BODIES
# the task, the stub, a body with a mistake, words of the feedback
WRONG = [
    (
        "prepare",
        "Trainer.prepare",
        RIGHT["Trainer.prepare"].replace("self.optimizer.build(self.weights)", ""),
        "The optimizer does not know the weights",
    ),
    ("prepare", "Trainer.prepare", "self.optimizer.build([])", "call the network on the first"),
    (
        "prepare",
        "Trainer.prepare",
        RIGHT["Trainer.prepare"].replace("self.weights", "self.weights[:1]"),
        """in "the optimizer's", value 2""",
    ),
    (
        "train_step",
        "Trainer.train_step",
        RIGHT["Trainer.train_step"].replace("self.optimizer.step()\n", ""),
        "The weights do not move",
    ),
    (
        "train_step",
        "Trainer.train_step",
        RIGHT["Trainer.train_step"].replace("training=True", "training=False"),
        "Predict with training=True",
    ),
    (
        "train_step",
        "Trainer.train_step",
        RIGHT["Trainer.train_step"].replace("y_pred, sample_weight)\nloss.", "y_pred)\nloss."),
        "sample_weight is forgotten",
    ),
    (
        "run",
        "Trainer.run",
        "self.reset_metrics()\n" + RIGHT["Trainer.run"].replace("    self.reset_metrics()\n", ""),
        "reset_metrics at the start of each",
    ),
    (
        "run",
        "Trainer.run",
        RIGHT["Trainer.run"].replace("if self.stop_training", "if False"),
        "the run went on",
    ),
    (
        "measure",
        "Trainer.measure",
        RIGHT["Trainer.measure"].replace("self.reset_metrics()\n", ""),
        "the number in 'loss' is",
    ),
    (
        "measure",
        "Trainer.measure",
        RIGHT["Trainer.measure"].replace("test_step", "train_step"),
        "Measuring must not train",
    ),
    (
        "measure",
        "Trainer.measure",
        "logs = {}\nfor batch in batches:\n    self.reset_metrics()\n"
        "    logs = self.test_step(batch)\nreturn logs",
        "the last batch alone",
    ),
    (
        "a network learns",
        "Trainer.run",
        RIGHT["Trainer.run"].replace("for epoch in epochs", "for epoch in epochs[:0]"),
        "of new pictures are read right",
    ),
]


def test_a_right_loop_passes():
    passes("training", learner.written())


@pytest.mark.parametrize(("task", "name", "body", "words"), WRONG)
def test_a_mistake_is_told(task, name, body, words):
    assert words in told("training", task, name, body)
