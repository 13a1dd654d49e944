"""Losses of symbols, and the gradient of the targets."""

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, Tensor, Variable, layers, losses, ops, optimizers

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")


# --- losses


def test_an_autoencoder_of_2016_adds_its_loss_as_a_symbol():
    x = Input((4,))
    h = layers.Dense(3, activation="relu")(x)
    mean, log_var = layers.Dense(2)(h), layers.Dense(2)(h)
    z = layers.Lambda(lambda p: p[0] + ops.exp(0.5 * p[1]) * 0.1)([mean, log_var])
    out = layers.Dense(4, activation="sigmoid")(z)
    vae = Model(x, out)
    plain = [v.name for v in vae.weights]
    reconstruction = losses.mean_squared_error(x, out) * 4
    kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)
    assert reconstruction.shape == kl.shape == (None,)
    vae.add_loss(ops.mean(reconstruction + kl))
    assert [v.name for v in vae.weights] == plain
    vae.compile(optimizers.Adam(0.03))
    first = vae.fit(X, epochs=1, batch_size=32, verbose=0).history["loss"][0]
    assert vae.fit(X, epochs=60, batch_size=32, verbose=0).history["loss"][-1] < 0.8 * first
    p, m, v = Model(x, [out, mean, log_var]).predict(X, verbose=0)
    by_hand = np.mean(((p - X) ** 2).sum(axis=1) - 0.5 * (1 + v - m**2 - np.exp(v)).sum(axis=1))
    assert vae.evaluate(X, verbose=0) == pytest.approx(by_hand, rel=1e-5)
    with pytest.raises(TypeError, match="Only a model made as Model"):
        Sequential([layers.Dense(2)]).add_loss(x)


@pytest.mark.parametrize(
    "name",
    [
        "mean_squared_error",
        "mean_absolute_error",
        "binary_crossentropy",
        "categorical_crossentropy",
        "kl_divergence",
        "cosine_similarity",
        "hinge",
        "huber",
        "log_cosh",
        "poisson",
    ],
)
def test_losses_of_symbols(name):
    a, b = Input((4,)), Input((4,))
    p, q = np.abs(X) / np.abs(X).sum(1, keepdims=True), np.full_like(X, 0.25)
    symbol = getattr(losses, name)(a, b)
    assert symbol.shape == (None,)
    np.testing.assert_array_equal(
        Model([a, b], symbol)([p, q]).data, getattr(losses, name)(p, q).data
    )


def test_a_loss_that_looks_at_symbols_is_told_where_to_go():
    x = Input((4,))
    h = layers.Dense(2)(x)
    model = Model(x, layers.Dense(4)(h))
    model.compile("sgd", loss=lambda y, p: ops.mean(ops.square(y - p)) + ops.mean(h))
    with pytest.raises(TypeError, match=r"The loss is a symbol.*model.add_loss\(symbol\)"):
        model.fit(X, X, verbose=0)


@pytest.mark.parametrize(
    "loss",
    [
        losses.BinaryCrossentropy(),
        losses.CategoricalCrossentropy(),
        losses.KLDivergence(),
        losses.BinaryCrossentropy(label_smoothing=0.1),
        losses.CategoricalCrossentropy(label_smoothing=0.1),
        losses.BinaryFocalCrossentropy(),
        losses.CategoricalFocalCrossentropy(),
    ],
    ids=lambda v: type(v).__name__,
)
@pytest.mark.parametrize("made", ["probabilities", "logits"])
def test_the_gradient_of_the_targets(loss, made):
    """The teacher of a distillation learns as well, unless it is frozen."""
    generator = np.random.default_rng(3)
    t = Variable(np.abs(generator.normal(size=(3, 4))) * 0.1 + 0.1, dtype="float64")
    z = Tensor(generator.normal(size=(3, 4)))
    make = ops.sigmoid if "Binary" in type(loss).__name__ else ops.softmax
    p = make(z) if made == "logits" else Tensor(make(z).numpy())
    assert minidl.check_gradients(lambda t: loss(t, p), t)
