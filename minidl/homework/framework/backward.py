"""Tasks for backward.py: sums over broadcast axes, the order of the walk, and gradients."""

from __future__ import annotations

import numpy as np

from ..assignments import Task
from ..differences import difference
from .asking import ALL


def run_sum_to(mydl, shape, g):
    """Return sum_to's result."""
    return np.asarray(mydl.backward.sum_to(tuple(shape), g))


def right_sum_to(shape, g, how=np.sum, stretched=True):
    """Return the gradient summed to this shape, or what a mistake gives."""
    added = g.ndim - len(shape)
    z = how(g, axis=tuple(range(added)))
    ones = tuple(i for i, n in enumerate(shape) if n == 1)
    return np.asarray(how(z, axis=ones, keepdims=True) if stretched else z)


def repeated(rng):
    """Return (shape, g) for each way in which an array is repeated."""
    shapes = (((3,), (4, 3)), ((2, 1), (2, 3)), ((1, 3), (5, 2, 3)), ((), (2, 3)), ((2,), (2,)))
    return [(small, rng.normal(size=large)) for small, large in shapes]


def run_order(mydl, a, b):
    """Return the names of the tensors in the order of newest_first."""
    x = mydl.tensor.Tensor(a, requires_grad=True)
    y = mydl.tensor.Tensor(b, requires_grad=True)
    p = x * y
    q = p + x
    r = p * q
    names = {id(t): name for t, name in ((x, "x"), (y, "y"), (p, "p"), (q, "q"), (r, "r"))}
    return [names.get(id(t), "?") for t in mydl.backward.newest_first(r)]


def run_gradients(mydl, a, b, which):
    """Return the gradients of x and y for one expression of them."""
    x = mydl.tensor.Tensor(a, requires_grad=True, dtype="float64")
    y = mydl.tensor.Tensor(b, requires_grad=True, dtype="float64")
    expression(which, x, y).backward()
    return {"∂L/∂x": x.grad, "∂L/∂y": y.grad}


def expression(which, x, y):
    """Return a number computed from x and y."""
    if which == "tree":
        return (x * y - y).sum()
    if which == "shared":
        return (x * x + x * y - y / x).sum()
    if which == "broadcast":
        return (x * y + y).mean()
    z = x
    for _ in range(8):
        z = z * 0.5 + z * 0.25 + y
    return z.sum()


def right_gradients(a, b, which):
    """Return the gradients, worked out by hand."""
    if which == "tree":
        return {"∂L/∂x": b, "∂L/∂y": a - 1}
    if which == "shared":
        return {"∂L/∂x": 2 * a + b + b / a**2, "∂L/∂y": a - 1 / a}
    if which == "broadcast":
        dx = np.broadcast_to(b / a.size, a.shape)
        return {"∂L/∂x": dx, "∂L/∂y": (a + 1).sum(axis=0) / a.size}
    through = sum(0.75**i for i in range(8))
    return {"∂L/∂x": np.full_like(a, 0.75**8), "∂L/∂y": np.full_like(b, through)}


def same_shapes(which):
    """Return the cases of an expression of two arrays of one shape."""

    def cases(rng):
        return [(rng.normal(size=(2, 3)) + 3, rng.normal(size=(2, 3)), which) for _ in range(2)]

    return cases


def judge_order(answer, a, b, which):
    """Each tensor of the chain is used twice by the next, and none may pass on too early."""
    fault = difference(right_gradients(a, b, which), answer, 1e-6, 1e-9)
    return (0.0, f"{fault}. {SORT}") if fault else (1.0, "")


def rows(rng):
    return [(rng.normal(size=(4, 3)), rng.normal(size=3), "broadcast")]


def run_leaves(mydl, a, b):
    """Return what a sum of two leaves leaves behind, and whether their gradients are two arrays."""
    x = mydl.tensor.Tensor(a, requires_grad=True, dtype="float64")
    y = mydl.tensor.Tensor(b, requires_grad=True, dtype="float64")
    middle = x + y
    middle.sum().backward()
    x.grad[...] = 7.0
    first = np.array(y.grad)
    (2 * y).sum().backward()
    return {
        "grad of what is no leaf": middle.grad,
        "grad of y, after that of x was changed": first,
        "grad of y after a second graph": y.grad,
    }


def right_leaves(a, b, alias=1.0, second=3.0):
    """Return the right answer to run_leaves, or one with a mistake."""
    return {
        "grad of what is no leaf": None,
        "grad of y, after that of x was changed": np.full_like(b, alias),
        "grad of y after a second graph": np.full_like(b, second),
    }


def run_freed(mydl, a, b):
    """Return what a second walk through the same graph gives."""
    x = mydl.tensor.Tensor(a, requires_grad=True, dtype="float64")
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    twice = np.array(x.grad)
    try:
        loss.backward()
    except mydl.backward.GraphError:
        return {"two walks": twice, "a third one": "GraphError"}
    return {"two walks": twice, "a third one": "no error"}


def right_freed(a, b, third="GraphError"):
    """Return the right answer to run_freed, or one with a mistake."""
    return {"two walks": 4 * np.asarray(a), "a third one": third}


def run_deep(mydl, a, b):
    """Return the gradient at the other end of a chain of 5 000 ops."""
    x = mydl.tensor.Tensor(a, requires_grad=True, dtype="float64")
    y = x
    for _ in range(5000):
        y = y + 1.0
    y.sum().backward()
    return np.array(x.grad)


def two(rng):
    return [(rng.normal(size=3), rng.normal(size=3))]


ACCUMULATE = "Add up what arrives: a tensor that is used twice gets the sum of both parts."
SORT = (
    "A tensor may pass its gradient on only when all who use it have added theirs: go through "
    "newest_first in order."
)
TASKS = (
    Task(
        "sum_to",
        1,
        repeated,
        right_sum_to,
        driver=run_sum_to,
        forbidden=ALL,
        mistakes=(
            (
                lambda shape, g: right_sum_to(shape, g, stretched=False),
                "Axes of size 1 were stretched too: sum over them with keepdims=True.",
            ),
            (lambda shape, g: g, "g comes back as it was: sum over the axes that were repeated."),
            (
                lambda shape, g: right_sum_to(shape, g, np.mean),
                "Each copy passes on its own gradient: the sum, not the mean.",
            ),
            (
                lambda shape, g: g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1)),
                "Axes of size 1 stay: keepdims=True.",
            ),
        ),
    ),
    Task(
        "newest_first",
        1,
        two,
        lambda a, b: ["r", "q", "p", "y", "x"],
        driver=run_order,
        forbidden=ALL,
        mistakes=(
            (lambda a, b: ["x", "y", "p", "q", "r"], "That is oldest first: reverse=True."),
            (
                lambda a, b: ["r", "q", "p", "p", "y", "x", "x"],
                "Each tensor once: look whether its id has been found before.",
            ),
            (lambda a, b: ["q", "p", "y", "x"], "The root itself is missing."),
            (lambda a, b: ["r", "q", "p"], "The leaves x and y are missing."),
        ),
    ),
    Task(
        "backward",
        1,
        same_shapes("tree"),
        right_gradients,
        driver=run_gradients,
        forbidden=ALL,
        mistakes=(
            (
                lambda a, b, which: {"∂L/∂x": None, "∂L/∂y": None},
                "No gradient arrived: call tensor.receive(g) for tensors without edges.",
            ),
        ),
    ),
    Task(
        "used twice",
        1,
        same_shapes("shared"),
        right_gradients,
        driver=run_gradients,
        forbidden=ALL,
        mistakes=tuple(
            ((lambda a, b, which, x=x, y=y: {"∂L/∂x": x(a, b), "∂L/∂y": y(a, b)}), ACCUMULATE)
            for x in (lambda a, b: a, lambda a, b: b, lambda a, b: b / a**2, lambda a, b: 2 * a)
            for y in (lambda a, b: a, lambda a, b: -1 / a, lambda a, b: a - 1 / a)
        ),
    ),
    Task(
        "order",
        1,
        same_shapes("diamonds"),
        driver=run_gradients,
        judge=judge_order,
        forbidden=ALL,
    ),
    Task(
        "broadcasting",
        1,
        rows,
        right_gradients,
        driver=run_gradients,
        forbidden=ALL,
        mistakes=(
            (
                lambda a, b, which: {
                    "∂L/∂x": np.broadcast_to(b / a.size, a.shape),
                    "∂L/∂y": (a + 1) / a.size,
                },
                "y was repeated for each row: bring the part to the parent's shape with sum_to.",
            ),
        ),
    ),
    Task(
        "leaves",
        1,
        two,
        right_leaves,
        driver=run_leaves,
        forbidden=ALL,
        mistakes=(
            (
                lambda a, b: right_leaves(a, b, alias=7.0, second=9.0),
                "x and y have the same array as gradient: a leaf receives a copy, g.copy().",
            ),
            (
                lambda a, b: right_leaves(a, b, second=2.0),
                "Gradients of several graphs add up until .grad is set to None.",
            ),
            (
                lambda a, b: {**right_leaves(a, b), "grad of what is no leaf": np.ones_like(a)},
                "Only leaves, tensors without edges, receive their gradient.",
            ),
        ),
    ),
    Task(
        "freed graphs",
        1,
        two,
        right_freed,
        driver=run_freed,
        forbidden=ALL,
        mistakes=(
            (
                lambda a, b: right_freed(a, b, third="no error"),
                "After a walk without retain_graph the edges are FREED, and the next one raises "
                "GraphError.",
            ),
        ),
    ),
    Task(
        "deep graphs",
        1,
        two,
        lambda a, b: np.ones_like(a),
        driver=run_deep,
        forbidden=ALL,
        limit=30,
    ),
)
