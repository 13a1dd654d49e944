"""The Tokenizer and hashed words."""

import json

import pytest

import minidl

# --- words and series
# ---


def test_hashed_words_are_the_same_in_every_run():
    words = minidl.preprocessing.text.one_hot("The cat, the dog!", 50)
    assert (
        words
        == minidl.preprocessing.text.hashing_trick("the cat the dog", 50, "md5")
        == [43, 32, 43, 2]
    )
    assert minidl.preprocessing.text.hashing_trick("a bb ccc", 3, len) == [2, 1, 2]
    with pytest.raises(ValueError, match="at least 2"):
        minidl.preprocessing.text.one_hot("a", 1)


def test_a_tokenizer_outlives_its_script():
    tokenizer = minidl.preprocessing.text.Tokenizer(num_words=4, oov_token="?")
    tokenizer.fit_on_texts(["the cat sat", "the dog"])
    again = minidl.preprocessing.text.tokenizer_from_json(tokenizer.to_json())
    assert again.texts_to_sequences(["the zebra sat"]) == tokenizer.texts_to_sequences(
        ["the zebra sat"]
    )
    assert (
        again.get_config() == tokenizer.get_config()
        and json.loads(tokenizer.to_json(indent=1))["class_name"] == "Tokenizer"
    )
    assert (
        again.texts_to_matrix(["the cat"], "tfidf")
        == tokenizer.texts_to_matrix(["the cat"], "tfidf")
    ).all()
