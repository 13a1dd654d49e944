"""Parts of the layers with heads: their names and settings, masks for heads, windows."""

import numpy as np
import pytest

from minidl import layers, regularizers

rng = np.random.default_rng(0)
QUERY, VALUE, KEY = (rng.normal(size=(2, n, 4)).astype("float32") for n in (3, 5, 5))
HEADS = {
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "GroupQueryAttention": {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
}
each_kind = pytest.mark.parametrize("name", HEADS)


@each_kind
def test_a_sliding_window_hides_what_is_far(name):
    layer, other = getattr(layers, name)(**HEADS[name], sliding_window=2), VALUE.copy()
    other[:, 3] += 1
    a, b = (layer(x, x).numpy() for x in (VALUE, other))
    changed = np.abs(a - b).max(axis=(0, 2)) > 1e-4
    assert changed.tolist() == [False, False, True, True, True]


@each_kind
def test_every_projection_has_the_settings_of_the_layer(name):
    layer = getattr(layers, name)(
        **HEADS[name],
        use_gate=True,
        kernel_regularizer="l2",
        bias_regularizer="l1",
        kernel_constraint="non_neg",
        bias_constraint="unit_norm",
        activity_regularizer=regularizers.L1(0.5),
        bias_initializer="ones",
        dtype="float64",
    )
    y = layer(QUERY, VALUE)
    assert [type(v.regularizer).__name__ for v in layer.weights] == ["L2", "L1"] * 5
    assert [type(v.constraint).__name__ for v in layer.weights] == ["NonNeg", "UnitNorm"] * 5
    parts = [part for part in layer.layers_inside if part.weights]
    assert [p.name for p in parts] == ["query", "key", "gate", "value", "attention_output"]
    assert all(p.dtype == "float64" and (p.bias.numpy() == 1).all() for p in parts)
    own = name.startswith("G")  # a penalty on its output too
    penalty = pytest.approx(0.5 * np.abs(y.numpy()).sum() / len(y))
    assert [float(loss) == penalty for loss in layer.losses].count(True) == 1 + own
    assert len(layer.losses) == 5 + own + 10
    plain = getattr(layers, name)(**HEADS[name], use_bias=False)
    plain(QUERY, VALUE)
    assert [v.name for v in plain.weights] == ["kernel"] * 4 and plain.losses == []
    assert "flash_attention" not in plain.get_config()


@each_kind
def test_a_mask_for_each_head(name):
    """(n, heads, T, S): what a head does not see, its weights leave out."""
    layer = getattr(layers, name)(**HEADS[name], dtype="float64")
    count = HEADS[name].get("num_heads", 4)
    mask = rng.random((2, count, 3, 5)) < 0.6
    mask[..., 2] = True
    y, weights = layer(QUERY, VALUE, attention_mask=mask, return_attention_scores=True)
    assert ((weights.numpy() > 0) == mask).all()
    np.testing.assert_allclose(layer(QUERY, VALUE, attention_mask=mask), y.numpy(), rtol=1e-9)
    same = layer(QUERY, VALUE, KEY[:, ::-1], attention_mask=mask[:, :1])
    np.testing.assert_allclose(
        same, layer(QUERY, VALUE, KEY[:, ::-1], attention_mask=mask[:, 0]), rtol=1e-9
    )


@pytest.mark.parametrize("axes", [2, (1, 2)])
def test_a_mask_for_each_head_along_other_axes(axes):
    x = rng.normal(size=(2, 3, 4, 6))
    layer = layers.MultiHeadAttention(2, 3, attention_axes=axes, dtype="float64")
    steps, samples = ((4,), (2, 3)) if axes == 2 else ((3, 4), (2,))
    mask = rng.random((2, *(1,) * len(samples[1:]), 2, *steps, *steps)) < 0.7
    mask.reshape(2, 2, np.prod(steps), -1)[..., 0] = True
    y, weights = layer(x, x, attention_mask=mask, return_attention_scores=True)
    assert weights.shape == (*samples, 2, *steps, *steps)
    assert ((weights.numpy() > 0) == np.broadcast_to(mask, weights.shape)).all()
    np.testing.assert_allclose(layer(x, x, attention_mask=mask), y.numpy(), rtol=1e-9)
