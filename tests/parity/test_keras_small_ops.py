"""Small functions of keras.ops (windows, blocks, determinants, parts of numbers) give Keras's numbers."""

import keras
import numpy as np
import pytest

from minidl import ops

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 5)).astype("float32")
S = (RNG.normal(size=(3, 3)) + 3 * np.eye(3)).astype("float32")
BLOCKS = RNG.normal(size=(2, 4, 6, 8)).astype("float32")
V, W = RNG.normal(size=6).astype("float32"), RNG.normal(size=3).astype("float32")
CALLS = [
    *[
        (name, (A,))
        for name in ("angle", "conj", "conjugate", "real", "imag", "isreal", "corrcoef")
    ],
    *[(name, (n,)) for name in ("bartlett", "blackman", "hamming", "hanning") for n in (1, 2, 7)],
    ("kaiser", (7, 5.0)),
    *[("correlate", (V, W, mode)) for mode in ("valid", "same", "full")],
    *[("correlate", (W, V, mode)) for mode in ("valid", "same", "full")],
    ("depth_to_space", (BLOCKS, 2)),
    ("space_to_depth", (BLOCKS, 2)),
    ("get_item", (A, (slice(1, 3), 2))),
    ("logdet", (S @ S.T,)),
    ("slogdet", (S,)),
    ("slogdet", (-S,)),
    ("matrix_rank", (S,)),
    ("matrix_rank", (np.ones((3, 4), "float32"),)),
    ("pinv", (A,)),
    ("psnr", (A, A + 0.1, 1.0)),
    ("saturate_cast", (np.float32([-3.7, 300.2, 5.9]), "uint8")),
    ("solve_triangular", (S, A[:, 0])),
    ("solve_triangular", (S, A)),
    ("solve_triangular", (S, A, True)),
    ("switch", (1, [lambda a: a, lambda a: a * 2], A)),
    ("view", (A, "int32")),
    ("cholesky_inverse", (np.linalg.cholesky(S @ S.T),)),
]
NAMES = {name for name, _ in CALLS} | {"argpartition", "dtype", "vectorize"}


@pytest.mark.parametrize(("name", "inputs"), CALLS, ids=lambda v: v if isinstance(v, str) else "")
def test_the_numbers_of_keras(name, inputs):
    ours, theirs = getattr(ops, name)(*inputs), getattr(keras.ops, name)(*inputs)
    several = isinstance(theirs, tuple | list)
    for mine, its in zip(ours, theirs) if several else [(ours, theirs)]:
        its = np.asarray(its)
        assert np.shape(mine) == its.shape
        np.testing.assert_allclose(np.asarray(mine), its, rtol=1e-4, atol=1e-5)


def test_the_rest():
    assert ops.dtype(A) == keras.ops.dtype(A) == "float32"
    doubled = ops.vectorize(lambda a: a * 2)(A)
    np.testing.assert_allclose(doubled, keras.ops.vectorize(lambda a: a * 2)(A))
    for function in (ops.argpartition, keras.ops.argpartition):
        places = np.asarray(function(V, 2))
        parts = V[places]
        assert parts[:2].max() <= parts[2] <= parts[3:].min()
