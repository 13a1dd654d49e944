"""Input, and layers on symbols."""

import numpy as np
import pytest

from minidl import Input, Model, Sequential, layers, no_grad
from minidl.layers import Activation, Dense, Dropout, Flatten, LeakyReLU, ReLU, Reshape, Softmax

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


# --- symbols: the functional API
# -------------------------------------------------------------------------------------


def test_layers_on_symbols_tell_their_shapes():
    x = Input(shape=(4, 6))
    for layer, shape in (
        (Flatten(), (None, 24)),
        (Dense(5), (None, 4, 5)),
        (Reshape((8, -1)), (None, 8, 3)),
        (Dropout(0.5), (None, 4, 6)),
        (Activation("relu"), (None, 4, 6)),
        (Softmax(axis=1), (None, 4, 6)),
        (ReLU(), (None, 4, 6)),
        (LeakyReLU(), (None, 4, 6)),
    ):
        assert layer(x).shape == shape == layer.output_shape
        real = RNG.normal(size=(2, 4, 6))
        np.testing.assert_array_equal(Model(x, layer.output)(real).numpy(), layer(real).numpy())


def test_the_training_flag_stays_live_in_a_functional_model():
    x = Input(shape=(50,))
    model = Model(x, Dropout(0.5)(x))
    ones = np.ones((20, 50))
    assert (model(ones).numpy() == 1).all()
    assert 0.3 < (model(ones, training=True).numpy() == 0).mean() < 0.7
    always = Model(x, Dropout(0.5)(x, training=True))
    assert (always(ones).numpy() == 0).any() and (always(ones, training=False).numpy() == 0).any()


def test_input_declares_one_sample():
    assert Input(shape=(28, 28)).shape == (None, 28, 28)
    assert Input((5,), batch_size=4).shape == (4, 5) and Input(batch_shape=(2, 3)).shape == (2, 3)
    assert Input(shape=7).shape == (None, 7) and Input(shape=(7,), name="pixels").name == "pixels"
    with pytest.raises(
        ValueError, match=r"Input needs the shape of one sample: Input\(shape=\(784,\)\)"
    ):
        Input()
    for shape in ((0,), (-1, 3), (2.5,)):
        with pytest.raises(
            ValueError, match="sizes of one sample, without the batch axis; received"
        ):
            Input(shape=shape)


@pytest.mark.parametrize(
    "first",
    [
        lambda: Dense(2, input_shape=(3,)),
        lambda: Dense(2, input_dim=3),
        lambda: layers.Input((3,)),
        lambda: layers.InputLayer(input_shape=(3,)),
        lambda: layers.InputLayer(shape=(3,)),
    ],
)
def test_a_declared_input_builds_at_once(first):
    model = Sequential([first(), Dense(1)])
    assert model.built and model.weights[0].shape[0] == 3 and model.input.shape == (None, 3)


def test_layers_work_without_a_tape():
    with no_grad():
        y = Sequential([Dense(3), Dropout(0.5), Dense(1)])(X, training=True)
    assert not y.requires_grad


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Input needs the shape of one sample"),
        (dict(shape=(2,), sparse=True), "sparse and ragged data and fixed tensors"),
        (dict(shape=(2,), ragged=True), "sparse and ragged data and fixed tensors"),
        (dict(shape=(2,), tensor=np.ones(2)), "sparse and ragged data and fixed tensors"),
        (dict(batch_shape=()), r"batch_shape is a tuple.*received \(\)"),
        (dict(batch_shape=7), "batch_shape is a tuple.*received 7"),
    ],
)
def test_inputs_that_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        layers.InputLayer(**options)


def test_what_an_input_is():
    layer = layers.InputLayer((3, None), batch_size=2, dtype="int32", name="ids")
    assert layer.output.shape == layer.output_shape == (2, 3, None) and layer.built
    assert layer.input is layer.output and layer.output.dtype == np.int32
    expected = {"batch_shape": [2, 3, None], "dtype": "int32", "name": "ids"}
    assert layer.get_config() == expected
    words = layers.InputLayer((1,), dtype="string")
    assert words.takes_texts and words.get_config()["dtype"] == "string" and not layer.takes_texts
    assert layers.InputLayer(batch_shape=[None, 3]).batch_shape == (None, 3)
    for dtype in ("no such", "complex64", "datetime64[D]"):
        with pytest.raises(ValueError, match=f"dtype is that of numbers.*received '{dtype[:5]}"):
            Input((3,), dtype=dtype)
