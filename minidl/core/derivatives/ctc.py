"""Connectionist temporal classification: the loss of a network that reads a sequence of labels
without being told at which steps they stand. Graves et al. 2006.

A path chooses a class at each step, one of the letters or `blank`. It spells the labels if they
remain after merging repetitions and removing blanks: "--aa-b" and "a--bbb" spell "ab". The states
of a path are blank, a, blank, b, blank. From one step to the next the path stays in its state or
moves on by one. It moves on by two if this skips a blank between two different letters.
"""

from __future__ import annotations

import numpy as np

from .nonlinear import log_softmax

_NEVER = -1e30  # stands for ln 0: nothing overflows where such numbers are added


def ctc(x, *, labels, label_lengths, input_lengths, blank=0):
    """z = -ln Σ of the probabilities of all paths that spell the labels, one number a sample
    ∂L/∂x = g·(softmax(x) - share), where share is the part of these probabilities that passes
    through a class

    α_t(s) = ln softmax(x_t) of state s + ln(e^α_t₋₁(s) + e^α_t₋₁(s-1) + e^α_t₋₁(s-2) if it may)
    β is α of the reversed sequence. share_t(s) = exp(α_t(s) + β_t(s) - ln softmax(x_t) + z)
    (Graves et al. 2006, equations 6 to 16.) If no path spells the labels, z is inf and ∂L/∂x is 0.

    x: logits (n, T, C); labels (n, L), of which the first `label_lengths` count. Of the T steps the
    first `input_lengths` count, at least 1.
    """
    log_p = log_softmax(x)[0]
    states, jumps, ends = _states(labels, label_lengths, blank, x.dtype)
    seen = np.take_along_axis(log_p, states[:, None], axis=2).transpose(1, 0, 2)
    seen = np.maximum(seen, _NEVER, order="C")
    begins = np.full(states.shape, _NEVER, x.dtype)
    begins[:, :2] = 0
    begins[:, 1:2][label_lengths == 0] = _NEVER
    α = _swept(seen, begins, jumps, np.zeros(len(x), int))
    total = _log_sum_exp(α[input_lengths - 1, np.arange(len(x))] + ends)
    possible = total > _NEVER / 2

    def vjp(g):
        back = np.full_like(jumps, _NEVER)
        back[:, 2:] = jumps[:, :1:-1]
        β = _swept(seen[::-1, :, ::-1], ends[:, ::-1], back, x.shape[1] - input_lengths)
        share = α + β[::-1, :, ::-1]
        share -= seen + np.where(possible, total, 0)[:, None]
        return (
            _less_share(np.exp(log_p), np.exp(share, out=share), states, input_lengths)
            * (np.where(possible, g, 0)[:, None, None])
        )

    return np.where(possible, -total, np.inf).astype(x.dtype), (vjp,)


def _states(labels, lengths, blank, dtype):
    """Return three arrays (n, 2L + 1): the class of each state; 0 for the states that a path can
    reach from two states before, and 0 for those in which a path can end. Elsewhere the last two
    are ln 0.
    """
    n, most = labels.shape
    states = np.full((n, 2 * most + 1), blank)
    states[:, 1::2] = np.where(np.arange(most) < lengths[:, None], labels, blank)
    jumps, ends = np.full((2, *states.shape), _NEVER, dtype)
    differs = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    jumps[:, 2:][differs] = 0
    rows = np.arange(n)
    ends[rows, 2 * lengths] = ends[rows, np.maximum(2 * lengths - 1, 0)] = 0
    return states, jumps, ends


def _swept(seen, begins, jumps, starts):
    """Return α_t(s) for all steps, samples and states: (T, n, S).

    seen: ln of the probability of each state at each step. begins: 0 where a path can begin, else
    ln 0. starts (n,): the step at which a sample begins.
    """
    steps, n, size = seen.shape
    α = np.full((steps, n, size + 2), _NEVER, seen.dtype)
    ways = np.empty((3, n, size), seen.dtype)
    for t in range(steps):
        now = α[t, :, 2:]
        if t:
            before = α[t - 1]
            ways[0], ways[1] = before[:, 2:], before[:, 1:-1]
            np.add(before[:, :-2], jumps, out=ways[2])
            top = ways.max(axis=0)
            ways -= top
            np.exp(ways, out=ways)
            np.log(ways.sum(axis=0), out=now)
            now += top
        if (starts == t).any():
            np.copyto(now, begins, where=(starts == t)[:, None])
        now += seen[t]
    return α[:, :, 2:]


def _less_share(p, share, states, lengths):
    """Return p minus the share of each class, at the steps that count. p is changed in place."""
    of_class = (states[:, :, None] == np.arange(p.shape[2])).astype(p.dtype)
    p -= np.matmul(share.transpose(1, 0, 2), of_class)
    p *= (np.arange(p.shape[1]) < lengths[:, None])[:, :, None]
    return p


def _log_sum_exp(x):
    """ln Σ eˣ along the last axis."""
    top = x.max(axis=1)
    return np.log(np.exp(x - top[:, None]).sum(axis=1)) + top
