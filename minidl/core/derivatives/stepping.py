"""Helpers of the recurrent ops in sequences.py: the order of the axes, masks, and one backward loop
that serves all vjps.

Inside the ops time is the first axis and the batch the last: (T, units, n). A gate of a step is
then one block of memory, and a step computes Uᵀ h.
"""

from __future__ import annotations

import numpy as np

# Gradients that fade over many steps become denormal numbers, with which processors are up to a
# hundred times slower. Every few steps, numbers below these limits are set to 0.
_TOO_SMALL = {"float32": 1e-30, "float64": 1e-300}
_NOW_AND_THEN = 8  # steps


def time_first(x):
    """Transpose (n, T, d) to (T, d, n)."""
    return np.ascontiguousarray(x.transpose(1, 2, 0))


def batch_first(x):
    """Transpose (T, d, n) to (n, T, d), as a view."""
    return x.transpose(2, 0, 1)


def halved(gates, u):
    """Return a factor for each column of w, u and b: ½ for a gate with σ, 1 for one with tanh.
    Since σ(a) = ½ + ½·tanh(a/2), one call of tanh is then enough for all gates of a step.
    """
    return np.repeat(np.array(gates, u.dtype), len(u))


def projected(xs, w, b, out=None):
    """Return x_t W + b of all steps, for x of shape (T, d, n)."""
    z = np.matmul(w.T, xs, out=out)
    z += b[:, None]
    return z


def sigmoid_of_tanh(z):
    """Replace z = tanh(a/2) by σ(a) = ½ + ½·tanh(a/2)."""
    z *= 0.5
    z += 0.5


def sigmoid_of_half(a):
    """Replace a by σ(2a)."""
    np.tanh(a, out=a)
    sigmoid_of_tanh(a)


def sigmoid_slope(z, out):
    """z(1 - z), for z = σ(a)."""
    np.subtract(1, z, out=out)
    out *= z


def tanh_slope(z, out):
    """1 - z², for z = tanh(a)."""
    np.multiply(z, z, out=out)
    np.subtract(1, out, out=out)


def without_denormals(t, *gradients):
    """Set tiny numbers to 0, if step t is one of the steps at which this is done."""
    if t % _NOW_AND_THEN == 0:
        for d in gradients:
            d[np.abs(d) < _TOO_SMALL.get(d.dtype.name, 0)] = 0


def keep(mask, t, states):
    """Where the mask is False at step t, replace the new state by the state before it."""
    if mask is not None:
        for state in states:
            np.copyto(state[t + 1], state[t], where=~mask[:, t])


def parted(mask, t, *gradients):
    """Return the part of the gradients that passes step t unchanged, where the mask is False. The
    rest stays in the gradients.
    """
    if mask is None:
        return tuple(0 for _ in gradients)
    passing = tuple(d * ~mask[:, t] for d in gradients)
    for d in gradients:
        d *= mask[:, t]
    return passing


def shared(walk, *parts):
    """Return a vjp for each part: part(*walk(g)). One backward loop serves all vjps that are called
    with the same g. A vjp that is called twice starts a new loop.
    """
    last: dict = {"g": None}

    def vjp(part):
        def back(g):
            if last["g"] is not g or part in last["asked"]:
                last.update(g=g, found=walk(g), asked=set())
            last["asked"].add(part)
            return part(*last["found"])

        return back

    return tuple(map(vjp, parts))


def rows(x):
    """Arrange (T, d, n) as (d, T·n): side by side the numbers that a weight is multiplied by, at
    all steps of all samples.
    """
    return x.transpose(1, 0, 2).reshape(x.shape[1], -1)


# The parts of `shared`. δ: the gradient of the arguments of a step's functions, in rows.
def to_x(w, x):
    """∂L/∂x_t = δ_t Wᵀ, for x of shape (T, d, n)."""
    return lambda δ, *_: (w @ δ).reshape(w.shape[0], len(x), x.shape[2]).transpose(2, 1, 0)


def to_weight(x):
    """∂L/∂W = Σ_t x_tᵀ δ_t"""
    return lambda δ, *_: rows(x) @ δ.T


def to_bias(δ, *_):
    """∂L/∂b = Σ_t δ_t"""
    return δ.sum(axis=1)


def to_state(δ, dh, *_):
    return dh.T


def to_memory(δ, dh, dc):
    return dc.T
