"""Plots of surfaces and the trajectories of optimizers on them: contour maps, curves, 3-D views,
heights and slots by step, an animation.

A trajectory is the result of `minidl.surfaces.descend`. Functions that draw several take a list or
a dict {label: trajectory}.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ..surfaces import Surface, Trajectory
from .base import LINES, finish, panels, styles, whole_steps, write_film
from .ground import (
    MAP,
    draw_ground,
    draw_marks,
    draw_way,
    grid,
    in_the_picture,
    lowest,
    minus,
    several,
)


def contour(
    surface: Surface, trajectories=(), path=None, title: str | None = None, arrows: bool = True
):
    """Draw the surface from above, its downhill arrows, and the trajectories on it, in one plot. A
    surface of one coordinate is a curve.

    trajectories: none, one or several. arrows: the direction of −gradient at points of a grid, all
    of the same length.
    """
    figure, axis = plt.subplots(figsize=(7.2, 4.8), layout="constrained")
    ways = several(trajectories)
    draw_ground(axis, surface, arrows)
    for one, style in zip(ways, styles([one.label for one in ways])):
        draw_way(axis, surface, one, style)
    draw_marks(axis, surface, ways)
    axis.legend(fontsize=9, loc="best", framealpha=0.85)
    axis.set_title(title or surface.name)
    return finish(figure, path)


def trajectories(
    trajectories, path=None, columns: int = 3, title: str | None = None, arrows: bool = False
):
    """Draw one panel for each trajectory, each on its own surface, with its final height."""
    ways = several(trajectories, "trajectories")
    columns = min(columns, len(ways))
    figure, axes = panels(len(ways), columns, 3.6, 2.7)
    looks = styles([one.label for one in ways])
    for i, (axis, one, style) in enumerate(zip(axes.flat, ways, looks)):
        draw_ground(axis, one.surface, arrows)
        draw_way(axis, one.surface, one, style, label=None)
        draw_marks(axis, one.surface, [one])
        axis.set_title(f"{one.label}\n{_ending(one)}", fontsize=9)
        below, left = i + columns >= len(ways), i % columns == 0  # only the outer ones have words
        axis.set(
            xlabel=axis.get_xlabel() if below else "", ylabel=axis.get_ylabel() if left else ""
        )
        axis.tick_params(labelbottom=below, labelleft=left)
        if i == 0:
            axis.legend(fontsize=7, loc="best", framealpha=0.85)
    return finish(figure, path, title)


def _ending(one: Trajectory) -> str:
    if one.diverged:
        return "flew off"
    return f"after {len(one.steps)} steps {one.surface.names[-1]} = {one.values[-1]:.2g}"


def landscape(
    surface: Surface,
    trajectories=(),
    path=None,
    title: str | None = None,
    elevation: float = 40,
    azimuth: float = -60,
):
    """Draw the surface in three dimensions, with the trajectories on it. elevation and azimuth: the
    view, in degrees.
    """
    if len(surface.start) != 2:
        raise ValueError(f"{surface!r} has one coordinate, so it is a curve: use plots.contour.")
    ways = several(trajectories)
    figure = plt.figure(figsize=(7, 5.4), layout="constrained")
    axis = figure.add_subplot(projection="3d", computed_zorder=False)
    x, y, z = grid(surface, 80)
    axis.plot_surface(x, y, z, cmap=MAP, alpha=0.75, linewidth=0, antialiased=True, zorder=1)
    looks = styles([one.label for one in ways])
    for one, (colour, marker, line) in zip(ways, looks):
        look = {"color": colour, "marker": marker, "markersize": 3, "linewidth": 1.6, "zorder": 3}
        axis.plot(*one.points.T, one.values, line, label=one.label, **look)
    _draw_point(axis, surface, ways[0].points[0] if ways else surface.start, "s", 7, "start")
    if surface.minimum is not None:
        _draw_point(axis, surface, surface.minimum, "*", 13, "minimum")
    names = dict(zip(("xlabel", "ylabel", "zlabel"), surface.names))
    axis.set(**names, title=title or surface.name)
    axis.view_init(elevation, azimuth)
    axis.legend(fontsize=9, loc="upper left")
    return finish(figure, path)


def _draw_point(axis, surface, point, marker, size, label) -> None:
    at = [[c] for c in point]
    look = {"color": "black", "markersize": size, "label": label, "zorder": 4}
    axis.plot(*at, surface(*point), marker, **look)


def descent(trajectories, path=None, title: str | None = None, log: bool = True):
    """Draw the height, which is the loss, by step. log: a logarithmic scale, of at most twelve
    powers of ten, if all heights above the minimum are positive.
    """
    ways = several(trajectories, "descent")
    figure, axis = plt.subplots(figsize=(6.4, 4), layout="constrained")
    floor = lowest([one.surface for one in ways])
    log = log and all([(p.values > floor).all() for p in ways])
    floor, surface = floor if log else 0.0, ways[0].surface
    for one, (colour, _, line) in zip(ways, styles([one.label for one in ways])):
        axis.plot(one.values - floor, line, color=colour, label=one.label)
    axis.set(xlabel="step", ylabel=f"{surface.names[-1]}{minus(floor)}")
    axis.set_title(title or f"{surface.name}: the height against the step")
    if log:
        axis.set_yscale("log")
        heights = np.concatenate([one.values for one in ways]) - floor
        # what fell further, as down to 1e-32, would press the others together
        axis.set_ylim(bottom=max(heights.min() / 2, 1e-12 * heights.max()))
    whole_steps(axis)
    axis.legend(fontsize=8)
    return finish(figure, path)


def slots(one: Trajectory, path=None, title: str | None = None):
    """Draw the optimizer's slots, one panel each, and the effective step |Δw|/|g|, with one line
    for each coordinate.
    """
    numbers = {**one.slots, "effective rate": one.effective_rates}
    figure, axes = panels(len(numbers), len(numbers), 3.6, 3.2)
    for axis, (name, values) in zip(axes[0], numbers.items()):
        first = len(one.points) - len(values)  # an effective rate belongs to the step that it made
        steps = range(first, first + len(values))
        for column, label, (colour, _, line) in zip(values.T, one.surface.names, LINES):
            axis.plot(steps, column, line, color=colour, label=label)
        axis.set(xlabel="step", title=name)
        if name == "effective rate":
            axis.set(ylabel="|Δw| / |g|", yscale="log")
        whole_steps(axis)
        axis.legend(fontsize=8)
    return finish(figure, path, title or f"{one.label} on {one.surface.name}")


def animate(trajectories, path, title: str | None = None, seconds: float = 6.0, frames: int = 60):
    """Write a GIF in which the trajectories grow step by step, with Pillow. path: of the file.
    Returns that path.
    """
    ways = several(trajectories, "animate")
    surface, file = ways[0].surface, Path(path)
    if any(p.surface is not surface for p in ways):
        raise ValueError("animate draws on one surface; these trajectories are on several.")
    figure, axis = plt.subplots(figsize=(7.2, 4), layout="constrained")
    draw_ground(axis, surface, arrows=False)
    draw_marks(axis, surface, ways)
    looks = styles([one.label for one in ways])
    # at the start all stand in one place: the later ones are smaller, so that each can be seen
    sizes = [8 + 1.5 * behind for behind in range(len(ways))][::-1]
    lines = [_empty_lines(axis, *pieces) for pieces in zip(ways, looks, sizes)]
    legend = figure.legend(fontsize=10, loc="outside right upper")
    plt.setp(legend.legend_handles, markersize=9)
    last = max(len(p.points) for p in ways) - 1
    shown = np.unique(np.linspace(0, last, frames).round().astype(int))

    def draw(step):
        for one, (trail, head) in zip(ways, lines):
            points = in_the_picture(surface, one)[:, : step + 1]
            trail.set_data(*points)
            head.set_data(*points[:, -1:])
        axis.set_title(f"{title or surface.name}, step {step}")

    write_film(figure, draw, shown, file, seconds, title or surface.name)
    return file


def _empty_lines(axis, one: Trajectory, style, size: float) -> tuple:
    """Return the trail and the head of a trajectory, which are filled frame by frame."""
    colour, marker, line = style
    (trail,) = axis.plot([], [], line, color=colour, linewidth=1.5, alpha=0.8)
    look = {"color": colour, "markersize": size, "markeredgecolor": "white", "zorder": 5}
    (head,) = axis.plot([], [], marker, label=one.label, **look)
    return trail, head
