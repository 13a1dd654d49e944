"""K.ctc_batch_cost and K.ctc_decode, which take probabilities with the blank as the last class."""

from __future__ import annotations

import numpy as np

from ... import ops
from ...support import backend


def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """The CTC loss of each sample, (n, 1). y_true: labels (n, L); y_pred: probabilities (n, T,
    classes); input_length, label_length: columns (n, 1), how many steps and labels count.
    """
    logits = ops.log(ops.floats(y_pred) + backend.epsilon())
    lengths = [np.ravel(length) for length in (label_length, input_length)]
    return ops.expand_dims(ops.ctc_loss(y_true, logits, *lengths, mask_index=-1), 1)


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1) -> tuple:
    """Decode probabilities (n, T, classes): returns (a list of top_paths tensors (n, T), padded
    with -1; scores), as ops.ctc_decode.
    """
    logits = ops.log(ops.floats(y_pred) + backend.epsilon())
    labels, scores = ops.ctc_decode(
        logits,
        input_length,
        "greedy" if greedy else "beam_search",
        beam_width=beam_width,
        top_paths=top_paths,
        mask_index=-1,
    )
    return ops.unstack(labels), scores


READING = {"ctc_batch_cost": ctc_batch_cost, "ctc_decode": ctc_decode}
