"""Trains on several processes, of which one fails in the way that is asked for.

python failing.py HOW
"""

import os
import signal
import sys

import numpy as np

import minidl as keras

how = sys.argv[1]
parallel = keras.distribution.DataParallel()
keras.distribution.set_distribution(parallel)
rank = parallel.process_id
victim = rank == 1


class Fails(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 3 and victim:
            fail(self.model)
        if batch == 3 and how == "all raise":
            raise ValueError("the same mistake on all")


def fail(model):
    if how == "raises":
        raise KeyError("not there")
    if how == "runs out of memory":
        np.empty(1 << 60, np.uint8)
    if how == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "leaves":
        sys.exit(0)
    if how == "saves alone":
        model.save("alone.npz")


if how == "raises early" and victim:
    raise OSError("no such folder")
rng = np.random.default_rng(0)
x, y = rng.normal(size=(400, 8)), rng.integers(0, 4, 400)
if how == "other data":
    x = x + rank
if how == "other seeds":
    keras.set_random_seed(rank)
size = 8 + (how == "other model" and victim)
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(size), keras.layers.Dense(4)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
print(f"training {rank}", flush=True)
model.fit(x, y, batch_size=40, epochs=3, verbose=0, callbacks=[Fails()])
if how == "evaluates less" and victim:
    sys.exit()
model.evaluate(x, y, verbose=0)
print("done")
