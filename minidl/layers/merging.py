"""Layers with several inputs: layer([a, b]). The functions of the same names in small letters
create such a layer and call it: add([a, b]).
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from .. import ops
from .base import Layer, layer_classes


class Merge(Layer):
    """Base of merging layers. Subclasses define `merge(inputs)`. Shapes of samples broadcast; an
    input with fewer axes gets axes of size 1 after the batch axis.
    """

    aligns = True  # False where inputs need not have the same shape

    def build(self, input_shape):
        if (
            not isinstance(input_shape, (list, tuple))
            or not input_shape
            or not isinstance(input_shape[0], (list, tuple))
        ):
            raise ValueError(
                f"{type(self).__name__} '{self.name}' merges a list of inputs, layer([a, b]); "
                f"received one, of shape "
                f"{input_shape}."
            )

    def call(self, inputs):
        shapes = [x.shape for x in inputs]
        if len({shape[:1] for shape in shapes}) > 1:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' merges sample by sample, so the batches "
                f"must be of one size; received "
                f"shapes {_listed(shapes)}."
            )
        if self.aligns and len(set(shapes)) > 1:
            axes = max(map(len, shapes))
            inputs = [
                x.reshape(x.shape[:1] + (1,) * (axes - len(x.shape)) + x.shape[1:]) for x in inputs
            ]
            try:
                np.broadcast_shapes(*[x.shape for x in inputs])
            except ValueError:
                raise ValueError(
                    f"{type(self).__name__} '{self.name}' merges entry by entry; received shapes "
                    f"{_listed(shapes)}, which do "
                    "not fit each other."
                ) from None
        return self.merge(list(inputs))

    def compute_mask(self, inputs, mask=None):
        """Return the mask that is True where the mask of any input is; None if an input has no
        mask.
        """
        if mask is None or any(m is None for m in mask):
            return None
        return reduce(ops.logical_or, mask)

    def merge(self, inputs: list):
        """Return the inputs merged into one tensor."""
        raise NotImplementedError(f"{type(self).__name__} needs a method merge(self, inputs).")


def _listed(shapes) -> str:
    return ", ".join(str(tuple(shape)) for shape in shapes)


@layer_classes.register()
class Add(Merge):
    """a + b + ..."""

    def merge(self, inputs):
        total = inputs[0]
        for x in inputs[1:]:
            total = total + x
        return total


@layer_classes.register()
class Subtract(Merge):
    """a - b."""

    def merge(self, inputs):
        if len(inputs) != 2:
            raise ValueError(
                f"Subtract '{self.name}' takes exactly two inputs; received {len(inputs)}."
            )
        return inputs[0] - inputs[1]


class Counting(Merge):
    """Base of merging layers in which steps that an input's mask leaves out do not take part. Where
    no input takes part, the result is 0.
    """

    neutral = 1.0  # a number that changes no result

    def call(self, inputs, mask=None):
        masks = [None] * len(inputs) if mask is None else mask
        counts = [m is None or _spread(m, x) for x, m in zip(inputs, masks)]
        kept = [x if c is True else ops.where(c, x, self.neutral) for x, c in zip(inputs, counts)]
        merged = super().call(kept)
        if any(c is True for c in counts):
            return merged
        return ops.where(reduce(ops.logical_or, counts), merged, 0)


@layer_classes.register()
class Multiply(Counting):
    """a · b · ..., entry by entry."""

    def merge(self, inputs):
        product = inputs[0]
        for x in inputs[1:]:
            product = product * x
        return product


@layer_classes.register()
class Average(Add):
    """(a + b + ...)/n."""

    def merge(self, inputs):
        return super().merge(
            [x if x.dtype.kind == "f" else x.astype(self.dtype) for x in inputs]
        ) / len(inputs)


@layer_classes.register()
class Maximum(Counting):
    """The largest of the inputs at each place."""

    neutral = -np.inf

    def merge(self, inputs):
        largest = inputs[0]
        for x in inputs[1:]:
            largest = ops.maximum(largest, x)
        return largest


@layer_classes.register()
class Minimum(Counting):
    """The smallest of the inputs at each place."""

    neutral = np.inf

    def merge(self, inputs):
        smallest = inputs[0]
        for x in inputs[1:]:
            smallest = ops.minimum(smallest, x)
        return smallest


@layer_classes.register()
class Concatenate(Merge):
    """Joins the inputs along `axis`. Their other axes must have the same sizes."""

    aligns = False

    def __init__(self, axis: Any = -1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape):
        super().build(input_shape)
        self._check(input_shape)

    def _check(self, shapes):
        axes = len(shapes[0])
        if not -axes <= self.axis < axes:
            raise ValueError(
                f"Concatenate '{self.name}' joins along axis {self.axis}, which is not there in "
                f"shapes {_listed(shapes)}."
            )
        sizes = [{s[i] for s in shapes if i < len(s)} - {None} for i in range(axes)]
        sizes[self.axis] = set()  # sizes may differ along this axis; None may be any size
        if any(len(shape) != axes for shape in shapes) or any(len(found) > 1 for found in sizes):
            raise ValueError(
                f"Concatenate '{self.name}' joins along axis {self.axis}, so all other axes must "
                f"agree; received shapes "
                f"{_listed(shapes)}."
            )

    def compute_mask(self, inputs, mask=None):
        """Return the joined masks. An input without a mask counts as True everywhere."""
        if mask is None or all(m is None for m in mask):
            return None
        masks = [_spread(m, x) for x, m in zip(inputs, mask)]
        return ops.any(ops.concatenate(masks, axis=self.axis), axis=-1)

    def merge(self, inputs):
        self._check([x.shape for x in inputs])
        return ops.concatenate(inputs, axis=self.axis)


def _spread(mask, x):
    """Repeat a mask of steps for each number of x; without a mask, True everywhere."""
    if mask is None:
        return ops.ones(x.shape, bool)
    return ops.broadcast_to(ops.expand_dims(mask, -1), x.shape) if mask.ndim < x.ndim else mask


@layer_classes.register()
class Dot(Merge):
    """Sums the products of two inputs along one axis of each. For (n, d) and (n, d) with axes=1,
    the result holds the n scalar products as (n, 1).

    axes: an axis, or one for each input. normalize: scale the vectors to length 1 first, so that
    the result is the cosine of their angle.
    """

    aligns = False

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        self.pair = (axes, axes) if np.ndim(axes) == 0 else tuple(axes)
        whole = all(isinstance(axis, (int, np.integer)) for axis in self.pair)
        if not whole or len(self.pair) != 2 or 0 in self.pair:
            raise ValueError(
                f"Dot: axes is an axis, or two of them, one for each input, and never 0, the "
                f"batch; received {axes!r}."
            )
        self.axes, self.normalize = axes, normalize

    def compute_mask(self, inputs, mask=None):
        return None

    def merge(self, inputs):
        if len(inputs) != 2:
            raise ValueError(f"Dot '{self.name}' takes exactly two inputs; received {len(inputs)}.")
        a, b = (x if x.dtype.kind == "f" else x.astype(self.dtype) for x in inputs)
        axis_a, axis_b = self.pair
        self._check_axes(a.shape, axis_a, b.shape, axis_b)
        if self.normalize:
            a, b = _with_length_1(a, axis_a), _with_length_1(b, axis_b)
        a, b = ops.moveaxis(a, axis_a, -1), ops.moveaxis(b, axis_b, 1)
        ends = a.shape[1:-1], b.shape[2:]
        rows, columns = map(math.prod, ends)
        product = a.reshape(len(a), rows, a.shape[-1]) @ b.reshape(len(b), b.shape[1], columns)
        return product.reshape(a.shape[0], *(ends[0] + ends[1] or (1,)))

    def _check_axes(self, a: tuple, axis_a: int, b: tuple, axis_b: int) -> None:
        for shape, axis in ((a, axis_a), (b, axis_b)):
            if not -len(shape) < axis < len(shape):
                raise ValueError(f"Dot '{self.name}': there is no axis {axis} in shape {shape}.")
        if a[axis_a] != b[axis_b]:
            raise ValueError(
                f"Dot '{self.name}': axis {axis_a} of shape {a} and axis {axis_b} of shape {b} "
                f"differ in size."
            )


def _with_length_1(x, axis):
    return x / ops.sqrt(ops.maximum(ops.sum(ops.square(x), axis=axis, keepdims=True), 1e-12))


def add(inputs, **kwargs):
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    return Dot(axes=axes, **kwargs)(inputs)
