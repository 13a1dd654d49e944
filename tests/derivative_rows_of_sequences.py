"""Rows of the table of derivatives: recurrent layers step by step, CTC path by path, attention
query by query.
"""

import itertools

import numpy as np
from derivative_rows import row
from derivative_samples import normal, rng

from minidl.core.derivatives import attention, ctc, sequences

TOOLS = {"stepping"}  # a module of the table that holds no ops, but what they share


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def over_the_steps(step, x, mask, *states):
    """The states after all steps, each (n, T, H). step: (x_t, *states) -> states."""
    found = []
    for t in range(x.shape[1]):
        new = step(x[:, t], *states)
        on = True if mask is None else mask[:, t, None]
        states = [np.where(on, a, b) for a, b in zip(new, states)]
        found.append(states)
    return [np.stack(state, axis=1) for state in zip(*found)]


def simple_rnn(x, w, u, b, h0, mask):
    return over_the_steps(lambda x, h: [np.tanh(x @ w + h @ u + b)], x, mask, h0)[0]


def lstm(x, w, u, b, h0, c0, mask):
    def step(x, h, c):
        i, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c

    h, c = over_the_steps(step, x, mask, h0, c0)
    return np.concatenate([h, c[:, -1:]], axis=1)


def gru(x, w, u, b, h0, mask):
    def step(x, h):
        (xz, xr, xk), (hz, hr, hk) = np.split(x @ w + b[0], 3, 1), np.split(h @ u + b[1], 3, 1)
        z = sigmoid(xz + hz)
        return [z * h + (1 - z) * np.tanh(xk + sigmoid(xr + hr) * hk)]

    return over_the_steps(step, x, mask, h0)[0]


def gru_reset_before(x, w, u, b, h0, mask):
    (uz, ur, uk) = np.split(u, 3, axis=1)

    def step(x, h):
        xz, xr, xk = np.split(x @ w + b, 3, axis=1)
        z, r = sigmoid(xz + h @ uz), sigmoid(xr + h @ ur)
        return [z * h + (1 - z) * np.tanh(xk + (r * h) @ uk)]

    return over_the_steps(step, x, mask, h0)[0]


# samples, steps, features, units, and the share of steps at which the mask is on; None: no mask
for n, steps, d, units, on in [
    (2, 4, 3, 2, None),
    (3, 5, 2, 4, 0.6),
    (1, 1, 1, 1, None),
    (2, 3, 1, 3, 0.0),
    (4, 9, 2, 1, 0.8),
]:
    mask = None if on is None else rng.random((n, steps)) < on
    for op, naive, gates, states, biases in [
        (sequences.simple_rnn, simple_rnn, 1, 1, ()),
        (sequences.lstm, lstm, 4, 2, ()),
        (sequences.gru, gru, 3, 1, (2,)),
        (sequences.gru_reset_before, gru_reset_before, 3, 1, ()),
    ]:
        row(
            op,
            normal(n, steps, d),
            normal(d, gates * units),
            normal(units, gates * units),
            normal(*biases, gates * units),
            *[normal(n, units) for _ in range(states)],
            mask=mask,
            naive=naive,
        )


def read(path, blank):
    """What a path reads as: repetitions merged, blanks struck out."""
    merged = [c for c, _ in itertools.groupby(path)]
    return [c for c in merged if c != blank]


def probabilities_of_lines(p, blank):
    """{line: its probability}, by all paths. p: (steps, classes)."""
    found = {}
    for path in itertools.product(range(p.shape[1]), repeat=len(p)):
        line = tuple(read(path, blank))
        found[line] = found.get(line, 0.0) + np.prod(p[np.arange(len(p)), path])
    return found


def by_all_paths(x, labels, label_lengths, input_lengths, blank=0):
    p = np.exp(x) / np.exp(x).sum(axis=2, keepdims=True)
    losses = []
    for i, (steps, length) in enumerate(zip(input_lengths, label_lengths)):
        wanted, total = list(labels[i, :length]), 0.0
        for path in itertools.product(range(x.shape[2]), repeat=int(steps)):
            if read(path, blank) == wanted:
                total += np.prod(p[i, np.arange(steps), path])
        losses.append(-np.log(total))
    return np.array(losses)


for labels, label_lengths, input_lengths, classes, blank in [
    ([[1, 2], [2, 1]], [2, 2], [4, 4], 3, 0),
    ([[1, 1], [2, 2], [1, 2]], [2, 2, 1], [3, 4, 4], 3, 0),
    ([[0, 1, 0], [1, 0, 2], [0, 0, 0]], [3, 2, 0], [5, 5, 2], 3, 2),
    ([[3]], [1], [1], 4, 0),
    ([[7, 7], [1, 2]], [0, 2], [3, 2], 3, 0),
    (np.zeros((2, 0), int), [0, 0], [3, 1], 2, 1),
]:
    row(
        ctc.ctc,
        normal(len(labels), max(input_lengths) + 1, classes),
        labels=np.array(labels),
        label_lengths=np.array(label_lengths),
        input_lengths=np.array(input_lengths),
        blank=blank,
        naive=by_all_paths,
    )


def query_by_query(q, k, v, bias=0.0, mask=None, scale=1.0):
    n, queries, heads, _ = q.shape
    shape = (n, heads, queries, k.shape[1])
    bias, mask = (
        np.broadcast_to(bias, shape),
        np.broadcast_to(True if mask is None else mask, shape),
    )
    z = np.zeros((n, queries, heads, v.shape[3]))
    for i, h, t in np.ndindex(n, heads, queries):
        scores, on = scale * (k[i, :, h] @ q[i, t, h]) + bias[i, h, t], mask[i, h, t]
        weights = np.where(on, np.exp(scores), 0) if on.any() else np.ones(len(scores))
        z[i, t, h] = weights / weights.sum() @ v[i, :, h]
    return z


for n, queries, keys, heads, depth, width in [
    (2, 3, 3, 2, 4, 4),
    (1, 2, 4, 3, 1, 2),
    (2, 1, 1, 1, 2, 3),
]:
    qkv = [
        normal(n, queries, heads, depth),
        normal(n, keys, heads, depth),
        normal(n, keys, heads, width),
    ]
    for mask in [
        None,
        np.tril(np.ones((queries, keys), bool)),
        rng.random((n, 1, queries, keys)) < 0.6,
        rng.random((n, heads, 1, keys)) < 0.3,
    ]:
        row(attention.dot_product_attention, *qkv, mask=mask, scale=0.5, naive=query_by_query)
    for shape in [(n, heads, queries, keys), (heads, 1, keys)]:
        row(attention.dot_product_attention, *qkv, normal(*shape), naive=query_by_query)
