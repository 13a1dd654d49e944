"""FarmHash's Fingerprint64: a number for any text, the same on every computer. TensorFlow and Keras
use it to put words into bins.

Published by Google (G. Pike 2014) under the MIT licence; this is its arithmetic with Python's whole
numbers. Multiplication changes the bits above each bit, rotation and shifts move high bits down, so
that every letter changes every bit.
"""

from __future__ import annotations

_ALL = (1 << 64) - 1  # sums and products keep 64 bits
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def fingerprint(data: bytes) -> int:
    """The 64-bit hash of these bytes."""
    n = len(data)
    if n > 64:
        return _long(data, n)
    if n > 32:
        return _up_to_64(data, n)
    if n > 16:
        return _up_to_32(data, n)
    return _short(data, n)


_SEED, _BY = 0xDECAFCAFFE, 0xC6A4A7935BD1E995


def crossed(values) -> int:
    """The 64-bit hash of several texts and whole numbers together, as TensorFlow crosses columns:
    each is mixed into the hash of those before it.
    """
    found = _SEED
    for value in values:
        number = fingerprint(value.encode()) if isinstance(value, str) else value
        found = (found ^ _BY ^ _folded(number * _BY) * _BY) * _BY
        found = _folded(_folded(found) * _BY)
    return found


def _word(data: bytes, start: int, size: int = 8) -> int:
    """`size` bytes as a number, lowest first; a negative start counts from the end."""
    start += len(data) if start < 0 else 0
    return int.from_bytes(data[start : start + size], "little")


def _turned(x: int, by: int) -> int:
    x &= _ALL
    return (x >> by | x << (64 - by)) & _ALL


def _folded(x: int) -> int:
    x &= _ALL
    return x ^ (x >> 47)


def _mixed(u: int, v: int, factor: int) -> int:
    a = _folded((u ^ v & _ALL) * factor)
    return _folded((v ^ a) * factor) * factor & _ALL


def _short(data: bytes, n: int) -> int:
    factor = _K2 + 2 * n
    if n >= 8:
        a, b = _word(data, 0) + _K2, _word(data, -8)
        return _mixed(
            _turned(b, 37) * factor + a & _ALL, (_turned(a, 25) + b) * factor & _ALL, factor
        )
    if n >= 4:
        return _mixed(n + (_word(data, 0, 4) << 3), _word(data, -4, 4), factor)
    if n:
        y, z = data[0] + (data[n >> 1] << 8), n + (data[-1] << 2)
        return _folded(y * _K2 ^ z * _K0) * _K2 & _ALL
    return _K2


def _up_to_32(data: bytes, n: int) -> int:
    return _ends(data, _K2 + 2 * n, _K1)[2]


def _ends(data: bytes, factor: int, first_factor: int) -> tuple[int, int, int]:
    """Return (the first word, two running numbers) of the first and the last 16 bytes."""
    a, b, c, d = (
        _word(data, 0) * first_factor,
        _word(data, 8),
        _word(data, -8) * factor,
        _word(data, -16) * _K2,
    )
    y = _turned(a + b, 43) + _turned(c, 30) + d & _ALL
    return a, y, _mixed(y, a + _turned(b + _K2, 18) + c & _ALL, factor)


def _up_to_64(data: bytes, n: int) -> int:
    factor = _K2 + 2 * n
    a, y, z = _ends(data, factor, _K2)
    e, f = _word(data, 16) * factor, _word(data, 24)
    g, h = (y + _word(data, -32)) * factor, (z + _word(data, -24)) * factor
    return _mixed(
        _turned(e + f, 43) + _turned(g, 30) + h & _ALL, e + _turned(f + a, 18) + g & _ALL, factor
    )


def _pair(data: bytes, start: int, a: int, b: int) -> tuple[int, int]:
    """Mix 32 bytes into two running numbers."""
    w, x, y, z = (_word(data, start + i) for i in (0, 8, 16, 24))
    a += w
    b = _turned(b + a + z, 21)
    c = a
    a += x + y
    return a + z & _ALL, b + _turned(a, 44) + c & _ALL


def _long(data: bytes, n: int) -> int:
    """Mix blocks of 64 bytes, and the last 64 bytes once more."""
    seed = 81
    x, y = (seed * _K2 + _word(data, 0)) & _ALL, seed * _K1 + 113 & _ALL
    z, v, w = _folded(y * _K2 + 113) * _K2 & _ALL, (0, 0), (0, 0)
    for start in range(0, (n - 1) // 64 * 64, 64):
        x, y, z, v, w = _block(data, start, x, y, z, v, w, _K1, 1)
    factor = _K1 + ((z & 0xFF) << 1)
    w = w[0] + (n - 1 & 63) & _ALL, w[1]
    v = v[0] + w[0] & _ALL, v[1]
    w = w[0] + v[0] & _ALL, w[1]
    x, y, z, v, w = _block(data, n - 64, x, y, z, v, w, factor, 9)
    first = _mixed(v[0], w[0], factor) + _folded(y) * _K0 + z & _ALL
    return _mixed(first, _mixed(v[1], w[1], factor) + x & _ALL, factor)


def _block(data, start, x, y, z, v, w, factor, weight):
    """Mix one block into the seven running numbers."""
    x = _turned(x + y + v[0] + _word(data, start + 8), 37) * factor & _ALL
    y = _turned(y + v[1] + _word(data, start + 48), 42) * factor & _ALL
    x ^= w[1] * weight & _ALL
    y = y + v[0] * weight + _word(data, start + 40) & _ALL
    z = _turned(z + w[0], 33) * factor & _ALL
    v = _pair(data, start, v[1] * factor & _ALL, x + w[0] & _ALL)
    w = _pair(data, start + 32, z + w[1] & _ALL, y + _word(data, start + 16) & _ALL)
    return z, y, x, v, w  # x and z change places
