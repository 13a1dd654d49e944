"""What compile() was given, from files as Keras wrote them."""

import json

import h5py
import numpy as np
import pytest

from minidl import Input, Sequential, layers
from minidl.models import keras_compiling, load_model

X = np.sin(np.arange(36.0)).reshape(9, 4).astype("float32")
LABELS = np.arange(9) % 3
KERAS_2 = {
    "loss": "sparse_categorical_crossentropy",
    "metrics": [["accuracy"]],
    "weighted_metrics": None,
    "loss_weights": None,
    "optimizer_config": {
        "class_name": "SGD",
        "config": {"learning_rate": 0.25, "decay": 0.0, "momentum": 0.9, "nesterov": True},
    },
}


def model_of_keras_2(path, settings, **options):
    """Open a model whose file says what compile() was given in the layout of TensorFlow 2."""
    model = Sequential([Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "mse")
    model.save(path, include_optimizer=False)
    with h5py.File(path, "r+") as file:
        file.attrs.pop("minidl_sha256")
        file.attrs["training_config"] = json.dumps(settings)
    return load_model(path, **options)


def test_what_keras_2_wrote(tmp_path):
    """Nested lists, and an optimizer with its old arguments."""
    model = model_of_keras_2(tmp_path / "m.h5", KERAS_2)
    assert float(model.optimizer.learning_rate) == 0.25
    assert model.optimizer.momentum == 0.9 and model.optimizer.nesterov
    model.evaluate(X, LABELS, verbose=0)
    assert model.metrics_names == ["loss", "accuracy"]
    assert model_of_keras_2(tmp_path / "m.h5", KERAS_2, compile=False).optimizer is None


@pytest.mark.parametrize(("memory", "steps"), [([], 0), ([np.array(3), np.array(0.1)], 3)])
def test_a_memory_of_before_the_first_step(memory, steps):
    model = Sequential([Input((4,)), layers.Dense(3)])
    keras_compiling.compile_again(model, {"optimizer": "sgd", "loss": "mse"}, memory)
    assert model.optimizer.iterations == steps
    assert bool(model.optimizer.trainable_variables) == bool(memory)
