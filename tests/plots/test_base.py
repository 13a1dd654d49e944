"""Figures on a screen and without one."""

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
