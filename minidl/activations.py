"""Activation functions by name, for `Dense(..., activation='relu')` and for use as functions on tensors and arrays.

A layer without one is a straight line, and straight lines chained are one straight line: these are what bends a network.
"""

from __future__ import annotations

from . import ops
from .registry import Registry

activations = Registry("activation")


def get(identifier):
    """An activation from a name ('relu', ...) or any function of a tensor; None is the identity."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return activations[identifier]
    if isinstance(identifier, type):
        raise ValueError(f"An activation is a name or a function; received the class {identifier.__name__}: write {identifier.__name__}().")
    if callable(identifier):
        return identifier
    raise ValueError(f"An activation is a name or a function of a tensor; received {identifier!r}.")


@activations.register()
def linear(x):
    """x itself."""
    return x


@activations.register()
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """max(x, 0). Or: x above the threshold, negative_slope·(x - threshold) below it, and never above max_value."""
    if not negative_slope and max_value is None and threshold == 0:
        return ops.relu(x)
    x = ops.convert_to_tensor(x)
    above = ops.relu(x) if threshold == 0 else ops.threshold(x, threshold)
    if negative_slope:
        above = above + negative_slope * (ops.minimum(x, threshold) - threshold)
    return above if max_value is None else ops.minimum(above, max_value)


@activations.register()
def leaky_relu(x, negative_slope=0.2):
    """x where x > 0, else negative_slope·x."""
    return ops.leaky_relu(x, negative_slope)


@activations.register()
def relu6(x):
    """min(max(x, 0), 6)."""
    return ops.clip(x, 0, 6)


@activations.register()
def elu(x, alpha=1.0):
    """x where x > 0, else α(eˣ - 1)."""
    return ops.elu(x, alpha)


@activations.register()
def selu(x):
    """elu scaled so that signals keep mean 0 and variance 1. Klambauer et al. 2017."""
    return 1.0507009873554805 * ops.elu(x, 1.6732632423543772)


@activations.register()
def softplus(x):
    """ln(1 + eˣ): a relu without the corner."""
    return ops.softplus(x)


@activations.register()
def softsign(x):
    """x/(1 + |x|)."""
    x = ops.floats(x)
    return x / (1 + ops.absolute(x))


@activations.register("swish")
def silu(x):
    """x·sigmoid(x)."""
    x = ops.floats(x)
    return x * ops.sigmoid(x)


@activations.register()
def exponential(x):
    """eˣ."""
    return ops.exp(ops.floats(x))


@activations.register()
def tanh(x):
    """tanh x: from -1 to 1."""
    return ops.tanh(x)


@activations.register()
def sigmoid(x):
    """1/(1 + e⁻ˣ): from 0 to 1."""
    return ops.sigmoid(x)


@activations.register()
def hard_sigmoid(x):
    """x/6 + 1/2, held between 0 and 1."""
    return ops.clip(ops.convert_to_tensor(x) / 6 + 0.5, 0, 1)


@activations.register()
def softmax(x, axis=-1):
    """eˣ / Σ eˣ: positive numbers that sum to 1 along `axis`."""
    return ops.softmax(x, axis)


@activations.register()
def log_softmax(x, axis=-1):
    """ln softmax(x), computed in one stable step."""
    return ops.log_softmax(x, axis)


@activations.register()
def log_sigmoid(x):
    """ln sigmoid(x) = -softplus(-x)."""
    return -ops.softplus(-ops.floats(x))


@activations.register()
def mish(x):
    """x·tanh(softplus(x)). Misra 2019."""
    x = ops.floats(x)
    return x * ops.tanh(ops.softplus(x))
