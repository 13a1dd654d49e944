"""Losses of saturated outputs, whose probabilities remember their logits, and identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loss_cases import describe, example, softmax

from minidl import Model, Sequential, Tensor, check_gradients, layers, no_grad, ops
from minidl.losses import (
    NLL,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)

# --- saturation: probabilities remember their logits
# ---


# the true class is 0: p = 4e-18, which float32 and Keras's clip both lose
FORTY = np.array([[0.0, 40.0]])


def through(layer_list, weights):
    """A model of these layers whose first kernel turns the input 1 into `weights`."""
    model = Sequential([layers.Dense(weights.shape[1], use_bias=False, name="logits"), *layer_list])
    model(np.ones((1, 1)))
    model.layers[0].set_weights([weights])
    return model


ROADS = {
    "softmax activation": lambda: through([layers.Activation("softmax")], FORTY),
    "softmax layer": lambda: through([layers.Softmax()], FORTY),
    "nested model": lambda: Sequential([through([], FORTY), layers.Softmax()]),
    "nested twice": lambda: Sequential(
        [Sequential([through([], FORTY)]), Sequential([layers.Softmax()])]
    ),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(
    ("loss", "y"),
    [(SparseCategoricalCrossentropy(), [0]), (CategoricalCrossentropy(), [[1, 0]])],
    ids=describe,
)
def test_softmax_keeps_its_gradient_at_saturation(road, loss, y):
    model = ROADS[road]()
    value = loss(y, model(np.ones((1, 1))))
    assert value.item() == 40
    value.backward()
    np.testing.assert_array_equal(model.trainable_weights[0].grad, [[-1, 1]])
    with no_grad():
        assert loss(y, model(np.ones((1, 1)))).item() == 40
    model.compile("sgd", loss)
    assert model.evaluate(np.ones((1, 1)), y, verbose=0) == 40
    assert model.train_on_batch(np.ones((1, 1)), y) == 40


def test_functional_model_and_dense_activation_remember_too():
    inputs = layers.Input(shape=(1,))
    outputs = layers.Dense(2, activation="softmax", use_bias=False)(inputs)
    model = Model(inputs, outputs)
    model.set_weights([FORTY])
    assert SparseCategoricalCrossentropy()([0], model(np.ones((1, 1)))).item() == 40


@pytest.mark.parametrize(
    ("z", "t", "value", "gradient"),
    [
        (-40.0, 1.0, 40.0, -1.0),
        (40.0, 0.0, 40.0, 1.0),
        (-1000.0, 1.0, 1000.0, -1.0),
        (1000.0, 0.0, 1000.0, 1.0),
        (1000.0, 1.0, 0.0, 0.0),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_keeps_its_gradient_at_saturation(z, t, value, gradient, dtype):
    for from_logits in (False, True):
        x = Tensor([[z]], requires_grad=True, dtype=dtype)
        loss = BinaryCrossentropy(from_logits)([[t]], x if from_logits else ops.sigmoid(x))
        assert loss.item() == value
        loss.backward()
        assert x.grad[0, 0] == pytest.approx(gradient, abs=1e-12)
        with no_grad():
            assert (
                BinaryCrossentropy(from_logits)([[t]], x if from_logits else ops.sigmoid(x)).item()
                == value
            )
    model = through([layers.Activation("sigmoid")], np.array([[z]]))
    assert BinaryCrossentropy()([[t]], model(np.ones((1, 1)))).item() == value


@pytest.mark.parametrize("scale", [1e4, -1e4, 1e30])
def test_huge_logits_are_finite(scale):
    logits = Tensor(np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]]) * scale, requires_grad=True)
    for loss, y in (
        (SparseCategoricalCrossentropy(True), [0, 0]),
        (CategoricalCrossentropy(True), np.eye(3)[[0, 0]]),
    ):
        value = loss(y, logits)
        z = logits.data - logits.data.max(axis=1, keepdims=True)
        expected = np.log(np.exp(z).sum(axis=1)) - z[:, 0]
        assert np.isfinite(value.item()) and value.item() == pytest.approx(
            expected.mean(), rel=1e-12
        )
        value.backward()
        expected = (softmax(logits.data) - np.eye(3)[[0, 0]]) / 2
        np.testing.assert_allclose(logits.grad, expected, atol=1e-15)
        logits.zero_grad()


def test_a_class_ruled_out_by_minus_infinity():
    logits = Tensor([[-np.inf, 0.0, 0.0]], requires_grad=True, dtype="float64")
    for loss, y in (
        (SparseCategoricalCrossentropy(True), [1]),
        (CategoricalCrossentropy(True), [[0, 1, 0]]),
    ):
        value = loss(y, logits)
        assert value.item() == pytest.approx(np.log(2), rel=1e-15)
        value.backward()
        np.testing.assert_allclose(logits.grad, [[0, -0.5, 0.5]], rtol=1e-15)
        logits.zero_grad()
    assert SparseCategoricalCrossentropy(True)([0], logits).item() == np.inf


def test_equal_logits_are_a_guess_among_the_classes():
    assert SparseCategoricalCrossentropy(True)([3], np.full((1, 10), 7.0)).item() == pytest.approx(
        np.log(10), rel=1e-15
    )


def test_plain_arrays_of_probabilities_are_clipped_as_keras_clips_them():
    certain = np.array([[0.0, 1.0]])
    assert SparseCategoricalCrossentropy()([0], certain).item() == pytest.approx(
        -np.log(1e-7), rel=1e-12
    )
    assert CategoricalCrossentropy()([[1, 0]], certain).item() == pytest.approx(
        -np.log(1e-7), rel=1e-7
    )
    assert BinaryCrossentropy()([[1.0]], np.array([[0.0]])).item() == pytest.approx(
        -np.log(1e-7), rel=1e-12
    )
    assert BinaryCrossentropy()([[0.0]], np.array([[1.0]])).item() == pytest.approx(
        -np.log(1e-7), rel=1e-8
    )
    assert np.isfinite(
        BinaryCrossentropy()(np.float32([[0.0, 1.0]]), np.float32([[1.0, 0.0]])).item()
    )


def test_probabilities_are_divided_by_their_sum():
    slightly_off = np.array([[0.3, 0.7004]])
    assert CategoricalCrossentropy()([[1, 0]], slightly_off).item() == pytest.approx(
        -np.log(0.3 / 1.0004), rel=1e-12
    )
    assert SparseCategoricalCrossentropy()([0], slightly_off).item() == pytest.approx(
        -np.log(0.3 / 1.0004), rel=1e-12
    )


def test_detached_and_copied_probabilities_count_as_plain_numbers():
    p = ops.softmax(Tensor(FORTY, requires_grad=True))
    for plain in (p.detach(), p.numpy(), Tensor(p)):
        value = SparseCategoricalCrossentropy()([0], plain)
        assert value.item() == pytest.approx(-np.log(1e-7)) and not value.requires_grad


@pytest.mark.parametrize(
    ("activation", "loss", "y"),
    [
        (ops.softmax, SparseCategoricalCrossentropy(), [0]),
        (ops.softmax, CategoricalCrossentropy(), [[1, 0]]),
        (ops.sigmoid, BinaryCrossentropy(), [[1, 0]]),
    ],
    ids=["sparse", "categorical", "binary"],
)
def test_probabilities_made_without_a_tape_send_no_gradient_back(activation, loss, y):
    z = Tensor([[1.0, 2.0]], requires_grad=True)
    with no_grad():
        p = activation(z)
    assert not loss(y, p).requires_grad


def test_softmax_outputs_in_a_binary_loss_and_the_other_way_round_are_not_confused():
    z = np.array([[0.5, -1.0, 2.0]])
    for maker, loss, y in ((ops.softmax, BinaryCrossentropy(), [[1, 0, 1]]),):
        assert loss(y, maker(z)).item() == pytest.approx(
            loss(y, maker(z).numpy()).item(), rel=1e-12
        )
    halves = ops.sigmoid(np.array([[0.4, -0.4]]))  # happen to sum to 1
    assert SparseCategoricalCrossentropy()([0], halves).item() == pytest.approx(
        -np.log(halves.data[0, 0]), rel=1e-12
    )


def test_softmax_over_another_axis_is_not_mistaken_for_one_over_the_classes():
    z = np.random.default_rng(0).normal(size=(3, 3))
    p = ops.softmax(z, axis=0)
    with pytest.warns(UserWarning, match="do not look like probabilities"):
        value = SparseCategoricalCrossentropy()([0, 1, 2], p).item()
    q = p.data / p.data.sum(axis=1, keepdims=True)
    assert value == pytest.approx(-np.log(q[[0, 1, 2], [0, 1, 2]]).mean(), rel=1e-12)


# --- identities
# ---


@pytest.mark.parametrize("shape", [(6, 4), (3, 5, 4)], ids=["samples", "sequences"])
def test_nll_after_log_softmax_is_the_cross_entropy(shape):
    labels, z = example(("label", "logits"), shape)
    values, gradients = [], []
    for road in (
        lambda x: NLL()(labels, ops.log_softmax(x)),
        lambda x: SparseCategoricalCrossentropy(from_logits=True)(labels, x),
        lambda x: SparseCategoricalCrossentropy()(labels, ops.softmax(x)),
        lambda x: CategoricalCrossentropy(from_logits=True)(np.eye(4)[labels], x),
    ):
        x = Tensor(z, requires_grad=True)
        loss = road(x)
        loss.backward()
        values.append(loss.item())
        gradients.append(x.grad)
    assert values == pytest.approx([values[0]] * 4, rel=1e-14)
    for gradient in gradients:
        np.testing.assert_allclose(gradient, gradients[0], rtol=1e-12, atol=1e-16)
    n = labels.size
    # p - y
    np.testing.assert_allclose(
        gradients[0], (softmax(z) - np.eye(4)[labels]) / n, rtol=1e-12, atol=1e-16
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_the_fused_losses_equal_their_naive_twins(smoothing):
    y, z = example(("one-hot", "logits"), (5, 4))
    t = y * (1 - smoothing) + smoothing / 4
    b = y * (1 - smoothing) + smoothing / 2

    def naive_softmax(x):
        e = ops.exp(x)
        return -(ops.log(e / e.sum(axis=-1, keepdims=True)) * t).sum(axis=-1).mean()

    def naive_sigmoid(x):
        p = 1 / (1 + ops.exp(-x))
        return -(b * ops.log(p) + (1 - b) * ops.log(1 - p)).mean()

    for fused, naive in (
        (CategoricalCrossentropy(True, smoothing), naive_softmax),
        (BinaryCrossentropy(True, smoothing), naive_sigmoid),
    ):
        x, twin = Tensor(z, requires_grad=True), Tensor(z, requires_grad=True)
        value, expected = fused(y, x), naive(twin)
        value.backward(), expected.backward()
        assert value.item() == pytest.approx(expected.item(), rel=1e-13)
        np.testing.assert_allclose(x.grad, twin.grad, rtol=1e-11, atol=1e-15)


def test_soft_targets_and_targets_that_do_not_sum_to_one():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(4, 3))
    for t in (rng.dirichlet(np.ones(3), 4), rng.random((4, 3)) * 2):
        loss = CategoricalCrossentropy(from_logits=True)
        assert loss(t, z).item() == pytest.approx(
            -(t * np.log(softmax(z))).sum(axis=-1).mean(), rel=1e-13
        )
        assert check_gradients(lambda x, t=t, loss=loss: loss(t, x), z)


def test_two_classes_by_softmax_are_one_by_sigmoid():
    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(6, 1)), rng.integers(0, 2, 6)
    both = np.concatenate([np.zeros_like(z), z], axis=1)
    assert SparseCategoricalCrossentropy(True)(t, both).item() == pytest.approx(
        BinaryCrossentropy(True)(t, z).item(), rel=1e-14
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-30, 30), min_size=2, max_size=5), st.data())
def test_cross_entropy_properties(z, data):
    z = np.array([z])
    label = data.draw(st.integers(0, z.shape[1] - 1))
    shift = data.draw(st.floats(-100, 100))
    x = Tensor(z, requires_grad=True)
    loss = SparseCategoricalCrossentropy(True)([label], x)
    loss.backward()
    assert loss.item() >= 0
    assert SparseCategoricalCrossentropy(True)([label], z + shift).item() == pytest.approx(
        loss.item(), abs=1e-10
    )
    assert (
        abs(x.grad.sum()) < 1e-12
        and x.grad[0, label] <= 0
        and (np.delete(x.grad[0], label) >= 0).all()
    )
