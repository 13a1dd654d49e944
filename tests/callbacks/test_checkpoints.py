"""ModelCheckpoint: what it saves when, and under which names."""

import os
import sys

import numpy as np
import pytest
from callback_cases import Scripted, X, Y, classifier, fit, network
from data_cases import net

from minidl import callbacks, models, plots
from minidl.callbacks import Callback, ModelCheckpoint, ReduceLROnPlateau

LABELS = (X.sum(axis=1) > 0).astype(int)


# --- what stays on the disk
# ---


@pytest.mark.parametrize("ending", [".npz", ".ckpt"])
@pytest.mark.parametrize("weights_only", [True, False])
def test_checkpoints_can_be_loaded(ending, weights_only, tmp_path):
    ending = ending if weights_only else ".npz"
    model = network()
    fit(model, ModelCheckpoint(tmp_path / ("cp" + ending), save_weights_only=weights_only))
    twin = network()
    if weights_only:
        twin.load_weights(tmp_path / ("cp" + ending))
    else:
        twin = models.load_model(tmp_path / ("cp" + ending))
    np.testing.assert_array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))


def test_names_of_checkpoints(tmp_path):
    history = fit(
        network(),
        Scripted(score=[0.5, 1.5]),
        ModelCheckpoint(tmp_path / "new" / "cp-{epoch:02d}-{score:.1f}-{val_loss:.2f}.npz"),
        ModelCheckpoint(tmp_path / "b-{epoch}-{batch}.npz", save_freq=3),
        batch_size=20,
    ).history
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [
        f"cp-0{i + 1}-{i}.5-{v:.2f}.npz" for i, v in enumerate(history["val_loss"])
    ]
    # the third batch is the first of the second epoch
    assert [p.name for p in tmp_path.glob("b-*")] == ["b-2-1.npz"]
    with pytest.raises(
        KeyError,
        match=r"val_acuracy}.npz', 'val_acuracy' was not recorded. Did you mean 'val_accuracy'\?.*Available: epoch, accuracy, loss, ",
    ):
        classifier().fit(
            X,
            LABELS,
            verbose=0,
            callbacks=ModelCheckpoint(tmp_path / "{val_acuracy}.npz"),
            validation_data=(X, LABELS),
        )


@pytest.mark.parametrize("metric", ["acc", "accuracy"])
def test_older_names_of_what_is_recorded(metric, tmp_path):
    """Until 2019 metrics=['accuracy'] was recorded as 'acc', and the rate as 'lr'."""
    asked = {"acc": "accuracy", "accuracy": "acc"}[metric]
    seen = []

    class Course(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(
                (
                    logs.get(asked),
                    logs[f"val_{asked}"],
                    logs.get("nothing"),
                    logs.get("nothing", 1.0),
                )
            )

    with pytest.warns(FutureWarning) as told:
        model = classifier(metrics=[metric])
        history = model.fit(
            X,
            LABELS,
            verbose=0,
            epochs=3,
            validation_data=(X, LABELS),
            callbacks=[
                Course(),
                ModelCheckpoint(
                    f"{tmp_path}/{{epoch}}-{{val_{asked}:.2f}}.npz",
                    monitor=f"val_{asked}",
                    save_best_only=True,
                ),
                ReduceLROnPlateau(f"val_{asked}", factor=0.5, patience=1, min_delta=9),
            ],
        ).history
    said = {str(w.message).partition(", as")[0] for w in told}
    assert said == {
        f"{part}{asked}' in the logs is today {part}{metric}'" for part in ("'", "'val_")
    } | {
        f"{name}(monitor='val_{asked}') is today monitor='val_{metric}'"
        for name in ("ModelCheckpoint", "ReduceLROnPlateau")
    }
    assert seen == [
        (a, b, None, 1.0) for a, b in zip(history[metric], history[f"val_{metric}"], strict=True)
    ]
    assert "1-{:.2f}.npz".format(history[f"val_{metric}"][0]) in os.listdir(tmp_path), (
        "the first is the best so far"
    )
    assert len(os.listdir(tmp_path)) == sum(
        v > max(history[f"val_{metric}"][:i], default=-1)
        for i, v in enumerate(history[f"val_{metric}"])
    )
    with pytest.warns(FutureWarning, match="learning_rate"):
        assert history["lr"] == history["learning_rate"] and history["lr"][-1] < history["lr"][0]
    with pytest.warns(FutureWarning, match=f"'{asked}' in the history is today '{metric}'"):
        assert history[asked] == history[metric]


def test_save_best_only(tmp_path, capsys):
    saved = []
    best = ModelCheckpoint(
        tmp_path / "{epoch}.npz",
        "score",
        verbose=1,
        save_best_only=True,
        mode="max",
        initial_value_threshold=0.0,
    )
    model = network()
    for course in ([-1, 2, 1, 3], [2, 4, 1, 1]):  # the second run has to beat the first
        fit(model, Scripted(score=course), best, epochs=4)
        saved.append(sorted(p.name for p in tmp_path.iterdir()))
    assert saved == [["2.npz", "4.npz"]] * 2 and best.best == 4.0
    said = capsys.readouterr().out
    assert (
        "Epoch 1: score did not improve from 0.00000" in said
        and "Epoch 2: score improved from 0.00000 to 2.00000, saving model to " in said
    )


def test_period_of_older_tutorials(tmp_path):
    with pytest.warns(FutureWarning, match="save_freq counts batches"):
        old = ModelCheckpoint(tmp_path / "{epoch}.npz", period=2)
    fit(network(), old, epochs=5)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2.npz", "4.npz"]


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
    net().fit(X[:8], Y[:8], batch_size=2, validation_split=0.5, verbose=0, callbacks=[callback])
    assert sorted(os.listdir(tmp_path)) == ["1-1.npz", "1-2.npz"]
    with pytest.raises(ValueError, match="names a number of the validation.*save_freq=2"):
        callbacks.ModelCheckpoint(tmp_path / "{val_loss}.npz", save_freq=2)


def test_what_a_checkpoint_says(tmp_path, capsys):
    course, path = Scripted(score=[1, 1.5, 1.25]), tmp_path / "{epoch}.npz"
    best = ModelCheckpoint(path, "score", verbose=1, save_best_only=True, mode="max")
    fit(network(), course, best, ModelCheckpoint(tmp_path / "each.npz", verbose=1), epochs=3)
    each = f"saving model to {tmp_path / 'each.npz'}"
    assert capsys.readouterr().out.split("\n\n") == [
        f"\nEpoch 1: score improved to 1.00000, saving model to {tmp_path / '1.npz'}",
        f"Epoch 1: {each}",
        f"Epoch 2: score improved from 1.00000 to 1.50000, saving model to {tmp_path / '2.npz'}",
        f"Epoch 2: {each}",
        "Epoch 3: score did not improve from 1.50000",
        f"Epoch 3: {each}\n",
    ]
    fit(network(), course, ModelCheckpoint(path), epochs=3)
    assert capsys.readouterr().out == "" and sorted(os.listdir(tmp_path))[2] == "3.npz"


def test_batches_are_counted_through_the_epochs(tmp_path):
    for freq, saved in ((1, ["1-1", "1-2", "2-1", "2-2"]), (2, ["1-2", "2-2"]), (5, [])):
        callback = ModelCheckpoint(tmp_path / str(freq) / "{epoch}-{batch}.npz", save_freq=freq)
        fit(network(), callback, batch_size=20)
        found = (tmp_path / str(freq)).glob("*")
        assert sorted(p.stem for p in found) == saved
