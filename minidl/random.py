"""The library's own randomness. `np.random` is never touched, so your own random numbers stay yours.

One seed stands at the root. Each layer that needs chance, and each shuffle, asks it for a child of its own, so
one `set_random_seed` at the top of a script fixes everything that follows, bit for bit on the same machine. (Another
machine may sum in another order and differ in the last bits.)
"""

from __future__ import annotations

import numpy as np

_root: np.random.SeedSequence | None = None     # made at first use: loading numpy.random takes time that `import` can save


def set_random_seed(seed: int) -> None:
    """Make what follows repeatable: initial weights, dropout and shuffling. `np.random` and `random` are not touched.

    Raises ValueError for anything but a whole number >= 0.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"set_random_seed expects a whole number >= 0; received {seed!r}.")
    global _root
    _root = np.random.SeedSequence(int(seed))


def generator(seed: int | np.random.Generator | None = None) -> np.random.Generator:
    """A new generator: from `seed` where one is given, otherwise the next child of the library's own."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is not None:
        return np.random.default_rng(seed)
    global _root
    if _root is None:
        _root = np.random.SeedSequence()
    return np.random.default_rng(_root.spawn(1)[0])     # children of one root are independent of each other
