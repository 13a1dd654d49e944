"""Curves of a run and of several."""

import types

import numpy as np
import pytest

from minidl import Input, Sequential, layers, plots


def test_history_of_a_run(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x = np.ones((20, 2))
    run = model.fit(x, x[:, :1], epochs=4, verbose=0, validation_split=0.25)
    figure = plots.history(run, path=tmp_path / "deep" / "history.png", title="A run")
    assert (tmp_path / "deep" / "history.png").read_bytes().startswith(b"\x89PNG")
    assert [a.get_ylabel() for a in figure.axes] == [
        "loss",
        "mae",
    ] and figure.get_suptitle() == "A run"
    training, validation = figure.axes[0].lines
    assert list(training.get_ydata()) == run.history["loss"] and list(training.get_xdata()) == [
        1,
        2,
        3,
        4,
    ]
    assert (
        list(validation.get_ydata()) == run.history["val_loss"]
        and validation.get_linestyle() == "--"
    )


def test_rarer_validation_stands_at_its_epochs():
    figure = plots.history({"loss": [4, 3, 2, 1], "val_loss": [3.5, 1.5]})
    assert list(figure.axes[0].lines[1].get_xdata()) == [2, 4]
    figure = plots.history({"loss": [2, 1], "val_loss": [5, 4, 3, 2, 1]})
    assert list(figure.axes[0].lines[1].get_xdata()) == [1, 2], "no more than the training"


def test_a_training_that_went_on_and_a_long_one():
    run = types.SimpleNamespace(history={"loss": [2, 1]}, epoch=[5, 6])
    assert list(plots.history(run).axes[0].lines[0].get_xdata()) == [6, 7]
    for count, marks in ((60, ["o", "s"]), (61, ["None", "None"])):
        lines = plots.history({"loss": [1] * count, "val_loss": [1] * count}).axes[0].lines
        assert [line.get_marker() for line in lines] == marks
        assert [line.get_linestyle() for line in lines] == ["-", "--"]


def test_history_without_records():
    with pytest.raises(ValueError, match="call fit first"):
        plots.history({})


def test_several_runs_in_one_picture(tmp_path):
    histories = {f"run {i}": {"loss": [3.0 - i, 2.0], "val_loss": [3.0, 2.5]} for i in range(3)}
    figure = plots.runs(histories, ("loss", "val_loss"), path=tmp_path / "runs.png", title="All")
    assert [a.get_ylabel() for a in figure.axes] == [
        "loss",
        "val loss",
    ] and figure.get_suptitle() == "All"
    assert [t.get_text() for t in figure.axes[1].get_legend().get_texts()] == list(histories)
    assert (
        list(figure.axes[0].lines[2].get_ydata()) == [1.0, 2.0] and (tmp_path / "runs.png").exists()
    )
    with pytest.raises(
        ValueError, match="No history has 'val_accuracy'; there are: loss, val_loss"
    ):
        plots.runs(histories)


def test_runs_with_limits_of_one_quantity():
    """The others keep theirs."""
    histories = {"a": {"loss": [9.0, 1.0], "val_loss": [9.0, 2.0]}}
    figure = plots.runs(histories, ("loss", "val_loss"), limits={"val_loss": (1, 3)})
    left, right = figure.axes
    assert right.get_ylim() == (1, 3) and left.get_ylim()[1] > 9
