"""Tasks for the learner's backward.py: a right one passes, each mistake is told."""

import learner
import numpy as np
import pytest
from framework_cases import passes, told

from minidl.homework.framework import backward

RIGHT = learner.BODIES
SUM = "sums[id(parent)] = sums.get(id(parent), 0) + part"
# the task, the stub, a body with a mistake, words of the feedback
WRONG = [
    ("sum_to", "sum_to", "return g", "sum over the axes that were repeated"),
    ("sum_to", "sum_to", RIGHT["sum_to"].replace("sum(", "mean("), "the sum, not the mean"),
    (
        "sum_to",
        "sum_to",
        "return g.sum(axis=tuple(range(g.ndim - len(shape))))",
        "sum over them with keepdims=True",
    ),
    (
        "newest_first",
        "newest_first",
        RIGHT["newest_first"].replace(", reverse=True", ""),
        "reverse=True",
    ),
    (
        "newest_first",
        "newest_first",
        RIGHT["newest_first"].replace("found, stack = {id(root): root}", "found, stack = {}"),
        "The root itself is missing",
    ),
    (
        "backward",
        "backward",
        RIGHT["backward"].replace("tensor.receive(g.copy())", "pass"),
        "No gradient arrived",
    ),
    (
        "used twice",
        "backward",
        RIGHT["backward"].replace(SUM, "sums[id(parent)] = part"),
        "Add up what arrives",
    ),
    (
        "used twice",
        "backward",
        RIGHT["backward"].replace(SUM, "sums.setdefault(id(parent), part)"),
        "Add up what arrives",
    ),
    (
        "order",
        "newest_first",
        "found = []\n"
        "def visit(tensor):\n"
        "    if not any(tensor is t for t in found):\n"
        "        found.append(tensor)\n"
        "        for parent, _ in tensor.edges:\n"
        "            visit(parent)\n"
        "visit(root)\n"
        "return found",
        "go through newest_first in order",
    ),
    (
        "broadcasting",
        "backward",
        RIGHT["backward"].replace("sum_to(parent.array.shape, vjp(g))", "vjp(g)"),
        "bring the part to the parent's shape with sum_to",
    ),
    (
        "leaves",
        "backward",
        RIGHT["backward"]
        .replace("g.copy()", "g")
        .replace("sums.get(id(parent), 0) + ", "")
        .replace("sum_to(parent.array.shape, vjp(g))", "vjp(g)"),
        "a leaf receives a copy",
    ),
    (
        "leaves",
        "backward",
        RIGHT["backward"].replace("    if not tensor.edges:\n        tensor.r", "    tensor.r"),
        "Only leaves",
    ),
    (
        "leaves",
        "backward",
        RIGHT["backward"].replace("tensor.receive(g.copy())", "tensor.grad = g.copy()"),
        "add up until .grad is set to None",
    ),
    (
        "freed graphs",
        "backward",
        RIGHT["backward"].replace("tensor.edges = FREED", "pass"),
        "raises GraphError",
    ),
    (
        "deep graphs",
        "newest_first",
        "found = {}\n"
        "def visit(tensor):\n"
        "    if id(tensor) not in found:\n"
        "        found[id(tensor)] = tensor\n"
        "        for parent, _ in tensor.edges:\n"
        "            visit(parent)\n"
        "visit(root)\n"
        "return sorted(found.values(), key=lambda t: t.birth, reverse=True)",
        "RecursionError",
    ),
]


def test_a_right_backward_passes():
    passes("backward", learner.written())


@pytest.mark.parametrize(("task", "name", "body", "words"), WRONG)
def test_a_mistake_is_told(task, name, body, words):
    assert words in told("backward", task, name, body)


def test_the_order_is_judged_by_its_gradients():
    a, b = np.full(2, 3.0), np.full(2, 0.5)
    through = sum(0.75**i for i in range(8))  # z = 0.75·z + y, eight times
    right = {"∂L/∂x": np.full(2, 0.75**8), "∂L/∂y": np.full(2, through)}
    for factor, share in ((1, 1.0), (1 + 0.9e-6, 1.0), (1 + 1.2e-6, 0.0), (0, 0.0)):
        answer = {name: factor * g for name, g in right.items()}
        found, said = backward.judge_order(answer, a, b, "diamonds")
        assert found == share and said.endswith("go through newest_first in order.") != share
