"""Older functions held to those that Keras 3 keeps for old files. K's compute with TensorFlow, and
are asked where it is installed.
"""

import json

import numpy as np
import pytest
from minidl.preprocessing import sequence, text
from older_cases import CASES

keras = pytest.importorskip("keras")


class AsTensors:
    """Keras's functions, given tensors: some of them take no arrays."""

    def __init__(self, functions, tensorflow):
        self._functions, self._tensorflow = functions, tensorflow

    def __getattr__(self, name):
        return lambda *args, **kwargs: getattr(self._functions, name)(
            *map(self._tensor, args), **kwargs
        )

    def _tensor(self, value):
        if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            return [self._tensor(v) for v in value]
        return (
            self._tensorflow.constant(value)
            if isinstance(value, np.ndarray) and value.dtype.kind in "fb"
            else value
        )


@pytest.fixture(scope="module")
def legacy():
    tensorflow = pytest.importorskip("tensorflow")
    from keras.src.legacy import backend

    return AsTensors(backend, tensorflow)


@pytest.mark.parametrize("name", CASES)
def test_the_table_says_what_keras_gives(legacy, name):
    call, expected = CASES[name]
    found = np.asarray(call(legacy))
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


TEXTS = ["The cat sat on the mat.", "the dog ate the cat"]


def test_words_get_keras_numbers():
    from keras.src.legacy.preprocessing import text as theirs

    assert text.hashing_trick(TEXTS[0], 50) == theirs.hashing_trick(TEXTS[0], 50, "md5")
    assert text.hashing_trick(TEXTS[0], 50, len) == theirs.hashing_trick(TEXTS[0], 50, len)


def test_tokenizers_go_both_ways():
    from keras.src.legacy.preprocessing import text as theirs

    ours, other = (
        text.Tokenizer(num_words=5, oov_token="?"),
        theirs.Tokenizer(num_words=5, oov_token="?"),
    )
    for tokenizer in (ours, other):
        tokenizer.fit_on_texts(TEXTS)
    found, expected = (json.loads(tokenizer.to_json())["config"] for tokenizer in (ours, other))
    for name in expected:
        wanted = expected[name]
        assert (
            (json.loads(found[name]) == json.loads(wanted))
            if name.startswith(("word_", "index_"))
            else found[name] == wanted
        ), name
    back, there = (
        text.tokenizer_from_json(other.to_json()),
        theirs.tokenizer_from_json(ours.to_json()),
    )
    assert (
        back.texts_to_sequences(TEXTS)
        == there.texts_to_sequences(TEXTS)
        == ours.texts_to_sequences(TEXTS)
    )
    np.testing.assert_allclose(
        back.texts_to_matrix(TEXTS, "tfidf"), other.texts_to_matrix(TEXTS, "tfidf")
    )


@pytest.mark.parametrize(
    "options",
    [
        {"length": 3},
        {"length": 4, "sampling_rate": 2, "stride": 2, "batch_size": 3, "reverse": True},
        {"length": 2, "start_index": 3, "end_index": 9, "batch_size": 2},
        {"length": 3, "stride": 3},
    ],
)
def test_series_come_in_keras_batches(options):
    from keras.src.legacy.preprocessing import sequence as theirs

    data, targets = np.arange(40.0).reshape(20, 2), np.arange(20)
    ours, other = (
        sequence.TimeseriesGenerator(data, targets, **options),
        theirs.TimeseriesGenerator(data, targets, **options),
    )
    assert len(ours) == len(other)
    for i in range(len(ours)):
        for found, expected in zip(ours[i], other[i]):
            np.testing.assert_array_equal(found, expected)


def test_pairs_of_words_and_their_sampling():
    from keras.src.legacy.preprocessing import sequence as theirs

    words = [1, 2, 0, 3, 4, 5, 1]
    for options in (
        {"window_size": 1},
        {"window_size": 2, "categorical": True},
        {"sampling_table": np.ones(9)},
    ):
        options |= {"negative_samples": 0, "shuffle": False}
        assert sequence.skipgrams(words, 9, **options) == theirs.skipgrams(words, 9, **options)
    np.testing.assert_allclose(
        sequence.make_sampling_table(200, 1e-3), theirs.make_sampling_table(200, 1e-3)
    )
