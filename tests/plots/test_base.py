"""Figures on a screen and without one."""

import sys
import types

import matplotlib
import matplotlib.pyplot as plt
import pytest

from minidl import plots


def test_on_a_screen_figures_stay_open_for_show_but_do_not_pile_up(monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr(plots.base, "_on_a_screen", lambda: True)
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.get_fignums()))
    for i in range(18):
        plots.history({"loss": [2, 1]}, path=tmp_path / f"{i}.png")
    plots.show()
    assert len(shown) == 1 and len(shown[0]) == 15 and len(list(tmp_path.iterdir())) == 18
    plots.history({"loss": [2, 1]})
    assert len(shown) == 2, "without a path it is shown at once"


def test_without_a_screen_nothing_stays_open(monkeypatch, tmp_path):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("there is no screen"))
    plots.history({"loss": [2, 1]}, path=tmp_path / "a.png")
    plots.show()
    assert plt.get_fignums() == []


def test_an_optimizer_has_one_look_in_all_pictures():
    """Whatever the order, and beside other lines."""
    many = plots.base.styles(["SGD", "Momentum, rate 0.1", "Adam", "RMSprop", "something", "else"])
    few = plots.base.styles(["Adam, rate 0.3", "momentum 0.9"])
    assert few == [many[2], many[1]]
    assert len(set(many)) == 6
    twice = plots.base.styles(["Adam(0.1)", "Adam(0.2)"] * 10)
    assert twice[0] != twice[1] and len(twice) == 20
    assert plots.base.styles([]) == []


def test_a_notebook_shows_a_figure_once(monkeypatch, tmp_path):
    """Where it is made, and not again as the last value of the cell."""
    shown = []
    ipython = types.ModuleType("IPython.display")
    ipython.display = shown.append  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", ipython)
    monkeypatch.setattr(matplotlib, "get_backend", lambda: "module://matplotlib_inline")
    for path in (tmp_path / "a.png", None):
        figure = plots.finish(plt.figure(), path)
        assert shown.pop() is figure and not shown
        assert figure.number not in plt.get_fignums() and figure._ipython_display_() is None
    assert (tmp_path / "a.png").exists()
