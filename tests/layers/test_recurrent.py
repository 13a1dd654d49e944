"""Recurrent layers: the op over a whole sequence against the walk of its cell; cells of one's own;
states that are given, returned and kept; both directions.
"""

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, Tensor, layers, ops

UNITS, STEPS, FEATURES = 3, 6, 4
EACH = ("SimpleRNN", "LSTM", "GRU")
each_layer = pytest.mark.parametrize("name", EACH)


def drawn(n=5, steps=STEPS, features=FEATURES, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, steps, features)), rng.random((n, steps)) < 0.6


def made(name, **options):
    """A layer in float64, built, with weights that no initializer gives."""
    layer = getattr(layers, name)(UNITS, dtype="float64", **options)
    layer.build((None, None, FEATURES))
    rng = np.random.default_rng(7)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    return layer


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
    assert usual.is_one_op(False) and not other.is_one_op(False)
    assert not made(name, recurrent_dropout=0.5).is_one_op(True)
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


class Counting(layers.Layer):
    """A cell of a learner's own: it adds up its inputs."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], self.units), "ones", name="kernel")

    def call(self, inputs, states):
        total = states[0] + ops.matmul(inputs, self.kernel)
        return total * 2, [total]


class NoLayer:
    state_size = 2

    def call(self, inputs, states):
        return inputs[:, :2] + states[0], [inputs[:, :2]]


def test_a_cell_of_your_own():
    x, mask = (a.astype("float32") for a in drawn())
    sums = x.sum(axis=2).cumsum(axis=1)
    layer = layers.RNN(Counting(2), return_sequences=True, return_state=True)
    outputs, state = layer(x)
    np.testing.assert_allclose(
        outputs.numpy(), 2 * np.stack([sums] * 2, axis=2), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        state.numpy(), np.stack([sums[:, -1]] * 2, axis=1), rtol=1e-4, atol=1e-5
    )
    assert layer.trainable_weights == [layer.cell.kernel]
    # masked steps are passed over: state and output stay
    masked = (x.sum(axis=2) * mask).cumsum(axis=1)
    found = layers.RNN(layer.cell, return_sequences=True)(x, mask=mask).numpy()[..., 0]
    first_on = np.maximum.accumulate(mask, axis=1) > 0
    np.testing.assert_allclose(found, np.where(first_on, 2 * masked, 0), rtol=1e-4, atol=1e-5)
    plain = layers.RNN(NoLayer(), return_sequences=True)(x).numpy()
    before = np.concatenate([np.zeros((5, 1, 2)), x[:, :-1, :2]], axis=1)
    np.testing.assert_allclose(plain, x[..., :2] + before, rtol=1e-6)
    for wrong in (3, NoLayer.call, type("C", (), {"state_size": 1})()):
        with pytest.raises(ValueError, match="A cell has `state_size`.*lacks .*call|state_size"):
            layers.RNN(wrong)


def test_cells_on_top_of_each_other_are_layers_one_after_the_other():
    x, mask = drawn()
    first, second = made("LSTM", return_sequences=True), layers.GRU(2, dtype="float64")
    expected = second(first(x, mask=mask), mask=mask)
    stack = layers.RNN([first.cell, second.cell], return_state=True, dtype="float64")
    y, (h, c), last = stack(x, mask=mask)
    np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=1e-12)
    np.testing.assert_allclose(last.numpy(), expected.numpy(), rtol=1e-12)
    np.testing.assert_allclose(h.numpy(), first(x, mask=mask).numpy()[:, -1], rtol=1e-12)
    assert stack.state_size == [[3, 3], 2] and stack.cell.output_size == 2
    again = stack(x[:, 3:], initial_state=stack(x[:, :3])[1:])
    np.testing.assert_allclose(again[0].numpy(), stack(x)[0].numpy(), rtol=1e-12)


@each_layer
def test_states_that_are_kept(name):
    x, _ = drawn()
    whole, kept = made(name, return_state=True), made(name, stateful=True)
    halves = [kept(x[:, :2]).numpy(), kept(x[:, 2:]).numpy()]
    np.testing.assert_allclose(halves[0], whole(x[:, :2])[0].numpy(), rtol=1e-12)
    np.testing.assert_allclose(halves[1], whole(x)[0].numpy(), rtol=1e-12)
    with pytest.raises(ValueError, match=r"a batch of 2 with states .*\(2, 3\).*reset_state\(\)"):
        kept(x[:2])
    kept.reset_state()
    np.testing.assert_allclose(kept(x[:2]).numpy(), whole(x[:2])[0].numpy(), rtol=1e-12)
    states = whole(x[:, :4])[1:]
    np.testing.assert_allclose(
        whole(x[:, 4:], initial_state=list(states))[0].numpy(), whole(x)[0].numpy(), rtol=1e-12
    )


def test_a_question_about_shapes_leaves_the_states_alone():
    layer = layers.GRU(2, stateful=True)
    x = np.ones((4, 3, 2), "float32")
    after = layer(x).numpy()
    assert layer.compute_output_shape((None, 5, 2)) == (None, 2)
    layer(Input((7, 2)))
    np.testing.assert_array_equal(layer.states[0], after)


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


MERGED = {
    "concat": lambda a, b: np.concatenate([a, b], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda a, b: (a + b) / 2,
}


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("mode", [*MERGED, None])
@each_layer
def test_both_directions(name, mode, sequences):
    x, mask = drawn()
    layer = layers.Bidirectional(
        made(name, return_sequences=sequences, return_state=True), mode, dtype="float64"
    )
    layer.build((None, None, FEATURES))
    rng = np.random.default_rng(0)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    forward, backward = layer.forward_layer, layer.backward_layer
    assert (forward.go_backwards, backward.go_backwards) == (False, True)
    for call in ({}, {"mask": mask}):
        a, *forward_states = [t.numpy() for t in forward(x, **call)]
        b, *backward_states = [t.numpy() for t in backward(x, **call)]
        b = b[:, ::-1] if sequences else b
        found = [t.numpy() for t in layer(x, **call)]
        expected = [a, b] if mode is None else [MERGED[mode](a, b)]
        for ours, theirs in zip(found, [*expected, *forward_states, *backward_states], strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)
        if call and sequences:  # outputs of steps that do not count are 0
            assert not a[~mask].any() and not b[~mask].any()


def test_directions_that_do_not_fit():
    forward = layers.GRU(2)
    with pytest.raises(ValueError, match="both go the same way"):
        layers.Bidirectional(forward, backward_layer=layers.GRU(2))
    with pytest.raises(ValueError, match="return_sequences differs"):
        backward = layers.GRU(2, go_backwards=True, return_sequences=True)
        layers.Bidirectional(forward, backward_layer=backward)
    with pytest.raises(ValueError, match="merge_mode is 'concat'.*received 'max'"):
        layers.Bidirectional(forward, "max")


def test_what_a_layer_refuses():
    with pytest.raises(ValueError, match=r"LSTM.*InputSpec\(ndim=3\).*received shape \(4, 3\)"):
        layers.LSTM(2)(np.ones((4, 3), "float32"))
    with pytest.raises(ValueError, match=r"one step at least; received shape \(4, 0, 3\)"):
        layers.GRU(2)(np.ones((4, 0, 3), "float32"))
    with pytest.raises(ValueError, match="LSTMCell: units"):
        layers.LSTM(0)
    with pytest.raises(ValueError, match="SimpleRNNCell: dropout"):
        layers.SimpleRNN(2, dropout=1.5)
    with pytest.raises(TypeError, match="does not know the argument 'unit'"):
        layers.GRU(2, unit=3)
    lstm = layers.LSTM(2)
    with pytest.raises(ValueError, match=r"states of the shapes \[\(4, 2\), \(4, 2\)\]; received"):
        lstm(np.ones((4, 3, 1), "float32"), initial_state=[np.zeros((4, 2))])


def test_an_encoder_and_a_decoder():
    """States as symbols: a functional model in which one layer begins where another ends."""
    read, written = Input((None, 3)), Input((None, 2))
    _, h, c = layers.LSTM(4, return_state=True)(read)
    y = layers.LSTM(4, return_sequences=True)(written, initial_state=[h, c])
    model = Model([read, written], layers.Dense(1)(y))
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(6, 5, 3)), rng.normal(size=(6, 7, 2))]
    assert model.output_shape == (None, None, 1) and model.predict(x, verbose=0).shape == (6, 7, 1)
    model.compile(minidl.optimizers.Adam(0.01), "mse")
    history = model.fit(x, np.ones((6, 7, 1)), epochs=30, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]


@each_layer
def test_it_learns_which_step_mattered(name):
    """The class is told at the first of 12 steps: the layer must remember it."""
    minidl.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 12, 2)).astype("float32")
    y = (x[:, 0, 0] > 0).astype(int)
    layer = getattr(layers, name)(16)
    model = Sequential([Input((12, 2)), layer, layers.Dense(1, activation="sigmoid")])
    model.compile(minidl.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x[:400], y[:400], epochs=25, verbose=0)
    assert model.evaluate(x[400:], y[400:], verbose=0)[1] > 0.85
