"""Ops on sequences: attention with shared keys, and reading lines."""

import numpy as np
import pytest
from derivative_rows_of_sequences import probabilities_of_lines

from minidl import ops

rng = np.random.default_rng(0)


def test_heads_that_share_keys_are_heads_with_repeated_keys():
    q, k, v = (rng.normal(size=(2, n, h, 3)) for n, h in ((3, 6), (4, 2), (4, 2)))
    mask, bias = rng.random((2, 6, 3, 4)) < 0.7, rng.normal(size=(6, 1, 4))
    for options in ({}, {"mask": mask}, {"bias": bias}, {"is_causal": True}, {"mask": mask[:, :1]}):
        shared = ops.dot_product_attention(q, k, v, **options).numpy()
        repeated = (np.repeat(a, 3, axis=2) for a in (k, v))
        expected = ops.dot_product_attention(q, *repeated, **options).numpy()
        np.testing.assert_allclose(shared, expected, rtol=1e-10)


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
