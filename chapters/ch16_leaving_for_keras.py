# %% [markdown]
"""Chapter 16: leaving for Keras: when one machine, or NumPy, is no longer enough.

After this chapter you can

* save a model so that training goes on bit for bit, and open the file with NumPy alone;
* carry the same model, trained as far as it is, into Keras;
* let it train on there, with TensorFlow, JAX or PyTorch, on GPUs and on many machines;
* run an old program here, though it spells things otherwise.

It takes about 25 minutes to read and 10 seconds to run. You need chapter 7.

    python chapters/ch16_leaving_for_keras.py       prints, and draws figures/ch16_*.png

The last part needs two packages: pip install "minidl[keras]" (h5py) for the file, and
keras with a backend to open it.
"""

# %%
import importlib.util
import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import minidl
from minidl import layers, plots
from minidl.course import claim
from minidl.optimizers import SGD, Adam, RMSprop

FIGURES = Path("figures")
FOLDER = Path(tempfile.mkdtemp())  # taken away at the end

# %%
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, y = (x[:6000] / 255.0).astype("float32"), y[:6000]
x_test = (x_test / 255.0).astype("float32")


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


def same_weights(a, b):
    return all(np.array_equal(v, w) for v, w in zip(a.get_weights(), b.get_weights()))


# %% [markdown]
"""
## 1. By hand: save the weights

A model's weights are arrays. NumPy can write arrays to a file. Is that enough to save a
model? We train for two epochs, save the weights, put them into a new model, and train
both for one more epoch.
"""

# %%
plain = network()
plain.fit(x, y, epochs=2, verbose=0)
np.savez(FOLDER / "by_hand.npz", *plain.get_weights())
with np.load(FOLDER / "by_hand.npz") as stored:
    again = network()
    again.set_weights([stored[name] for name in stored.files])
claim(
    "the weights alone predict the same",
    again.predict(x_test, verbose=0),
    equals=plain.predict(x_test, verbose=0),
    within=0,
)
for model in (plain, again):
    model.fit(x, y, epochs=1, verbose=0)
pairs = zip(plain.get_weights(), again.get_weights())
difference = max(np.abs(a - b).max() for a, b in pairs)
claim("but training does not go on the same", difference, above=1e-3)

# %% [markdown]
"""
What was missing? Adam remembers two numbers for each weight (chapter 9). Besides, the
random generators of shuffling and dropout are somewhere else in their sequence.

## 2. `model.save` keeps all of it

So a file must also hold the optimizer's memory and the state of the random generators.
We compare six epochs without a break with three epochs, a file, and three more.
"""

# %%
straight = network()
history = straight.fit(x, y, epochs=6, verbose=0)
halfway = network()
halfway.fit(x, y, epochs=3, verbose=0)
halfway.save(FOLDER / "model.npz")
resumed = minidl.models.load_model(FOLDER / "model.npz")
resumed.fit(x, y, epochs=6, initial_epoch=3, verbose=0)
claim("saved and resumed: the same bits", same_weights(straight, resumed))
plots.history(
    history,
    FIGURES / "ch16_training.png",
    title="Six epochs; a file after the third would change nothing",
)

# %% [markdown]
"""
`initial_epoch=3` says that three epochs are done. `figures/ch16_training.png` shows the
six epochs; with the file in between, the curves are the same to the last bit.

## 3. What is in the file?

Arrays that NumPy alone can read. One of them is a text that describes the model: its
layers, their settings, the optimizer. There is no program in it, so opening a file of
somebody else's cannot run anything.
"""

# %%
with np.load(FOLDER / "model.npz", allow_pickle=False) as archive:
    names = archive.files
    description = json.loads(bytes(archive["config"]))
print("in the file:", ", ".join(names[:6]), "...")
layer = description["model"]["config"]["layers"][2]
settings = {k: layer["config"][k] for k in ("units", "activation", "use_bias")}
print("the first layer with weights:", layer["class_name"], settings)
claim("weights are found by name", "weights/0000/kernel" in names)
claim(
    "no program, only numbers and their description",
    description["format"] == "minidl model",
)

# %% [markdown]
"""
Files get damaged: a cable, a full disk. A file with one wrong bit would load, and the
network would be a little wrong without a word. So the file holds a checksum. We turn
one bit in the middle.
"""

# %%
damaged = bytearray((FOLDER / "model.npz").read_bytes())
damaged[len(damaged) // 2] ^= 1
(FOLDER / "damaged.npz").write_bytes(damaged)
noticed = ""
try:
    minidl.models.load_model(FOLDER / "damaged.npz")
except minidl.SaveFormatError as error:
    noticed = str(error)
print("one bit turned:", noticed.replace(str(FOLDER), "..."))
claim("one turned bit is noticed, by name", "damaged.npz" in noticed)

# %% [markdown]
"""
## 4. The same model as a file of Keras

The name decides: a file that ends in `.keras` is written in Keras 3's own format.
"""

# %%
if importlib.util.find_spec("h5py") is None:
    print('For files of Keras install h5py: pip install "minidl[keras]".')
    print("Then run this chapter again.")
else:
    straight.save(FOLDER / "model.keras")
    back = minidl.models.load_model(FOLDER / "model.keras")
    claim("there and back: the same predictions", same_weights(straight, back))
    print("Keras 3 opens it with keras.models.load_model('model.keras')")

# %% [markdown]
"""
## 5. And there

In Keras the model trains on, with any backend, on as many devices as there are. Each
device takes a part of each batch. (With minidl itself you can use several processes:
chapter 22.) These lines are all:
"""

# %%
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

# %%
if keras is not None and (FOLDER / "model.keras").exists():
    there: Any = keras.models.load_model(FOLDER / "model.keras")
    print(f"opened in Keras {keras.__version__}")
    claim(
        "Keras predicts the same from the file",
        there.predict(x_test, verbose=0),
        equals=straight.predict(x_test, verbose=0),
        within=1e-5,
    )
    steps = int(there.optimizer.iterations)
    claim("Adam's memory has come along", steps, equals=straight.optimizer.iterations)
    losses = there.fit(x, y, epochs=2, verbose=0).history["loss"]
    before = history.history["loss"][-3]
    claim("and trains on from where we were", losses[-1], below=before)
else:
    print("(Keras, or the backend that KERAS_BACKEND names, is not installed here,")
    print("so this part was only printed.)")
shutil.rmtree(FOLDER)

# %% [markdown]
"""
## 6. And the other way: old programs

Programs from 2015 to 2021 spell some things otherwise: `lr` for `learning_rate`,
`decay` for a rate that falls, `epsilon=None` for the default, which `K.epsilon()` tells
(`K` is `keras.backend`). minidl takes the old names, and a warning shows the new ones.
The next cell switches the warnings off. Which rate will SGD have after ten updates?
"""

# %%
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    sgd = SGD(lr=0.01, momentum=0.9, decay=0.1, nesterov=True)
    old: dict[str, Any] = {"lr": 0.001, "epsilon": None, "decay": 0.0}
    rmsprop, adam = RMSprop(rho=0.9, **old), Adam(amsgrad=True, **old)
claim(
    "lr is the rate, and decay lowers it: lr / (1 + decay · updates)",
    [sgd.schedule(0), sgd.schedule(10)],
    equals=[0.01, 0.01 / (1 + 0.1 * 10)],
)
claim("momentum and nesterov are what they were", sgd.momentum == 0.9 and sgd.nesterov)
claim(
    "epsilon=None stands for K.epsilon()",
    [rmsprop.epsilon, adam.epsilon],
    equals=minidl.backend.epsilon(),
    within=0,
)

# %% [markdown]
"""
The order of the channels (chapters 1 and 17) can be set for all layers that follow, as
in the days of Theano.
"""

# %%
minidl.backend.set_image_data_format("channels_first")
first = layers.Conv2D(4, 3)(np.zeros((1, 3, 8, 9), "float32"))
minidl.backend.set_image_data_format("channels_last")
last = layers.Conv2D(4, 3)(np.zeros((1, 8, 9, 3), "float32"))
claim("with channels first the 4 filters are axis 1", first.shape == (1, 4, 6, 7))
claim("with channels last they are the last axis", last.shape == (1, 6, 7, 4))
plots.show()

# %% [markdown]
"""
Exercises (homework: hw07)

1. Save your best MNIST model, start Python anew, load it and let it read your own digit
   (chapter 7).
2. Turn each byte of a small file in a loop and load it. Which error comes, and how
   often is the file still good? Why can it be?
3. Write a layer of your own, register it with
   @minidl.saving.register_keras_serializable(), save and load a model with it.
4. Look into model.keras with zipfile and h5py: where is the first kernel?
"""
