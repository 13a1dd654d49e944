"""Initial weights: limits, spread, shapes, dtypes, seeds, and what is refused."""

import functools

import numpy as np
import pytest

from minidl import initializers, layers
from minidl.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    Initializer,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
    fans,
)

CUT = 0.87962566103423978  # the standard deviation of a normal distribution cut at ±2
SHAPE = (200, 500)  # 100 000 numbers: standard deviations are good to 0.3 % or so


# --- the numbers that are drawn
# ---


@pytest.mark.parametrize(
    "make, limit",
    [
        (lambda s: GlorotUniform(seed=s), np.sqrt(6 / 700)),
        (lambda s: HeUniform(seed=s), np.sqrt(6 / 200)),
        (lambda s: LecunUniform(seed=s), np.sqrt(3 / 200)),
        (lambda s: RandomUniform(-0.05, 0.05, seed=s), 0.05),
        (lambda s: VarianceScaling(2.0, "fan_out", "uniform", seed=s), np.sqrt(6 / 500)),
        (lambda s: VarianceScaling(1.0, "fan_avg", "uniform", seed=s), np.sqrt(3 / 350)),
    ],
    ids=[
        "GlorotUniform",
        "HeUniform",
        "LecunUniform",
        "RandomUniform",
        "VarianceScaling fan_out",
        "VarianceScaling fan_avg",
    ],
)
def test_uniform_ones_fill_their_limits_evenly(make, limit):
    w = make(1)(SHAPE, dtype="float64")
    assert w.shape == SHAPE
    assert limit * 0.999 < w.max() <= limit and -limit <= w.min() < -limit * 0.999
    np.testing.assert_allclose(w.std(), limit / np.sqrt(3), rtol=0.01)
    assert abs(w.mean()) < 0.02 * limit
    counts = np.histogram(w, bins=10, range=(-limit, limit))[0]
    np.testing.assert_allclose(counts, w.size / 10, rtol=0.05)


@pytest.mark.parametrize(
    "make, std",
    [
        (lambda s: GlorotNormal(seed=s), np.sqrt(2 / 700)),
        (lambda s: HeNormal(seed=s), np.sqrt(2 / 200)),
        (lambda s: LecunNormal(seed=s), np.sqrt(1 / 200)),
        (lambda s: VarianceScaling(seed=s), np.sqrt(1 / 200)),
        (lambda s: VarianceScaling(3.0, "fan_out", seed=s), np.sqrt(3 / 500)),
    ],
    ids=["GlorotNormal", "HeNormal", "LecunNormal", "VarianceScaling", "VarianceScaling fan_out"],
)
def test_truncated_ones_have_their_variance_after_the_cut(make, std):
    w = make(1)(SHAPE, dtype="float64")
    np.testing.assert_allclose(w.std(), std, rtol=0.01)
    assert abs(w.mean()) < 0.02 * std
    edge = 2 * std / CUT
    assert 0.99 * edge < np.abs(w).max() <= edge * (1 + 1e-9)
    np.testing.assert_allclose(np.mean(np.abs(w) < std / CUT), 0.6827 / 0.9545, rtol=0.02)


def test_units_of_one_input_and_of_none():
    w = LecunUniform(seed=1)((1, 50_000))
    assert 0.999 * np.sqrt(3) < w.max() <= np.sqrt(3)
    assert HeNormal()((0, 3)).shape == (0, 3)


def test_plain_normal_ones():
    w = RandomNormal(mean=0.5, stddev=2.0, seed=1)(SHAPE, dtype="float64")
    np.testing.assert_allclose([w.mean(), w.std()], [0.5, 2.0], rtol=0.02)
    assert np.abs(w - 0.5).max() > 6.0  # not cut
    w = VarianceScaling(2.0, "fan_in", "untruncated_normal", seed=1)(SHAPE, dtype="float64")
    np.testing.assert_allclose(w.std(), np.sqrt(2 / 200), rtol=0.01)
    assert np.abs(w).max() > 3.5 * np.sqrt(2 / 200) and abs(w.mean()) < 1e-3
    w = RandomNormal(seed=1)(SHAPE)
    np.testing.assert_allclose(w.std(), 0.05, rtol=0.01)


def test_truncated_normal():
    w = TruncatedNormal(mean=1.0, stddev=0.5, seed=1)(SHAPE, dtype="float64")
    assert np.abs(w - 1.0).max() <= 1.0 + 1e-12
    np.testing.assert_allclose([w.mean(), w.std()], [1.0, 0.5 * CUT], rtol=0.02)
    assert np.mean(np.abs(w - 1.0) > 0.99) < 0.01  # redrawn, not clipped to the edge
    z = np.random.default_rng(1).normal(size=SHAPE)
    np.testing.assert_allclose(w[np.abs(z) <= 2], 1 + 0.5 * z[np.abs(z) <= 2], rtol=1e-12)


def test_random_uniform_bounds():
    w = RandomUniform(2.0, 3.0, seed=0)(SHAPE, dtype="float64")
    assert w.min() >= 2.0 and w.max() < 3.0
    np.testing.assert_allclose(w.mean(), 2.5, rtol=0.01)


def test_constants():
    np.testing.assert_array_equal(Zeros()((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(Ones()((2, 3)), np.ones((2, 3)))
    np.testing.assert_array_equal(Constant(2.5)((2, 3)), np.full((2, 3), 2.5))
    np.testing.assert_array_equal(Constant()((2,)), [0.0, 0.0])
    np.testing.assert_array_equal(Identity()((3, 3)), np.eye(3))
    np.testing.assert_array_equal(Identity(gain=2.0)((2, 3)), [[2, 0, 0], [0, 2, 0]])


@pytest.mark.parametrize(
    "shape", [(4, 4), (10, 4), (4, 10), (3, 3, 2, 8), (3, 3, 8, 2), (1, 1), (5, 1)]
)
def test_orthogonal_matrices(shape):
    w = Orthogonal(seed=3)(shape, dtype="float64")
    assert w.shape == shape
    m = w.reshape(-1, shape[-1])
    small = m.T @ m if m.shape[0] >= m.shape[1] else m @ m.T
    np.testing.assert_allclose(small, np.eye(min(m.shape)), atol=1e-12)
    np.testing.assert_allclose(
        Orthogonal(gain=3.0, seed=3)(shape, dtype="float64"), 3 * w, rtol=1e-12
    )


def test_orthogonal_draws_lean_to_no_side():
    """Without the sign correction the first entries would be negative nearly always."""
    signs = [np.sign(Orthogonal(seed=s)((3, 3), dtype="float64")) for s in range(400)]
    assert np.abs(np.mean(signs, axis=0)).max() < 0.2
    determinants = [np.linalg.det(Orthogonal(seed=s)((3, 3), dtype="float64")) for s in range(200)]
    assert 0.3 < np.mean(np.array(determinants) > 0) < 0.7


# --- fans


@pytest.mark.parametrize(
    "shape, expected",
    [
        ((), (1, 1)),
        ((7,), (7, 7)),
        ((3, 5), (3, 5)),
        ((3, 3, 16, 32), (9 * 16, 9 * 32)),
        ((5, 4, 8), (20, 40)),
    ],
)
def test_fans(shape, expected):
    assert tuple(fans(shape)) == expected


def test_a_convolution_kernel_counts_its_field():
    w = HeNormal(seed=1)((5, 5, 40, 100), dtype="float64")
    np.testing.assert_allclose(w.std(), np.sqrt(2 / (25 * 40)), rtol=0.01)
    w = GlorotUniform(seed=1)((5, 5, 40, 100), dtype="float64")
    np.testing.assert_allclose(np.abs(w).max(), np.sqrt(6 / (25 * 140)), rtol=0.001)


def test_signals_keep_their_size_through_many_layers():
    """What the initializers are for: 30 layers of relu with HeNormal, of tanh-like lines with
    Glorot and Lecun.
    """
    rng = np.random.default_rng(0)
    h = linear = rng.normal(size=(200, 300))
    for seed in range(30):
        h = np.maximum(h @ HeNormal(seed=seed)((300, 300), dtype="float64"), 0)
        linear = linear @ LecunNormal(seed=seed)((300, 300), dtype="float64")
    assert 0.2 < np.sqrt(np.mean(h**2)) < 5 and 0.3 < linear.std() < 3


# --- shapes, dtypes, seeds
# ---

RANDOM = {
    "RandomNormal": RandomNormal,
    "RandomUniform": RandomUniform,
    "TruncatedNormal": TruncatedNormal,
    "VarianceScaling": VarianceScaling,
    "GlorotUniform": GlorotUniform,
    "GlorotNormal": GlorotNormal,
    "HeUniform": HeUniform,
    "HeNormal": HeNormal,
    "LecunUniform": LecunUniform,
    "LecunNormal": LecunNormal,
    "Orthogonal": Orthogonal,
}
ALL = {**RANDOM, "Zeros": Zeros, "Ones": Ones, "Constant": Constant, "Identity": Identity}


def test_every_initializer_is_in_these_tables():
    found = {
        c.__name__
        for c in vars(initializers).values()
        if isinstance(c, type) and issubclass(c, Initializer) and c is not Initializer
    }
    assert found == set(ALL)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"Orthogonal", "Identity"}))
@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4), (0, 3), (1,)])
def test_any_number_of_axes(name, shape):
    w = ALL[name]()(shape)
    assert type(w) is np.ndarray and w.shape == shape and np.isfinite(w).all()


def test_float32_and_float64_draws_are_the_same_numbers():
    np.testing.assert_allclose(
        GlorotUniform(seed=1)((4, 3), dtype="float32"),
        GlorotUniform(seed=1)((4, 3), dtype="float64"),
        rtol=1e-6,
    )


# --- by name


def test_every_name_is_an_attribute():
    assert {
        name for name, cls in initializers.registry.names.items() if cls in ALL.values()
    } <= set(vars(initializers))
    he = initializers.he_normal(seed=1)
    np.testing.assert_array_equal(he((3, 4)), HeNormal(seed=1)((3, 4)))
    assert (
        isinstance(he, initializers.Initializer)
        and layers.Dense(1, kernel_initializer=initializers.zeros).kernel_initializer is not None
    )


def test_classes_and_functions_by_name():
    assert type(initializers.deserialize("he_normal")) is HeNormal
    assert initializers.serialize(HeNormal) == "HeNormal"
    own = {"mine": lambda shape: np.ones(shape)}
    assert initializers.deserialize("mine", own) is own["mine"]
    assert initializers.get(np.ones) is np.ones


class OnlyShape:
    def __call__(self, shape):
        return np.full(shape, 5.0)


@pytest.mark.parametrize(
    "initializer",
    [
        lambda shape: np.full(shape, 5.0),
        lambda shape, dtype=None: np.full(shape, 5.0, dtype),
        lambda shape, dtype: np.full(shape, 5.0, dtype),
        lambda shape, *, dtype: np.full(shape, 5.0, dtype),
        OnlyShape(),
        functools.partial(np.full, fill_value=5.0),
        Constant(5.0),
        lambda shape: np.full(shape, 5),
        lambda shape: np.full(shape, 5.0).tolist(),
    ],
    ids=[
        "shape",
        "shape and dtype",
        "dtype by position",
        "dtype by name",
        "object",
        "partial",
        "Constant",
        "whole numbers",
        "a list",
    ],
)
def test_any_function_of_a_shape_can_make_weights(initializer):
    dense = layers.Dense(2, kernel_initializer=initializer, bias_initializer=initializer)
    dense(np.ones((1, 3), np.float32))
    for w, shape in ((dense.kernel, (3, 2)), (dense.bias, (2,))):
        assert w.dtype == np.float32
        np.testing.assert_array_equal(w.data, np.full(shape, 5.0))


def test_an_initializer_of_ones_own():
    class Rising(Initializer):
        def draw(self, shape, rng):
            return np.arange(np.prod(shape)).reshape(shape)

    np.testing.assert_array_equal(Rising()((2, 2)), [[0.0, 1.0], [2.0, 3.0]])
    dense = layers.Dense(2, kernel_initializer=Rising)
    dense(np.ones((1, 2), np.float32))
    np.testing.assert_array_equal(dense.kernel.data, [[0.0, 1.0], [2.0, 3.0]])


def test_two_layers_with_one_instance_of_a_seedless_initializer_differ():
    shared = GlorotUniform()
    a, b = layers.Dense(3, kernel_initializer=shared), layers.Dense(3, kernel_initializer=shared)
    for layer in (a, b):
        layer(np.ones((1, 3)))
    assert not np.array_equal(a.kernel.data, b.kernel.data)


# --- mistakes


@pytest.mark.parametrize(
    "do, kind, phrase",
    [
        (
            lambda: VarianceScaling(mode="fan"),
            ValueError,
            "'fan_in', 'fan_out' or 'fan_avg'; received 'fan'",
        ),
        (
            lambda: VarianceScaling(distribution="normal"),
            ValueError,
            "'truncated_normal', 'untruncated_normal' or 'uniform'; received 'normal'",
        ),
        (lambda: VarianceScaling(scale=-1.0), ValueError, "scale must be above 0; received -1.0"),
        (lambda: VarianceScaling(scale=0), ValueError, "received 0"),
        (lambda: Orthogonal()((3,)), ValueError, "two axes or more; received (3,)"),
        (lambda: Identity()((3,)), ValueError, "two axes; received (3,)"),
        (lambda: Identity()((3, 3, 3)), ValueError, "two axes; received (3, 3, 3)"),
        (lambda: Initializer()((3,)), NotImplementedError, "Initializer needs a method draw"),
        (
            lambda: layers.Dense(2, kernel_initializer="he_normall"),
            ValueError,
            "Did you mean 'he_normal'?",
        ),
        (
            lambda: layers.Dense(2, kernel_initializer=lambda shape: np.ones(3))(np.ones((1, 4))),
            ValueError,
            "returned shape (3,) for a weight of shape (4, 2)",
        ),
    ],
)
def test_mistakes(do, kind, phrase):
    with pytest.raises(kind) as error:
        do()
    assert phrase in str(error.value)
