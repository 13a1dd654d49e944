"""Do two processes train faster than one, and does the exchange cost more than it must?

    mpiexec -n 2 python tests/benchmarks/processes.py          (the extra mpi)

Measured on two cores, with one BLAS thread a process:

    throughput      a network of 784-1024-1024-10 with batches of 512, SGD: samples a second of two
                    processes against one, at least 1.6. While one trains, the other waits.
    with Adam       the same. Every process makes the whole update, which takes Adam longer: no bar.
    exchange        all gradients of this network: with the flat buffer against MPI's bare
                    all-reduce of the same bytes, at most 1.3.

Both take turns, and a ratio is taken within each turn; the median is reported with the quartiles.
Wall clock, since waiting counts: on a machine that is busy with something else the numbers say
nothing. That one process crosses no frame more than before is counted in tests/test_house.py.

Exit status: 0 if both bars are met, 1 if one is missed.
"""

import os
import statistics
import sys
import time

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import numpy as np

import minidl as keras
from minidl.distribution.share import Share
from minidl.support.processes import here

TURNS, STEPS, BATCH = 9, 6, 512
BARS = {"throughput": 1.6, "with Adam": 0, "exchange": 1.3}

parallel = keras.distribution.DataParallel()
keras.distribution.set_distribution(parallel)
if parallel.num_processes != 2:
    sys.exit("Start two processes: mpiexec -n 2 python tests/benchmarks/processes.py")
team, rank = here.team, here.rank
rng = np.random.default_rng(0)
x = rng.random((BATCH * STEPS, 784), dtype=np.float32)
y = rng.integers(0, 10, len(x))
layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((784,)),
        layers.Dense(1024, "relu"),
        layers.Dense(1024, "relu"),
        layers.Dense(10),
    ]
)
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def fit():
    model.fit(x, y, batch_size=BATCH, verbose=0)


def alone():
    """The time of an epoch on process 0, while process 1 sleeps in the exchange that follows."""
    keras.distribution.set_distribution(None)
    spent = seconds(fit) if rank == 0 else 0.0
    keras.distribution.set_distribution(parallel)
    return team.comm.from_first(spent)


def exchanges():
    """(the time of an exchange of all gradients, that of a bare all-reduce of the same bytes)."""
    from mpi4py import MPI

    weights = model.trainable_weights
    share = Share(team, BATCH, b"")
    grads = [rng.random(w.shape, dtype=np.float32) for w in weights]
    bare = np.ones(sum(w.size for w in weights) + len(weights), np.float32)
    team.meet(team.STEP)
    flat = seconds(lambda: share.averaged(grads, weights))
    team.meet(team.STEP)
    return flat, seconds(lambda: MPI.COMM_WORLD.Allreduce(MPI.IN_PLACE, bare))


def report(name, ratios):
    low, middle, high = statistics.quantiles(ratios, n=4)
    bar, most = BARS[name], name == "exchange"
    met = middle <= bar if most else middle >= bar
    words = f", at {'most' if most else 'least'} {bar}: {'ok' if met else 'MISSED'}" if bar else ""
    print(f"{name:12} {middle:5.2f} ({low:.2f} to {high:.2f}){words}")
    return met


def throughput():
    """Samples a second of two processes, divided by those of one: a ratio a turn."""
    fit()
    return [alone() / seconds(fit) for _ in range(TURNS)]


exchanges()
met = [report("throughput", throughput())]
met.append(report("exchange", [flat / bare for flat, bare in (exchanges() for _ in range(45))]))
model.compile("adam", model.loss)
met.append(report("with Adam", throughput()))
sys.exit(0 if team.comm.from_first(all(met)) else 1)
