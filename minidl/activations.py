"""Activation functions by name, for `Dense(..., activation='relu')` and for use as functions on
tensors and arrays.

A layer without an activation is linear, and a chain of linear layers is linear. Activations make a
network nonlinear.
"""

from __future__ import annotations

from typing import Any

from . import ops
from .core.derivatives import nonlinear
from .support.configs import custom_object_scope
from .support.registry import Registry
from .tensor import Tensor, apply

registry = Registry("activation")
register = registry.register


def get(identifier):
    """Return the activation for a name ('relu', ...) or a function of a tensor; None is the
    identity.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return registry[identifier]
    if isinstance(identifier, type):
        raise ValueError(
            f"An activation is a name or a function; received the class {identifier.__name__}: "
            f"write {identifier.__name__}()."
        )
    if callable(identifier):
        return identifier
    raise ValueError(f"An activation is a name or a function of a tensor; received {identifier!r}.")


def deserialize(config, custom_objects: dict | None = None):
    """Return the activation with this name from `serialize`; your own are found in
    custom_objects.
    """
    with custom_object_scope(custom_objects or {}):
        return get(config)


def serialize(activation) -> str:
    """Return the name with which `get` finds this activation. ValueError for a function without a
    name.
    """
    name = str(getattr(activation, "__name__", ""))
    if name not in registry or registry[name] is not activation:
        raise ValueError(
            f"serialize: {activation!r} has no name here. Put "
            f"@minidl.activations.register() above its def."
        )
    return name


@registry.register()
def linear(x):
    """x itself."""
    return x


@registry.register()
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """max(x, 0). Or: x above the threshold, negative_slope·(x - threshold) below it, and never
    above max_value.
    """
    if not negative_slope and max_value is None and threshold == 0:
        return apply(nonlinear.relu, x)
    x = ops.convert_to_tensor(x)
    above = ops.relu(x) if threshold == 0 else ops.threshold(x, threshold)
    if negative_slope:
        above = above + negative_slope * (ops.minimum(x, threshold) - threshold)
    return above if max_value is None else ops.minimum(above, max_value)


@registry.register()
def leaky_relu(x, negative_slope=0.2):
    """x where x > 0, else negative_slope·x."""
    return ops.leaky_relu(x, negative_slope)


@registry.register()
def relu6(x):
    """min(max(x, 0), 6)."""
    return ops.relu6(x)


@registry.register()
def elu(x, alpha=1.0):
    """x where x > 0, else α(eˣ - 1)."""
    return ops.elu(x, alpha)


@registry.register()
def celu(x, alpha=1.0):
    """x where x > 0, else α(eˣᐟᵅ - 1): an elu without a corner for every α. Barron 2017."""
    return ops.celu(x, alpha)


@registry.register()
def selu(x):
    """elu scaled so that signals keep mean 0 and variance 1. Klambauer et al. 2017."""
    return ops.selu(x)


@registry.register()
def softplus(x):
    """ln(1 + eˣ): a relu without the corner."""
    return ops.softplus(x)


@registry.register()
def softsign(x):
    """x/(1 + |x|)."""
    return ops.softsign(x)


@registry.register()
def squareplus(x, b=4):
    """(x + √(x² + b))/2: a softplus without exponentials. Barron 2021."""
    return ops.squareplus(x, b)


@registry.register()
def sparse_plus(x):
    """0 below -1, x above 1, and the parabola (x + 1)²/4 between."""
    return ops.sparse_plus(x)


@registry.register("swish")
def silu(x):
    """x·sigmoid(x)."""
    return ops.silu(x)


@registry.register()
def gelu(x, approximate=False):
    """x·Φ(x), where Φ is the cumulative normal distribution. Hendrycks and Gimpel 2016."""
    return ops.gelu(x, approximate)


@registry.register()
def glu(x, axis: Any = -1):
    """The first half along `axis` times the sigmoid of the second. Dauphin et al. 2016."""
    return ops.glu(x, axis)


@registry.register()
def mish(x):
    """x·tanh(softplus(x)). Misra 2019."""
    return ops.mish(x)


@registry.register()
def exponential(x):
    """eˣ."""
    return ops.exp(ops.floats(x))


@registry.register()
def tanh(x):
    """tanh x: from -1 to 1."""
    return ops.tanh(x)


@registry.register()
def tanh_shrink(x):
    """x - tanh x."""
    return ops.tanh_shrink(x)


@registry.register()
def sigmoid(x):
    """1/(1 + e⁻ˣ): from 0 to 1."""
    return ops.sigmoid(x)


@registry.register()
def sparse_sigmoid(x):
    """x/2 + 1/2, but never below 0 or above 1."""
    return ops.sparse_sigmoid(x)


@registry.register()
def hard_sigmoid(x):
    """x/6 + 1/2, but never below 0 or above 1."""
    return ops.hard_sigmoid(x)


@registry.register("hard_swish")
def hard_silu(x):
    """x·hard_sigmoid(x). Howard et al. 2019."""
    return ops.hard_silu(x)


@registry.register()
def hard_tanh(x):
    """x, but never below -1 or above 1."""
    return ops.hard_tanh(x)


@registry.register()
def hard_shrink(x, threshold=0.5):
    """x where |x| > threshold, else 0."""
    return ops.hard_shrink(x, threshold)


@registry.register()
def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by the threshold, and 0 where |x| is at most the threshold."""
    return ops.soft_shrink(x, threshold)


@registry.register()
def threshold(x, threshold, default_value):
    """x where x > threshold, else default_value."""
    return ops.threshold(x, threshold, default_value)


@registry.register()
def softmax(x, axis: Any = -1):
    """eˣ / Σ eˣ: positive numbers that sum to 1 along `axis`."""
    if type(x) is Tensor and x.array.dtype.kind == "f" and isinstance(axis, int):
        return apply(nonlinear.softmax, x, axis=axis)
    return ops.softmax(x, axis)


@registry.register()
def log_softmax(x, axis: Any = -1):
    """ln softmax(x), computed in one stable step."""
    return ops.log_softmax(x, axis)


@registry.register()
def sparsemax(x, axis: Any = -1):
    """The probabilities nearest to x: small entries become exactly 0. Martins and
    Astudillo 2016.
    """
    return ops.sparsemax(x, axis)


@registry.register()
def log_sigmoid(x):
    """ln sigmoid(x) = -softplus(-x)."""
    return ops.log_sigmoid(x)


swish, hard_swish = silu, hard_silu
