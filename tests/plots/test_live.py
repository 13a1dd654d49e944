"""Curves that grow while a model trains."""

import sys
import types
from typing import Any

import pytest
from training_cases import INPUTS, NUMBERS, regression

from minidl.plots import live


def test_curves_grow_while_a_model_trains(tmp_path):

    plot = live.LivePlot(path=tmp_path / "live.png")
    model = regression()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(INPUTS, NUMBERS, epochs=3, validation_split=0.25, callbacks=[plot], verbose=0)
    assert (tmp_path / "live.png").exists() and [a.get_ylabel() for a in plot.figure.axes] == [
        "loss",
        "mae",
    ]
    assert (
        all(len(line.get_xdata()) == 3 for axis in plot.figure.axes for line in axis.lines)
        and len(plot.figure.axes[0].lines) == 2
    )


def test_a_window_is_shown_without_holding_up_the_training(monkeypatch):
    pauses = []
    monkeypatch.setattr(live, "on_a_screen", lambda: True)
    monkeypatch.setattr(live.plt, "pause", pauses.append)
    model = regression()
    model.compile("sgd", "mse")
    model.fit(INPUTS, NUMBERS, epochs=3, callbacks=[live.LivePlot()], verbose=0)
    assert len(pauses) == 3 and 0 < max(pauses) < 0.05


LOGS = {"mae": 1.0, "loss": 2.0, "val_loss": 3.0}


def drawn(plot, epochs=1):
    plot.on_train_begin()
    for epoch in range(epochs):
        plot.on_epoch_end(epoch, LOGS)
    return plot


def test_only_the_metrics_that_were_asked_for():
    plot = drawn(live.LivePlot(metrics=["mae", "nothing", "loss"]))
    assert [axis.get_ylabel() for axis in plot.figure.axes] == ["loss", "mae"]
    with pytest.raises(ValueError, match=r"name of \['acc'\]; there are: loss, mae, val_loss"):
        drawn(live.LivePlot(metrics=["acc"]))


@pytest.mark.parametrize("file", [None, "live.png"])
def test_the_end_of_a_training_finishes_the_picture(file, tmp_path, monkeypatch):
    """A written one is there already, and is closed."""
    finished = []
    monkeypatch.setattr(live, "finish", finished.append)
    plot = drawn(live.LivePlot(every=3, path=None if file is None else tmp_path / file), epochs=4)
    assert [len(line.get_xdata()) for line in plot.figure.axes[0].lines] == [3, 3], "not the last"
    assert live.plt.fignum_exists(plot.figure.number)
    plot.on_train_end()
    assert finished == ([plot.figure] if file is None else [])
    assert live.plt.fignum_exists(plot.figure.number) == (file is None)
    drawn(live.LivePlot(every=9)).on_train_end()  # nothing was drawn, and nothing is finished
    assert len(finished) == (file is None)


def test_a_folder_that_cannot_be_made_is_said_before_the_training(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OSError):
        live.LivePlot(path=tmp_path / "file" / "live.png").on_train_begin()


def test_in_a_notebook_one_picture_is_shown_and_changed(monkeypatch):
    shown = []
    ipython: Any = types.ModuleType("IPython.display")

    def display(figure, display_id, metadata):
        shown.append(("new", figure, display_id, metadata))
        return types.SimpleNamespace(update=lambda figure, metadata: shown.append(("same", figure)))

    ipython.display = display
    for name in ("IPython", "ipykernel"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "IPython.display", ipython)
    monkeypatch.setattr(live, "on_a_screen", lambda: pytest.fail("it is a notebook"))
    monkeypatch.setattr(live, "finish", lambda figure: pytest.fail("it was shown"))
    plot = drawn(live.LivePlot(), epochs=2)
    words = {"image/png": {"alt": "loss against epoch; mae against epoch", "file": ""}}
    assert shown == [("new", plot.figure, True, words), ("same", plot.figure)]
    plot.on_train_end()
    assert not live.plt.fignum_exists(plot.figure.number)
