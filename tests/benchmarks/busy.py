"""What does a busy machine cost? The time of one epoch of the quickstart network while other
programs keep every core busy, beside the same with OPENBLAS_NUM_THREADS=1.

    python tests/benchmarks/busy.py
    python tests/benchmarks/busy.py --loops 0            # an idle machine
    python tests/benchmarks/busy.py --network wide --loops 0 --against forced

Threads that compute a product together wait for each other. Where other programs take the cores,
this costs more than the threads bring, so `fit` computes small products on one thread. Against
`forced` the other process has as many threads as there are cores for all products, as NumPy has by
itself.

The two processes run in turns, `--rounds` times; ratios are of the same round.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

EPOCH = """
import sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
import minidl
from contextlib import nullcontext
if sys.argv[2] == "forced":
    from minidl.models import loops
    loops.threads_for = lambda multiplications: nullcontext()
layers = minidl.layers
rng = np.random.default_rng(0)
x, y = rng.random((9600, 28, 28)).astype("float32"), rng.integers(0, 10, 9600)
units, batch = (128, 32) if sys.argv[1] == "quickstart" else (512, 128)
model = minidl.Sequential(
    [layers.Flatten(), layers.Dense(units, activation="relu"), layers.Dense(10)]
)
loss = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"])
model.fit(x, y, batch, verbose=0)
start = time.perf_counter()
model.fit(x, y, batch, epochs=2, verbose=0)
print(time.perf_counter() - start)
"""


def seconds(network, kind):
    """The time of two epochs. kind: 'chosen' by fit, 'one' thread, or 'forced' to all cores."""
    env = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    if kind == "one":
        env["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        env.update(PYTHONPATH=os.getcwd(), MPLCONFIGDIR=folder)
        command = [sys.executable, "-c", EPOCH, network, kind]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--network", choices=["quickstart", "wide"], default="quickstart")
    parser.add_argument("--loops", type=int, default=4, help="endless loops beside it")
    parser.add_argument("--against", choices=["one", "forced"], default="one")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(arguments.loops)
    ]
    try:
        rounds = [
            (seconds(arguments.network, "chosen"), seconds(arguments.network, arguments.against))
            for _ in range(arguments.rounds)
        ]
    finally:
        for loop in loops:
            loop.kill()
    ratios = sorted(chosen / other for chosen, other in rounds)
    print(
        f"{arguments.network}, {arguments.loops} loops beside it, {os.cpu_count()} cores: "
        f"fit as it is takes {statistics.median(ratios):.2f} of the time with "
        f"{'one thread' if arguments.against == 'one' else 'all threads'} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
