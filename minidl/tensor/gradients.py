"""Protects gradients from an additional computation."""

from __future__ import annotations

import contextlib


@contextlib.contextmanager
def gradients_put_back(tensors):
    """Clear the gradients of these tensors inside a with-block, and restore them at its end.

    tensors: tensors that keep a gradient, leaves or with retain_grad().
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
