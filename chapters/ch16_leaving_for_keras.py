# %% [markdown]
"""Chapter 16: leaving for Keras: when one machine, or NumPy, is no longer enough.

After this chapter you can save a model so that training goes on bit for bit, open the
file with NumPy alone, and carry the same model, trained as far as it is, into Keras,
where it trains on with TensorFlow, JAX or PyTorch, on GPUs and on many machines.

    python chapters/ch16_leaving_for_keras.py       prints, and draws figures/ch16_*.png

The last part needs two packages: pip install "minidl[keras]" (h5py) for the file, and
keras with a backend to open it.
"""

import importlib.util
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import minidl
from minidl import layers, plots

FIGURES = Path("figures")
FOLDER = Path(tempfile.mkdtemp())  # taken away at the end
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, y, x_test = (
    (x[:6000] / 255.0).astype("float32"),
    y[:6000],
    (x_test / 255.0).astype("float32"),
)


def network():
    minidl.set_random_seed(0)
    model = minidl.Sequential(
        [
            minidl.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


# %% 1. By hand: weights are arrays, so a file of arrays is half of what is needed. The
# other half is everything else
plain = network()
plain.fit(x, y, epochs=2, verbose=0)
np.savez(FOLDER / "by_hand.npz", *plain.get_weights())
with np.load(FOLDER / "by_hand.npz") as stored:
    again = network()
    again.set_weights([stored[name] for name in stored.files])
assert np.array_equal(
    again.predict(x_test, verbose=0), plain.predict(x_test, verbose=0)
), "the weights alone predict the same"
for model in (plain, again):
    model.fit(x, y, epochs=1, verbose=0)
difference = max(
    np.abs(a - b).max() for a, b in zip(plain.get_weights(), again.get_weights())
)
print(f"weights alone: after one more epoch the two differ by up to {difference:.3f}")
assert difference > 1e-3, (
    "but training does not go on the same: Adam's memory, the shuffling and dropout "
    "are missing"
)

# %% 2. model.save keeps all of it: six epochs straight, or three, a file, and three
# more, end in the same bits
straight = network()
history = straight.fit(x, y, epochs=6, verbose=0)
halfway = network()
halfway.fit(x, y, epochs=3, verbose=0)
halfway.save(FOLDER / "model.npz")
resumed = minidl.models.load_model(FOLDER / "model.npz")
resumed.fit(x, y, epochs=6, initial_epoch=3, verbose=0)
assert all(
    np.array_equal(a, b) for a, b in zip(straight.get_weights(), resumed.get_weights())
), "saved and resumed: the same bits"
print("six epochs, or three and three with a file between: the same bits")
plots.history(
    history,
    FIGURES / "ch16_training.png",
    title="Six epochs; a file after the third would change nothing",
)

# %% 3. What is in the file: arrays that NumPy alone can read, one of which is a text
# that describes the model
with np.load(FOLDER / "model.npz", allow_pickle=False) as archive:
    names = archive.files
    description = json.loads(bytes(archive["config"]))
print("in the file:", ", ".join(names[:6]), "...")
layer = description["model"]["config"]["layers"][2]
print(
    "the first with weights:",
    layer["class_name"],
    {k: layer["config"][k] for k in ("units", "activation", "use_bias")},
)
assert "weights/0000/kernel" in names and description["format"] == "minidl model", (
    "no program, only numbers and their description"
)
damaged = bytearray((FOLDER / "model.npz").read_bytes())
damaged[len(damaged) // 2] ^= 1
(FOLDER / "damaged.npz").write_bytes(damaged)
try:
    minidl.models.load_model(FOLDER / "damaged.npz")
    noticed = ""
except minidl.SaveFormatError as error:
    noticed = str(error)
print("one bit turned:", noticed.replace(str(FOLDER), "..."))
assert "damaged.npz" in noticed, "one turned bit is noticed, by name"

# %% 4. The same model as a file of Keras
if importlib.util.find_spec("h5py") is None:
    print(
        '\nFor files of Keras install h5py: pip install "minidl[keras]". Then run '
        "this chapter again."
    )
else:
    straight.save(FOLDER / "model.keras")
    back = minidl.models.load_model(FOLDER / "model.keras")
    assert np.array_equal(
        back.predict(x_test, verbose=0), straight.predict(x_test, verbose=0)
    ), "there and back: the same predictions"
    print(
        "\nwritten: model.keras, which Keras 3 opens with "
        "keras.models.load_model('model.keras')"
    )

# %% 5. And there: it trains on, with any backend, on as many devices as there are
THERE = """
    import keras

    # each device takes a part of each batch
    devices = keras.distribution.list_devices()
    parallel = keras.distribution.DataParallel(devices=devices)
    keras.distribution.set_distribution(parallel)
    # compiled as it was, and Adam remembers its steps
    model = keras.models.load_model("model.keras")
    model.fit(x, y, epochs=3)
"""
print(THERE)
try:
    import keras  # pyright: ignore[reportMissingImports]
except ImportError:
    keras = None
if keras is not None and (FOLDER / "model.keras").exists():
    there: Any = keras.models.load_model(FOLDER / "model.keras")
    gap = np.abs(
        there.predict(x_test, verbose=0) - straight.predict(x_test, verbose=0)
    ).max()
    print(
        f"opened in Keras {keras.__version__}: predictions differ by {gap:.0e} at most"
    )
    assert gap < 1e-5, "Keras predicts the same from the file"
    steps = int(there.optimizer.iterations)
    assert steps == straight.optimizer.iterations, "Adam's memory has come along"
    losses = there.fit(x, y, epochs=2, verbose=0).history["loss"]
    assert losses[-1] < history.history["loss"][-3], "and trains on from where we were"
else:
    print(
        "(Keras, or the backend that KERAS_BACKEND names, is not installed here, so "
        "this part was only printed.)"
    )

# %% [markdown]
# Exercises (homework: hw07):
# 1. Save your best MNIST model, start Python anew, load it and let it read your own
# digit (chapter 7).
# 2. Turn each byte of a small file in a loop and load it. Which error comes, and how
# often is the file still good? Why can it be?
# 3. Write a layer of your own, register it with
# @minidl.saving.register_keras_serializable(), save and load a model with it.
# 4. Look into model.keras with zipfile and h5py: where is the first kernel?
shutil.rmtree(FOLDER)
plots.show()
