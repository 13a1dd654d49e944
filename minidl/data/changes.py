"""The formulas of ImageDataGenerator for moving and brightening images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def shift(rng, limits, length: int) -> float:
    """Draw a shift in pixels, up to a limit or from a list of shifts."""
    if np.ndim(limits):
        shift = rng.choice(limits) * rng.choice([-1, 1])
    else:
        shift = rng.uniform(-limits, limits)
    return float(shift * length if np.max(limits) < 1 else shift)


def matrix(change: dict[str, Any], rows: int, columns: int) -> np.ndarray:
    """Return the matrix from a new pixel (column, row, 1) to its place in the old image: rotation,
    shift, shear and zoom about the middle, in this order.
    """
    a, b = math.radians(change["theta"]), math.radians(change["shear"])
    rotation = [[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]]
    shift = [[1, 0, change["tx"]], [0, 1, change["ty"]], [0, 0, 1]]
    shear = [[1, -math.sin(b), 0], [0, math.cos(b), 0], [0, 0, 1]]
    zoom = np.diag([change["zx"], change["zy"], 1])
    to_middle = np.array([[1, 0, (columns - 1) / 2], [0, 1, (rows - 1) / 2], [0, 0, 1]])
    return np.linalg.multi_dot([to_middle, rotation, shift, shear, zoom, np.linalg.inv(to_middle)])


def brighter(x, factor: float):
    """Return values times a factor, limited to 0 to 255. Values outside this range are first scaled
    to it, and scaled back at the end.
    """
    low, high = x.min(), x.max()
    if low >= 0 and high <= 255:
        return np.clip(x * factor, 0, 255)
    between = (x - low) / (high - low) * factor
    return np.clip(between, 0, 1) * (high - low) + low
