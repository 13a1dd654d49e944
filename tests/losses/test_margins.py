"""Circle."""

import numpy as np

from minidl import (
    losses,
)


def test_circle_pairs_with_the_samples_of_another_batch():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    labels = np.array([0, 0, 1, 1, 2, 2])
    alone = losses.circle(labels, x, remove_diagonal=False)
    given = losses.circle(labels[:2], x[:2], labels, x, remove_diagonal=False)
    np.testing.assert_allclose(given.numpy(), alone.numpy()[:2], rtol=1e-6)
