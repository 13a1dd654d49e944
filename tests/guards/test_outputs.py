"""A model that ends in the same activation twice, which trains badly without an error."""

import warnings

import numpy as np
import pytest

from minidl import Input, Model, Sequential, layers

X, Y = np.linspace(0, 1, 12).reshape(4, 3), np.array([0, 1, 1, 0])


def functional():
    x = Input((3,))
    y = layers.Dense(2, activation="softmax")(x)
    return Model(x, layers.Softmax()(y))


@pytest.mark.parametrize(
    ("network", "kind"),
    [
        ([layers.Dense(2), layers.Softmax(), layers.Softmax()], "softmax"),
        ([layers.Dense(2, activation="softmax"), layers.Activation("softmax")], "softmax"),
        ([layers.Dense(1, activation="sigmoid"), layers.Activation("sigmoid")], "sigmoid"),
        ([layers.Dense(2, activation="softmax")], None),
        ([layers.Dense(2, activation="sigmoid"), layers.Softmax()], None),
        (
            [layers.Dense(2), layers.Softmax(), layers.Dense(2), layers.Softmax()],
            None,
        ),
        (functional, "softmax"),
    ],
)
def test_softmax_twice_is_said_once(network, kind):
    model = Sequential(network) if isinstance(network, list) else network()
    loss = "binary_crossentropy" if kind == "sigmoid" else "sparse_categorical_crossentropy"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.compile("sgd", loss)
        for _ in range(2):
            model.fit(X, Y, batch_size=2, epochs=2, verbose=0)
            model.evaluate(X, Y, verbose=0)
    assert len(said) == (kind is not None)
    if kind:
        assert f"ends in {kind} twice" in str(said[0].message)
        assert "Leave one of them out" in str(said[0].message)
