"""Curves that grow while a model trains."""

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
    monkeypatch.setattr(live.plt, "get_backend", lambda: "QtAgg")
    monkeypatch.setattr(live.plt, "pause", pauses.append)
    model = regression()
    model.compile("sgd", "mse")
    model.fit(INPUTS, NUMBERS, epochs=3, callbacks=[live.LivePlot()], verbose=0)
    assert len(pauses) == 3 and 0 < max(pauses) < 0.05
