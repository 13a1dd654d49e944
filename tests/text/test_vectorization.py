"""Models that begin with strings."""

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, layers
from minidl.layers import Dense, Embedding, Flatten, StringLookup, TextVectorization

# --- models that begin with strings

TEXTS = np.array(["a b", "c d", "a", "b"])
LABELS = np.array([0.0, 1.0, 0.0, 1.0])


def vectorization(**settings):
    return TextVectorization(vocabulary=["a", "b", "c"], **settings)


def _stack():
    return Sequential(
        [vectorization(output_sequence_length=4), Embedding(5, 2), Flatten(), Dense(1)]
    )


def _functional():
    texts = Input((1,), dtype="string")
    x = layers.GlobalAveragePooling1D()(Embedding(5, 2)(vectorization()(texts)))
    return Model(texts, Dense(1)(x))


def _lookup():
    return Sequential(
        [
            Input((1,), dtype=str),
            StringLookup(vocabulary=["a b", "b"], output_mode="multi_hot"),
            Dense(1),
        ]
    )


def _hashing():
    return Sequential([layers.Hashing(5, output_mode="one_hot"), Dense(1)])


@pytest.mark.parametrize("make", [_stack, _functional, _lookup, _hashing])
@pytest.mark.parametrize(
    "kind", [np.asarray, list, lambda t: t.astype(object), lambda t: t[:, None]]
)
def test_models_that_begin_with_strings(make, kind, tmp_path):
    model, x = make(), kind(TEXTS)
    model.compile("sgd", "mse")
    history = model.fit(x, LABELS, batch_size=2, verbose=0, validation_data=(x, LABELS)).history
    assert set(history) == {"loss", "val_loss"} and np.isfinite(history["val_loss"][0])
    model.evaluate(x, LABELS, verbose=0)
    expected = model.predict(x, verbose=0)
    assert expected.shape == (4, 1)
    for ending in ("npz", "keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        again = minidl.models.load_model(tmp_path / f"m.{ending}")
        np.testing.assert_allclose(again.predict(x, verbose=0), expected, rtol=1e-6)


def test_strings_beside_numbers_and_from_a_generator():
    texts, numbers = Input((1,), dtype="string", name="t"), Input((2,), name="n")
    words = layers.GlobalAveragePooling1D()(Embedding(5, 2)(vectorization()(texts)))
    model = Model([texts, numbers], Dense(1)(layers.Concatenate()([words, numbers])))
    model.compile("sgd", "mse")
    data = {"t": TEXTS, "n": np.ones((4, 2), "float32")}
    model.fit(data, LABELS, verbose=0)

    def batches():
        while True:
            yield data, LABELS

    model.fit(batches(), steps_per_epoch=2, verbose=0)
    assert model.predict([TEXTS, data["n"]], verbose=0).shape == (4, 1)
