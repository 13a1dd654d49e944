"""Leaving for Keras, executed: the lines that chapter 16 prints, on two devices of JAX."""

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import minidl
from minidl import layers

CHAPTER = Path(__file__).resolve().parents[2] / "chapters" / "ch16_leaving_for_keras.py"

# The numbers of one device: the chapter's lines without the distribution.
ALONE = """
import keras
model = keras.models.load_model("model.keras")
model.fit(x, y, epochs=3)
"""
# Each device holds half of the columns of each kernel.
MODEL_PARALLEL = """
import keras
devices = keras.distribution.list_devices()
mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"], devices)
layout = keras.distribution.LayoutMap(mesh)
layout[".*dense.*kernel"] = (None, "model")
layout[".*dense.*bias"] = ("model",)
parallel = keras.distribution.ModelParallel(layout_map=layout, batch_dim_name="batch")
keras.distribution.set_distribution(parallel)
model = keras.models.load_model("model.keras")
model.fit(x, y, epochs=3)
"""
BEFORE = """
import os
os.environ["KERAS_BACKEND"] = "jax"
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
import numpy as np, keras
assert len(keras.distribution.list_devices()) == 2
keras.utils.set_random_seed(0)
x, y = np.load("x.npy"), np.load("y.npy")
"""
AFTER = """
kernels = [w.value for w in model.trainable_weights]
shards = [len({str(s.index) for s in k.addressable_shards}) for k in kernels]
devices = [len(k.sharding.device_set) for k in kernels]
np.savez("there.npz", *model.get_weights(), losses=model.history.history["loss"],
         shards=shards, devices=devices)
"""


def printed_lines() -> str:
    """The lines that chapter 16 prints, as a program."""
    for node in ast.parse(CHAPTER.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "THERE":
            return textwrap.dedent(ast.literal_eval(node.value))
    raise AssertionError("chapter 16 prints no lines")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model that minidl has trained for an epoch and saved, and its data."""
    folder = tmp_path_factory.mktemp("there")
    minidl.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = rng.random((192, 8, 8)).astype("float32"), rng.integers(0, 10, 192)
    model = minidl.Sequential(
        [
            minidl.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=1, verbose=0)
    model.save(folder / "model.keras")
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    return folder


def there(folder, lines: str) -> dict:
    """Run the lines in a process of their own. Returns the weights, the losses and how the weights
    lie on the devices.
    """
    environment = {**os.environ, "JAX_ENABLE_X64": "0"}
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + lines + AFTER],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(folder / "there.npz") as found:
        return dict(found)


def test_a_model_of_minidl_trains_on_on_two_devices(folder):
    alone = there(folder, ALONE)
    data = there(folder, printed_lines())
    model = there(folder, MODEL_PARALLEL)
    assert set(alone["devices"]) == {1}
    assert set(data["devices"]) == {2} and set(data["shards"]) == {1}  # each has all weights
    assert set(model["devices"]) == {2} and set(model["shards"]) == {2}  # each has half
    assert np.ptp(alone["losses"]) > 1e-3
    for many in (data, model):
        for name in ("losses", "arr_0", "arr_1", "arr_2", "arr_3"):
            np.testing.assert_allclose(many[name], alone[name], rtol=0, atol=1e-5)
