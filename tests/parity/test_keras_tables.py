"""FeatureSpace, HashedCrossing and Pipeline against Keras's, which compute with TensorFlow here, and
ReversibleEmbedding.
"""

import keras
import numpy as np
import pytest

import minidl

RNG = np.random.default_rng(0)
N = 100
TABLE = {
    "age": RNG.integers(20, 80, N),
    "sex": RNG.integers(0, 2, N),
    "thal": RNG.choice(["fixed", "normal", "reversible", ""], N),
    "chol": RNG.normal(size=N) * 10 + 3,
    "peak": RNG.random(N).astype("f"),
    "ca": RNG.integers(-3, 4, N),
    "word": RNG.choice(["a", "b", "cd", "한국"], N),
    "raw": RNG.integers(0, 9, N),
    "bins": RNG.normal(size=N),
}


def space(library, mode, **options):
    kinds = library.utils.FeatureSpace
    return kinds(
        {
            "age": kinds.float_discretized(num_bins=10),
            "sex": kinds.integer_categorical(num_oov_indices=0),
            "thal": "string_categorical",
            "chol": "float_normalized",
            "peak": kinds.float_rescaled(scale=2.0, offset=1.0),
            "ca": kinds.integer_hashed(num_bins=3),
            "word": kinds.string_hashed(num_bins=4, output_mode="one_hot"),
            "raw": "float",
            "bins": kinds.float_discretized(5, output_mode="int" if mode == "dict" else "one_hot"),
        },
        crosses=[
            kinds.cross(("sex", "age"), crossing_dim=8),
            ("thal", "ca"),
        ],
        crossing_dim=5,
        output_mode=mode,
        **options,
    )


@pytest.mark.parametrize("batch", [None, 16])
@pytest.mark.parametrize("mode", ["concat", "dict"])
def test_feature_space(mode, batch):
    tf = pytest.importorskip("tensorflow")
    found = []
    for library, Dataset in ((minidl, minidl.data.Dataset), (keras, tf.data.Dataset)):
        data = Dataset.from_tensor_slices(TABLE)
        made = space(library, mode)
        made.adapt(data if batch is None else data.batch(batch))
        for element in data.batch(7).take(1):
            first = made(element)
        one = made({name: values[0].item() for name, values in TABLE.items()})
        symbols = made.get_encoded_features()
        found.append((first, one, symbols, list(made.get_inputs()), made.get_config()))
    ours, theirs = found
    for mine, other in zip(ours[:2], theirs[:2]):
        if mode == "concat":
            mine, other = {"all": mine}, {"all": other}
        assert list(mine) == list(other)
        for name in mine:
            expected = np.asarray(other[name])
            np.testing.assert_allclose(mine[name], expected, rtol=1e-5, atol=1e-6, err_msg=name)
            assert mine[name].shape == expected.shape, name
            assert mine[name].dtype.kind == expected.dtype.kind, name
    shapes = [keras.tree.map_structure(lambda s: s.shape, made[2]) for made in found]
    assert shapes[0] == shapes[1] and ours[3] == theirs[3]
    assert {*ours[4]} - {*theirs[4]} == {"name"} and not {*theirs[4]} - {*ours[4]}


@pytest.mark.parametrize("bins", [1, 2, 1000])
@pytest.mark.parametrize("mode", ["int", "one_hot"])
@pytest.mark.parametrize("shape", [(), (50,), (50, 1)], ids=str)
def test_hashed_crossing(bins, mode, shape, rng):
    pytest.importorskip("tensorflow")
    ours, theirs = (f.layers.HashedCrossing(bins, mode) for f in (minidl, keras))
    words = ["", "a", "a longer word than eight letters", "한국"]
    columns = [np.array(rng.choice(words, shape)), np.array(rng.integers(-(2**40), 2**40, shape))]
    for given in (columns, columns[::-1], [*columns, columns[1]], columns[1:] * 2):
        mine, other = ours(given), np.asarray(theirs(given))
        np.testing.assert_array_equal(mine, other)
        assert mine.shape == other.shape
    assert {*theirs.get_config()} <= {*ours.get_config()}


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("cap", [None, 1.5])
def test_reversible_embedding(tied, cap, rng):
    options = dict(tie_weights=tied, logit_soft_cap=cap, mask_zero=True)
    ours, theirs = (f.layers.ReversibleEmbedding(6, 3, **options) for f in (minidl, keras))
    words, x = np.array([[1, 0, 5]]), rng.normal(size=(2, 4, 3)).astype("float32")
    ours(words), theirs(words)
    assert [(w.name, tuple(w.shape)) for w in ours.weights] == [
        (w.name, tuple(w.shape)) for w in theirs.weights
    ]
    values = [rng.normal(size=w.shape).astype("float32") for w in ours.weights]
    ours.set_weights(values), theirs.set_weights(values)
    np.testing.assert_array_equal(ours(words), np.asarray(theirs(words)))
    scores = np.asarray(theirs(x, reverse=True))
    np.testing.assert_allclose(ours(x, reverse=True), scores, rtol=1e-5, atol=1e-6)
    missing = {*theirs.get_config()} - {*ours.get_config()}
    assert missing <= {"quantization_config", "activity_regularizer"}


def test_pipeline(rng):
    x = rng.normal(size=(3, 4, 5, 1)).astype("float32")
    rows = [
        f.layers.Pipeline([f.layers.Rescaling(2.0, 1.0), f.layers.CenterCrop(2, 3)])
        for f in (minidl, keras)
    ]
    ours, theirs = (np.asarray(row(x)) for row in rows)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert [*rows[0].get_config()] == [*rows[1].get_config()]
