"""Tasks for layer.py: the first weights, and what each layer computes and passes back."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from ...core.derivatives import linear
from ..assignments import Task
from .asking import ALL, close


def run_glorot(mydl, shape, seed):
    """Return two draws with generators of one seed, and the type of a third one without."""
    draw = mydl.layer.glorot_uniform
    once, again = (draw(tuple(shape), np.random.default_rng(seed)) for _ in range(2))
    return {"drawn": once, "again": again, "shape": np.shape(draw(tuple(shape)))}


def judge_glorot(answer, shape, seed):
    """Numbers that fill the range evenly, and the same ones for the same generator."""
    drawn, limit = np.asarray(answer["drawn"]), math.sqrt(6 / sum(shape))
    if drawn.shape != tuple(shape) or tuple(answer["shape"]) != tuple(shape):
        return 0.0, f"expected shape {tuple(shape)}, received {drawn.shape}."
    if not close(answer["again"], drawn):
        return 0.0, "two generators of one seed give other numbers: draw with rng."
    largest, spread = np.abs(drawn).max(), drawn.std()
    if not 0.99 * limit < largest <= limit:
        return (
            0.0,
            f"the largest number is {largest:.4f}; the limit √(6/{sum(shape)}) = {limit:.4f}.",
        )
    if abs(drawn.mean()) > limit / 30:
        return 0.0, f"the mean is {drawn.mean():.4f}, not 0: draw from -limit to limit."
    if abs(spread - limit / math.sqrt(3)) > 0.02 * limit:
        return 0.0, "the numbers do not fill the range evenly: rng.uniform(-limit, limit, shape)."
    return 1.0, ""


def run_call(mydl, x):
    """Return what Layer.__call__ tells its subclass in two calls."""
    said = []

    class Spy(mydl.layer.Layer):
        def build(self, input_shape):
            said.append(["build", *input_shape])

        def call(self, x, training=False):
            said.append(["call", bool(training)])
            return x

    layer, given = Spy(), mydl.tensor.Tensor(x)
    first = layer(given, training=True)
    second = layer(given)
    return {"calls": said, "returned": [first is given, second is given]}


def right_call(x, built=1, training=True, shape=None, returned=True):
    """Return the right answer to run_call, or one with a mistake."""
    build = [["build", *(shape or (None, *x.shape[1:]))]]
    calls = [*build, ["call", training], *(build * (built - 1)), ["call", False]]
    return {"calls": calls, "returned": [returned, returned]}


def images(rng):
    return [(rng.normal(size=(2, 3, 4)),), (rng.normal(size=(5, 2)),)]


def run_flatten(mydl, x):
    """Return Flatten's output, and the gradient of Σ output² by x."""
    t = mydl.tensor.Tensor(x, requires_grad=True, dtype="float64")
    out = mydl.layer.Flatten()(t)
    (out * out).sum().backward()
    return {"output": out.array, "∂L/∂x": t.grad}


def right_flatten(x):
    """Return the right answer to run_flatten."""
    return {"output": x.reshape(len(x), -1), "∂L/∂x": 2 * x}


def run_dense(mydl, x, kernel, bias, bent):
    """Return a Dense layer's output and gradients, and what it was built with."""
    twice = (lambda z: 2 * z) if bent else None
    layer = mydl.layer.Dense(kernel.shape[1], twice, use_bias=bias is not None)
    layer.build((None, kernel.shape[0]))
    layer.built = True
    begins = np.abs(layer.kernel.array).max() > 0
    found = {"weights": [v.name for v in layer.weights], "kernel begins at random": bool(begins)}
    layer.kernel.array[...] = kernel
    if bias is not None:
        found["bias at first"] = np.array(layer.bias.array)
        layer.bias.array[...] = bias
    out = layer(mydl.tensor.Tensor(x))
    out.sum().backward()
    found |= {"output": out.array, "∂L/∂kernel": layer.kernel.grad}
    return found if bias is None else {**found, "∂L/∂bias": layer.bias.grad}


def right_dense(x, kernel, bias, bent, scale=True, add=True, names=("kernel", "bias")):
    """Return the right answer to run_dense, or one with a mistake."""
    weights = (kernel,) if bias is None else (kernel, bias)
    z, vjps = linear.dense(x, *weights)
    z = z if add or bias is None else x @ kernel
    k = 2.0 if bent and scale else 1.0
    _, dw, *db = (vjp(np.full(z.shape, k)) for vjp in vjps)
    found = {"weights": list(names[: len(weights)]), "kernel begins at random": True}
    if bias is not None:
        found["bias at first"] = np.zeros_like(bias)
    found |= {"output": k * z, "∂L/∂kernel": dw}
    of_bias = db[0] if add and db else None
    return found if bias is None else {**found, "∂L/∂bias": of_bias}


def affine(rng):
    """Return (x, kernel, bias, whether there is an activation)."""
    x, kernel, bias = (rng.normal(size=s) for s in ((5, 3), (3, 4), (4,)))
    return [(x, kernel, bias, False), (x, kernel, bias, True), (x, kernel, None, False)]


def run_dropout(mydl, x, rate, seed):
    """Return what Dropout does in training and outside, and the gradient of Σ output."""
    layer = mydl.layer.Dropout(rate, rng=np.random.default_rng(seed))
    t = mydl.tensor.Tensor(x, requires_grad=True, dtype="float64")
    out, again = layer(t, training=True), layer(t, training=True)
    out.sum().backward()
    outside = layer(t)
    return {"out": out.array, "grad": t.grad, "again": again.array, "outside": outside.array}


def judge_dropout(answer, x, rate, seed):
    """The right share is 0, the rest is scaled, and outside of training nothing happens."""
    factor = np.asarray(answer["out"]) / x
    dropped, kept = np.mean(factor == 0), factor[factor != 0]
    if not close(answer["outside"], x):
        return 0.0, "outside of training the numbers must stay as they are: return x."
    if close(answer["out"], x):
        return 0.0, "in training nothing is dropped: does __call__ pass `training` on?"
    if abs(dropped - rate) > 0.06:
        meant = " That is the share to keep." if abs(1 - dropped - rate) < 0.06 else ""
        return 0.0, f"{dropped:.0%} of the numbers are 0, the rate is {rate:.0%}.{meant}"
    if not np.allclose(kept, 1 / (1 - rate), rtol=1e-5):
        return 0.0, f"what is kept is multiplied by {kept.mean():.3f}, not 1/(1 - rate)."
    if np.array_equal(answer["again"], answer["out"]):
        return 0.0, "the same mask came twice: draw a new one in each call, with self.rng."
    if not close(answer["grad"], factor):
        return 0.0, "the gradient must have the same mask and scale: apply masked_scale."
    return 1.0, ""


def run_sequential(mydl, x, kernels):
    """Return the output of a stack of layers, its weights, and who trained."""
    said = []

    class Spy(mydl.layer.Layer):
        def call(self, x, training=False):
            said.append(bool(training))
            return x * 2.0

    dense = [mydl.layer.Dense(k.shape[1]) for k in kernels]
    net = mydl.layer.Sequential([dense[0], Spy(), dense[1]])
    given = mydl.tensor.Tensor(x)
    net(given)
    for layer, k in zip(dense, kernels):
        layer.kernel.array[...] = k
    out = net(given, training=True)
    right = [w for layer in dense for w in (layer.kernel, layer.bias)]
    same = [a is b for a, b in zip(net.weights, right)]
    return {"output": out.array, "training": said, "weights": len(net.weights), "are": same}


def right_sequential(x, kernels, training=True, middle=2.0, weights=4):
    """Return the right answer to run_sequential, or one with a mistake."""
    out = middle * (x @ kernels[0]) @ kernels[1]
    return {
        "output": out,
        "training": [False, training] if middle > 1 else [],
        "weights": weights,
        "are": [True] * weights,
    }


def stacks(rng):
    return [(rng.normal(size=(4, 3)), [rng.normal(size=(3, 5)), rng.normal(size=(5, 2))])]


def seeds(shape):
    """Return the cases of a draw: pairs (shape, seed)."""
    return lambda rng: [(shape, int(rng.integers(10**6)))]


def dropped(rng):
    return [(rng.normal(size=(40, 50)) + 5, rate, int(rng.integers(10**6))) for rate in (0.2, 0.7)]


layer_task = partial(Task, points=1, forbidden=ALL)
single = partial(layer_task, rtol=1e-4, atol=1e-5)  # the weights are float32
TASKS = (
    layer_task("glorot_uniform", cases=seeds((200, 100)), driver=run_glorot, judge=judge_glorot),
    layer_task(
        "Layer",
        cases=images,
        reference=right_call,
        driver=run_call,
        mistakes=(
            (lambda x: right_call(x, built=2), "build comes once, at the first call: see `built`."),
            (
                lambda x: right_call(x, training=False),
                "`training` does not reach call: self.call(x, training).",
            ),
            (
                lambda x: right_call(x, shape=x.shape),
                "The number of samples is None in build's shape: another batch may be larger.",
            ),
            (lambda x: right_call(x, returned=False), "The result of call is not returned."),
        ),
    ),
    layer_task("Flatten", cases=images, reference=right_flatten, driver=run_flatten),
    single(
        "Dense",
        cases=affine,
        reference=right_dense,
        driver=run_dense,
        mistakes=(
            (lambda *a: right_dense(*a, add=False), "The output lacks the bias."),
            (lambda *a: right_dense(*a, scale=False), "The activation is not called."),
            (
                lambda *a: right_dense(*a, names=("weight", "weight")),
                'Name the weights: self.add_weight(..., name="kernel") and name="bias".',
            ),
        ),
    ),
    layer_task("Dropout", cases=dropped, driver=run_dropout, judge=judge_dropout),
    single(
        "Sequential",
        cases=stacks,
        reference=right_sequential,
        driver=run_sequential,
        mistakes=(
            (
                lambda *a: right_sequential(*a, training=False),
                "`training` does not reach the layers, so Dropout would never drop.",
            ),
            (
                lambda *a: right_sequential(*a, middle=1.0),
                "A layer was left out: the output of each is the input of the next.",
            ),
        ),
    ),
)
