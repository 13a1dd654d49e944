"""What an editor that reads types shows of minidl: every public name, with its arguments, and no
complaint about programs as tutorials write them.
"""

import json
import subprocess
import sys
import types

import pytest

import minidl

PROGRAM = """
import minidl as tf
from minidl import keras
from minidl.keras import layers
from minidl.keras.datasets import mnist
from minidl.keras.layers import LSTM, Conv2D, Dense
from minidl.keras.models import Sequential, load_model
from minidl.keras.optimizers import Adam
from minidl.keras.utils import to_categorical

(x, y), _ = mnist.load_data()
model = Sequential([
    keras.Input((28, 28, 1)),
    Conv2D(32, (3, 3), strides=(2, 2), padding="same", activation="relu",
           kernel_initializer=keras.initializers.HeNormal()),
    layers.MaxPooling2D((2, 2)),
    layers.BatchNormalization(axis=[1, 2]),
    layers.ZeroPadding2D((1, 1)),
    layers.UpSampling2D(2),
    layers.Flatten(),
    Dense(10, kernel_regularizer=keras.regularizers.L2(1e-4)),
])
words = keras.Sequential([
    layers.TextVectorization(standardize=lambda s: s, split=None),
    layers.Embedding(100, 8, embeddings_initializer=keras.initializers.Constant(1.0)),
    LSTM(3, activation=keras.activations.relu, return_sequences=True),
    layers.Bidirectional(layers.GRU(4), merge_mode=None),
    layers.Lambda(lambda x: x + 1),
])
rate = keras.optimizers.schedules.ExponentialDecay(1e-3, 100, 0.9)
model.compile(
    optimizer=Adam(rate),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(3)],
)
stop = keras.callbacks.EarlyStopping(patience=2)
history = model.fit(x / 255.0, to_categorical(y), epochs=3, callbacks=[stop], verbose=0)
print(history.history["loss"], model.evaluate(x, y), model.layers[0].kernel)
model.save("digits.keras")
model.optimizer.learning_rate.assign(1e-4)
model.optimizer.learning_rate = 1e-4
print(load_model("digits.keras").predict(x).argmax(axis=1))
weight: tf.Tensor = tf.keras.ops.relu(tf.Tensor([1.0]))
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(model(tf.constant([1.0])) ** 2)
gradients = tape.gradient(loss, model.trainable_variables)
model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
"""


def seen(folder, program) -> list[dict]:
    """What basedpyright says of a program."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    settings = {"typeCheckingMode": "basic", "extraPaths": [str(minidl.__path__[0] + "/..")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run([*command, "program.py"], cwd=folder, capture_output=True, text=True)
    return json.loads(done.stdout)["generalDiagnostics"]


def public_names() -> list[str]:
    """Every name of `__all__`, of minidl and of its modules."""
    modules = {name: getattr(minidl, name) for name in minidl.__all__ if name != "keras"}
    rooms = {k: m for k, m in modules.items() if isinstance(m, types.ModuleType)}
    inside = [f"{room}.{name}" for room, m in rooms.items() for name in getattr(m, "__all__", ())]
    return [f"minidl.{name}" for name in [*modules, *inside]]


def test_a_program_of_tutorials_has_nothing_underlined(tmp_path):
    assert [found["message"] for found in seen(tmp_path, PROGRAM)] == []


@pytest.mark.parametrize("wrong", ["layers.Conv3DD(1)", "keras.layers.Conv2D()", "Dense(unit=1)"])
def test_a_mistake_is_underlined(tmp_path, wrong):
    (found,) = seen(tmp_path, PROGRAM + wrong + "\n")
    assert found["range"]["start"]["line"] == PROGRAM.count("\n")


def test_every_public_name_is_known(tmp_path):
    names = public_names()
    assert len(names) > 900
    program = ["import minidl", *(f"reveal_type({name})" for name in names)]
    unknown = [
        found["message"]
        for found in seen(tmp_path, "\n".join(program))
        if found["severity"] == "error"
        or found["message"].endswith(('is "Any"', 'is "Unknown"', 'is "ModuleType"'))
    ]
    assert unknown == []
