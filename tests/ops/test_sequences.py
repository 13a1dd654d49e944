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


def test_a_causal_mask_is_a_triangle_and_joins_the_other():
    q, k, v = (rng.normal(size=(2, n, 2, 3)) for n in (3, 5, 5))
    triangle, mask = np.tri(3, 5, dtype=bool), rng.random((2, 1, 3, 5)) < 0.7
    attend = lambda **options: ops.dot_product_attention(q, k, v, **options).numpy()
    np.testing.assert_allclose(attend(is_causal=True), attend(mask=triangle))
    np.testing.assert_allclose(attend(is_causal=True, mask=mask), attend(mask=mask & triangle))
    np.testing.assert_allclose(attend(), attend(scale=3**-0.5))
    with pytest.raises(ValueError, match="no attn_logits_soft_cap"):
        attend(attn_logits_soft_cap=2.0)


@pytest.mark.parametrize(
    "shapes",
    [
        [(2, 3, 4), (2, 3, 4), (2, 3, 4)],
        [(2, 3, 4, 5), (2, 6, 4, 5), (2, 7, 4, 5)],  # more values than keys
        [(2, 3, 4, 5), (1, 6, 4, 5), (1, 6, 4, 5)],
        [(2, 3, 4, 5), (2, 6, 4, 6), (2, 6, 4, 6)],  # keys of another size than queries
        [(2, 3, 4, 5), (2, 6, 2, 5), (2, 6, 4, 5)],
        [(2, 3, 4, 5), (2, 6, 3, 5), (2, 6, 3, 5)],  # three do not serve four evenly
        [(2, 3, 4, 5), (2, 6, 8, 5), (2, 6, 8, 5)],
    ],
)
def test_shapes_that_attention_does_not_take(shapes):
    with pytest.raises(ValueError, match=r"received shapes \(2, 3, 4"):
        ops.dot_product_attention(*map(np.ones, shapes))


def test_the_best_path_is_read_as_it_stands():
    x = np.log([[[1, 7, 2], [3, 6, 1], [8, 1, 1], [2, 3, 5], [1, 1, 8]]])
    x = np.concatenate([x, x[:, ::-1]])  # classes 1 1 0 2 2 and 2 2 0 1 1

    def read(lengths, **options):
        labels, scores = ops.ctc_decode(x, lengths, **options)
        assert labels.shape == (1, 2, 5) and scores.shape == (2, 1)
        return labels.numpy()[0].tolist(), np.exp(-scores.numpy()[:, 0])

    labels, found = read([5, 4])
    assert labels == [[1, 2, -1, -1, -1], [2, 1, -1, -1, -1]]
    np.testing.assert_allclose(found, [7 * 6 * 8 * 5 * 8, 8 * 5 * 8 * 6])
    labels, _ = read([5, 2], merge_repeated=False)
    assert labels == [[1, 1, 2, 2, -1], [2, 2, -1, -1, -1]]
    labels, _ = read([0, 5], mask_index=-1)
    assert labels == [[-1] * 5, [0, 1, -1, -1, -1]]
    with pytest.raises(ValueError, match="received 'best'"):
        read([5, 5], strategy="best")


def test_a_beam_of_one_line():
    """Where only one line is left, there is no second best."""
    x = np.log([[[0.1, 0.9], [0.8, 0.2]]])
    labels, scores = ops.ctc_decode(x, [2], strategy="beam_search", beam_width=1, top_paths=2)
    assert labels.numpy().tolist() == [[[1, -1]], [[-1, -1]]]
    # of the first step 0.9, and of the second both classes
    np.testing.assert_allclose(np.exp(scores.numpy()), [[0.9, 0]], rtol=1e-6)


LOSS = {"target": [[1, 2], [2, 0]], "target_length": [2, 1], "output_length": [4, 3]}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"output": np.zeros((4, 3))}, r"received shapes \(4, 3\), \(2, 2\), \(2,\) and \(2,\)"),
        ({"target": [1, 2]}, r"received shapes \(2, 4, 3\), \(2,\)"),
        ({"target_length": [2]}, "two lengths"),
        ({"output_length": [4]}, "two lengths"),
        ({"target_length": [3, 1]}, "target_length lie between 0 and 2 here; received 1 to 3"),
        ({"target_length": [-1, 1]}, "target_length lie between 0 and 2 here; received -1 to 1"),
        ({"output_length": [5, 4]}, "output_length lie between 1 and 4 here; received 4 to 5"),
        ({"output_length": [0, 4]}, "output_length lie between 1 and 4 here; received 0 to 4"),
        ({"target": [[1, 3], [2, 0]]}, "labels lie between 0 and 2 here; received 1 to 3"),
        ({"target": [[-1, 1], [2, 0]]}, "labels lie between 0 and 2 here; received -1 to 2"),
        ({"target": [[1, 2], [0, 1]]}, "0 stands for no label"),
        ({"mask_index": -1}, "-1 stands for no label"),
    ],
)
def test_lines_and_lengths_that_do_not_fit(changed, said):
    fits = {"output": np.zeros((2, 4, 3)), **LOSS}
    assert ops.ctc_loss(**fits).shape == (2,)
    with pytest.raises((ValueError, IndexError), match=said):
        ops.ctc_loss(**{**fits, **changed})


def test_a_loss_in_half_precision_is_computed_in_float32():
    x = rng.normal(size=(2, 4, 3)).astype(np.float16)
    found = ops.ctc_loss(output=x, **LOSS)
    wide = ops.ctc_loss(output=x.astype(np.float32), **LOSS)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.data, wide.data)
