"""restore and load_weights: all or nothing."""

import os

import numpy as np
import pytest
from model_cases import X, Y, equal, same, small, snapshot

import minidl
from minidl import Input, Sequential, layers
from minidl.models import SaveFormatError, load_model


@pytest.mark.parametrize(
    "other", ["architecture", "optimizer", "no memory", "weights file", "fewer generators"]
)
@pytest.mark.parametrize("trained", [True, False])
def test_a_restore_that_fails_changes_nothing(other, trained, tmp_path):
    def noisy(width=4, optimizer="adam", rate=0.5):
        model = Sequential(
            [
                Input((6,)),
                layers.Dense(width),
                *([layers.Dropout(rate)] if rate else []),
                layers.Dense(2, activation="softmax"),
            ]
        )
        model.compile(optimizer, "sparse_categorical_crossentropy")
        return model

    source = noisy(
        width=5 if other == "architecture" else 4,
        optimizer="adamax" if other == "optimizer" else "adam",
        rate=0.5,
    )
    source.fit(X, Y, verbose=0)
    path = tmp_path / "m.npz"
    if other == "weights file":
        source.save_weights(path)
    else:
        source.save(path, include_optimizer=other != "no memory")
    target = noisy(rate=0 if other == "fewer generators" else 0.5)
    if trained:
        target.fit(X, Y, epochs=2, verbose=0)
    elif other == "no memory":
        return
    before = snapshot(target)
    with pytest.raises(SaveFormatError, match="m.npz cannot be loaded"):
        target.restore(path)
    equal(before, snapshot(target))


def test_weights_alone(tmp_path):
    model, other = small(), small()
    model.save_weights(tmp_path / "deep" / "cp-0001.ckpt")
    other.load_weights(tmp_path / "deep" / "cp-0001.ckpt")
    same(model, other)
    model.save(tmp_path / "m.npz")
    third = small()
    third.load_weights(tmp_path / "m.npz")  # of a whole model too
    same(model, third)
    with pytest.raises(ValueError, match="no weights yet"):
        Sequential([layers.Dense(1)]).save_weights(tmp_path / "w.npz")
    with pytest.raises(SaveFormatError, match="no weights yet: call it on data once"):
        Sequential([layers.Dense(1)]).load_weights(tmp_path / "m.npz")
    with pytest.raises(SaveFormatError, match="holds 'weights', where model is expected"):
        load_model(tmp_path / "deep" / "cp-0001.ckpt")


def test_weights_that_do_not_fit(tmp_path):
    small().save_weights(tmp_path / "w.npz")
    wider = Sequential([Input((6,)), layers.Dense(4), layers.Dense(3)])
    before = wider.get_weights()
    with pytest.raises(
        SaveFormatError,
        match=r"w.npz.*weight 'kernel'.*\(4, 3\).*the file holds 'kernel' of shape \(4, 2\)",
    ):
        wider.load_weights(tmp_path / "w.npz")
    equal(before, wider.get_weights())
    wider.load_weights(tmp_path / "w.npz", skip_mismatch=True)
    now = wider.get_weights()
    assert (
        not np.array_equal(now[0], before[0])
        and np.array_equal(now[2], before[2])
        and np.array_equal(now[3], before[3])
    )
    with pytest.raises(SaveFormatError, match="holds 4 weights, and model .* has 2"):
        Sequential([Input((6,)), layers.Dense(4)]).load_weights(tmp_path / "w.npz")


def test_checkpoint_paths(tmp_path):
    model = small(optimizer="sgd")
    model.fit(
        X,
        Y,
        epochs=2,
        verbose=0,
        callbacks=[
            minidl.callbacks.ModelCheckpoint(
                tmp_path / "ck" / "cp-{epoch:04d}.ckpt", save_weights_only=True
            )
        ],
    )
    assert sorted(os.listdir(tmp_path / "ck")) == ["cp-0001.ckpt", "cp-0002.ckpt"]
    other = small()
    other.load_weights(str(tmp_path / "ck" / "cp-0002.ckpt"))
    same(model, other)


def test_paths_that_are_refused(tmp_path):
    model = small()
    path = tmp_path / "m.npz"
    model.save(path)
    for write in (model.save, model.save_weights):
        with pytest.raises(FileExistsError, match="m.npz exists already, and overwrite=False"):
            write(path, overwrite=False)
    with pytest.raises(ValueError, match=r"\.weights\.h5' files hold weights alone.*save_weights"):
        model.save(tmp_path / "m.weights.h5")
    for folder in (tmp_path, f"{tmp_path}/new/"):
        with pytest.raises(ValueError, match=r"is a folder.*model\.npz"):
            model.save(folder)
    with pytest.raises(ValueError, match="is a folder, as TensorFlow's SavedModel"):
        load_model(tmp_path)
    for load in (load_model, model.load_weights, model.restore):
        with pytest.raises(FileNotFoundError, match=r"There is no file .*gone\.npz"):
            load(tmp_path / "gone.npz")
    (tmp_path / "cp.ckpt.index").write_bytes(b"")
    with pytest.raises(ValueError, match="checkpoint of TensorFlow.*save_weights"):
        model.load_weights(tmp_path / "cp.ckpt")
    assert sorted(os.listdir(tmp_path)) == ["cp.ckpt.index", "m.npz"]


@pytest.mark.parametrize("name", ["m.npz", "m.keras", "m.h5", "w.weights.h5", "w.ckpt"])
def test_weights_of_each_kind_of_file_are_read_into_another_model(name, tmp_path):
    model, other = small(), small()
    write = model.save if name.startswith("m") else model.save_weights
    write(tmp_path / name)
    for w in other.weights:
        w.assign(w.numpy() + 1)
    other.load_weights(tmp_path / name)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)
    wider = Sequential([Input((6,)), layers.Dense(9), layers.Dense(3)])
    with pytest.raises(ValueError):
        wider.load_weights(tmp_path / name)


@pytest.mark.parametrize("name", ["m.npz", "m.keras", "m.h5", "w.weights.h5"])
def test_what_does_not_fit_is_named_or_skipped(name, tmp_path):
    """A layer of another shape, or one more: the others are read only with skip_mismatch."""

    def model(*units):
        return Sequential(
            [Input((6,)), *[layers.Dense(n, name=f"d{i}") for i, n in enumerate(units)]]
        )

    stored = model(4, 2)
    write = stored.save if name.startswith("m") else stored.save_weights
    write(tmp_path / name)
    for units in [(4, 3), (4, 2, 5), (5, 2)]:
        other = model(*units)
        before = other.get_weights()
        with pytest.raises(ValueError, match=r"weight|layer"):
            other.load_weights(tmp_path / name)
        for a, b in zip(before, other.get_weights()):
            np.testing.assert_array_equal(a, b)
        other.load_weights(tmp_path / name, skip_mismatch=True)
        for w, old, new in zip(other.get_weights(), before, stored.get_weights()):
            np.testing.assert_array_equal(w, new if new.shape == w.shape else old)


def test_what_a_file_cannot_hold(tmp_path):
    model = small()
    model.layers[0].rng = np.random.Generator(np.random.SFC64(0))
    with pytest.raises(ValueError, match=r"is a SFC64, whose state cannot be saved. Make one with"):
        model.save(tmp_path / "m.npz")
    other = small()
    other.compile("sgd", "mse")
    other.optimizer.build([minidl.Variable([1.0])])
    with pytest.raises(ValueError, match="trains variables that are no weights of the model"):
        other.save(tmp_path / "m.npz")
    other.save(tmp_path / "m.npz", include_optimizer=False)


def test_an_optimizer_that_breaks_off_is_as_it_was(tmp_path):
    source, target = small(optimizer="adam"), small(optimizer="adam")
    source.fit(X, Y, verbose=0)
    source.save(tmp_path / "m.npz")
    target.optimizer.set_state = lambda state: 1 / 0
    before = target.get_weights()
    with pytest.raises(SaveFormatError, match="division by zero"):
        target.restore(tmp_path / "m.npz")
    equal(before, target.get_weights())
    assert not target.optimizer.trainable_variables
