"""How long does one update of an optimizer take? minidl against PyTorch's, and against the paper
typed as it stands.

    python tests/benchmarks/optimizers.py
    python tests/benchmarks/optimizers.py --only adam,rmsprop --rounds 100

The parameters are those of a network 784-512-10, in float32: kernels (784, 512) and (512, 10),
biases (512,) and (10,), with gradients that stay the same. One thread each. Measured is one
`step()`, with the gradients in place:

    PyTorch   its for-loop implementation (foreach=False, fused=False), on the same numbers; without
    PyTorch left out.
    literal   the paper's lines in an Optimizer of one's own, as a learner would type them: fresh
    arrays for every expression.

In every round the three take turns, several updates each; a ratio is taken within each round, and
the median is reported with the quartiles. Before that, all three are seen to move the same numbers
to the same place.

Exit status: 0 if every bar that was measured is met, 1 if one is missed.
"""

import os

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # before NumPy and PyTorch are loaded

import argparse  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from minidl import Variable, optimizers  # noqa: E402

try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

SHAPES = [(784, 512), (512,), (512, 10), (10,)]


class Literal(optimizers.Optimizer):
    """The paper's lines, with the settings of `like`."""

    def __init__(self, like, lines, names):
        super().__init__(like.learning_rate)
        self.like, self.lines, self.names, self.weight_decay = like, lines, names, like.weight_decay

    def slots(self):
        return self.names

    def initial(self, slot, w):
        return self.like.initial(slot, w)

    def begin_step(self, t):
        self.t = t

    def update(self, w, g, lr, *slots):
        return self.lines(self.like, self.t, w, g, lr, *slots)


def sgd(o, t, w, g, lr):
    return w - lr * g


def momentum(o, t, w, g, lr, v):
    v[...] = o.momentum * v - lr * g
    return w + v


def nesterov(o, t, w, g, lr, v):
    v[...] = o.momentum * v - lr * g
    return w + o.momentum * v - lr * g


def adagrad(o, t, w, g, lr, s):
    s[...] = s + g**2
    return w - lr * g / np.sqrt(s + o.epsilon)


def adadelta(o, t, w, g, lr, mean_g2, mean_d2):
    mean_g2[...] = o.rho * mean_g2 + (1 - o.rho) * g**2
    d = -np.sqrt(mean_d2 + o.epsilon) / np.sqrt(mean_g2 + o.epsilon) * g
    mean_d2[...] = o.rho * mean_d2 + (1 - o.rho) * d**2
    return w + lr * d


def rmsprop(o, t, w, g, lr, v):
    v[...] = o.rho * v + (1 - o.rho) * g**2
    return w - lr * g / np.sqrt(v + o.epsilon)


def centered(o, t, w, g, lr, v, mean):
    v[...] = o.rho * v + (1 - o.rho) * g**2
    mean[...] = o.rho * mean + (1 - o.rho) * g
    return w - lr * g / np.sqrt(np.maximum(v - mean**2, 0) + o.epsilon)


def moments(o, t, g, m, v):
    m[...] = o.beta_1 * m + (1 - o.beta_1) * g
    v[...] = o.beta_2 * v + (1 - o.beta_2) * g**2
    return m / (1 - o.beta_1**t), v / (1 - o.beta_2**t)


def adam(o, t, w, g, lr, m, v):
    m_hat, v_hat = moments(o, t, g, m, v)
    return w - lr * m_hat / (np.sqrt(v_hat) + o.epsilon)


def amsgrad(o, t, w, g, lr, m, v, v_max):
    m_hat, _ = moments(o, t, g, m, v)
    v_max[...] = np.maximum(v_max, v)
    return w - lr * m_hat / (np.sqrt(v_max / (1 - o.beta_2**t)) + o.epsilon)


def adamax(o, t, w, g, lr, m, u):
    m[...] = o.beta_1 * m + (1 - o.beta_1) * g
    u[...] = np.maximum(o.beta_2 * u, np.abs(g))
    return w - lr / (1 - o.beta_1**t) * m / (u + o.epsilon)


def nadam(o, t, w, g, lr, m, v):
    mu, mu_next = o.beta_1 * (1 - 0.5 * 0.96**t), o.beta_1 * (1 - 0.5 * 0.96 ** (t + 1))
    product = float(np.prod([o.beta_1 * (1 - 0.5 * 0.96**i) for i in range(1, min(t, 20) + 1)]))
    _, v_hat = moments(o, t, g, m, v)
    m_hat = mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)
    return w - lr * m_hat / (np.sqrt(v_hat) + o.epsilon)


def radam(o, t, w, g, lr, m, v):
    m_hat, v_hat = moments(o, t, g, m, v)
    longest = 2 / (1 - o.beta_2) - 1
    length = longest - 2 * t * o.beta_2**t / (1 - o.beta_2**t)
    if length <= 5:
        return w - lr * m_hat
    r = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
    return w - lr * float(r) * m_hat / (np.sqrt(v_hat) + o.epsilon)


def lion(o, t, w, g, lr, m):
    c = o.beta_1 * m + (1 - o.beta_1) * g
    m[...] = o.beta_2 * m + (1 - o.beta_2) * g
    return w - lr * np.sign(c)


O, T = optimizers, None if torch is None else torch.optim
# name: ours, the paper's lines, PyTorch's class and options, and the bars: against PyTorch, against
# the literal form
FAMILY = {
    "sgd": (lambda: O.SGD(0.01), sgd, "SGD", {}, None, 1.0),
    "momentum": (lambda: O.SGD(0.01, 0.9), momentum, "SGD", {"momentum": 0.9}, 1.0, 1.0),
    "nesterov": (
        lambda: O.SGD(0.01, 0.9, True),
        nesterov,
        "SGD",
        {"momentum": 0.9, "nesterov": True},
        None,
        1.0,
    ),
    "adagrad": (
        lambda: O.Adagrad(0.01),
        adagrad,
        "Adagrad",
        {"initial_accumulator_value": 0.1},
        1.0,
        1.0,
    ),
    "adadelta": (
        lambda: O.Adadelta(1.0),
        adadelta,
        "Adadelta",
        {"rho": 0.95, "eps": 1e-7},
        None,
        1.0,
    ),
    "rmsprop": (lambda: O.RMSprop(0.001), rmsprop, "RMSprop", {"alpha": 0.9}, 1.0, 1.0),
    "centered": (
        lambda: O.RMSprop(0.001, centered=True),
        centered,
        "RMSprop",
        {"alpha": 0.9, "centered": True},
        None,
        1.0,
    ),
    "adam": (lambda: O.Adam(0.001), adam, "Adam", {}, 1.0, 0.5),
    "amsgrad": (lambda: O.Adam(0.001, amsgrad=True), amsgrad, "Adam", {"amsgrad": True}, None, 0.5),
    "adamw": (lambda: O.AdamW(0.001), adam, "AdamW", {"weight_decay": 0.004}, None, 0.5),
    "adamax": (lambda: O.Adamax(0.001), adamax, "Adamax", {}, None, 0.5),
    "nadam": (lambda: O.Nadam(0.001), nadam, "NAdam", {"momentum_decay": 1.0}, None, 0.5),
    "radam": (lambda: O.RAdam(0.001), radam, "RAdam", {}, None, 0.5),
    "lion": (lambda: O.Lion(0.0001), lion, None, {}, None, 1.0),
}


def contenders(name):
    """{who: (one step, the weights as arrays)}"""
    make, lines, theirs, options, _, _ = FAMILY[name]
    rng = np.random.default_rng(0)
    start = [rng.normal(size=s).astype("float32") for s in SHAPES]
    # far above any ε
    grads = [
        rng.choice([-1, 1], s).astype("float32") * rng.uniform(0.01, 0.1, s).astype("float32")
        for s in SHAPES
    ]
    found = {}
    like = make()
    for who, optimizer in (("minidl", make()), ("literal", Literal(like, lines, like.slots()))):
        variables = [Variable(a) for a in start]
        optimizer.build(variables)

        def step(optimizer=optimizer, variables=variables):
            for v, g in zip(variables, grads, strict=True):
                v._grad = g
            optimizer.step()

        found[who] = step, [v.data for v in variables]
    if torch is not None and theirs:
        tensors = [torch.tensor(a, requires_grad=True) for a in start]
        for t, g in zip(tensors, grads, strict=True):
            t.grad = torch.tensor(g)
        loop = {
            "foreach": False,
            **({"fused": False} if theirs in ("SGD", "Adam", "AdamW", "Adagrad") else {}),
        }
        optimizer = getattr(torch.optim, theirs)(
            tensors, lr=make().learning_rate, **options, **loop
        )
        found["torch"] = optimizer.step, [t.detach().numpy() for t in tensors]
    return found


def measure(name, rounds, updates):
    """{who: seconds an update, one for each round}"""
    found = contenders(name)
    for step, _ in found.values():
        for _ in range(7):
            step()
    ours = found["minidl"][1]
    for who, (_, arrays) in found.items():
        for a, b in zip(ours, arrays, strict=True):
            assert np.abs(a - b).max() < 1e-4, f"{name}: minidl and {who} do not do the same"
    seconds = {who: [] for who in found}
    for turn in range(rounds):
        order = list(found)
        for who in order[turn % len(order) :] + order[: turn % len(order)]:
            step = found[who][0]
            begin = time.perf_counter()
            for _ in range(updates):
                step()
            seconds[who].append((time.perf_counter() - begin) / updates)
    return seconds


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--only", help="names, with commas: " + ", ".join(FAMILY))
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--updates", type=int, default=5, help="updates in a turn")
    arguments = options.parse_args()
    names = arguments.only.split(",") if arguments.only else list(FAMILY)
    print(
        "| optimizer | minidl, ms | minidl / PyTorch | bar | minidl / literal | bar "
        "|\n|---|--:|--:|--:|--:|--:|"
    )
    missed = []
    for name in names:
        seconds = measure(name, arguments.rounds, arguments.updates)
        cells = []
        for peer, bar in zip(("torch", "literal"), FAMILY[name][4:], strict=True):
            if peer not in seconds:
                cells += ["", ""]
                continue
            ratios = [a / b for a, b in zip(seconds["minidl"], seconds[peer], strict=True)]
            low, ratio, high = statistics.quantiles(ratios, n=4)
            if bar is not None and ratio > bar:
                missed.append(f"{name} against {peer}: {ratio:.2f}, the bar is {bar}")
            cells += [
                f"**{ratio:.2f}** ({low:.2f} to {high:.2f})",
                "" if bar is None else f"{bar:.1f}",
            ]
        print(
            f"| {name} | {1000 * statistics.median(seconds['minidl']):.2f} | {' | '.join(cells)} |",
            flush=True,
        )
    print("\n" + ("every bar is met" if not missed else "not met: " + "; ".join(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
