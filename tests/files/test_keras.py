"""Files of the first version and of Keras go on here."""

import fractions
import io
import json
import zipfile

import numpy as np
import pytest
from places import STORED

import minidl
from minidl import Input, Model, Sequential, layers, optimizers
from minidl.files import keras
from minidl.models import load_model

RNG = np.random.default_rng(3)
X = RNG.normal(size=(24, 6)).astype("float32")
Y = X[:, :2] * X[:, 2:4]
COURSE = {"batch_size": 8, "shuffle": False, "verbose": 0}


def close(model, weights, **tolerance):
    for ours, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, np.array(theirs, ours.dtype), **tolerance)


# --- files of the first version

FIRST = json.loads((STORED / "first_version" / "went_on.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FIRST)
def test_training_goes_on_from_a_file_of_the_first_version(name):
    """Its optimizer's memory was in other units."""
    with np.load(STORED / "first_version" / "data.npz") as data:
        x, y = (data[key] for key in data.files)
    model = load_model(STORED / "first_version" / f"{name}.npz")
    history = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history
    np.testing.assert_allclose(history["loss"], FIRST[name]["loss"], rtol=1e-6)
    close(model, FIRST[name]["weights"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_keras_kinds_of_the_first_version_too(ending):
    """They held the optimizer's memory by names."""
    expected = load_model(STORED / "first_version" / "adam.npz")
    model = load_model(STORED / "first_version" / f"adam.{ending}")
    close(model, expected.get_weights(), rtol=0)
    state, other = model.optimizer.get_state(), expected.optimizer.get_state()
    assert state.keys() == other.keys() and model.optimizer.iterations == 8
    for name in state:
        np.testing.assert_array_equal(state[name], other[name])


# --- Keras's own files


def test_training_goes_on_from_a_file_of_keras():
    expected = json.loads((STORED / "keras_3.15" / "went_on.json").read_text(encoding="utf-8"))
    model = load_model(STORED / "keras_3.15" / "adamw.keras")
    assert type(model.optimizer) is optimizers.AdamW and model.optimizer.weight_decay == 0.02
    assert model.optimizer.iterations == 6 and model.loss == "mse"
    x = np.sin(np.arange(144.0)).reshape(24, 6).astype("float32")
    history = model.fit(x, x[:, :2] * x[:, 2:4], epochs=2, **COURSE).history
    for key in ("loss", "mae"):
        np.testing.assert_allclose(history[key], expected[key], rtol=1e-5)
    close(model, expected["weights"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_operators_of_keras_compute_the_same(ending):
    """Each output is one line with operators; the arrays beside the file are what Keras gives."""
    folder = STORED / "keras_3.15"
    model = load_model(folder / f"operators.{ending}")
    x = np.sin(np.arange(24.0)).reshape(4, 6).astype("float32")
    with np.load(folder / "operators.npz") as expected:
        for name, found in zip(expected, model.predict([x, x[::-1]], verbose=0), strict=True):
            np.testing.assert_allclose(found, expected[name], rtol=1e-6, atol=1e-7, err_msg=name)


OPTIMIZERS = {
    "SGD": lambda: optimizers.SGD(0.05),
    "momentum": lambda: optimizers.SGD(0.05, momentum=0.9),
    "schedule": lambda: optimizers.SGD(optimizers.schedules.CosineDecay(0.1, 30), 0.9, True),
    "Adam": lambda: optimizers.Adam(0.01),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "AdamW": lambda: optimizers.AdamW(0.01),
    "RMSprop": lambda: optimizers.RMSprop(0.01),
    "RMSprop all": lambda: optimizers.RMSprop(0.01, 0.8, 0.5, centered=True),
    "Adagrad": lambda: optimizers.Adagrad(0.1),
    "Adadelta": lambda: optimizers.Adadelta(1.0),
    "Adamax": lambda: optimizers.Adamax(0.01),
    "Nadam": lambda: optimizers.Nadam(0.01),
    "RAdam": lambda: optimizers.RAdam(0.01),
    "Lion": lambda: optimizers.Lion(0.003),
    "averages": lambda: optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=4),
    "sums": lambda: optimizers.SGD(0.05, 0.9, gradient_accumulation_steps=4),
}


def network():
    return Sequential([Input((6,)), layers.Dense(5, activation="tanh"), layers.Dense(2)])


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_after_a_file_of_keras_kind(name, ending, tmp_path):
    model = network()
    model.compile(OPTIMIZERS[name](), "mse", metrics=["mae"])
    model.fit(X, Y, epochs=2, **COURSE)
    model.save(tmp_path / f"m.{ending}")
    again = load_model(tmp_path / f"m.{ending}")
    for m in (model, again):
        m.fit(X, Y, epochs=2, **COURSE)
    close(again, model.get_weights(), rtol=1e-6, atol=1e-7)


def keras_parts(path):
    """(config.json, the optimizer's variables) of a '.keras' file."""
    import zipfile

    import h5py

    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        weights = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(weights, "r") as file:
        group = file.get("optimizer/vars", {})
        return config, [group[str(i)][()] for i in range(len(group))]


def test_the_memory_lies_in_the_file_as_in_keras(tmp_path):
    """Counter, rate, then m and v of each weight in turn, in the paper's units."""
    model, gradients = network(), []
    model.compile(optimizers.Adam(0.01), "mse")
    step = model.optimizer.step

    def spied():
        gradients.append([v.grad.copy() for v in model.trainable_weights])
        step()

    model.optimizer.step = spied
    model.fit(X, Y, batch_size=12, shuffle=False, verbose=0)
    model.optimizer.step = step
    model.save(tmp_path / "m.keras")
    config, (count, rate, *slots) = keras_parts(tmp_path / "m.keras")
    assert count == 2 and rate == np.float32(0.01) and len(slots) == 8
    for i, (one, two) in enumerate(zip(*gradients)):
        m = 0.9 * 0.1 * one + 0.1 * two
        v = 0.999 * 0.001 * one**2 + 0.001 * two**2
        np.testing.assert_allclose(slots[2 * i], m, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(slots[2 * i + 1], v, rtol=1e-4, atol=1e-12)
    compiled = config["compile_config"]
    assert compiled["optimizer"]["module"] == "keras.optimizers" and compiled["loss"] == "mse"
    assert compiled["optimizer"]["config"]["learning_rate"] == 0.01
    assert sorted(compiled) == [
        *("jit_compile", "loss", "loss_weights", "metrics", "optimizer", "run_eagerly"),
        *("steps_per_execution", "weighted_metrics"),
    ]


def test_what_keras_does_not_have_is_left_out_for_keras_and_kept_for_us(tmp_path):
    for compiled in (
        {"optimizer": "radam", "loss": "mse"},
        {"optimizer": "sgd", "loss": "nll"},
        {"optimizer": "sgd", "loss": "mse", "metrics": ["rmse"]},
        {"optimizer": "sgd", "loss": {"a": "mse"}, "metrics": [["mae", "r2"]]},
    ):
        a = Input((6,))
        model = Model(a, layers.Dense(2, name="a")(a))
        model.compile(**compiled)
        model.save(tmp_path / "m.keras")
        config, _ = keras_parts(tmp_path / "m.keras")
        assert "compile_config" not in config and "minidl_compile_config" in config
        again = load_model(tmp_path / "m.keras")
        assert type(again.optimizer) is type(model.optimizer) and again.loss == model.loss


def test_a_memory_of_keras_that_does_not_fit_is_said(tmp_path):
    """The model comes all the same, and its optimizer begins anew."""
    import zipfile

    source = STORED / "keras_3.15" / "adamw.keras"
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["config.json"] = parts["config.json"].replace(b'"AdamW"', b'"SGD"')
    for name in (b"beta_1", b"beta_2", b"epsilon", b"amsgrad"):
        config = json.loads(parts["config.json"])
        config["compile_config"]["optimizer"]["config"].pop(name.decode(), None)
        parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.warns(UserWarning, match="remembered could not be restored .*10.* begins anew"):
        model = load_model(tmp_path / "m.keras")
    assert type(model.optimizer) is optimizers.SGD and model.optimizer.iterations == 0
    close(model, load_model(source).get_weights(), rtol=0)


def test_a_member_may_be_as_large_as_is_believable(tmp_path, monkeypatch):
    path = tmp_path / "m.keras"
    Sequential([Input((6,)), layers.Dense(2)]).save(path)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("config.json").file_size
    monkeypatch.setattr("minidl.files.keras._MOST_TEXT", size)
    assert load_model(path).count_params() == 14
    monkeypatch.setattr("minidl.files.keras._MOST_TEXT", size - 1)
    with pytest.raises(minidl.SaveFormatError, match=f"'config.json' declares {size:,} bytes"):
        load_model(path)


def test_a_compressed_member_may_be_as_many_times_the_file_as_is_believable(tmp_path, monkeypatch):
    path = tmp_path / "m.keras"
    Sequential([Input((6,)), layers.Dense(2)]).save(path)
    size, member = path.stat().st_size, "model.weights.h5"
    with zipfile.ZipFile(path) as archive:
        large = archive.getinfo(member).file_size
    monkeypatch.setattr(keras, "_EXPANSION", fractions.Fraction(large, size))
    assert load_model(path).count_params() == 14
    monkeypatch.setattr(keras, "_EXPANSION", fractions.Fraction(large - 1, size))
    with pytest.raises(minidl.SaveFormatError, match=f"{large:,} bytes, in a file of {size:,}"):
        load_model(path)


@pytest.mark.parametrize("member", ["metadata.json", "model.weights.h5"])
def test_a_member_that_is_not_there(member, tmp_path):
    path = tmp_path / "m.keras"
    Sequential([Input((6,)), layers.Dense(2)]).save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != member}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(minidl.SaveFormatError, match=f"it lacks {member}"):
        load_model(path)


def test_sums_and_products_with_a_number_are_layers_in_the_file(tmp_path):
    """Keras's own files cannot hold a bare op; Rescaling computes the same."""
    a = Input((6,))
    Model(a, [a + 2.0, a - 2.0, 2.0 - a, a * 3.0, a / 4.0, -a]).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        stack = json.loads(archive.read("config.json"))["config"]["layers"][1:]
    assert {layer["class_name"] for layer in stack} == {"Rescaling"}
    assert [(layer["config"]["scale"], layer["config"]["offset"]) for layer in stack] == [
        *[(1, 2), (1, -2), (-1, 2)],
        *[(3, 0), (0.25, 0), (-1, 0)],
    ]
