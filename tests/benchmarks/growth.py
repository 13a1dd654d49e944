"""How the time of a training step grows: with the batch, the width, the depth and the number of
variables, beside PyTorch and Keras on JAX.

    python tests/benchmarks/growth.py
    python tests/benchmarks/growth.py --peers torch --only depth --rounds 5
    python tests/benchmarks/growth.py --picture growth.png

A network of equal Dense layers (ReLU, Adam, integer labels, accuracy) learns from random numbers;
the time is that of a whole `fit`, divided by its steps. One process each stays alive, and each
setting is timed in turn in all of them, after a warm-up fit of the same shapes. Ratios are of the
same round, the median over the rounds is printed. PyTorch runs eager, as its tutorials write the
loop.
"""

import argparse
import importlib
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FEATURES, CLASSES = 784, 10
# what grows: (batch, width, depth), where depth counts the layers in front of the last
SETTINGS = {
    "batch": [(batch, 128, 1) for batch in (1, 4, 16, 64, 256, 1024)],
    "width": [(32, width, 1) for width in (16, 64, 256, 1024)],
    "depth": [(32, 32, depth) for depth in (1, 4, 16, 64)],
    "variables": [(32, 4, variables // 2 - 1) for variables in (4, 16, 64, 256)],
}
AT = {"batch": 0, "width": 1, "depth": 2, "variables": 2}
TITLES = {"minidl": "minidl", "torch": "PyTorch", "keras-jax": "Keras on JAX"}
COMPILE_AT_MOST = 40  # layers: XLA takes minutes to compile more of them


def size_of(what, setting):
    """The number on the axis of the picture."""
    return 2 * setting[2] + 2 if what == "variables" else setting[AT[what]]


def steps_for(setting):
    """How many steps one timing takes: about the same time for small and large networks."""
    batch, width, depth = setting
    work = batch * (FEATURES * width + depth * width * width)
    return int(max(10, min(300, 3e9 / (work + 2e6 * depth + 1e7))))


# --- one contender, in a process of its own


def keras_like(name):
    package = importlib.import_module("minidl" if name == "minidl" else "keras")
    layers = package.layers

    def build(setting, x, y):
        batch, width, depth = setting
        hidden = [layers.Dense(width, activation="relu") for _ in range(depth)]
        model = package.Sequential([layers.Input((FEATURES,)), *hidden, layers.Dense(CLASSES)])
        loss = package.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
        return lambda: model.fit(x, y, batch_size=batch, verbose=0)

    return build


def torch_loop(name):
    torch = importlib.import_module(name)

    def build(setting, x, y):
        batch, width, depth = setting
        sizes = [FEATURES, *[width] * depth]
        parts = []
        for inputs, outputs in itertools.pairwise(sizes):
            parts += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        model = torch.nn.Sequential(*parts, torch.nn.Linear(sizes[-1], CLASSES))
        optimizer, loss_of = torch.optim.Adam(model.parameters()), torch.nn.CrossEntropyLoss()
        x, y = torch.tensor(x), torch.tensor(y)

        def fit():
            order = torch.randperm(len(x))
            total, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for start in range(0, len(x), batch):
                rows = order[start : start + batch]
                logits = model(x[rows])
                loss = loss_of(logits, y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.detach()
                correct += (logits.detach().argmax(1) == y[rows]).sum()

        return fit

    return build


def work(name):
    """Answer each line, a setting, with the seconds of a step; 'warm up' first."""
    import numpy as np

    build = torch_loop(name) if name == "torch" else keras_like(name)
    rng, known = np.random.default_rng(0), {}
    for line in sys.stdin:
        setting = tuple(json.loads(line))
        steps = steps_for(setting)
        if setting not in known:
            x = rng.random((steps * setting[0], FEATURES), dtype=np.float32)
            known[setting] = build(setting, x, rng.integers(0, CLASSES, len(x)))
            known[setting]()
        start = time.perf_counter()
        known[setting]()
        print(json.dumps((time.perf_counter() - start) / steps), flush=True)


# --- asking them


class Worker:
    def __init__(self, name, python):
        env = dict(os.environ, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
        env["PYTHONPATH"] = os.pathsep.join([str(HERE.parents[1]), env.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [python, str(HERE / "growth.py"), "--work", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=env,
        )

    def ask(self, setting):
        self.process.stdin.write(json.dumps(setting) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def measure(what, names, rounds):
    """{setting: {name: seconds of a step, one for each round}}"""
    workers = {name: Worker(name, sys.executable) for name in names}
    table = {}
    for setting in SETTINGS[what]:
        asked = [n for n in names if n != "keras-jax" or setting[2] <= COMPILE_AT_MOST]
        table[setting] = {name: [] for name in asked}
        for _ in range(rounds):
            for name in asked:
                table[setting][name].append(workers[name].ask(setting))
        print(row_of(what, setting, table[setting]), flush=True)
    for worker in workers.values():
        worker.process.kill()
    return table


def row_of(what, setting, times):
    mine = times["minidl"]
    cells = [f"| {what} {size_of(what, setting)} | {statistics.median(mine) * 1e6:.0f} µs |"]
    for name in list(TITLES)[1:]:
        ratios = [a / b for a, b in zip(mine, times.get(name, []))]
        cells.append(f" {statistics.median(ratios):.2f} |" if ratios else " |")
    return "".join(cells)


def draw(tables, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(tables), figsize=(3.2 * len(tables), 3.1), sharey=True)
    for axis, (what, table) in zip([axes] if len(tables) == 1 else axes, tables.items()):
        for name, color, marker in zip(TITLES, ("tab:blue", "tab:orange", "tab:green"), "os^"):
            points = [
                (size_of(what, setting), statistics.median(times[name]) * 1e3)
                for setting, times in table.items()
                if times.get(name)
            ]
            if points:
                axis.plot(*zip(*points), color=color, marker=marker, label=TITLES[name])
        axis.set(xscale="log", yscale="log", xlabel=what)
        axis.grid(alpha=0.3)
    first = axes if len(tables) == 1 else axes[0]
    first.set_ylabel("milliseconds a step")
    first.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--peers", default="torch,keras-jax", help="of torch, keras-jax")
    parser.add_argument("--only", choices=SETTINGS, help="what grows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--picture", help="draw the times into this file")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work)
        return
    names = ["minidl", *[name for name in arguments.peers.split(",") if name]]
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "default")
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {threads} threads"
    )
    print("| grows | minidl, a step |" + "".join(f" / {TITLES[n]} |" for n in list(TITLES)[1:]))
    print("|---|--:|--:|--:|")
    kinds = [arguments.only] if arguments.only else list(SETTINGS)
    tables = {what: measure(what, names, arguments.rounds) for what in kinds}
    if arguments.picture:
        draw(tables, arguments.picture)


if __name__ == "__main__":
    main()
