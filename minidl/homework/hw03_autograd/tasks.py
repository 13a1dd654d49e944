"""An autograd engine: numbers that remember what they were made from."""

import math

from minidl.homework.assignments import Task


def numbers(rng):
    return [(rng.normal(size=3).tolist(),) for _ in range(3)]


def _expression(a, b, c, exp):
    return a * b + exp(c * 2.0) + b * b * 0.5 + a


def _slopes(a, b, c):
    return [b + 1, a + b, 2 * math.exp(2 * c)]


def _build(Value, inputs):
    a, b, c = (Value(x) for x in inputs)
    return [a, b, c], _expression(a, b, c, lambda v: v.exp())


def run_forward(Value, inputs):
    made, out = _build(Value, inputs)
    return [
        float(out.value),
        *[float(v.value) for v in made],
        float((2.0 * made[0] + 1.0).value),
        float((1.0 + made[1]).value),
    ]


def forward(inputs):
    a, b, c = inputs
    return [_expression(a, b, c, math.exp), a, b, c, 2 * a + 1, 1 + b]


def run_backward(Value, inputs):
    """A tree: no number is used twice."""
    a, b, c = (Value(x) for x in inputs)
    (a * b + c.exp()).backward()
    return [float(v.grad) for v in (a, b, c)]


def backward(inputs):
    a, b, c = inputs
    return [b, a, math.exp(c)]


def run_shared(Value, inputs):
    made, out = _build(Value, inputs)
    out.backward()
    return [float(v.grad) for v in made]


def shared(inputs):
    return _slopes(*inputs)


def run_diamond(Value, inputs):
    """Each number is used twice by the next: who visits one before all who use it are done, gets it
    wrong.
    """
    x = Value(inputs[0])
    y = x
    for _ in range(12):
        y = y * 0.5 + y * 0.25 + x
    y.backward()
    return float(x.grad)


def diamond(inputs):
    slope = 1.0
    for _ in range(12):
        slope = 0.75 * slope + 1
    return slope


def run_long(Value, inputs):
    x = Value(inputs[0])
    y = x
    for _ in range(20_000):
        y = y + 1.0
    y.backward()
    return float(x.grad)


def last_use(of_a, of_b):
    """What `shared` gives to who keeps only one of the uses of a number."""
    return lambda i: [(1.0, i[1])[of_a], (i[0], 0.5 * i[1], i[1])[of_b], 2 * math.exp(2 * i[2])]


ENGINE = {"target": "Value", "forbidden": ("minidl.tensor.Tensor.backward",)}
TASKS = [
    Task(
        "forward",
        2,
        numbers,
        forward,
        driver=run_forward,
        **ENGINE,
        mistakes=(
            (
                lambda i: [forward(i)[0] - math.exp(2 * i[2]) + math.exp(i[2]), *forward(i)[1:]],
                "exp of c·2 was asked, it seems you took exp of c.",
            ),
            (
                lambda i: [i[0] * i[1] * 0.5 + math.exp(2 * i[2]), *forward(i)[1:]],
                "A sum lost a part.",
            ),
            (
                lambda i: [*forward(i)[:4], 2 * i[0], i[1]],
                "2·a + 1 lost its 1: numbers without a Value must work on both sides.",
            ),
        ),
    ),
    Task(
        "backward",
        3,
        numbers,
        backward,
        driver=run_backward,
        **ENGINE,
        mistakes=(
            (
                lambda i: [i[0], i[1], math.exp(i[2])],
                "∂(a·b)/∂a is b, and ∂(a·b)/∂b is a; you have them exchanged.",
            ),
            (lambda i: [i[1], i[0], 1.0], "exp' is exp itself."),
            (
                lambda i: [0.0, 0.0, 0.0],
                "No gradient arrived: start with 1 at the end, and hand on to the parents.",
            ),
        ),
    ),
    Task(
        "shared",
        3,
        numbers,
        shared,
        driver=run_shared,
        **ENGINE,
        mistakes=tuple(
            (
                last_use(a, b),
                "You overwrote instead of accumulated: a number used twice collects from both, "
                "grad += ...",
            )
            for a in (0, 1)
            for b in (0, 1, 2)
        ),
    ),
    Task(
        "order",
        3,
        numbers,
        diamond,
        driver=run_diamond,
        **ENGINE,
        mistakes=(
            (lambda i: 1.0, "You overwrote instead of accumulated: x is used in every step."),
            (lambda i: 0.25**12, "You overwrote instead of accumulated: x is used in every step."),
            (
                lambda i: 2.0,
                "A number may pass its gradient on only when all who use it have added theirs: "
                "sort the graph first.",
            ),
            (
                lambda i: 13.0,
                "A number may pass its gradient on only when all who use it have added theirs: "
                "sort the graph first.",
            ),
        ),
    ),
    Task(
        "depth",
        2,
        numbers,
        lambda i: 1.0,
        driver=run_long,
        **ENGINE,
        limit=30,
        mistakes=(
            (lambda i: 0.0, "The gradient did not arrive at the other end of a long chain."),
            (lambda i: 2.0, "The gradient of a sum is 1 for each part."),
            (lambda i: 20_001.0, "Each step adds to the same number: only x itself collects."),
        ),
    ),
]
