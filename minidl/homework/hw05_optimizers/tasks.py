"""Optimizers: Momentum, Adagrad, RMSprop and Adam, and one of your own that races."""

import numpy as np

import minidl
from minidl.homework.assignments import Task


def gradients(rng):
    """(start, gradients of ten steps, rate) for a few shapes; sizes from small to large, so that
    every ε and every square shows.
    """
    return [
        (rng.normal(size=s), rng.normal(size=(10, *s)) * 10.0 ** rng.integers(-3, 2, s), 0.05)
        for s in ((4,), (3, 2))
    ]


def run(kind, start, steps, rate):
    """The weights after each step."""
    w, optimizer = minidl.Variable(start, dtype="float64"), kind(rate)
    path = []
    for g in steps:
        optimizer.apply([g], [w])
        path.append(w.numpy())
    return np.stack(path)


def paper(update, *names):
    """run(...) for a rule in plain NumPy: update(w, g, rate, t, s) -> w, where s is a dict of what
    it remembers.
    """

    def answer(start, steps, rate):
        w, s, path = start.copy(), {name: np.zeros_like(start) for name in names}, []
        for t, g in enumerate(steps, 1):
            w = update(w, g, rate, t, s)
            path.append(w.copy())
        return np.stack(path)

    return answer


def _momentum(gamma=0.9, first=1.0):
    def update(w, g, rate, t, s):
        s["v"] = gamma * s["v"] + first * rate * g
        return w - s["v"]

    return paper(update, "v")


def _adagrad(power=2, root=True, outside=False):
    def update(w, g, rate, t, s):
        s["s"] = s["s"] + np.abs(g) ** power
        scale = np.sqrt(s["s"] + 1e-7) if root else s["s"] + 1e-7
        if outside:
            scale = np.sqrt(s["s"]) + 1e-7
        return w - rate * g / scale

    return paper(update, "s")


def _rmsprop(new=0.1, outside=False, first=None):
    def update(w, g, rate, t, s):
        s["v"] = g**2 if first and t == 1 else 0.9 * s["v"] + new * g**2
        return w - rate * g / (np.sqrt(s["v"]) + 1e-7 if outside else np.sqrt(s["v"] + 1e-7))

    return paper(update, "v")


def _adam(new_m=0.1, correct_m=True, correct_v=True):
    def update(w, g, rate, t, s):
        s["m"] = 0.9 * s["m"] + new_m * g
        s["v"] = 0.999 * s["v"] + 0.001 * g**2
        m = s["m"] / (1 - 0.9**t) if correct_m else s["m"]
        v = s["v"] / (1 - 0.999**t) if correct_v else s["v"]
        return w - rate * m / (np.sqrt(v) + 1e-8)

    return paper(update, "m", "v")


EPOCHS, BATCH = 15, 32


def race(move, x, y, start):
    """The loss in the last of fifteen epochs on two moons. move: gives the weights after a step along
    the gradients that it is given.
    """
    model = minidl.Sequential([minidl.layers.Dense(16, activation="tanh"), minidl.layers.Dense(1)])
    model.build((None, 2))
    model.set_weights(start)
    loss, rng = minidl.losses.BinaryCrossentropy(from_logits=True), np.random.default_rng(0)
    for _ in range(EPOCHS):
        order, total = rng.permutation(len(x)), 0.0
        for rows in np.split(order, range(BATCH, len(x), BATCH)):
            value = loss(y[rows, None], model(x[rows], training=True))
            value.backward()
            grads = [v.grad.copy() for v in model.trainable_variables]
            for v in model.trainable_variables:
                v.zero_grad()
            model.set_weights(move(grads))
            total += value.item() * len(rows) / len(x)
    return total


def steps(kind, start):
    """An optimizer as a talk: it is sent gradients, and yields the weights after each step. It never
    sees the data or the loss.
    """
    optimizer, weights = kind(), [minidl.Variable(w) for w in start]
    while True:
        grads = yield [w.numpy() for w in weights]
        optimizer.apply(grads, weights)


def by_hand(kind, start):
    """`move` for race, with an optimizer of minidl's own."""
    talk = steps(kind, start)
    next(talk)
    return talk.send


def racers(rng):
    x, y = minidl.datasets.toy.moons(400, seed=int(rng.integers(10**6)))
    turn = rng.uniform(0, 2 * np.pi)  # nobody has trained on these moons before
    x = (x @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]).astype("float32")
    return [
        (
            x,
            y,
            [
                rng.normal(size=(2, 16)).astype("float32"),
                np.zeros(16, "float32"),
                (rng.normal(size=(16, 1)) * 0.3).astype("float32"),
                np.zeros(1, "float32"),
            ],
        )
    ]


def examine_race(student, x, y, start):
    """Full points for a loss below that of momentum at 0.1 times 1.1, half of them for beating
    plain descent at 0.1. The training runs here; the student's process only moves weights.
    """
    sgd = minidl.optimizers.SGD
    slow = race(by_hand(lambda: sgd(0.1), start), x, y, start)
    quick = race(by_hand(lambda: sgd(0.1, momentum=0.9), start), x, y, start)
    with student.talk(steps, start) as move:
        loss = race(move, x, y, start)
    if not np.isfinite(loss):
        return 0.0, f"the loss became {loss}: a smaller step?"
    if loss <= 1.1 * quick:
        return 1.0, ""
    compared = (
        f"the loss after {EPOCHS} epochs is {loss:.3f}; plain descent at 0.1 reaches {slow:.3f}, "
        f"momentum 0.9 at 0.1 reaches {quick:.3f}."
    )
    return (0.5 if loss < slow else 0.0), compared


KINDS = tuple(
    f"minidl.optimizers.{kind}"
    for kind in (
        "SGD",
        "Adagrad",
        "Adadelta",
        "RMSprop",
        "Adam",
        "AdamW",
        "Adamax",
        "Nadam",
        "RAdam",
        "Lion",
    )
)
TASKS = [
    Task(
        "Momentum",
        2,
        gradients,
        _momentum(),
        driver=run,
        forbidden=KINDS,
        mistakes=(
            (_momentum(gamma=1.0), "Without γ nothing is ever forgotten: v ← γ·v + η·g."),
            (
                _momentum(first=0.1),
                "That is a mean of gradients: here v ← γ·v + η·g, without (1−γ).",
            ),
            (
                paper(lambda w, g, r, t, s: w - r * g),
                "That is plain descent: v is not kept from step to step. Change it in place.",
            ),
        ),
    ),
    Task(
        "Adagrad",
        2,
        gradients,
        _adagrad(),
        driver=run,
        forbidden=KINDS,
        mistakes=(
            (_adagrad(power=1), "The squares of the gradients add up, not their sizes."),
            (_adagrad(root=False), "The root is missing: η·g/√(s + ε)."),
            (_adagrad(outside=True), "ε stands inside the root here: √(s + ε)."),
            (
                paper(lambda w, g, r, t, s: w - r * g / np.sqrt(g**2 + 1e-7)),
                "s is not kept from step to step: s += g² changes it in place.",
            ),
        ),
    ),
    Task(
        "RMSprop",
        2,
        gradients,
        _rmsprop(),
        driver=run,
        forbidden=KINDS,
        mistakes=(
            (_rmsprop(new=1.0), "A mean needs (1−ρ)·g²; yours is a fading sum."),
            (_rmsprop(outside=True), "ε stands inside the root here: √(v + ε)."),
            (_adagrad(), "That is Adagrad: let the old squares fade, v ← ρ·v + (1−ρ)·g²."),
        ),
    ),
    Task(
        "Adam",
        3,
        gradients,
        _adam(),
        driver=run,
        forbidden=KINDS,
        mistakes=(
            (
                _adam(correct_m=False, correct_v=False),
                "The corrections are missing: m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).",
            ),
            (_adam(correct_v=False), "v needs its correction too: v̂ = v/(1−β₂ᵗ)."),
            (_adam(new_m=0.9), "m ← β₁·m + (1−β₁)·g: you have β₁ in front of g."),
        ),
    ),
    Task("MyOptimizer", 3, racers, examine=examine_race, forbidden=KINDS, limit=60),
]
