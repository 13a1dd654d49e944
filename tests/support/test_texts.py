"""Arrays of texts: entries are such arrays too, and give bytes as TensorFlow's do."""

import numpy as np
import pytest

from minidl.support.texts import as_texts, encoded, is_text


@pytest.mark.parametrize(
    "given", [["ab", "안"], np.array(["ab", "안"]), np.array(["ab", "안"], object)]
)
def test_entries_are_texts_too(given):
    texts = as_texts(given)
    assert texts.numpy().tolist() == [b"ab", "안".encode()]
    assert texts[1].numpy() == "안".encode() and next(iter(texts)).numpy() == b"ab"
    assert texts[:1].numpy().tolist() == [b"ab"] and str(texts[0]) == "ab"
    assert texts[0] == "ab" and texts[0] != "a" and len({texts[0], texts[1], "ab"}) == 2


def test_bytes_stay_whole_and_are_read_as_utf_8():
    end = b"\x89PNG\x00\x00"
    assert as_texts(end).numpy() == encoded(end) == end and as_texts([end, b"a"])[0].numpy() == end
    assert as_texts(["안".encode(), "b", b"\xff"]).decoded().tolist() == ["안", "b", "\ufffd"]
    assert as_texts([["a", "bc"]]).each(len).tolist() == [[1, 2]]


def test_what_a_text_is():
    for text in ("a", b"a", ["a"], (["a"],), np.array("a"), as_texts("a")):
        assert is_text(text)
    for other in (1, [], [1.0], np.arange(3), None):
        assert not is_text(other)
