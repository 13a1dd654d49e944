"""Helpers of all plots: write the figure to a file, or show it in a window."""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import PillowWriter
from matplotlib.ticker import MaxNLocator

from ..support.disk import make_folder, path_of, write_atomically
from ..support.processes import writes
from .fonts import make_readable

# Okabe & Ito 2008: eight colours that colour-blind readers can tell apart.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"]
# How to tell lines apart, by colour and by shape: (colour, marker, line).
LINES = [
    (colour, marker, line) for line in ("-", "--") for colour, marker in zip(COLOURS[:7], "osD^vPX")
]
# One optimizer looks the same in all pictures.
_OPTIMIZERS = {
    "sgd": (COLOURS[6], "o", "-"),
    "momentum": (COLOURS[0], "s", "-"),
    "nesterov": (COLOURS[5], "D", "-"),
    "adagrad": (COLOURS[2], "^", "-"),
    "adadelta": (COLOURS[4], "v", "-"),
    "rmsprop": (COLOURS[3], "P", "-"),
    "adam": (COLOURS[1], "X", "-"),
    "amsgrad": (COLOURS[1], "o", "--"),
    "adamw": (COLOURS[6], "s", "--"),
    "nadam": (COLOURS[5], "D", "--"),
    "radam": (COLOURS[2], "^", "--"),
    "adamax": (COLOURS[4], "v", "--"),
    "lion": (COLOURS[0], "P", "--"),
    "muon": (COLOURS[3], "X", "--"),
    "plain": (COLOURS[6], "o", "-"),  # plain descent
}
_FILE_ONLY = ("agg", "pdf", "svg", "ps", "pgf", "cairo", "template")


def styles(labels) -> list[tuple[str, str, str]]:
    """Return (colour, marker, line) for each label. A label that begins with the name of an
    optimizer gets the style of that optimizer, if it is the only such label; the others get colours
    that are free.
    """
    names = [re.split(r"[\W_]", str(label).lower())[0] for label in labels]
    own = [_OPTIMIZERS.get(name) if names.count(name) == 1 else None for name in names]
    taken = {style[0] for style in own if style}
    free = sorted([line for line in LINES if line not in own], key=lambda line: line[0] in taken)
    left = iter(free * (1 + len(own)))
    return [style or next(left) for style in own]


def panels(count: int, columns: int, width: float, height: float):
    """Return (figure, axes) with this number of panels in rows of `columns`, each of this size in
    inches. Remaining positions stay empty.
    """
    rows = math.ceil(count / columns)
    size = (width * columns, height * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for axis in axes.flat[count:]:
        axis.axis("off")
    return figure, axes


def signed(figure, axes, pictures, label: str, start: int = 0) -> None:
    """Draw numbers as images, one on each axis, under their position: blue is positive, red
    negative, white 0, grey nan. All share one scale, whose bar bears the label.

    start: the number of the first axis to draw on.
    """
    reach = float(max(np.nanmax(np.abs(picture)) for picture in pictures)) or 1.0
    colours = plt.get_cmap("RdBu").with_extremes(bad="0.8")
    drawn: Any = None
    for i, (axis, picture) in enumerate(zip(axes.flat[start:], pictures)):
        axis.axis("off")
        drawn = axis.imshow(picture, cmap=colours, vmin=-reach, vmax=reach)
        axis.set_title(str(i), fontsize=8)
    figure.colorbar(drawn, ax=axes, shrink=0.7, label=label)


def whole_steps(axis) -> None:
    """Label the x axis with whole numbers, for epochs or steps, and draw a grid."""
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(alpha=0.3)


def finish(figure, path=None, title: str | None = None):
    """Write `figure` to `path`, creating its folder; without a path show it, if there is a screen.
    Returns the figure. title: above all panels.

    On a screen a written figure stays open for `show` at the end of a script, at most the latest
    fifteen.
    """
    if title:
        figure.suptitle(title)
    if path is not None:
        write(figure, path, bbox_inches="tight")
    if in_notebook():
        _show_in_notebook(figure, path)
    elif path is None:
        make_readable(figure)
        show()
    else:
        for number in plt.get_fignums()[:-15] if on_a_screen() else [figure.number]:
            plt.close(number)
    return figure


def in_notebook() -> bool:
    """Return whether figures are shown below the cell of a notebook."""
    return "inline" in matplotlib.get_backend().lower()


def _show_in_notebook(figure, path) -> None:
    """Show a figure below the cell, once: as the cell's last value it does not appear again.

    What it shows in words goes along, for readers who cannot see it, and the name of its file.
    """
    from IPython.display import display  # pyright: ignore[reportMissingImports]

    make_readable(figure)
    display(figure, metadata=about(figure, path))
    plt.close(figure)
    figure._ipython_display_ = lambda: None


def show_file(path, alt: str) -> None:
    """Show an image file below the cell, in a notebook; elsewhere do nothing. alt: what it shows,
    in words.
    """
    if in_notebook():
        from IPython.display import Image, display  # pyright: ignore[reportMissingImports]

        display(Image(filename=str(path), alt=alt, metadata={"file": Path(path).name}))


def about(figure, path) -> dict:
    """Return what a notebook keeps with a figure: the figure in words, and its file's name."""
    name = Path(path).name if path is not None else ""
    return {"image/png": {"alt": said(figure), "file": name}}


def said(figure) -> str:
    """Return a figure in one line of at most 200 letters: its title, or those of its panels, or
    what their axes show, or the words in it.
    """
    axes = figure.axes
    several = [
        [figure.get_suptitle()],
        [axis.get_title() for axis in axes],
        [f"{a.get_ylabel()} against {a.get_xlabel()}" for a in axes if a.get_xlabel()],
        [text.get_text() for axis in axes for text in axis.texts],
    ]
    found = next((texts for texts in several if any(text.strip() for text in texts)), [])
    lines = [" ".join(text.split()) for text in dict.fromkeys(found) if text.strip()]
    text = "; ".join(lines)
    return text if len(text) <= 200 else text[:199] + "…"


def write(figure, path, **settings) -> None:
    """Write a figure to a file, creating its folder."""
    path = path_of(path, "path")
    if not writes():
        return
    make_folder(path)
    make_readable(figure)
    with warnings.catch_warnings():  # make_readable has warned, with the cure
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(path, dpi=120, facecolor="white", **settings)


def write_film(figure, draw, frames, path, seconds: float, name: str) -> None:
    """Write an animation to a GIF, creating its folder, and close the figure. In a notebook it is
    shown below the cell.

    draw: a function that changes the figure to one of the frames. seconds: how long they are shown
    in all; the last one stays for one more. name: what it shows, in words.
    """
    path = path_of(path, "path")
    if writes():
        make_folder(path)
        draw(frames[0])
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # to lay out each frame would take longer than to draw it
        fps = max(1, round(len(frames) / seconds))
        # the writer takes a path only, and after an interrupt it writes the frames so far
        with write_atomically(path) as file, TemporaryDirectory() as folder:
            film, writer = Path(folder, Path(path).name), PillowWriter(fps)
            with writer.saving(figure, str(film), dpi=90):
                for frame in [*frames, *[frames[-1]] * fps]:
                    draw(frame)
                    writer.grab_frame()
            file.write(film.read_bytes())
        show_file(path, alt=f"Animation: {name}")
    plt.close(figure)


def show() -> None:
    """Open windows with the figures drawn so far, and wait until they are closed. Without a screen,
    nothing happens.
    """
    if on_a_screen():
        plt.show()


def on_a_screen() -> bool:
    """Return whether figures can be shown in windows."""
    return matplotlib.get_backend().lower() not in _FILE_ONLY
