"""Trains with a backup. It may be interrupted, and goes on when it is started again, on as many
processes as then.

    python resuming.py FOLDER LAST_EPOCH        the run is interrupted after LAST_EPOCH (0: not)
"""

import os
import sys

import numpy as np

import minidl as keras

folder, last = sys.argv[1], int(sys.argv[2])
keras.config.set_floatx("float64")
keras.distribution.set_distribution(keras.distribution.DataParallel())
keras.set_random_seed(0)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 8)), rng.integers(0, 4, 50)
layers = keras.layers
model = keras.Sequential(
    [layers.Dense(9, "relu"), layers.Dropout(0.3), layers.BatchNormalization(), layers.Dense(4)]
)
model.layers[2].synchronized = True
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))


class Interrupts(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if last and epoch == last:
            raise RuntimeError("interrupted")


backup = keras.callbacks.BackupAndRestore(os.path.join(folder, "backup"))
csv = keras.callbacks.CSVLogger(os.path.join(folder, "log.csv"))
stop = keras.callbacks.EarlyStopping("loss", patience=3, restore_best_weights=True)
model.fit(x, y, 8, 6, 0, callbacks=[Interrupts(), backup, csv, stop])
model.save_weights(os.path.join(folder, "end.npz"))
