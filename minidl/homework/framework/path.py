"""The learner's files in their order, with the tasks of each and the programs that run then."""

from __future__ import annotations

from dataclasses import dataclass

from ..assignments import Task
from . import (
    backward,
    derivatives,
    layer,
    learning,
    losses,
    nonlinear,
    optimizer,
    tensor,
    training,
)


@dataclass(frozen=True)
class Step:
    """A file to write. chapters: those that explain it. programs: what runs on all files so far."""

    file: str
    module: str
    chapters: str
    tasks: tuple[Task, ...]
    programs: tuple[str, ...] = ()


STEPS = (
    Step("derivatives/", "derivatives", "chapters 1 and 2", derivatives.TASKS + nonlinear.TASKS),
    Step("tensor.py", "tensor", "chapter 2", tensor.TASKS),
    Step("backward.py", "backward", "chapter 2", backward.TASKS, ("perceptron.py",)),
    Step("layer.py", "layer", "chapter 3", layer.TASKS),
    Step("losses.py", "losses", "chapter 4", losses.TASKS),
    Step("optimizer.py", "optimizer", "chapters 6 and 9", optimizer.TASKS, ("xor.py",)),
    Step(
        "training.py",
        "training",
        "chapters 5 and 7",
        training.TASKS + learning.TASKS,
        ("mnist.py", "beside.py"),
    ),
)
