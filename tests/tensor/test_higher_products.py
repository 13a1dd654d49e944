"""Second derivatives through whole networks: the gradient of a penalty on the input's gradient, as
a GAN's critic has it, against finite differences of the first gradient; and what a convolution's
gradient costs.
"""

import numpy as np
import pytest

import minidl
from minidl import GradientTape, Tensor, layers, ops
from minidl.core.derivatives import images

PICTURES, STEPS, ROWS = (3, 6, 6, 2), (3, 4, 5), (4, 5)


def attention():
    x = layers.Input((4, 5))
    z = layers.MultiHeadAttention(2, 3)(x, x)
    return [minidl.Model(x, layers.Dense(1)(layers.LayerNormalization()(x + z)))]


NETWORKS = {
    "tanh": (ROWS, lambda: [layers.Dense(4, "tanh"), layers.Dense(3, ops.sin), layers.Dense(1)]),
    "smooth": (
        ROWS,
        lambda: [layers.Dense(4, "softplus"), layers.Dense(3, "gelu"), layers.Dense(1)],
    ),
    "selu, swish": (
        ROWS,
        lambda: [layers.Dense(4, "selu"), layers.Dense(3, "swish"), layers.Dense(1)],
    ),
    "batch normalization": (
        ROWS,
        lambda: [layers.Dense(4), layers.BatchNormalization(), layers.Dense(1, "sigmoid")],
    ),
    "layer normalization": (
        ROWS,
        lambda: [layers.Dense(4), layers.LayerNormalization(), layers.Dense(1, "sigmoid")],
    ),
    "softmax": (ROWS, lambda: [layers.Dense(4, "softmax"), layers.Dense(2, "log_softmax")]),
    "critic": (
        PICTURES,
        lambda: [
            layers.Conv2D(3, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(4, 2, activation="relu"),
            layers.Flatten(),
            layers.Dense(1),
        ],
    ),
    "separable": (
        PICTURES,
        lambda: [
            layers.SeparableConv2D(3, 3, activation="tanh"),
            layers.AveragePooling2D(),
            layers.Conv2DTranspose(2, 3, strides=2, activation="elu"),
            layers.MaxPooling2D(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(1),
        ],
    ),
    "groups, films of one axis": (
        STEPS,
        lambda: [
            layers.Conv1D(4, 2, dilation_rate=2, padding="causal", activation="tanh"),
            layers.Conv1D(4, 2, groups=2, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(1),
        ],
    ),
    "larger pictures": (
        PICTURES,
        lambda: [
            layers.UpSampling2D(),
            layers.ZeroPadding2D(),
            layers.Conv2D(2, 3, activation="tanh"),
        ],
    ),
    "attention": (STEPS, attention),
    "a cell, step by step": (STEPS, lambda: [layers.RNN(layers.LSTMCell(3)), layers.Dense(1)]),
    "recurrent layers": (
        STEPS,
        lambda: [layers.LSTM(3, return_sequences=True), layers.GRU(3), layers.Dense(1)],
    ),
    "older recurrent layers": (
        STEPS,
        lambda: [
            layers.Bidirectional(layers.SimpleRNN(2, return_sequences=True)),
            layers.GRU(3, reset_after=False),
            layers.Dense(1),
        ],
    ),
    "another cell": (STEPS, lambda: [layers.RNN(layers.GRUCell(3)), layers.Dense(1)]),
}


@pytest.fixture(autouse=True)
def in_float64():
    before = minidl.config.floatx()
    minidl.config.set_floatx("float64")
    yield
    minidl.config.set_floatx(before)


def penalty(model, x):
    """The mean of (|slope| - 1)² over the samples."""
    with GradientTape() as tape:
        tape.watch(x)
        y = model(x, training=True)
    g = tape.gradient(y, x)
    return ops.mean((ops.sqrt(ops.sum(g**2, axis=list(range(1, g.ndim)))) - 1.0) ** 2)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_gradient_penalty_against_finite_differences(name):
    shape, make = NETWORKS[name]
    rng = np.random.default_rng(3)
    x, model = Tensor(rng.normal(size=shape)), minidl.Sequential(make())
    model(x)
    model.set_weights([rng.normal(0, 0.6, w.shape) for w in model.get_weights()])
    weights = model.trainable_variables
    with GradientTape() as tape:
        value = penalty(model, x)
    slopes = tape.gradient(value, weights, unconnected_gradients="zero")
    start = model.get_weights()
    for w, slope in zip(weights, slopes):
        numbers, d = w.numpy(), rng.normal(size=w.shape)
        sides = []
        for step in (1e-5, -1e-5):
            model.set_weights(start)
            w.assign(numbers + step * d)
            sides.append(penalty(model, x).item())
        w.assign(numbers)
        numeric = (sides[0] - sides[1]) / 2e-5
        np.testing.assert_allclose((slope.data * d).sum(), numeric, rtol=1e-5, atol=1e-7)
    assert any(slope.data.any() for slope in slopes)


def test_a_second_derivative_of_a_convolution_is_as_many_convolutions(monkeypatch):
    """The recorded gradient of x is one vjp. The penalty goes back through it by a convolution and
    a vjp, and through the convolution itself by its two vjps.
    """
    calls = []
    for name in ("_correlate", "_back_to_input", "_back_to_kernel"):
        compute = getattr(images, name)
        monkeypatch.setattr(
            images, name, lambda *a, n=name, f=compute, **k: calls.append(n) or f(*a, **k)
        )
    x, w = Tensor(np.ones((2, 5, 5, 1))), minidl.Variable(np.ones((3, 3, 1, 2)))
    with GradientTape() as tape:
        with GradientTape() as inner:
            inner.watch(x)
            y = ops.sum(ops.conv(x, w) ** 2)
        slope = inner.gradient(y, x)
        value = ops.sum(slope**2)
    assert calls == ["_correlate", "_back_to_input"]
    del calls[:]
    tape.gradient(value, w)
    assert sorted(calls) == ["_back_to_input", "_back_to_kernel", "_back_to_kernel", "_correlate"]
