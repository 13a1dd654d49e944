"""A layer that multiplies by a kernel along any axes. An equation names the axes by letters."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from .. import activations, constraints, initializers, ops, regularizers
from .base import Layer, layer_classes

_EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


def _read(equation) -> tuple:
    """Parse the equation. Returns whether '...' comes first, and the letters of input, kernel and
    output.
    """
    match = _EQUATION.fullmatch(equation.replace(" ", "")) if isinstance(equation, str) else None
    dots = [match[i] is not None for i in (1, 3, 5, 7)] if match else []
    if match is None or dots not in ([False] * 4, [True, False] * 2, [False, True] * 2):
        raise ValueError(
            "EinsumDense: equation is 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...', "
            f"with a letter for each axis; received {equation!r}."
        )
    return dots[0], match[2], match[4], match[6]


@layer_classes.register()
class EinsumDense(Layer):
    """output = activation(einsum(equation, input, kernel) + bias). EinsumDense('ab,bc->ac', 64,
    bias_axes='c') is Dense(64).

    equation: a letter for each axis of the input, of the kernel and of the output; '...' for axes
    that stay as they are, in front or behind. output_shape: of one sample, without the axes of
    '...'; None for a size that the input tells. bias_axes: the letters of the output's axes along
    which the bias differs.
    """

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.equation, self.bias_axes = equation, bias_axes
        self._before, self._taken, self._weighed, self._letters = _read(equation)
        whole = isinstance(output_shape, (int, np.integer))
        self.partial_output_shape = (output_shape,) if whole else tuple(output_shape)
        self._check_letters()
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def _check_letters(self) -> None:
        for letters, known, what in (
            (
                self._letters,
                self._taken + self._weighed,
                "output, but neither in the input nor in the kernel",
            ),
            (
                self._weighed,
                self._taken + self._letters,
                "kernel, but neither in the input nor in the output",
            ),
            (self.bias_axes or "", self._letters, "bias_axes, but not in the output"),
        ):
            strange = [letter for letter in letters if letter not in known]
            if strange:
                raise ValueError(
                    f"EinsumDense: in {self.equation!r} the letter '{strange[0]}' stands in the "
                    f"{what}."
                )

    def _sizes(self, shape) -> dict:
        """Map each letter to the size of its axis, for inputs of this shape."""
        extra = self._further_axes(shape)
        sizes = dict(zip(self._letters, self._declared(extra)))
        for letter, size in zip(self._taken, shape[extra:] if self._before else shape):
            if size is not None and sizes.get(letter) not in (None, size):
                raise ValueError(
                    f"EinsumDense '{self.name}': output_shape {self.partial_output_shape} has "
                    f"{sizes[letter]} for the axis '{letter}' of {self.equation!r}, and the input "
                    f"of shape {tuple(shape)} has {size}."
                )
            sizes[letter] = sizes.get(letter) if size is None else size
        return sizes

    def _further_axes(self, shape) -> int:
        """The number of input axes that '...' stands for."""
        extra, dots = len(shape) - len(self._taken), "..." in self.equation
        if extra < 0 or (extra and not dots):
            raise ValueError(
                f"EinsumDense '{self.name}': {self.equation!r} takes inputs of {len(self._taken)} "
                f"axes{' or more' if dots else ''}; received shape {tuple(shape)}."
            )
        return extra

    def _declared(self, extra: int) -> tuple:
        """The sizes that output_shape gives for the letters of the output, None for the batch."""
        batch_has_no_letter = self._before and extra  # it is among the axes of '...'
        declared = (*(() if batch_has_no_letter else (None,)), *self.partial_output_shape)
        if len(declared) != len(self._letters):
            raise ValueError(
                f"EinsumDense '{self.name}': output_shape has a size for each axis of the output "
                f"in {self.equation!r} but the "
                f"batch and '...'; received {self.partial_output_shape}."
            )
        return declared

    def _bias_shape(self, sizes) -> list:
        """The shape of the bias: the sizes of the letters in bias_axes, and 1 for letters between
        and after them.
        """
        biased = self.bias_axes or ""
        first = min([self._letters.index(letter) for letter in biased], default=0)
        return [sizes[letter] if letter in biased else 1 for letter in self._letters[first:]]

    def build(self, input_shape):
        sizes = self._sizes(input_shape)
        self._built_for, self._lengths = len(input_shape), sizes
        shape = tuple(sizes[letter] for letter in self._weighed)
        bias_shape = self._bias_shape(sizes)
        if None in shape or None in bias_shape:
            raise ValueError(
                f"EinsumDense '{self.name}' needs to know the size of each axis of its kernel and "
                f"bias; {self.equation!r} "
                f"with output_shape {self.partial_output_shape} and inputs of shape "
                f"{tuple(input_shape)} does not tell it."
            )
        self.kernel = self.add_weight(
            shape,
            self._starting(shape),
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        behind = 0 if self._before else self._further_axes(input_shape)
        self.bias = None if self.bias_axes is None else self._make_bias(bias_shape + [1] * behind)

    def _make_bias(self, shape):
        return self.add_weight(
            shape,
            self.bias_initializer,
            name="bias",
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def _starting(self, shape):
        """Return the initializer for this kernel. Initializers that use the numbers of inputs and
        units receive the kernel's shape as that of a matrix.
        """
        initializer: Any = self.kernel_initializer
        if not isinstance(initializer, initializers.VarianceScaling):
            return initializer
        units = [i for i, letter in enumerate(self._weighed) if letter in self._letters]
        order = [i for i in range(len(shape)) if i not in units] + units
        sizes = [shape[i] for i in order]
        inputs = len(order) - len(units)

        def draw(shape, dtype=None):
            matrix = initializer(
                (math.prod(sizes[:inputs]), math.prod(sizes[inputs:])), dtype=dtype
            )
            return matrix.reshape(sizes).transpose(np.argsort(order))

        return draw

    def call(self, x):
        now = self._sizes(x.shape)
        if len(x.shape) != self._built_for or any(
            now[c] != self._lengths[c] for c in self._weighed
        ):
            raise ValueError(
                f"EinsumDense '{self.name}' has a kernel of shape {self.kernel.shape} for "
                f"{self.equation!r} and inputs of "
                f"{self._built_for} axes; received shape {x.shape}."
            )
        x = x if x.dtype == self.dtype else x.astype(self.dtype)
        y = ops.einsum(self.equation, x, self.kernel)
        return self.activation(y if self.bias is None else y + self.bias)
