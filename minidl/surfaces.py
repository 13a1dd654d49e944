"""Small test surfaces for optimizers, and `descend`, which runs any optimizer on any of them with
minidl's own autograd.

>>> way = surfaces.descend(surfaces.bowl, SGD(0.95), steps=30)
>>> way.points, way.values                      # (31, 2) and (31,): the points and their heights
>>> plots.contour(surfaces.bowl, way)
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from . import ops, optimizers
from .support.checks import check_count
from .tensor import Tensor, Variable, no_grad, quiet


class Surface:
    """A height over a line or a plane: a function of one or two numbers, written with operators and
    `minidl.ops`.

    start: where to begin. minimum: the lowest point, if it is known. within: the part to draw,
    ((left, right), (bottom, top)), or ((left, right),) for a curve. names: what to call the
    coordinates and the height.
    """

    def __init__(
        self,
        function,
        start,
        minimum=None,
        within=((-10, 10), (-10, 10)),
        name: str = "",
        names=("x", "y", "f"),
    ):
        self.function, self.name, self.names = (
            function,
            name or getattr(function, "__name__", "surface"),
            names,
        )
        self.start = np.array(start, dtype=np.float64).reshape(-1)
        self.minimum: Any = (
            None if minimum is None else np.array(minimum, dtype=np.float64).reshape(-1)
        )
        self.within = tuple(within)
        if len(self.start) not in (1, 2) or len(self.within) != len(self.start):
            raise ValueError(
                f"A surface has one or two coordinates, each with a (low, high) in `within`; "
                f"received start={start} and "
                f"within={within}."
            )

    def __call__(self, *coordinates) -> np.ndarray:
        """Return the height at these coordinates: numbers, or arrays of one shape for many
        points.
        """
        with no_grad(), quiet():
            return self.function(
                *[Tensor(np.asarray(c, dtype=np.float64)) for c in coordinates]
            ).numpy()

    def gradient(self, *coordinates) -> list[np.ndarray]:
        """Return the slope along each coordinate, by autograd; arrays as in `__call__`."""
        points = [
            Tensor(np.array(c, dtype=np.float64), requires_grad=True)
            for c in np.broadcast_arrays(*coordinates)
        ]
        with quiet():
            ops.sum(self.function(*points)).backward()
        return [np.zeros(p.shape) if p.grad is None else p.grad for p in points]

    def __repr__(self):
        return f"<Surface {self.name}>"


class Trajectory:
    """The path of one optimizer: points (n+1, d) and their heights, values (n+1,).

    From `descend` also gradients (n, d), rates (n,), and slots: name -> (n+1, d), the optimizer's
    arrays at each point. diverged: whether the run was stopped because it diverged.
    """

    def __init__(
        self,
        surface: Surface,
        points,
        label: str = "",
        gradients=None,
        rates=None,
        slots=None,
        diverged: bool = False,
    ):
        self.surface, self.label, self.diverged = surface, label, diverged
        self.points = np.asarray(points, dtype=np.float64).reshape(len(points), -1)
        self.values = surface(*self.points.T)
        self.gradients, self.rates, self.slots = gradients, rates, slots or {}

    @property
    def steps(self) -> np.ndarray:
        """Return the length of each step along each coordinate: (n, d)."""
        return np.diff(self.points, axis=0)

    @property
    def effective_rates(self) -> np.ndarray:
        """Return |step| / |gradient| along each coordinate, (n, d): the learning rate that plain
        gradient descent would need for the same step.
        """
        if self.gradients is None:
            raise ValueError(
                "This trajectory has no gradients; those of minidl.surfaces.descend have."
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(self.steps) / np.abs(self.gradients)

    def __repr__(self):
        end = ", ".join(f"{c:.4g}" for c in self.points[-1])
        return (
            f"<Trajectory of {self.label} on {self.surface.name}: {len(self.steps)} steps, to "
            f"({end}), height {self.values[-1]:.4g}>"
        )


def descend(
    surface: Surface, optimizer: Any = "sgd", steps: int = 50, start=None, label: str | None = None
) -> Trajectory:
    """Run an optimizer on a surface and return its trajectory.

    optimizer: a name, a class or a fresh instance. A copy of it is used, so the instance can be
    used again. start: the first point, instead of surface.start. The run ends early if it diverges:
    beyond 100 times the drawn part.
    """
    check_count("steps", steps)
    optimizer = copy.deepcopy(optimizers.get(optimizer))
    w = _start(surface, start)
    optimizer.build([w])
    limit = 100 * max(abs(edge) for sides in surface.within for edge in sides)
    points, gradients, rates, memory = [w.numpy()], [], [], [_slots(optimizer)]
    for _ in range(steps):
        with quiet():
            surface.function(*w).backward()
        gradients.append(np.array(w.grad))
        rates.append(optimizer.learning_rate)
        optimizer.step()
        if not (np.abs(w.data) <= limit).all():
            gradients, rates = gradients[:-1], rates[:-1]
            break
        points.append(w.numpy())
        memory.append(_slots(optimizer))
    slots = {name: np.stack([at[name] for at in memory]) for name in memory[0]}
    label = type(optimizer).__name__ if label is None else label
    gradients, rates = np.reshape(gradients, (len(points) - 1, len(w.data))), np.array(rates)
    flew_off = len(points) <= steps
    return Trajectory(surface, points, label, gradients, rates, slots, diverged=flew_off)


def _start(surface: Surface, start) -> Variable:
    """Return the first point as a variable with a number for each coordinate."""
    place = surface.start if start is None else np.array(start, dtype=np.float64).reshape(-1)
    if place.shape != surface.start.shape:
        raise ValueError(
            f"{surface!r} has {len(surface.start)} coordinates; received start={start}."
        )
    return Variable(place, dtype="float64", name="w")


def _slots(optimizer) -> dict[str, np.ndarray]:
    state = optimizer.get_state().items()
    return {name.split("/")[-1]: array for name, array in state if "/" in name}


def cost(x, y, loss: str = "mse", within=None, start=(0.0, 0.0)) -> Surface:
    """The loss J(w, b) of a model with two parameters on data, as a surface over its parameters.

    x, y: (n,). loss: 'mse', of the line w·x + b; or 'binary_crossentropy', of the neuron
    sigmoid(w·x + b), y being 0 or 1. The minimum of 'mse' is known in closed form (the normal
    equations). That of the other is not, and `minimum` is None.
    """
    x, y = (np.asarray(a, dtype=np.float64).reshape(-1) for a in (x, y))
    if len(x) != len(y) or not len(x):
        raise ValueError(f"cost needs as many targets as samples; received {len(x)} and {len(y)}.")
    if loss not in ("mse", "binary_crossentropy"):
        raise ValueError(
            f"The loss of a cost surface is 'mse' or 'binary_crossentropy'; received {loss!r}."
        )

    def height(w: Any, b: Any):
        # (..., n): the outputs for every pair (w, b)
        z = w[..., np.newaxis] * x + b[..., np.newaxis]
        return ops.mean(ops.square(z - y) if loss == "mse" else ops.softplus(z) - z * y, axis=-1)

    best = (
        np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)[0]
        if loss == "mse"
        else None
    )
    if within is None:
        middle = np.zeros(2) if best is None else best
        reach = 1.5 * np.maximum(np.abs(middle - np.asarray(start)), 1.0)
        within = tuple((float(m - r), float(m + r)) for m, r in zip(middle, reach))
    return Surface(height, start, best, within, name=f"cost ({loss})", names=("w", "b", "J(w, b)"))


bowl = Surface(
    lambda x, y: x**2 / 20 + y**2,
    start=(-7, 4),
    minimum=(0, 0),
    within=((-8.5, 8.5), (-5, 5)),
    name="bowl",
)
# The bowl is long along one coordinate; the ravine is long along neither, so a step size for each
# coordinate does not help.
ravine = Surface(
    lambda x, y: (x + y) ** 2 / 100 + (x - y) ** 2 / 2,
    start=(-4, -2),
    minimum=(0, 0),
    within=((-5, 5), (-5, 5)),
    name="ravine",
)
rosenbrock = Surface(
    lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    start=(-1.2, 1),
    minimum=(1, 1),
    within=((-1.8, 1.8), (-0.8, 2.6)),
    name="Rosenbrock",
)
beale = Surface(
    lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    start=(1, 1.5),
    minimum=(3, 0.5),
    within=((-1, 4.5), (-2, 2)),
    name="Beale",
)
# Flat at (0, 0), where it falls away to both sides, into minima at (0, 1) and (0, -1).
saddle = Surface(
    lambda x, y: x**2 / 2 + y**4 / 4 - y**2 / 2,
    start=(-2, 0.001),
    minimum=(0, 1),
    within=((-2.5, 2.5), (-1.6, 1.6)),
    name="saddle",
)
# f' is proportional to (x + 2)·x·(x − 3): a local minimum at -2, a hill at 0, the global minimum at
# 3.
two_valleys = Surface(
    lambda x: (x**4 / 4 - x**3 / 3 - 3 * x**2) / 6,
    start=(-4,),
    minimum=(3,),
    within=((-4.6, 5),),
    name="two valleys",
)
