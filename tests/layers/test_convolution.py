"""Convolutions in a model."""

import numpy as np
import pytest

import minidl
from minidl import Input, Sequential, layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 8, 9, 4)).astype("f")


def test_the_padding_in_capital_letters():
    """As Kaggle's best-known notebook on MNIST types it."""
    layer = layers.Conv2D(3, 3, padding="Same")
    assert layer(X).shape == (2, 8, 9, 3) and layer.get_config()["padding"] == "same"
    assert layers.MaxPooling2D(2, padding="VALID")(X).shape == (2, 4, 4, 4)
    with pytest.raises(ValueError, match="padding is 'valid' or 'same'; received 'equal'"):
        layers.Conv2D(3, 3, padding="equal")


def test_a_convolution_of_relu_is_relu_of_a_convolution():
    """Value and gradients: relu is fused into the convolution."""
    results = []
    for fused in (True, False):
        minidl.set_random_seed(0)
        x = minidl.Tensor(X, requires_grad=True)
        layer = layers.Conv2D(3, 3, activation="relu" if fused else None, bias_initializer="normal")
        y = layer(x) if fused else minidl.ops.relu(layer(x))
        y.backward(gradient=np.cos(np.arange(y.size)).reshape(y.shape))
        results.append([y.data, x.grad, *[w.grad for w in layer.weights]])
    for a, b in zip(*results):
        np.testing.assert_array_equal(a, b)


def test_a_second_gradient_through_relu_is_not_the_first():
    """What relu leaves of a gradient is kept for the three vjps, but for that gradient alone."""
    x = minidl.Tensor(X, requires_grad=True)
    layer = layers.Conv2D(3, 3, activation="relu")
    y = layer(x)
    found = []
    for factor in (1.0, -2.0):
        x.grad = None
        for weight in layer.weights:
            weight.grad = None
        y.backward(gradient=np.full(y.shape, factor, "f"), retain_graph=True)
        found.append([x.grad, *[w.grad for w in layer.weights]])
    for once, twice in zip(*found):
        assert once.any()
        np.testing.assert_allclose(twice, -2 * once, rtol=1e-5)


def test_pixels_and_the_dtype():
    pixels = RNG.integers(0, 256, (2, 6, 6, 1), dtype=np.uint8)
    for name, options in (("Conv2D", dict(filters=2, kernel_size=3)), ("MaxPooling2D", {})):
        layer = getattr(layers, name)(**options)
        assert layer(pixels).dtype == np.float32
        assert getattr(layers, name)(**options, dtype="float64")(pixels).dtype == np.float64


def test_weights_of_a_convolution_begin_small_whatever_the_kernel():
    layer = layers.Conv2D(64, 5, kernel_initializer="he_normal")
    layer.build((None, 9, 9, 32))
    assert np.std(layer.kernel.numpy()) == pytest.approx(np.sqrt(2 / (25 * 32)), rel=0.03)


def test_a_model_inside_a_model_of_unknown_sizes():
    windows = [layers.Conv2D(4, 5, strides=2), layers.MaxPooling2D(3), layers.Conv2D(8, 3)]
    inner = Sequential([Input((None, None, 3)), *windows])
    assert inner.output_shape == (None, None, None, 8)
    image = Input((None, None, 3))
    model = minidl.Model(image, layers.GlobalAveragePooling2D()(inner(image)))
    assert model.output_shape == (None, 8)
    for size in (30, 41):
        assert model.predict(np.ones((1, size, size, 3)), verbose=0).shape == (1, 8)


def test_it_learns_where_a_line_is():
    x = np.zeros((60, 8, 8, 1), "f")
    y = np.arange(60) % 2
    for i in range(60):  # a line anywhere: down, or across
        x[(i, slice(None), i % 7) if y[i] else (i, i % 7)] = 1
    minidl.set_random_seed(1)
    stack = [layers.Conv2D(4, 3, activation="relu"), layers.GlobalMaxPooling2D(), layers.Dense(2)]
    model = Sequential(stack)
    loss = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(minidl.optimizers.Adam(0.03), loss, metrics=["accuracy"])
    model.fit(x, y, epochs=30, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] == 1
