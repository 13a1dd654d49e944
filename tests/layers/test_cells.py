"""Cells: one op over the whole sequence is the walk of the cell."""

import numpy as np
import pytest
from sequence_cases import FEATURES, STEPS, UNITS, drawn, each_layer, made

import minidl
from minidl import Tensor, layers, ops


def as_list(result):
    return list(result) if isinstance(result, tuple) else [result]


def gradients(layer, x, cotangents=None, **call):
    """The results, and what backward gives to the input and each weight for random cotangents."""
    x = Tensor(x, requires_grad=True)
    results = as_list(layer(x, **call))
    rng = np.random.default_rng(3)
    ops.sum(ops.stack([ops.sum(r * rng.normal(size=r.shape)) for r in results])).backward()
    found = [x.grad, *[w.grad for w in layer.weights]]
    for w in layer.weights:
        w.grad = None
    return [r.numpy() for r in results], found


def random_options(name, rng):
    options = {
        key: bool(rng.integers(2))
        for key in ("return_sequences", "return_state", "go_backwards", "use_bias")
    }
    if name == "GRU":
        options["reset_after"] = bool(rng.integers(2))
    if rng.integers(2):
        options["zero_output_for_mask"] = True
    return options


@pytest.mark.parametrize("seed", range(40))
@each_layer
def test_one_op_is_the_walk_of_the_cell(name, seed):
    """The same results and gradients to 1e-10, whatever the settings, with and without masks."""
    rng = np.random.default_rng(seed)
    n, steps = rng.integers(1, 6), rng.integers(1, 9)
    layer = made(name, **random_options(name, rng))
    walk = layers.RNN(
        layer.cell,
        layer.return_sequences,
        layer.return_state,
        layer.go_backwards,
        zero_output_for_mask=layer.zero_output_for_mask,
        dtype="float64",
    )
    walk.build((None, None, FEATURES))
    call = {}
    if rng.integers(2):
        call["mask"] = rng.random((n, steps)) < 0.6
    if rng.integers(2):
        call["initial_state"] = [rng.normal(size=(n, UNITS)) for _ in layer.state_size]
    x = rng.normal(size=(n, steps, FEATURES))
    assert layer.is_one_op(training=False)
    for ours, theirs in zip(gradients(layer, x, **call), gradients(walk, x, **call)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


@each_layer
def test_other_activations_go_through_the_cell(name):
    usual, other = made(name), made(name, activation="relu")
    x, _ = drawn()
    assert usual.is_one_op(False) and usual.is_one_op(True) and not other.is_one_op(False)
    dropping = made(name, recurrent_dropout=0.5)
    assert dropping.is_one_op(False) and not dropping.is_one_op(True)
    assert np.abs(usual(x).numpy() - other(x).numpy()).max() > 0.01
    h = np.zeros((5, UNITS))
    states = [h] * len(other.state_size)
    for t in range(STEPS):
        _, states = other.cell(Tensor(x[:, t]), [Tensor(s) for s in states])
    np.testing.assert_allclose(other(x).numpy(), states[0].numpy(), rtol=1e-12)


@each_layer
def test_the_gradient_is_right(name):
    layer, (x, mask) = made(name, return_sequences=True), drawn(n=2, steps=3)
    assert minidl.check_gradients(lambda x: layer(x, mask=mask[:2, :3]), x)
    assert minidl.check_gradients(
        lambda x, h: layer(x, initial_state=[h] * len(layer.state_size)), x, x[:, 0, :UNITS]
    )


def test_weights_begin_as_they_should():
    lstm = layers.LSTM(4)
    lstm.build((None, 5, 3))
    kernel, recurrent, bias = lstm.get_weights()
    assert kernel.shape == (3, 16) and recurrent.shape == (4, 16)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-6)
    assert bias.tolist() == [0] * 4 + [1] * 4 + [0] * 8
    plain = layers.LSTM(4, unit_forget_bias=False, bias_initializer="ones")
    plain.build((None, 5, 3))
    assert plain.get_weights()[2].tolist() == [1] * 16
    assert [w.shape for w in made("GRU").get_weights()] == [(4, 9), (3, 9), (2, 9)]
    assert [w.shape for w in made("GRU", reset_after=False).get_weights()][2] == (9,)
    assert lstm.units == 4 and lstm.activation is minidl.activations.tanh and lstm.use_bias


@pytest.mark.parametrize("which", ["dropout", "recurrent_dropout"])
@each_layer
def test_dropout_falls_on_the_same_units_at_all_steps(name, which):
    layer = made(name, return_sequences=True, seed=1, **{which: 0.5})
    x, _ = drawn(n=200)
    plain = layer(x).numpy()
    np.testing.assert_array_equal(plain, layer(x, training=False).numpy())
    assert np.abs(layer(x, training=True).numpy() - plain).max() > 0.01
    assert np.abs(layer(x, training=True).numpy() - layer(x, training=True).numpy()).max() > 0.01
    factor = layer.cell.factors[which]
    assert set(np.unique(factor)) == {0.0, 2.0} and abs(factor.mean() - 1) < 0.15
    # what the cell computes with these factors, step by step
    states = layer.get_initial_state(200)
    layer.cell.reset_dropout_mask()
    layer.cell.rng = np.random.default_rng(5)
    trained = layer(x, training=True).numpy()
    for t in range(STEPS):
        output, states = layer.cell(Tensor(x[:, t]), states, training=True)
        np.testing.assert_allclose(output.numpy(), trained[:, t], rtol=1e-10, atol=1e-12)


@each_layer
def test_the_number_of_features_has_to_be_known(name):
    layer = getattr(layers, name)(2)
    with pytest.raises(ValueError, match=r"needs to know the number of features; .* \(n, None\)"):
        layer(minidl.Input((3, None)))
    with pytest.raises(ValueError, match="needs to know the number of features"):
        layers.Bidirectional(getattr(layers, name)(2))(minidl.Input((3, None)))
    assert layer(minidl.Input((None, 4))).shape == (None, 2)
