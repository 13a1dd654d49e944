"""The random generators of the library. `np.random` is never changed, so your own random numbers
stay independent.

All random numbers derive from one seed. Each layer that draws numbers, and each shuffle, gets its
own generator derived from it. One `set_random_seed` at the start of a script makes everything
repeatable, bit for bit on the same computer. (Another computer may sum in another order and differ
in the last bits.)

The functions that draw have the names of keras.random and return tensors. Their `seed`: a whole
number (the same numbers each time), a SeedGenerator (other numbers with each use) or None (the
generator of the library).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .core.derivatives import nonlinear, shaping
from .support import backend
from .support.arrays import as_array
from .support.dry_run import is_dry, keep, place_of
from .symbolic import has_symbol, record
from .tensor import Tensor, apply

# made at first use: loading numpy.random takes time that `import` can save
_root: np.random.SeedSequence | None = None


def set_random_seed(seed: int) -> None:
    """Make later random numbers repeatable: initial weights, dropout and shuffling. `np.random` and
    `random` are not changed.

    Raises ValueError for anything but a whole number >= 0.
    """
    global _root
    _root = np.random.SeedSequence(_check_seed(seed, "set_random_seed"))


def library_state() -> tuple:
    """Return the seed of the library, and how many generators were derived from it so far."""
    source = _library_root()
    return source.entropy, source.n_children_spawned


def set_library_state(state: tuple) -> None:
    """Continue from a state of `library_state`, for example of another process."""
    global _root
    entropy, made = state
    _root = np.random.SeedSequence(entropy, n_children_spawned=made)


def _library_root() -> np.random.SeedSequence:
    global _root
    if _root is None:
        _root = np.random.SeedSequence()
    return _root


def _check_seed(seed, name) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"{name} expects a whole number >= 0; received {seed!r}.")
    return int(seed)


def generator(seed: int | np.random.Generator | SeedGenerator | None = None) -> np.random.Generator:
    """Return a generator: a new one for a whole number, the given one or that of a SeedGenerator,
    or for None the next one derived from the library's seed.
    """
    if isinstance(seed, SeedGenerator):
        seed = seed.generator
    if isinstance(seed, np.random.Generator):
        keep(seed, place_of)
        return seed
    if seed is not None:
        return np.random.default_rng(seed)
    if is_dry():  # these numbers only show a shape: the library's own randomness stays where it is
        return np.random.default_rng(0)
    # children of one root are independent of each other
    return np.random.default_rng(_library_root().spawn(1)[0])


class SeedGenerator:
    """A seed that changes with each use. Pass it as `seed`: each call draws new numbers, in an
    order that the first seed determines.

    seed: a whole number >= 0; None: drawn from the generator of the library. `get_state` and
    `set_state` save and restore its position.
    """

    def __init__(self, seed: int | None = None, name: str | None = None):
        self.initial_seed = seed if seed is None else _check_seed(seed, "SeedGenerator")
        self.name = name or "seed_generator"
        self.generator = generator(self.initial_seed)

    def next(self) -> int:
        """Return a new whole number to use as a seed."""
        return int(generator(self).integers(2**32))

    def get_state(self) -> dict[str, Any]:
        """Return the state: names and whole numbers, which a file can store."""
        return dict(self.generator.bit_generator.state)

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a state of `get_state`."""
        self.generator.bit_generator.state = state

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of __init__ that create one like it."""
        return {"seed": self.initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Create one from the data of `get_config`, at its beginning."""
        return cls(**config)

    def __repr__(self):
        return f"<SeedGenerator '{self.name}' seed={self.initial_seed}>"


# --- drawing


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None) -> Tensor:
    """Normally distributed numbers with the given mean and standard deviation."""
    return _floats(
        generator(seed).normal(np.asarray(mean), np.asarray(stddev), shape), dtype, "normal"
    )


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None) -> Tensor:
    """Normally distributed numbers, drawn again while further than two `stddev` from the mean."""
    rng = generator(seed)
    x = rng.normal(size=shape)
    while (far := np.abs(x) > 2).any():
        x[far] = rng.normal(size=int(far.sum()))
    return _floats(x * np.asarray(stddev) + np.asarray(mean), dtype, "truncated_normal")


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None) -> Tensor:
    """Draw numbers from minval up to maxval, all equally likely. A whole-number dtype gives whole
    numbers below maxval.
    """
    if dtype is not None and np.dtype(dtype).kind in "iu":
        return randint(shape, minval, maxval, dtype, seed)
    x = _floats(
        generator(seed).uniform(np.asarray(minval), np.asarray(maxval), shape), dtype, "uniform"
    )
    # a coarser dtype may round up to maxval
    below = np.nextafter(np.asarray(maxval, x.dtype), np.asarray(minval, x.dtype))
    return Tensor(np.where(x.data == np.asarray(maxval, x.dtype), below, x.data), dtype=x.dtype)


def randint(shape, minval, maxval, dtype="int32", seed=None) -> Tensor:
    """Whole numbers from minval to maxval - 1."""
    low, high = (np.asarray(v).astype(np.int64) for v in (minval, maxval))
    if np.any(low >= high):
        raise ValueError(
            f"randint: minval must be less than maxval; received {minval} and {maxval}."
        )
    return Tensor(generator(seed).integers(low, high, shape), dtype=dtype)


def categorical(logits, num_samples, dtype="int32", seed=None) -> Tensor:
    """Draw num_samples class indices for each row of logits (rows, classes), with the probabilities
    softmax(logits).
    """
    if has_symbol(logits):
        return record(categorical, (logits, num_samples, dtype, seed), {}, "categorical")
    logits = as_array(logits)
    if logits.ndim != 2:
        raise ValueError(
            f"categorical: logits have two axes, (rows, classes); received shape {logits.shape}."
        )
    # the largest of logit + Gumbel noise is such a draw
    noise = generator(seed).gumbel(size=(len(logits), num_samples, logits.shape[1]))
    return Tensor((logits[:, None] + noise).argmax(axis=-1), dtype=dtype)


def gamma(shape, alpha, dtype=None, seed=None) -> Tensor:
    """Numbers of the gamma distribution with shape parameter alpha and scale 1."""
    return _floats(generator(seed).gamma(np.asarray(alpha), 1.0, shape), dtype, "gamma")


def beta(shape, alpha, beta, dtype=None, seed=None) -> Tensor:
    """Numbers between 0 and 1 of the beta distribution."""
    return _floats(generator(seed).beta(np.asarray(alpha), np.asarray(beta), shape), dtype, "beta")


def binomial(shape, counts, probabilities, dtype=None, seed=None) -> Tensor:
    """Draw the number of successes in `counts` tries, each with the given probability."""
    return _floats(
        generator(seed).binomial(
            np.asarray(counts).astype(np.int64), np.asarray(probabilities), shape
        ),
        dtype,
        "binomial",
    )


def shuffle(x, axis: Any = 0, seed=None) -> Tensor:
    """x with its slices along `axis` in random order; each keeps its gradient."""
    if has_symbol(x):
        return record(shuffle, (x, axis, seed), {}, "shuffle")
    x = x if isinstance(x, Tensor) else Tensor(x)
    return apply(shaping.take, x, indices=generator(seed).permutation(x.shape[axis]), axis=axis)


def dropout(inputs, rate, noise_shape=None, seed=None) -> Tensor:
    """Set each entry to 0 with probability `rate`, and divide the others by 1 - rate, so that the
    mean stays.

    noise_shape: a shape with 1 for the axes whose entries share one draw; None for the shape of
    inputs.
    """
    if not 0 <= rate <= 1:
        raise ValueError(
            f"dropout: rate is the share that falls out, from 0 to 1; received {rate!r}."
        )
    if has_symbol(inputs):
        return record(dropout, (inputs, rate, noise_shape, seed), {}, "dropout")
    x = inputs if isinstance(inputs, Tensor) else Tensor(inputs)
    x = x if x.dtype.kind == "f" else x.astype(backend.floatx())
    if rate == 0:
        return x
    keep = generator(seed).random(shape_of_draw(x.shape, noise_shape)) >= rate
    return apply(nonlinear.masked_scale, x, mask=keep, scale=1 / (1 - rate) if rate < 1 else 0.0)


def shape_of_draw(shape: tuple, noise_shape) -> tuple:
    """Return the shape of the noise for numbers of this shape: 1 along the axes whose entries share
    one draw. noise_shape: its sizes, None for those of `shape`.
    """
    if noise_shape is None:
        return shape
    return tuple([n if m is None else m for n, m in zip(shape, noise_shape)])


def _floats(values, dtype, name) -> Tensor:
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise ValueError(
            f"{name}: dtype is a float type; received {dtype!r}. For whole numbers there is "
            f"randint."
        )
    return Tensor(values, dtype=dtype or backend.floatx())
