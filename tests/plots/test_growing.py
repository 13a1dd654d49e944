"""The film of a classifier's regions: what is in its pictures, and that a training writes it."""

import re
import sys
import types

import numpy as np
import pytest
from PIL import Image

import minidl
from minidl import layers, plots

X = np.random.default_rng(0).normal(size=(60, 2)).astype("float32")
Y = (X[:, 0] > 0).astype(int)


def network(units=2):
    minidl.set_random_seed(0)
    model = minidl.Sequential([layers.Dense(units)])
    loss = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(minidl.optimizers.SGD(0.5), loss)
    return model


def test_a_training_writes_a_film(tmp_path):
    file = tmp_path / "new" / "growing.gif"
    film = plots.GrowingRegions(X, Y, file, every=4, seconds=1.0)
    network().fit(X, Y, epochs=9, verbose=0, callbacks=[film])
    words = [said for said, _ in film.pictures]
    assert [said.split(",")[0] for said in words] == ["epoch 1", "epoch 4", "epoch 8"]
    assert all(re.search(r", loss \d\.\d{3}$", said) for said in words)
    with Image.open(file) as gif:
        assert gif.format == "GIF" and gif.n_frames >= 3
        gif.seek(0)
        first = np.asarray(gif.convert("L"), dtype=int)
        gif.seek(2)
        assert (abs(np.asarray(gif.convert("L"), dtype=int) - first) > 20).sum() > 50


def test_its_pictures_are_the_answers_of_the_model_at_that_time(tmp_path):
    model = network()
    film = plots.GrowingRegions(X, Y, tmp_path / "a.gif")
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[film])
    a, b = film.plane
    points = np.stack([a.ravel(), b.ravel()], axis=1)
    now = model.predict(points, verbose=0).argmax(axis=1).reshape(a.shape)
    np.testing.assert_array_equal(film.pictures[-1][1], now)
    assert (film.pictures[0][1] != now).any(), "the first picture is older"
    assert len(film.pictures) == 3


def test_a_second_training_begins_a_new_film(tmp_path):
    film = plots.GrowingRegions(X, Y, tmp_path / "a.gif")
    model = network()
    for epochs in (2, 3):
        model.fit(X, Y, epochs=epochs, verbose=0, callbacks=[film])
        assert len(film.pictures) == epochs


def test_more_classes_than_the_labels_have(tmp_path):
    """The network may answer with a class that no sample has."""
    film = plots.GrowingRegions(X, Y, tmp_path / "a.gif", every=9)
    network(units=5).fit(X, Y, epochs=1, verbose=0, callbacks=[film])
    assert (tmp_path / "a.gif").stat().st_size > 1000


@pytest.mark.parametrize("answer, classes", [(0, 3), (1, 3), (4, 5)])
def test_the_film_has_the_classes_of_labels_and_answers(answer, classes, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(
        sys.modules["minidl.plots.growing"], "write_film", lambda *a: written.append(a)
    )
    film = plots.GrowingRegions(X, np.arange(len(X)) % 3, tmp_path / "a.gif")
    film.set_model(types.SimpleNamespace(predict=lambda x, **_: np.eye(5)[np.full(len(x), answer)]))
    film.on_train_begin()
    film.on_train_end()
    assert not written, "no epoch, no film"
    for epoch, logs in enumerate((None, {"mae": 2.0}, {"loss": 0.5})):
        film.on_epoch_end(epoch, logs)
    film.on_train_end()
    ((figure, draw, pictures, path, seconds, name),) = written
    assert [words for words, _ in pictures] == ["epoch 1", "epoch 2", "epoch 3, loss 0.500"]
    assert (path, seconds, name) == (film.path, 6.0, "how the network divides the plane")
    (axis,) = figure.axes
    assert len(axis.get_legend().get_texts()) == classes == len(axis.images[0].cmap.colors)
    draw(pictures[2])
    assert axis.get_title() == "epoch 3, loss 0.500"
    film.title = "Two moons"
    film.on_train_end()
    figure, draw, *_, name = written[1]
    draw(pictures[0])
    assert name == "Two moons" and figure.axes[0].get_title() == "Two moons: epoch 1"


def test_a_process_that_does_not_write_leaves_no_film(tmp_path, monkeypatch):
    monkeypatch.setattr(plots.base, "writes", lambda: False)
    film = plots.GrowingRegions(X, Y, tmp_path / "a.gif")
    network().fit(X, Y, epochs=1, verbose=0, callbacks=[film])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"x": X[:, :1]}, ValueError, r"GrowingRegions expects points \(n, 2\)"),
        ({"y": Y[:5]}, ValueError, "a label for each"),
        ({"path": 3}, TypeError, "GrowingRegions: path is the path of a file"),
        ({"every": 0}, ValueError, "GrowingRegions: every must be a whole number"),
        ({"seconds": 0}, ValueError, "GrowingRegions: seconds must be a number above 0"),
    ],
)
def test_bad_arguments(change, error, message):
    with pytest.raises(error, match=message):
        plots.GrowingRegions(**{"x": X, "y": Y, "path": "a.gif", **change})
