"""Dense and Dropout."""

import numpy as np
import pytest

from minidl import Sequential, Tensor, check_gradients, initializers, ops, set_random_seed
from minidl.layers import Dense, Dropout, Flatten, Softmax

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


# --- Dense


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3), (2, 5, 6, 3), (0, 3)], ids=str)
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense_contracts_the_last_axis(shape, use_bias):
    layer, x = (
        Dense(7, use_bias=use_bias, bias_initializer="normal", dtype="float64"),
        RNG.normal(size=shape),
    )
    y = layer(x)
    kernel = layer.kernel.numpy()
    bias = layer.bias.numpy() if use_bias else 0
    assert y.shape == (*shape[:-1], 7)
    np.testing.assert_allclose(
        y.numpy(), np.einsum("...i,ij->...j", x, kernel) + bias, rtol=1e-13, atol=1e-15
    )
    assert [w.shape for w in layer.get_weights()] == [(3, 7), (7,)][: 1 + use_bias]
    assert [v.name for v in layer.weights] == ["kernel", "bias"][: 1 + use_bias]
    assert layer.count_params() == 21 + 7 * use_bias
    assert use_bias or layer.bias is None


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3)], ids=str)
@pytest.mark.parametrize("activation", [None, "tanh", "softmax"])
def test_dense_gradients(shape, activation):
    layer, x = Dense(4, activation, dtype="float64"), RNG.normal(size=shape)
    layer(x)
    start = layer.get_weights()

    def f(x, kernel, bias):
        layer.kernel, layer.bias = kernel, bias
        return layer(x)

    assert check_gradients(f, x, start[0], start[1] + 0.1)


def test_dense_defaults():
    layer = Dense(50)
    y = layer(np.ones((2, 100)))
    kernel, bias = layer.get_weights()
    limit = np.sqrt(6 / 150)
    assert (
        abs(kernel).max() <= limit
        and abs(kernel).max() > 0.99 * limit
        and kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)
    )
    assert not bias.any() and kernel.dtype == bias.dtype == y.dtype == np.float32
    assert layer.use_bias and layer.trainable and layer.built
    # no activation
    np.testing.assert_allclose(y.numpy()[0], kernel.sum(axis=0), rtol=1e-4, atol=1e-5)


def test_dense_takes_initializers_by_name_class_instance_and_function():
    for given in (
        "ones",
        initializers.Ones,
        initializers.Ones(),
        initializers.Constant(1.0),
        lambda shape, dtype=None: np.ones(shape),
    ):
        layer = Dense(2, kernel_initializer=given, bias_initializer=given)
        np.testing.assert_array_equal(layer(np.ones((1, 3))).numpy(), [[4.0, 4.0]])
        assert layer.kernel.dtype == np.float32


@pytest.mark.parametrize("units", [0, -3, 2.0, "10", None, True, (3,)])
def test_dense_units(units):
    with pytest.raises(
        ValueError, match=r"Dense: units must be a whole number of at least 1; received"
    ):
        Dense(units)
    assert Dense(np.int64(3)).units == 3


def test_softmax_on_one_unit():
    with pytest.raises(
        ValueError, match=r"softmax over an axis of size 1 is always 1; use activation='sigmoid'"
    ):
        Dense(1, activation="softmax")
    with pytest.raises(ValueError, match=r"softmax over an axis of size 1 is always 1.*sigmoid"):
        Sequential([Dense(1), Softmax()])(X)


@pytest.mark.parametrize(
    ("built_on", "called_with", "said"),
    [
        (
            (2, 784),
            (2, 28, 28),
            r"Dense 'd' expects inputs whose last axis is 784; received shape \(2, 28, 28\)\. Each sample is \(28, 28\): add Flatten",
        ),
        (
            (2, 784),
            (784,),
            r"received shape \(784,\)\. For a single sample add a batch axis: x\[None\]",
        ),
        ((2, 784), (4, 756), r"last axis is 784; received shape \(4, 756\)\.$"),
    ],
)
def test_dense_inputs_of_another_shape(built_on, called_with, said):
    layer = Dense(2, name="d")
    layer(np.zeros(built_on))
    with pytest.raises(ValueError, match=said):
        layer(np.zeros(called_with))


def test_dense_first_met_with_a_single_sample():
    with pytest.raises(
        ValueError,
        match=r"Dense 'd' expects a batch of samples.*received shape \(n,\).*x\.reshape\(-1, 1\).*x\[None\]",
    ):
        Dense(2, name="d")(np.zeros(5))


def test_the_gradient_of_the_input_is_computed_only_where_it_is_wanted():
    layer, plain, wanted = Dense(2), Tensor(X), Tensor(X, requires_grad=True)
    ops.sum(layer(plain)).backward()
    assert plain.grad is None
    ops.sum(layer(wanted)).backward()
    np.testing.assert_allclose(
        wanted.grad, np.broadcast_to(layer.kernel.data.sum(axis=1), (4, 3)), rtol=1e-5
    )


@pytest.mark.parametrize("shape", [(4, 3), (4, 5, 3)])
def test_an_error_of_the_activation_stays_as_it_is(shape):
    def wrong(x):
        raise ValueError("of my own")

    with pytest.raises(ValueError, match=r"^of my own$"):
        Dense(2, activation=wrong)(np.ones(shape))


# --- Dropout


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.5, 0.9])
def test_dropout_drops_its_share_and_scales_the_rest(rate):
    y = Dropout(rate)(np.ones((400, 100)), training=True).numpy()
    values = np.unique(y)
    np.testing.assert_allclose(values, [0, 1 / (1 - rate)], rtol=1e-6)
    assert (y == 0).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / y.size))
    assert y.mean() == pytest.approx(1, abs=0.03)
    columns, rows = (y == 0).mean(axis=0), (y == 0).mean(axis=1)  # each entry for itself
    assert columns.std() < 2 * np.sqrt(rate * (1 - rate) / 400) and rows.std() < 2 * np.sqrt(
        rate * (1 - rate) / 100
    )


def test_dropout_outside_training_is_the_identity():
    layer = Dropout(0.5)
    np.testing.assert_array_equal(layer(X).numpy(), X.astype(np.float32))
    np.testing.assert_array_equal(layer(X, training=False).numpy(), X.astype(np.float32))


def test_rates_0_and_1():
    np.testing.assert_array_equal(Dropout(0)(X, training=True).numpy(), X.astype(np.float32))
    x = Tensor(X, requires_grad=True)
    y = Dropout(1)(x, training=True)
    assert y.shape == X.shape and not y.numpy().any()
    ops.sum(y).backward()
    assert not x.grad.any()


def test_the_gradient_passes_where_the_number_passed():
    x = Tensor(np.full((20, 30), 3.0), requires_grad=True, dtype="float64")
    y = Dropout(0.25, dtype="float64")(x, training=True)
    c = RNG.normal(size=y.shape)
    y.backward(gradient=c)
    np.testing.assert_allclose(x.grad, c * (y.data / 3.0), rtol=1e-14)


def test_a_seeded_dropout_repeats_itself_and_draws_anew_each_call():
    x = np.ones((10, 10))
    first, second = Dropout(0.5, seed=3), Dropout(0.5, seed=3)
    a, b = first(x, training=True).numpy(), first(x, training=True).numpy()
    assert (a != b).any()
    np.testing.assert_array_equal(second(x, training=True).numpy(), a)
    assert (Dropout(0.5, seed=4)(x, training=True).numpy() != a).any()


def test_set_random_seed_fixes_dropout_and_two_layers_draw_apart():
    x, drawn = np.ones((10, 10)), []
    for _ in range(2):
        set_random_seed(5)
        drawn.append([layer(x, training=True).numpy() for layer in (Dropout(0.5), Dropout(0.5))])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0][0] != drawn[0][1]).any()


def test_noise_shape_shares_one_draw():
    y = Dropout(0.5, noise_shape=(None, 1, 6))(np.ones((4, 5, 6)), training=True).numpy()
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], y.shape))
    assert (y[0] != y[1]).any()


def test_dropout_on_whole_numbers():
    y = Dropout(0.2)(np.ones((20, 20), np.uint8), training=True).numpy()
    np.testing.assert_allclose(np.unique(y), [0, 1.25])


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), "0.5", None, True])
def test_dropout_rates_that_cannot_be(rate):
    with pytest.raises(
        ValueError, match=r"Dropout: rate is the share to drop, between 0 and 1; received"
    ):
        Dropout(rate)
    assert Dropout(np.float32(0.5)).rate == 0.5


def test_what_a_layer_says_of_its_input():
    with pytest.raises(
        ValueError, match=r"Flatten 'flat' takes a batch of samples; .* single number"
    ):
        Flatten(name="flat")(np.float32(3))
    dense = Dense(2, name="d")
    dense.build((None, 3))
    for x in (np.ones(3), np.ones((2, 4))):
        with pytest.raises(ValueError, match="'d'"):
            dense(x)
