"""Layers that normalize the numbers inside a network to a common scale, in every step. The formulas
and their derivatives are in core/derivatives/normalizing.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import initializers, ops
from ..core.derivatives import normalizing
from ..ops.normalizing import along, scaled, standardized
from ..support import backend
from ..support.checks import check_count, check_number
from ..support.processes import here
from ..tensor import apply
from .along_axis import AlongAxis, Scaled
from .base import Layer, layer_classes
from .spec import places


def _one_axis(title, axis):
    """Return the axis of the features. It may be passed in a list."""
    axes = axis if isinstance(axis, (list, tuple)) else (axis,)
    if len(axes) != 1:
        raise ValueError(f"{title}: axis is one axis, that of the features; received {axis!r}.")
    return axes[0]


@layer_classes.register()
class BatchNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, each feature by itself. Ioffe & Szegedy 2015.

    In training, mean and (biased) variance are those of the batch, and moving averages of them are
    kept:
    moving ← momentum·moving + (1 − momentum)·batch. Outside training, or when trainable is False,
    the moving ones are used.

    synchronized: if several processes share a batch, whether mean and variance are those of the
    whole batch, as with one process, or of each share by itself, which costs less time. The moving
    averages are the same on all processes in both cases.
    """

    supports_masking = True

    def __init__(
        self,
        axis: Any = -1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        *,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(
            _one_axis("BatchNormalization", axis),
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
        self.synchronized = synchronized
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

    def call(self, x, training=False, mask=None):
        x, kept = self.checked(x)
        if not training or not self.trainable or not x.size:
            mean, variance = self.moving_mean.data, self.moving_variance.data
            return ops.batch_normalization(
                x, mean, variance, kept[0], self.beta, self.gamma, self.epsilon
            )
        axes = tuple([i for i in range(x.ndim) if i not in kept])
        moments: list = []
        if mask is None and (here.share is None or not self.synchronized):
            z = standardized(x, self.gamma, self.beta, kept, axes, self.epsilon, moments)
        else:
            z = self._standardized(x, mask, axes, moments)
            z = scaled(z, self.gamma, self.beta, kept)
        if here.share is not None and not self.synchronized:
            moments = [here.share.mean(moment) for moment in moments]
        for moving, now in zip((self.moving_mean, self.moving_variance), moments):
            moving.assign(moving.data * self.momentum + now.ravel() * (1 - self.momentum))
        return z

    def _standardized(self, x, mask, axes, moments: list):
        """Return (x − mean)/√(variance + ε), moments over the steps whose mask is True, and over
        the samples of all processes if they are synchronized.
        """
        share = here.share if self.synchronized else None
        total = (lambda part: part) if share is None else share.total
        counts, spare = self._counts(x, mask)
        number = np.sum(counts, axis=axes, keepdims=True, dtype=np.float64)
        number = (number if share is None else share.summed(number)) + spare
        number = number.astype(x.dtype)
        mean = total(ops.sum(ops.where(counts, x, 0.0), axis=axes, keepdims=True)) / number
        away = ops.where(counts, x - mean, 0.0)
        variance = total(ops.square(away).sum(axis=axes, keepdims=True)) / number
        moments[:] = mean.data, variance.data
        return (x - mean) * ops.rsqrt(variance + self.epsilon)

    def _counts(self, x, mask) -> tuple:
        """Return (whether each number counts, what is added to their count against a 0)."""
        if mask is None:
            return np.ones(x.shape, bool), 0.0
        mask = np.asarray(mask, bool)
        if mask.shape != x.shape[:-1]:
            raise ValueError(
                f"BatchNormalization '{self.name}' takes a mask of the input's shape without its "
                f"last axis, {x.shape[:-1]}; received shape {mask.shape}."
            )
        return np.broadcast_to(mask[..., None], x.shape), backend.epsilon()


@layer_classes.register()
class LayerNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, mean and variance being those of each sample along
    `axis`. Ba et al. 2016.
    """

    supports_masking = True

    def call(self, x):
        x, kept = self.checked(x)
        return ops.layer_normalization(x, self.gamma, self.beta, kept, self.epsilon)


@layer_classes.register()
class GroupNormalization(Scaled):
    """gamma·(x − mean)/√(variance + ε) + beta, mean and variance being those of each sample and
    group. Wu & He 2018.

    groups: the number of equal parts of the features along `axis`; -1: one group for each feature.
    """

    supports_masking = True

    def __init__(
        self,
        groups=32,
        axis: Any = -1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(
            _one_axis("GroupNormalization", axis),
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
        if features % self._parts(features):
            raise ValueError(
                f"GroupNormalization '{self.name}': groups={self.groups} must divide the "
                f"{features} features of axis {self.axis}; received shape {tuple(input_shape)}."
            )

    def _parts(self, features: int) -> int:
        return features if self.groups == -1 else self.groups

    def call(self, x):
        x, kept = self.checked(x)
        axis, parts = kept[0], self._parts(self._shape[0])
        grouped = x.reshape(*x.shape[:axis], parts, self._shape[0] // parts, *x.shape[axis + 1 :])
        others = tuple([i for i in range(1, grouped.ndim) if i != axis])
        z = apply(normalizing.standardize, grouped, axes=others, epsilon=self.epsilon)
        return scaled(z.reshape(x.shape), self.gamma, self.beta, kept)


@layer_classes.register()
class RMSNormalization(AlongAxis):
    """scale·x/√(mean(x²) + ε) along `axis`, with a learned scale: LayerNormalization without the
    mean. Zhang & Sennrich 2019.
    """

    learns = "a scale"

    def __init__(self, axis: Any = -1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, check_number("RMSNormalization: epsilon", epsilon, 0)

    def build(self, input_shape):
        super().build(input_shape)
        self.scale = self.add_weight(self._shape, "ones", name="scale")

    def call(self, x):
        x, kept = self.checked(x)
        z = apply(normalizing.divide_by_rms, x, axes=kept, epsilon=self.epsilon)
        return z * along(kept, self.scale, x.shape)


@layer_classes.register()
class UnitNormalization(Layer):
    """Each sample divided by its Euclidean length along `axis`."""

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, x):
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        squares = ops.sum(ops.square(x), axis=places(self.axis, x.shape, self.name), keepdims=True)
        return x / ops.sqrt(ops.maximum(squares, 1e-24))
