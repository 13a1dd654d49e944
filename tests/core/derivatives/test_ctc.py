"""CTC: what a line's probability is, by all paths; what a network's output reads as; the loss in
fit; mistakes, which are named.
"""

import itertools

import numpy as np
import pytest
from derivative_rows_of_sequences import read

import minidl
from minidl import Input, Sequential, Tensor, backend, layers, losses, ops


def probabilities_of_lines(p, blank):
    """{line: its probability}, by all paths. p: (steps, classes)."""
    found = {}
    for path in itertools.product(range(p.shape[1]), repeat=len(p)):
        line = tuple(read(path, blank))
        found[line] = found.get(line, 0.0) + np.prod(p[np.arange(len(p)), path])
    return found


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


@pytest.mark.parametrize("seed", range(10))
def test_a_beam_search_finds_the_most_probable_lines(seed):
    rng = np.random.default_rng(seed)
    x, blank = 2 * rng.normal(size=(3, 5, 3)), int(rng.integers(3))
    lengths = np.array([5, 3, 1])
    options = {"strategy": "beam_search", "top_paths": 3, "mask_index": blank}
    labels, scores = ops.ctc_decode(x, lengths, **options)
    assert labels.shape == (3, 3, 5) and scores.shape == (3, 3)
    for i, n in enumerate(lengths):
        p = np.exp(x[i, :n]) / np.exp(x[i, :n]).sum(axis=1, keepdims=True)
        lines = probabilities_of_lines(p, blank)
        best = sorted(lines, key=lines.get, reverse=True)[:3]
        for j, line in enumerate(best):
            assert labels.numpy()[j, i].tolist() == [*line, *[-1] * (5 - len(line))]
            np.testing.assert_allclose(scores.numpy()[i, j], np.log(lines[line]), rtol=1e-10)


def test_a_beam_search_may_beat_the_best_path():
    """Two steps, blank 0.6 and 'a' 0.4: the best path is empty, but 'a' has three paths."""
    x = np.log([[[0.6, 0.4], [0.6, 0.4]]])
    assert ops.ctc_decode(x, [2])[0].numpy().tolist() == [[[-1, -1]]]
    labels, scores = ops.ctc_decode(x, [2], strategy="beam_search")
    assert labels.numpy().tolist() == [[[1, -1]]]
    np.testing.assert_allclose(np.exp(scores.numpy()), [[0.64]])


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


def test_mistakes():
    x = np.zeros((2, 4, 3))
    for arguments, message in [
        (([[1], [3]], x, [1, 1], [4, 4]), "labels lie between 0 and 2 here; received 1 to 3"),
        (([[1], [0]], x, [1, 1], [4, 4]), "0 stands for no label, and a target holds it"),
        (([[1], [1]], x, [1, 2], [4, 4]), "target_length lie between 0 and 1 here"),
        (([[1], [1]], x, [1, 1], [4, 5]), "output_length lie between 1 and 4 here"),
        (([[1]], x, [1], [4]), r"takes logits \(n, steps, classes\)"),
        (([1, 1], x, [1, 1], [4, 4]), r"takes logits \(n, steps, classes\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            ops.ctc_loss(*arguments)
    with pytest.raises(TypeError, match="labels are whole numbers"):
        ops.ctc_loss([[1.5], [1]], x, [1, 1], [4, 4])
    with pytest.raises(ValueError, match="strategy is 'greedy' or 'beam_search'; received 'beam'"):
        ops.ctc_decode(x, [4, 4], strategy="beam")
    with pytest.raises(ValueError, match=r"CTC takes y_true \(n, most labels\)"):
        losses.CTC()([1, 2], x)


def test_the_loss_in_fit():
    """Letters drawn over several steps each: the network learns to read them."""
    minidl.set_random_seed(0)
    rng = np.random.default_rng(0)
    lines, x = rng.integers(1, 4, (120, 3)), np.zeros((120, 12, 3), "float32")
    for line, row in zip(lines, x):
        at = np.sort(rng.choice(np.arange(0, 12, 2), 3, replace=False))
        row[at, line - 1] = row[at + 1, line - 1] = 1
    model = Sequential(
        [
            Input((12, 3)),
            layers.Bidirectional(layers.LSTM(16, return_sequences=True)),
            layers.Dense(4),
        ]
    )
    model.compile(minidl.optimizers.Adam(0.02), losses.CTC())
    history = model.fit(x[:100], lines[:100], epochs=40, verbose=0).history["loss"]
    assert history[-1] < 0.1 * history[0]
    logits = model.predict(x[100:], verbose=0)
    for strategy in ("greedy", "beam_search"):
        found = ops.ctc_decode(logits, np.full(20, 12), strategy, beam_width=8)[0].numpy()[0]
        assert (found[:, :3] == lines[100:]).all(axis=1).mean() > 0.8


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
