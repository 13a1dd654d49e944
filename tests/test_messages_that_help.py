"""What is wrong is said before it costs anything, by its name and with its cure; and nothing has
changed after a refusal.
"""

import os
import subprocess
import sys

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, callbacks, layers, metrics, models, ops, plots
from minidl.layers import Dense, Embedding

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3)).astype("float32")
Y = X[:, :1]
LABELS = np.array([0, 1] * 4)


def net(outputs=1, loss="mse", activation=None, **settings):
    model = Sequential([Input((3,)), Dense(outputs, activation=activation)])
    model.compile("sgd", loss, **settings)
    return model


def classifier(classes=2, **settings):
    return net(classes, "sparse_categorical_crossentropy", "softmax", **settings)


def spoilt(values, place=0, value=np.nan):
    array = np.array(values, "float32")
    array.flat[place] = value
    return array


class Frame:
    """As much of a pandas.DataFrame as data need: columns, each an array, and all as one array."""

    def __init__(self, **columns):
        self.data = {name: np.asarray(values) for name, values in columns.items()}
        self.columns = list(columns)
        self.shape = (len(next(iter(self.data.values()))), len(columns))

    def __getitem__(self, name):
        return self.data[name]

    def __array__(self, dtype=None, copy=None):
        plain = all(v.dtype.kind in "fiu" for v in self.data.values())
        columns = [v if plain else v.astype(object) for v in self.data.values()]
        return np.stack(columns, axis=1)


class Missing:
    """As pandas.NA: no number."""


NUMBERS = np.arange(8.0)
GAPS = np.where(NUMBERS == 5, np.nan, NUMBERS)
WORDS = np.array(["m", "f"] * 4)

DATA = {
    "nan in y": (
        lambda: net().fit(X, spoilt(Y, 3)),
        ["y contains 1 NaN", "at row 3", "np.isfinite(y)"],
    ),
    "inf in y": (lambda: net().fit(X, spoilt(Y, 3, np.inf)), ["y contains 1", "infinite", "row 3"]),
    "nan in labels": (
        lambda: classifier().fit(X, spoilt(LABELS, 2)),
        ["y contains 1 NaN", "at row 2"],
    ),
    "nan in yes or no": (lambda: net(1, "bce", "sigmoid").fit(X, spoilt(LABELS)), ["y contains 1"]),
    "nan in one-hot": (
        lambda: net(2, "categorical_crossentropy", "softmax").fit(X, spoilt(np.eye(2)[LABELS])),
        ["y contains 1 NaN", "row 0"],
    ),
    "nan in y of the validation": (
        lambda: net().fit(X, Y, validation_data=(X, spoilt(Y, 5))),
        ["y contains 1 NaN", "row 5"],
    ),
    "a label of the validation that is no class": (
        lambda: classifier().fit(X, LABELS, validation_data=(X, LABELS + 1)),
        ["labels run 1..2"],
    ),
    "nan in y of evaluate": (lambda: net().evaluate(X, spoilt(Y, 1)), ["y contains 1 NaN"]),
    "nan in weights": (
        lambda: net().fit(X, Y, sample_weight=spoilt(np.ones(8), 4)),
        ["sample_weight contains 1 NaN", "at row 4"],
    ),
    "inf in weights": (
        lambda: net().evaluate(X, Y, sample_weight=spoilt(np.ones(8), 4, np.inf)),
        ["sample_weight contains 1", "infinite"],
    ),
    "nan in a frame": (
        lambda: net().fit(Frame(Age=GAPS, Fare=NUMBERS, Size=GAPS), Y),
        ["row 5", "the columns 'Age', 'Size' have such values", "frame.fillna"],
    ),
    "nan in one of several inputs": (
        lambda: _two().fit({"a": X, "b": spoilt(X, 6)}, Y),
        ["x['b'] contains 1"],
    ),
    "no columns": (
        lambda: net().fit(np.zeros((8, 0)), Y),
        ["x has shape (8, 0)", "hold no numbers"],
    ),
    "nan in class_weight": (
        lambda: classifier().fit(X, LABELS, class_weight={0: float("nan")}),
        ["class_weight holds finite numbers", "received nan"],
    ),
    "inf in class_weight": (
        lambda: classifier().fit(X, LABELS, class_weight={0: float("inf")}),
        ["class_weight holds finite numbers", "received inf"],
    ),
    "names in class_weight": (
        lambda: classifier().fit(X, LABELS, class_weight={"yes": 2.0}),
        ["maps the number of a class", "the key 'yes'"],
    ),
    "several ones a row": (
        lambda: net(3, "bce", "sigmoid").fit(
            X, np.array([[1, 1, 0]] * 8), class_weight={0: 1, 1: 2}
        ),
        ["one class a sample", "several ones", "sample_weight"],
    ),
    "labels 1 and 2 for hinge": (
        lambda: net(loss="hinge").fit(X, LABELS + 1),
        ["targets are -1 and 1", "y runs 1..2", "np.where(y == 2, 1, -1)"],
    ),
    "class numbers for AUC": (
        lambda: classifier(3, metrics=["AUC"]).fit(X, np.arange(8) % 3),
        ["AUC: y_true has shape (8,)", "to_categorical(y, 3)", "categorical_crossentropy"],
    ),
    "class numbers for precision": (
        lambda: metrics.Precision()(np.arange(8) % 3, np.full((8, 3), 0.3)),
        ["Precision: y_true has shape (8,)", "to_categorical(y, 3)"],
    ),
}


def _two():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    model = Model({"a": a, "b": b}, Dense(1)(layers.Add()([a, b])))
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(("act", "said"), DATA.values(), ids=DATA)
def test_data_that_cannot_be_meant(act, said):
    with pytest.raises(ValueError) as refused:
        act()
    for phrase in said:
        assert phrase in str(refused.value)


def test_nothing_has_changed_after_a_refusal():
    model = net(metrics=["mae"])
    model.fit(X, Y, verbose=0)
    before, steps = model.get_weights(), model.optimizer.iterations
    for settings in (
        {"y": spoilt(Y)},
        {"y": Y, "sample_weight": spoilt(np.ones(8))},
        {"y": Y, "validation_data": (X, spoilt(Y))},
    ):
        with pytest.raises(ValueError, match="contains 1 NaN"):
            model.fit(X, verbose=0, **settings)
    assert model.optimizer.iterations == steps
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_loss_of_yours_may_leave_nan_out():
    def masked(y_true, y_pred):
        known = np.isfinite(y_true)
        return ops.where(known, (ops.where(known, y_true, 0.0) - y_pred) ** 2, 0.0).mean(axis=-1)

    history = net(loss=masked).fit(X, spoilt(Y), verbose=0).history
    assert np.isfinite(history["loss"][0])
    net(stop_on_nan=False).fit(X, spoilt(Y), verbose=0)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda: net().fit(Frame(Age=NUMBERS, Sex=WORDS, Name=WORDS), Y, verbose=0),
            "x is a data frame whose columns 'Sex', 'Name' hold text.*get_dummies",
        ),
        (
            lambda: net().fit(
                Frame(Age=np.array([Missing()] * 8), B=NUMBERS, C=NUMBERS), Y, verbose=0
            ),
            "whose columns 'Age' hold missing values.*fillna",
        ),
        (lambda: net()(None), "Sequential 'sequential.*' takes a batch of samples.*received None"),
        (lambda: Dense(2)(None), "received None.*takes a batch of samples"),
        (lambda: Dense(2).build(), r"Dense.build takes the shape.*\(None, 784\).*received nothing"),
        (lambda: Dense(2).build(5), r"Dense.build takes the shape.*received 5"),
        (lambda: layers.BatchNormalization().build(None), "takes the shape.*received None"),
        (lambda: callbacks.BackupAndRestore(None), "BackupAndRestore: backup_dir is the path"),
        (lambda: callbacks.ModelCheckpoint(None), "ModelCheckpoint: filepath is the path"),
        (lambda: callbacks.CSVLogger(5), "CSVLogger: filename is the path.*received 5"),
        (lambda: plots.LivePlot(path=5), "LivePlot: path is the path.*received 5"),
        (lambda: net().save(None), "filepath is the path.*received None"),
        (lambda: net().load_weights(""), "filepath is the path.*received ''"),
        (lambda: models.load_model(3.5), "filepath is the path.*received 3.5"),
    ],
)
def test_what_is_no_batch_no_shape_no_path(act, said):
    with pytest.raises(TypeError, match=said):
        act()


WARNED = {
    "a target of 0": (
        lambda: net(loss="mape").fit(X, LABELS * 2.0, verbose=0),
        "MeanAbsolutePercentageError divides by the targets, and 4 of the 8 in y are 0",
    ),
    "counts below 0": (
        lambda: net(1, "poisson", "exponential").fit(X, -1 - LABELS, verbose=0),
        "down to -2",
    ),
    "logarithms below 0": (lambda: net(loss="msle").fit(X, -1 - LABELS, verbose=0), "at least 0"),
    "no probabilities": (
        lambda: net(2, "kld", "softmax").fit(X, 5 * np.eye(2)[LABELS], verbose=0),
        "compares probabilities, and y runs 0..5",
    ),
    "all weights 0": (
        lambda: net().fit(X, Y, sample_weight=np.zeros(8), verbose=0),
        "All of sample_weight is 0",
    ),
    "negative weights": (
        lambda: net().fit(X, Y, sample_weight=-np.ones(8), verbose=0),
        "sample_weight goes below 0, to -1",
    ),
    "a class that does not occur": (
        lambda: classifier().fit(X, LABELS, class_weight={0: 1, 5: 2}, verbose=0),
        r"class_weight names 5, and y has no such class: its classes run 0\.\.1",
    ),
    "a class of 10**9": (
        lambda: classifier().fit(X, LABELS, class_weight={0: 1, 10**9: 2}, verbose=0),
        "class_weight names 1000000000",
    ),
}


@pytest.mark.parametrize(("act", "said"), WARNED.values(), ids=WARNED)
def test_data_that_are_odd(act, said):
    with pytest.warns(UserWarning, match=said) as told:
        act()
    assert len(told) == 1, [str(w.message) for w in told]


def test_class_weights_of_labels_far_apart():
    """No table is made that is as long as the largest label."""
    weights = minidl.data.class_weights(np.array([0, 10**12, 0]), {0: 2.0, 10**12: 3.0})
    np.testing.assert_array_equal(weights, [2, 3, 2])


def test_an_endless_generator():
    class Enough(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch > 1100

    def endless():
        while True:
            yield X, Y

    model = net()
    with pytest.warns(UserWarning, match="1000 batches have come.*steps_per_epoch"):
        model.fit(endless(), verbose=0, callbacks=[Enough()])
    model.fit(endless(), steps_per_epoch=1100, verbose=0)
    model.fit(((X, Y) for _ in range(900)), verbose=0)


# --- callbacks that write


@pytest.mark.parametrize(
    "make",
    [
        lambda path: callbacks.CSVLogger(f"{path}/x.csv"),
        lambda path: callbacks.ModelCheckpoint(f"{path}/x.npz"),
        lambda path: callbacks.ModelCheckpoint(
            os.fsencode(f"{path}/x.weights.h5"), save_weights_only=True
        ),
        lambda path: callbacks.BackupAndRestore(f"{path}/backup", delete_checkpoint=False),
        lambda path: plots.LivePlot(path=f"{path}/x.png"),
    ],
)
def test_a_folder_that_is_not_there_is_made(make, tmp_path):
    net().fit(X, Y, verbose=0, callbacks=[make(tmp_path / "new" / "er")])
    assert len(os.listdir(tmp_path / "new" / "er")) == 1


@pytest.mark.parametrize(
    ("name", "settings", "kind", "said"),
    [
        ("best.keras", {}, ImportError, "need h5py: pip install"),
        ("best.h5", {}, ImportError, "need h5py"),
        ("b.weights.h5", {"save_weights_only": True}, ImportError, "need h5py"),
        ("b.weights.h5", {}, ValueError, "hold weights alone"),
        ("", {}, ValueError, "is a folder"),
    ],
)
def test_a_checkpoint_that_cannot_be_written_is_refused_before_training(
    name, settings, kind, said, tmp_path, monkeypatch
):
    if kind is ImportError:
        monkeypatch.setitem(sys.modules, "h5py", None)
    model = net()
    before = model.get_weights()
    with pytest.raises(kind, match=said):
        model.fit(
            X, Y, verbose=0, callbacks=[callbacks.ModelCheckpoint(tmp_path / name, **settings)]
        )
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_a_checkpoint_after_batches_knows_no_validation(tmp_path):
    with pytest.warns(UserWarning, match="measured at the end of an epoch, and not after batches"):
        callback = callbacks.ModelCheckpoint(
            tmp_path / "{epoch}-{batch}.npz", save_freq=1, monitor="val_loss", save_best_only=True
        )
    net().fit(X, Y, batch_size=2, validation_split=0.5, verbose=0, callbacks=[callback])
    assert sorted(os.listdir(tmp_path)) == ["1-1.npz", "1-2.npz"]
    with pytest.raises(ValueError, match="names a number of the validation.*save_freq=2"):
        callbacks.ModelCheckpoint(tmp_path / "{val_loss}.npz", save_freq=2)


# --- files


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
@pytest.mark.parametrize("kind", [os.fsencode, str, lambda path: path])
def test_paths_of_every_kind(ending, kind, tmp_path):
    model = net()
    model.save(kind(tmp_path / f"m.{ending}"))
    again = models.load_model(kind(tmp_path / f"m.{ending}"))
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    weights = tmp_path / ("w.npz" if ending == "npz" else "w.weights.h5")
    model.save_weights(kind(weights))
    again.load_weights(kind(weights))


@pytest.mark.parametrize("name", ["m.pkl", "m.pt", "m.onnx", "m.json"])
def test_the_ending_of_another_program(name, tmp_path):
    with pytest.warns(UserWarning, match=f"{name} becomes a file of minidl's own kind.*'.npz'"):
        net().save(tmp_path / name)
    assert models.load_model(tmp_path / name).count_params() == 4


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
def test_a_layer_that_describes_itself(ending, tmp_path):
    class Mirror(layers.Layer):
        def call(self, x):
            return x

        def get_config(self):
            return {**super().get_config(), "mirror": self}

    model = Sequential([Input((3,)), Mirror()])
    with pytest.raises(ValueError, match="describes itself without end"):
        model.save(tmp_path / f"m.{ending}")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["m.h5", "m.weights.h5"])
def test_a_checksum_in_hdf5_files(name, tmp_path):
    model, path = net(), tmp_path / name
    (model.save_weights if "weights" in name else model.save)(path)

    def read():
        if "weights" in name:
            net().load_weights(path)
        else:
            models.load_model(path)

    read()
    with h5py.File(path, "a") as file:
        found = []
        file.visititems(lambda _, x: found.append(x) if getattr(x, "shape", ()) == (3, 1) else None)
        found[0][0, 0] += 1.0
    with pytest.raises(minidl.SaveFormatError, match="its checksum does not fit its contents"):
        read()
    with h5py.File(path, "a") as file:
        del file.attrs["minidl_sha256"]
    read()


# --- names


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("from minidl.layers import Densee", "has no attribute 'Densee'. Did you mean 'Dense'?"),
        ("from minidl.layers import LSTMM", "has no attribute 'LSTMM'"),
        ("from minidl.layers import ConvLSTM2D", "Keras has layers.ConvLSTM2D"),
        ("from minidl.keras.layers import Densee", "Did you mean 'Dense'?"),
        ("from minidl import Modell", "Did you mean 'Model'?"),
        ("from minidl.optimizers import Adamm", "Did you mean 'Adam'?"),
        ("from minidl.activations import rellu", "Did you mean 'relu'?"),
        ("from minidl.utils import to_categorial", "Did you mean 'to_categorical'?"),
        ("from minidl.optimizers.schedules import CosineDecai", "Did you mean 'CosineDecay'?"),
        ("from minidl.callbacks import EarlyStoping", "Did you mean 'EarlyStopping'?"),
        ("import minidl.layerss", "Did you mean 'layers'?"),
    ],
)
def test_a_name_that_is_not_there_in_an_import(line, said):
    with pytest.raises(ImportError) as refused:
        exec(line)
    assert said in str(refused.value)
    assert not hasattr(layers, "Densee") and not hasattr(minidl, "Modell")


def test_names_that_are_there_are_still_imported_first():
    lines = (
        "from minidl.layers import Dense; from minidl.activations import relu; import minidl.plots"
    )
    subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::EncodingWarning", "-c", lines], check=True
    )


def test_determinism_can_be_asked_for():
    assert minidl.config.enable_op_determinism() is None
    assert minidl.config.experimental.enable_op_determinism() is None


# --- letters


def test_letters_that_no_font_has(tmp_path, monkeypatch):
    monkeypatch.setattr(plots.fonts, "font_with", lambda letters: None)
    figure = plt.figure()
    with pytest.warns(UserWarning, match="No font on this computer has the letters '제목'") as told:
        plots.finish(figure, tmp_path / "a.png", title="제목 1")
    assert len(told) == 1 and os.path.exists(tmp_path / "a.png")


def test_letters_that_another_font_has(tmp_path, monkeypatch):
    monkeypatch.setattr(plots.fonts, "font_with", lambda letters: "DejaVu Serif")
    figure = plt.figure()
    plots.finish(figure, tmp_path / "a.png", title="제목")
    assert figure.texts[0].get_fontfamily()[-1] == "DejaVu Serif"
    plain = plt.figure()
    plots.finish(plain, tmp_path / "b.png", title="∂L/∂w, 2·π, Ωμ")
    assert "DejaVu Serif" not in plain.texts[0].get_fontfamily()


def test_embedding_needs_no_shape():
    layer = Embedding(3, 2)
    layer.build()
    assert layer.built and layer.embeddings.shape == (3, 2)
