"""Recurrent layers: the op over a whole sequence against the walk of its cell; cells of one's own;
states that are given, returned and kept; both directions.
"""

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, layers

EACH = ("SimpleRNN", "LSTM", "GRU")
each_layer = pytest.mark.parametrize("name", EACH)


def test_what_a_layer_refuses():
    with pytest.raises(ValueError, match=r"LSTM.*InputSpec\(ndim=3\).*received shape \(4, 3\)"):
        layers.LSTM(2)(np.ones((4, 3), "float32"))
    with pytest.raises(ValueError, match=r"one step at least; received shape \(4, 0, 3\)"):
        layers.GRU(2)(np.ones((4, 0, 3), "float32"))
    with pytest.raises(ValueError, match="LSTMCell: units"):
        layers.LSTM(0)
    with pytest.raises(ValueError, match="SimpleRNNCell: dropout"):
        layers.SimpleRNN(2, dropout=1.5)
    with pytest.raises(TypeError, match="does not know the argument 'unit'"):
        layers.GRU(2, unit=3)
    lstm = layers.LSTM(2)
    with pytest.raises(ValueError, match=r"states of the shapes \[\(4, 2\), \(4, 2\)\]; received"):
        lstm(np.ones((4, 3, 1), "float32"), initial_state=[np.zeros((4, 2))])


@each_layer
def test_what_the_layer_says_of_its_cell(name):
    layer = getattr(layers, name)(2, trainable=False, dtype="float64", zero_output_for_mask=True)
    layer.build((None, 3, 4))
    assert layer.trainable_weights == [] and not layer.cell.trainable
    assert layer.cell.name == f"{name.lower()}_cell" and layer.cell.dtype == "float64"
    config = layer.get_config()
    assert config["zero_output_for_mask"] and "use_cudnn" not in config
    assert type(layer).from_config(config).zero_output_for_mask
    assert not getattr(layers, name)(2).get_config()["zero_output_for_mask"]


@each_layer
@pytest.mark.parametrize("dtype", [bool, int, "uint8"])
def test_steps_of_whole_numbers(name, dtype):
    """One-hot letters as booleans, or a list of whole numbers, give what the same floats give."""
    layer = getattr(layers, name)(3)
    x = np.array([[[1, 0], [0, 1], [1, 1]]])
    expected = layer(x.astype("float32")).numpy()
    found = layer(x.astype(dtype)).numpy()
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32


def test_an_encoder_and_a_decoder():
    """States as symbols: a functional model in which one layer begins where another ends."""
    read, written = Input((None, 3)), Input((None, 2))
    _, h, c = layers.LSTM(4, return_state=True)(read)
    y = layers.LSTM(4, return_sequences=True)(written, initial_state=[h, c])
    model = Model([read, written], layers.Dense(1)(y))
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(6, 5, 3)), rng.normal(size=(6, 7, 2))]
    assert model.output_shape == (None, None, 1) and model.predict(x, verbose=0).shape == (6, 7, 1)
    model.compile(minidl.optimizers.Adam(0.01), "mse")
    history = model.fit(x, np.ones((6, 7, 1)), epochs=30, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]


@each_layer
def test_it_learns_which_step_mattered(name):
    """The class is told at the first of 12 steps: the layer must remember it."""
    minidl.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 12, 2)).astype("float32")
    y = (x[:, 0, 0] > 0).astype(int)
    layer = getattr(layers, name)(16)
    model = Sequential([Input((12, 2)), layer, layers.Dense(1, activation="sigmoid")])
    model.compile(minidl.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x[:400], y[:400], epochs=25, verbose=0)
    assert model.evaluate(x[400:], y[400:], verbose=0)[1] > 0.85


@pytest.mark.parametrize("cls", [layers.LSTM, layers.GRU])
def test_all_of_keras_implementations_are_one(cls):
    layer = cls(3, implementation=2)
    assert layer(np.zeros((1, 2, 4), "f")).shape == (1, 3)
    assert cls.from_config(layer.get_config()).units == 3
