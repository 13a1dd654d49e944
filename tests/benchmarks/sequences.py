"""How long do recurrent layers, CTC and a transformer block take? minidl against PyTorch and Keras.

    python tests/benchmarks/sequences.py
    python tests/benchmarks/sequences.py --only lstm,ctc --rounds 30 --peer ../peers/bin/python

Measured is the processor time of a step forward and backward, weights and inputs included, in
float32 on one thread. minidl and PyTorch run in a process each and take turns; a ratio is taken
within each round, and the median is reported with the quartiles. The rows:

    lstm, gru, simple_rnn   batch x steps x features -> units, the gradient coming from all steps
    ... last of 200         the gradient coming from the last step, against minidl with all steps:
                            where it fades, nothing may become slower
    ctc                     batch x steps x classes, labels a line: loss and gradient
    block                   a pre-norm transformer block: batch x steps x width, 4 heads, gelu
    character model         4 such blocks between embedding and logits, a step with Adam
    fit 128 steps           an LSTM classifier of 128 steps through fit, batches of 32, a step,
                            against Keras on TensorFlow and on JAX (--keras: the Python that has
                            them)

A second table shows how the cost of a layer grows: the processor time for twice the steps, divided
by that for the steps. It is 2 where the cost is linear.

Exit status: 0 if every bar that was measured is met, 1 if one is missed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
os.environ.update(ONE_THREAD)  # before NumPy and PyTorch are loaded

CASES = {  # name: (its sizes, the bar)
    "lstm 32x100x32-64": ((32, 100, 32, 64), 1.5),
    "lstm 128x100x64-128": ((128, 100, 64, 128), 2.0),
    "gru 32x100x32-64": ((32, 100, 32, 64), 0.75),
    "gru 128x100x64-128": ((128, 100, 64, 128), 1.2),
    "simple_rnn 32x100x32-64": ((32, 100, 32, 64), 0.6),
    "simple_rnn 128x100x64-128": ((128, 100, 64, 128), 1.2),
    "lstm last of 200": ((32, 200, 32, 64), 1.6),
    "gru last of 200": ((32, 200, 32, 64), 1.6),
    "simple_rnn last of 200": ((32, 200, 32, 64), 1.6),
    "ctc 32x100x30-20": ((32, 100, 30, 20), 1.8),
    "ctc 128x50x12-8": ((128, 50, 12, 8), 1.8),
    "ctc 16x300x80-40": ((16, 300, 80, 40), 1.8),
    "block 32x64x128": ((32, 64, 128), 1.5),
    "character model 32x64x128": ((32, 64, 128), 1.6),
    "fit 128 steps tensorflow": ((32, 128, 32, 64), 1.3),
    "fit 128 steps jax": ((32, 128, 32, 64), 1.3),
}
GROWING = {"lstm": (64, 128, 256, 512), "gru": (64, 128, 256, 512), "simple_rnn": (128, 256, 512)}
HEADS, VOCABULARY, BLOCKS = 4, 65, 4


# --- an LSTM classifier, with the same lines in minidl and in Keras
def through_fit(package, sizes):
    """A function that trains an epoch of 8 batches."""
    import numpy as np

    n, steps, features, units = sizes
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8 * n, steps, features)).astype("float32")
    y = rng.integers(0, 10, len(x))
    layers = package.layers
    model = package.Sequential(
        [package.Input(x.shape[1:]), layers.LSTM(units), layers.Dense(10, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return lambda: model.fit(x, y, batch_size=n, verbose=0)


# --- minidl
def in_minidl(name, sizes):
    """A function that does one step."""
    import numpy as np

    from minidl import Tensor, losses, ops

    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.normal(size=shape).astype("float32")
    kind = name.split()[0]
    if kind == "fit":
        import minidl

        return through_fit(minidl, sizes)
    if kind == "ctc":
        n, steps, classes, length = sizes
        x, labels = draw(n, steps, classes), rng.integers(1, classes, (n, length))
        lengths, used = np.full(n, length), np.full(n, steps)

        def step():
            ops.sum(ops.ctc_loss(labels, Tensor(x, requires_grad=True), lengths, used)).backward()

        return step
    if kind == "block":
        block, x, g = minidl_block(sizes[2]), draw(*sizes), draw(*sizes)
        return lambda: block(Tensor(x, requires_grad=True)).backward(gradient=g)
    if kind == "character":
        n, steps, width = sizes
        model, optimizer = minidl_model(steps, width), None
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
        ids, wanted = rng.integers(VOCABULARY, size=(2, n, steps))
        model(ids)
        from minidl import optimizers

        optimizer = optimizers.Adam(1e-3)
        optimizer.build(model.trainable_variables)

        def step():
            loss(wanted, model(ids)).backward()
            optimizer.step()

        return step
    return minidl_recurrent(kind, sizes, draw, only_last="last" in name)


def minidl_recurrent(kind, sizes, draw, only_last):
    from minidl import Tensor, layers

    n, steps, features, units = sizes
    layer = {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}[kind]
    layer, x, g = (
        layer(units, return_sequences=True),
        draw(n, steps, features),
        draw(n, steps, units),
    )
    if only_last:
        g[:, :-1] = 0
    layer(x)
    return lambda: layer(Tensor(x, requires_grad=True)).backward(gradient=g)


def minidl_block(width):
    from minidl import layers

    norms = [layers.LayerNormalization(epsilon=1e-5) for _ in range(2)]
    attention = layers.MultiHeadAttention(HEADS, width // HEADS)
    wide, narrow = layers.Dense(4 * width, activation="gelu"), layers.Dense(width)

    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inside = [*norms, attention, wide, narrow]

        def call(self, x):
            h = norms[0](x)
            x = x + attention(h, h, use_causal_mask=True)
            return x + narrow(wide(norms[1](x)))

    return Block()


def minidl_model(steps, width):
    import numpy as np

    from minidl import Sequential, layers

    class Embedded(layers.Layer):
        takes_raw_input = True

        def __init__(self):
            super().__init__()
            self.letters = layers.Embedding(VOCABULARY, width)
            self.places = layers.Embedding(steps, width)

        def call(self, ids):
            return self.letters(ids) + self.places(np.arange(steps)[None])

    blocks = [minidl_block(width) for _ in range(BLOCKS)]
    ends = [layers.LayerNormalization(epsilon=1e-5), layers.Dense(VOCABULARY)]
    return Sequential([Embedded(), *blocks, *ends])


# --- PyTorch
def in_torch(name, sizes):
    """A function that does one step."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    torch.manual_seed(0)
    kind = name.split()[0]
    if kind == "ctc":
        n, steps, classes, length = sizes
        x = torch.randn(n, steps, classes, requires_grad=True)
        labels = torch.randint(1, classes, (n, length))
        lengths, used = torch.full((n,), length), torch.full((n,), steps)

        def step():
            log_p = F.log_softmax(x, -1).transpose(0, 1)
            F.ctc_loss(log_p, labels, used, lengths, reduction="sum").backward()

        return step
    if kind == "block":
        block, g = torch_block(sizes[2]), torch.randn(*sizes)
        x = torch.randn(*sizes, requires_grad=True)
        return lambda: block(x).backward(g)
    if kind == "character":
        n, steps, width = sizes
        model = torch_model(steps, width)
        optimizer = torch.optim.Adam(model.parameters())
        ids, wanted = torch.randint(VOCABULARY, (2, n, steps))

        def step():
            optimizer.zero_grad()
            F.cross_entropy(model(ids).flatten(0, 1), wanted.flatten()).backward()
            optimizer.step()

        return step
    n, steps, features, units = sizes
    layer = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "simple_rnn": torch.nn.RNN}[kind]
    layer, g = layer(features, units, batch_first=True), torch.randn(n, steps, units)
    x = torch.randn(n, steps, features, requires_grad=True)
    return lambda: layer(x)[0].backward(g)


def torch_block(width):
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            n, steps, _ = x.shape
            parts = self.qkv(self.one(x)).reshape(n, steps, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
            z = F.scaled_dot_product_attention(*parts, is_causal=True)
            x = x + self.out(z.transpose(1, 2).reshape(n, steps, width))
            return x + self.narrow(F.gelu(self.wide(self.two(x))))

    return torch.compiler.disable(Block())


def torch_model(steps, width):
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.letters, self.places = nn.Embedding(VOCABULARY, width), nn.Embedding(steps, width)
            self.blocks = nn.ModuleList([torch_block(width) for _ in range(BLOCKS)])
            self.norm, self.logits = nn.LayerNorm(width), nn.Linear(width, VOCABULARY)

        def forward(self, ids):
            x = self.letters(ids) + self.places(torch.arange(steps))
            for block in self.blocks:
                x = block(x)
            return self.logits(self.norm(x))

    return Model()


# --- turns
def serve(who, name):
    """In a process of its own: for each line that comes, the processor time of a step."""
    sizes = CASES[name][0]
    if who == "all steps":  # what a gradient from the last step is compared with
        step = in_minidl(name.replace("last of", "all of"), sizes)
    elif who == "keras":
        import keras

        step = through_fit(keras, sizes)
    else:
        step = {"minidl": in_minidl, "torch": in_torch}[who](name, sizes)
    for _ in range(3):
        step()
    print("ready", flush=True)
    for line in sys.stdin:
        begin = time.process_time()
        for _ in range(int(line)):
            step()
        print((time.process_time() - begin) / int(line), flush=True)


class Contender:
    """A process that runs `serve`."""

    def __init__(self, python, who, name):
        backend = {"KERAS_BACKEND": name.split()[-1]} if who == "keras" else {}
        root = Path(__file__).resolve().parents[2]
        self.process = subprocess.Popen(
            [python, __file__, "--serve", who, "--only", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if backend else None,  # TensorFlow greets at length
            text=True,
            env={**os.environ, **backend, "PYTHONPATH": str(root)},
        )
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a contender ended without a word")
        return line.strip()

    def measure(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return float(self.answer())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ratios(name, rounds, peer):
    """minidl's times, and their ratios to the peer's, one for each round."""
    other = {"fit": "keras"}.get(name.split()[0], "all steps" if "last of" in name else "torch")
    pair = [Contender(sys.executable, "minidl", name), Contender(peer, other, name)]
    steps = max(1, round(0.05 / max(pair[0].measure(1), 1e-3)))
    rows = []
    for turn in range(rounds):
        order = pair if turn % 2 else pair[::-1]
        seconds = {id(c): c.measure(steps) for c in order}
        rows.append([seconds[id(c)] for c in pair])
    for contender in pair:
        contender.close()
    return [a for a, _ in rows], [a / b for a, b in rows]


def growth(kind, lengths, rounds):
    """Print how the time of a step forward and backward grows with the length of the sequence."""
    import numpy as np

    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.normal(size=shape).astype("float32")
    steps = [minidl_recurrent(kind, (32, n, 32, 64), draw, only_last=False) for n in lengths]
    seconds = []
    for _ in range(rounds):
        row = []
        for step in steps:
            begin = time.process_time()
            step()
            row.append(time.process_time() - begin)
        seconds.append(row)
    middle = np.median(seconds, axis=0)
    ratios = ", ".join(f"{b / a:.2f}" for a, b in pairwise(middle))
    times = ", ".join(f"{1000 * t:.1f}" for t in middle)
    print(f"| {kind} | {', '.join(map(str, lengths))} | {times} | {ratios} |", flush=True)


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--only", default="", help="beginnings of the rows' names, with commas")
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--peer", default=sys.executable, help="the Python that has PyTorch")
    options.add_argument("--keras", default=sys.executable, help="the Python that has Keras")
    options.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.serve:
        return serve(arguments.serve, arguments.only)
    wanted = tuple(arguments.only.split(","))
    print("| row | minidl, ms | minidl / peer | bar |\n|---|--:|--:|--:|")
    missed = []
    for name, (_, bar) in CASES.items():
        if not name.startswith(wanted):
            continue
        peer = arguments.keras if name.startswith("fit") else arguments.peer
        seconds, found = ratios(name, arguments.rounds, peer)
        low, ratio, high = statistics.quantiles(found, n=4)
        milliseconds = 1000 * statistics.median(seconds)
        print(
            f"| {name} | {milliseconds:.1f} | **{ratio:.2f}** ({low:.2f} to {high:.2f}) | {bar} |",
            flush=True,
        )
        if ratio > bar:
            missed.append(f"{name}: {ratio:.2f}, the bar is {bar}")
    print("\n| layer | steps | ms forward and backward | twice the steps |\n|---|---|---|---|")
    for kind, lengths in GROWING.items():
        if wanted == ("",) or kind in [name.split()[0] for name in wanted]:
            growth(kind, lengths, arguments.rounds)
    print("\n" + ("every bar is met" if not missed else "not met: " + "; ".join(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
