"""Symbols: values to come. Their shapes, what is recorded, and that a replay computes what eager
code computes.
"""

import numpy as np
import pytest

import minidl
from minidl import Input, Layer, Model, Tensor, layers, ops

rng = np.random.default_rng(3)


def known(shape, batch=5, dtype=np.float64):
    return rng.uniform(0.5, 1.5, size=[batch if n is None else n for n in shape]).astype(dtype)


def exact(inputs, outputs):
    """A model that computes in float64."""
    return Model(inputs, outputs, dtype="float64")


# --- what a symbol knows
# ---


def test_an_input_has_a_shape_with_an_unknown_batch():
    x = Input((28, 28))
    assert x.shape == (None, 28, 28) and x.ndim == 3 and x.dtype == np.float32
    assert Input(shape=(4,), dtype="float64").dtype == np.float64
    assert Input((4,), batch_size=8).shape == (8, 4)
    assert Input((None, 4)).shape == (None, None, 4)
    assert Input(4).shape == (None, 4)
    assert Input((4,), name="pixels").name == "pixels"
    assert repr(Input((4,), name="pixels")) == "<Symbol 'pixels' shape=(None, 4) dtype=float32>"
    with pytest.raises(ValueError, match="shape of one sample"):
        Input()


A34 = np.ones((3, 4))
SHAPES = {
    "add": ((3, 4), lambda x: x + 1, (None, 3, 4)),
    "add from the left": ((3, 4), lambda x: 1 + x, (None, 3, 4)),
    "an array on the right": ((3, 4), lambda x: x * A34, (None, 3, 4)),
    "an array on the left": ((3, 4), lambda x: A34 * x, (None, 3, 4)),
    "a NumPy number on the left": ((3, 4), lambda x: np.float64(2) * x, (None, 3, 4)),
    "a NumPy number on the right": ((3, 4), lambda x: x / np.sqrt(64.0), (None, 3, 4)),
    "a list": ((4,), lambda x: x - [1.0, 2.0, 3.0, 4.0], (None, 4)),
    "a tensor on the left": (
        (3, 4),
        lambda x: Tensor(np.ones((3, 1), np.float32)) - x,
        (None, 3, 4),
    ),
    "broadcast": ((3, 1), lambda x: x * np.ones((1, 4)), (None, 3, 4)),
    "with itself": ((3, 4), lambda x: x * x, (None, 3, 4)),
    "power": ((3, 4), lambda x: x**2 + 2**x + x**0.5, (None, 3, 4)),
    "negative and absolute": ((3, 4), lambda x: abs(-x), (None, 3, 4)),
    "plus": ((3, 4), lambda x: +x, (None, 3, 4)),
    "matmul": ((3, 4), lambda x: x @ np.ones((4, 2)), (None, 3, 2)),
    "matmul from the left": ((3, 4), lambda x: np.ones((2, 3)) @ x, (None, 2, 4)),
    "index": ((3, 4), lambda x: x[:, 0], (None, 4)),
    "last": ((3, 4), lambda x: x[..., -1], (None, 3)),
    "slices": ((3, 4), lambda x: x[:, 1:, ::2], (None, 2, 2)),
    "a new axis": ((4,), lambda x: x[:, None], (None, 1, 4)),
    "by a list": ((4,), lambda x: x[:, [0, 0, 1]], (None, 3)),
    "sum": ((3, 4), lambda x: x.sum(axis=-1), (None, 3)),
    "sum over the batch": ((3, 4), lambda x: x.sum(axis=0), (3, 4)),
    "sum of all": ((3, 4), lambda x: x.sum(), ()),
    "mean": ((3, 4), lambda x: x.mean(axis=(1, 2), keepdims=True), (None, 1, 1)),
    "max": ((3, 4), lambda x: x.max(1), (None, 4)),
    "min": ((3, 4), lambda x: x.min(axis=1), (None, 4)),
    "prod": ((3, 4), lambda x: x.prod(axis=1), (None, 4)),
    "var": ((3, 4), lambda x: x.var(axis=1), (None, 4)),
    "std": ((3, 4), lambda x: x.std(axis=1), (None, 4)),
    "cumsum": ((3, 4), lambda x: x.cumsum(axis=1), (None, 3, 4)),
    "clip": ((3, 4), lambda x: x.clip(0.7, 1.2), (None, 3, 4)),
    "reshape": ((3, 4), lambda x: x.reshape(-1, 12), (None, 12)),
    "flatten": ((3, 4), lambda x: x.flatten(), (None,)),
    "transpose": ((3, 4), lambda x: x.transpose(0, 2, 1), (None, 4, 3)),
    "T": ((4,), lambda x: x.T, (4, None)),
    "swapaxes": ((3, 4), lambda x: x.swapaxes(1, 2), (None, 4, 3)),
    "squeeze": ((3, 1), lambda x: x.squeeze(-1), (None, 3)),
    "ops.squeeze": ((1, 3, 1), lambda x: ops.squeeze(x, 1), (None, 3, 1)),
    "expand_dims": ((3,), lambda x: ops.expand_dims(x, 1), (None, 1, 3)),
    "expand_dims at the end": ((3,), lambda x: ops.expand_dims(x, -1), (None, 3, 1)),
    "flip": ((3,), lambda x: ops.flip(x, 1), (None, 3)),
    "take": ((3, 4), lambda x: ops.take(x, [0, 2], axis=2), (None, 3, 2)),
    "pad": ((3,), lambda x: ops.pad(x, ((0, 0), (1, 2))), (None, 6)),
    "split": ((6,), lambda x: ops.split(x, 3, axis=1)[1], (None, 2)),
    "split at": ((6,), lambda x: ops.split(x, [1], axis=-1)[1], (None, 5)),
    "concatenate": ((3,), lambda x: ops.concatenate([x, 2 * x], axis=1), (None, 6)),
    "concatenate with an array": (
        (3,),
        lambda x: ops.concatenate([x, x[:, :1]], axis=-1),
        (None, 4),
    ),
    "concatenate batches": ((3,), lambda x: ops.concatenate([x, x], axis=0), (None, 3)),
    "stack": ((3,), lambda x: ops.stack([x, x], axis=1), (None, 2, 3)),
    "where": ((3,), lambda x: ops.where(np.array([True, False, True]), x, 0.0), (None, 3)),
    "maximum": ((3,), lambda x: ops.maximum(x, 1.0), (None, 3)),
    "softmax": ((3,), lambda x: ops.softmax(x), (None, 3)),
    "log_softmax": ((3,), lambda x: ops.log_softmax(x), (None, 3)),
    "logsumexp": ((3,), lambda x: ops.logsumexp(x, axis=1), (None,)),
    "norm": ((3, 4), lambda x: ops.norm(x, axis=-1), (None, 3)),
    "sigmoid": ((3,), lambda x: ops.sigmoid(x), (None, 3)),
    "relu": ((3,), lambda x: ops.relu(x - 1), (None, 3)),
    "dense": ((3,), lambda x: ops.dense(x, np.ones((3, 2)), np.ones(2)), (None, 2)),
    "dot": ((3,), lambda x: x.dot(np.ones((3, 2))), (None, 2)),
    "np.exp": ((3,), lambda x: np.exp(x), (None, 3)),
    "np.maximum": ((3,), lambda x: np.maximum(1.0, x), (None, 3)),
    "np.mean": ((3, 4), lambda x: np.mean(x, axis=1), (None, 4)),
    "np.concatenate": ((3,), lambda x: np.concatenate([x, x], axis=1), (None, 6)),
    "stop_gradient": ((3,), lambda x: ops.stop_gradient(x) * x, (None, 3)),
    "axes of 2": ((2,), lambda x: x * 2, (None, 2)),
    "axes of 3": ((3, 2), lambda x: x.sum(1), (None, 2)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_and_replays(name):
    """The symbol knows the shape before any number; the model then computes what f computes on
    arrays, and the same gradient.
    """
    shape, f, expected = SHAPES[name]
    start = Input(shape, dtype="float64")
    end = f(start)
    assert end.shape == expected
    model = exact(start, end)
    for batch in (1, 2, 3, 5):
        array = known(start.shape, batch)
        x, twin = Tensor(array, requires_grad=True), Tensor(array, requires_grad=True)
        y, z = model(x), f(twin)
        np.testing.assert_allclose(y.data, z.data, rtol=1e-6)
        assert y.dtype == z.dtype == end.dtype
        assert len(y.shape) == len(expected) and all(
            n in (None, m) for n, m in zip(expected, y.shape)
        )
        g = rng.normal(size=y.shape)
        y.backward(gradient=g)
        z.backward(gradient=g)
        np.testing.assert_allclose(x.grad, twin.grad, rtol=1e-6, atol=1e-12)


def test_squeeze_never_takes_the_batch_axis():
    """Not even from a batch of one: the model was built for batches of any size."""
    x = Input((1, 3, 1))
    y = x.squeeze()
    assert y.shape == (None, 3)
    assert Model(x, y)(np.ones((1, 1, 3, 1))).shape == (1, 3)


def test_two_unknown_axes():
    x = Input((None, 4))
    assert (
        (x * 2).shape == (None, None, 4)
        and x.sum(axis=1).shape == (None, 4)
        and x.mean(axis=-1).shape == (None, None)
    )
    model = Model(x, x.sum(axis=1))
    assert model(np.ones((2, 7, 4))).shape == (2, 4) and model(np.ones((3, 1, 4))).shape == (3, 4)


def test_a_known_batch_stays_known():
    x = Input((4,), batch_size=8)
    assert x.sum(axis=1).shape == (8,) and (x * 2).shape == (8, 4)


def test_dtypes_are_known():
    assert (Input((3,)) * 2.0).dtype == np.float32
    assert (Input((3,)) * np.float64(2)).dtype == np.float32
    assert (Input((3,)) * np.ones(3)).dtype == np.float64
    assert Input((3,)).astype("float64").dtype == np.float64
    assert Input((3,), dtype="int32").sum(axis=1).dtype.kind == "i"


def test_the_declared_dtype_is_kept():
    x = Input((3,), dtype="float64")
    model = Model(x, x * 1.0)
    a = np.array([[1 / 3, 1e-12, 1e300]])
    np.testing.assert_array_equal(model(a).data, a)
    y = Input((3,))
    assert Model(y, y * 1.0)(a / 1e300).dtype == np.float32


def test_a_stack_of_float64_layers_rounds_nothing_on_the_way():
    model = minidl.Sequential([layers.Dense(3, kernel_initializer="identity", dtype="float64")])
    a = np.array([[1 / 3, 1e-12, 1e300]])
    np.testing.assert_array_equal(model(a).data, a)
    report = minidl.check_gradients(lambda x: model(x), known((None, 3)))
    assert report, report


# --- what is recorded
# ---


def test_a_node_is_a_whole_layer_call_or_a_bare_op():
    x = Input((4,))
    dense = layers.Dense(3, activation="tanh")
    y = dense(x)
    z = y + 1.0
    assert x.node is None
    assert y.node.function is dense and y.node.parents() == [x] and y.name == dense.name
    assert z.node.parents() == [y] and "add" in z.name
    assert y.shape == (None, 3) and "add" in repr(z)
    branches = ops.concatenate([y, z, x], axis=1)
    assert branches.node.parents() == [y, z, x] and branches.shape == (None, 10)


def test_recording_leaves_no_trace():
    """Shapes come from a dry run on zeros: no gradient, no tape, the weights made once."""
    minidl.set_random_seed(1)
    dense = layers.Dense(3)
    y = dense(Input((4,)))
    first = dense.get_weights()
    z = dense(Input((4,)))
    assert y.shape == z.shape == (None, 3)
    for a, b in zip(first, dense.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert all(w.grad is None for w in dense.weights)
    minidl.set_random_seed(1)
    eager = layers.Dense(3)
    eager(np.zeros((1, 4), np.float32))
    np.testing.assert_array_equal(first[0], eager.get_weights()[0])


def test_what_calls_change_is_not_changed_by_a_dry_run():
    class Changing(Layer):
        def build(self, input_shape):
            self.calls = self.add_weight((), "zeros", trainable=False, name="calls")
            self.seen, self.rng = minidl.metrics.Mean(), np.random.default_rng(0)

        def call(self, x):
            self.calls.assign(self.calls.data + 1)
            self.seen.update_state(x)
            self.add_loss(x.sum() * self.rng.random())
            return x * 2.0

    layer, inputs = Changing(), Input((4,))
    model = Model(inputs, layer(layer(inputs)))
    assert layer.calls.numpy() == 0 and layer.seen.count.numpy() == 0 and layer.losses == []
    assert layer.rng.random() == np.random.default_rng(0).random()
    model(np.ones((3, 4), np.float32))
    assert layer.calls.numpy() == 2 and layer.seen.count.numpy() == 24 and len(layer.losses) == 2
    layer(Input((4,)))
    assert layer.calls.numpy() == 2 and layer.seen.count.numpy() == 24 and len(layer.losses) == 2


def test_the_dry_run_is_not_recorded_on_the_tape():
    seen = []

    class Watching(Layer):
        def build(self, input_shape):
            self.w = self.add_weight((1,))

        def call(self, x):
            y = x * self.w
            seen.append((y.requires_grad, x.shape[0]))
            return y

    x = Input((4,))
    y = Watching()(x)
    assert len(seen) >= 1 and not any(recorded for recorded, _ in seen)
    model = Model(x, y)
    assert model(np.ones((7, 4))).requires_grad and seen[-1] == (True, 7)


def test_a_wrong_shape_is_noticed_while_building():
    with pytest.raises(ValueError):
        Input((3,)) + Input((4,))
    with pytest.raises(ValueError):
        Input((3,)) @ np.ones((4, 2))
    dense = layers.Dense(2)
    dense(Input((3,)))
    with pytest.raises(ValueError, match="expects inputs whose last axis is 3"):
        dense(Input((4,)))


# --- mistakes

S = Input((3,), name="pixels")
MISTAKES = {
    "if": (lambda: bool(S), TypeError, "ops.where"),
    "and": (lambda: S and 1, TypeError, "no value yet"),
    "for": (lambda: list(S), TypeError, "x[:, 0]"),
    "unpacking": (lambda: (lambda a, b: 0)(*S), TypeError, "looped over"),
    "np.asarray": (lambda: np.asarray(S), TypeError, "no value yet"),
    "np.array": (lambda: np.array(S), TypeError, "no value yet"),
    "an unmapped function": (lambda: np.cbrt(S), TypeError, "np.cbrt has no derivative"),
    "another NumPy function": (lambda: np.linalg.norm(S), TypeError, "no value yet"),
    "Tensor of it": (lambda: Tensor(S), TypeError, "no value yet"),
    "as an index": (lambda: Tensor([1.0])[S], TypeError, "no value yet"),
    "float": (lambda: float(S), TypeError, ""),
    "an input from elsewhere": (lambda: Model(Input((3,)), S * 2), ValueError, "'pixels'"),
    "the same, what is wrong": (
        lambda: Model(Input((3,)), S * 2),
        ValueError,
        "not among the model's inputs",
    ),
    "outputs that are no symbols": (lambda: Model(S, np.ones(3)), ValueError, "received ndarray"),
    "only inputs": (lambda: Model(S), ValueError, "both inputs and outputs"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_a_symbol_cannot_do(mistake):
    do, kind, phrase = MISTAKES[mistake]
    with pytest.raises(kind) as error:
        do()
    assert phrase in str(error.value), error.value


def test_a_comparison_is_not_silently_false():
    for compare in (lambda: S == 0, lambda: S != 0, lambda: np.zeros(3) == S):
        with pytest.raises(TypeError):
            compare()
    x = np.array([[-1.0, 0.0, 2.0]], dtype="float32")
    for compare in (
        lambda v: v > 0,
        lambda v: v <= 0,
        lambda v: v < 1.0,
        lambda v: v >= v * v,
        lambda v: v < 1,
    ):
        np.testing.assert_array_equal(np.asarray(Model(S, compare(S))(x)), compare(x))
    np.testing.assert_array_equal(
        Model(S, ops.where(S > 0, S, 0.1 * S))(x).data, np.where(x > 0, x, np.float32(0.1) * x)
    )
    assert S in [Input((3,)), S] and len({S, S, Input((3,))}) == 2
    assert S == S and S not in [Input((3,))]


def test_shapes_of_symbols_reshape():
    x = Input((2, 3))
    y = ops.reshape(x, (ops.shape(x)[0], -1))
    assert y.shape == (None, 6) and Model(x, y)(np.zeros((5, 2, 3))).shape == (5, 6)


def test_whole_division_and_remainder():
    t, x = Tensor([7.0, -7.0]), Input((3,))
    assert (t // 2).tolist() == [3.0, -4.0] and (t % 4).tolist() == [3.0, 1.0]
    assert (9 // Tensor([2.0])).tolist() == [4.0] and (9 % Tensor([5.0])).tolist() == [4.0]
    np.testing.assert_array_equal(
        Model(x, (x // 2) + (x % 2))(np.array([[3.0, 4.0, 5.0]])).data, [[2.0, 2.0, 3.0]]
    )


def test_the_shapes_of_a_model_are_found_without_computing_samples():
    """A trunk for large pictures would take seconds; empty batches take none."""
    sizes = []

    class Noted(minidl.Layer):
        def call(self, x):
            sizes.append(x.shape[0])
            return x[:, ::2]

    pictures = minidl.Input((8, 8, 3))
    trunk = minidl.Model(pictures, Noted()(pictures))
    sizes.clear()
    result = trunk(minidl.Input((8, 8, 3)))
    assert result.shape == (None, 4, 8, 3) and set(sizes) == {0}
