"""Trains without end and writes checkpoints, for tests that stop it from outside.

python endless.py CHECKPOINT        prints the process ids, then "training"
"""

import os
import sys

import numpy as np

import minidl as keras
from minidl.support.processes import here

parallel = keras.distribution.DataParallel()
keras.distribution.set_distribution(parallel)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(400, 8)), rng.integers(0, 4, 400)
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(512), keras.layers.Dense(4)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, batch_size=40, verbose=0)
model.save(sys.argv[1])
ids = here.team.gathered([os.getpid()]).ravel().astype(int)
print(*ids, flush=True)
print("training", flush=True)
saving = keras.callbacks.ModelCheckpoint(sys.argv[1], save_freq=2)
model.fit(x, y, batch_size=40, epochs=10**6, verbose=0, callbacks=[saving])
