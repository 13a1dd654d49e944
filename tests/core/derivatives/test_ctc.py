"""CTC: what a line's probability is, by all paths; what a network's output reads as; the loss in
fit; mistakes, which are named.
"""

import numpy as np
import pytest
from derivative_rows_of_sequences import probabilities_of_lines

from minidl import Tensor, ops


@pytest.mark.parametrize("seed", range(10))
def test_losses_of_all_lines_add_up_to_one(seed):
    """e^-loss is the probability of a line."""
    rng = np.random.default_rng(seed)
    x, blank = rng.normal(size=(1, 5, 3)), int(rng.integers(3))
    p = np.exp(x[0]) / np.exp(x[0]).sum(axis=1, keepdims=True)
    lines = probabilities_of_lines(p, blank)
    assert sum(lines.values()) == pytest.approx(1)
    for line, probability in lines.items():
        labels = np.array([line or (blank,)])
        loss = ops.ctc_loss(labels, x, [len(line)], [5], mask_index=blank)
        np.testing.assert_allclose(loss.numpy(), -np.log(probability), rtol=1e-10)


def test_a_long_line_does_not_underflow():
    x = np.zeros((1, 3000, 50))
    _, scores = ops.ctc_decode(x, [3000], strategy="beam_search", beam_width=2)
    assert np.isfinite(scores.numpy()).all() and scores.numpy() < -3000
    loss = ops.ctc_loss(np.ones((1, 40), int), Tensor(x, requires_grad=True), [40], [3000])
    loss.backward(gradient=np.ones(1))
    assert np.isfinite(loss.numpy()).all() and loss.numpy() > 3000


def test_lines_that_nothing_reads_as():
    x = Tensor(np.zeros((3, 3, 3)), requires_grad=True)
    labels = [[1, 1, 1], [1, 1, 2], [1, 2, 1]]
    loss = ops.ctc_loss(labels, x, [3, 2, 3], [3, 2, 3])
    assert np.isinf(loss.numpy()).tolist() == [True, True, False]
    loss.backward(gradient=np.ones(3))
    assert not x.grad[:2].any() and x.grad[2].any()
    # an empty line is all blanks
    np.testing.assert_allclose(ops.ctc_loss([[1]], x[:1], [0], [3]).numpy(), 3 * np.log(3))
    # and a class that cannot be is no trouble
    with np.errstate(all="raise"):
        never = np.where(np.arange(3) == 2, -np.inf, 0.0) + np.zeros((1, 3, 3))
        loss = ops.ctc_loss([[1]], never, [1], [3]).numpy()
    np.testing.assert_allclose(np.exp(-loss), 6 / 8)
