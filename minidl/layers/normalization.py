"""Layers that bring numbers to a common scale: inputs once (Rescaling, Normalization), signals inside at every step (the others)."""

from __future__ import annotations

import numpy as np

from .. import initializers, ops
from ..arrays import as_array
from ..checks import check_number
from .base import Layer, layer_classes


def _axes(axis) -> tuple:
    return tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)


class Scaled(Layer):
    """What BatchNormalization and LayerNormalization share: a learned scale gamma and offset beta."""

    def __init__(self, axis=-1, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones",
                 beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon, self.center, self.scale = axis, check_number("epsilon", epsilon, 0), center, scale
        self._options = {"gamma": (gamma_initializer, gamma_regularizer, gamma_constraint),
                         "beta": (beta_initializer, beta_regularizer, beta_constraint)}
        self.gamma = self.beta = None

    def make_scale(self, shape: tuple) -> None:
        """Make gamma and beta of this shape, as far as they are wanted."""
        for name, wanted in (("gamma", self.scale), ("beta", self.center)):
            if wanted:
                initializer, regularizer, constraint = self._options[name]
                setattr(self, name, self.add_weight(shape, initializer, regularizer=regularizer, constraint=constraint, name=name))

    def rescaled(self, x, shape: tuple):
        """gamma·x + beta, with the two in a shape that broadcasts."""
        x = x if self.gamma is None else x * self.gamma.reshape(shape)
        return x if self.beta is None else x + self.beta.reshape(shape)


@layer_classes.register()
class BatchNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, each feature by itself. Ioffe & Szegedy 2015.

    In training, mean and (biased) variance are those of the batch, and moving averages of them are kept:
    moving ← momentum·moving + (1 − momentum)·batch. Outside training, or when trainable is False, the moving ones are used.
    """

    def __init__(self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros",
                 gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones",
                 beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, **kwargs):
        super().__init__(axis, epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer,
                         beta_constraint, gamma_constraint, **kwargs)
        self.momentum = check_number("momentum", momentum, 0)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape):
        features = input_shape[self.axis]
        if features is None:
            raise ValueError(f"BatchNormalization '{self.name}' needs to know the size of axis {self.axis}; received shape {input_shape}.")
        self.make_scale((features,))
        self.moving_mean = self.add_weight((features,), self.moving_mean_initializer, trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight((features,), self.moving_variance_initializer, trainable=False, name="moving_variance")

    def call(self, x, training=False):
        x = x if x.dtype == self.dtype else x.astype(self.dtype)
        kept = range(len(x.shape))[self.axis]
        shape = tuple(n if i == kept else 1 for i, n in enumerate(x.shape))
        if not training or not self.trainable:
            factor = 1 / np.sqrt(self.moving_variance.data + self.dtype.type(self.epsilon))
            return self.rescaled((x - self.moving_mean.data.reshape(shape)) * factor.reshape(shape), shape)
        others = tuple(i for i in range(len(x.shape)) if i != kept)
        if not x.shape[0]:
            return x
        mean = x.mean(axis=others, keepdims=True)
        centred = x - mean
        variance = ops.square(centred).mean(axis=others, keepdims=True)
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving.data * self.momentum + now.data.reshape(-1) * (1 - self.momentum))
        return self.rescaled(centred / ops.sqrt(variance + self.epsilon), shape)


@layer_classes.register()
class LayerNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, mean and variance being those of each sample along `axis`. Ba et al. 2016."""

    def build(self, input_shape):
        self.make_scale(tuple(input_shape[a] for a in _axes(self.axis)))

    def call(self, x):
        x = x if x.dtype == self.dtype else x.astype(self.dtype)
        kept = tuple(range(len(x.shape))[a] for a in _axes(self.axis))
        centred = x - x.mean(axis=kept, keepdims=True)
        variance = ops.square(centred).mean(axis=kept, keepdims=True)
        return self.rescaled(centred / ops.sqrt(variance + self.epsilon), tuple(n if i in kept else 1 for i, n in enumerate(x.shape)))


@layer_classes.register()
class UnitNormalization(Layer):
    """Each sample divided by its Euclidean length along `axis`."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, x):
        return x / ops.sqrt(ops.maximum(ops.sum(ops.square(x), axis=_axes(self.axis), keepdims=True), 1e-12))


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
    """(x − mean)/max(√variance, ε) with mean and variance of the data: learn them with adapt(data), or pass them.

    axis: the axes whose entries are scaled each by itself (the features; None: one mean for all). invert: the way back.
    """

    takes_raw_input = True

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError("Normalization needs both mean and variance, or neither and a call of adapt(data).")
        self.axis, self.invert = axis, invert
        self.input_mean, self.input_variance = mean, variance

    def build(self, input_shape):
        self._kept = () if self.axis is None else tuple(range(len(input_shape))[a] for a in _axes(self.axis))
        shape = tuple(input_shape[a] for a in self._kept)
        if self.input_mean is None:
            self.mean = self.add_weight(shape, "zeros", trainable=False, name="mean")
            self.variance = self.add_weight(shape, "ones", trainable=False, name="variance")
            self.count = self.add_weight((), "zeros", dtype="int32", trainable=False, name="count")
        else:
            self.mean, self.variance = (np.broadcast_to(np.asarray(as_array(v), self.dtype), shape)
                                        for v in (self.input_mean, self.input_variance))

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Learn mean and variance from data (an array, or batches one after another), in float64 and piece by piece."""
        if self.input_mean is not None:
            raise ValueError(f"Normalization '{self.name}' was given its mean and variance, so there is nothing to adapt.")
        pieces = [data] if hasattr(data, "shape") or isinstance(data, list) else data
        count, total, squares, first = 0, 0.0, 0.0, None
        for number, piece in enumerate(pieces):
            if steps is not None and number >= steps:
                break
            piece = as_array(piece[0] if isinstance(piece, tuple) else piece)
            piece = piece[:, None] if piece.ndim == 1 else piece
            if not self.built:
                self.build((None, *piece.shape[1:]))
            others = tuple(i for i in range(piece.ndim) if i not in self._kept)
            for start in range(0, len(piece), 8192):
                part = piece[start : start + 8192].astype(np.float64)
                first = part.mean(axis=others, keepdims=True) if first is None else first       # near the mean: squares stay exact
                part = part - first
                count, total = count + part.size / max(1, np.size(first)), total + part.sum(axis=others)
                squares = squares + np.square(part).sum(axis=others)
        if first is None:
            raise ValueError("Normalization.adapt received no data.")
        shift = total / count
        self.mean.assign(shift + first.reshape(np.shape(shift)))
        self.variance.assign(squares / count - shift**2)

    def call(self, x):
        x = x.astype(self.dtype)
        shape = tuple(n if i in self._kept else 1 for i, n in enumerate(x.shape))
        mean, variance = (np.asarray(v).reshape(shape) for v in (self.mean, self.variance))
        deviation = np.maximum(np.sqrt(variance), np.asarray(1e-7, self.dtype))
        return x * deviation + mean if self.invert else (x - mean) / deviation
