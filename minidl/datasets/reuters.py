"""Reuters: 11 228 short news of 1987 on 46 topics, each a list of word numbers. Downloaded on first
use.

D. D. Lewis, "Reuters-21578 text categorization test collection",
http://www.daviddlewis.com/resources/testcollections/reuters21578/
"""

import os

import numpy as np

from .archives import (
    JsonFile,
    NpzFile,
    Rows,
    check_test_split,
    common_words,
    load,
    shorter,
    shuffled,
    start,
)

FILE = NpzFile(
    "reuters.npz", 3_000_000, "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
)
WORDS = JsonFile("reuters_word_index.json", 1_000_000, "4d44cc38712099c9e383dc6e5f11a921")
LABELS = """
    cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves
    ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold
    tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange
    pet-chem dlr gas silver wpi hog lead"""


def load_data(
    path: str | os.PathLike[str] | None = None,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Rows:
    """Load the news: `(x_train, y_train), (x_test, y_test) = load_data(num_words=10000)`, as
    keras.datasets.reuters does.

    x_train (8982,) and x_test (2246,) are arrays of lists, a text each: small numbers are common
    words. y_train and y_test are the topics, 0 to 45; `get_label_names()` has their names.

    test_split: the part of the texts kept for testing. The other arguments are those of
    `imdb.load_data`.

    Raises:
        DataFileError: the file is damaged or another, or none is found and none can be downloaded.
    """
    check_test_split(test_split)
    arrays = load("reuters", FILE, path)
    order = shuffled(len(arrays["x"]), np.random.RandomState(seed))
    texts, labels = shorter(
        start(arrays["x"][order], start_char, index_from), arrays["y"][order], maxlen
    )
    x = common_words(texts, num_words, skip_top, oov_char)
    first = int(len(x) * (1 - test_split))
    return (x[:first], labels[:first]), (x[first:], labels[first:])


def get_word_index(path: str | os.PathLike[str] | None = None) -> dict[str, int]:
    """{word: its rank}, 1 for the most common. In the texts stands rank + 3: `index_from` was
    added.
    """
    return load("reuters", WORDS, path)


def get_label_names() -> tuple[str, ...]:
    """The names of the 46 topics, in the order of their numbers."""
    return tuple(LABELS.split())
