"""What a layer is built with, what it is made of, and what its config says."""

import numpy as np
import pytest

import minidl
from minidl import layers
from minidl.layers import Dense, Embedding, Flatten, Reshape

# --- weights, encodings, clones


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool"])
def test_weights_that_are_no_floats_begin_at_0(dtype):
    weight = layers.Layer().add_weight(shape=(2,), dtype=dtype)
    assert weight.numpy().tolist() == [0, 0] and weight.dtype == dtype
    assert layers.Layer().add_weight(shape=(2,)).numpy().any()


def test_a_layer_knows_its_metrics():
    class Endpoint(layers.Layer):
        def __init__(self):
            super().__init__()
            self.accuracy = minidl.metrics.BinaryAccuracy()
            self.inside = layers.Dense(1)

    assert [m.name for m in Endpoint().metrics] == ["binary_accuracy"]


X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


# --- layers


def every_layer_without_weights():
    pair = [(None, 3), (None, 3)]
    return [
        *[(layer, (None, 3)) for layer in (Flatten(), Reshape((3,)), layers.Dropout(0.5))],
        *[(layer, (None, 3)) for layer in (layers.ReLU(), layers.Softmax(), layers.LeakyReLU())],
        *[(layer, (None, 3)) for layer in (layers.Lambda(len), layers.Rescaling(2.0))],
        *[(layer, (None, 3)) for layer in (layers.Activation("relu"), layers.RepeatVector(2))],
        *[(layer, (None, 3)) for layer in (layers.GaussianNoise(0.1), layers.UnitNormalization())],
        *[(layer, pair) for layer in (layers.Add(), layers.Concatenate(), layers.Dot(axes=1))],
        (layers.Permute((2, 1)), (None, 3, 4)),
        (layers.GlobalAveragePooling1D(), (None, 3, 4)),
        (Embedding(3, 2), None),
    ]


@pytest.mark.parametrize(
    ("layer", "shape"), every_layer_without_weights(), ids=lambda x: type(x).__name__
)
def test_a_layer_is_built_by_hand(layer, shape):
    assert not layer.built
    layer.build(shape) if shape else layer.build()
    assert layer.built


@pytest.mark.parametrize(
    ("layer", "name", "value", "described"),
    [
        (Dense(2, activation="relu"), "activation", None, None),
        (Dense(2), "activation", minidl.activations.relu, "relu"),
        (layers.Dropout(0.5), "rate", 0.1, 0.1),
        (layers.BatchNormalization(), "momentum", 0.5, 0.5),
        (layers.LeakyReLU(), "negative_slope", 0.1, 0.1),
        (layers.GaussianNoise(0.1), "stddev", 0.3, 0.3),
    ],
)
def test_a_config_says_what_a_layer_is_now(layer, name, value, described):
    setattr(layer, name, value)
    assert layer.get_config()[name] == described
    again = type(layer).from_config(layer.get_config())
    for copy in (layer, again):
        copy(X)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(X).numpy(), again(X).numpy())
