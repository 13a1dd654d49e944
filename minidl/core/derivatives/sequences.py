"""Recurrent layers: each is one op over all T steps of a sequence.

A step is one small product and some elementwise functions. Recording each step on the tape would
take longer than computing it, so an op loops over all steps itself, forward and back.

Shapes: x (n, T, d); w (d, kH), u (H, kH) and b (kH,) for k gates of H units, side by side; states
(n, H). mask (n, T): where it is False, the state does not change at that step, and neither does its
gradient. Inside the ops time is the first axis and the batch the last, see stepping.py.
"""

from __future__ import annotations

import numpy as np

from .stepping import (
    batch_first,
    halved,
    keep,
    parted,
    projected,
    rows,
    shared,
    sigmoid_of_half,
    sigmoid_of_tanh,
    sigmoid_slope,
    tanh_slope,
    time_first,
    to_bias,
    to_memory,
    to_state,
    to_weight,
    to_x,
    without_denormals,
)


def simple_rnn(x, w, u, b, h0, *, mask=None):
    """z = h₁, ..., h_T with h_t = tanh(x_t W + h_t₋₁ U + b)                     (Elman 1990)

    From the last step to the first, where δ_t is the gradient of the argument of tanh:
    δ_t = dh·(1 - h_t²)      dh = ∂L/∂h_t₋₁ + δ_t Uᵀ
    ∂L/∂x_t = δ_t Wᵀ     ∂L/∂W = Σ_t x_tᵀ δ_t     ∂L/∂U = Σ_t h_t₋₁ᵀ δ_t     ∂L/∂b = Σ_t δ_t
    """
    xs, ut = time_first(x), np.ascontiguousarray(u.T)
    h = np.empty((len(xs) + 1, *h0.T.shape), x.dtype)
    h[0] = h0.T
    projected(xs, w, b, out=h[1:])
    inner = np.empty_like(h[0])
    for t, a in enumerate(h[1:]):
        a += np.matmul(ut, h[t], out=inner)
        np.tanh(a, out=a)
        keep(mask, t, [h])

    vjps = [to_x(w, xs), to_weight(xs), to_weight(h[:-1]), to_bias, to_state]
    return batch_first(h[1:]), shared(
        lambda g: _back_through_simple_rnn(time_first(g), u, h, mask), *vjps
    )


def _back_through_simple_rnn(gs, u, h, mask):
    """Return (δ of all steps, ∂L/∂h₀). gs: ∂L/∂h_t for all t."""
    d, dh = np.empty_like(gs), np.zeros_like(h[0])
    tanh_slope(h[1:], d)
    for t in reversed(range(len(gs))):
        dh += gs[t]
        (passing,) = parted(mask, t, dh)
        d[t] *= dh
        np.matmul(u, d[t], out=dh)
        dh += passing
        without_denormals(t, dh)
    return rows(d), dh


def lstm(x, w, u, b, h0, c0, *, mask=None):
    """z = h₁, ..., h_T, c_T: the outputs of all steps, and last the memory (n, T + 1, H)

    i, f, o = σ(x_t W + h_t₋₁ U + b)      g = tanh(the same), each with its own columns of W, U, b
    c_t = f·c_t₋₁ + i·g                   h_t = o·tanh c_t
    (Hochreiter & Schmidhuber 1997, with the forget gate f of Gers et al. 2000.) Order of the gates:
    i, f, g, o.

    From the last step to the first, where δ is the gradient of the argument of σ or tanh:
    δo = dh·tanh(c_t)·o(1 - o)            dc += dh·o·(1 - tanh² c_t)
    δi = dc·g·i(1 - i)      δf = dc·c_t₋₁·f(1 - f)      δg = dc·i·(1 - g²)
    dc = dc·f               dh = ∂L/∂h_t₋₁ + δ Uᵀ
    and the gradients of x, W, U and b as in simple_rnn.
    """
    xs, half, n = time_first(x), halved([0.5, 0.5, 1, 0.5], u), len(u)
    gates = projected(xs, w * half, b * half)
    ut = np.ascontiguousarray((u * half).T)
    h = np.empty((len(xs) + 2, *h0.T.shape), x.dtype)
    c, tanh_c = np.empty_like(h[1:]), np.empty_like(h[2:])
    h[0], c[0] = h0.T, c0.T
    inner, new = np.empty((4 * n, len(h0)), x.dtype), np.empty_like(h[0])
    for t, a in enumerate(gates):
        a += np.matmul(ut, h[t], out=inner)
        np.tanh(a, out=a)
        sigmoid_of_tanh(a[: 2 * n])
        sigmoid_of_tanh(a[3 * n :])
        i, f, g, o = a.reshape(4, n, -1)
        np.multiply(f, c[t], out=c[t + 1])
        c[t + 1] += np.multiply(i, g, out=new)
        np.multiply(o, np.tanh(c[t + 1], out=tanh_c[t]), out=h[t + 1])
        keep(mask, t, [h, c])
    h[-1] = c[-1]

    vjps = [to_x(w, xs), to_weight(xs), to_weight(h[:-2]), to_bias, to_state, to_memory]
    return batch_first(h[1:]), shared(
        lambda g: _back_through_lstm(time_first(g), u, gates, c, tanh_c, mask), *vjps
    )


def _back_through_lstm(gs, u, gates, c, tanh_c, mask):
    """Return (δ of all steps, ∂L/∂h₀, ∂L/∂c₀). gs: ∂L/∂h_t for all t, and last ∂L/∂c_T."""
    n, d, to_c = len(u), np.empty_like(gates), np.empty_like(tanh_c)
    sigmoid_slope(gates, d)
    tanh_slope(gates[:, 2 * n : 3 * n], d[:, 2 * n : 3 * n])
    tanh_slope(tanh_c, to_c)
    to_c *= gates[:, 3 * n :]
    dh, dc, product = np.zeros_like(c[0]), gs[-1].copy(), np.empty_like(c[0])
    for t in reversed(range(len(gates))):
        i, f, g, _ = gates[t].reshape(4, n, -1)
        di, df, dg, do = d[t].reshape(4, n, -1)
        dh += gs[t]
        passing, passing_c = parted(mask, t, dh, dc)
        do *= np.multiply(dh, tanh_c[t], out=product)
        dc += np.multiply(dh, to_c[t], out=product)
        di *= np.multiply(dc, g, out=product)
        df *= np.multiply(dc, c[t], out=product)
        dg *= np.multiply(dc, i, out=product)
        dc *= f
        np.matmul(u, d[t], out=dh)
        if mask is not None:
            dh += passing
            dc += passing_c
        without_denormals(t, dh, dc)
    return rows(d), dh, dc


def gru(x, w, u, b, h0, *, mask=None):
    """z = h₁, ..., h_T, where z and r say how much of the state to keep and how much to use

    z, r = σ(x_t W + b₀ + h_t₋₁ U + b₁), each with its own columns of W, U, b₀ = b[0], b₁ = b[1]
    q = h_t₋₁ U + b₁        k = tanh(x_t W + b₀ + r·q)        h_t = z·h_t₋₁ + (1 - z)·k
    (Cho et al. 2014 in the form of cuDNN, r after the product.) Order of the gates: z, r, k.

    From the last step to the first, where δ is the gradient of the argument of σ or tanh:
    δz = dh·(h_t₋₁ - k)·z(1 - z)       δk = dh·(1 - z)(1 - k²)       δr = δk·q·r(1 - r)
    dh = ∂L/∂h_t₋₁ + dh·z + ε Uᵀ       where ε is δz, δr, δk·r, the gradient of h_t₋₁ U + b₁
    ∂L/∂U = Σ_t h_t₋₁ᵀ ε_t, ∂L/∂b₁ = Σ_t ε_t; the gradients of x, W and b₀ as in simple_rnn.
    """
    xs, half, n = time_first(x), halved([0.5, 0.5, 1], u), len(u)
    gates = projected(xs, w * half, half * (b[0] + b[1] * halved([1, 1, 0], u)))
    ut = np.ascontiguousarray((u * half).T)
    h = np.empty((len(xs) + 1, *h0.T.shape), x.dtype)
    h[0], q = h0.T, np.empty_like(h[1:])
    inner = np.empty((3 * n, len(h0)), x.dtype)
    for t, a in enumerate(gates):
        np.matmul(ut, h[t], out=inner)
        z, r, k = a.reshape(3, n, -1)
        a[: 2 * n] += inner[: 2 * n]
        sigmoid_of_half(a[: 2 * n])
        np.add(inner[2 * n :], b[1, 2 * n :, None], out=q[t])
        k += np.multiply(r, q[t], out=inner[:n])
        np.tanh(k, out=k)
        _mixed(z, h[t], k, out=h[t + 1])
        keep(mask, t, [h])

    def to_u(δ, dh, ε):
        return rows(h[:-1]) @ ε.T

    def to_b(δ, dh, ε):
        return np.stack([np.roll(to_bias(δ), -n), to_bias(ε)])

    vjps = [to_x(np.roll(w, n, axis=1), xs), _turned(to_weight(xs), n), to_u, to_b, to_state]
    return batch_first(h[1:]), shared(
        lambda g: _back_through_gru(time_first(g), u, gates, h, q, mask), *vjps
    )


def _turned(part, n):
    """Return a part with its gates in the order z, r, k, from the order k, z, r."""
    return lambda δ, *_: np.roll(part(δ), -n, axis=-1)


def _mixed(z, h, k, out):
    """z·h + (1 - z)·k"""
    np.subtract(h, k, out=out)
    out *= z
    out += k


def _slopes_of_gru(gates, h, n, extra=0):
    """Return ∂h_t/∂(the arguments of σ and tanh) of k and z, and σ' for r, in this order, followed
    by `extra` empty rows.
    """
    steps, sizes, batch = gates.shape
    d, z, k = np.empty((steps, sizes + extra, batch), h.dtype), gates[:, :n], gates[:, 2 * n :]
    sigmoid_slope(gates[:, : 2 * n], d[:, n : 3 * n])
    tanh_slope(k, d[:, :n])
    d[:, n : 2 * n] *= h[:-1] - k
    d[:, :n] *= 1 - z
    return d


def _back_through_gru(gs, u, gates, h, q, mask):
    """Return (δk, δz, δr of all steps, ∂L/∂h₀, and δz, δr, δk·r of all steps)."""
    n, d = len(u), _slopes_of_gru(gates, h, len(u), extra=len(u))
    d[:, 2 * n : 3 * n] *= q
    dh, product = np.zeros_like(h[0]), np.empty_like(h[0])
    for t in reversed(range(len(gs))):
        z, r, _ = gates[t].reshape(3, n, -1)
        dk, dz, dr, dkr = d[t].reshape(4, n, -1)
        dh += gs[t]
        (passing,) = parted(mask, t, dh)
        dz *= dh
        dk *= dh
        dr *= dk
        np.multiply(dk, r, out=dkr)
        dh *= z
        dh += np.matmul(u, d[t, n:], out=product)
        dh += passing
        without_denormals(t, dh)
    d = rows(d)
    return d[: 3 * n], dh, d[n:]


def gru_reset_before(x, w, u, b, h0, *, mask=None):
    """z = h₁, ..., h_T as in gru, but with r before the product     (Cho et al. 2014, equation 8)

    z, r = σ(x_t W + h_t₋₁ U + b)      k = tanh(x_t W + (r·h_t₋₁) U + b)      one b, of shape (3H,)
    h_t = z·h_t₋₁ + (1 - z)·k

    δz and δk as in gru      ε = δk Uᵀ      δr = ε·h_t₋₁·r(1 - r)
    dh = ∂L/∂h_t₋₁ + dh·z + ε·r + (δz, δr) Uᵀ
    """
    xs, half, n = time_first(x), halved([0.5, 0.5, 1], u), len(u)
    gates = projected(xs, w * half, b * half)
    ut = np.ascontiguousarray((u * half).T)
    h = np.empty((len(xs) + 1, *h0.T.shape), x.dtype)
    h[0], left = h0.T, np.empty_like(h[1:])  # left: r·h_t₋₁
    for t, a in enumerate(gates):
        z, r, k = a.reshape(3, n, -1)
        a[: 2 * n] += ut[: 2 * n] @ h[t]
        sigmoid_of_half(a[: 2 * n])
        k += ut[2 * n :] @ np.multiply(r, h[t], out=left[t])
        np.tanh(k, out=k)
        _mixed(z, h[t], k, out=h[t + 1])
        keep(mask, t, [h])

    def to_u(δ, dh):
        return np.hstack([rows(h[:-1]) @ δ[n:].T, rows(left) @ δ[:n].T])

    to_w, to_b = _turned(to_weight(xs), n), _turned(to_bias, n)
    vjps = [to_x(np.roll(w, n, axis=1), xs), to_w, to_u, to_b, to_state]
    return batch_first(h[1:]), shared(
        lambda g: _back_through_gru_reset_before(time_first(g), u, gates, h, mask), *vjps
    )


def _back_through_gru_reset_before(gs, u, gates, h, mask):
    """Return (δk, δz, δr of all steps, ∂L/∂h₀)."""
    n, d = len(u), _slopes_of_gru(gates, h, len(u))
    d[:, 2 * n :] *= h[:-1]
    dh = np.zeros_like(h[0])
    for t in reversed(range(len(gs))):
        z, r, _ = gates[t].reshape(3, n, -1)
        dk, dz, dr = d[t].reshape(3, n, -1)
        dh += gs[t]
        (passing,) = parted(mask, t, dh)
        dz *= dh
        dk *= dh
        inner = u[:, 2 * n :] @ dk
        dr *= inner
        dh *= z
        inner *= r
        dh += inner
        dh += u[:, : 2 * n] @ d[t, n:]
        dh += passing
        without_denormals(t, dh)
    return rows(d), dh
