"""A process killed while it saves: the file is the old one or the new one, whole; and training goes
on as if nothing had been.
"""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from places import ROOT

from minidl.models import load_model

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}

# For each line it hears, a child that saves until it is killed; so the library is imported once.
SAVES = """
import os, sys
import numpy as np
from minidl import Input, Sequential, layers
model = Sequential([Input((40,)), layers.Dense(200), layers.Dense(40)], name="m")
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        break
    os.waitpid(child, 0)
    print("killed", flush=True)
number = 0
while line:
    number += 1
    model.set_weights([np.full(w.shape, number, "float32") for w in model.get_weights()])
    model.save("m.npz")
    print(number, flush=True)
"""

TRAINS = """
import sys, numpy as np, minidl
from minidl import Input, Sequential, callbacks, layers, optimizers
minidl.set_random_seed(5)
rng = np.random.default_rng(0)
x = rng.normal(size=(400, 12)).astype("float32"); y = (x[:, 0] * x[:, 1] > 0).astype("int64")
model = Sequential([Input((12,)), layers.Dense(32, activation="relu"), layers.Dropout(0.3), layers.BatchNormalization(), layers.Dense(2, activation="softmax")])
model.compile(optimizers.Adam(optimizers.schedules.ExponentialDecay(0.01, 100, 0.9)), "sparse_categorical_crossentropy", metrics=["accuracy"])
class Say(callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(epoch, flush=True)
history = model.fit(x, y, batch_size=16, epochs=30, verbose=0, validation_split=0.2,
                    callbacks=[Say(), callbacks.ReduceLROnPlateau(patience=100), callbacks.BackupAndRestore("backup")])
model.save_weights(sys.argv[1])
np.save(sys.argv[1] + ".history.npy", np.array([history.history[k] for k in sorted(history.history)]))
"""


def start(code, folder, *args):
    return subprocess.Popen(
        [sys.executable, "-c", code, *args],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_fifty_kills_while_saving(tmp_path):
    chance, last, writing = random.Random(0), 0, 0
    process = start(SAVES, tmp_path)
    for _ in range(50):
        print("save", file=process.stdin, flush=True)
        child, first = int(process.stdout.readline()), process.stdout.readline().strip()
        assert first == "1"
        time.sleep(chance.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        said = [1, *map(int, iter(process.stdout.readline, "killed\n"))]
        model = load_model(tmp_path / "m.npz")  # whole, or this raises
        numbers = {float(n) for w in model.get_weights() for n in np.unique(w)}
        # saved, or saved and not yet said
        assert numbers in ({float(said[-1])}, {float(said[-1] + 1)}), (numbers, said[-1])
        last = max(last, said[-1])
        parts = [name for name in os.listdir(tmp_path) if name != "m.npz"]
        assert all(name.startswith(".minidl-") and name.endswith(".part") for name in parts), parts
        writing += len(parts)
        for name in parts:
            os.unlink(tmp_path / name)
    process.kill()
    assert process.communicate()[1] == ""
    assert last > 1 and writing > 5  # some were killed between two saves, many in the middle of one


INTERRUPTED = """
import sys, signal, time
import numpy as np
from minidl import Input, Sequential, layers
from minidl.models import load_model
path, rounds = sys.argv[1], int(sys.argv[2])
model = Sequential([Input((40,)), layers.Dense(200), layers.Dense(40)], name="m")
model.compile("adam", "mse")
model.fit(np.ones((8, 40)), np.ones((8, 40)), verbose=0)
model.set_weights([np.zeros(w.shape, "float32") for w in model.get_weights()])
started = time.perf_counter(); model.save(path); model.save(path)
usual = (time.perf_counter() - started) / 2
chance, caught = np.random.default_rng(0), 0
for number in range(1, rounds + 1):
    model.set_weights([np.full(w.shape, number, "float32") for w in model.get_weights()])
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, max(1e-6, chance.uniform(0, 1.1) * usual))
            model.save(path)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        caught += 1
    found = {float(n) for w in load_model(path).get_weights() for n in np.unique(w)}
    assert len(found) == 1, found
print(caught)
"""


@pytest.mark.parametrize("name", ["m.npz", "m.keras", "m.h5"])
def test_ctrl_c_while_saving(name, tmp_path):
    """Real signals at random moments: Ctrl-C is KeyboardInterrupt and nothing else, and the file is
    whole.
    """
    code = "import signal; signal.signal(signal.SIGALRM, signal.default_int_handler)" + INTERRUPTED
    process = start(code, tmp_path, name, "150")
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert int(said) > 10
    # h5py's weak references can swallow a signal, and Python's ZipFile speaks of itself if one ends
    # its __init__ half way; nothing else may be heard of a signal.
    heard = {line for line in errors.splitlines() if line and line[0] not in " TE"}
    half_made = "AttributeError: 'ZipFile' object has no attribute '_writing'"
    assert {line.strip(": ") for line in heard} <= {"KeyboardInterrupt", half_made}, errors
    parts = [part for part in os.listdir(tmp_path) if part != name]
    assert len(parts) <= 3, parts  # a signal may come while the half file is being taken away


def test_a_training_run_that_is_killed_again_and_again(tmp_path):
    calm, stormy = tmp_path / "calm", tmp_path / "stormy"
    calm.mkdir(), stormy.mkdir()
    process = start(TRAINS, calm, "end.npz")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    chance, kills, seen = random.Random(1), 0, []
    while kills < 5:
        process = start(TRAINS, stormy, "end.npz")
        for _ in range(2):  # one epoch further each time: the second says that the first is kept
            line = process.stdout.readline()
            assert line, process.stderr.read()
            seen.append(int(line))
        time.sleep(chance.uniform(0, 0.03))
        process.kill()
        process.communicate()
        kills += 1
    assert not (stormy / "end.npz").exists() and max(seen) >= 4
    process = start(TRAINS, stormy, "end.npz")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    with np.load(calm / "end.npz") as one, np.load(stormy / "end.npz") as two:
        assert one.files == two.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], two[name], err_msg=name)
    np.testing.assert_array_equal(
        np.load(calm / "end.npz.history.npy"), np.load(stormy / "end.npz.history.npy")
    )
    left = os.listdir(stormy / "backup") if (stormy / "backup").exists() else []
    # what was half written when it was killed
    assert all(name.startswith(".minidl-") and name.endswith(".part") for name in left), left
