"""Initializers: the values of weights before training. An initializer is called with a shape and
returns an array of that shape.

A good initializer keeps the size of signals and gradients about the same from layer to layer. For
this, the variance must be smaller if a unit has more inputs (fan in) and outputs (fan out).
"""

from __future__ import annotations

import numpy as np

from .random import generator
from .support import backend, configs
from .support.configs import Catalogue, Configurable

registry = Catalogue(
    "initializer",
    "An initializer is a name or a function of a shape",
    fits=lambda made: callable(made) or isinstance(made, np.ndarray),
)
register = registry.register


def get(identifier):
    """Return the initializer for a name ('glorot_uniform', 'zeros', ...), a class, its config, an
    array or any callable of a shape.

    None is the default 'glorot_uniform', as in Keras, also for a bias with bias_initializer=None.
    """
    made = registry.get("glorot_uniform" if identifier is None else identifier)
    return (lambda shape: made) if isinstance(made, np.ndarray) else made


def serialize(initializer):
    """Return the initializer as plain data, {'class_name': ..., 'config': ...}, for
    `deserialize`.
    """
    return configs.serialize(initializer)


def deserialize(config, custom_objects: dict | None = None):
    """Create the initializer of a name or of the data of `serialize`. custom_objects: further
    classes that the data may name.
    """
    with configs.custom_object_scope(custom_objects or {}):
        return get(config)


def draw(initializer, shape, dtype) -> np.ndarray:
    """Return the initial values for this shape, as an array of this dtype. Functions of only a
    shape are accepted too.
    """
    function = initializer if hasattr(initializer, "__code__") else type(initializer).__call__
    code = getattr(function, "__code__", None)
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code else ["dtype"]
    value = initializer(shape, dtype=dtype) if "dtype" in names else initializer(shape)
    array = np.asarray(value, dtype=dtype)
    if array.shape != tuple(shape):
        raise ValueError(
            f"The initializer {initializer!r} returned shape {array.shape} for a weight of shape "
            f"{tuple(shape)}."
        )
    return array


class Initializer(Configurable):
    """Base class of initializers. Subclasses define `draw(shape, rng)`. seed: None uses the random
    generator of the library.
    """

    def __init__(self, seed: int | None = None):
        self.seed = seed

    def __call__(self, shape, dtype=None) -> np.ndarray:
        return np.asarray(
            self.draw(tuple(shape), generator(self.seed)), dtype=dtype or backend.floatx()
        )

    def draw(self, shape: tuple, rng: np.random.Generator):
        raise NotImplementedError(f"{type(self).__name__} needs a method draw(self, shape, rng).")


@registry.register("zero")
class Zeros(Initializer):
    """All 0: right for biases. With kernels of zeros, all units would learn the same."""

    def __init__(self):
        super().__init__()

    def draw(self, shape, rng):
        return np.zeros(shape)


@registry.register("one")
class Ones(Initializer):
    """All 1."""

    def __init__(self):
        super().__init__()

    def draw(self, shape, rng):
        return np.ones(shape)


@registry.register()
class Constant(Initializer):
    """All the same `value`."""

    def __init__(self, value=0.0):
        super().__init__()
        if np.asarray(value).dtype.kind not in "biuf":
            raise ValueError(f"Constant: value is a number or an array; received {value!r}.")
        self.value = value

    def draw(self, shape, rng):
        return np.full(shape, self.value)


@registry.register("normal")
class RandomNormal(Initializer):
    """Normally distributed around `mean` with standard deviation `stddev`."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def draw(self, shape, rng):
        return rng.normal(self.mean, self.stddev, shape)


@registry.register()
class TruncatedNormal(RandomNormal):
    """Normal numbers. Those more than two standard deviations from the mean are drawn again."""

    def draw(self, shape, rng):
        return self.mean + self.stddev * _truncated(shape, rng)


@registry.register("uniform")
class RandomUniform(Initializer):
    """Uniform between `minval` and `maxval`."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def draw(self, shape, rng):
        return rng.uniform(self.minval, self.maxval, shape)


def _truncated(shape, rng):
    z = rng.normal(size=shape)
    while (outside := np.abs(z) > 2).any():
        z[outside] = rng.normal(size=int(outside.sum()))
    return z


@registry.register()
class VarianceScaling(Initializer):
    """Variance scale/n, n being fan_in, fan_out or their mean (fan_avg); uniform or truncated
    normal.
    """

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        super().__init__(seed)
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(
                f"VarianceScaling: mode is 'fan_in', 'fan_out' or 'fan_avg'; received {mode!r}."
            )
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(
                "VarianceScaling: distribution is 'truncated_normal', 'untruncated_normal' or "
                f"'uniform'; received {distribution!r}."
            )
        if not scale > 0:
            raise ValueError(f"VarianceScaling: scale must be above 0; received {scale!r}.")
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def draw(self, shape, rng):
        fan_in, fan_out = fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = np.sqrt(3 * variance)
            return rng.uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return rng.normal(0, np.sqrt(variance), shape)
        # The divisor is the standard deviation of a normal distribution cut at ±2
        return _truncated(shape, rng) * np.sqrt(variance) / 0.87962566103423978


def fans(shape: tuple) -> tuple[float, float]:
    """Return (the number of inputs of a unit, the number of units that an input feeds). shape:
    (..., inputs, units), with the kernel's sizes first.
    """
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    field = int(np.prod(shape[:-2]))
    return field * shape[-2], field * shape[-1]


@registry.register()
class GlorotUniform(VarianceScaling):
    """Uniform within ±√(6/(fan_in + fan_out)). Glorot & Bengio 2010."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_avg", "uniform", seed)


@registry.register()
class GlorotNormal(VarianceScaling):
    """Variance 2/(fan_in + fan_out). Glorot & Bengio 2010."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


@registry.register()
class HeUniform(VarianceScaling):
    """Uniform within ±√(6/fan_in), for relu. He et al. 2015."""

    def __init__(self, seed=None):
        super().__init__(2.0, "fan_in", "uniform", seed)


@registry.register()
class HeNormal(VarianceScaling):
    """Variance 2/fan_in, for relu. He et al. 2015."""

    def __init__(self, seed=None):
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


@registry.register()
class LecunUniform(VarianceScaling):
    """Uniform within ±√(3/fan_in). LeCun et al. 1998."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_in", "uniform", seed)


@registry.register()
class LecunNormal(VarianceScaling):
    """Variance 1/fan_in. LeCun et al. 1998."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


@registry.register()
class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns, times `gain`. It preserves the lengths of
    vectors. Saxe et al. 2014
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def draw(self, shape, rng):
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs a shape of two axes or more; received {shape}.")
        rows, columns = int(np.prod(shape[:-1])), shape[-1]
        q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diagonal(r))  # makes the draw uniform over all such matrices
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


@registry.register()
class Identity(Initializer):
    """The identity matrix times `gain`; for square or any two-axis shapes."""

    def __init__(self, gain=1.0):
        super().__init__()
        self.gain = gain

    def draw(self, shape, rng):
        if len(shape) != 2:
            raise ValueError(f"Identity needs a shape of two axes; received {shape}.")
        return self.gain * np.eye(*shape)


# The names that `get` knows, as attributes: initializers.he_normal(seed=1) is
# initializers.HeNormal(seed=1).
zeros = zero = Zeros
ones = one = Ones
constant, identity, orthogonal, variance_scaling = Constant, Identity, Orthogonal, VarianceScaling
random_normal = normal = RandomNormal
random_uniform = uniform = RandomUniform
truncated_normal = TruncatedNormal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal
