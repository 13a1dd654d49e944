"""Recurrent layers, attention and CTC against Keras and PyTorch: numbers, gradients, weights,
settings, and files both ways.
"""

import inspect
import warnings

import jax
import keras
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from test_keras_files import both

import minidl
from minidl import Tensor, ops

FEATURES, UNITS = 4, 3
EACH = ("SimpleRNN", "LSTM", "GRU")


def close(ours, theirs, eps=2e-5):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=eps, atol=eps)


def pair(name, options, *args, rng, **call):
    """The two layers with the same random weights."""
    ours, theirs = (getattr(lib.layers, name)(**options) for lib in (minidl, keras))
    ours(*args, **call), theirs(*args, **call)
    assert [(v.name, tuple(v.shape)) for v in ours.weights] == [
        (v.name, tuple(v.shape)) for v in theirs.weights
    ]
    values = [rng.normal(size=w.shape).astype("f") * 0.7 for w in ours.get_weights()]
    ours.set_weights(values), theirs.set_weights(values)
    return ours, theirs


def same_results_and_gradients(ours, theirs, inputs, rng, **call):
    """inputs: a list of arrays, the positional arguments of both."""
    tensors = [Tensor(a, requires_grad=True) for a in inputs]
    results = as_list(ours(*tensors, **call))
    cotangents = [rng.normal(size=r.shape).astype("f") for r in results]
    trained = [v.value for v in theirs.trainable_variables]
    kept = [v.value for v in theirs.non_trainable_variables]

    def loss(weights, inputs):
        expected = as_list(theirs.stateless_call(weights, kept, *inputs, **call)[0])
        return sum((r * c).sum() for r, c in zip(expected, cotangents)), expected

    gradients, expected = jax.grad(loss, argnums=(0, 1), has_aux=True)(
        trained, [jax.numpy.asarray(a) for a in inputs]
    )
    for mine, other in zip(results, expected, strict=True):
        assert mine.shape == other.shape and mine.dtype == np.float32
        close(mine, other)
    ops.sum(ops.stack([ops.sum(r * c) for r, c in zip(results, cotangents)])).backward()
    for variable, gradient in zip(ours.trainable_weights, gradients[0], strict=True):
        close(variable.grad, gradient, 1e-4)
    for tensor, gradient in zip(tensors, gradients[1], strict=True):
        close(tensor.grad, gradient, 1e-4)


def as_list(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


def chosen(name, rng):
    """Settings of a recurrent layer. (Not `unroll`: unrolled, Keras gives 0 before the first step
    that counts, and otherwise the first state.)
    """
    options = {"units": UNITS}
    for key in ("return_sequences", "return_state", "go_backwards", "use_bias"):
        options[key] = bool(rng.integers(2))
    if rng.integers(4) == 0:
        options["activation"] = "relu"
    if name != "SimpleRNN" and rng.integers(4) == 0:
        options["recurrent_activation"] = "tanh"
    if name == "GRU":
        options["reset_after"] = bool(rng.integers(2))
    return options


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", EACH)
def test_recurrent_layers_at_random(name, seed):
    rng = np.random.default_rng(seed)
    n, steps = 3, 5  # always the same: Keras on JAX compiles for each shape
    x = rng.normal(size=(n, steps, FEATURES)).astype("f")
    ours, theirs = pair(name, chosen(name, rng), x, rng=rng)
    call = {}
    if rng.integers(2):
        call["mask"] = rng.random((n, steps)) < 0.6
    if rng.integers(2):
        states = [rng.normal(size=(n, UNITS)).astype("f") for _ in ours.state_size]
        call["initial_state"] = states
    same_results_and_gradients(ours, theirs, [x], rng, **call)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize("name", EACH)
def test_both_directions_at_random(name, mode, seed):
    rng = np.random.default_rng(seed)
    options = {k: bool(rng.integers(2)) for k in ("return_sequences", "return_state")}
    x = rng.normal(size=(3, 5, FEATURES)).astype("f")
    mask = rng.random((3, 5)) < 0.6
    mask[:, -1] = True  # see test_a_difference_of_keras
    layers = []
    for lib in (minidl, keras):
        layers.append(lib.layers.Bidirectional(getattr(lib.layers, name)(UNITS, **options), mode))
        layers[-1](x)
    ours, theirs = layers
    assert [(v.name, tuple(v.shape)) for v in ours.weights] == [
        (v.name, tuple(v.shape)) for v in theirs.weights
    ]
    values = [rng.normal(size=w.shape).astype("f") for w in ours.get_weights()]
    ours.set_weights(values), theirs.set_weights(values)
    same_results_and_gradients(ours, theirs, [x], rng, **({"mask": mask} if seed % 2 else {}))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_cells_on_top_of_each_other(return_sequences, masked):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3, 5, FEATURES)).astype("f")
    layers = []
    for lib in (minidl, keras):
        cells = [lib.layers.LSTMCell(3), lib.layers.GRUCell(3), lib.layers.SimpleRNNCell(3)]
        layers.append(lib.layers.RNN(cells, return_sequences=return_sequences))
        layers[-1](x)
    ours, theirs = layers
    values = [rng.normal(size=w.shape).astype("f") for w in ours.get_weights()]
    ours.set_weights(values), theirs.set_weights(values)
    # before the first step that counts, Keras on JAX gives the first cell's state
    mask = np.array([[1, 0, 1, 1, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 1]], bool)
    same_results_and_gradients(ours, theirs, [x], rng, **({"mask": mask} if masked else {}))


@pytest.mark.parametrize("name", EACH)
def test_stateful_layers(name):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 4, FEATURES)).astype("f")
    ours, theirs = pair(name, {"units": UNITS, "stateful": True}, x, rng=rng)
    ours.reset_state(), theirs.reset_state()
    for _ in range(3):
        close(ours(x), theirs(x))
    ours.reset_state(), theirs.reset_state()
    close(ours(x[:, :2]), theirs(x[:, :2]))


# --- PyTorch
TORCH = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
# where PyTorch has a gate's rows: ours are i f g o and z r k, its are i f g o and r z k
ORDER = {"SimpleRNN": [0], "LSTM": [0, 1, 2, 3], "GRU": [1, 0, 2]}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", EACH)
def test_recurrent_layers_of_pytorch(name, seed):
    """In float64, to 1e-10: values and gradients of all weights."""
    rng = np.random.default_rng(seed)
    n, steps, d, units = rng.integers(1, 6, 4)
    x = rng.normal(size=(n, steps, d))
    theirs = TORCH[name](int(d), int(units), batch_first=True, dtype=torch.float64)
    ours = getattr(minidl.layers, name)(int(units), return_sequences=True, dtype="float64")
    ours.build(x.shape)

    def columns(rows):  # (gates·units, ...) of PyTorch in our order, as columns
        parts = np.split(rows.detach().numpy(), len(ORDER[name]))
        return np.concatenate([parts[i] for i in ORDER[name]]).T

    def in_our_form(kernel, recurrent, bias, other_bias):
        biases = [columns(bias), columns(other_bias)]
        bias = np.stack(biases) if name == "GRU" else sum(biases)
        return [columns(kernel), columns(recurrent), bias]

    parameters = list(theirs.parameters())
    ours.set_weights(in_our_form(*parameters))
    mine, other = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    c = rng.normal(size=(n, steps, units))
    ours(mine).backward(gradient=c)
    outputs, _ = theirs(other)
    outputs.backward(torch.tensor(c))
    np.testing.assert_allclose(ours(x).numpy(), outputs.detach().numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=1e-10, atol=1e-10)
    expected = in_our_form(*[p.grad for p in parameters])
    if name != "GRU":  # PyTorch adds two biases, whose gradients are the same
        expected[2] = expected[2] / 2
    for variable, gradient in zip(ours.weights, expected, strict=True):
        np.testing.assert_allclose(variable.grad, gradient, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("seed", range(30))
def test_ctc_of_pytorch_and_keras(seed):
    rng = np.random.default_rng(seed)
    n, steps, classes, most = rng.integers([1, 1, 2, 1], [6, 12, 6, 6])
    x = rng.normal(size=(n, steps, classes)) * 3
    labels = rng.integers(1, classes, (n, most))
    lengths, used = rng.integers(0, most + 1, n), rng.integers(1, steps + 1, n)
    mine, other = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    loss = ops.ctc_loss(labels, mine, lengths, used)
    expected = F.ctc_loss(
        F.log_softmax(other, -1).transpose(0, 1),
        *map(torch.tensor, (labels, used, lengths)),
        reduction="none",
    )
    possible = np.isfinite(expected.detach().numpy())
    np.testing.assert_array_equal(np.isfinite(loss.numpy()), possible)
    np.testing.assert_allclose(loss.numpy()[possible], expected.detach()[possible], rtol=1e-10)
    c = rng.normal(size=n)
    loss.backward(gradient=c)
    (expected[possible] * torch.tensor(c)[possible]).sum().backward()
    np.testing.assert_allclose(mine.grad[possible], other.grad[possible], rtol=1e-8, atol=1e-10)
    assert not mine.grad[~possible].any()
    theirs = np.asarray(keras.ops.ctc_loss(labels, x.astype("f"), lengths, used))
    # where no path reads as the labels, Keras has a large number for infinity
    assert (theirs[~possible] > 1e4).all()
    np.testing.assert_allclose(loss.numpy()[possible], theirs[possible], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
def test_the_loss_ctc(reduction):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 9, 5)).astype("f")
    y = np.array([[1, 1, 2], [3, 0, 0], [4, 2, 4]])
    ours, theirs = (lib.losses.CTC(reduction=reduction)(y, x) for lib in (minidl, keras))
    close(ours, theirs)
    close(minidl.losses.ctc(y, x), keras.losses.ctc(y, x))
    assert minidl.losses.CTC().get_config().items() >= {"name": "ctc"}.items()
    assert minidl.losses.get("ctc") is minidl.losses.ctc


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"merge_repeated": False},
        {"mask_index": 4},
        {"strategy": "beam_search"},
        {"strategy": "beam_search", "top_paths": 3, "mask_index": 2},
        {"strategy": "beam_search", "beam_width": 200, "top_paths": 2},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:scatter inputs:FutureWarning")  # Keras's beam search on JAX
def test_what_a_line_reads_as(options):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(6, 7, 5)).astype("f") * 2
    lengths = np.array([7, 4, 1, 7, 6, 5])
    (ours, scores), (theirs, expected) = (
        lib.ops.ctc_decode(x, lengths, **options) for lib in (minidl, keras)
    )
    np.testing.assert_array_equal(ours.numpy(), np.asarray(theirs))
    close(scores, expected)


# --- attention
def drawn(rng, *shape):
    return rng.normal(size=shape).astype("f")


MASKS = [
    {},
    {"use_causal_mask": True},
    {"attention_mask": True},
    {"attention_mask": True, "use_causal_mask": True},
    {"value_mask": True, "key_mask": True},
    {"attention_mask": True, "return_attention_scores": True},
]


def mha_call(which, rng, n, queries, keys):
    call = dict(which)
    if "attention_mask" in call:
        call["attention_mask"] = rng.random((n, queries, keys)) < 0.6
    for name in ("value_mask", "key_mask"):
        if name in call:
            call[name] = rng.random((n, keys)) < 0.7
    return call


@pytest.mark.parametrize("which", MASKS, ids=str)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"output_shape": 7, "use_bias": False},
        {"use_gate": True},
        {"sliding_window": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "name, own",
    [
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
        ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}),
    ],
)
def test_heads(name, own, options, which):
    if name == "GroupQueryAttention":
        options = {k: v for k, v in options.items() if k != "output_shape"}
    rng = np.random.default_rng(0)
    query, value, key = drawn(rng, 2, 3, 4), drawn(rng, 2, 5, 4), drawn(rng, 2, 5, 4)
    call = mha_call(which, rng, 2, 3, 5)
    ours, theirs = pair(name, {**own, **options}, query, value, key, rng=rng, **call)
    same_results_and_gradients(ours, theirs, [query, value, key], rng, **call)


@pytest.mark.parametrize(
    "options, scores",
    [
        ({"value_dim": 5}, True),
        ({"attention_axes": 2}, False),
        ({"attention_axes": (2,)}, True),
        ({"attention_axes": (1, 2)}, True),
        ({"output_shape": (2, 3)}, True),
        ({}, False),
    ],
    ids=str,
)
def test_heads_over_images(options, scores):
    rng = np.random.default_rng(0)
    x, y = drawn(rng, 2, 3, 5, 4), drawn(rng, 2, 3, 4, 4)
    call = {"return_attention_scores": scores}
    options = {"num_heads": 2, "key_dim": 3, **options}
    ours, theirs = pair("MultiHeadAttention", options, x, y, rng=rng, **call)
    same_results_and_gradients(ours, theirs, [x, y], rng, **call)


@pytest.mark.parametrize("call", [{}, {"mask": True}, {"use_causal_mask": True}], ids=str)
@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize(
    "name, options",
    [
        ("Attention", {}),
        ("Attention", {"use_scale": True}),
        ("Attention", {"score_mode": "concat"}),
        ("Attention", {"score_mode": "concat", "use_scale": True}),
        ("AdditiveAttention", {}),
        ("AdditiveAttention", {"use_scale": False}),
    ],
)
def test_attention(name, options, scores, call):
    rng = np.random.default_rng(0)
    inputs = [drawn(rng, 2, 3, 4), drawn(rng, 2, 5, 4), drawn(rng, 2, 5, 4)]
    if "mask" in call:
        call = {"mask": [rng.random((2, 3)) < 0.5, rng.random((2, 5)) < 0.7]}
    for count in (2, 3):
        ours, theirs = pair(name, options, inputs[:count], rng=rng, **call)
        results = [
            as_list(layer(inputs[:count], return_attention_scores=scores, **call))
            for layer in (ours, theirs)
        ]
        for mine, other in zip(*results, strict=True):
            close(mine, other)


@pytest.mark.parametrize("causal", [False, True])
def test_dot_product_attention_of_pytorch(causal):
    """In float64: PyTorch has the heads before the steps."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(2, 5, 3, 4)) for _ in range(3)]
    ours = [Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a.swapaxes(1, 2), requires_grad=True) for a in arrays]
    c = rng.normal(size=(2, 5, 3, 4))
    y = ops.dot_product_attention(*ours, is_causal=causal)
    z = F.scaled_dot_product_attention(*theirs, is_causal=causal)
    np.testing.assert_allclose(y.numpy(), z.detach().numpy().swapaxes(1, 2), rtol=1e-12)
    y.backward(gradient=c)
    z.backward(torch.tensor(c.swapaxes(1, 2)))
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a.grad, b.grad.numpy().swapaxes(1, 2), rtol=1e-10, atol=1e-12)


# --- signatures, configs, names
NAMES = [
    *("RNN", "SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell", "GRUCell"),
    *("StackedRNNCells", "Bidirectional", "TimeDistributed", "Attention", "AdditiveAttention"),
    *("MultiHeadAttention", "GroupQueryAttention"),
]


@pytest.mark.parametrize("method", ["__init__", "call"])
@pytest.mark.parametrize("name", NAMES)
def test_the_same_arguments_in_the_same_order(name, method):
    ours, theirs = (
        inspect.signature(getattr(getattr(lib.layers, name), method)).parameters.values()
        for lib in (minidl, keras)
    )
    expected = [(p.name, p.default) for p in theirs if p.kind is not p.VAR_KEYWORD]
    found = [(p.name, p.default) for p in ours if p.kind is not p.VAR_KEYWORD]
    if name == "TimeDistributed" and method == "call":
        return
    if name == "Bidirectional" and method == "call":
        expected[-1] = ("training", False)
    assert found == expected


@pytest.mark.parametrize("function", ["ctc_loss", "ctc_decode", "dot_product_attention"])
def test_the_same_arguments_of_functions(function):
    ours, theirs = (
        inspect.signature(getattr(lib.ops, function)).parameters.values() for lib in (minidl, keras)
    )
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]
    assert getattr(ops.nn, function) is getattr(ops, function)


@pytest.mark.parametrize("name", [*EACH, "SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_configs(name):
    ours, theirs = (getattr(lib.layers, name)(3) for lib in (minidl, keras))
    keys = set(theirs.get_config()) - {"implementation", "activity_regularizer"}
    assert keys <= set(ours.get_config())
    again = minidl.layers.deserialize(minidl.layers.serialize(ours))
    assert again.get_config() == ours.get_config()


# --- files
X = np.random.default_rng(5).normal(size=(3, 5, 4)).astype("float32")
MODELS = {
    "SimpleRNN": lambda l, x: l.SimpleRNN(3, activation="relu", use_bias=False)(x),
    "LSTM": lambda l, x: l.LSTM(3, kernel_regularizer="l2", bias_initializer="ones")(x),
    "LSTM with states": lambda l, x: l.LSTM(3, return_sequences=True, return_state=True)(x),
    "GRU": lambda l, x: l.GRU(3, reset_after=False, go_backwards=True, dropout=0.2)(x),
    "a cell": lambda l, x: l.RNN(l.GRUCell(3), return_sequences=True)(x),
    "cells": lambda l, x: l.RNN([l.LSTMCell(3), l.LSTMCell(2), l.SimpleRNNCell(2)])(x),
    "Bidirectional": lambda l, x: l.Bidirectional(l.LSTM(3, return_sequences=True), "sum")(x),
    "two Bidirectional": lambda l, x: l.Bidirectional(l.GRU(2))(
        l.Bidirectional(l.LSTM(3, return_sequences=True))(x)
    ),
    "backward_layer": lambda l, x: l.Bidirectional(
        l.LSTM(3), backward_layer=l.GRU(2, go_backwards=True)
    )(x),
    "TimeDistributed": lambda l, x: l.TimeDistributed(l.Dense(2))(x),
    "encoder, decoder": lambda l, x: l.GRU(3)(x, initial_state=l.GRU(3, return_state=True)(x)[1]),
    "Attention": lambda l, x: l.Attention(use_scale=True, score_mode="concat")([x, x]),
    "AdditiveAttention": lambda l, x: l.AdditiveAttention()([x, x]),
    "MultiHeadAttention": lambda l, x: l.MultiHeadAttention(2, 3, use_gate=True)(x, x),
    "causal": lambda l, x: l.MultiHeadAttention(2, 3, dropout=0.1)(x, x, use_causal_mask=True),
    "GroupQueryAttention": lambda l, x: l.GroupQueryAttention(3, 4, 2)(x, x),
}


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", MODELS)
def test_files_cross_both_ways(name, ending, tmp_path):
    def make(lib):
        x = lib.Input((5, 4))
        return lib.Model(x, MODELS[name](lib.layers, x))

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are saving your model as an HDF5 file")
        both(make, X, tmp_path, ending)


@pytest.mark.parametrize("name", MODELS)
def test_weights_cross_both_ways(name, tmp_path):
    path = tmp_path / "m.weights.h5"
    for here, there in ((minidl, keras), (keras, minidl)):
        models = []
        for lib in (here, there):
            x = lib.Input((5, 4))
            models.append(lib.Model(x, MODELS[name](lib.layers, x)))
        one, two = models
        one.set_weights([w + 0.1 for w in one.get_weights()])
        one.save_weights(path)
        two.load_weights(path)
        for a, b in zip(as_list(one.predict(X, verbose=0)), as_list(two.predict(X, verbose=0))):
            close(a, b)
