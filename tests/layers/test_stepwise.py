"""RNN: cells of one's own, and states."""

import numpy as np
import pytest
from sequence_cases import drawn, each_layer, made

from minidl import Input, layers, ops


class Counting(layers.Layer):
    """A cell of a learner's own: it adds up its inputs."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.shape_seen = input_shape
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
    stacked = layers.RNN([NoLayer(), Counting(3)], return_sequences=True)(x).numpy()
    sums = plain.sum(axis=2).cumsum(axis=1)[..., None]
    np.testing.assert_allclose(stacked, 2 * sums.repeat(3, axis=2), rtol=1e-4, atol=1e-5)
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
    assert layers.StackedRNNCells([first.cell, second.cell, Counting(4)]).output_size == 4
    built = layers.RNN([layers.LSTMCell(3), NoLayer(), layers.GRUCell(4)])
    built.build((None, None, 5))
    shapes = [w.shape for w in built.weights]
    assert shapes == [(5, 12), (3, 12), (12,), (2, 12), (4, 12), (2, 12)]
    built = layers.RNN([Counting(2), Counting(3)])
    built.build((None, 7, 5))
    assert [cell.shape_seen for cell in built.cell.cells] == [(None, 5), (None, 2)]
    two = type("Two", (), {"state_size": [2, 5], "call": None})()
    assert layers.StackedRNNCells([two]).output_size == 2
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


class Growing:
    """A cell whose output has another size than its one state, which it gives bare."""

    state_size = 1

    def call(self, inputs, states):
        return ops.concatenate([inputs, states[0]], axis=1), states[0] + inputs[:, :1]


@pytest.mark.parametrize("sequences", [False, True])
def test_outputs_where_a_sequence_does_not_count(sequences):
    """Before the first step that does, the output is the first state, or 0 if the sizes differ;
    later it is the last one. With zero_output_for_mask it is 0.
    """
    x = np.array([[[1.0], [2], [4]], [[1], [2], [4]]], "f")
    mask = np.array([[False, True, False], [False, False, True]])
    start = np.full((2, 1), 8.0, "f")
    asked = dict(return_sequences=sequences, return_state=True)
    for zeros in (False, True):
        layer = layers.RNN(Counting(1), **asked, zero_output_for_mask=zeros)
        y, state = layer(x, mask=mask, initial_state=start)
        expected = np.array([[8, 20, 20], [8, 8, 24]]) * (mask if zeros else 1)
        np.testing.assert_array_equal(y[..., 0], expected if sequences else expected[:, -1])
        assert state.numpy().tolist() == [[10], [12]]
        y, state = layers.RNN(Growing(), **asked, zero_output_for_mask=zeros)(x, mask=mask)
        expected = np.zeros((2, 3, 2))
        expected[0, 1], expected[0, 2], expected[1, 2] = [2, 0], [2, 0], [4, 0]
        expected = expected * (mask[..., None] if zeros else 1)
        np.testing.assert_array_equal(y, expected if sequences else expected[:, -1])
        assert state.numpy().tolist() == [[2], [4]]


@each_layer
def test_backwards_is_forwards_through_the_turned_sequence(name):
    x, mask = drawn()
    ahead = made(name, return_sequences=True)
    back = made(name, return_sequences=True, go_backwards=True)
    for call in ({}, {"mask": mask}):
        turned = {k: m[:, ::-1] for k, m in call.items()}
        expected = ahead(x[:, ::-1], **turned).numpy()
        np.testing.assert_allclose(back(x, **call).numpy(), expected, rtol=1e-12)


@each_layer
def test_masks_go_on_where_there_are_steps(name):
    x = layers.Masking()(np.array([[[1.0], [0.0], [2.0]]]))
    for sequences in (False, True):
        output, *states = getattr(layers, name)(2, return_sequences=sequences, return_state=True)(x)
        assert (output.mask is not None) == sequences and {s.mask for s in states} == {None}
        assert not sequences or output.mask.numpy().tolist() == [[True, False, True]]
        alone = getattr(layers, name)(2, return_sequences=sequences)(x)
        assert (alone.mask is not None) == sequences
        layer = getattr(layers, name)(2, return_sequences=sequences)
        found = layer.compute_mask([x, *states], [x.mask, None])  # that of the sequences
        assert found is (x.mask if sequences else None)
