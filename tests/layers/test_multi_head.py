"""MultiHeadAttention and GroupQueryAttention."""

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


def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("axes", [(1,), (2,), (1, 2)])
def test_attention_along_the_chosen_axes_of_images(axes):
    """Written out: each sample, head and place apart. With a mask, a gate and an output shape."""
    x = rng.normal(size=(2, 3, 5, 4))
    layer = layers.MultiHeadAttention(
        2, 3, value_dim=6, attention_axes=axes, output_shape=(2, 7), use_gate=True, dtype="float64"
    )
    layer.build(x.shape, x.shape)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    q, k, v = (
        np.einsum("nabi,ihd->nabhd", x, part.kernel.numpy()) + part.bias.numpy()
        for part in map(layer.part, ("query", "key", "value"))
    )
    T = np.prod([x.shape[a] for a in axes])
    mask = rng.random((2, T, T)) < 0.7
    mask[:, :, 0] = True
    flat = lambda z: np.moveaxis(z, axes, range(-2 - len(axes), -2)).reshape(
        2, -1, T, *z.shape[-2:]
    )
    scores = np.einsum("nkthd,nkshd->nkhts", flat(q), flat(k)) / np.sqrt(3)
    shares = softmax(np.where(mask[:, None, None], scores, -1e30))
    z = np.einsum("nkhts,nkshd->nkthd", shares, flat(v))
    kept = [n for a, n in enumerate(x.shape[:-1]) if a not in axes]
    z = z.reshape(*kept, *[x.shape[a] for a in axes], 2, 6)
    z = np.moveaxis(z, range(-2 - len(axes), -2), axes)
    gate = layer._gate_dense
    z = z / (1 + np.exp(-np.einsum("nabi,ihd->nabhd", x, gate.kernel.numpy()) - gate.bias.numpy()))
    back = layer.part("output")
    expected = np.einsum("nabhd,hdjk->nabjk", z, back.kernel.numpy()) + back.bias.numpy()
    steps = [x.shape[a] for a in axes]
    call = {"attention_mask": mask.reshape(2, *steps, *steps)}
    np.testing.assert_allclose(layer(x, x, **call).numpy(), expected, rtol=1e-9)
    y, found = layer(x, x, **call, return_attention_scores=True)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-9)
    np.testing.assert_allclose(found.numpy().reshape(shares.shape), shares, rtol=1e-9, atol=1e-30)


@each_kind
def test_a_sliding_window_and_masks_of_both_sides(name):
    """|t − s| < 2, and what each mask leaves: the same as one mask made of them."""
    layer = getattr(layers, name)(**HEADS[name], sliding_window=2)
    plain = getattr(layers, name)(**HEADS[name])
    layer.build(QUERY.shape, VALUE.shape), plain.build(QUERY.shape, VALUE.shape)
    plain.set_weights(layer.get_weights())
    value_mask, key_mask = np.arange(5) < [[4], [5]], np.arange(5) > [[0], [0]]
    near = np.abs(np.arange(3)[:, None] - np.arange(5)) < 2
    seen = near & (np.arange(3)[:, None] >= np.arange(5)) & value_mask[:, None] & key_mask[:, None]
    masks = dict(value_mask=value_mask, key_mask=key_mask, use_causal_mask=True)
    a = layer(QUERY, VALUE, KEY, **masks).numpy()
    b = plain(QUERY, VALUE, KEY, attention_mask=seen).numpy()
    np.testing.assert_allclose(a[:, 1:], b[:, 1:], rtol=1e-5, atol=1e-6)  # the first sees nothing
    with pytest.raises(ValueError, match="sliding_window"):
        getattr(layers, name)(**HEADS[name], sliding_window=0)


@pytest.mark.parametrize("chosen, size", [(None, (6,)), (5, (5,)), ((5, 2), (5, 2))])
def test_the_shape_of_the_output(chosen, size):
    layer = layers.MultiHeadAttention(2, 3, output_shape=chosen)
    assert layer.compute_output_shape((None, 4, 6), (None, 7, 8)) == (None, 4, *size)
    assert layer(np.zeros((1, 4, 6), "f"), np.zeros((1, 7, 8), "f")).shape == (1, 4, *size)
