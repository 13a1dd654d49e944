"""K.variable, K.random_normal, K.print_tensor: functions of older tutorials that store, draw and
print numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops, random
from ...ops.base import on_symbols
from ...support import backend, console
from ...tensor import Tensor, Variable, wrap


def variable(value, dtype=None, name=None, constraint=None) -> Variable:
    """Create a tensor whose numbers can be set: K.set_value, K.update, or its method `assign`."""
    made = Variable(value, dtype=dtype or backend.floatx(), name=name or "variable")
    made.constraint = constraint
    return made


def zeros(shape, dtype=None, name=None):
    return variable(np.zeros(shape), dtype, name)


def ones(shape, dtype=None, name=None):
    return variable(np.ones(shape), dtype, name)


def zeros_like(x, dtype=None, name=None):
    return ops.zeros_like(x, dtype)


def ones_like(x, dtype=None, name=None):
    return ops.ones_like(x, dtype)


def constant(value, dtype=None, shape=None, name=None) -> Tensor:
    """A tensor of the value, of floats if no dtype is given; shape: as many of it as that."""
    array = np.asarray(value, dtype or backend.floatx())
    if shape is not None:
        array = np.full(shape, array) if array.size == 1 else array.reshape(shape)
    return wrap(array.copy())


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None) -> Variable:
    """A variable of numbers between low and high."""
    return variable(random.uniform(shape, low, high, seed=seed), dtype, name)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None) -> Variable:
    """A variable of normally distributed numbers."""
    return variable(random.normal(shape, mean, scale, seed=seed), dtype, name)


def set_value(x, value) -> None:
    """Set the value of a variable or of a learning rate: K.set_value(optimizer.lr, 0.1)."""
    x.assign(value)


def update(x, new_x):
    return x.assign(new_x)


def update_add(x, increment):
    return x.assign_add(increment)


def update_sub(x, decrement):
    return x.assign_sub(decrement)


def moving_average_update(x, value, momentum):
    return x.assign(x.data * momentum + np.asarray(value) * (1 - momentum))


def batch_get_value(tensors) -> list:
    return [ops.convert_to_numpy(t) for t in tensors]


def batch_set_value(tuples) -> None:
    """Set several variables: [(variable, value), ...]."""
    for x, value in tuples:
        x.assign(value)


def count_params(x) -> int:
    return int(np.prod(ops.shape(x)))


# --- chance
def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """1 with probability p, else 0."""
    return ops.cast(random.uniform(shape, seed=seed) < p, dtype or backend.floatx())


def dropout(x, level, noise_shape=None, seed=None):
    return random.dropout(x, level, noise_shape, seed)


# --- looking
def print_tensor(x, message="", summarize=3):
    """Print the numbers and return the tensor."""
    return _print_tensor(x, message, summarize)


@on_symbols
def _print_tensor(x, message, summarize):
    with np.printoptions(threshold=2 * summarize, edgeitems=summarize):
        console.say(f"{message}{np.asarray(x)}")
    return x


HERE: dict[str, Callable] = {
    name: thing
    for name, thing in list(globals().items())
    if not name.startswith("_") and callable(thing) and getattr(thing, "__module__", "") == __name__
}
VARIABLES: dict[str, Any] = {
    **HERE,
    "random_normal": random.normal,
    "random_uniform": random.uniform,
    "truncated_normal": random.truncated_normal,
    "random_binomial": random_bernoulli,
}
