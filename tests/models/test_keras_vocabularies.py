"""Vocabularies in '.keras' files: those that Keras wrote, those of models of one's own, and hostile
ones. (With Keras beside: tests/parity/test_keras_vocabularies.py.)
"""

import io
import json
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest
from places import STORED

import minidl
from minidl import Input, SaveFormatError, Sequential, layers
from minidl.models import load_model

FOLDER = STORED / "keras_3.15"
WORDS = np.array([["x"], ["z"], ["?"], [""], ["é한"]])
IDS = np.array([[5], [0], [8], [3_000_000_000], [-4]])
TEXTS = np.array([["the cat?"], ["zebra sat sat É"]])
INSIDE = "layers/functional/layers/"
PLACES = {
    "words": "assets/layers/string_lookup/vocabulary.txt",
    "texts": f"assets/{INSIDE}text_vectorization/vocabulary.txt",
    "texts again": f"assets/{INSIDE}text_vectorization/_lookup_layer/vocabulary.txt",
    "ids": f"assets/{INSIDE}sequential/layers/integer_lookup/vocabulary.txt",
}


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(path, **changes):
    """The stored file with other contents under the names of PLACES, or under any other name; None
    takes a member away.
    """
    parts = parts_of(FOLDER / "vocabularies.keras")
    parts |= {PLACES.get(name, name): data for name, data in changes.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(name, data)
    return path


def agrees_with_keras(model):
    """Each layer gives the rows that Keras recorded."""
    words, middle = model.layers[-2:]
    texts, ids = middle.layers[-2:]
    kept = json.loads((FOLDER / "vocabularies.json").read_text(encoding="utf-8"))
    asked = {"words": (words, WORDS), "texts": (texts, TEXTS), "ids": (ids, IDS)}
    for (name, (layer, x)), expected in zip(asked.items(), kept, strict=True):
        np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-6, err_msg=name)
    return words, texts, ids.layers[-1]


def test_what_keras_learned_comes_with_the_file(tmp_path, monkeypatch):
    model = load_model(FOLDER / "vocabularies.keras")
    words, texts, ids = agrees_with_keras(model)
    for few in (0, 1 << 16):  # a file as long as that is believed
        monkeypatch.setattr("minidl.models.keras_vocabularies._FEW", few)
        agrees_with_keras(load_model(FOLDER / "vocabularies.keras"))
    assert words.get_vocabulary() == ["[UNK]", "[UNK]", "y", "é한", "z", "x", "q r", ""]
    assert texts.get_vocabulary()[:4] == ["[UNK]", "the", "dog", "cat"]
    assert ids.get_vocabulary() == [7, -1, 3_000_000_000, 5, 0, -4]
    first, second, third = model.predict([WORDS, IDS], verbose=0)
    assert first.shape == (5, 8) and second.shape == (5, 12) and third.shape == (5, 1)
    for ending in ("keras", "npz", "h5"):
        model.save(tmp_path / f"m.{ending}")
        agrees_with_keras(load_model(tmp_path / f"m.{ending}"))
    ids.adapt([4] * 9)
    assert ids.get_vocabulary() == [7, -1, 4], "it was learned, not given"


def test_a_feature_space_of_keras(tmp_path):
    space = load_model(FOLDER / "space.keras")
    kept = json.loads((FOLDER / "space.json").read_text(encoding="utf-8"))
    table = {name: np.array(values) for name, values in kept["table"].items()}
    np.testing.assert_allclose(space(table), kept["rows"], rtol=1e-5, atol=1e-6)
    space.save(tmp_path / "space.keras")
    np.testing.assert_array_equal(load_model(tmp_path / "space.keras")(table), space(table))
    ours, theirs = (
        json.loads(parts_of(folder / "space.keras")["config.json"]) for folder in (tmp_path, FOLDER)
    )
    assert (ours["module"], ours["class_name"]) == (theirs["module"], theirs["class_name"])
    assert ours["build_config"].keys() == theirs["build_config"].keys()
    for mine, other in zip(
        [*ours["config"]["features"].values(), *ours["config"]["crosses"]],
        [*theirs["config"]["features"].values(), *theirs["config"]["crosses"]],
        strict=True,
    ):
        for key in ("module", "class_name", "registered_name"):
            assert mine[key] == other[key]


def test_what_keras_itself_cannot_read(tmp_path):
    """An empty token at the end, a sign that Python takes for the end of a line, the lines of
    Windows; in Keras idf_weights filled up to max_tokens, as in the stored file.
    """
    odd = "[UNK]\n[UNK]\ny\n\x85\nz\u2028\nx\nq r\n"
    words = load_model(changed(tmp_path / "m.keras", words=odd)).layers[-2]
    assert words.get_vocabulary()[2:] == ["y", "\x85", "z\u2028", "x", "q r", ""]
    lines = parts_of(FOLDER / "vocabularies.keras")[PLACES["ids"]].replace(b"\n", b"\r\n")
    agrees_with_keras(load_model(changed(tmp_path / "m.keras", ids=lines)))


@pytest.mark.parametrize("missing", ["texts", "texts again"])
def test_one_of_the_two_files_of_a_text_vectorization_is_enough(missing, tmp_path):
    agrees_with_keras(load_model(changed(tmp_path / "m.keras", **{missing: None})))


FAULTS = {
    "no file": ({"words": None}, "it lacks 'assets/layers/string_lookup/vocabulary.txt', the voc"),
    "no folder": (dict.fromkeys(PLACES), "it lacks 'assets/layers/string_lookup/vocabulary.txt'"),
    "twice": ({"words": "[UNK]\n[UNK]\na\nb\na\nc\nd\ne"}, "received 'a' more than once"),
    "too few": ({"words": "[UNK]\n[UNK]\na"}, "tells of 8 tokens, .* has 3 lines"),
    "a line break": ({"words": "[UNK]\n[UNK]\ny\n\n\n\nz\nx\nq"}, "tells of 8 tokens, .* has 9"),
    "nothing": ({"words": ""}, r"begins with \[''\]"),
    "other special tokens": ({"ids": "0\n-1\n1\n2\n3\n4"}, r"special tokens \[7, -1\].*'0', '-1'"),
    "no numbers": ({"ids": "7\n-1\n1\n2\nx\n4"}, "lines that are no whole numbers"),
    "the mask inside": ({"ids": "7\n-1\n1\n2\n7\n4"}, "7 is a special token"),
    "no UTF-8": ({"words": b"[UNK]\n[UNK]\n\xff"}, "and byte 12 of the file is not"),
    "zeros": ({"words": bytes(30)}, "begins with"),
    "too many tokens": (
        {"texts again": "[UNK]\n" + "\n".join(map(str, range(12)))},
        "the vocabulary has 13, and max_tokens is 12",
    ),
    "another file": ({"assets/layers/dense/x.txt": "a"}, "'assets/layers/dense/x.txt', and no lay"),
    "a way out": ({"assets/../../up.txt": "a"}, r"'assets/\.\./\.\./up.txt', and no layer"),
    "a root": ({"assets//etc/passwd": "a"}, "'assets//etc/passwd', and no layer"),
    "for a layer without": ({"assets/layers/functional/vocabulary.txt": "a"}, "and no layer"),
    "huge": ({"assets/x": bytes(30_000_000)}, "'assets/' declares 30,000,126 bytes"),
    "huge together": ({f"assets/{i}": bytes(3_000_000) for i in range(9)}, "'assets/' declares 27"),
}


@pytest.mark.parametrize("title", FAULTS)
def test_a_file_with_a_fault_is_refused(title, tmp_path, monkeypatch):
    changes, words = FAULTS[title]
    path = changed(tmp_path / "m.keras", **changes)
    monkeypatch.chdir(tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(SaveFormatError, match=rf"m\.keras cannot be loaded: .*(?:{words})"):
            load_model(path)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()
    assert list(tmp_path.iterdir()) == [path], "nothing was unpacked"


@pytest.mark.parametrize("size", [9, 10**5, 10**9, 10**12, -1, 1.5, True, [8]])
def test_a_description_that_lies_about_the_size(size, tmp_path):
    config = parts_of(FOLDER / "vocabularies.keras")["config.json"].decode()
    assert config.count('"vocabulary_size": 8') == 1
    lie = config.replace('"vocabulary_size": 8', f'"vocabulary_size": {json.dumps(size)}')
    tracemalloc.start()
    try:
        with pytest.raises(SaveFormatError, match=r"m\.keras"):
            load_model(changed(tmp_path / "m.keras", **{"config.json": lie}))
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("weights", [None, np.ones(3, "f"), np.ones((9, 2), "f"), np.ones(0, "f")])
def test_weights_that_do_not_fit(weights, tmp_path):
    file = io.BytesIO(parts_of(FOLDER / "vocabularies.keras")["model.weights.h5"])
    with h5py.File(file, "r+") as h5:
        for place in ("", "_lookup_layer/"):
            group = h5[f"{INSIDE}text_vectorization/{place}vars"]
            del group["idf_weights"]
            if weights is not None:
                group["idf_weights"] = weights
    path = changed(tmp_path / "m.keras", **{"model.weights.h5": file.getvalue()})
    with pytest.raises(SaveFormatError, match=r"idf_weights holds a number for each of the 10 tok"):
        load_model(path)


# --- vocabularies that no description holds


def idf_in(path, place):
    file = io.BytesIO(parts_of(path)["model.weights.h5"])
    with h5py.File(file, "r") as h5:
        return h5[f"{place}text_vectorization/vars/idf_weights"][()]


@minidl.saving.register_keras_serializable("vocabularies")
class Own(minidl.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.words = layers.StringLookup(output_mode="one_hot")
        self.many = [
            layers.TextVectorization(output_mode="tf_idf", max_tokens=9, pad_to_max_tokens=True),
            layers.Dense(2),
        ]

    def build(self, shape):
        self.many[1].build((None, 3))

    def call(self, x):
        return self.many[1](self.words(x)) + self.many[0](x)[:, :2]


def own(words=("a", "b")):
    model = Own()
    model.words.adapt(np.array(words))
    model.many[0].adapt(["a b", "b c"])
    return model


def test_layers_that_a_model_makes_itself(tmp_path):
    model, x = own(), np.array([["a"], ["b c q"]])
    expected = model(x).numpy()
    model.save(tmp_path / "m.keras")
    found = {k: v.decode() for k, v in parts_of(tmp_path / "m.keras").items() if "assets" in k}
    assert found == {
        "assets/layers/string_lookup/vocabulary.txt": "[UNK]\nb\na",
        "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt": "[UNK]\nb\nc\na",
        "assets/layers/text_vectorization/vocabulary.txt": "[UNK]\nb\nc\na",
    }
    np.testing.assert_array_equal(load_model(tmp_path / "m.keras")(x), expected)
    # Keras takes as many as there are lines; in a description, as many as there are columns
    assert idf_in(tmp_path / "m.keras", "layers/").shape == (4,)
    Sequential([Input((1,), dtype="string"), model.many[0]]).save(tmp_path / "m.keras")
    np.testing.assert_allclose(
        idf_in(tmp_path / "m.keras", "layers/"), [*model.many[0].lookup.idf, 0, 0, 0, 0, 0]
    )


def test_a_token_that_is_no_line(tmp_path):
    """In a description it is as good as any other."""
    with pytest.raises(ValueError, match=r"StringLookup '.*the token 'a\\nb' cannot stand on a li"):
        model = own(["x", "a\nb"])
        model(np.array([["x"]]))
        model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="the token '' cannot stand on a line"):
        model = own(["x", "x", ""])
        model(np.array([["x"]]))
        model.save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())
    layer = layers.StringLookup()
    layer.adapt(["x", "a\nb", ""])
    Sequential([Input((1,), dtype="string"), layer]).save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras").layers[-1]
    assert again.get_vocabulary() == layer.get_vocabulary() == ["[UNK]", "x", "a\nb", ""]


def test_idf_weights_in_a_file_of_weights(tmp_path):
    def counted(texts, **options):
        layer = layers.StringLookup(output_mode="tf_idf", **options)
        layer.adapt(texts)
        return Sequential([Input((1,), dtype="string"), layer, layers.Dense(2)])

    first, second = counted(["a", "b", "b"]), counted(["a", "b"])
    path = tmp_path / "m.weights.h5"
    first.save_weights(path)
    second.load_weights(path)
    expected = np.log(1 + 3 / np.array([3, 2]))  # b in two of three, a in one
    np.testing.assert_allclose(second.layers[-2].idf[1:], expected, rtol=1e-6)
    other = counted(["a", "b", "c"], max_tokens=9, pad_to_max_tokens=True)
    with pytest.raises(SaveFormatError, match=r"has shape|has 4 idf_weights.*shape \(3,\)"):
        other.load_weights(path)
    third = counted(["a", "b", "c", "d"], max_tokens=4)
    before = third.layers[-2].idf.copy()
    with pytest.raises(SaveFormatError, match=r"weight 'kernel'|idf_weights"):
        third.load_weights(path)
    third.load_weights(path, skip_mismatch=True)
    np.testing.assert_array_equal(third.layers[-2].idf, before)


def test_a_layer_that_has_learned_nothing(tmp_path):
    config = json.loads(parts_of(FOLDER / "vocabularies.keras")["config.json"])
    entry = next(e for e in config["config"]["layers"] if e["class_name"] == "StringLookup")
    entry["config"]["vocabulary_size"] = 2
    path = changed(
        tmp_path / "m.keras", words="[UNK]\n[UNK]", **{"config.json": json.dumps(config)}
    )
    with pytest.raises(SaveFormatError, match="has no vocabulary yet: call adapt"):
        load_model(path)


def test_strings_come_out_of_a_model(tmp_path):
    layer = layers.StringLookup(vocabulary=["a", "b"], invert=True)
    Sequential([Input((2,), dtype="int64"), layer]).save(tmp_path / "m.keras")
    found = load_model(tmp_path / "m.keras").predict(np.array([[2, 0], [1, 1]]), verbose=0)
    assert found.tolist() == [["b", "[UNK]"], ["a", "a"]]


def test_large_numbers_are_numbers_for_keras(tmp_path):
    layer = layers.IntegerLookup(vocabulary=[3_000_000_000, 5])
    Sequential([Input((1,), dtype="int64"), layer]).save(tmp_path / "m.keras")
    config = json.loads(parts_of(tmp_path / "m.keras")["config.json"])
    assert config["config"]["layers"][1]["config"]["vocabulary"] == [-1, 3_000_000_000, 5]
    again = load_model(tmp_path / "m.keras").layers[-1]
    assert again.get_vocabulary() == [-1, 3_000_000_000, 5]
