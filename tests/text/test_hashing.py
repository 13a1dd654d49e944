"""The hash of words, as TensorFlow has it."""

import pytest

from minidl.text.hashing import fingerprint


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, 1936946117179621433),
        (1, 1366698271136253306),
        (3, 398699863598724071),
        (4, 3813857490243171972),
        (6, 54668859749672081),
        (7, 4268079096047479654),
        (8, 491173507650915324),
        (12, 2211771481730107750),
        (16, 4320848957565769301),
        (17, 550333784831045020),
        (20, 847044585426252662),
        (32, 3916272259504149068),
        (33, 3629877152734163893),
        (48, 3556329004241045183),
        (64, 1390922292092938922),
        (65, 3145006737957226914),
        (128, 2944474805849323942),
        (129, 754805785435040637),
        (192, 2527347416410742655),
        (193, 1298135571474705924),
        (299, 3481488749831581050),
    ],  # tf.strings.to_hash_bucket_fast(text[:n], 2**62 + 11)
)
def test_the_hash_of_tensorflow(n, expected):
    text = ("The quick brown fox jumps over the lazy dog, again and again. " * 5)[:n]
    assert fingerprint(text.encode()) % (2**62 + 11) == expected
