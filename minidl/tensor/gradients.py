"""Gradients that a computation on the side must leave as they were."""

from __future__ import annotations

import contextlib


@contextlib.contextmanager
def gradients_put_back(tensors):
    """Inside, these have no gradient; afterwards each has the one that it had before.

    tensors: such as keep one, leaves or with retain_grad().
    """
    before = [(t, t.grad) for t in tensors]
    for t in tensors:
        t.grad = None
    try:
        yield
    finally:
        for t, gradient in before:
            t.grad = None
            if gradient is not None:
                t.receive(gradient)  # this very array: `t.grad = ...` would copy it
