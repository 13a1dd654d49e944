"""Functions with a derivative of one's own."""

import numpy as np
import pytest

from minidl import GradientTape, Input, Model, Tensor, Variable, layers, ops

X = Tensor([[0.2, -1.5], [2.5, 0.0]], requires_grad=True)


def gradient(function, *xs):
    """∂(Σ z)/∂x for each x."""
    xs = [Tensor(x, requires_grad=True) for x in xs]
    ops.sum(function(*xs)).backward()
    return [x.grad for x in xs]


@ops.custom_gradient
def round_straight_through(x):
    """Rounds."""
    return ops.round(x), lambda g: g


@ops.custom_gradient
def log1pexp(x):
    e = ops.exp(x)

    def grad(*args, upstream=None):  # as in Keras's guide
        if upstream is None:
            (upstream,) = args
        return ops.multiply(upstream, 1.0 - 1.0 / ops.add(1, e))

    return ops.log(1 + e), grad


def test_the_value_is_that_of_the_function_and_the_gradient_that_of_grad():
    assert round_straight_through.__name__ == "round_straight_through"
    assert round_straight_through.__doc__ == "Rounds."
    np.testing.assert_array_equal(round_straight_through([0.6, -1.2]).numpy(), [1, -1])
    np.testing.assert_array_equal(gradient(lambda x: 3 * round_straight_through(x), [0.6]), [[3]])
    (slope,) = gradient(log1pexp, [100.0, 0.0])
    np.testing.assert_allclose(slope, [1.0, 0.5])  # without it: inf/inf = nan


def test_several_arguments_get_a_gradient_each():
    seen = []

    @ops.custom_gradient
    def scaled(x, y, by=1.0):
        def grad(g):
            seen.append(type(g))
            return [ops.sum(g * y, axis=0), None]

        return by * x * y, grad

    found = gradient(lambda x, y: scaled(x, y, by=2.0), [1.0, 2.0], np.ones((3, 2)))
    np.testing.assert_array_equal(found[0], [3, 3])
    np.testing.assert_array_equal(found[1], np.zeros((3, 2)))
    assert seen == [Tensor]  # one call serves both


def test_what_it_computes_inside_is_not_recorded():
    x = Variable(2.0)
    with GradientTape() as tape:
        y = round_straight_through(x * 3.0) ** 2
    np.testing.assert_allclose(tape.gradient(y, x), 2 * 6 * 3)
    with GradientTape() as tape:
        tape.watch(X)
        z = round_straight_through(X)
    assert len(z.edges) == 1 and z.edges[0][0] is X


def test_a_model_trains_through_it():
    inputs = Input((3,))
    outputs = layers.Dense(1)(round_straight_through(layers.Dense(4, name="first")(inputs)))
    model = Model(inputs, outputs)
    model.compile("sgd", "mse")
    before = model.get_layer("first").kernel.numpy()
    x = np.random.default_rng(0).normal(0, 3, (8, 3))
    model.fit(x, x.sum(1), verbose=0)
    assert np.abs(model.get_layer("first").kernel.numpy() - before).max() > 0


def test_what_is_refused():
    weight = Variable([1.0, 2.0], name="scale")

    @ops.custom_gradient
    def hidden(x):
        return x * weight, lambda g: g

    with pytest.raises(ValueError, match="hidden uses a weight that is no argument of it"):
        hidden([1.0, 2.0])
    for returned in (1.0, (1.0, 2.0, 3.0), (Tensor(1.0), 2.0), ([Tensor(1.0)], lambda g: g), None):
        forgets = ops.custom_gradient(lambda x, returned=returned: returned)
        with pytest.raises(TypeError, match=r"<lambda> should return .*, `return z, grad`\."):
            forgets(1.0)
    pair = ops.custom_gradient(lambda x, y: (x * y, lambda g: g))
    with pytest.raises(ValueError, match="grad of <lambda> returned 1 gradients for 2 arguments"):
        gradient(pair, [1.0], [2.0])
    wide = ops.custom_gradient(lambda x: (x * 2, lambda g: ops.ones((3,))))
    with pytest.raises(ValueError, match=r"a vjp returned shape \(3,\)"):
        gradient(wide, [1.0, 2.0])
    with pytest.raises(TypeError, match="the function of custom_gradient should return"):
        ops.custom_gradient(Nameless())(1.0)


class Nameless:
    def __call__(self, x):
        return x


# --- second derivatives


@ops.custom_gradient
def times_thrice(a, b):
    return a * b, lambda g: (g * b, 3 * g * a)


def test_what_grad_computes_has_derivatives():
    """The derivatives of ln(1 + eˣ) are σ, σ(1 − σ) and σ(1 − σ)(1 − 2σ)."""
    x = Variable([-1.0, 0.5, 2.0])
    with GradientTape() as third, GradientTape() as second:
        with GradientTape() as first:
            y = log1pexp(x)
        g = first.gradient(y, x)
        h = second.gradient(g, x)
    σ = 1 / (1 + np.exp(-x.numpy()))
    np.testing.assert_allclose(g, σ, rtol=1e-6)
    np.testing.assert_allclose(h, σ * (1 - σ), rtol=1e-5)
    np.testing.assert_allclose(third.gradient(h, x), σ * (1 - σ) * (1 - 2 * σ), rtol=1e-4)


def test_a_derivative_of_ones_own_counts_in_second_derivatives_too():
    """With b for its first derivative and 3a for its second: ∂(b + (3a)²)/∂a = 18a, ∂/∂b = 1."""
    a, b = Variable([1.0, 2.0]), Variable([5.0, 7.0])
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = times_thrice(a, b)
        to_a, to_b = inner.gradient(y, [a, b])
        total = (to_a + to_b * to_b).sum()
    for found, wanted in zip(outer.gradient(total, [a, b]), ([18, 36], [1, 1])):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_none_stays_zero_in_second_derivatives():
    @ops.custom_gradient
    def only_first(a, b):
        return a * b, lambda g: (g * b * b, None)

    a, b = Variable(3.0), Variable(5.0)
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = only_first(a, b)
        to_a, to_b = inner.gradient(y, [a, b])
    assert float(to_a) == 25 and float(to_b) == 0 and float(outer.gradient(to_a, b)) == 10
