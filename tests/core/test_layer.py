"""core/layer.py: weights made when the first input shows its size, and what layers compute."""

import math

import numpy as np
import pytest
from core_cases import dense, leaf, network, relu

from minidl.core.layer import Dense, Dropout, Flatten, Layer, Sequential, glorot_uniform
from minidl.core.tensor import Tensor, Variable


def test_weights_are_made_at_the_first_call_and_only_then():
    layer = Dense(3)
    assert layer.weights == [] and not layer.built
    layer(Tensor(np.ones((2, 4))))
    kernel, bias = weights = layer.weights
    assert (kernel.name, kernel.shape, bias.name, bias.shape) == ("kernel", (4, 3), "bias", (3,))
    layer(Tensor(np.ones((5, 4))))
    assert [a is b for a, b in zip(layer.weights, weights)] == [True, True]


def test_build_is_told_the_sizes_but_not_how_many_samples():
    seen = []

    class Mine(Layer):
        def build(self, input_shape):
            seen.append(input_shape)

        def call(self, x, training=False):
            return x

    Mine()(Tensor(np.ones((2, 3, 4))))
    assert seen == [(None, 3, 4)]


def test_a_layer_without_call_says_so():
    with pytest.raises(NotImplementedError):
        Layer()(Tensor([[1.0]]))


def test_a_layer_of_ones_own():
    class Scale(Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), np.ones, name="factor")

        def call(self, x, training=False):
            return x * self.factor

    layer = Scale()
    layer(Tensor([[2.0, 3.0]])).sum().backward()
    (factor,) = layer.weights
    assert type(factor) is Variable and factor.name == "factor"
    np.testing.assert_array_equal(factor.grad, [2, 3])


def test_dense_is_a_product_a_sum_and_an_activation():
    layer = Dense(2, relu)
    x = Tensor([[1.0, -2.0], [3.0, 0.5]])
    layer(x)
    layer.kernel.assign([[1.0, 2.0], [3.0, -4.0]])
    layer.bias.assign([0.5, -0.5])
    np.testing.assert_allclose(layer(x).array, [[0.0, 9.5], [5.0, 3.5]])


def test_dense_without_a_bias():
    layer = Dense(2, use_bias=False)
    x = Tensor([[1.0, 2.0]])
    z = layer(x)
    assert layer.weights == [layer.kernel]
    np.testing.assert_allclose(z.array, x.array @ layer.kernel.array, rtol=1e-6)


def test_dense_works_on_the_last_axis():
    layer, x = Dense(2), Tensor(np.random.default_rng(0).normal(size=(3, 4, 5)))
    z = layer(x)
    assert z.shape == (3, 4, 2)
    np.testing.assert_allclose(z.array[1], layer(Tensor(x.array[1])).array, rtol=1e-6)
    z.sum().backward()
    np.testing.assert_allclose(layer.bias.grad, [12, 12])


def test_dense_takes_samples():
    layer = Dense(2)
    layer(Tensor(np.ones((1, 3))))
    with pytest.raises(ValueError, match="batch of samples"):
        layer(Tensor(np.ones(3)))


def test_glorot_uniform_fills_its_range_and_no_more():
    shape = 300, 200
    numbers, limit = glorot_uniform(shape, np.random.default_rng(0)), math.sqrt(6 / 500)
    assert numbers.shape == shape
    assert 0.99 * limit < numbers.max() <= limit and -limit <= numbers.min() < -0.99 * limit
    assert numbers.var() == pytest.approx(limit**2 / 3, rel=0.02)
    assert (glorot_uniform((2, 2)) != glorot_uniform((2, 2))).any(), "drawn anew each time"


def test_flatten_makes_one_row_of_each_sample():
    images = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(Flatten()(Tensor(images)).array, images.reshape(2, 12))
    assert Flatten()(Tensor(np.ones(3))).shape == (3, 1)
    assert Flatten()(Tensor(np.ones((0, 3, 4)))).shape == (0, 12)


def test_dropout_does_nothing_outside_training_and_at_rate_0():
    x = leaf([[1.0, 2.0]])
    assert Dropout(0.5)(x) is x and Dropout(0.0)(x, training=True) is x


def test_dropout_keeps_the_mean_and_its_gradient_follows_the_mask():
    x = leaf(np.ones((200, 100)))
    z = Dropout(0.25, np.random.default_rng(0))(x, training=True)
    assert set(np.unique(z.array)) == {0.0, 1 / 0.75}
    assert z.array.mean() == pytest.approx(1, abs=0.02)
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, z.array)


def test_dropout_draws_anew_each_time():
    layer, x = Dropout(0.5, np.random.default_rng(0)), Tensor(np.ones((10, 10)))
    assert (layer(x, training=True).array != layer(x, training=True).array).any()


def test_sequential_feeds_each_layer_from_the_one_before():
    rng = np.random.default_rng(0)
    first, second = dense(4, rng, relu), dense(3, rng)
    both = Sequential([first, Dropout(0.9), second])
    x = Tensor(rng.normal(size=(2, 5)))
    np.testing.assert_array_equal(both(x).array, second(first(x)).array)
    assert both.weights == [first.kernel, first.bias, second.kernel, second.bias]


def test_sequential_tells_its_layers_whether_they_train():
    net = Sequential([Sequential([Dropout(0.5, np.random.default_rng(0))])])
    x = Tensor(np.ones((10, 10)))
    assert net(x) is x
    assert (net(x, training=True).array == 0).any()


def test_the_gradient_of_a_network_by_differences():
    net, rng = network(4, 3), np.random.default_rng(1)
    x = Tensor(rng.normal(size=(5, 2, 2)), dtype=np.float64)
    net(x)
    for weight in net.weights:
        weight.array = weight.array.astype(np.float64)
    kernel = net.weights[0]
    (net(x) * net(x)).mean().backward()
    found, step = kernel.grad.copy(), 1e-6
    for place in [(0, 0), (2, 1), (3, 3)]:
        ends = []
        for side in (step, -2 * step):
            kernel.array[place] += side
            ends.append((net(x) * net(x)).mean().array.item())
        kernel.array[place] += step
        assert found[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-9)
