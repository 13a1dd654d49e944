"""Curves that grow while a model trains."""

from training_cases import INPUTS, NUMBERS, regression


def test_curves_grow_while_a_model_trains(tmp_path):
    from minidl import plots

    live = plots.LivePlot(path=tmp_path / "live.png")
    model = regression()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(INPUTS, NUMBERS, epochs=3, validation_split=0.25, callbacks=[live], verbose=0)
    assert (tmp_path / "live.png").exists() and [a.get_ylabel() for a in live.figure.axes] == [
        "loss",
        "mae",
    ]
    assert (
        all(len(line.get_xdata()) == 3 for axis in live.figure.axes for line in axis.lines)
        and len(live.figure.axes[0].lines) == 2
    )
