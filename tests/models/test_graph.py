"""Models of symbols: what a replay computes."""

import numpy as np
import pytest

import minidl
from minidl import Input, Layer, Model, Tensor, layers, losses, no_grad, ops

rng = np.random.default_rng(3)


def known(shape, batch=5, dtype=np.float64):
    return rng.uniform(0.5, 1.5, size=[batch if n is None else n for n in shape]).astype(dtype)


def exact(inputs, outputs):
    """A model that computes in float64."""
    return Model(inputs, outputs, dtype="float64")


# --- the replay is live
# ---


def branched():
    x = Input((6,), dtype="float64")
    trunk = layers.Dense(5, activation="tanh", dtype="float64", name="trunk")
    gate = layers.Dense(5, activation="sigmoid", dtype="float64", name="gate")
    head = layers.Dense(2, dtype="float64", name="head")
    h = trunk(x)
    mixed = gate(x) * h + ops.relu(h) / 2.0
    y = ops.concatenate([head(mixed), mixed.mean(axis=1, keepdims=True)], axis=1)

    def eager(a):
        h = trunk(a)
        mixed = gate(a) * h + ops.relu(h) / 2.0
        return ops.concatenate([head(mixed), mixed.mean(axis=1, keepdims=True)], axis=1)

    return exact(x, y), eager, [trunk, gate, head]


def test_a_branched_model_computes_what_the_eager_code_computes():
    model, eager, parts = branched()
    a = known((None, 6))
    np.testing.assert_allclose(model(a).data, eager(a).data, rtol=1e-14)
    with no_grad():
        np.testing.assert_allclose(model.predict(a, verbose=0), eager(a).data, rtol=1e-14)
    assert {layer for layer in model.layers if not isinstance(layer, layers.InputLayer)} == set(
        parts
    )
    assert len(model.weights) == 6


def test_gradients_reach_every_weight_and_are_the_same():
    model, eager, _ = branched()
    a = known((None, 6))
    (model(a) ** 2).sum().backward()
    found = [w.grad for w in model.weights]
    for w in model.weights:
        w.zero_grad()
    (eager(a) ** 2).sum().backward()
    for w, g in zip(model.weights, found):
        np.testing.assert_allclose(g, w.grad, rtol=1e-12)
    report = minidl.check_gradients(lambda x: model(x), a)
    assert report, report


def test_weights_are_live():
    model, eager, parts = branched()
    a = known((None, 6))
    before = model(a).numpy()
    parts[0].kernel.assign(parts[0].kernel.data * 0.5)
    after = model(a).numpy()
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, eager(a).data, rtol=1e-14)
    model.set_weights([w * 0 for w in model.get_weights()])
    np.testing.assert_array_equal(model(a).data, 0.0)


def test_the_training_flag_and_randomness_are_live():
    x = Input((100,))
    model = Model(x, layers.Dropout(0.5)(x) + 0.0)
    a = np.ones((3, 100), np.float32)
    np.testing.assert_array_equal(model(a).data, a)
    np.testing.assert_array_equal(model(a, training=False).data, a)
    first, second = model(a, training=True).data, model(a, training=True).data
    assert (first == 0).any() and not np.array_equal(first, second)
    np.testing.assert_array_equal(model(a).data, a)


def test_a_training_flag_given_while_building_stays():
    """Dropout in prediction too, for those who want it: layer(x, training=True)."""
    x = Input((100,))
    always = Model(x, layers.Dropout(0.5)(x, training=True))
    never = Model(x, layers.Dropout(0.5)(x, training=False))
    a = np.ones((2, 100), np.float32)
    assert (always(a, training=False).data == 0).any()
    np.testing.assert_array_equal(never(a, training=True).data, a)


def test_one_layer_used_twice_has_one_set_of_weights():
    x = Input((3,), dtype="float64")
    shared = layers.Dense(3, use_bias=False, dtype="float64")
    model = exact(x, shared(shared(x)))
    assert len(model.weights) == 1
    a = known((None, 3))
    np.testing.assert_allclose(
        model(a).data, a @ shared.kernel.data @ shared.kernel.data, rtol=1e-12
    )
    model(a).sum().backward()
    k, ones = shared.kernel.data, np.ones((5, 3))
    np.testing.assert_allclose(shared.kernel.grad, a.T @ ones @ k.T + (a @ k).T @ ones, rtol=1e-12)


def test_a_symbol_used_twice_is_computed_once():
    calls = []

    class Counting(Layer):
        def call(self, x):
            calls.append(1)
            return x * 2

    x = Input((3,))
    h = Counting()(x)
    model = Model(x, h * h + h)
    calls.clear()
    np.testing.assert_array_equal(model(np.ones((1, 3))).data, [[6.0, 6.0, 6.0]])
    assert len(calls) == 1


def test_the_output_may_be_the_input():
    x = Input((3,))
    np.testing.assert_array_equal(Model(x, x)(np.ones((2, 3))).data, np.ones((2, 3)))


def test_a_model_inside_a_model():
    inner_in = Input((3,))
    inner = Model(inner_in, layers.Dropout(0.5)(layers.Dense(4)(inner_in)))
    x = Input((3,))
    outer = Model(x, layers.Dense(2)(inner(x * 2.0)))
    assert outer.output_shape == (None, 2) and len(outer.weights) == 4
    a = known((None, 3), dtype=np.float32)
    np.testing.assert_allclose(outer(a).data, outer(a).data)
    assert not np.array_equal(outer(a, training=True).data, outer(a, training=True).data)


def test_a_layer_with_two_outputs():
    class Halves(Layer):
        def call(self, x):
            return x[:, :2], x[:, 2:]

    x = Input((5,))
    left, right = Halves()(x)
    assert left.shape == (None, 2) and right.shape == (None, 3)
    model = Model(x, left.sum(axis=1) - right.sum(axis=1))
    np.testing.assert_allclose(model(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])).data, [-9.0])


def test_a_layer_with_a_symbol_among_its_keywords():
    class Gate(Layer):
        def call(self, x, gate=None):
            return x * gate

    x = Input((2,))
    model = Model(x, Gate()(x, gate=x + 1.0))
    np.testing.assert_array_equal(model(np.array([[2.0, 3.0]])).data, [[6.0, 12.0]])


def test_probabilities_from_bare_ops_remember_their_logits():
    """Else the loss would clip: 16 instead of 1000, and the gradient would be gone."""
    x = Input((2,))
    model = Model(x, ops.softmax(x))
    z = Tensor([[1000.0, 0.0]], requires_grad=True)
    loss = losses.SparseCategoricalCrossentropy()([1], model(z))
    np.testing.assert_allclose(loss.item(), 1000.0)
    loss.backward()
    np.testing.assert_allclose(z.grad, [[1.0, -1.0]])
    y = Input((1,))
    np.testing.assert_allclose(
        losses.BinaryCrossentropy()([[0.0]], Model(y, ops.sigmoid(y))(Tensor([[1000.0]]))).item(),
        1000.0,
    )


def test_a_very_deep_model():
    x = Input((2,))
    h = x
    for _ in range(3000):
        h = h + 1.0
    model = Model(x, h)
    z = Tensor([[0.0, 1.0]], requires_grad=True)
    y = model(z)
    np.testing.assert_array_equal(y.data, [[3000.0, 3001.0]])
    y.sum().backward()
    np.testing.assert_array_equal(z.grad, [[1.0, 1.0]])


# --- mistakes

S = Input((3,), name="pixels")


def test_feeding_another_shape_than_declared():
    model = Model(S, S * 2.0)
    with pytest.raises(ValueError) as error:
        model(np.ones((2, 4)))
    assert "3" in str(error.value) and "(2, 4)" in str(error.value)
