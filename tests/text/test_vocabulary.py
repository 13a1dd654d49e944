"""Vocabularies: learned, given, in files, and every misuse."""

import numpy as np
import pytest

from minidl import Input, Tensor, layers


def test_adapt_takes_batches_and_begins_anew():
    pieces = [["a b", "b"], ["c b"], ["a"]]
    whole = layers.TextVectorization(output_mode="tf_idf")
    whole.adapt([text for piece in pieces for text in piece])
    for data in (
        (np.array(piece) for piece in pieces),
        iter(pieces),
        ([[text] for text in piece] for piece in pieces),
    ):
        layer = layers.TextVectorization(output_mode="tf_idf")
        layer.adapt(data)
        assert (
            layer.get_config()["vocabulary"]
            == whole.get_config()["vocabulary"]
            == ["[UNK]", "b", "a", "c"]
        )
        np.testing.assert_array_equal(layer(["a c q"]), whole(["a c q"]))
    first = layers.TextVectorization()
    first.adapt(iter(pieces), steps=2)
    assert first.get_vocabulary() == ["", "[UNK]", "b", "c", "a"]
    first.adapt(["z"])
    assert first.get_vocabulary() == ["", "[UNK]", "z"]
    numbers = layers.IntegerLookup()
    numbers.adapt(iter([np.array([5, 5]), np.array([[6], [5]])]))
    assert numbers.get_vocabulary() == [-1, 5, 6]
    numbers.adapt(Tensor(np.array([8, 8, 9])))
    assert numbers.get_vocabulary() == [-1, 8, 9]


@pytest.mark.parametrize("ending", ["\n", ""])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_vocabulary_in_a_file(tmp_path, ending, newline):
    path = tmp_path / "words.txt"
    path.write_bytes((newline.join(["é", "two\u2028", "c"]) + ending).encode())
    for layer in (
        layers.StringLookup(vocabulary=str(path)),
        layers.StringLookup(vocabulary=path),
        layers.TextVectorization(output_mode="count", vocabulary=str(path)),
    ):
        assert layer.get_vocabulary() == ["[UNK]", "é", "two\u2028", "c"]
        # the words, not the path
        assert (
            type(layer).from_config(layer.get_config()).get_vocabulary() == layer.get_vocabulary()
        )
    path.write_text("30\n-4\n", encoding="utf-8")
    assert layers.IntegerLookup(vocabulary=path).get_vocabulary() == [-1, 30, -4]
    path.write_text("30\n\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"words\.txt holds lines that are no whole numbers"):
        layers.IntegerLookup(vocabulary=path)


def test_the_way_back():
    words = layers.StringLookup(vocabulary=["a", "b"], mask_token="", invert=True)
    result = words(layers.StringLookup(vocabulary=["a", "b"], mask_token="")([["b", "", "q"]]))
    assert isinstance(result, np.ndarray) and result.tolist() == [["b", "", "[UNK]"]]
    numbers = layers.IntegerLookup(vocabulary=[2**40, 5], invert=True)([1, 0, 2, 77])
    assert numbers.numpy().tolist() == [2**40, -1, 5, -1] and numbers.dtype == np.int64


# --- misuse


def lookup(**options):
    return layers.StringLookup(vocabulary=["a", "b"], **options)


MISUSE = [
    # before adapt
    (
        lambda: layers.StringLookup()(["a"]),
        ValueError,
        r"StringLookup 'string_lookup.*' has no vocabulary yet: call adapt\(data\) first",
    ),
    (lambda: layers.IntegerLookup()([1]), ValueError, "IntegerLookup .* has no vocabulary yet"),
    (
        lambda: layers.TextVectorization()(["a"]),
        ValueError,
        r"TextVectorization .* has no vocabulary yet: call adapt\(texts\)",
    ),
    (
        lambda: layers.Discretization(num_bins=3)([1.0]),
        ValueError,
        r"does not know its bins yet: call adapt\(data\) first",
    ),
    (lambda: layers.IntegerLookup()(Input((1,))), ValueError, "has no vocabulary yet"),
    # adapt
    (
        lambda: lookup().adapt(["c"]),
        ValueError,
        "was given its vocabulary, so there is nothing to adapt",
    ),
    (
        lambda: layers.TextVectorization(vocabulary=["a"]).adapt(["c"]),
        ValueError,
        "TextVectorization .* was given its vocabulary",
    ),
    (
        lambda: layers.Discretization([1.0]).adapt([1.0]),
        ValueError,
        "was given its bin_boundaries, so there is nothing to adapt",
    ),
    (lambda: layers.StringLookup().adapt([]), ValueError, "adapt received no tokens"),
    (lambda: layers.TextVectorization().adapt(["", "?"]), ValueError, "adapt received no tokens"),
    (lambda: layers.Discretization(num_bins=2).adapt([]), ValueError, "adapt received no data"),
    (
        lambda: layers.Discretization(num_bins=2).adapt([1.0, np.nan]),
        ValueError,
        "adapt received NaN",
    ),
    (
        lambda: layers.StringLookup().adapt(5),
        TypeError,
        "adapt takes an array, a list, or batches.*received int",
    ),
    # strings and numbers
    (
        lambda: layers.CategoryEncoding(3)(["a"]),
        TypeError,
        "CategoryEncoding .* takes numbers; received strings or objects. StringLookup makes",
    ),
    (lambda: layers.Discretization([1.0])(["a"]), TypeError, "takes numbers; received strings"),
    (lambda: layers.IntegerLookup(vocabulary=["a"]), TypeError, "takes numbers; received strings"),
    (
        lambda: layers.IntegerLookup(vocabulary=[1])(np.array(["1"])),
        TypeError,
        "takes numbers; received strings",
    ),
    (
        lambda: lookup()([1, 2]),
        TypeError,
        "takes strings; received numbers of dtype|takes strings; received a int",
    ),
    (
        lambda: lookup()(np.array([1, 2])),
        TypeError,
        "takes strings; received numbers of dtype int64.*IntegerLookup",
    ),
    (
        lambda: lookup()(["a", None]),
        TypeError,
        "takes strings; received a NoneType among them. If a value is missing",
    ),
    (lambda: lookup()([["a"], ["a", "b"]]), TypeError, "The rows must all have one length"),
    (
        lambda: layers.TextVectorization(vocabulary=["a"])([["a", "b"]]),
        ValueError,
        r"takes texts in one row or one column, \(n,\) or \(n, 1\); received shape \(1, 2\)",
    ),
    (
        lambda: layers.CategoryEncoding(3)([0.5]),
        ValueError,
        "takes whole numbers, one for each category; received fractions",
    ),
    (lambda: layers.IntegerLookup(vocabulary=[1])([np.nan]), ValueError, "takes whole numbers"),
    (
        lambda: lookup()(Input((1,))),
        TypeError,
        r"takes strings, and <Symbol .*> stands for numbers. Begin the model with Input\(shape, dtype='string'\)",
    ),
    (
        lambda: layers.TextVectorization(vocabulary=["a"])(Input((1,))),
        TypeError,
        "TextVectorization .* call the layer on the data before",
    ),
    *[
        (
            lambda dtype=dtype: Input((1,), dtype=dtype),
            ValueError,
            "that of numbers, such as 'float32', or 'string'; received",
        )
        for dtype in ("complex64", "text", "datetime64[s]")
    ],
    # out of range
    (
        lambda: layers.CategoryEncoding(3)([[0, -1]]),
        ValueError,
        r"knows the categories 0..2; received -1..0. Make num_tokens the largest number \+ 1",
    ),
    (lambda: layers.CategoryEncoding(3)([[0, 3]]), ValueError, "received 0..3"),
    (
        lambda: layers.CategoryEncoding(3)([[0, 1]], count_weights=[[1, 1]]),
        ValueError,
        "count_weights go with output_mode='count'",
    ),
    (
        lambda: layers.CategoryEncoding(3, "count")([[0, 1]], count_weights=[1]),
        ValueError,
        r"have the shape of the input, \(1, 2\); received shape \(1,\)",
    ),
    # arguments
    (
        lambda: layers.CategoryEncoding(),
        ValueError,
        "num_tokens, the number of categories, must be a whole number of at least 1; received None",
    ),
    (
        lambda: layers.CategoryEncoding(3, "onehot"),
        ValueError,
        "received 'onehot'. Did you mean 'one_hot'",
    ),
    (
        lambda: layers.CategoryEncoding(3, "int"),
        ValueError,
        "output_mode is one of 'multi_hot', 'one_hot', 'count'; received 'int'",
    ),
    (
        lambda: lookup(output_mode="freq"),
        ValueError,
        "StringLookup: output_mode is one of .*'freq'",
    ),
    (
        lambda: layers.TextVectorization(output_mode="one_hot"),
        ValueError,
        "TextVectorization: output_mode is one of 'int', 'multi_hot'",
    ),
    (lambda: layers.Discretization([1.0], output_mode=None), ValueError, "received None"),
    (lambda: layers.Discretization(), ValueError, "takes bin_boundaries, or num_bins"),
    (lambda: layers.Discretization([1.0], 2), ValueError, "takes bin_boundaries, or num_bins"),
    (
        lambda: layers.Discretization([2.0, 1.0]),
        ValueError,
        r"numbers in ascending order; received \[2.0, 1.0\]",
    ),
    (
        lambda: layers.Discretization(num_bins=0),
        ValueError,
        "num_bins must be a whole number of at least 1",
    ),
    (lambda: lookup(sparse=True), ValueError, "sparse results are not known here"),
    (
        lambda: layers.CategoryEncoding(3, sparse=True),
        ValueError,
        "sparse results are not known here",
    ),
    (
        lambda: lookup(invert=True, output_mode="count"),
        ValueError,
        "invert=True goes with output_mode='int'; received 'count'",
    ),
    (lambda: lookup(pad_to_max_tokens=True), ValueError, "needs max_tokens"),
    (
        lambda: lookup(max_tokens=1),
        ValueError,
        "max_tokens must be a whole number of at least 2; received 1",
    ),
    (
        lambda: lookup(num_oov_indices=-1),
        ValueError,
        "num_oov_indices must be a whole number of at least 0",
    ),
    (lambda: lookup(salt=3), ValueError, "salt asks for another hash"),
    (lambda: layers.IntegerLookup(salt=3), ValueError, "received 'int64', 'floormod', 3"),
    (lambda: layers.IntegerLookup(oov_method="md5"), ValueError, "oov_method is 'floormod' or"),
    (lambda: layers.IntegerLookup(oov_token="?"), ValueError, r"is a number; received '\?'"),
    (lambda: layers.Discretization([[1.0]]), ValueError, r"order; received \[\[1.0\]\]"),
    (lambda: layers.Discretization([np.nan]), ValueError, "in ascending order; received"),
    (lambda: layers.Discretization(num_bins=2, epsilon=1.5), ValueError, "epsilon must be"),
    (lambda: layers.Discretization(num_bins=2, epsilon=0), ValueError, "epsilon must be"),
    (lambda: layers.Hashing(3, salt=3), ValueError, "salt asks for another hash"),
    (lambda: layers.Hashing(0), ValueError, "Hashing: num_bins must be"),
    (
        lambda: layers.IntegerLookup(vocabulary_dtype="int32"),
        ValueError,
        "vocabulary_dtype is 'int64'",
    ),
    (
        lambda: layers.TextVectorization(ragged=True),
        ValueError,
        "ragged results are not known here",
    ),
    (
        lambda: layers.TextVectorization(standardize="upper"),
        ValueError,
        "standardize is 'lower', 'strip_punctuation', .* received 'upper'",
    ),
    (
        lambda: layers.TextVectorization(split="words"),
        ValueError,
        "split is 'whitespace', 'character', None or a function; received 'words'",
    ),
    (
        lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3),
        ValueError,
        "output_sequence_length goes with output_mode='int'; received 'count'",
    ),
    (
        lambda: layers.TextVectorization(output_sequence_length=0),
        ValueError,
        "output_sequence_length must be",
    ),
    (
        lambda: layers.TextVectorization(ngrams=(2, "3")),
        ValueError,
        "ngrams must be a whole number",
    ),
    (
        lambda: layers.TextVectorization(vocabulary=["a"], standardize=lambda text: text.lower())(
            ["A"]
        ),
        TypeError,
        r"called once, with a NumPy array of all texts, and failed: .*lambda texts: \[f\(text\) for text in texts\]",
    ),
    (
        lambda: layers.TextVectorization(vocabulary=["a"], split=lambda texts: ["a"])(["a b", "c"]),
        ValueError,
        "received 2 texts and gave 1",
    ),
    (
        lambda: layers.TextVectorization(vocabulary=["a"], standardize=iter)(["a b", "c"]),
        ValueError,
        "received 2 texts and gave array_iterator|gave iterator",
    ),
    (lambda: layers.StringLookup(idf_weights=[1.0]), ValueError, "received no vocabulary"),
    # vocabularies
    (
        lambda: layers.StringLookup(vocabulary=["a", "b", "a"]),
        ValueError,
        r"each token stands once in a vocabulary; received 'a' more than once. list\(dict.fromkeys",
    ),
    (
        lambda: layers.StringLookup(vocabulary=list("abcdabcd")),
        ValueError,
        "received 'a', 'b', 'c' more than once",
    ),
    (
        lambda: layers.IntegerLookup(vocabulary=[]),
        ValueError,
        "at least one token besides the special ones",
    ),
    (
        lambda: layers.StringLookup(vocabulary=["a", "-"], mask_token="-"),
        ValueError,
        r"'-' is a special token and no part of the vocabulary, except that all special ones, \['-', '\[UNK\]'\], may begin it; received it at place 1",
    ),
    (
        lambda: lookup(max_tokens=2),
        ValueError,
        "with the special tokens the vocabulary has 3, and max_tokens is 2",
    ),
    (
        lambda: lookup(output_mode="tf_idf"),
        ValueError,
        "needs idf_weights, a number for each token",
    ),
    (lambda: lookup(idf_weights=[1.0, 2.0]), ValueError, "output_mode='int' takes no idf_weights"),
    (
        lambda: lookup(output_mode="tf_idf", idf_weights=[1.0]),
        ValueError,
        r"a number for each of the 2 tokens; received shape \(1,\)",
    ),
    (
        lambda: layers.TextVectorization(vocabulary="no/such/file.txt"),
        FileNotFoundError,
        "TextVectorization .* there is no file no/such/file.txt. A vocabulary is a list of "
        "tokens, or the path",
    ),
]


@pytest.mark.parametrize(("act", "kind", "said"), MISUSE, ids=range(len(MISUSE)))
def test_misuse_is_one_clear_error(act, kind, said):
    with pytest.raises(kind, match=said):
        act()


@pytest.mark.parametrize(
    "misuse",
    [
        lambda layer: layer.set_vocabulary(["x", "x"]),
        lambda layer: layer.set_vocabulary(["x", ""]),
        lambda layer: layer.set_vocabulary([]),
        lambda layer: layer.set_vocabulary(["x"], idf_weights=[1.0]),
        lambda layer: layer.set_vocabulary(["p", "q", "r", "s", "t"]),
        lambda layer: layer.set_vocabulary([1, 2]),
        lambda layer: layer.adapt([]),
        lambda layer: layer.adapt(iter([["x"], [3]])),
        lambda layer: layer([3]),
        lambda layer: layer.set_vocabulary("missing.txt"),
    ],
)
@pytest.mark.parametrize("kind", ["StringLookup", "TextVectorization"])
def test_a_mistake_leaves_the_layer_as_it_was(misuse, kind):
    layer = (
        layers.StringLookup(max_tokens=6, mask_token="")
        if kind == "StringLookup"
        else layers.TextVectorization(max_tokens=6)
    )
    layer.adapt(["a", "b", "b"])
    with pytest.raises((ValueError, TypeError, FileNotFoundError)):
        misuse(layer)
    assert layer.get_vocabulary() == ["", "[UNK]", "b", "a"]
    np.testing.assert_array_equal(np.ravel(layer(["a", "b", "x"])), [3, 2, 1])
