"""Pages on which the reader moves the optimizers: one for each surface, made from real runs."""

from __future__ import annotations

from pathlib import Path

import notebooks

from minidl import plots, surfaces
from minidl.optimizers import SGD, Adagrad, Adam, RMSprop

TITLE = "Surfaces to explore"
WORDS = "Choose optimizers, learning rates, momentum and a start, and see which way each one takes."
SURFACES = ("bowl", "ravine", "rosenbrock", "saddle", "two_valleys")


def titles() -> dict[str, str]:
    """Return the name of each surface for readers, by its name in `minidl.surfaces`."""
    return {name: getattr(surfaces, name).name for name in SURFACES}


def made(cache: Path) -> Path:
    """Return the folder with the pages, in `cache`. They are written if those that are there were
    made by another state of this file or the library.
    """
    state = notebooks.state_of(Path(__file__).read_bytes())
    folder = cache / "explore"
    mark = folder / "state"
    if not mark.exists() or mark.read_text(encoding="utf-8") != state:
        for name in SURFACES:
            plots.explore(getattr(surfaces, name), _optimizers(name), folder / f"{name}.html")
        mark.write_text(state, encoding="utf-8")
    return folder


def _optimizers(surface: str):
    plain = 0.001 if surface == "rosenbrock" else 0.05  # with more they leave the picture at once
    return {
        "SGD": SGD(plain),
        "momentum": SGD(plain, momentum=0.9),
        "Adagrad": Adagrad(0.5),
        "RMSprop": RMSprop(0.1),
        "Adam": Adam(0.1),
    }
