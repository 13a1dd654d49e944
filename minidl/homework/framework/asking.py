"""What the tasks of all files share."""

from __future__ import annotations

import numpy as np

ALL = ("minidl",)  # the learner's framework must not import minidl


def close(received, expected, within: float = 1e-5) -> bool:
    """Whether two arrays have the same shape and nearly the same numbers."""
    received, expected = np.asarray(received), np.asarray(expected)
    return received.shape == expected.shape and bool(
        np.allclose(received, expected, within, within)
    )
