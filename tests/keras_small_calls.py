"""Small calls of ops, and what is done with all of them: tests/parity/test_keras_ops.py and its
neighbours compare with Keras live, and write its answers to goldens/keras_ops.npz, with which
tests/ops/test_ops_as_keras.py compares.
"""

from pathlib import Path

import numpy as np
from keras_calls import CALLS

FILE = Path(__file__).parent / "goldens" / "keras_ops.npz"

small_rng = np.random.default_rng(0)
SMALL_A = small_rng.normal(size=(3, 5)).astype("float32")
SMALL_S = (small_rng.normal(size=(3, 3)) + 3 * np.eye(3)).astype("float32")
BLOCKS = small_rng.normal(size=(2, 4, 6, 8)).astype("float32")
SIGNAL, FILTER = (
    small_rng.normal(size=6).astype("float32"),
    small_rng.normal(size=3).astype("float32"),
)
SMALL_CALLS = [
    *[
        (name, (SMALL_A,))
        for name in ("angle", "conj", "conjugate", "real", "imag", "isreal", "corrcoef")
    ],
    *[(name, (n,)) for name in ("bartlett", "blackman", "hamming", "hanning") for n in (1, 2, 7)],
    ("kaiser", (7, 5.0)),
    *[("correlate", (SIGNAL, FILTER, mode)) for mode in ("valid", "same", "full")],
    *[("correlate", (FILTER, SIGNAL, mode)) for mode in ("valid", "same", "full")],
    ("depth_to_space", (BLOCKS, 2)),
    ("space_to_depth", (BLOCKS, 2)),
    ("get_item", (SMALL_A, (slice(1, 3), 2))),
    ("logdet", (SMALL_S @ SMALL_S.T,)),
    ("slogdet", (SMALL_S,)),
    ("slogdet", (-SMALL_S,)),
    ("matrix_rank", (SMALL_S,)),
    ("matrix_rank", (np.ones((3, 4), "float32"),)),
    ("pinv", (SMALL_A,)),
    ("psnr", (SMALL_A, SMALL_A + 0.1, 1.0)),
    ("saturate_cast", (np.float32([-3.7, 300.2, 5.9]), "uint8")),
    ("solve_triangular", (SMALL_S, SMALL_A[:, 0])),
    ("solve_triangular", (SMALL_S, SMALL_A)),
    ("solve_triangular", (SMALL_S, SMALL_A, True)),
    ("switch", (1, [lambda a: a, lambda a: a * 2], SMALL_A)),
    ("view", (SMALL_A, "int32")),
    ("cholesky_inverse", (np.linalg.cholesky(SMALL_S @ SMALL_S.T),)),
]

# --- by their paths

NAMED_A, NAMED_B = np.float32([[4, 1, 0], [1, 3, 1], [0, 1, 2]]), np.float32([1, 2, 0.5])
PICTURES = np.random.default_rng(0).random((2, 4, 6, 3)).astype("f")
SOUND = PICTURES[1, 0].ravel() - np.float32(0.5)
WAVES = PICTURES[1].ravel()[:50].reshape(5, 10)
NAMED_CALLS = [
    *[(name, (5,), {}) for name in ("bartlett", "blackman", "hamming", "hanning")],
    ("kaiser", (5, 8.6), {}),
    *[
        (name, (NAMED_A - 1,), {})
        for name in ("angle", "conj", "imag", "real", "isreal", "corrcoef")
    ],
    *[
        ("correlate", pair, dict(mode=mode))
        for mode in ("valid", "same", "full")
        # (other pairs of mode 'same' are NumPy's, from which Keras on JAX differs)
        for pair in (
            (NAMED_A.ravel(), NAMED_B),
            (NAMED_A.ravel(), NAMED_B[:2]),
            (NAMED_B, NAMED_A.ravel()),
        )[: 1 + 2 * (mode != "same")]
    ],
    *[(name, ((PICTURES[0, 0].T, PICTURES[0, 1].T),), {}) for name in ("fft", "fft2", "ifft2")],
    *[("rfft", (PICTURES[0, 0].T, n), {}) for n in (None, 5, 8)],
    *[
        ("irfft", ((PICTURES[0, 0].T, PICTURES[0, 1].T),), dict(fft_length=n))
        for n in (None, 9, 12)
    ],
    ("extract_sequences", (PICTURES[0, 0].T, 3, 2), {}),
    *[("stft", (SOUND, 8, 3, 8, window), {}) for window in ("hann", "hamming", SOUND[:8], None)],
    ("stft", (SOUND, 5, 4, 8), dict(center=False)),
    ("istft", ((WAVES[:, :5], WAVES[:, 5:]), 8, 3, 8), {}),
    ("istft", ((WAVES[:, :5], WAVES[:, 5:]), 6, 2, 8, 11, "hamming"), {}),
    ("depth_to_space", (np.arange(32.0).reshape(1, 2, 2, 8), 2), {}),
    ("depth_to_space", (np.arange(32.0).reshape(1, 8, 2, 2), 2, "channels_first"), {}),
    ("space_to_depth", (np.arange(32.0).reshape(1, 4, 4, 2), 2), {}),
    ("space_to_depth", (np.arange(32.0).reshape(1, 2, 4, 4), 2, "channels_first"), {}),
    ("logdet", (NAMED_A,), {}),
    ("slogdet", (NAMED_A - 2,), {}),
    ("linalg.cholesky_inverse", (np.linalg.cholesky(NAMED_A),), {}),
    ("linalg.cholesky_inverse", (np.linalg.cholesky(NAMED_A).T,), dict(upper=True)),
    ("linalg.matrix_rank", (np.ones((3, 3)),), {}),
    ("linalg.pinv", (NAMED_A[:2],), {}),
    ("linalg.solve_triangular", (NAMED_A, NAMED_B), {}),
    ("linalg.solve_triangular", (NAMED_A, NAMED_A), dict(lower=True)),
    ("saturate_cast", (np.float32([-3.7, 300.2, 5.9]), "uint8"), {}),
    ("psnr", (NAMED_A, NAMED_A + 1, 10), {}),
    ("get_item", (NAMED_A, (0, slice(1, 3))), {}),
    ("image.resize", (PICTURES, (3, 5)), {}),
    ("image.resize", (PICTURES[0], (2, 2), "nearest"), {}),
    ("image.resize", (PICTURES, (2, 3), "bicubic", True), {}),
    ("image.rgb_to_grayscale", (PICTURES,), {}),
    ("image.rgb_to_hsv", (PICTURES,), {}),
    ("image.hsv_to_rgb", (PICTURES,), {}),
    ("image.crop_images", (PICTURES, 1, 2), dict(target_height=2, target_width=3)),
    ("image.crop_images", (PICTURES, 1, 0, 1), dict(target_width=3)),
    ("image.pad_images", (PICTURES, 1, 2), dict(target_height=6, target_width=9)),
    (
        "image.pad_images",
        (PICTURES[0],),
        dict(bottom_padding=1, right_padding=0, target_height=6, target_width=9),
    ),
    ("image.extract_patches", (PICTURES, 2), {}),
    ("image.extract_patches", (PICTURES, (2, 3)), dict(strides=1, padding="same")),
    ("image.extract_patches", (PICTURES[0], 2), dict(strides=1, dilation_rate=2)),
    ("image.sobel_edges", (PICTURES,), {}),
]


def parts(value):
    """The arrays of a result, which may be nested."""
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in parts(part)]
    return [np.asarray(value)]


def every_call():
    """{title: (name, arguments, options)} of all tables."""
    small = [(name, arguments, {}) for name, arguments in SMALL_CALLS]
    calls = [*CALLS, *small, *NAMED_CALLS]
    return {f"{i}-{call[0]}": call for i, call in enumerate(calls)}


def answers(library) -> dict:
    """{title/number: array} of all calls by `library`, minidl or Keras."""
    found = {}
    for title, (name, arguments, options) in every_call().items():
        function = library.ops
        for part in name.split("."):
            function = getattr(function, part)
        for i, array in enumerate(parts(function(*arguments, **options))):
            found[f"{title}/{i}"] = array
    return found
