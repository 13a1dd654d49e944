"""Records what a plot asks of matplotlib: a line for each call, with its arguments in words."""

import functools
import inspect
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import PillowWriter
from matplotlib.axes import Axes
from matplotlib.axis import XAxis
from matplotlib.colors import BoundaryNorm, Colormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D

CLASSES = (Axes, Axes3D, Figure, Line2D, XAxis, AxesImage, Annotation, PillowWriter, MaxNLocator)
UNSAID = (
    "get_",
    "draw",
    "setup",
    "finish",
    "findobj",
    "set_canvas",
)  # how matplotlib draws, not what


def said(value) -> str:
    """Return a value in few words; of a long array its shape, and four numbers."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    if isinstance(value, (list, tuple, range, np.ndarray)):
        return _row(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {said(one)}' for key, one in value.items())}}}"
    if isinstance(value, (bool, str, type(None))):
        return repr(Path(value).name if str(value).endswith((".gif", ".png")) else value)
    if isinstance(value, (int, float, np.number)):
        return f"{round(float(value), 6) + 0.0:.4g}"
    if isinstance(value, BoundaryNorm):
        return f"bounds of {value.Ncmap}"
    if isinstance(value, Colormap):
        known, ends = value.name in plt.colormaps(), [0.0, 0.999]
        return f"{value.name if known else 'own'} {said(value([*ends[2 * known :], np.nan]))}"
    return type(value).__name__


def _row(values) -> str:
    several = np.ma.filled(values, 0) if isinstance(values, np.ndarray) else list(values)
    if np.size(values) > 14 and np.asarray(several).dtype.kind in "fiub":
        flat = np.nan_to_num(np.asarray(several, float).ravel())
        weighed = flat @ np.linspace(-1, 1, flat.size) / flat.size
        four = " ".join(map(said, (flat.min(), flat.max(), flat.mean(), weighed)))
        return f"{np.shape(values)}: {four}"
    if np.size(values) > 14:
        return f"{np.shape(values)}: {said(several[0])}"
    return f"[{', '.join(map(said, several))}]"


def numbers_and_words(text) -> tuple:
    """The numbers in a text, to be compared nearly, and the rest of it."""
    number = r"(?<![\w#.'])-?\d+\.?\d*(?:e-?\d+)?"
    return [float(found) for found in re.findall(number, text)], re.sub(number, "0", text)


class Recorder:
    """Notes the calls that come from the library, not those that matplotlib makes itself."""

    def __init__(self, monkeypatch):
        self.lines, self.depth = [], 0
        for cls in dict.fromkeys(c for thing in CLASSES for c in thing.__mro__ if c is not object):
            for name, function in list(vars(cls).items()):
                if inspect.isfunction(function) and not name.startswith("_"):
                    monkeypatch.setattr(cls, name, self.noted(name, function, 1))
        monkeypatch.setattr(
            MaxNLocator, "__init__", self.noted("MaxNLocator", MaxNLocator.__init__, 1)
        )
        monkeypatch.setattr(
            PillowWriter, "__init__", self.noted("PillowWriter", PillowWriter.__init__, 1)
        )
        for name in ("subplots", "figure", "setp"):
            monkeypatch.setattr(plt, name, self.noted(f"plt.{name}", getattr(plt, name), 0))

    def noted(self, name, function, skipped):
        @functools.wraps(function)
        def call(*args, **kwargs):
            if not self.depth and not name.startswith(UNSAID):
                words = [said(one) for one in args[skipped:]]
                words += [f"{key}={said(one)}" for key, one in sorted(kwargs.items())]
                self.lines.append(f"{name}({', '.join(words)})")
            self.depth += 1
            try:
                return function(*args, **kwargs)
            finally:
                self.depth -= 1

        return call
