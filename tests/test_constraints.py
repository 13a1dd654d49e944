"""minidl.constraints."""

import numpy as np
import pytest

from minidl import constraints, layers

W = np.random.default_rng(2).normal(size=(4, 3))


def test_constraints():
    w = (W * [5, 1, 0.01]).astype(np.float32)
    lengths = np.linalg.norm(w, axis=0)
    np.testing.assert_allclose(
        np.linalg.norm(constraints.MaxNorm(2)(w), axis=0), np.minimum(lengths, 2), rtol=1e-5
    )
    np.testing.assert_allclose(np.linalg.norm(constraints.UnitNorm()(w), axis=0), 1, rtol=1e-4)
    np.testing.assert_allclose(
        np.linalg.norm(constraints.UnitNorm(axis=1)(w), axis=1), 1, rtol=1e-4
    )
    np.testing.assert_allclose(np.linalg.norm(constraints.UnitNorm(axis=[0, 1])(w)), 1, rtol=1e-4)
    np.testing.assert_array_equal(constraints.NonNeg()(w), np.maximum(w, 0))
    np.testing.assert_allclose(
        np.linalg.norm(constraints.MinMaxNorm(0.5, 1.5)(w), axis=0),
        np.clip(lengths, 0.5, 1.5),
        rtol=1e-3,
    )
    half = np.linalg.norm(constraints.MinMaxNorm(0.5, 1.5, rate=0.5)(w), axis=0)
    np.testing.assert_allclose(half, (np.clip(lengths, 0.5, 1.5) + lengths) / 2, rtol=1e-3)
    for name in ("max_norm", "non_neg", "unit_norm", "min_max_norm"):
        limit = constraints.get(name)
        assert not limit(np.zeros((2, 2), np.float32)).any()


SMALL = np.array([[3e-7, 6e-7], [4e-7, 8e-7]])  # columns of lengths 5e-7 and 1e-6; ε is 1e-7


@pytest.mark.parametrize(
    ("limit", "factors"),
    [
        (constraints.UnitNorm(), [1 / 6e-7, 1 / 11e-7]),
        (constraints.MaxNorm(8e-7), [5 / 6, 8 / 11]),
        (constraints.MaxNorm(), [5 / 6, 10 / 11]),
        (constraints.MinMaxNorm(6e-7, 8e-7), [1, 8 / 11]),
        (constraints.MinMaxNorm(6e-7, 8e-7, rate=0.25), [5.25 / 6, 9.5 / 11]),
        (constraints.MinMaxNorm(), [5 / 6, 10 / 11]),
    ],
)
def test_lengths_are_divided_by_a_little_more_than_they_are(limit, factors):
    np.testing.assert_allclose(limit(SMALL), SMALL * factors, rtol=1e-9)
    turned = type(limit).from_config({**limit.get_config(), "axis": 1})
    np.testing.assert_allclose(turned(SMALL.T), (SMALL * factors).T, rtol=1e-9)
    assert limit(SMALL.astype("f")).dtype == np.float32


@pytest.mark.parametrize(("cls", "longest"), [("MaxNorm", 2), ("MinMaxNorm", 1)])
def test_the_longest_that_is_allowed(cls, longest):
    w = getattr(constraints, cls)()(np.array([[3.0, 0.3], [4.0, 0.4]]))
    np.testing.assert_allclose(w, [[0.6 * longest, 0.3], [0.8 * longest, 0.4]], rtol=1e-6)


def test_constraints_of_layers_are_found_by_their_names():
    for layer in (
        layers.Dense(2, kernel_constraint="non_neg"),
        layers.Conv1D(2, 1, kernel_constraint="non_neg"),
        layers.Embedding(3, 2, embeddings_constraint="non_neg"),
        layers.GRU(2, kernel_constraint="non_neg"),
    ):
        layer.build((None, 4, 3))
        assert type(layer.weights[0].constraint) is constraints.NonNeg, layer


def test_the_base_class_allows_everything():
    w = np.array([-1.0, 2.0])
    assert constraints.Constraint()(w) is w
