"""Figures on a screen and without one."""

import os
import sys
import types
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from minidl import optimizers, plots, surfaces


def test_on_a_screen_figures_stay_open_for_show_but_do_not_pile_up(monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr(plots.base, "on_a_screen", lambda: True)
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


@pytest.fixture
def shown(monkeypatch):
    """A list of what is displayed, as if in a notebook: (object, metadata)."""
    displayed = []
    ipython: Any = types.ModuleType("IPython.display")
    ipython.display = lambda thing, metadata=None: displayed.append((thing, metadata))
    ipython.Image = dict
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", ipython)
    monkeypatch.setattr(matplotlib, "get_backend", lambda: "module://matplotlib_inline")
    return displayed


def test_a_notebook_shows_a_figure_once(shown, tmp_path):
    """Where it is made, with its titles and its file's name, and not again as the cell's value."""
    for path, name in ((tmp_path / "a.png", "a.png"), (None, "")):
        figure, axes = plt.subplots(1, 2)
        axes[1].set_title("two\nlines")
        axes[0].set_title("one")
        plots.finish(figure, path)
        about = {"alt": "one; two lines", "file": name}
        assert shown.pop() == (figure, {"image/png": about}) and not shown
        assert figure.number not in plt.get_fignums() and figure._ipython_display_() is None
    assert (tmp_path / "a.png").exists()


def test_the_title_above_all_panels_says_enough():
    figure, axis = plt.subplots()
    axis.set_title("one panel")
    figure.suptitle("Above")
    assert plots.base.said(figure) == "Above"
    for letters, said in ((200, "a" * 200), (201, "a" * 199 + "…")):
        figure.suptitle("a" * letters)
        assert plots.base.said(figure) == said


def test_without_a_title_the_axes_or_the_words_in_it_say_what_a_figure_shows():
    figure, axes = plt.subplots(1, 2)
    assert plots.base.said(figure) == ""
    axes[0].text(0, 0, "Dense\n(32, 10)")
    axes[1].text(0, 0, "loss")
    assert plots.base.said(figure) == "Dense (32, 10); loss"
    axes[1].set(xlabel="epoch", ylabel="loss")
    assert plots.base.said(figure) == "loss against epoch"


def test_an_interrupted_film_leaves_the_old_file(tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"the old film")

    def draw(frame):
        if frame == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plots.base.write_film(plt.figure(), draw, [1, 2], path, 1.0, "a film")
    assert path.read_bytes() == b"the old film" and os.listdir(tmp_path) == ["film.gif"]


@pytest.mark.parametrize(
    "seconds, each, last", [(2.0, 500, 2), (1.3, 330, 3), (100.0, 1000, 1)], ids=str
)
def test_how_long_the_pictures_of_a_film_are_shown(seconds, each, last, tmp_path):
    """Whole pictures a second, at least one; the last stays for a second more."""
    drawn = []
    figure = plt.figure(figsize=(1, 1))
    patch = figure.add_artist(plt.Rectangle((0, 0), 0.1, 1))

    def draw(frame):
        drawn.append(frame)
        patch.set_width(frame / 4)

    plots.base.write_film(figure, draw, [1, 2, 3, 4], tmp_path / "a.gif", seconds, "a film")
    assert drawn == [1, 1, 2, 3, 4, *[4] * last]
    with Image.open(tmp_path / "a.gif") as film:
        assert film.info["duration"] == each
    assert not plt.fignum_exists(figure.number)


def test_a_film_has_the_room_that_its_words_need(tmp_path):
    figure, axis = plt.subplots(figsize=(2, 1), layout="constrained")
    axis.set_ylabel("height")
    before = axis.get_position().bounds
    plots.base.write_film(figure, lambda frame: None, [1], tmp_path / "a.gif", 1.0, "a film")
    assert axis.get_position().bounds != before


def test_panels_in_rows_and_one_scale_for_signed_pictures():
    figure, axes = plots.base.panels(5, 3, 2.0, 1.5)
    assert axes.shape == (2, 3) and [axis.axison for axis in axes.flat] == [True] * 5 + [False]
    assert figure.get_size_inches().tolist() == [6.0, 3.0]
    plots.base.signed(figure, axes, [np.zeros((2, 2))], "w", start=1)
    assert axes[0, 1].images[0].get_clim() == (-1, 1) and not axes[0, 0].images


def test_a_notebook_shows_an_animation(shown, tmp_path):
    run = surfaces.descend(surfaces.bowl, optimizers.SGD(0.5), steps=2)
    path = plots.animate(run, tmp_path / "race.gif", title="Race", frames=2)
    (picture,) = shown
    about = {"alt": "Animation: Race", "metadata": {"file": "race.gif"}}
    assert picture == ({"filename": str(path), **about}, None)
