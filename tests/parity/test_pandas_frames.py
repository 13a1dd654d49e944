"""Data frames as tutorials on tables pass them: frames, series, dicts of columns."""

import numpy as np
import pandas as pd
import pytest

from minidl import Input, Model, Sequential, layers

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {"size": RNG.normal(size=50), "rooms": RNG.integers(1, 5, 50), "new": RNG.random(50) < 0.5}
)
PRICE = pd.Series(RNG.normal(size=50), name="price")


def network(units=1, activation=None, loss="mse"):
    model = Sequential(
        [layers.Dense(4, activation="relu"), layers.Dense(units, activation=activation)]
    )
    model.compile("adam", loss)
    return model


def test_a_frame_trains_as_its_numbers_do():
    a, b = network(), network()
    a(FRAME.to_numpy(dtype="float64")[:1])
    b(FRAME.to_numpy(dtype="float64")[:1])
    b.set_weights(a.get_weights())
    options = {"epochs": 2, "shuffle": False, "validation_split": 0.2, "verbose": 0}
    framed = a.fit(FRAME, PRICE, **options).history
    assert framed == b.fit(FRAME.to_numpy(dtype="float64"), PRICE.to_numpy(), **options).history
    assert a.predict(FRAME, verbose=0).shape == (50, 1) and len(pd.DataFrame(framed)) == 2
    assert a.evaluate(FRAME, PRICE, verbose=0) == pytest.approx(
        b.evaluate(FRAME.to_numpy(dtype="float64"), PRICE.to_numpy(), verbose=0)
    )


def test_columns_by_name_are_the_inputs_of_that_name():
    inputs = {name: Input((1,), name=name) for name in ("size", "rooms")}
    model = Model(inputs, layers.Dense(1)(layers.concatenate(list(inputs.values()))))
    model.compile("sgd", "mse")
    model.fit(dict(FRAME[["rooms", "size"]]), PRICE, verbose=0)
    kernel, bias = model.get_weights()
    expected = FRAME[["size", "rooms"]].to_numpy(dtype="float32") @ kernel + bias
    np.testing.assert_allclose(
        model.predict(dict(FRAME[["rooms", "size"]]), verbose=0), expected, rtol=1e-5
    )


def test_normalization_adapts_to_a_frame():
    layer = layers.Normalization()
    layer.adapt(FRAME[["size", "rooms"]])
    np.testing.assert_allclose(np.ravel(layer.mean), FRAME[["size", "rooms"]].mean(), rtol=1e-5)
    np.testing.assert_allclose(
        np.ravel(layer.variance), FRAME[["size", "rooms"]].var(ddof=0), rtol=1e-5
    )


def test_categories_and_text():
    kind = pd.Series(["flat", "house"] * 25)
    model = network(2, "softmax", "sparse_categorical_crossentropy")
    model.fit(FRAME, kind.astype("category").cat.codes, verbose=0)
    for x, y, said in (
        (FRAME, kind, "y: .*return_inverse=True"),
        (FRAME.assign(kind=kind), PRICE, "x is a data frame whose columns 'kind' hold text"),
    ):
        with pytest.raises(TypeError, match=said):
            network().fit(x, y, verbose=0)
