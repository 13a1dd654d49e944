"""Recurrent layers as formulas of simpler ops, step by step, so that their gradients have
gradients. See higher_forms.py, and core/derivatives/sequences.py for shapes and the order of the
gates.
"""

from __future__ import annotations

import numpy as np

from ..core.derivatives import arithmetic, nonlinear, shaping
from .higher_forms import simpler
from .tensor import apply


def _over_steps(x, states, mask, step) -> tuple[list, list]:
    """Return the first state after each step, and all states after the last. step: computes the new
    states from x_t and the old ones. Where the mask is False, they stay as they are.
    """
    firsts = []
    for t in range(x.shape[1]):
        new = step(x[:, t], *states)
        if mask is not None:
            seen = mask[:, t, None]
            new = [apply(arithmetic.where, *pair, condition=seen) for pair in zip(new, states)]
        states = new
        firsts.append(states[0])
    return firsts, states


def _gates(a, count) -> list:
    """Return the columns of a for each of the gates."""
    n = a.shape[1] // count
    return [a[:, i * n : (i + 1) * n] for i in range(count)]


def _σ(a):
    return apply(nonlinear.sigmoid, a)


@simpler("sequences.simple_rnn")
def _simple_rnn(x, w, u, b, h0, *, mask=None):
    hs, _ = _over_steps(x, [h0], mask, lambda x, h: [np.tanh(x @ w + h @ u + b)])
    return apply(shaping.stack, *hs, axis=1)


@simpler("sequences.lstm")
def _lstm(x, w, u, b, h0, c0, *, mask=None):
    def step(x, h, c):
        i, f, g, o = _gates(x @ w + h @ u + b, 4)
        c = _σ(f) * c + _σ(i) * np.tanh(g)
        return [_σ(o) * np.tanh(c), c]

    hs, (_, c) = _over_steps(x, [h0, c0], mask, step)
    return apply(shaping.stack, *hs, c, axis=1)


@simpler("sequences.gru")
def _gru(x, w, u, b, h0, *, mask=None):
    def step(x, h):
        z, r, k = _gates(x @ w + b[0], 3)
        z_of_h, r_of_h, q = _gates(h @ u + b[1], 3)
        z = _σ(z + z_of_h)
        return [z * h + (1 - z) * np.tanh(k + _σ(r + r_of_h) * q)]

    hs, _ = _over_steps(x, [h0], mask, step)
    return apply(shaping.stack, *hs, axis=1)


@simpler("sequences.gru_reset_before")
def _gru_reset_before(x, w, u, b, h0, *, mask=None):
    n = u.shape[0]

    def step(x, h):
        z, r, k = _gates(x @ w + b, 3)
        z_of_h, r_of_h = _gates(h @ u[:, : 2 * n], 2)
        z = _σ(z + z_of_h)
        return [z * h + (1 - z) * np.tanh(k + (_σ(r + r_of_h) * h) @ u[:, 2 * n :])]

    hs, _ = _over_steps(x, [h0], mask, step)
    return apply(shaping.stack, *hs, axis=1)
