"""Layers that make numbers of categories and words: against Keras's answers, inside models and
files, and every misuse.

(CategoryEncoding and Discretization against live Keras:
tests/parity/test_keras_preprocessing_layers.py.)
"""

import json

import numpy as np
import pytest
from lookup_cases import CASES, FILE, made

from minidl import Input, Model, Sequential, Tensor, layers, models
from minidl.text.hashing import fingerprint

GOLDENS = json.loads(FILE.read_text(encoding="utf-8"))
TEXTS = ["foo bar", "bar baz", "baz bada boom"]


# --- Keras's answers
# ---


@pytest.mark.parametrize(
    ("case", "golden"), list(zip(CASES, GOLDENS)), ids=[f"{c[0]} {c[1]}" for c in CASES]
)
def test_as_keras_answers(case, golden):
    kind, options, data, other = case
    assert (kind, options) == (golden["kind"], golden["options"])
    layer = made(layers, kind, options)
    if data is not None:
        layer.adapt(data)
        assert layer.get_vocabulary() == golden["vocabulary"] and layer.vocabulary_size() == len(
            golden["vocabulary"]
        )
    for form in (
        (other, np.array(other), np.array(other, dtype=object))
        if kind in ("StringLookup", "TextVectorization")
        else (other, np.array(other))
    ):
        result = layer(form)
        assert isinstance(result, Tensor) and result.dtype == (
            np.int64 if options.get("output_mode", "int") == "int" else np.float32
        )
        np.testing.assert_allclose(result.numpy(), golden["gives"], rtol=1e-6)
    # knows all that was learned
    again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    np.testing.assert_array_equal(again(other).numpy(), layer(other).numpy())
    if data is not None:
        assert again.get_vocabulary() == layer.get_vocabulary()


def test_goldens_are_of_these_cases():
    assert len(CASES) == len(GOLDENS) > 70


def test_keras_guides():
    """The examples of its documentation, with the numbers printed there."""
    vectorize = layers.TextVectorization(
        max_tokens=5000, output_mode="int", output_sequence_length=4
    )
    vectorize.adapt(TEXTS)
    np.testing.assert_array_equal(
        vectorize([["foo qux bar"], ["qux baz"]]), [[4, 1, 3, 0], [1, 2, 0, 0]]
    )
    vectorize = layers.TextVectorization(
        output_sequence_length=4, vocabulary=["earth", "wind", "and", "fire"]
    )
    assert vectorize.get_vocabulary() == ["", "[UNK]", "earth", "wind", "and", "fire"]
    lookup = layers.StringLookup()
    lookup.adapt([["a", "c", "d"], ["d", "z", "b"]])
    assert (
        lookup.get_vocabulary() == ["[UNK]", "d", "z", "c", "b", "a"]
        and lookup.get_vocabulary(include_special_tokens=False)[0] == "d"
    )
    np.testing.assert_array_equal(
        layers.StringLookup(vocabulary=["a", "b", "c", "d"], num_oov_indices=2)(
            [["a", "c", "d"], ["m", "z", "b"]]
        ),
        [[2, 4, 5], [0, 1, 3]],
    )
    there, data = (
        layers.IntegerLookup(vocabulary=[12, 36, 1138, 42]),
        np.array([[12, 1138, 42], [42, 1000, 36]]),
    )
    back = layers.IntegerLookup(vocabulary=there.get_vocabulary(), invert=True)
    np.testing.assert_array_equal(back(there(data)), [[12, 1138, 42], [42, -1, 36]])
    weighted = layers.StringLookup(output_mode="tf_idf")
    weighted.set_vocabulary(["a", "b", "c", "d"], idf_weights=[0.25, 0.75, 0.6, 0.4])
    np.testing.assert_allclose(
        weighted([["a", "c", "d", "d"], ["d", "z", "b", "z"]]),
        [[0, 0.25, 0, 0.6, 0.8], [1, 0, 0.75, 0, 0.4]],
        rtol=1e-6,
    )
    weighted.set_vocabulary(["[UNK]", "a", "b", "c", "d"], idf_weights=[0.9, 0.25, 0.75, 0.6, 0.4])
    np.testing.assert_allclose(weighted([["z", "z"]]), [[1.8, 0, 0, 0, 0]], rtol=1e-6)
    bins = layers.Discretization(num_bins=4, epsilon=0.01)
    x = np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])
    bins.adapt(x)
    np.testing.assert_array_equal(bins(x), [[0, 2, 3, 2], [1, 3, 3, 1]])
    counts = layers.CategoryEncoding(4, "count")(
        [[0, 1], [0, 0], [1, 2], [3, 1]],
        count_weights=[[0.1, 0.2], [0.1, 0.1], [0.2, 0.3], [0.4, 0.2]],
    )
    np.testing.assert_allclose(
        counts, [[0.1, 0.2, 0, 0], [0.2, 0, 0, 0], [0, 0.2, 0.3, 0], [0, 0.2, 0, 0.4]], rtol=1e-6
    )


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


# --- what they are given
# ---


def test_one_text_or_many():
    layer = layers.TextVectorization(vocabulary=["a", "b"])
    for one in ("b a", np.str_("b a"), b"b a", np.array("b a")):
        np.testing.assert_array_equal(layer(one), [3, 2])
    for many in (
        ["b a", "c"],
        ("b a", "c"),
        np.array(["b a", "c"]),
        [["b a"], ["c"]],
        np.array([[b"b a"], [b"c"]]),
        np.array(["b a", "c"], dtype=object),
    ):
        np.testing.assert_array_equal(layer(many), [[3, 2], [1, 0]])
    assert (
        layer([]).shape == (0, 0)
        and layer([""]).shape == (1, 0)
        and layers.StringLookup(vocabulary=["a"])("a").numpy() == 1
    )
    assert layers.TextVectorization(vocabulary=["a"], output_sequence_length=3)([]).shape == (0, 3)
    assert layers.TextVectorization(vocabulary=["a"], output_mode="count")([]).shape == (0, 2)


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


def test_discretization_of_lists_of_numbers_or_arrays():
    x = np.arange(60.0)
    found = []
    for data in (
        x,
        x.tolist(),
        x.reshape(6, 10).tolist(),
        np.split(x, 3),
        (piece for piece in np.split(x, 3)),
        Tensor(x),
    ):
        layer = layers.Discretization(num_bins=3)
        layer.adapt(data)
        found.append(layer.bin_boundaries)
    assert found == [found[0]] * 6 and found[0] == pytest.approx([19, 39])
    layer.adapt((piece for piece in np.split(x, 3)), steps=1)
    assert layer.bin_boundaries[-1] < 20


def test_functions_of_yours():
    def clean(texts):
        seen.append((type(texts), texts.dtype.kind, texts.shape))
        return np.char.replace(np.char.lower(texts), "<br />", " ")

    seen: list = []
    layer = layers.TextVectorization(
        standardize=clean, split=lambda texts: np.char.split(texts, "-")
    )
    layer.adapt(["A-B<br />C", "a"])
    assert layer.get_vocabulary() == ["", "[UNK]", "a", "b c"] and seen == [(np.ndarray, "U", (2,))]
    np.testing.assert_array_equal(layer([["B C-a"], ["q"]]), [[3, 2], [1, 0]])
    ragged = layers.TextVectorization(
        standardize=None,
        split=lambda texts: [text.split(",") for text in texts],
        vocabulary=["x", "y"],
    )
    np.testing.assert_array_equal(ragged(["x,y", "y"]), [[2, 3], [3, 0]])


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


def test_the_way_back():
    words = layers.StringLookup(vocabulary=["a", "b"], mask_token="", invert=True)
    result = words(layers.StringLookup(vocabulary=["a", "b"], mask_token="")([["b", "", "q"]]))
    assert isinstance(result, np.ndarray) and result.tolist() == [["b", "", "[UNK]"]]
    numbers = layers.IntegerLookup(vocabulary=[2**40, 5], invert=True)([1, 0, 2, 77])
    assert numbers.numpy().tolist() == [2**40, -1, 5, -1] and numbers.dtype == np.int64


def test_large_numbers_keep_their_digits():
    """As floats of 32 bits these would be one number."""
    layer = layers.IntegerLookup(vocabulary=[2**24, 2**24 + 1])
    for ids in ([2**24 + 1], np.array([2**24 + 1]), Tensor(np.array([2**24 + 1]))):
        assert layer(ids).numpy().tolist() == [2]
    assert layer(2**24 + 1).numpy() == 2


def test_large_numbers_in_files(tmp_path):
    """A size so large would be damage; an id may be."""
    layer = layers.IntegerLookup(mask_token=0)
    layer.adapt([2**62, 2**62, 5])
    model = Sequential([Input((3,), dtype="int64"), layer])
    model.save(tmp_path / "m.npz")
    assert models.load_model(tmp_path / "m.npz")(np.array([[2**62, 5, 6]])).numpy().tolist() == [
        [2, 3, 1]
    ]


# --- in models


def test_a_model_of_a_table(tmp_path):
    rng = np.random.default_rng(0)
    colour, age, town = (
        rng.integers(0, 3, (64, 1)),
        rng.normal(40, 15, (64, 1)),
        rng.choice([1000, 2000, 3000], (64, 1)),
    )
    bins, towns = (
        layers.Discretization(num_bins=4, output_mode="one_hot"),
        layers.IntegerLookup(output_mode="one_hot"),
    )
    bins.adapt(age), towns.adapt(town)
    inputs = [
        Input((1,), dtype="int64", name="colour"),
        Input((1,), name="age"),
        Input((1,), dtype="int64", name="town"),
    ]
    rows = [
        layers.CategoryEncoding(3, output_mode="one_hot")(inputs[0]),
        bins(inputs[1]),
        towns(inputs[2]),
    ]
    assert [row.shape for row in rows] == [(None, 3), (None, 4), (None, 4)]
    model = Model(inputs, layers.Dense(1)(layers.Concatenate()(rows)))
    model.compile("adam", "mse")
    data = {"colour": colour, "age": age, "town": town}
    losses = model.fit(
        data, (colour + town / 1000).astype("float32"), epochs=30, verbose=0
    ).history["loss"]
    assert losses[-1] < losses[0]
    expected = model.predict(data, verbose=0)
    model.save(tmp_path / "m.npz")
    for other in (models.load_model(tmp_path / "m.npz"), models.clone_model(model)):
        other.set_weights(model.get_weights())
        np.testing.assert_array_equal(other.predict(data, verbose=0), expected)


def test_a_model_of_words():
    vectorize = layers.TextVectorization(output_sequence_length=4)
    vectorize.adapt(TEXTS)
    model = Sequential(
        [
            layers.Embedding(vectorize.vocabulary_size(), 3),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    losses = model.fit(vectorize(TEXTS), np.array([0.0, 1.0, 1.0]), epochs=20, verbose=0).history[
        "loss"
    ]
    assert losses[-1] < losses[0]


def test_a_symbol_needs_no_token():
    """The zeros that stand for it are in no vocabulary; in data they are an error."""
    layer = layers.IntegerLookup(vocabulary=[5, 6], num_oov_indices=0, output_mode="multi_hot")
    assert layer(Input((3,))).shape == (None, 2)
    with pytest.raises(ValueError, match="0 is not in the vocabulary, and num_oov_indices=0"):
        layer([[5, 0, 6]])


def test_names_of_keras_files(tmp_path):
    """Keras writes more than its constructors' arguments: see what a model made there held."""
    config = {
        "name": "integer_lookup",
        "trainable": True,
        "dtype": "float32",
        "invert": False,
        "max_tokens": None,
        "num_oov_indices": 1,
        "oov_token": -1,
        "mask_token": None,
        "output_mode": "int",
        "pad_to_max_tokens": False,
        "vocabulary_dtype": "int64",
        "idf_weights": None,
        "vocabulary": [4, 5],
        "vocabulary_size": 3,
        "oov_method": "floormod",
        "salt": None,
    }
    assert layers.IntegerLookup.from_config(config).get_vocabulary() == [-1, 4, 5]
    del config["vocabulary_dtype"]
    words = {
        **config,
        "vocabulary": ["x"],
        "oov_token": "[UNK]",
        "encoding": "utf-8",
        "vocabulary_size": 2,
    }
    assert layers.StringLookup.from_config(words).get_vocabulary() == ["[UNK]", "x"]
    texts = {"vocabulary": ["x"], "vocabulary_size": 3, "ngrams": [1, 2], "standardize": "lower"}
    assert layers.TextVectorization.from_config(texts).get_vocabulary() == ["", "[UNK]", "x"]
    for kind, learned in (
        (layers.IntegerLookup, config),
        (layers.StringLookup, words),
        (layers.TextVectorization, texts),
    ):
        with pytest.raises(
            ValueError,
            match=r"the description holds the size of the vocabulary alone, \d, for Keras keeps",
        ):
            kind.from_config({**learned, "vocabulary": None})
    for kind in (layers.StringLookup, layers.TextVectorization):
        with pytest.raises(ValueError, match="a description may not name a file to read"):
            kind.from_config({"vocabulary": str(tmp_path / "secret.txt")})


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
    (lambda: layers.StringLookup(idf_weights=[1.0]), ValueError, "received no vocabulary"),
    # vocabularies
    (
        lambda: layers.StringLookup(vocabulary=["a", "b", "a"]),
        ValueError,
        r"each token stands once in a vocabulary; received 'a' more than once. list\(dict.fromkeys",
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


def test_rows_keep_their_width():
    for layer in (
        layers.StringLookup(output_mode="multi_hot"),
        layers.TextVectorization(output_mode="count"),
    ):
        layer.adapt(["a", "b"])
        layer(["a"])
        layer.adapt(["c", "d"])  # as many as before
        with pytest.raises(
            RuntimeError,
            match="already made rows of 3 columns, so its vocabulary cannot grow or shrink to 2",
        ):
            layer.adapt(["a"])
        assert layer.get_vocabulary() == ["[UNK]", "d", "c"] and layer(["c"]).shape[-1] == 3


def test_discretization_after_a_mistake():
    layer = layers.Discretization(num_bins=2)
    layer.adapt([0.0, 1.0, 2.0, 3.0])
    before = layer.bin_boundaries
    for data in ([], [np.nan], ["a"], iter([np.ones(3), np.array([np.nan])])):
        with pytest.raises((ValueError, TypeError)):
            layer.adapt(data)
        assert layer.bin_boundaries == before


# --- the other new layers: wrong use
# ---


def built(layer, shape):
    layer(np.ones(shape))
    return layer


@pytest.mark.parametrize(
    ("act", "kind", "said"),
    [
        (
            lambda: layers.GroupNormalization(5)(np.ones((2, 4))),
            ValueError,
            r"groups=5 must divide the 4 features of axis -1.*received shape \(None, 4\)",
        ),
        (lambda: layers.GroupNormalization(0), ValueError, "GroupNormalization: groups must be"),
        (
            lambda: layers.GroupNormalization(axis=[1, 2]),
            ValueError,
            r"axis is one axis, that of the features; received \[1, 2\]",
        ),
        (
            lambda: layers.GroupNormalization(axis=4)(np.ones((2, 4))),
            ValueError,
            "works along axis 4",
        ),
        (
            lambda: built(layers.GroupNormalization(2), (2, 4))(np.ones((2, 6))),
            ValueError,
            r"has weights of shape \(4,\)",
        ),
        (
            lambda: built(layers.RMSNormalization(), (2, 4))(np.ones((2, 6))),
            ValueError,
            r"has a scale of shape \(4,\) for axis -1",
        ),
        (
            lambda: layers.RMSNormalization(epsilon=-1),
            ValueError,
            "RMSNormalization: epsilon must be",
        ),
        (
            lambda: layers.RMSNormalization()(Input((None,))),
            ValueError,
            "needs to know the size of axis -1",
        ),
        (
            lambda: layers.EinsumDense("ab,bc", 3),
            ValueError,
            "equation is 'ab,bc->ac', .* received 'ab,bc'",
        ),
        (lambda: layers.EinsumDense("...ab,bc->ac", 3), ValueError, "equation is"),
        (lambda: layers.EinsumDense(3, 3), ValueError, "received 3"),
        (
            lambda: layers.EinsumDense("ab,bc->ad", 3),
            ValueError,
            "the letter 'd' stands in the output, but neither",
        ),
        (
            lambda: layers.EinsumDense("ab,bcd->ac", 3),
            ValueError,
            "the letter 'd' stands in the kernel, but neither",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="b"),
            ValueError,
            "the letter 'b' stands in the bias_axes, but not in the output",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", 3)(np.ones((2, 3, 4))),
            ValueError,
            r"takes inputs of 2 axes; received shape \(None, 3, 4\)",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (5, 4))(np.ones((2, 3, 4))),
            ValueError,
            r"has 5 for the axis 'b' .* has 3",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", 4)(np.ones((2, 3, 4))),
            ValueError,
            "output_shape has a size for each axis",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", (None,))(np.ones((2, 3))),
            ValueError,
            "needs to know the size of each axis",
        ),
        (
            lambda: built(layers.EinsumDense("ab,bc->ac", 3), (2, 4))(np.ones((2, 6))),
            ValueError,
            r"has a kernel of shape \(4, 3\) for 'ab,bc->ac' and inputs of 2 axes; received shape \(2, 6\)",
        ),
        (
            lambda: layers.TimeDistributed(3),
            TypeError,
            r"TimeDistributed takes a layer, TimeDistributed\(Dense\(8\)\); received 3",
        ),
        (
            lambda: layers.TimeDistributed(layers.Dense(2))(np.ones((2, 3))),
            ValueError,
            r"takes inputs of shape \(n, steps, features\).*\(None, 3\)",
        ),
    ],
)
def test_wrong_use_of_other_layers(act, kind, said):
    with pytest.raises(kind, match=said):
        act()


def test_time_distributed_is_the_layer_at_each_step():
    rng = np.random.default_rng(0)
    dense = layers.Dense(2)
    layer, x = layers.TimeDistributed(dense), rng.normal(size=(4, 3, 5)).astype(np.float32)
    y = layer(x)
    np.testing.assert_allclose(
        y, np.stack([dense(x[:, i]).numpy() for i in range(3)], axis=1), rtol=1e-6
    )
    assert layer.trainable_weights == dense.trainable_weights and len(layer.weights) == 2
    assert layers.TimeDistributed(layers.Dense(2))(Input((None, 5))).shape == (None, None, 2)
    dropped = layers.TimeDistributed(layers.Dropout(0.5))(
        np.ones((2, 50, 20)), training=True
    ).numpy()
    # each step draws anew
    assert set(np.unique(dropped)) == {0, 2} and (dropped[:, :1] != dropped).any()
    model = Sequential([Input((3, 5)), layers.TimeDistributed(layers.Dense(1))])
    model.compile("sgd", "mse")
    losses = model.fit(x, x.sum(axis=2, keepdims=True), epochs=30, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    copy = models.clone_model(model)
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy(x), model(x))
