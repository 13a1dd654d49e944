"""Layers with several inputs: layer([a, b]). The functions of the same names in small letters do the same at once: add([a, b])."""

from __future__ import annotations

from .. import ops
from .base import Layer, layer_classes


class Merge(Layer):
    """Base: subclasses give `merge(inputs)`, the inputs being at least two tensors whose shapes broadcast."""

    def build(self, input_shape):
        if not isinstance(input_shape, (list, tuple)) or not input_shape or not isinstance(input_shape[0], (list, tuple)):
            raise ValueError(f"{type(self).__name__} '{self.name}' merges a list of inputs, layer([a, b]); received one, of shape "
                             f"{input_shape}.")

    def call(self, inputs):
        if len(inputs) < 2:
            raise ValueError(f"{type(self).__name__} '{self.name}' merges two inputs or more; received {len(inputs)}.")
        return self.merge(list(inputs))

    def merge(self, inputs: list):
        """The inputs as one tensor."""
        raise NotImplementedError(f"{type(self).__name__} needs a method merge(self, inputs).")


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
            raise ValueError(f"Subtract '{self.name}' takes exactly two inputs; received {len(inputs)}.")
        return inputs[0] - inputs[1]


@layer_classes.register()
class Multiply(Merge):
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
        return super().merge(inputs) / len(inputs)


@layer_classes.register()
class Maximum(Merge):
    """The largest of the inputs at each place."""

    def merge(self, inputs):
        largest = inputs[0]
        for x in inputs[1:]:
            largest = ops.maximum(largest, x)
        return largest


@layer_classes.register()
class Minimum(Merge):
    """The smallest of the inputs at each place."""

    def merge(self, inputs):
        smallest = inputs[0]
        for x in inputs[1:]:
            smallest = ops.minimum(smallest, x)
        return smallest


@layer_classes.register()
class Concatenate(Merge):
    """The inputs side by side along `axis`; their other axes agree."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape):
        super().build(input_shape)
        axis = range(len(input_shape[0]))[self.axis]
        others = {tuple(n for i, n in enumerate(shape) if i != axis) for shape in input_shape}
        if len(others) > 1:
            raise ValueError(f"Concatenate '{self.name}' joins along axis {self.axis}, so all other axes must agree; received shapes "
                             f"{', '.join(str(tuple(shape)) for shape in input_shape)}.")

    def merge(self, inputs):
        return ops.concatenate(inputs, axis=self.axis)


@layer_classes.register()
class Dot(Merge):
    """Sums the products of two inputs along an axis of each: for (n, d) and (n, d) with axes=1, the n scalar products as (n, 1).

    axes: an axis, or one for each input. normalize: with vectors of length 1, so that the result is their cosine.
    """

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        self.axes, self.normalize = axes, normalize

    def merge(self, inputs):
        if len(inputs) != 2:
            raise ValueError(f"Dot '{self.name}' takes exactly two inputs; received {len(inputs)}.")
        a, b = inputs
        axis_a, axis_b = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        if a.shape[axis_a] != b.shape[axis_b]:
            raise ValueError(f"Dot '{self.name}': axis {axis_a} of shape {a.shape} and axis {axis_b} of shape {b.shape} differ in size.")
        if self.normalize:
            a, b = (x / ops.sqrt(ops.maximum(ops.sum(ops.square(x), axis=axis, keepdims=True), 1e-12))
                    for x, axis in ((a, axis_a), (b, axis_b)))
        a, b = ops.moveaxis(a, axis_a, -1), ops.moveaxis(b, axis_b, 1)
        ends = a.shape[1:-1], b.shape[2:]
        product = a.reshape(a.shape[0], -1, a.shape[-1]) @ b.reshape(b.shape[0], b.shape[1], -1)
        return product.reshape(a.shape[0], *(ends[0] + ends[1] or (1,)))


def add(inputs, **kwargs): return Add(**kwargs)(inputs)
def subtract(inputs, **kwargs): return Subtract(**kwargs)(inputs)
def multiply(inputs, **kwargs): return Multiply(**kwargs)(inputs)
def average(inputs, **kwargs): return Average(**kwargs)(inputs)
def maximum(inputs, **kwargs): return Maximum(**kwargs)(inputs)
def minimum(inputs, **kwargs): return Minimum(**kwargs)(inputs)
def concatenate(inputs, axis=-1, **kwargs): return Concatenate(axis=axis, **kwargs)(inputs)
def dot(inputs, axes=-1, **kwargs): return Dot(axes=axes, **kwargs)(inputs)
