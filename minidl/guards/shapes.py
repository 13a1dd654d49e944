"""Shapes that do not fit: what came, what was expected, and how to make the one of the other."""

from __future__ import annotations

import math

import numpy as np


def dense_advice(name: str, expected: int, shape: tuple) -> str:
    """The error text for inputs that a Dense layer does not take.

    expected: how many numbers each sample must have; shape: of the inputs that came.
    """
    advice = ""
    if len(shape) > 2 and math.prod(shape[1:]) == expected:
        advice = f" Each sample is {shape[1:]}: add Flatten() first."
    elif math.prod(shape) == expected:
        advice = " For a single sample add a batch axis: x[None]."
    return (
        f"Dense '{name}' expects inputs whose last axis is {expected}; received shape "
        f"{shape}.{advice}"
    )


def fits(shape: tuple, declared: tuple) -> bool:
    """Whether data of this shape is what a model was declared for; None fits any size."""
    return shape[1:] == declared[1:] or (
        len(shape) == len(declared) and all(d is None or n == d for n, d in zip(shape, declared))
    )


def input_advice(name: str, sample: tuple, shape: tuple) -> str:
    """The error text for data of another shape.

    name: of the model, in quotes; sample: the declared shape of one sample; shape: of what came.
    """
    expected = ", ".join(["n", *map(str, sample)])
    text = (
        f"Model {name} was declared for samples of shape {sample}, so for inputs of shape "
        f"({expected}); received {shape}."
    )
    if len(sample) > 1 and (shape == sample or sample[1:] == shape[1:]):
        return text + " input_shape excludes the batch axis: use x.shape[1:]."
    if shape == sample:
        return text + " For a single sample add a batch axis: x[None]."
    if int(np.prod(shape[1:])) == int(np.prod(sample)):
        flatten = ", or begin with Flatten()" if len(sample) == 1 else ""
        return text + f" Reshape it: x.reshape(-1, {', '.join(map(str, sample))}){flatten}."
    return text
