"""Random targets and outputs of the sorts that losses and metrics expect."""

import numpy as np


def example(rng, kind, shape=(9, 4)):
    """(targets, outputs) in float32, of the sort a loss or metric expects."""
    logits = rng.normal(size=shape) * 2
    labels = rng.integers(0, shape[-1], shape[:-1])
    softmax = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    one_hot = np.eye(shape[-1])[labels]
    yes_no = rng.integers(0, 2, shape).astype(float)
    chances = 1 / (1 + np.exp(-logits))
    unit = logits / np.linalg.norm(logits, axis=-1, keepdims=True)
    y, p = {
        "numbers": (rng.normal(size=shape), logits),
        "positive": (rng.random(shape) * 5 + 0.1, rng.random(shape) * 5 + 0.1),
        "counts": (rng.poisson(3, shape).astype(float), rng.random(shape) * 5 + 0.1),
        "signs": (yes_no * 2 - 1, logits),
        "yes-no scores": (yes_no, logits),
        "one-hot scores": (one_hot, logits),
        "chances": (yes_no, chances),
        "one-hot": (one_hot, softmax),
        "distributions": (rng.dirichlet(np.ones(shape[-1]), shape[:-1]), softmax),
        "labels": (labels, softmax),
        "label scores": (labels, logits),
        "embeddings": (rng.integers(0, 3, shape[0]), unit),
        "class pairs": (labels, rng.integers(0, shape[-1], shape[:-1])),
    }[kind]
    return (y.astype(np.float32) if y.dtype.kind == "f" else y), (
        p.astype(np.float32) if p.dtype.kind == "f" else p
    )
