"""Layers that bring numbers to a common scale: inputs once (Rescaling, Normalization), signals
inside at every step (the others).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import constraints, initializers, ops, regularizers
from ..support.arrays import as_array
from ..support.checks import check_count, check_number
from ..tensor import Tensor, apply, quiet
from .base import Layer, layer_classes


def _axes(axis) -> tuple:
    return tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)


def _places(axis, shape, name) -> tuple:
    """The axes counted from 0 and in order; ValueError if the shape has no such axis."""
    if any(not -len(shape) <= a < len(shape) for a in _axes(axis)):
        raise ValueError(
            f"'{name}' works along axis {axis}, which a shape of {len(shape)} axes does not have: "
            f"{tuple(shape)}."
        )
    return tuple(sorted(a % len(shape) for a in _axes(axis)))


def standardized(x, *, centred, deviation, axes):
    """z = (x - mean)/deviation, both along `axes`      ∂L/∂x = (g - mean g - z·mean(g·z))/deviation

    One op for what could be five: the mean and the deviation depend on every x, and that is what
    the two means of g are for.
    """
    z = centred / deviation

    def vjp(g):
        d = z * (g * z).mean(axis=axes, keepdims=True)
        np.subtract(g, d, out=d)
        d -= g.mean(axis=axes, keepdims=True)
        d /= deviation
        return d

    return z, (vjp,)


def _standardize(x, axes, epsilon):
    """(x - mean)/√(variance + ε) along these axes, and the two as arrays."""
    with quiet():
        mean = x.data.mean(axis=axes, keepdims=True)
        centred = x.data - mean
        variance = np.square(centred).mean(axis=axes, keepdims=True)
        z = apply(
            standardized,
            x,
            centred=centred,
            deviation=np.sqrt(variance + x.dtype.type(epsilon)),
            axes=axes,
        )
    return z, mean, variance


class Scaled(Layer):
    """What BatchNormalization and LayerNormalization share: a learned scale gamma and offset
    beta.
    """

    def __init__(
        self,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.axis, self.epsilon, self.center, self.scale = (
            axis,
            check_number("epsilon", epsilon, 0),
            center,
            scale,
        )
        self.gamma_initializer, self.beta_initializer = (
            initializers.get(gamma_initializer),
            initializers.get(beta_initializer),
        )
        self.gamma_regularizer, self.beta_regularizer = (
            regularizers.get(gamma_regularizer),
            regularizers.get(beta_regularizer),
        )
        self.gamma_constraint, self.beta_constraint = (
            constraints.get(gamma_constraint),
            constraints.get(beta_constraint),
        )
        self.gamma = self.beta = None

    def build(self, input_shape):
        self._kept, self._axes = _places(self.axis, input_shape, self.name), len(input_shape)
        self._shape = tuple(input_shape[a] for a in self._kept)
        if None in self._shape:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' needs to know the size of axis {self.axis}; "
                f"received shape "
                f"{tuple(input_shape)}."
            )
        if self.scale:
            self.gamma = self.add_weight(
                self._shape,
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                self._shape,
                self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

    def checked(self, x):
        """x as floats, if its shape fits the weights."""
        if len(x.shape) != self._axes or tuple([x.shape[a] for a in self._kept]) != self._shape:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' has weights of shape {self._shape} for axis "
                f"{self.axis} of inputs with "
                f"{self._axes} axes; received shape {x.shape}."
            )
        return x if x.dtype == self.dtype else x.astype(self.dtype)

    def aligned(self, weight, x):
        """A weight in a shape that broadcasts with x."""
        places = tuple([n if i in self._kept else 1 for i, n in enumerate(x.shape)])
        return weight if places[-weight.ndim :] == weight.shape else weight.reshape(places)

    def rescaled(self, x):
        """gamma·x + beta."""
        x = x if self.gamma is None else x * self.aligned(self.gamma, x)
        return x if self.beta is None else x + self.aligned(self.beta, x)


@layer_classes.register()
class BatchNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, each feature by itself. Ioffe & Szegedy 2015.

    In training, mean and (biased) variance are those of the batch, and moving averages of them are
    kept:
    moving ← momentum·moving + (1 − momentum)·batch. Outside training, or when trainable is False,
    the moving ones are used.
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        if len(_axes(axis)) != 1:
            raise ValueError(
                f"BatchNormalization: axis is one axis, that of the features; received {axis!r}."
            )
        super().__init__(
            _axes(axis)[0],
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.momentum = check_number("momentum", momentum, 0)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape):
        super().build(input_shape)
        self.moving_mean = self.add_weight(
            self._shape, self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            self._shape, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )

    def call(self, x, training=False):
        x = self.checked(x)
        if not training or not self.trainable or not x.size:
            factor = 1 / np.sqrt(self.moving_variance.data + self.dtype.type(self.epsilon))
            return self.rescaled(
                (x - self.aligned(self.moving_mean.data, x)) * self.aligned(factor, x)
            )
        z, mean, variance = _standardize(
            x, tuple([i for i in range(x.ndim) if i not in self._kept]), self.epsilon
        )
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving.data * self.momentum + now.reshape(-1) * (1 - self.momentum))
        return self.rescaled(z)


@layer_classes.register()
class LayerNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, mean and variance being those of each sample along
    `axis`. Ba et al. 2016.
    """

    def call(self, x):
        x = self.checked(x)
        return self.rescaled(_standardize(x, self._kept, self.epsilon)[0])


@layer_classes.register()
class GroupNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, mean and variance being those of each sample and
    group. Wu & He 2018.

    groups: in how many equal parts the features along `axis` are cut; -1 makes each feature a group
    of its own.
    """

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        if len(_axes(axis)) != 1:
            raise ValueError(
                f"GroupNormalization: axis is one axis, that of the features; received {axis!r}."
            )
        super().__init__(
            _axes(axis)[0],
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.groups = groups if groups == -1 else check_count("GroupNormalization: groups", groups)

    def build(self, input_shape):
        super().build(input_shape)
        features = self._shape[0]
        if self._kept == (0,) or features % self._parts(features):
            raise ValueError(
                f"GroupNormalization '{self.name}': groups={self.groups} must divide the "
                f"{features} features of axis "
                f"{self.axis}, which is not the axis of the batch; received shape "
                f"{tuple(input_shape)}."
            )

    def _parts(self, features: int) -> int:
        return features if self.groups == -1 else self.groups

    def call(self, x):
        x = self.checked(x)
        axis, parts = self._kept[0], self._parts(self._shape[0])
        grouped = x.reshape(*x.shape[:axis], parts, self._shape[0] // parts, *x.shape[axis + 1 :])
        others = tuple([i for i in range(1, grouped.ndim) if i != axis])
        return self.rescaled(_standardize(grouped, others, self.epsilon)[0].reshape(x.shape))


@layer_classes.register()
class RMSNormalization(Layer):
    """scale·x/√(mean(x²) + ε) along `axis`, with a learned scale: LayerNormalization without the
    mean. Zhang & Sennrich 2019.
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, check_number("RMSNormalization: epsilon", epsilon, 0)

    def build(self, input_shape):
        self._kept, self._axes = _places(self.axis, input_shape, self.name), len(input_shape)
        self._shape = tuple(input_shape[a] for a in self._kept)
        if None in self._shape:
            raise ValueError(
                f"RMSNormalization '{self.name}' needs to know the size of axis {self.axis}; "
                f"received shape {input_shape}."
            )
        self.scale = self.add_weight(self._shape, "ones", name="scale")

    def call(self, x):
        if len(x.shape) != self._axes or tuple([x.shape[a] for a in self._kept]) != self._shape:
            raise ValueError(
                f"RMSNormalization '{self.name}' has a scale of shape {self._shape} for axis "
                f"{self.axis} of inputs with "
                f"{self._axes} axes; received shape {x.shape}."
            )
        x = x if x.dtype == self.dtype else x.astype(self.dtype)
        length = ops.sqrt(ops.mean(ops.square(x), axis=self._kept, keepdims=True) + self.epsilon)
        return (
            x
            / length
            * self.scale.reshape([n if i in self._kept else 1 for i, n in enumerate(x.shape)])
        )


@layer_classes.register()
class UnitNormalization(Layer):
    """Each sample divided by its Euclidean length along `axis`."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, x):
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        squares = ops.sum(ops.square(x), axis=_places(self.axis, x.shape, self.name), keepdims=True)
        return x / ops.sqrt(ops.maximum(squares, 1e-24))


@layer_classes.register()
class Rescaling(Layer):
    """scale·x + offset: Rescaling(1/255) brings pixels into 0..1."""

    takes_raw_input = True

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, x):
        scale, offset = (np.asarray(v, self.dtype) for v in (self.scale, self.offset))
        return x.astype(self.dtype) * scale + offset


@layer_classes.register()
class Normalization(Layer):
    """(x − mean)/max(√variance, ε) with mean and variance of the data: learn them with adapt(data),
    or pass them.

    axis: the axes whose entries are scaled each by itself (the features; None: one mean for all).
    invert: the way back.
    """

    takes_raw_input = True

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError(
                "Normalization needs both mean and variance, or neither and a call of adapt(data)."
            )
        if mean is not None and variance is not None and np.shape(mean) != np.shape(variance):
            raise ValueError(
                f"Normalization: mean and variance have the same shape; received {np.shape(mean)} "
                f"and {np.shape(variance)}."
            )
        self.axis, self.invert = axis, invert
        self.input_mean, self.input_variance = mean, variance

    def build(self, input_shape):
        self._kept = () if self.axis is None else _places(self.axis, input_shape, self.name)
        self._shape, self._axes = tuple(input_shape[a] for a in self._kept), len(input_shape)
        if None in self._shape:
            raise ValueError(
                f"Normalization '{self.name}' needs to know the size of axis {self.axis}; "
                f"received shape {input_shape}."
            )
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(self._shape, "zeros", trainable=False, name="mean")
            self.adapt_variance = self.add_weight(
                self._shape, "ones", trainable=False, name="variance"
            )
            self.count = self.add_weight((), "zeros", dtype="int32", trainable=False, name="count")
        else:
            self.adapt_mean, self.adapt_variance = (
                Tensor(np.broadcast_to(as_array(v), self._shape), dtype=self.dtype)
                for v in (self.input_mean, self.input_variance)
            )

    @property
    def mean(self) -> Tensor:
        """What is subtracted, in a shape that broadcasts with the input: (1, features)."""
        return Tensor(self._spread(self.adapt_mean, self._axes))

    @property
    def variance(self) -> Tensor:
        """The square of what is divided by, in a shape that broadcasts with the input."""
        return Tensor(self._spread(self.adapt_variance, self._axes))

    def _spread(self, numbers, axes) -> np.ndarray:
        sizes: dict = dict(zip(self._kept, self._shape))
        return numbers.data.reshape([sizes.get(i, 1) for i in range(axes)])

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Learn mean and variance from data (an array, or arrays one after another), in float64 and
        piece by piece.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Normalization '{self.name}' was given its mean and variance, so there is "
                f"nothing to adapt."
            )
        first = data[0] if isinstance(data, (list, tuple)) and len(data) else None
        rows = first is not None and not getattr(
            first[0] if isinstance(first, tuple) and first else first, "shape", ()
        )
        batches = not rows and not hasattr(
            data, "shape"
        )  # rows: a list of lists of numbers, which is one array
        count, total, squares, first = 0, 0.0, 0.0, None
        for number, piece in enumerate(data if batches else [data]):
            if steps is not None and number >= steps:
                break
            piece = self._rows(piece)
            others = tuple(i for i in range(piece.ndim) if i not in self._kept)
            for start in range(0, len(piece), 8192):
                part = piece[start : start + 8192].astype(np.float64)
                first = (
                    part.mean(axis=others, keepdims=True) if first is None else first
                )  # near the mean: squares stay exact
                part = part - first
                count, total = (
                    count + part.size // max(1, first.size),
                    total + part.sum(axis=others),
                )
                squares = squares + np.square(part).sum(axis=others)
        if first is None:
            raise ValueError("Normalization.adapt received no data.")
        shift = total / count
        mean: Any = self.adapt_mean  # variables, as build makes them where none were given
        variance: Any = self.adapt_variance
        mean.assign(shift + first.reshape(np.shape(shift)))
        variance.assign(squares / count - shift**2)

    def _rows(self, piece) -> np.ndarray:
        """A piece of the data as an array of a shape that fits the layer, which is built if it is
        the first. (n,) counts as (n, 1).
        """
        piece = as_array(piece[0] if isinstance(piece, tuple) else piece)
        piece = piece[:, None] if piece.ndim == 1 else piece
        if not self.built:
            self.build((None, *piece.shape[1:]))
        if (
            piece.ndim <= max(self._kept, default=0)
            or tuple(piece.shape[a] for a in self._kept) != self._shape
        ):
            raise ValueError(
                f"Normalization '{self.name}' has a mean of shape {self._shape} for axis "
                f"{self.axis}; received data of shape "
                f"{piece.shape}."
            )
        return piece

    def call(self, x):
        x = x.astype(self.dtype)
        single = len(x.shape) == 1 and self._shape in ((), (1,))  # (n,): one feature
        fits = len(x.shape) == self._axes and tuple(x.shape[a] for a in self._kept) == self._shape
        if not fits and not single and self._kept:
            raise ValueError(
                f"Normalization '{self.name}' has a mean of shape {self._shape} for axis "
                f"{self.axis} of inputs with "
                f"{self._axes} axes; received shape {x.shape}."
            )
        mean, variance = (
            v.data.reshape(1) if single else self._spread(v, len(x.shape))
            for v in (self.adapt_mean, self.adapt_variance)
        )
        deviation = np.maximum(np.sqrt(variance), np.asarray(1e-7, self.dtype))
        return x * deviation + mean if self.invert else (x - mean) / deviation
