"""Muon."""

import numpy as np
import pytest
from optimizer_papers import Paper

from minidl import Sequential, Variable, layers
from minidl.optimizers import Muon


def test_muon_moves_alike_in_all_directions():
    """One strong and one weak direction: the step is as long along both (within 0.7 to 1.2)."""
    u, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 3)))
    g = u @ np.diag([100.0, 1.0, 0.03])
    w = Variable(np.zeros((5, 3)), dtype="float64")
    Muon(0.1, rms_rate=None, weight_decay=None).apply([g], [w])
    sizes = np.linalg.svd(w.data / 0.1, compute_uv=False)
    assert sizes[0] < 1.3 and sizes[1] > 0.65
    assert np.sign(u.T @ w.data).diagonal().tolist() == [-1, -1, -1]


@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5), (1, 4)])
def test_wide_tall_and_square_matrices(shape):
    g = np.random.default_rng(0).normal(size=shape)
    w, paper = Variable(np.ones(shape), dtype="float64"), Paper("Muon", 0.25)
    Muon(0.25).apply([g], [w])
    np.testing.assert_allclose(w.data, paper.apply([g], [np.ones(shape)])[0], rtol=1e-12)


def test_muon_is_for_hidden_matrices():
    model = Sequential(
        [
            layers.Embedding(7, 4, name="embedding"),
            layers.Dense(3, name="hidden"),
            layers.Dense(2, name="output"),
        ]
    )
    model(np.zeros((1, 2)))
    variables = model.trainable_variables
    optimizer = Muon(exclude_layers=["output"])
    assert [optimizer.is_for_adam(v) for v in variables] == [True, False, True, True, True]
    optimizer.build(variables)
    assert len(optimizer.variables) == 2 + 5 + 4  # Muon's matrix needs no mean of squares
    free = Muon(exclude_embeddings=False)
    assert [free.is_for_adam(v) for v in variables] == [False, False, True, False, True]
