"""Recurrent networks: a simple one by hand, backwards through time, and a gated cell that learns."""

import numpy as np

import minidl
from minidl.homework.assignments import Task

TAPE = ("minidl.tensor.Tensor.backward",)
LAYERS = tuple(
    f"minidl.layers.{name}{kind}" for name in ("SimpleRNN", "LSTM", "GRU") for kind in ("", "Cell")
)


# --- a simple recurrent network


def walked(x, h, W, U, b, carry=True, bend=np.tanh):
    """All states, or those with a mistake: carry=False begins each step with h again; bend stands
    for tanh.
    """
    states, now = [], h
    for t in range(x.shape[1]):
        now = bend(x[:, t] @ W + (now if carry else h) @ U + b)
        states.append(now)
    return np.stack(states, axis=1)


def walked_back(g, x, h, states, W, U, carry=True, slope=True, own=False, only_last=False):
    """The gradients, or those with a mistake: without what comes back from the step after; without
    tanh'; with the state of the step itself in U's; or with the last step alone in the weights'.
    """
    dx, dW, dU, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(U), np.zeros(len(U))
    back = np.zeros_like(h)
    for t in range(x.shape[1] - 1, -1, -1):
        before = states[:, t - 1] if t else h
        dz = g[:, t] + (back if carry else 0)
        dz = dz * (1 - states[:, t] ** 2) if slope else dz
        dx[:, t], back = dz @ W.T, dz @ U.T
        if only_last and t < x.shape[1] - 1:
            continue
        dW += x[:, t].T @ dz
        dU += (states[:, t] if own else before).T @ dz
        db += dz.sum(axis=0)
    return dx, back, dW, dU, db


def forward(x, h, W, U, b):
    return walked(x, h, W, U, b)


def backward(g, x, h, states, W, U):
    return walked_back(g, x, h, states, W, U)


def _network(rng, n, d, u):
    return rng.normal(size=(d, u)), rng.normal(size=(u, u)) * 0.6, rng.normal(size=u) * 0.3


def sequences(rng):
    return [
        (rng.normal(size=(n, T, d)), rng.normal(size=(n, u)), *_network(rng, n, d, u))
        for n, T, d, u in ((4, 5, 3, 2), (1, 1, 2, 3), (3, 4, 3, 3))
    ]


def sequences_back(rng):
    return [
        (rng.normal(size=(*x.shape[:2], len(b))), x, h, forward(x, h, W, U, b), W, U)
        for x, h, W, U, b in sequences(rng)
    ]


# --- clipping


def length(gradients):
    return np.sqrt(sum((g**2).sum() for g in gradients))


def clipped(gradients, most):
    norm = length(gradients)
    return [g * (most / norm if norm > most else 1.0) for g in gradients]


def lengths(rng):
    """Gradients that are too long, long enough, short, and all 0."""
    shapes = ((3, 2), (4,), (2, 2, 2))
    return [
        ([rng.normal(size=s) * size for s in shapes], most)
        for size, most in ((10.0, 1.0), (1.0, 2.5), (0.01, 1.0), (0.0, 0.5))
    ]


# --- a gated cell


def cells(rng):
    return [
        tuple(
            a.astype("float32")
            for a in (
                rng.normal(size=(n, T, d)),
                rng.normal(size=(n, T, u)),
                rng.normal(size=(d, 3 * u)),
                rng.normal(size=(u, 3 * u)),
                rng.normal(size=3 * u),
            )
        )
        for n, T, d, u in ((3, 4, 2, 3), (2, 1, 4, 2))
    ]


def run_cell(kind, x, g, *weights):
    """All outputs, the gradients of x, and those of W, U and b."""
    layer = minidl.layers.RNN(kind(g.shape[2]), return_sequences=True)
    layer.build(x.shape)
    layer.set_weights(weights)
    inputs = minidl.Tensor(x, requires_grad=True)
    outputs = layer(inputs)
    outputs.backward(gradient=g)
    zeros = [np.zeros(w.shape, "float32") for w in (x, *weights)]
    found = [inputs.grad, *[v.grad for v in layer.trainable_variables]]
    return [outputs.numpy(), *[z if v is None else v for v, z in zip(found, zeros)]]


class _Gated:
    """A cell by its formula; mix: how the old state and the candidate are put together; reset: what
    of the old state the candidate sees; order: 1, or -1 for z and r exchanged.
    """

    def __init__(self, weights, mix, reset, order):
        self.weights, self.state_size = weights, weights[1].shape[0]
        self.mix, self.reset, self.order = mix, reset, order

    def call(self, x, states):
        ops, h, u = minidl.ops, states[0], self.state_size
        W, U, b = self.weights
        of_x = ops.matmul(x, W) + b
        both = ops.sigmoid(of_x[:, : 2 * u] + ops.matmul(h, U[:, : 2 * u]))
        z, r = (both[:, :u], both[:, u:])[:: self.order]
        k = ops.tanh(of_x[:, 2 * u :] + ops.matmul(self.reset(r, h), U[:, 2 * u :]))
        new = self.mix(z, h, k)
        return new, [new]


def gated(
    mix=lambda z, h, k: z * h + (1 - z) * k, reset=lambda r, h: r * h, order=1, only_out=False
):
    """What run_cell gives for the right cell, or for one with a mistake."""

    def answer(x, g, *weights):
        inputs, *tensors = [minidl.Tensor(a, requires_grad=True) for a in (x, *weights)]
        cell = _Gated(tensors, mix, reset, order)
        outputs = minidl.layers.RNN(cell, return_sequences=True)(inputs)
        outputs.backward(gradient=g)
        gradients = [t.grad for t in (inputs, *tensors)]
        return [outputs.numpy(), *[v * 0 if only_out else v for v in gradients]]

    return answer


# --- a cell that learns

STEPS, MOST_UNITS = 10, 16
SCALE = [(0.95, 1.0), (0.8, 0.5)]


def questions(rng):
    """512 sequences to learn from, with their answers, and 2000 to be examined on: is the first
    step's number along a hidden direction positive?
    """
    hidden = rng.normal(size=3)
    hidden /= np.linalg.norm(hidden)
    x = rng.normal(size=(2512, STEPS, 4))
    x[:, :, 0] = np.arange(STEPS) == 0
    side = np.sign(x[:, 0, 1:] @ hidden)
    x[:, 0, 1:] += 0.5 * side[:, None] * hidden  # no question lies near the border
    x, y = x.astype("float32"), (side > 0).astype("float32")
    return [(x[:512], y[:512], x[512:], y[512:])]


def train(remember, x, y):
    """The weights of the trained model."""
    return [np.asarray(w) for w in remember(x, y).get_weights()]


def examine_memory(student, x, y, new_x, new_y):
    """The student's process trains, and hands over weights. A GRU here reads new sequences with
    them.
    """
    weights = [np.asarray(w, np.float32) for w in student.answer(train, x, y)]
    units = weights[1].shape[0] if len(weights) == 5 and weights[1].ndim == 2 else 0
    wanted = [(4, 3 * units), (units, 3 * units), (3 * units,), (units, 1), (1,)]
    if not units or [w.shape for w in weights] != wanted:
        return 0.0, (
            "the model must be RNN(GRUCell(units)) and Dense(1), with the weights W, U, b, and "
            f"Dense's two; yours have the shapes {[w.shape for w in weights]}."
        )
    if units > MOST_UNITS:
        return 0.0, f"{units} units; at most {MOST_UNITS} are allowed here."
    layers = minidl.layers
    gru, dense = layers.GRU(units, reset_after=False), layers.Dense(1)
    model = minidl.Sequential([gru, dense])
    model.build((None, STEPS, 4))
    model.set_weights(weights)
    right = (model.predict(new_x, verbose=0, batch_size=500)[:, 0] > 0) == (new_y > 0)
    share = next((share for least, share in SCALE if right.mean() >= least), 0.0)
    said = f"{right.mean():.1%} of new sequences are answered right; from {SCALE[0][0]:.0%} on"
    return share, "" if share == 1 else f"{said} there are all points."


TASKS = [
    Task(
        "rnn_forward",
        3,
        sequences,
        forward,
        forbidden=LAYERS,
        mistakes=(
            (
                lambda x, h, W, U, b: walked(x, h, W, U, b, carry=False),
                "Each step begins with h again: it must begin with the state of the step before.",
            ),
            (
                lambda x, h, W, U, b: walked(x, h, W, U, b)[:, -1],
                "Those are the last states; asked are the states after each step.",
            ),
            (
                lambda x, h, W, U, b: walked(x, h, W, U, b).swapaxes(0, 1),
                "The axes are exchanged: first the sequences, then the steps, np.stack(..., axis=1).",
            ),
            (
                lambda x, h, W, U, b: walked(x, 0 * h, W, U, b),
                "The state before the first step is h, not 0.",
            ),
            (lambda x, h, W, U, b: walked(x, h, W, U, b, bend=lambda z: z), "tanh is missing."),
            (
                lambda x, h, W, U, b: walked(x, h, W, 0 * U, b),
                "The old state is missing: without h·U there is no memory.",
            ),
            (
                lambda x, h, W, U, b: walked(x, h, W, U.T, b),
                "U is transposed: the state comes from the left, h·U.",
            ),
        ),
    ),
    Task(
        "rnn_backward",
        4,
        sequences_back,
        backward,
        forbidden=(*LAYERS, *TAPE),
        mistakes=(
            (
                lambda *a: walked_back(*a, carry=False),
                "Nothing comes back from the step after: the gradient at h_t is g_t plus dz·Uᵀ of "
                "step t + 1.",
            ),
            (lambda *a: walked_back(*a, slope=False), "tanh' is missing: 1 − h_t²."),
            (
                lambda *a: walked_back(*a, own=True),
                "dU needs the state before the step, h_{t−1}, not the one after it.",
            ),
            (
                lambda *a: walked_back(*a, only_last=True),
                "The gradients of W, U and b are sums over all steps; yours come from the last.",
            ),
        ),
    ),
    Task(
        "clip_by_norm",
        2,
        lengths,
        clipped,
        mistakes=(
            (
                lambda gradients, most: [clipped([g], most)[0] for g in gradients],
                "Each array was clipped by a norm of its own; that turns the direction. The norm "
                "is that of all of them together.",
            ),
            (
                lambda gradients, most: [np.clip(g, -most, most) for g in gradients],
                "That clips each number; asked is the norm, which keeps the direction.",
            ),
            (
                lambda gradients, most: [g * most / length(gradients) for g in gradients],
                "Short gradients stay as they are; yours are made as long as `most`.",
            ),
        ),
    ),
    Task(
        "GRUCell",
        4,
        cells,
        gated(),
        driver=run_cell,
        forbidden=LAYERS,
        rtol=1e-3,
        atol=1e-4,
        mistakes=(
            (
                gated(mix=lambda z, h, k: (1 - z) * h + z * k),
                "z is turned round: z·h stays, (1 − z)·k is new.",
            ),
            (gated(reset=lambda r, h: h), "The candidate sees r·h, not all of h."),
            (gated(order=-1), "z and r are exchanged: the first block of columns is z's."),
            (
                gated(only_out=True),
                "The outputs are right, but no gradient flows: use ops, not NumPy.",
            ),
        ),
    ),
    Task("remember", 3, questions, examine=examine_memory, forbidden=LAYERS, limit=60),
]
