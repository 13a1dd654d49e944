"""Lookup layers against Keras's answers, in models and in files."""

import json

import numpy as np
import pytest
from lookup_cases import CASES, FILE, made

from minidl import Input, Model, Sequential, Tensor, layers, models

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


def test_large_numbers_keep_their_digits():
    """As floats of 32 bits these would be one number."""
    layer = layers.IntegerLookup(vocabulary=[2**24, 2**24 + 1])
    for ids in ([2**24 + 1], np.array([2**24 + 1]), Tensor(np.array([2**24 + 1]))):
        assert layer(ids).numpy().tolist() == [2]
    assert layer(2**24 + 1).numpy() == 2


def test_large_numbers_in_files(tmp_path):
    """A size so large would be damage; an id may be."""
    for token, kind in ((2**31 - 1, int), (2**31, str), (1 - 2**31, int), (-(2**31), str)):
        layer = layers.IntegerLookup(vocabulary=[token])
        assert layer.get_config()["vocabulary"][1] == kind(token)
        assert layers.IntegerLookup.from_config(layer.get_config()).get_vocabulary()[1] == token
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
