"""What every plot does at its end: write the file, or show the window."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt

# Okabe & Ito 2008: eight colours that colour-blind readers can tell apart.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"]
# How to tell lines apart, by colour and by shape: (colour, marker, line).
LINES = [(colour, marker, line) for line in ("-", "--") for colour, marker in zip(COLOURS[:7], "osD^vPX")]
_FILE_ONLY = ("agg", "pdf", "svg", "ps", "pgf", "cairo", "template")


def finish(figure, path):
    """Write `figure` to `path`, making its folder; without a path show it, where there is a screen. Returns the figure."""
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120, bbox_inches="tight", facecolor="white")
        plt.close(figure)
    elif matplotlib.get_backend().lower() not in _FILE_ONLY:
        plt.show()
    return figure
