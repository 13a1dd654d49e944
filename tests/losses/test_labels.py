"""CTC in fit, and its mistakes."""

import numpy as np
import pytest

import minidl
from minidl import Input, Sequential, layers, losses, ops


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
