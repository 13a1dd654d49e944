"""Bases of layers whose weights belong to the entries along an axis."""

from __future__ import annotations

from typing import Any

from .. import constraints, initializers, regularizers
from ..support.checks import check_number
from .base import Layer
from .spec import places


class AlongAxis(Layer):
    """Base of layers whose weights have one number for each entry along `axis`."""

    learns = "weights"  # the word for them in errors

    def build(self, input_shape):
        self._kept, self._ndim = places(self.axis, input_shape, self.name), len(input_shape)
        self._shape = tuple(input_shape[a] for a in self._kept)
        if None in self._shape:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' needs to know the size of axis {self.axis}; "
                f"received shape {tuple(input_shape)}."
            )

    def checked(self, x) -> tuple:
        """Return (x as floats, the axes of x that the weights belong to). x may have more or fewer
        axes than the inputs that the weights were created for; ValueError if its shape does not
        fit.
        """
        as_built = len(x.shape) == self._ndim
        kept = self._kept if as_built else places(self.axis, x.shape, self.name)
        if tuple([x.shape[a] for a in kept]) != self._shape or 0 in kept:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' has {self.learns} of shape {self._shape} for "
                f"axis {self.axis} of its inputs; received shape {x.shape}."
            )
        return x if x.dtype == self.dtype else x.astype(self.dtype), kept


class Scaled(AlongAxis):
    """Base of layers that standardize, and then learn a scale gamma and an offset beta."""

    def __init__(
        self,
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
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, check_number("epsilon", epsilon, 0)
        self.center, self.scale = center, scale
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma = self.beta = None

    def build(self, input_shape):
        super().build(input_shape)
        if self.scale:
            self.gamma = self._weight("gamma")
        if self.center:
            self.beta = self._weight("beta")

    def _weight(self, name):
        return self.add_weight(
            self._shape,
            getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
            name=name,
        )
