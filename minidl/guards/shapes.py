"""Messages for shapes that do not fit: what was received, what was expected, and how to
convert it.
"""

from __future__ import annotations

import math
import re

# the number of samples in a dry run, which is no number of the reader's
_OF_A_DRY_RUN = re.compile(r"(received shape |inputs of shape )\((?:None|1|2|3)(?=,)")


def for_any_batch(error: Exception) -> Exception:
    """Return the error of a dry run with n as the number of samples: received shape (n, 28, 28)."""
    if len(error.args) == 1:
        error.args = (_OF_A_DRY_RUN.sub(r"\1(n", str(error)),)
    return error


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
        f"({expected}); received shape {shape}."
    )
    if shape in (sample, sample[:-1]) or (len(sample) > 1 and sample[1:] == shape[1:]):
        return text + _advice_on_batches(sample, shape)
    if turned := _turned_as_declared(sample, shape):
        return text + (
            f" The axes are in another order, so turn them: {turned}. A reshape would mix up the "
            "numbers."
        )
    if None not in sample and math.prod(shape[1:]) == math.prod(sample):
        flatten = ", or begin with Flatten()" if len(sample) == 1 else ""
        return text + f" Reshape it: x.reshape(-1, {', '.join(map(str, sample))}){flatten}."
    return text


def _turned_as_declared(sample: tuple, shape: tuple) -> str:
    """Return the call that moves the first axis of each sample to the end, or the last one to the
    front, if the data then have the declared shape, else ''.
    """
    for source, target in ((1, -1), (-1, 1)) if len(shape) > 2 else ():
        axes = list(shape)
        axes.insert(target % len(shape), axes.pop(source))
        if fits(tuple(axes), (None, *sample)):
            return f"np.moveaxis(x, {source}, {target})"
    return ""


def _advice_on_batches(sample: tuple, shape: tuple) -> str:
    """Return the cure for data or a declared shape whose batch axis is missing or one too many."""
    single = " For a single sample add a batch axis: x[None]."
    if len(shape) < len(sample) or len(sample) == 1:
        return single
    counted = " input_shape excludes the batch axis: use x.shape[1:]."
    return f"{single} For a batch:{counted}" if shape == sample else counted


def images_advice(title: str, wanted: str, rank: int, first: bool, shape: tuple) -> str:
    """Return the error text for inputs with too few or too many axes.

    title: of the layer; wanted: the axes that the layer takes; rank: the number of axes that the
    window slides along; first: whether the channel axis comes before them.
    """
    advice = ""
    if len(shape) == rank + 1:
        advice = (
            " If the channels are missing, add an axis of size 1 for them: "
            f"{'x[:, None]' if first else 'x[..., None]'}, and the 1 to the declared shape. If "
            "this is a single sample, add the batch axis: x[None]."
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
    return (
        f"images of shape (n, {a}, {b}, {c}) are read as {_order(first)}, with {a if first else c} "
        f"channels. If they have {c if first else a}, pass data_format='{_order(not first)}', or "
        f"turn them: {_turned(first)}."
    )


def channel_advice(title: str, channels: int, first: bool, shape: tuple) -> str:
    """Return the error text for inputs of another number of channels than the weights are for.

    channels: of the weights; first: whether the channel axis comes before the spatial axes.
    """
    text = (
        f"{title} has weights for {channels} channels ({_order(first)}); received shape {shape}, "
        f"with {shape[1 if first else -1]}."
    )
    if shape[-1 if first else 1] == channels:
        return text + f" The channels stand at the other end: {_turned(first)}."
    return text


def _order(first: bool) -> str:
    return "channels_first" if first else "channels_last"


def _turned(first: bool) -> str:
    """Return the call that turns images to the order that a layer takes."""
    return f"np.moveaxis(x, {'-1, 1' if first else '1, -1'})"


def room_advice(title: str, window: tuple, dilation: tuple, first: bool, shape: tuple) -> str:
    """Return the error text for inputs that are smaller than the window. first: whether the channel
    axis comes before the spatial axes.
    """
    places = tuple(shape[2:] if first else shape[1:-1])
    shown = f"(n, {', '.join(map(str, shape[1:]))})"
    reach = tuple((k - 1) * d + 1 for k, d in zip(window, dilation))
    wide = f" with dilation_rate {dilation} reaches over {reach} places, which" * (reach != window)
    text = (
        f"{title}: the window {window}{wide} is larger than what arrives, {places} places of "
        f"inputs of shape {shown}."
    )
    turned = channels_advice(shape, first)
    if turned:
        return f"{text} Probably the channels stand at the other end: {turned}"
    return (
        f"{text} Each 'valid' window and each stride before made them smaller: take a smaller "
        "window, padding='same', fewer layers, or larger inputs."
    )
