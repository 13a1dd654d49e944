"""K.ctc_batch_cost and K.ctc_decode."""

import numpy as np

from minidl import backend, ops


def test_as_it_was_called_in_keras_2():
    """Probabilities instead of logits, the last class for no label, lengths as columns."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 6, 4))
    p = np.exp(x) / np.exp(x).sum(axis=2, keepdims=True)
    labels = np.array([[0, 1], [2, 2], [1, 0]])
    steps, lengths = np.array([[6], [5], [6]]), np.array([[2], [2], [1]])
    cost = backend.ctc_batch_cost(labels, p, steps, lengths)
    expected = ops.ctc_loss(labels, np.log(p), lengths[:, 0], steps[:, 0], mask_index=3)
    assert cost.shape == (3, 1)
    np.testing.assert_allclose(cost.numpy()[:, 0], expected.numpy(), rtol=1e-5)
    for greedy in (True, False):
        (found, *others), scores = backend.ctc_decode(p, steps[:, 0], greedy=greedy)
        strategy = "greedy" if greedy else "beam_search"
        decoded, other = ops.ctc_decode(np.log(p), steps[:, 0], strategy, mask_index=3)
        assert not others and found.numpy().tolist() == decoded.numpy()[0].tolist()
        np.testing.assert_allclose(scores.numpy(), other.numpy(), rtol=1e-4, atol=1e-5)


def test_a_probability_of_0_counts_as_epsilon():
    """The labels 0, 1 in two steps, of which the first is certain of another class."""
    p = np.array([[[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]])
    cost = backend.ctc_batch_cost([[0, 1]], p, [[2]], [[2]]).item()
    chances = (p + 1e-7) / (p + 1e-7).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(cost, -np.log(chances[0, 0, 0] * chances[0, 1, 1]), rtol=1e-4)
    (found,), _ = backend.ctc_decode(p, [2])
    assert found.numpy().tolist() == [[1, -1]]
