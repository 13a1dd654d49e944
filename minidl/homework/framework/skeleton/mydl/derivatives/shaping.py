"""Ops that rearrange numbers. The gradient of each number goes back to its place."""


def reshape(x, *, shape):
    """z = x in a new shape, its numbers in the same order      ∂L/∂x = g in x's shape"""
    raise NotImplementedError("write reshape in derivatives/shaping.py")
