"""Messages for shapes that do not fit: what was received, what was expected, and how to
convert it.
"""

from __future__ import annotations

import math

import numpy as np


def dense_advice(name: str, expected: int, shape: tuple) -> str:
    """Return the error text for inputs that do not fit a Dense layer.

    expected: the size of each sample; shape: of the inputs that were received.
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
    """Whether data of this shape fit the declared shape, where None fits any size."""
    return shape[1:] == declared[1:] or (
        len(shape) == len(declared) and all(d is None or n == d for n, d in zip(shape, declared))
    )


def input_advice(name: str, sample: tuple, shape: tuple) -> str:
    """Return the error text for data of another shape than declared.

    name: of the model, in quotes; sample: the declared shape of one sample; shape: what was
    received.
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


def images_advice(title: str, wanted: str, rank: int, shape: tuple) -> str:
    """Return the error text for inputs with too few or too many axes.

    title: of the layer; wanted: the axes that the layer takes; rank: the number of axes that the
    window slides along.
    """
    advice = ""
    if len(shape) == rank + 1:
        advice = (
            " If the channels are missing, add an axis of size 1 for them: x[..., None], and the "
            "1 to the declared shape. If this is a single sample, add the batch axis: x[None]."
        )
    elif len(shape) == 2:
        advice = " Numbers in a row have no places next to each other: leave out Flatten() before."
    return f"{title} takes inputs of shape ({wanted}); received shape {shape}.{advice}"


def channels_advice(shape: tuple, first: bool) -> str:
    """Return the warning for images whose channels seem to be at the other end, else ''. first:
    whether the layer takes (n, channels, height, width).
    """
    if len(shape) != 4 or None in shape[1:]:
        return ""
    _, a, b, c = shape
    looks_first, looks_last = a in (1, 3) and b == c > 4, c in (1, 3) and a == b > 4
    if not (looks_last if first else looks_first):
        return ""
    order, other = (
        ("channels_first", "channels_last") if first else ("channels_last", "channels_first")
    )
    return (
        f"images of shape {shape} are read as {order}, with {a if first else c} channels. If they "
        f"have {c if first else a}, pass data_format='{other}', or turn them: "
        f"np.moveaxis(x, {'-1, 1' if first else '1, -1'})."
    )


def room_advice(title: str, window: tuple, first: bool, shape: tuple) -> str:
    """Return the error text for inputs that are smaller than the window. first: whether the channel
    axis comes before the spatial axes.
    """
    places = tuple(shape[2:] if first else shape[1:-1])
    turned = channels_advice(shape, first)
    return (
        f"{title}: the window {window} is larger than what arrives, {places} places of inputs of "
        f"shape (n, {', '.join(map(str, shape[1:]))}). Each 'valid' window and each stride before "
        "made them smaller: take a smaller window, padding='same', fewer layers, or larger inputs."
        + (f" Also, {turned}" if turned else "")
    )
