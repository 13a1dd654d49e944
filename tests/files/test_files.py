"""What files keep for later: those of the first version and of Keras go on here; what was shared
stays shared; Ctrl-C while saving is Ctrl-C.
"""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import minidl
from minidl import Input, Sequential, layers
from minidl.models import load_model
from minidl.support import disk

RNG = np.random.default_rng(3)
X = RNG.normal(size=(24, 6)).astype("float32")
Y = X[:, :2] * X[:, 2:4]
COURSE = {"batch_size": 8, "shuffle": False, "verbose": 0}


def network():
    return Sequential([Input((6,)), layers.Dense(5, activation="tanh"), layers.Dense(2)])


# --- what is shared


class Twice(layers.Layer):
    """A layer that keeps a SeedGenerator of its own."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed

    def call(self, x):
        return x + minidl.random.normal(x.shape, seed=self.seed)


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
def test_layers_that_share_a_seed_generator_share_it_afterwards(ending, tmp_path):
    seed = minidl.random.SeedGenerator(5)
    model = Sequential(
        [
            Input((6,)),
            layers.Dropout(0.5, seed=seed),
            Twice(seed),
            layers.GaussianNoise(0.1, seed=seed),
            layers.Dropout(0.5, seed=minidl.random.SeedGenerator(5)),
        ]
    )
    path = tmp_path / f"m.{ending}"
    model.save(path)
    again = load_model(path, custom_objects={"Twice": Twice})
    a, b, c, d = again.layers
    assert a.seed is b.seed is c.seed is not d.seed
    assert a.rng is b.seed.generator is c.rng is not d.rng
    if ending != "npz":  # Keras's kinds do not keep where a generator stands
        a.seed.set_state(seed.get_state())
        d.seed.set_state(model.layers[3].seed.get_state())
    for _ in range(2):  # each draw moves all three on
        np.testing.assert_array_equal(again(X, training=True), model(X, training=True))
    again.save(path)
    a, b, c, d = load_model(path, custom_objects={"Twice": Twice}).layers
    assert a.seed is b.seed is c.seed is not d.seed


# --- Ctrl-C


def interrupting(n, action):
    """What action() raises if Ctrl-C comes at the n-th call of a function that writes; None if it
    ends before.
    """
    left, writers = n, ("zipfile", "archives", "native", "keras", "hdf5", "format", "_hl")

    def hook(frame, event, arg):
        nonlocal left
        name = frame.f_code.co_filename
        if event in ("call", "c_call") and any(part in name for part in writers):
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise KeyboardInterrupt

    sys.setprofile(hook)
    try:
        action()
    except BaseException as error:
        return error
    finally:
        sys.setprofile(None)
    return None


@pytest.mark.parametrize("name", ["m.npz", "m.keras", "m.h5", "m.weights.h5"])
def test_ctrl_c_at_any_moment_of_a_save_is_ctrl_c(name, tmp_path):
    """And the old file is whole, alone in its folder."""
    path, model = tmp_path / name, network()
    model.compile("adam", "mse")
    model.fit(X, Y, **COURSE)
    save = model.save_weights if "weights" in name else model.save
    save(path)
    before, n, seen = path.read_bytes(), 0, 0
    while (error := interrupting(n, lambda: save(path))) is not None:
        assert type(error) is KeyboardInterrupt, (n, error)
        if path.read_bytes() != before:  # after the last step, which is one
            break
        assert os.listdir(tmp_path) == [name], n
        n, seen = n + 1 + n // 20, seen + 1
    assert seen > 30
    save(path)


@pytest.mark.parametrize("where", ["write", "flush", "fsync", "replace"])
def test_ctrl_c_within_the_writing_itself(where, tmp_path, monkeypatch):
    path, model = tmp_path / "m.npz", network()
    model.save(path)
    before = path.read_bytes()

    def stop(*args):
        raise KeyboardInterrupt

    for n in range(1, 40, 6):

        class Interrupted(io.FileIO):
            writes = 0

            def write(self, data, n=n):
                self.writes += 1
                return stop() if where == "write" and self.writes == n else super().write(data)

            def flush(self):
                return stop() if where == "flush" and not self.closed else super().flush()

        monkeypatch.setattr(disk, "open", Interrupted, raising=False)
        if where in ("fsync", "replace"):
            monkeypatch.setattr(disk.os, where, stop)
        with pytest.raises(KeyboardInterrupt):
            model.save(path)
        assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.npz"]
    monkeypatch.undo()
    model.save(path)


# --- rooms that open at first use


def test_text_layers_are_found_though_nobody_opened_their_room(tmp_path):
    model = Sequential([Input((3,), dtype="int64"), layers.IntegerLookup(vocabulary=[5, 6, 7])])
    model.save(tmp_path / "m.npz")
    config = json.dumps(layers.serialize(layers.TextVectorization(vocabulary=["a", "b"])))
    code = f"""
import json, sys
import minidl
assert not [m for m in sys.modules if m.startswith("minidl.text.") and "lookup" in m]
model = minidl.models.load_model({str(tmp_path / "m.npz")!r})
assert model(minidl.Tensor([[5, 6, 9]])).numpy().tolist() == [[1, 2, 0]]
assert "minidl.text.vectorization" not in sys.modules
layer = minidl.layers.deserialize(json.loads({config!r}))
assert layer(["b a"]).numpy().tolist() == [[3, 2]]
assert "string_lookup" in minidl.layers.layer_classes
try:
    minidl.layers.layer_classes["HashinG_"], minidl.layers.layer_classes["Hashin"]
except ValueError as error:
    assert "Did you mean 'hashing'?" in str(error), error
else:
    raise AssertionError
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
