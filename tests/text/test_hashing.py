"""The hash of words, as TensorFlow has it."""

import pytest

from minidl.text.hashing import fingerprint


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, 1936946117179621433),
        (3, 398699863598724071),
        (6, 54668859749672081),
        (12, 2211771481730107750),
        (20, 847044585426252662),
        (48, 3556329004241045183),
        (64, 1390922292092938922),
        (65, 3145006737957226914),
        (128, 2944474805849323942),
        (129, 754805785435040637),
        (299, 3481488749831581050),
    ],
)
def test_the_hash_of_tensorflow(n, expected):
    text = ("The quick brown fox jumps over the lazy dog, again and again. " * 5)[:n]
    assert fingerprint(text.encode()) % (2**62 + 11) == expected
