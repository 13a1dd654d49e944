"""IMDB: 50 000 reviews of films, half of them in praise, each a list of word numbers. Downloaded on
first use.

A. L. Maas et al., "Learning word vectors for sentiment analysis", ACL 2011,
https://ai.stanford.edu/~amaas/data/sentiment/
"""

import os

import numpy as np

from .archives import JsonFile, NpzFile, Rows, common_words, load, shorter, shuffled, start

FILE = NpzFile(
    "imdb.npz", 20_000_000, "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
)
WORDS = JsonFile("imdb_word_index.json", 3_000_000, "bfafd718b763782e994055a2d397834f")


def load_data(
    path: str | os.PathLike[str] | None = None,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Rows:
    """Load the reviews: `(x_train, y_train), (x_test, y_test) = load_data(num_words=10000)`, as
    keras.datasets.imdb does.

    x_train (25000,) and x_test (25000,) are arrays of lists, a review each: small numbers are
    common words. y_train and y_test (25000,) are 1 for praise, 0 for blame.

    path: a copy of Keras's file, if you have one. num_words: rarer words become `oov_char`, and so
    do the `skip_top` most common ones. maxlen: reviews this long or longer are left out.
    start_char: begins each review. index_from: added to every word's number, since 0 pads, 1 begins
    and 2 stands for what was left out. seed: of the shuffling.

    Raises:
        DataFileError: the file is damaged or another, or none is found and none can be downloaded.
    """
    arrays, generator, parts = load("imdb", FILE, path), np.random.RandomState(seed), []
    for part in ("train", "test"):
        texts, labels = arrays["x_" + part], arrays["y_" + part]
        order = shuffled(len(texts), generator)
        parts.append(shorter(start(texts[order], start_char, index_from), labels[order], maxlen))
    (texts_train, y_train), (texts_test, y_test) = parts
    x = common_words(texts_train + texts_test, num_words, skip_top, oov_char)
    return (x[: len(y_train)], y_train), (x[len(y_train) :], y_test)


def get_word_index(path: str | os.PathLike[str] | None = None) -> dict[str, int]:
    """{word: its rank}, 1 for the most common. In the reviews stands rank + 3: `index_from` was
    added.

    words = {number + 3: word for word, number in imdb.get_word_index().items()}
    " ".join(words.get(number, "?") for number in x_train[0])
    """
    return load("imdb", WORDS, path)
