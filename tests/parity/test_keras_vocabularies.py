"""Vocabularies that layers learned by adapt, in '.keras' files, both ways between Keras and minidl:
those of Keras lie in the archive's folder of assets.

Models of strings cannot be called in Keras on JAX, so there the layers are called one by one.
"""

import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest
from places import STORED

import minidl
from minidl.models import load_model

tf = pytest.importorskip("tensorflow")  # with which these layers of Keras compute

WORDS = np.array(["x", "y", "y", "z", "q r", "", "é한"])
IDS = np.array([5, 7, 7, 0, 3_000_000_000, -4])
TEXTS = np.array(["the cat sat", "The dog ran far", "a cat, a dog — É"])
ASKED = {
    "StringLookup": np.array([["x"], ["z"], ["?"], [""], ["é한"]]),
    "IntegerLookup": np.array([[5], [0], [8], [3_000_000_000], [-4]]),
    "TextVectorization": np.array([["the cat?"], ["zebra sat sat É"]]),
}
ROWS = {  # options for each output_mode
    "plain": {},
    "filled up": {"max_tokens": 9, "pad_to_max_tokens": True},
    "cut": {"max_tokens": 3},
    "mask": {"mask_token": "z", "num_oov_indices": 2},
}
MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
CASES = {
    f"{kind}, {mode}, {row}": (kind, {"output_mode": mode, **options})
    for kind in ASKED
    for mode in MODES
    for row, options in ROWS.items()
    if kind != "TextVectorization" or (mode != "one_hot" and row != "mask")
} | {
    "no place for others": ("StringLookup", {"num_oov_indices": 0}),
    "strings again": ("StringLookup", {"invert": True}),
    "numbers again": ("IntegerLookup", {"invert": True, "mask_token": 0}),
    "neighbours": ("TextVectorization", {"ngrams": 2, "output_sequence_length": 4}),
    "pairs and triples": ("TextVectorization", {"ngrams": (2, 3)}),
    "letters": ("TextVectorization", {"split": "character", "standardize": "lower"}),
    "whole texts": ("TextVectorization", {"split": None, "standardize": None}),
}


def adapted(lib, kind, options):
    if kind == "IntegerLookup" and options.get("mask_token"):
        options = {**options, "mask_token": 7}
    layer = getattr(lib.layers, kind)(**options)
    layer.adapt({"StringLookup": WORDS, "IntegerLookup": IDS, "TextVectorization": TEXTS}[kind])
    return layer


def asked(kind, options):
    """(what to ask, its dtype in a model)"""
    if options.get("invert"):
        return np.array([[1], [2], [0]]), "int64"
    x = ASKED[kind]
    if options.get("num_oov_indices") == 0:
        x = x[[0, 1, 3]]
    return x, "int64" if kind == "IntegerLookup" else "string"


def answer(thing, x):
    """What a layer or model gives, as an array of numbers or of bytes."""
    if isinstance(thing, keras.layers.StringLookup) and thing.invert:  # JAX has no strings
        return np.char.encode(np.array(thing.get_vocabulary())[x])
    found = thing(x)
    found = found.numpy() if hasattr(found, "numpy") else np.asarray(found)
    return found.astype("S") if found.dtype.kind == "O" else found


def same(mine, other):
    assert mine.shape == other.shape
    if mine.dtype.kind == "S":
        np.testing.assert_array_equal(mine, other)
    else:
        np.testing.assert_allclose(mine, other, rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_from_keras_and_home_again(name, tmp_path):
    kind, options = CASES[name]
    layer, (x, dtype) = adapted(keras, kind, options), asked(kind, options)
    path, expected = tmp_path / "m.keras", answer(layer, x)
    keras.Sequential([keras.Input((1,), dtype=dtype), layer]).save(path)
    ours = load_model(path)
    assert list(ours.layers[-1].get_vocabulary()) == list(layer.get_vocabulary())
    same(answer(ours, x), expected)
    ours.save(path)
    same(answer(load_model(path), x), expected)
    theirs = keras.models.load_model(path).layers[-1]
    assert list(theirs.get_vocabulary()) == list(layer.get_vocabulary())
    same(answer(theirs, x), expected)


@pytest.mark.parametrize("name", CASES)
def test_to_keras(name, tmp_path):
    kind, options = CASES[name]
    layer, (x, dtype) = adapted(minidl, kind, options), asked(kind, options)
    minidl.Sequential([minidl.Input((1,), dtype=dtype), layer]).save(tmp_path / "m.keras")
    theirs = keras.models.load_model(tmp_path / "m.keras").layers[-1]
    assert list(theirs.get_vocabulary()) == layer.get_vocabulary()
    same(answer(layer, x), answer(theirs, x))


GIVEN = {
    "large numbers": ("IntegerLookup", {"vocabulary": [3_000_000_000, 5]}),
    "weights": (
        "StringLookup",
        {
            "vocabulary": ["x", "z"],
            "idf_weights": [0.5, 0.25],
            "output_mode": "tf_idf",
            "max_tokens": 6,
            "pad_to_max_tokens": True,
        },
    ),
    "a line break": ("StringLookup", {"vocabulary": ["x", "\n", "z"]}),
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("there, here", [(keras, minidl), (minidl, keras)], ids=["us", "Keras"])
def test_a_vocabulary_that_was_given(there, here, name, tmp_path):
    kind, options = GIVEN[name]
    layer, (x, dtype) = getattr(there.layers, kind)(**options), asked(kind, options)
    there.Sequential([there.Input((1,), dtype=dtype), layer]).save(tmp_path / "m.keras")
    same(answer(here.models.load_model(tmp_path / "m.keras").layers[-1], x), answer(layer, x))


def own(lib):
    """A model of one's own, whose description holds no vocabulary."""

    @lib.saving.register_keras_serializable("vocabularies")
    class Own(lib.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.words = lib.layers.StringLookup(output_mode="one_hot")
            self.many = [adapted_later(lib), lib.layers.Dense(2)]

        def build(self, shape):
            self.many[1].build((None, 3))
            self.built = True

        def call(self, x):
            return self.many[1](self.words(x)), self.many[0](x)

    return Own()


def adapted_later(lib):
    return lib.layers.TextVectorization(
        output_mode="tf_idf", max_tokens=11, pad_to_max_tokens=lib is minidl
    )


@pytest.mark.parametrize("there, here", [(keras, minidl), (minidl, keras)], ids=["us", "Keras"])
def test_layers_that_a_model_makes_itself(there, here, tmp_path):
    model = own(there)
    model.words.adapt(np.array(["a", "b"]))
    model.many[0].adapt(TEXTS)
    model.build((None, 1))
    model.save(tmp_path / "m.keras")
    own(here)
    other = here.models.load_model(tmp_path / "m.keras")
    assert other.words.get_vocabulary() == model.words.get_vocabulary() == ["[UNK]", "b", "a"]
    x = ASKED["TextVectorization"]
    mine, theirs = answer(model.many[0], x), answer(other.many[0], x)
    # Keras fills up what it reads from a file, or makes it as long as its layer says
    width = min(mine.shape[1], theirs.shape[1])
    same(mine[:, :width], theirs[:, :width])
    for a, b in zip(model.many[1].weights, other.many[1].weights, strict=True):
        np.testing.assert_array_equal(a, b)


TABLE = {
    "age": np.array([20.0, 30, 40, 50], "f"),
    "income": np.array([1.0, 2, 3, 9], "f"),
    "town": np.array(["a", "b", "a", "é"]),
    "id": np.array([1, 2, 3, 3]),
    "h": np.array(["p", "q", "", "r"]),
    "twice": np.array([1.0, 2, 3, 4], "f"),
    "own": np.array([7, 7, 2, 0]),
}


def space(lib):
    kinds = lib.utils.FeatureSpace
    own = kinds.feature("int32", lib.layers.IntegerLookup(output_mode="multi_hot"), "float")
    made = kinds(
        {
            "age": "float_normalized",
            "income": kinds.float_discretized(3),
            "town": "string_categorical",
            "id": "integer_categorical",
            "h": "string_hashed",
            "twice": kinds.float_rescaled(2.0),
            "own": own,
        },
        crosses=[("town", "id")],
        crossing_dim=5,
    )
    made.adapt(tf.data.Dataset.from_tensor_slices(TABLE) if lib is keras else TABLE)
    return made


@pytest.mark.parametrize("there, here", [(keras, minidl), (minidl, keras)], ids=["us", "Keras"])
def test_a_feature_space(there, here, tmp_path):
    made = space(there)
    made.save(tmp_path / "space.keras")
    other = here.models.load_model(tmp_path / "space.keras")
    expected = answer(made, TABLE)
    np.testing.assert_allclose(answer(other, TABLE), expected, rtol=1e-5, atol=1e-6)
    other.save(tmp_path / "space.keras")
    again = answer(there.models.load_model(tmp_path / "space.keras"), TABLE)
    np.testing.assert_allclose(again, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("there, here", [(keras, minidl), (minidl, keras)], ids=["us", "Keras"])
def test_idf_weights_in_files_of_weights(there, here, tmp_path):
    models = []
    for lib, texts in ((there, WORDS), (here, WORDS[:5])):
        layer = lib.layers.StringLookup(output_mode="tf_idf", max_tokens=20, pad_to_max_tokens=True)
        layer.adapt(texts)
        models.append(lib.Sequential([lib.Input((1,), dtype="string"), layer, lib.layers.Dense(1)]))
    models[0].save_weights(tmp_path / "m.weights.h5")
    before = answer(models[1].layers[-2], ASKED["StringLookup"])[0]
    models[1].load_weights(tmp_path / "m.weights.h5")
    expected = np.log(1 + 7 / (1 + 1))  # of a word that is in one of seven samples
    after = answer(models[1].layers[-2], ASKED["StringLookup"])[0]
    assert before.max() == pytest.approx(np.log(1 + 5 / 2)) and after.max() == pytest.approx(
        expected
    )


@pytest.mark.parametrize("there, here", [(keras, minidl), (minidl, keras)], ids=["us", "Keras"])
def test_discretization_and_normalization(there, here, tmp_path):
    data = np.random.default_rng(1).normal(size=(50, 3)).astype("f")
    for make in (
        lambda layers: layers.Discretization(num_bins=4),
        lambda layers: layers.Discretization(num_bins=4, output_mode="multi_hot"),
        lambda layers: layers.Normalization(),
        lambda layers: layers.Normalization(axis=None),
        lambda layers: layers.Normalization(invert=True),
    ):
        layer = make(there.layers)
        layer.adapt(data)
        model = there.Sequential([there.Input((3,)), layer])
        model.save(tmp_path / "m.keras")
        other = here.models.load_model(tmp_path / "m.keras")
        np.testing.assert_allclose(answer(other, data), answer(model, data), rtol=1e-5, atol=1e-6)


# --- the stored file


def nested():
    """A model whose vocabularies lie in three depths."""
    words = adapted(keras, "StringLookup", {"output_mode": "one_hot", "num_oov_indices": 2})
    options = {"output_mode": "tf_idf", "max_tokens": 12, "pad_to_max_tokens": True}
    texts = adapted(keras, "TextVectorization", options)
    a, b = keras.Input((1,), dtype="string"), keras.Input((1,), dtype="int64")
    inner = keras.Sequential([b, adapted(keras, "IntegerLookup", {"mask_token": 7})])
    middle = keras.Model([a, b], [texts(a), inner(b)])
    return keras.Model([a, b], [words(a), *middle([a, b])])


def write():
    """Write the stored files anew. To run this file does it, with tests on the path."""
    model, columns = nested(), space(keras)
    rows = {name: values.tolist() for name, values in TABLE.items()}
    for name, made, found in (
        ("vocabularies", model, answers(model)),
        ("space", columns, {"table": rows, "rows": answer(columns, TABLE).tolist()}),
    ):
        path = STORED / "keras_3.15" / f"{name}.keras"
        made.save(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:  # the same, but smaller
            for member, data in parts.items():
                archive.writestr(member, data)
        text = json.dumps(found, ensure_ascii=False) + "\n"
        path.with_suffix(".json").write_text(text, encoding="utf-8")


def answers(model):
    """The rows that each layer of Keras gives for the strings and numbers asked."""
    words, texts, ids = model.layers[-2], *model.layers[-1].layers[-2:]
    rows = [
        answer(layer, ASKED[kind])
        for layer, kind in (
            *[(words, "StringLookup"), (texts, "TextVectorization")],
            (ids.layers[-1], "IntegerLookup"),
        )
    ]
    return [np.asarray(row).tolist() for row in rows]


def test_the_stored_file_is_keras_s():
    """tests/models/test_keras_vocabularies.py reads it."""
    folder, made = STORED / "keras_3.15", nested()
    rows = json.loads((folder / "space.json").read_text(encoding="utf-8"))["rows"]
    np.testing.assert_allclose(answer(space(keras), TABLE), rows, rtol=1e-6)
    kept = json.loads((folder / "vocabularies.json").read_text(encoding="utf-8"))
    for a, b in zip(answers(made), kept, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    with zipfile.ZipFile(folder / "vocabularies.keras") as archive:
        assert sum(name.startswith("assets/") for name in archive.namelist()) == 4
        with h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as file:
            weights = file["layers/functional/layers/text_vectorization/vars/idf_weights"]
            assert weights.shape == (12,)


if __name__ == "__main__":
    write()
