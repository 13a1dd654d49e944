"""Plots of training, drawn with matplotlib. Only this package imports matplotlib, and `import
minidl` does not load it.

Each function returns the figure. With `path` the figure is written there; without, it is shown if
there is a screen.
"""

from .architecture import model
from .base import finish, show
from .digits import digits
from .explore import explore
from .graphs import graph
from .growing import GrowingRegions
from .history import history, runs
from .inside import confusion, regions, weights
from .live import LivePlot
from .seeing import feature_maps, filters, grad_cam, saliency
from .surfaces import animate, contour, descent, landscape, slots, trajectories

__all__ = [
    "GrowingRegions",
    "LivePlot",
    "animate",
    "confusion",
    "contour",
    "descent",
    "digits",
    "explore",
    "feature_maps",
    "filters",
    "finish",
    "grad_cam",
    "graph",
    "history",
    "landscape",
    "model",
    "regions",
    "runs",
    "saliency",
    "show",
    "slots",
    "trajectories",
    "weights",
]
