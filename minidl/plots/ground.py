"""Common parts of plots of trajectories: the surface, the trajectories, start and minimum."""

from __future__ import annotations

import copy

import numpy as np
from matplotlib.colors import BoundaryNorm

from ..surfaces import Trajectory

MAP = "GnBu"


def several(trajectories, owner: str = "") -> list[Trajectory]:
    """Return one trajectory, a list or a dict {label: trajectory} as a list. ValueError, naming the
    owner, if there is none and the owner needs one.
    """
    if isinstance(trajectories, dict):
        ways = [copy.copy(one) for one in trajectories.values()]
        for one, label in zip(ways, trajectories):
            one.label = str(label)
    else:
        ways = [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)
    if owner and not ways:
        raise ValueError(
            f"{owner} needs at least one trajectory, as minidl.surfaces.descend returns it."
        )
    return ways


def grid(surface, n: int):
    """Return the points of a grid, n along each axis, and their heights."""
    x, y = np.meshgrid(*[np.linspace(low, high, n) for low, high in surface.within])
    return x, y, surface(x, y)


def levels(z) -> np.ndarray:
    """Return the heights of the contour lines, closer together near the bottom."""
    return np.unique(np.quantile(z, np.linspace(0, 1, 15) ** 2))


def lowest(surfaces) -> float:
    """Return the height of the lowest known minimum; 0 if none is known."""
    known = [surface for surface in surfaces if surface.minimum is not None]
    return min([float(surface(*surface.minimum)) for surface in known], default=0.0)


def minus(floor: float) -> str:
    """Return the label of the height that was subtracted: " − 1.5", or nothing for 0."""
    if abs(floor) <= 1e-12:
        return ""
    return f" {'+' if floor < 0 else '−'} {abs(floor):.3g}"


def draw_ground(axis, surface, arrows: bool) -> None:
    """Draw the surface: contour lines and downhill arrows, or a curve."""
    axis.set(xlabel=surface.names[0], ylabel=surface.names[1])
    if len(surface.start) == 1:
        low, high = surface.within[0]
        x = np.linspace(low, high, 400)
        axis.plot(x, surface(x), color="0.6", linewidth=2.5, zorder=1)
        axis.set_ylabel(surface.names[-1])
        axis.grid(alpha=0.3)
        return
    x, y, z = grid(surface, 160)
    at = levels(z)
    axis.contourf(x, y, z, at, cmap=MAP, norm=BoundaryNorm(at, 256), alpha=0.4)
    axis.contour(x, y, z, at, colors="0.45", linewidths=0.5, linestyles="solid")
    if arrows:
        _draw_arrows(axis, surface)
    axis.set(xlim=surface.within[0], ylim=surface.within[1])


def _draw_arrows(axis, surface) -> None:
    sides = zip(surface.within, (17, 11))
    x, y = np.meshgrid(*[np.linspace(low, high, n + 2)[1:-1] for (low, high), n in sides])
    dx, dy = surface.gradient(x, y)
    length = np.maximum(np.hypot(dx, dy), 1e-12)
    look = {"color": "0.35", "alpha": 0.6, "angles": "xy", "scale": 32, "width": 0.0025}
    axis.quiver(x, y, -dx / length, -dy / length, **look)


def in_the_picture(surface, one) -> np.ndarray:
    """Return the points of a trajectory as plot coordinates (2, n)."""
    return np.stack([one.points[:, 0], one.values]) if len(surface.start) == 1 else one.points.T


def draw_way(axis, surface, one, style, **label) -> None:
    """Draw a trajectory; on a curve with the numbers of its first steps. style: (colour, marker,
    line).
    """
    colour, marker, line = style
    axis.plot(
        *in_the_picture(surface, one),
        line,
        color=colour,
        marker=marker,
        markersize=4 if len(one.points) <= 60 else 2.5,
        linewidth=1.3,
        alpha=1 if len(one.points) <= 300 else 0.4,
        zorder=3,
        **{"label": one.label, **label},
    )
    if len(surface.start) == 1:
        _draw_numbers(axis, surface, one, colour)


def _draw_numbers(axis, surface, one, colour) -> None:
    """Write the numbers of the first three steps, if they are long enough to be told apart."""
    low, high = surface.within[0]
    for step in range(1, min(4, len(one.points))):
        x, moved = one.points[step, 0], abs(one.steps[step - 1, 0])
        if low <= x <= high and moved > 0.02 * (high - low):
            look = {"color": colour, "fontsize": 8, "zorder": 5}
            place = {"xytext": (4, 4), "textcoords": "offset points"}
            axis.annotate(str(step), (x, one.values[step]), **place, **look)


def draw_marks(axis, surface, ways) -> None:
    """Draw the start (square) and the minimum (star)."""
    begin = ways[0].points[0] if ways else surface.start
    black = {"color": "black", "markeredgecolor": "white", "zorder": 4, "linestyle": "none"}
    for point, marker, size, label in (
        (begin, "s", 8, "start"),
        (surface.minimum, "*", 15, "minimum"),
    ):
        if point is not None:
            at = [point[0], float(surface(point[0]))] if len(point) == 1 else list(point)
            axis.plot(*[[c] for c in at], marker, markersize=size, label=label, **black)
