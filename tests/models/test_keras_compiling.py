"""What compile() was given, from files as Keras wrote them."""

import json

import h5py
import numpy as np
import pytest

from minidl import Input, Model, Sequential, layers, optimizers
from minidl.models import keras_compiling, load_model
from minidl.saving import custom_object_scope

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


def test_what_is_unknown_is_said_and_the_model_comes_all_the_same(tmp_path):
    own = {**KERAS_2, "loss": "of_my_own", "metrics": None}
    with pytest.warns(UserWarning, match=r"\(.*of_my_own.*\). Call compile\(\) again before") as w:
        model = model_of_keras_2(tmp_path / "m.h5", own)
    assert model.optimizer is None and len(w) == 1

    def of_my_own(y_true, y_pred):
        return y_pred[:, 0] * 0 + 2

    model = model_of_keras_2(tmp_path / "m.h5", own, custom_objects={"of_my_own": of_my_own})
    assert model.evaluate(X, LABELS, verbose=0) == pytest.approx(2)


def test_functions_of_keras_by_their_names():
    function = {"module": "builtins", "class_name": "function", "registered_name": "function"}
    data = {"loss": {**function, "config": "mean_squared_error"}, "metrics": [[2, "mae"]]}
    assert keras_compiling._functions_by_name(data) == {**data, "loss": "mean_squared_error"}
    for name, known in (("categorical_accuracy", True), ("of_mine", False)):
        found = keras_compiling._functions_by_name([{**function, "config": name}])
        assert found == [name if known else {**function, "config": name}]
    with custom_object_scope({"mean_squared_error": lambda y_true, y_pred: y_pred}):
        assert keras_compiling._functions_by_name(data) == data


def test_an_optimizer_that_trains_something_else_has_no_memory_to_keep():
    a = Input((4,))
    model = Model(a, layers.Dense(2)(a))
    model.compile(optimizers.SGD(0.1, 0.9), "mse")
    fresh = keras_compiling.memory_of(model)["optimizer/vars"]
    assert [m.shape for m in fresh] == [(), (), (4, 2), (2,)]
    assert not model.optimizer.trainable_variables
    model.optimizer.build(model.trainable_weights[:1])
    assert keras_compiling.memory_of(model) == {"optimizer/vars": []}


@pytest.mark.parametrize(("memory", "steps"), [([], 0), ([np.array(3), np.array(0.1)], 3)])
def test_a_memory_of_before_the_first_step(memory, steps):
    model = Sequential([Input((4,)), layers.Dense(3)])
    keras_compiling.compile_again(model, {"optimizer": "sgd", "loss": "mse"}, memory)
    assert model.optimizer.iterations == steps
    assert bool(model.optimizer.trainable_variables) == bool(memory)
