"""Whole models in '.h5' files: whose weights they are, and what Keras had compiled."""

import json

import h5py
import numpy as np
import pytest

from minidl import Input, Model, SaveFormatError, Sequential, layers, optimizers, saving
from minidl.files.hdf5 import Arrays
from minidl.models import keras_2_files, load_model
from minidl.models.keras_compiling import _functions_by_name, memory_of

X = np.arange(12.0, dtype="f").reshape(4, 3)


def stack(*units, names="dcba"):
    dense = [layers.Dense(n, name=name) for n, name in zip(units, names)]
    return Sequential([Input((3,)), *dense], name="m")


def function(name):
    kind = {"module": "builtins", "class_name": "function"}
    return {**kind, "config": name, "registered_name": "function"}


SGD = {"learning_rate": 0.25, "momentum": 0.5}
COMPILED = {
    "loss": function("mean_squared_error"),
    "metrics": ["mae", function("mean_squared_error")],
    "loss_weights": None,
    "optimizer_config": {"module": "keras.optimizers", "class_name": "SGD", "config": SGD},
    "steps": "which no compile() here takes",
}


def of_keras(path, compiled, memory=()):
    """A file as Keras writes it, with what compile() was given and the optimizer's variables."""
    stack(2).save(path)
    with h5py.File(path, "a") as file:
        del file.attrs["minidl_sha256"]
        if compiled is not None:
            file.attrs["training_config"] = json.dumps(compiled)
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = [f"sgd/{name}".encode() for name, _ in memory]
        for name, values in memory:
            group[f"sgd/{name}"] = values
    return path


def test_what_keras_compiled_comes_back(tmp_path):
    slots = [("dense/k_momentum", np.full((3, 2), 5.0)), ("dense/b_momentum", np.full(2, 6.0))]
    memory = [("iteration", 7), ("learning_rate", 0.125), *slots]
    path = of_keras(tmp_path / "m.h5", COMPILED, memory)
    model = load_model(path)
    assert type(model.optimizer) is optimizers.SGD and model.optimizer.momentum == 0.5
    assert model.optimizer.iterations == 7 and model.optimizer.learning_rate == 0.125
    assert [a.tolist() for (a,) in model.optimizer.memory] == [[[5, 5]] * 3, [6, 6]]
    assert model.loss == "mean_squared_error"
    assert model.compile_arguments["metrics"] == ["mae", "mean_squared_error"]
    assert load_model(path, compile=False).optimizer is None
    assert load_model(of_keras(tmp_path / "n.h5", None, memory)).optimizer is None
    begins = load_model(of_keras(tmp_path / "o.h5", COMPILED)).optimizer
    assert begins.iterations == 0 and begins.learning_rate == 0.25


def test_a_function_of_yours_stays_the_one_that_was_compiled(tmp_path):
    def mine(y, p):
        return (y - p) ** 2

    path = of_keras(tmp_path / "m.h5", {**COMPILED, "loss": function("mine"), "metrics": None})
    assert load_model(path, {"mine": mine}).loss is mine
    with pytest.warns(UserWarning, match="was given could not be restored.*'mine'"):
        assert load_model(path).optimizer is None


def test_functions_of_keras_by_their_names():
    def mean_squared_error(y, p):
        return (y - p) ** 2

    data = {"a": [function("mean_squared_error"), function("mine")], "b": function("relu")}
    ours = {"a": ["mean_squared_error", function("mine")], "b": function("relu")}
    for name in ("binary_accuracy", "kld"):  # a metric alone, a loss alone
        assert _functions_by_name(function(name)) == name
    assert _functions_by_name({**data, "c": 3}) == {**ours, "c": 3}
    other = {"class_name": "Huber", "config": "mean_squared_error"}
    assert _functions_by_name(other) == other
    with saving.custom_object_scope({"mean_squared_error": mean_squared_error}):
        assert _functions_by_name(data["a"]) == data["a"]


def test_the_file_lists_trainable_weights_first(tmp_path):
    inner = Sequential([Input((3,)), layers.BatchNormalization(name="n"), layers.Dense(1)], "in")
    x = Input((3,))
    model = Model(x, inner(x))
    model.set_weights([w + i for i, w in enumerate(model.get_weights())])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        (name,) = (n for n in file["model_weights"] if len(file["model_weights"][n]))
        names = [n.split("/")[-1] for n in file["model_weights"][name].attrs["weight_names"]]
    assert names == ["gamma", "beta", "kernel", "bias", "moving_mean", "moving_variance"]
    for again, weights in zip(load_model(tmp_path / "m.h5").get_weights(), model.get_weights()):
        np.testing.assert_array_equal(again, weights)


def test_weights_of_layers_of_other_names_go_by_their_place(tmp_path):
    stack(2, 4).save(tmp_path / "m.h5")
    other = stack(2, 4, names="xy")
    other.load_weights(tmp_path / "m.h5")
    same = load_model(tmp_path / "m.h5").get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(same, other.get_weights()))


@pytest.mark.parametrize(
    ("units", "said", "fitting"),
    [
        ((2,), "holds the weights of 2 layers, and model 'm' has 1 layers with weights", [0]),
        ((2, 4, 5), "holds the weights of 2 layers, and model 'm' has 3 layers", [0, 1]),
        (
            (2, 5),
            r"layer 'c' has weights of shapes \[\(2, 5\), \(5,\)\], and the file holds \[\(2, 4\), ",
            [0],
        ),
    ],
)
def test_weights_that_do_not_fit_are_told_or_left_out(units, said, fitting, tmp_path):
    stack(2, 4).save(tmp_path / "m.h5")
    model = stack(*units)
    with pytest.raises(SaveFormatError, match=said):
        model.load_weights(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        pairs = keras_2_files.layer_pairs(Arrays(file), model, skip_mismatch=True)
    taken = [v for n in fitting for v in model.layers[n].weights]
    assert [id(v) for v, _ in pairs] == [id(v) for v in taken]


def test_what_is_written_of_compile(tmp_path):
    model, path = stack(2), tmp_path / "m.h5"
    model.compile(optimizers.SGD(0.5, momentum=0.5), "mse")
    model.fit(X, X[:, :2], verbose=0)
    for included in (False, True):
        model.save(path, include_optimizer=included)
        again = load_model(path)
        assert (again.optimizer is not None) == included
        assert load_model(path, compile=False).optimizer is None
    assert again.loss == "mse" and again.optimizer.iterations == 1
    np.testing.assert_array_equal(again.optimizer.memory[0][0], model.optimizer.memory[0][0])
    with pytest.raises(ValueError, match="no weights yet"):
        Sequential([layers.Dense(1)]).save(path)


def test_the_memory_of_an_optimizer_that_has_not_trained_yet():
    model = stack(2)
    model.compile(optimizers.SGD(0.5, momentum=0.5), "mse")
    (arrays,) = memory_of(model).values()
    assert [a.tolist() for a in arrays] == [0, 0.5, [[0, 0]] * 3, [0, 0]]
    assert not model.optimizer.trainable_variables
    model.optimizer.build(stack(2).trainable_weights)  # of another model
    assert memory_of(model) == {"optimizer/vars": []}
