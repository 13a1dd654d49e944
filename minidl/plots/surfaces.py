"""Landscapes and the trajectories of optimizers over them: contour maps, a curve, a view in 3-D,
heights and slots by step, an animation.

A trajectory is what `minidl.surfaces.descend` returns; where several may be drawn, a list or a dict
{label: trajectory} will do.
"""

from __future__ import annotations

import copy
import math
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.colors import BoundaryNorm
from matplotlib.ticker import MaxNLocator

from ..surfaces import Surface, Trajectory
from .base import COLOURS, LINES, finish

_MAP = "GnBu"


def contour(
    surface: Surface, trajectories=(), path=None, title: str | None = None, arrows: bool = True
):
    """The surface from above, its downhill arrows, and the trajectories on it, all in one picture.
    A surface of one coordinate is a curve.

    trajectories: none, one or several. arrows: the direction of −gradient at points of a grid; the
    length says little, so all are alike.
    """
    figure, axis = plt.subplots(figsize=(7.2, 4.8), layout="constrained")
    ways = _several(trajectories)
    _ground(axis, surface, arrows)
    for one, style in zip(ways, LINES):
        _way(axis, surface, one, style)
    _marks(axis, surface, ways)
    axis.legend(fontsize=9, loc="best", framealpha=0.85)
    axis.set_title(title or surface.name)
    return finish(figure, path)


def trajectories(
    trajectories, path=None, columns: int = 3, title: str | None = None, arrows: bool = False
):
    """One panel a trajectory, side by side, each on its own surface, with the height it ended
    at.
    """
    ways = _several(trajectories)
    _something(ways, "trajectories")
    columns = min(columns, len(ways))
    rows = math.ceil(len(ways) / columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(3.6 * columns, 2.7 * rows), squeeze=False, layout="constrained"
    )
    for axis in axes.flat[len(ways) :]:
        axis.axis("off")
    for i, (axis, one) in enumerate(zip(axes.flat, ways)):
        _ground(axis, one.surface, arrows)
        _way(axis, one.surface, one, (COLOURS[1], "o", "-"), label=None)
        _marks(axis, one.surface, [one])
        ending = (
            "flew off"
            if one.diverged
            else f"after {len(one.steps)} steps {one.surface.names[-1]} = {_short(one.values[-1])}"
        )
        axis.set_title(f"{one.label}\n{ending}", fontsize=9)
        axis.set(
            xlabel=axis.get_xlabel() if i + columns >= len(ways) else "",
            ylabel=axis.get_ylabel() if i % columns == 0 else "",
        )
        axis.tick_params(labelbottom=i + columns >= len(ways), labelleft=i % columns == 0)
        if i == 0:
            axis.legend(fontsize=7, loc="best", framealpha=0.85)
    if title:
        figure.suptitle(title)
    return finish(figure, path)


def landscape(
    surface: Surface,
    trajectories=(),
    path=None,
    title: str | None = None,
    elevation: float = 40,
    azimuth: float = -60,
):
    """The surface in three dimensions, with the trajectories on it. The view: elevation and azimuth
    in degrees.
    """
    if len(surface.start) != 2:
        raise ValueError(f"{surface!r} has one coordinate, so it is a curve: use plots.contour.")
    ways = _several(trajectories)
    figure = plt.figure(figsize=(7, 5.4), layout="constrained")
    axis = figure.add_subplot(projection="3d", computed_zorder=False)
    x, y, z = _grid(surface, 80)
    axis.plot_surface(x, y, z, cmap=_MAP, alpha=0.75, linewidth=0, antialiased=True, zorder=1)
    for one, (colour, marker, line) in zip(ways, LINES):
        axis.plot(
            *one.points.T,
            one.values,
            line,
            color=colour,
            marker=marker,
            markersize=3,
            linewidth=1.6,
            label=one.label,
            zorder=3,
        )
    start = ways[0].points[0] if ways else surface.start
    axis.plot(
        *[[c] for c in start],
        surface(*start),
        "s",
        color="black",
        markersize=7,
        label="start",
        zorder=4,
    )
    if surface.minimum is not None:
        axis.plot(
            *[[c] for c in surface.minimum],
            surface(*surface.minimum),
            "*",
            color="black",
            markersize=13,
            label="minimum",
            zorder=4,
        )
    axis.set(
        xlabel=surface.names[0],
        ylabel=surface.names[1],
        zlabel=surface.names[2],
        title=title or surface.name,
    )
    axis.view_init(elevation, azimuth)
    axis.legend(fontsize=9, loc="upper left")
    return finish(figure, path)


def descent(trajectories, path=None, title: str | None = None, log: bool = True):
    """The height, the loss, against the step. log: a logarithmic scale, where all heights above the
    minimum are positive.
    """
    ways = _several(trajectories)
    _something(ways, "descent")
    figure, axis = plt.subplots(figsize=(6.4, 4), layout="constrained")
    floor = min(
        (float(p.surface(*p.surface.minimum)) for p in ways if p.surface.minimum is not None),
        default=0.0,
    )
    log = log and all((p.values > floor).all() for p in ways)
    for one, (colour, _, line) in zip(ways, LINES):
        axis.plot(one.values - (floor if log else 0), line, color=colour, label=one.label)
    above = f" {'+' if floor < 0 else '−'} {abs(floor):.3g}" if log and abs(floor) > 1e-12 else ""
    surface = ways[0].surface
    axis.set(
        xlabel="step",
        ylabel=f"{surface.names[-1]}{above}",
        title=title or f"{surface.name}: the height against the step",
    )
    if log:
        axis.set_yscale("log")
    _finish_lines(axis)
    return finish(figure, path)


def slots(one: Trajectory, path=None, title: str | None = None):
    """What the optimizer remembered, a panel a slot, and the effective step |Δw|/|g| that came of
    it; a line a coordinate.
    """
    panels = {**one.slots, "effective rate": one.effective_rates}
    figure, axes = plt.subplots(
        1, len(panels), figsize=(3.6 * len(panels), 3.2), squeeze=False, layout="constrained"
    )
    for axis, (name, values) in zip(axes[0], panels.items()):
        first = len(one.points) - len(values)  # an effective rate belongs to the step that it made
        for i, (colour, _, line) in zip(range(values.shape[1]), LINES):
            axis.plot(
                range(first, first + len(values)),
                values[:, i],
                line,
                color=colour,
                label=one.surface.names[i],
            )
        axis.set(xlabel="step", title=name)
        if name == "effective rate":
            axis.set(ylabel="|Δw| / |g|", yscale="log")
        _finish_lines(axis)
    figure.suptitle(title or f"{one.label} on {one.surface.name}")
    return finish(figure, path)


def animate(trajectories, path, title: str | None = None, seconds: float = 6.0, frames: int = 60):
    """A GIF of the trajectories drawing themselves on their surface, through Pillow. path: where to
    write it. Returns that path.
    """
    ways = _several(trajectories)
    _something(ways, "animate")
    surface, file = ways[0].surface, Path(path)
    if any(p.surface is not surface for p in ways):
        raise ValueError("animate draws on one surface; these trajectories are on several.")
    figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    _ground(axis, surface, arrows=False)
    _marks(axis, surface, ways)
    trails, heads = [], []
    for one, (colour, marker, line) in zip(ways, LINES):
        trails += axis.plot([], [], line, color=colour, linewidth=1.5, alpha=0.8)
        heads += axis.plot(
            [],
            [],
            marker,
            color=colour,
            markersize=6,
            markeredgecolor="white",
            label=one.label,
            zorder=5,
        )
    axis.legend(
        fontsize=8,
        loc="lower right" if len(surface.start) == 2 else "upper center",
        framealpha=0.85,
    )
    last = max(len(p.points) for p in ways) - 1
    shown = np.unique(np.linspace(0, last, min(frames, last + 1)).round().astype(int))

    def draw(step):
        for one, trail, head in zip(ways, trails, heads):
            points = _in_the_picture(surface, one)[:, : step + 1]
            trail.set_data(*points)
            head.set_data(*points[:, -1:])
        axis.set_title(f"{title or surface.name}, step {step}")
        return [*trails, *heads]

    file.parent.mkdir(parents=True, exist_ok=True)
    FuncAnimation(figure, draw, frames=[*shown, *[last] * 8]).save(
        file, PillowWriter(fps=max(1, round(len(shown) / seconds))), dpi=80
    )
    plt.close(figure)
    return file


# --- what they share
# ---


def _several(trajectories) -> list[Trajectory]:
    if isinstance(trajectories, dict):
        ways = [copy.copy(one) for one in trajectories.values()]
        for one, label in zip(ways, trajectories):
            one.label = str(label)
        return ways
    return [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)


def _something(ways, owner) -> None:
    if not ways:
        raise ValueError(
            f"{owner} needs at least one trajectory, as minidl.surfaces.descend returns it."
        )


def _grid(surface, n):
    x, y = np.meshgrid(*[np.linspace(low, high, n) for low, high in surface.within])
    return x, y, surface(x, y)


def _ground(axis, surface, arrows) -> None:
    """The surface itself: contour lines and downhill arrows, or a curve."""
    axis.set(xlabel=surface.names[0], ylabel=surface.names[1])
    if len(surface.start) == 1:
        low, high = surface.within[0]
        x = np.linspace(low, high, 400)
        axis.plot(x, surface(x), color="0.6", linewidth=2.5, zorder=1)
        axis.set_ylabel(surface.names[-1])
        axis.grid(alpha=0.3)
        return
    x, y, z = _grid(surface, 160)
    levels = np.unique(
        np.quantile(z, np.linspace(0, 1, 15) ** 2)
    )  # closer together near the bottom
    axis.contourf(x, y, z, levels, cmap=_MAP, norm=BoundaryNorm(levels, 256), alpha=0.4)
    axis.contour(x, y, z, levels, colors="0.45", linewidths=0.5, linestyles="solid")
    if arrows:
        x, y = np.meshgrid(
            *[
                np.linspace(low, high, n + 2)[1:-1]
                for (low, high), n in zip(surface.within, (17, 11))
            ]
        )
        dx, dy = surface.gradient(x, y)
        length = np.maximum(np.hypot(dx, dy), 1e-12)
        axis.quiver(
            x,
            y,
            -dx / length,
            -dy / length,
            color="0.35",
            alpha=0.6,
            angles="xy",
            scale=32,
            width=0.0025,
        )
    axis.set(xlim=surface.within[0], ylim=surface.within[1])


def _in_the_picture(surface, one) -> np.ndarray:
    """(2, n): where to draw the points of a path."""
    return np.stack([one.points[:, 0], one.values]) if len(surface.start) == 1 else one.points.T


def _way(axis, surface, one, style, **label) -> None:
    colour, marker, line = style
    size = 4 if len(one.points) <= 60 else 2.5
    axis.plot(
        *_in_the_picture(surface, one),
        line,
        color=colour,
        marker=marker,
        markersize=size,
        linewidth=1.3,
        zorder=3,
        **{"label": one.label, **label},
    )


def _marks(axis, surface, ways) -> None:
    """The start (square) and the minimum (star)."""
    begin = ways[0].points[0] if ways else surface.start
    for point, marker, size, label in (
        (begin, "s", 8, "start"),
        (surface.minimum, "*", 15, "minimum"),
    ):
        if point is not None:
            at = [point[0], float(surface(point[0]))] if len(point) == 1 else list(point)
            axis.plot(
                *[[c] for c in at],
                marker,
                color="black",
                markersize=size,
                markeredgecolor="white",
                label=label,
                zorder=4,
                linestyle="none",
            )


def _short(value: float) -> str:
    return f"{value:.2g}"


def _finish_lines(axis) -> None:
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
