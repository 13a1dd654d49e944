"""Attention: what a query takes, masks that leave steps out, weights, and heads that share keys."""

import numpy as np
import pytest

from minidl import Input, Model, Tensor, layers, ops

rng = np.random.default_rng(0)
QUERY, VALUE, KEY = (rng.normal(size=(2, n, 4)).astype("float32") for n in (3, 5, 5))
HEADS = {
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "GroupQueryAttention": {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
}
each_kind = pytest.mark.parametrize("name", HEADS)


def test_a_query_takes_the_value_of_the_key_that_fits():
    keys = 20 * np.eye(4, dtype="float32")[None]
    values = rng.normal(size=(1, 4, 2)).astype("float32")
    found = layers.Attention()([keys[:, [2, 0]], values, keys]).numpy()
    np.testing.assert_allclose(found, values[:, [2, 0]], rtol=1e-5)
    even = layers.Attention()([0 * keys[:, :1], values, keys]).numpy()
    np.testing.assert_allclose(even, values.mean(axis=1, keepdims=True), rtol=1e-5)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_the_one_op_and_the_way_with_weights(name):
    """The same numbers and gradients with and without return_attention_scores."""
    layer = getattr(layers, name)(use_scale=True, dtype="float64")
    masks = [None, rng.random((2, 5)) < 0.6]
    found = []
    for scores in (False, True):
        inputs = [Tensor(x.astype(float), requires_grad=True) for x in (QUERY, VALUE, KEY)]
        y = layer(inputs, mask=masks, return_attention_scores=scores, use_causal_mask=True)
        y = y[0] if scores else y
        y.backward(gradient=np.cos(np.arange(y.size)).reshape(y.shape))
        found.append([y.numpy(), layer.scale.grad, *[x.grad for x in inputs]])
        layer.scale.grad = None
    for a, b in zip(*found):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@each_kind
def test_a_causal_mask_hides_what_comes(name):
    layer, later = getattr(layers, name)(**HEADS[name]), VALUE.copy()
    later[:, 3:] += 1
    a, b = (layer(x, x, use_causal_mask=True).numpy() for x in (VALUE, later))
    np.testing.assert_allclose(a[:, :3], b[:, :3], rtol=1e-5, atol=1e-6)
    assert np.abs(a[:, 3:] - b[:, 3:]).min(axis=(1, 2)).max() > 1e-4


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_a_causal_mask_alone(name):
    """The first query takes the first value, the next the first two."""
    layer = getattr(layers, name)()
    y, shares = layer([QUERY, VALUE, KEY], use_causal_mask=True, return_attention_scores=True)
    assert ((shares.numpy() > 0) == np.tri(3, 5)).all()
    again = layer([QUERY, VALUE, KEY], use_causal_mask=True).numpy()
    np.testing.assert_allclose(again[:, 0], VALUE[:, 0], rtol=1e-5)
    np.testing.assert_allclose(again, y.numpy(), rtol=1e-4, atol=1e-6)


@each_kind
def test_masks_of_the_inputs_are_used(name):
    """An Embedding's mask reaches the layer, and goes on with the queries."""
    ids = np.array([[3, 1, 2, 0, 0], [1, 4, 0, 0, 0]])
    i = Input((None,))
    e = layers.Embedding(6, 4, mask_zero=True)(i)
    model = Model(i, layers.GRU(2)(getattr(layers, name)(**HEADS[name])(e, e)))
    longer = np.concatenate([ids, np.zeros((2, 3), int)], axis=1)
    a, b = (model.predict(x, verbose=0) for x in (ids, longer))
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_what_attention_refuses():
    with pytest.raises(ValueError, match=r"takes a list, \[query, value\].*received list of 1"):
        layers.Attention()([QUERY])
    with pytest.raises(ValueError, match=r"takes a list, .*\[query, value, key\]; received Tensor"):
        layers.Attention()(QUERY)
    with pytest.raises(ValueError, match="received list of 4"):
        layers.Attention()([QUERY, VALUE, KEY, KEY])
    with pytest.raises(ValueError, match="score_mode is 'dot' or 'concat'; received 'sum'"):
        layers.Attention(score_mode="sum")
    with pytest.raises(ValueError, match="num_key_value_heads must divide num_query_heads"):
        layers.GroupQueryAttention(3, 4, 3)
    with pytest.raises(ValueError, match="MultiHeadAttention: num_heads"):
        layers.MultiHeadAttention(0, 3)
    x = np.ones((2, 3, 4, 5), "float32")
    for q, k, v in [(x, x[0], x), (x, x[:, :, :3], x[:, :, :3]), (x, x[..., :2], x), (x, x, x[:1])]:
        with pytest.raises(ValueError, match=r"dot_product_attention takes query \(n, T, heads"):
            ops.dot_product_attention(q, k, v)
    with pytest.raises(ValueError, match="no attn_logits_soft_cap"):
        ops.dot_product_attention(x, x, x, attn_logits_soft_cap=2.0)


def test_more_axes_in_front():
    """Rows of an image attend to each other, each column by itself."""
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 4)).astype("f")
    z, weights = layers.Attention()([x, x], return_attention_scores=True)
    assert weights.shape == (2, 5, 6, 6)
    np.testing.assert_allclose(layers.Attention()([x, x]).numpy(), z.numpy(), rtol=1e-6)
    alone = layers.Attention()([x[:, 1], x[:, 1]]).numpy()
    np.testing.assert_allclose(z.numpy()[:, 1], alone, rtol=1e-5)


@pytest.mark.parametrize("use_scale", [False, True])
@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_scores_that_add_query_and_key(name, use_scale):
    """Luong's 'concat' scales before tanh and has a learned factor behind; Bahdanau's scales each
    number behind tanh. A query whose mask is False gives 0.
    """
    mode = {"score_mode": "concat"} if name == "Attention" else {}
    layer = getattr(layers, name)(use_scale, **mode, dtype="float64")
    value = np.concatenate([VALUE, VALUE[..., :2]], axis=2)  # its size is its own
    layer.build([QUERY.shape, value.shape, KEY.shape])
    weights = [rng.normal(size=w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    scale = weights[0] if use_scale else 1.0
    sums = QUERY[:, :, None] + KEY[:, None]
    scores = np.tanh(sums * scale) * weights[-1] if mode else np.tanh(sums) * scale
    found = np.exp(scores.sum(axis=-1))
    expected = found / found.sum(axis=-1, keepdims=True)
    asked = np.array([[1, 0, 1], [0, 1, 1]], bool)
    y, shares = layer([QUERY, value, KEY], mask=[asked, None], return_attention_scores=True)
    np.testing.assert_allclose(shares.numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(
        y.numpy(), (expected @ value) * asked[..., None], rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_dropout_falls_on_the_weights(name):
    """In training alone: a weight is 0, or twice what it was. The mask is that of the queries."""
    layer = getattr(layers, name)(dropout=0.5, dtype="float64")
    query = Tensor(QUERY)
    query.mask = asked = np.array([[1, 0, 1], [0, 1, 1]], bool)
    y, shares = layer([query, VALUE, KEY], return_attention_scores=True)
    assert y.mask.numpy().tolist() == asked.tolist()
    np.testing.assert_allclose(y.numpy(), (shares.numpy() @ VALUE) * asked[..., None], rtol=1e-6)
    z, dropped = layer([query, VALUE, KEY], return_attention_scores=True, training=True)
    kept = dropped.numpy() != 0
    assert 0.1 < kept.mean() < 0.9
    np.testing.assert_allclose(dropped.numpy(), 2 * shares.numpy() * kept, rtol=1e-6)
    np.testing.assert_allclose(z.numpy(), (dropped.numpy() @ VALUE) * asked[..., None], rtol=1e-6)
    plain = layer([QUERY, VALUE, KEY]).numpy()
    direct = layer.call([Tensor(a, dtype="float64") for a in (QUERY, VALUE, KEY)])
    np.testing.assert_array_equal(direct, plain)
    alone = layer([QUERY, VALUE, KEY], training=True).numpy()
    assert np.abs(alone - plain).max() > 0.01
