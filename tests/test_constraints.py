"""minidl.constraints."""

import numpy as np

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
