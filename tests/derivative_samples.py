"""Sample inputs for derivatives, all float64 and away from kinks."""

import numpy as np

rng = np.random.default_rng(2024)


def normal(*shape):
    return np.asarray(rng.normal(size=shape))


def positive(*shape):
    return np.asarray(rng.uniform(0.5, 2.0, size=shape))


def away_from_zero(*shape):
    return np.asarray(rng.uniform(0.3, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape))


def distinct(*shape, offset=0.0):
    """No two entries closer than 0.2, none closer to 0 than 0.05."""
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2).reshape(shape) * 0.2 + 0.05 + offset


def probabilities(*shape):
    p = positive(*shape)
    return p / p.sum(axis=-1, keepdims=True)
