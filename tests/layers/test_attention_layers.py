"""Attention: what a query takes, masks that leave steps out, weights, and heads that share keys."""

import numpy as np
import pytest

import minidl
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
def test_heads_in_one_op_and_with_weights(name):
    layer = getattr(layers, name)(**HEADS[name], dtype="float64")
    mask = rng.random((2, 3, 5)) < 0.7
    found = []
    for scores in (False, True):
        inputs = [Tensor(x.astype(float), requires_grad=True) for x in (QUERY, VALUE, KEY)]
        y = layer(*inputs, attention_mask=mask, return_attention_scores=scores)
        if scores:
            y, weights = y
            assert weights.shape == (2, 4 if name.startswith("G") else 2, 3, 5)
            np.testing.assert_allclose(weights.numpy().sum(axis=-1), 1, rtol=1e-12)
            off = np.broadcast_to(
                ~mask[:, None] & mask.any(axis=2)[:, None, :, None], weights.shape
            )
            assert not weights.numpy()[off].any()
        y.backward(gradient=np.cos(np.arange(y.size)).reshape(y.shape))
        found.append([y.numpy(), *[w.grad for w in layer.weights], *[x.grad for x in inputs]])
        for w in layer.weights:
            w.grad = None
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@each_kind
def test_what_a_mask_leaves_out_changes_nothing(name):
    layer = getattr(layers, name)(**HEADS[name])
    mask = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1]], bool)
    before = layer(QUERY, VALUE, value_mask=mask).numpy()
    other = np.where(mask[..., None], VALUE, 100).astype("float32")
    np.testing.assert_allclose(
        layer(QUERY, other, value_mask=mask).numpy(), before, rtol=1e-4, atol=1e-5
    )
    assert np.abs(layer(QUERY, other).numpy() - before).max() > 0.1


@each_kind
def test_a_causal_mask_hides_what_comes(name):
    layer, later = getattr(layers, name)(**HEADS[name]), VALUE.copy()
    later[:, 3:] += 1
    a, b = (layer(x, x, use_causal_mask=True).numpy() for x in (VALUE, later))
    np.testing.assert_allclose(a[:, :3], b[:, :3], rtol=1e-5, atol=1e-6)
    assert np.abs(a[:, 3:] - b[:, 3:]).min(axis=(1, 2)).max() > 1e-4


@each_kind
def test_a_sliding_window_hides_what_is_far(name):
    layer, other = getattr(layers, name)(**HEADS[name], sliding_window=2), VALUE.copy()
    other[:, 3] += 1
    a, b = (layer(x, x).numpy() for x in (VALUE, other))
    changed = np.abs(a - b).max(axis=(0, 2)) > 1e-4
    assert changed.tolist() == [False, False, True, True, True]


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


@each_kind
def test_dropout_and_names(name):
    layer = getattr(layers, name)(**HEADS[name], dropout=0.5, seed=1)
    plain = layer(QUERY, VALUE).numpy()
    trained = [layer(QUERY, VALUE, training=True).numpy() for _ in range(400)]
    assert np.abs(trained[0] - plain).max() > 0.01
    np.testing.assert_allclose(np.mean(trained, axis=0), plain, atol=0.2)
    by_name = layer(query=QUERY, value=VALUE, key=KEY)
    np.testing.assert_array_equal(by_name.numpy(), layer(QUERY, VALUE, KEY).numpy())
    kinds = [part.kernel.numpy() for part in (layer.part("key"), layer.part("value"))]
    assert not np.array_equal(*kinds)  # one initializer, other numbers


def test_what_attention_refuses():
    with pytest.raises(ValueError, match=r"takes a list, \[query, value\].*received list of 1"):
        layers.Attention()([QUERY])
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


def test_heads_that_share_keys_are_heads_with_repeated_keys():
    q, k, v = (rng.normal(size=(2, n, h, 3)) for n, h in ((3, 6), (4, 2), (4, 2)))
    mask, bias = rng.random((2, 6, 3, 4)) < 0.7, rng.normal(size=(6, 1, 4))
    for options in ({}, {"mask": mask}, {"bias": bias}, {"is_causal": True}, {"mask": mask[:, :1]}):
        shared = ops.dot_product_attention(q, k, v, **options).numpy()
        repeated = (np.repeat(a, 3, axis=2) for a in (k, v))
        expected = ops.dot_product_attention(q, *repeated, **options).numpy()
        np.testing.assert_allclose(shared, expected, rtol=1e-10)


def test_where_a_step_stands():
    """Formula by formula; a sequence that goes on begins where the last one ended."""
    x = np.zeros((2, 7, 6), "float32")
    codes = layers.SinePositionEncoding(100)(x).numpy()
    assert codes.shape == x.shape and codes.dtype == np.float32
    for t in range(7):
        for i in range(3):
            angle = t / 100 ** (2 * i / 6)
            expected = [np.sin(angle), np.cos(angle)]
            np.testing.assert_allclose(codes[1, t, 2 * i : 2 * i + 2], expected, atol=1e-6)
    later = layers.SinePositionEncoding(100)(x[:, 4:], start_index=4).numpy()
    np.testing.assert_array_equal(later, codes[:, 4:])
    assert layers.SinePositionEncoding()(x[..., :5]).shape == (2, 7, 5)


def test_a_query_finds_what_stands_behind_a_mark():
    """A sequence of pairs, then a mark: the layer learns to answer what follows that mark."""
    minidl.set_random_seed(0)
    draw = np.random.default_rng(0)
    marks = np.stack([draw.permutation(4) for _ in range(600)])
    answers = draw.integers(0, 2, (600, 4))
    asked = draw.integers(0, 4, 600)
    y = answers[np.arange(600), (marks == asked[:, None]).argmax(axis=1)]
    pairs = np.concatenate([np.eye(4)[marks], answers[..., None]], axis=2)
    a, b = Input((4, 5)), Input((1, 4))
    z = layers.MultiHeadAttention(2, 8)(b, a)
    model = Model([a, b], layers.Dense(1, activation="sigmoid")(layers.Flatten()(z)))
    model.compile(minidl.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    x = [pairs, np.eye(4)[asked][:, None]]
    model.fit([p[:500] for p in x], y[:500], epochs=30, verbose=0)
    assert model.evaluate([p[500:] for p in x], y[500:], verbose=0)[1] > 0.95


def test_keys_and_values_can_be_kept():
    """As chapter 21 generates text: the newest step alone, beside the keys and values of all before
    it, gives what the causal layer gives for the whole sequence.
    """
    layer = layers.MultiHeadAttention(2, 3)
    x = np.random.default_rng(0).normal(size=(2, 6, 5)).astype("float32")
    whole = layer(x, x, use_causal_mask=True).numpy()
    keys, values = (part(x[:, :0]) for part in (layer.key_dense, layer.value_dense))
    for t in range(x.shape[1]):
        newest = x[:, t : t + 1]
        keys = ops.concatenate([keys, layer.key_dense(newest)], axis=1)
        values = ops.concatenate([values, layer.value_dense(newest)], axis=1)
        z = ops.dot_product_attention(layer.query_dense(newest), keys, values)
        z = layer.output_dense(z).numpy()
        np.testing.assert_allclose(z[:, 0], whole[:, t], rtol=1e-4, atol=1e-6)
