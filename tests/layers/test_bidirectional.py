"""Both directions."""

import numpy as np
import pytest
from sequence_cases import FEATURES, drawn, each_layer, made

from minidl import layers

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
    assert len(forward.weights) == len(backward.weights) == len(layer.weights) // 2 > 1
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


@each_layer
def test_states_that_are_given_and_states_that_stay(name):
    x, _ = drawn()
    layer = layers.Bidirectional(made(name, return_state=True), dtype="float64")
    forward, backward = layer.forward_layer, layer.backward_layer
    layer.build((None, None, FEATURES))
    n = len(forward.state_size)
    states = [np.full((len(x), forward.units), 0.1 * i) for i in range(1, 2 * n + 1)]
    found = layer(x, initial_state=states)
    expected = [
        *forward(x, initial_state=states[:n])[1:],
        *backward(x, initial_state=states[n:])[1:],
    ]
    for ours, theirs in zip(found[1:], expected, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-12)
    stateful = layers.Bidirectional(getattr(layers, name)(2, stateful=True))
    first = stateful(x).numpy()
    assert np.abs(stateful(x).numpy() - first).min() > 0
    stateful.reset_state()
    np.testing.assert_array_equal(stateful(x).numpy(), first)


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("states", [0, 1, 2])
@pytest.mark.parametrize("mode", ["sum", None])
def test_masks_of_both_directions(mode, states, sequences):
    """An output for each step has the mask of the input; the last states have none."""
    inner = [layers.GRU, layers.GRU, layers.LSTM][states](
        2, return_sequences=sequences, return_state=states > 0
    )
    x = layers.Masking()(np.array([[[1.0], [0.0], [2.0]]]))
    found = layers.Bidirectional(inner, mode)(x)
    found = list(found) if isinstance(found, tuple) else [found]
    outputs = 2 if mode is None else 1
    assert len(found) == outputs + 2 * states
    masks = [None if t.mask is None else t.mask.numpy().tolist() for t in found]
    marked = [[True, False, True]] if sequences else None
    assert masks == [marked] * outputs + [None] * 2 * states


def test_which_layer_goes_which_way():
    given = layers.LSTM(2, go_backwards=True, name="mine")
    layer = layers.Bidirectional(layers.GRU(2, name="forward_own"), backward_layer=given)
    assert layer.backward_layer is given and layer.forward_layer.name == "forward_own"
    turned = layers.Bidirectional(layers.GRU(2, go_backwards=True, name="own"))
    assert (turned.forward_layer.go_backwards, turned.backward_layer.go_backwards) == (True, False)
    assert [inner.name for inner in turned.layers_inside] == ["forward_own", "backward_own"]
