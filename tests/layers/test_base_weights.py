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


def test_losses_that_a_call_adds():
    """Numbers, lists of them and arrays, which are summed; those of the layer come before those
    inside, and penalties on weights last. The next call begins anew.
    """

    class Adds(layers.Layer):
        def __init__(self, inside=None):
            super().__init__()
            self.inside = inside

        def call(self, x):
            self.add_loss(x.sum())
            self.add_loss([x[0], 1.0])
            return x if self.inside is None else self.inside(x * 2)

    inner = layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")
    layer = Adds(minidl.Sequential([Adds(), inner]))
    for _ in range(2):
        layer(np.array([[1.0, 2.0], [3.0, 4.0]]))
        found = [float(loss) for loss in layer.losses]
        assert found == pytest.approx([10, 3, 1, 20, 6, 1, 0.02])
    layer(np.array([[1.0, 2.0]]), training=True)
    assert len(layer.losses) == 7 and float(layer.losses[0]) == 3


def test_where_a_weight_stands():
    with minidl.name_scope("outside"):
        weight = layers.Layer(name="mine").add_weight((2, 0), name="w")
    assert weight.path == "outside/mine/w" and weight.shape == (2, 0)
    assert layers.Layer(name="mine").add_weight().path == "mine/weight"


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (dict(input_shape=(3, None)), (3, None)),
        (dict(input_shape=3), (3,)),
        (dict(input_shape=np.array([3, 2])), (3, 2)),
        (dict(input_dim=4), (4,)),
        (dict(batch_input_shape=(7, 3, 2)), (3, 2)),
        (dict(batch_input_shape=[None, 3], input_dim=4), (3,)),
        ({}, None),
    ],
)
def test_the_declared_shape_of_one_sample(given, shape):
    assert layers.Layer(**given).declared_shape == shape
    for wrong in (0, -1, 1.5, "3"):
        with pytest.raises(ValueError, match=r"mine: input_shape .*without the batch axis"):
            layers.Layer(input_shape=(2, wrong), name="mine")


def test_what_a_layer_says_of_its_calls():
    layer = layers.Dense(2, name="mine")
    assert repr(layer) == "<Dense 'mine', not built yet>" and layer.output_shape is None
    symbol = minidl.Input((3,))
    first = layer(symbol)
    layer(first[:, :1] + symbol)
    assert layer.input is symbol and layer.output is first and repr(layer) == "<Dense 'mine'>"
    two = layers.MultiHeadAttention(1, 1)
    steps = minidl.Input((4, 3)), minidl.Input((5, 3))
    two(*steps)
    assert list(two.input[:2]) == list(steps)


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
