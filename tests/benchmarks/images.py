"""Convolution, pooling and a small network of both, against PyTorch and Keras on JAX.

    python tests/benchmarks/images.py                        # a few minutes
    python tests/benchmarks/images.py --rounds 9 --python torch=../peers/bin/python

Each contender is a process of its own, with one thread, and they take turns; times are CPU time, so
that other programs disturb little. A ratio is minidl / peer, the median of those within a round.
Bars are printed beside; the exit status is 1 if one is missed. They were set on an Intel processor
with AVX-512. Where OpenBLAS and PyTorch multiply matrices equally fast, a convolution's ratio cannot
be far from 1: `product` shows how fast the bare product of the patches would be.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from contenders import answer
from interleaving import CHECKOUT, Contender, Failed, Setting, once, say

STEPS, BATCH = 10, 128
# name: (peer, what is measured, the ratio it may have)
BARS = [
    ("torch", "step", 1.0),
    ("keras-jax", "step", 0.5),
    ("torch", "conv 13 32-64", 0.9),
    ("torch", "conv 26 32-64", 0.9),
    ("torch", "conv gradients 13 32-64", 1.3),
    ("torch", "conv gradients 26 32-64", 1.3),
    ("torch-last", "pool 26 32", 0.8),
    ("torch-last", "pool 11 64", 0.8),
    ("torch-last", "pool gradient 26 32", 2.5),
    ("torch-last", "pool gradient 11 64", 2.5),
    ("torch", "memory", 1.2),
]
CONVOLUTIONS = ((13, 32, 64), (26, 32, 64))
POOLS = ((26, 32), (11, 64))


def images():
    """BATCH·STEPS pictures and classes: the time does not depend on what they show."""
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.random((BATCH * STEPS, 28, 28, 1), dtype=np.float32)
    return x, rng.integers(0, 10, BATCH * STEPS)


def arrays(n, c, f):
    import numpy as np

    rng = np.random.default_rng(1)
    shapes = (BATCH, n, n, c), (3, 3, c, f), (BATCH, n - 2, n - 2, f)
    return [rng.normal(size=s).astype("f") for s in shapes]


class KerasLike:
    """minidl and Keras train with the very same lines."""

    def __init__(self, package):
        self.package, layers = package, package.layers
        self.x, self.y = images()
        stack = [
            package.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
        self.model = package.Sequential(stack)
        loss = "sparse_categorical_crossentropy"
        self.model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])

    def train(self):
        self.model.fit(self.x, self.y, batch_size=BATCH, epochs=1, verbose=0)

    def parts(self):
        """What is measured beside the training: name -> a function."""
        return {}


class Ours(KerasLike):
    def parts(self):
        import numpy as np

        from minidl.core.derivatives import images as windows

        found, none = {}, ((0, 0), (0, 0))
        for n, c, f in CONVOLUTIONS:
            x, w, g = arrays(n, c, f)
            how = {"strides": (1, 1), "dilation": (1, 1), "padding": none}
            _, vjps = windows.conv(x, w, **how)
            title = f"{n} {c}-{f}"
            found[f"conv {title}"] = lambda x=x, w=w, how=how: windows.conv(x, w, **how)
            found[f"conv gradients {title}"] = lambda vjps=vjps, g=g: [vjp(g) for vjp in vjps]
            rows, matrix = np.ones((455, 9 * c), "f"), w.reshape(-1, f)
            times = BATCH * (n - 2) ** 2 // len(rows)
            found[f"product {title}"] = lambda a=rows, b=matrix, times=times: [
                a @ b for _ in range(times)
            ]
        for n, c in POOLS:
            x, how = arrays(n, c, 1)[0], {"size": (2, 2), "strides": (2, 2), "padding": none}
            z, (vjp,) = windows.max_pool(x, **how)
            found[f"pool {n} {c}"] = lambda x=x, how=how: windows.max_pool(x, **how)
            found[f"pool gradient {n} {c}"] = lambda vjp=vjp, z=z: vjp(z)
        return found


class Torch:
    """PyTorch, eager, with the favours of contenders.py."""

    last = False  # channels_last

    def __init__(self, torch):
        self.torch, nn = torch, torch.nn
        x, y = images()
        self.x, self.y = self.laid(torch.tensor(x).permute(0, 3, 1, 2)), torch.tensor(y)
        self.model = nn.Sequential(
            *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, 10)),
        )
        if self.last:
            self.model = self.model.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, eps=1e-7)
        self.loss = nn.CrossEntropyLoss()

    def laid(self, tensor):
        formats = self.torch.channels_last, self.torch.contiguous_format
        return tensor.contiguous(memory_format=formats[0 if self.last else 1])

    def train(self):
        torch = self.torch
        order = torch.randperm(len(self.x))
        total, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            x, y = self.x[rows], self.y[rows]
            logits = self.model(x)
            loss = self.loss(logits, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(rows)
            correct += (logits.detach().argmax(1) == y).sum()

    def parts(self):
        torch, found = self.torch, {}
        conv, pool = torch.nn.functional.conv2d, torch.nn.functional.max_pool2d
        for n, c, f in CONVOLUTIONS:
            x, w, g = (torch.tensor(a) for a in arrays(n, c, f))
            x, g = (self.laid(a.permute(0, 3, 1, 2)).requires_grad_() for a in (x, g))
            w = self.laid(w.permute(3, 2, 0, 1)).requires_grad_()
            found[f"conv {n} {c}-{f}"] = lambda x=x, w=w: conv(x, w)
            found[f"conv gradients {n} {c}-{f}"] = self.back(conv(x, w), (x, w), g.detach())
        for n, c in POOLS:
            x = self.laid(torch.tensor(arrays(n, c, 1)[0]).permute(0, 3, 1, 2)).requires_grad_()
            z = pool(x, 2)
            found[f"pool {n} {c}"] = lambda x=x: pool(x, 2)
            found[f"pool gradient {n} {c}"] = self.back(z, x, z.detach())
        return found

    def back(self, z, inputs, g):
        return lambda: self.torch.autograd.grad(z, inputs, g, retain_graph=True)


class LastTorch(Torch):
    last = True


CONTENDERS = {
    "minidl": (Ours, "minidl"),
    "torch": (Torch, "torch"),
    "torch-last": (LastTorch, "torch"),
    "keras-jax": (KerasLike, "keras"),
}


def resident():
    """Megabytes of memory that this process holds now, and the most it ever held."""
    import resource

    pages = Path("/proc/self/statm")
    now = int(pages.read_text(encoding="utf-8").split()[1]) * resource.getpagesize() / 2**20
    return now, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def cpu(function, least=0.05):
    """CPU milliseconds of a call: the mean of as many as take `least` seconds."""
    start, calls = time.process_time(), 0
    while not calls or time.process_time() - start < least:
        function()
        calls += 1
    return (time.process_time() - start) / calls * 1e3


def serve(name):
    """Answer each line on stdin with the times of everything that is measured."""
    build, module = CONTENDERS[name]
    contender = build(__import__(module))
    if name.startswith("torch"):
        contender.torch.set_num_threads(1)
    before, _ = resident()
    contender.train()
    answer(memory=resident()[1] - before)
    parts = contender.parts()
    for _ in sys.stdin:
        times = {"step": cpu(contender.train) / STEPS}
        answer(**times, **{title: cpu(part) for title, part in parts.items()})


class Process(Contender):
    """A process that runs this file."""

    def __init__(self, setting, name):
        path = setting.folder / f"{name}.txt"
        self.errors = path.open("w+", encoding="utf-8", errors="replace")
        streams = {"stdin": -1, "stdout": -1, "stderr": self.errors}
        self.process = setting.start(name, [__file__, "--serve", name], **streams)


def table(rounds, memory):
    """Print the ratios and the bars; whether all are kept."""
    kept = True
    for peer, title, bar in BARS:
        if title == "memory":
            ratios = [memory["minidl"] / memory[peer]] if peer in memory else []
        else:
            both = [(r["minidl"], r[peer]) for r in rounds if "minidl" in r and peer in r]
            ratios = [ours[title] / theirs[title] for ours, theirs in both]
        if ratios:
            ratio = statistics.median(ratios)
            mark = "" if ratio <= bar else "   MISSED"
            kept = kept and ratio <= bar
            span = f"{min(ratios):.2f}..{max(ratios):.2f}"
            say(f"{title:28} {peer:10} {ratio:5.2f}  ({span})  at most {bar}{mark}")
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", action="append", default=[], type=lambda s: s.split("=", 1))
    parser.add_argument("--serve", choices=CONTENDERS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve)
    arguments.data = None
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(arguments, Path(folder))
        processes, memory = {}, {}
        for name in CONTENDERS:
            try:
                process = Process(setting, name)
                memory[name] = process.answer()["memory"]
                processes[name] = process
            except (Failed, OSError) as error:
                say(f"{name} is left out: {error}")
        rounds = [
            once(processes, lambda n: processes[n].ask("go")) for _ in range(arguments.rounds)
        ]
        for process in processes.values():
            process.close()
    for name in processes:
        times = {
            title: statistics.median([r[name][title] for r in rounds]) for title in rounds[0][name]
        }
        say(f"{name}, CPU ms: " + json.dumps({t: round(v, 2) for t, v in times.items()}))
    return 0 if table(rounds, memory) else 1


if __name__ == "__main__":
    sys.path.insert(0, str(CHECKOUT))
    sys.exit(main())
