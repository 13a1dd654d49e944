"""The public Variable: the core's class, with trainable, assign_add and Keras's names."""

from __future__ import annotations

import contextlib
import contextvars
from functools import partial
from typing import Any

from ..core import tensor as core
from ..support.arrays import as_array, short
from ..support.dry_run import keep, numbers_of
from ..support.registry import REGISTRIES
from .operators import plain_index
from .tensor import Tensor

_SCOPES: Any = contextvars.ContextVar("scopes", default=())  # of this thread, the outermost first


@contextlib.contextmanager
def name_scope(name: str):
    """`with name_scope("encoder"):` lets paths of variables made inside begin with it."""
    before = _SCOPES.set((*_SCOPES.get(), str(name)))
    try:
        yield name
    finally:
        _SCOPES.reset(before)


class Variable(Tensor, core.Variable):
    """A named weight: a leaf that training changes.

    initializer: the initial numbers, or an initializer or its name together with `shape`. name:
    'kernel', 'bias', ... trainable: False for a weight that training does not move.
    """

    regularizer: Any = None  # a penalty on its numbers, which models add to their loss
    constraint: Any = None  # what optimizers put its numbers through after a step
    # True: optimizers put its gradient in its place; of several batches the largest. Scales are so.
    overwrite_with_gradient = False

    def __init__(
        self, initializer, shape=None, dtype=None, trainable: bool = True, name: str = "variable"
    ):
        if isinstance(initializer, str):
            initializer = REGISTRIES["initializer"][initializer]()
        if callable(initializer):
            if shape is None:
                raise ValueError(
                    "Variable: a function that makes the numbers needs the shape too: "
                    "Variable(function, shape)."
                )
            initializer = initializer(tuple(shape))
        Tensor.__init__(self, initializer, dtype=dtype)
        self.name, self.path = name, "/".join((*_SCOPES.get(), str(name)))  # like 'dense/kernel'
        # The initial value: unfreezing a layer leaves its counters and moving means as they were.
        self.born_trainable = trainable
        self.trainable = trainable

    @property
    def trainable(self) -> bool:
        """Whether training moves the variable. Whole-number variables are never trainable."""
        return self.requires_grad

    @trainable.setter
    def trainable(self, value: bool):
        self.requires_grad = bool(value) and self.array.dtype.kind == "f"

    def replace(self, array) -> None:
        """Copy these numbers into the variable's memory: optimizers hold references to the
        array.
        """
        if array is not self.array:
            self.array[...] = array

    def assign(self, value) -> Variable:
        """Replace the numbers in place. Shape and dtype stay. backward() fails for a graph that
        still needs the old numbers.
        """
        array = self.like(value, "values")
        keep(self, numbers_of)
        core.Variable.assign(self, array)
        return self

    def assign_add(self, value) -> Variable:
        """Add to the numbers in place."""
        return self.assign(self.array + as_array(value, self.array.dtype))

    def assign_sub(self, value) -> Variable:
        """Subtract in place: `w.assign_sub(learning_rate * w.grad)` is one step of gradient
        descent.
        """
        return self.assign(self.array - as_array(value, self.array.dtype))

    def __getitem__(self, index):
        """Return a part of the numbers. Its `assign(value)` replaces them in this variable."""
        part = super().__getitem__(index)
        part.assign = partial(self._assign_at, index)
        return part

    def _assign_at(self, index, value) -> Variable:
        array = self.array.copy()
        array[plain_index(index)] = value
        return self.assign(array)

    @property
    def value(self) -> Variable:
        """The variable itself. In Keras a variable and its value are different objects."""
        return self

    def __reduce__(self):
        about = {
            "requires_grad": self.requires_grad,
            "regularizer": self.regularizer,
            "constraint": self.constraint,
            "path": self.path,
            "overwrite_with_gradient": self.overwrite_with_gradient,
        }
        return Variable, (self.array, None, None, self.born_trainable, self.name), about

    def label(self) -> str:
        """The variable's name in errors."""
        return f"Variable '{self.name}' of shape {self.shape}"

    def __repr__(self):
        about = f"'{self.name}' shape={self.shape} dtype={self.dtype} trainable={self.trainable}"
        return f"<Variable {about}\n{short(self.array, '')}>"
