"""Tasks for the learner's tensor.py: a right one passes, each mistake is told."""

import learner
import pytest
from framework_cases import passes, told

RIGHT = learner.BODIES
# the task, the stub, a body with a mistake, words of the feedback
WRONG = [
    (
        "Tensor",
        "Tensor.__init__",
        RIGHT["Tensor.__init__"].replace("np.array", "np.asarray"),
        "np.array(...) copies",
    ),
    (
        "Tensor",
        "Tensor.__init__",
        RIGHT["Tensor.__init__"].replace(", dtype=dtype", ""),
        "expected 'float32' in 'dtype without asking'",
    ),
    (
        "Tensor",
        "Tensor.__init__",
        RIGHT["Tensor.__init__"].replace("next(_births)", "0"),
        "what comes later has a larger one",
    ),
    ("apply", "apply", RIGHT["apply"].replace("inputs = tensors(inputs)\n", ""), "AttributeError"),
    ("apply", "apply", "return op(*[x.array for x in tensors(inputs)])[0]", "TypeError"),
    (
        "apply",
        "apply",
        RIGHT["apply"].replace("return result", "return array"),
        "x - y is no Tensor: return Tensor.of(array)",
    ),
    (
        "record",
        "apply",
        RIGHT["apply"].replace("if switches.pauses == 0", "if True"),
        "apply looks at switches.pauses",
    ),
    (
        "record",
        "record",
        "edges = list(zip(inputs, vjps))\n"
        "result.requires_grad, result.op, result.edges = True, op, edges",
        "Only inputs with requires_grad get an edge",
    ),
    (
        "record",
        "record",
        RIGHT["record"].replace(
            "result.requires_grad, result.op, result.edges = True, op, edges",
            "result.op, result.edges = op, edges",
        ),
        "result.requires_grad = True",
    ),
    ("receive", "Tensor.receive", "self.grad = gradient", "overwrote instead of accumulated"),
    (
        "receive",
        "Tensor.receive",
        "if self.grad is None:\n    self.grad = gradient\nelse:\n    self.grad += gradient",
        "written into the first gradient",
    ),
]


def test_a_right_tensor_passes():
    passes("tensor", learner.written())


@pytest.mark.parametrize(("task", "name", "body", "words"), WRONG)
def test_a_mistake_is_told(task, name, body, words):
    assert words in told("tensor", task, name, body)
