"""Tasks for tensor.py: what a Tensor holds, what `apply` computes, and what it records."""

from __future__ import annotations

import numpy as np

from ..assignments import Task
from .asking import ALL


def run_init(mydl, numbers, dtype):
    """Return what a new Tensor holds, and whether it keeps its numbers to itself."""
    given = np.array(numbers)
    t = mydl.tensor.Tensor(given, requires_grad=True, dtype=dtype)
    later = mydl.tensor.Tensor(given)
    given += 1
    return {
        "array": t.array,
        "dtype": str(t.array.dtype),
        "dtype without asking": str(later.array.dtype),
        "requires_grad": [bool(t.requires_grad), bool(later.requires_grad)],
        "grad": t.grad,
        "born in order": bool(t.birth < later.birth),
    }


def right_init(numbers, dtype, shared=0.0, default="float32", grows=True):
    """Return the right answer to run_init, or one with a mistake."""
    return {
        "array": (np.asarray(numbers) + shared).astype(dtype),
        "dtype": dtype,
        "dtype without asking": default,
        "requires_grad": [True, False],
        "grad": None,
        "born in order": grows,
    }


def numbers(rng):
    return [(rng.normal(size=shape), "float64") for shape in ((3,), (2, 3))]


def run_apply(mydl, a, b, w):
    """Return the values of expressions of tensors and numbers."""

    def tensor(array):
        return mydl.tensor.Tensor(array, requires_grad=True, dtype="float64")

    x, y, m = tensor(a), tensor(b), tensor(w)
    found = {
        "x - y": x - y,
        "2 * x": 2 * x,
        "1 - x / 3": 1 - x / 3,
        "x @ w": x @ m,
        "x.sum(axis=0)": x.sum(axis=0),
        "array * x": b * x,
        "x.mean()": x.mean(),
        "x.reshape(-1)": x.reshape(-1),
    }
    wrong = [text for text, t in found.items() if not isinstance(t, mydl.tensor.Tensor)]
    if wrong:
        raise TypeError(f"{wrong[0]} is no Tensor: return Tensor.of(array) from apply")
    return {text: t.array for text, t in found.items()}


def right_apply(a, b, w):
    """Return the right answer to run_apply."""
    return {
        "x - y": a - b,
        "2 * x": 2 * a,
        "1 - x / 3": 1 - a / 3,
        "x @ w": a @ w,
        "x.sum(axis=0)": a.sum(axis=0),
        "array * x": b * a,
        "x.mean()": a.mean(),
        "x.reshape(-1)": a.reshape(-1),
    }


def arrays(rng):
    return [(rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=(3, 4)))]


def run_record(mydl, a, b, g):
    """Return what the results of ops remember."""
    Tensor, no_grad = mydl.tensor.Tensor, mydl.tensor.no_grad
    x = Tensor(a, requires_grad=True, dtype="float64")
    y = Tensor(b, dtype="float64")
    z, free = x * y, y * y
    with no_grad():
        paused = x * y
    both = z - x
    return {
        "x * y knows its op": getattr(z.op, "__name__", None),
        "x * y: edges": len(z.edges),
        "x * y: parents": [parent is x for parent, _ in z.edges],
        "x * y: ∂L/∂x": [vjp(g) for _, vjp in z.edges],
        "x * y: requires_grad": bool(z.requires_grad),
        "x * y - x: parents": [parent is z or parent is x for parent, _ in both.edges],
        "no input needs a gradient: edges": len(free.edges),
        "no input needs a gradient: requires_grad": bool(free.requires_grad),
        "inside no_grad: edges": len(paused.edges),
        "inside no_grad: requires_grad": bool(paused.requires_grad),
    }


def right_record(a, b, g, all_inputs=False, paused=0, needs=True):
    """Return the right answer to run_record, or one with a mistake."""
    gradients = [g * b, g * a] if all_inputs else [g * b]
    return {
        "x * y knows its op": "mul",
        "x * y: edges": len(gradients),
        "x * y: parents": [True, False][: len(gradients)],
        "x * y: ∂L/∂x": gradients,
        "x * y: requires_grad": needs,
        "x * y - x: parents": [True, True],
        "no input needs a gradient: edges": 2 * all_inputs,
        "no input needs a gradient: requires_grad": all_inputs,
        "inside no_grad: edges": paused,
        "inside no_grad: requires_grad": paused > 0,
    }


def products(rng):
    return [tuple(rng.normal(size=(2, 3)) for _ in range(3))]


def run_receive(mydl, a, first, second):
    """Return the gradient after one and after two gradients, and the ones that were given."""
    x = mydl.tensor.Tensor(a, requires_grad=True, dtype="float64")
    before, after = np.array(first), np.array(second)
    x.receive(before)
    once = np.array(x.grad)
    x.receive(after)
    return {"after one": once, "after two": x.grad, "the first": before, "the second": after}


def right_receive(a, first, second, total=np.add, kept=None):
    """Return the right answer to run_receive, or one with a mistake."""
    two = total(first, second)
    return {
        "after one": first,
        "after two": two,
        "the first": first if kept is None else kept(first, second),
        "the second": second,
    }


TASKS = (
    Task(
        "Tensor",
        1,
        numbers,
        right_init,
        driver=run_init,
        forbidden=ALL,
        mistakes=(
            (
                lambda x, d: right_init(x, d, shared=1.0),
                "The array is shared with who gave it: np.array(...) copies, np.asarray does not.",
            ),
            (
                lambda x, d: right_init(x, d, default="float64"),
                "Without dtype= the numbers become float32: np.array(data, dtype=dtype).",
            ),
            (
                lambda x, d: right_init(x, d, grows=False),
                "birth = next(_births): what comes later has a larger one.",
            ),
        ),
    ),
    Task("apply", 1, arrays, right_apply, driver=run_apply, forbidden=ALL),
    Task(
        "record",
        1,
        products,
        right_record,
        driver=run_record,
        forbidden=ALL,
        mistakes=(
            (
                lambda *a: right_record(*a, all_inputs=True),
                "Only inputs with requires_grad get an edge; and without one, the result stays.",
            ),
            (
                lambda *a: right_record(*a, paused=1),
                "Inside no_grad() nothing is recorded: apply looks at switches.pauses.",
            ),
            (
                lambda *a: {**right_record(*a, needs=False), "x * y - x: parents": [True]},
                "A result with edges needs a gradient itself: result.requires_grad = True.",
            ),
        ),
    ),
    Task(
        "receive",
        1,
        products,
        right_receive,
        driver=run_receive,
        forbidden=ALL,
        mistakes=(
            (
                lambda *a: right_receive(*a, total=lambda first, second: second),
                "You overwrote instead of accumulated: gradients add up until .grad is None.",
            ),
            (
                lambda *a: right_receive(*a, kept=np.add),
                "The sum was written into the first gradient: make a new array for it.",
            ),
        ),
    ),
)
