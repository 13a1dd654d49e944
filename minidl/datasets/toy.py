"""Toy problems: a few points in the plane, drawn from a formula, on which a small network learns in
a second.

Each function returns (x, y). The same seed gives the same points; NumPy's own random state is
neither read nor changed.
Points of different classes are mixed, so that a split by position (validation_split) sees every
class on both sides.
"""

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray]


def spirals(n: int = 300, classes: int = 3, noise: float = 0.2, seed: int = 0) -> Arrays:
    """Spiral arms, one per class, winding out from the origin: no straight line separates them.

    A point at distance r from the origin, 0 <= r < 1, lies at the angle 2π·class/classes + 4r, give
    or take `noise`.
    After the course notes of Stanford's CS231n, "Putting it together: minimal neural network case
    study".

    Returns x (n, 2) float32 and y (n,) int64, the class of each point: 0 to classes - 1.
    """
    _check(n, noise)
    _check_count("classes", classes)
    rng = np.random.default_rng(seed)
    y = _classes_in_turn(rng, n, classes)
    r = rng.random(n)
    angle = 2 * np.pi * y / classes + 4 * r + noise * rng.standard_normal(n)
    x = np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)
    return x.astype(np.float32), y


def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Arrays:
    """Two half circles of radius 1, each with an end inside the other. The idea is scikit-learn's
    `make_moons`.

    Returns x (n, 2) float32 and y (n,) int64: 0 for the upper moon, 1 for the lower.
    """
    _check(n, noise)
    rng = np.random.default_rng(seed)
    y = _classes_in_turn(rng, n, 2)
    angle = np.pi * rng.random(n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(y[:, np.newaxis] == 0, upper, lower) + noise * rng.standard_normal((n, 2))
    return x.astype(np.float32), y


def noisy_sine(n: int = 200, noise: float = 0.1, seed: int = 0) -> Arrays:
    """One period of a sine, measured with an error: y = sin(x) + noise·ε, with x even over [-π, π)
    and ε normal.

    Returns x (n, 1) float32 and y (n, 1) float32.
    """
    _check(n, noise)
    rng = np.random.default_rng(seed)
    x = rng.uniform(-np.pi, np.pi, (n, 1))
    y = np.sin(x) + noise * rng.standard_normal((n, 1))
    return x.astype(np.float32), y.astype(np.float32)


def xor(n: int = 200, noise: float = 0.1, seed: int = 0) -> Arrays:
    """The corners of the unit square, y = 1 where exactly one coordinate is 1: what a single neuron
    cannot learn.

    With n=4 and noise=0 it is the truth table. M. Minsky, S. Papert, "Perceptrons", 1969.

    Returns x (n, 2) float32 and y (n,) int64: 0 or 1.
    """
    _check(n, noise)
    rng = np.random.default_rng(seed)
    corner = _classes_in_turn(rng, n, 4)
    a, b = corner // 2, corner % 2
    x = np.stack([a, b], axis=1) + noise * rng.standard_normal((n, 2))
    return x.astype(np.float32), a ^ b


def _check(n: int, noise: float) -> None:
    _check_count("n", n)
    if not 0 <= noise < np.inf:  # this way round, NaN is refused too
        raise ValueError(
            f"noise, a standard deviation, must be finite and 0 or more, got {noise!r}"
        )


def _check_count(name: str, value: int) -> None:
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, got {value!r}")


def _classes_in_turn(rng: "np.random.Generator", n: int, classes: int) -> np.ndarray:
    """n class numbers, every class once in each run of `classes` places, in an order drawn anew for
    each run.

    So the classes are as equal in number as n allows, and any 2·classes - 1 neighbours hold them
    all.
    """
    # rounded up: enough runs for n
    runs = np.tile(np.arange(classes, dtype=np.int64), (-(-n // classes), 1))
    return rng.permuted(runs, axis=1).reshape(-1)[:n]
