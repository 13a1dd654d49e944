"""Circle."""

import numpy as np
import pytest
from loss_cases import error

from minidl import Sequential, check_gradients, layers, losses
from minidl.losses import Circle, Hinge, SquaredHinge


def test_circle_pairs_with_the_samples_of_another_batch():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    labels = np.array([0, 0, 1, 1, 2, 2])
    alone = losses.circle(labels, x, remove_diagonal=False)
    given = losses.circle(labels[:2], x[:2], labels, x, remove_diagonal=False)
    np.testing.assert_allclose(given.numpy(), alone.numpy()[:2], rtol=1e-6)


# --- what is particular to one loss
# ---


@pytest.mark.parametrize("cls", [Hinge, SquaredHinge])
def test_hinge_takes_0_and_1_for_minus_1_and_1(cls):
    p = np.array([[0.3], [-2.0], [1.5], [-0.2]])
    zeros, signs = np.array([0, 1, 1, 0]), np.array([-1, 1, 1, -1])
    expected = np.maximum(0, 1 - signs[:, None] * p)[:, 0] ** (1 if cls is Hinge else 2)
    for y in (zeros, signs, zeros[:, None], zeros.astype(bool)):
        np.testing.assert_allclose(cls(reduction=None)(y, p).numpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(
        cls(reduction=None)(np.ones(4), p).numpy(),
        np.maximum(0, 1 - p[:, 0]) ** (1 if cls is Hinge else 2),
    )


def test_hinge_refuses_class_indices_before_training():
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "hinge")
    with pytest.raises(ValueError, match=r"Hinge: targets are -1 and 1.*0\.\.2.*categorical_hinge"):
        model.fit(np.ones((3, 2)), np.array([0, 1, 2]), verbose=0)


def test_circle_loss_counts_only_samples_with_partners():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    labels, gamma, m = np.array([0, 0, 1, 1, 1, 2]), 8.0, 0.3
    each = []
    for i in range(6):
        near, far = 0.0, 0.0
        for j in range(6):
            d = max(1 - x[i] @ x[j], 0)
            if labels[i] == labels[j] and i != j:
                near += np.exp(gamma * (m + d) * (d - m))
            elif labels[i] != labels[j]:
                far += np.exp(gamma * max(1 + m - d, 0) * (1 - m - d))
        each.append(np.log1p(near * far))
    assert each[5] == 0
    loss = Circle(gamma, m)
    np.testing.assert_allclose(
        Circle(gamma, m, reduction=None)(labels, x).numpy(), each, rtol=1e-10, atol=1e-12
    )
    assert loss(labels, x).item() == pytest.approx(np.sum(each) / 5, rel=1e-10)
    assert loss(labels[:, None], x, [1, 0, 0, 2, 0, 9]).item() == pytest.approx(
        (each[0] + 2 * each[3]) / 5, rel=1e-10
    )
    assert check_gradients(lambda x: Circle(gamma, m)(labels, x), x)
    assert "Circle" in error(loss, labels[:5], x) and "(5,)" in error(loss, labels[:5], x)
