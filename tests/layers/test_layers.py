"""minidl.layers: what each layer computes, its weights and gradients, training and not, your own
layers, and every refusal.
"""

import threading

import numpy as np
import pytest

from minidl import (
    Input,
    Layer,
    Model,
    Sequential,
    Tensor,
    Variable,
    backend,
    check_gradients,
    initializers,
    layers,
    no_grad,
    ops,
    set_random_seed,
)
from minidl.layers import Activation, Dense, Dropout, Flatten, LeakyReLU, ReLU, Reshape, Softmax

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


# --- Dense


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3), (2, 5, 6, 3), (0, 3)], ids=str)
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense_contracts_the_last_axis(shape, use_bias):
    layer, x = (
        Dense(7, use_bias=use_bias, bias_initializer="normal", dtype="float64"),
        RNG.normal(size=shape),
    )
    y = layer(x)
    kernel = layer.kernel.numpy()
    bias = layer.bias.numpy() if use_bias else 0
    assert y.shape == (*shape[:-1], 7)
    np.testing.assert_allclose(
        y.numpy(), np.einsum("...i,ij->...j", x, kernel) + bias, rtol=1e-13, atol=1e-15
    )
    assert [w.shape for w in layer.get_weights()] == [(3, 7), (7,)][: 1 + use_bias]
    assert [v.name for v in layer.weights] == ["kernel", "bias"][: 1 + use_bias]
    assert layer.count_params() == 21 + 7 * use_bias
    assert use_bias or layer.bias is None


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3)], ids=str)
@pytest.mark.parametrize("activation", [None, "tanh", "softmax"])
def test_dense_gradients(shape, activation):
    layer, x = Dense(4, activation, dtype="float64"), RNG.normal(size=shape)
    layer(x)
    start = layer.get_weights()

    def f(x, kernel, bias):
        layer.kernel, layer.bias = kernel, bias
        return layer(x)

    assert check_gradients(f, x, start[0], start[1] + 0.1)


def test_dense_defaults():
    layer = Dense(50)
    y = layer(np.ones((2, 100)))
    kernel, bias = layer.get_weights()
    limit = np.sqrt(6 / 150)
    assert (
        abs(kernel).max() <= limit
        and abs(kernel).max() > 0.99 * limit
        and kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)
    )
    assert not bias.any() and kernel.dtype == bias.dtype == y.dtype == np.float32
    assert layer.use_bias and layer.trainable and layer.built
    # no activation
    np.testing.assert_allclose(y.numpy()[0], kernel.sum(axis=0), rtol=1e-4, atol=1e-5)


def test_dense_takes_initializers_by_name_class_instance_and_function():
    for given in (
        "ones",
        initializers.Ones,
        initializers.Ones(),
        initializers.Constant(1.0),
        lambda shape, dtype=None: np.ones(shape),
    ):
        layer = Dense(2, kernel_initializer=given, bias_initializer=given)
        np.testing.assert_array_equal(layer(np.ones((1, 3))).numpy(), [[4.0, 4.0]])
        assert layer.kernel.dtype == np.float32


@pytest.mark.parametrize("units", [0, -3, 2.0, "10", None, True, (3,)])
def test_dense_units(units):
    with pytest.raises(
        ValueError, match=r"Dense: units must be a whole number of at least 1; received"
    ):
        Dense(units)
    assert Dense(np.int64(3)).units == 3


def test_softmax_on_one_unit():
    with pytest.raises(
        ValueError, match=r"softmax over an axis of size 1 is always 1; use activation='sigmoid'"
    ):
        Dense(1, activation="softmax")
    with pytest.raises(ValueError, match=r"softmax over an axis of size 1 is always 1.*sigmoid"):
        Sequential([Dense(1), Softmax()])(X)


@pytest.mark.parametrize(
    ("built_on", "called_with", "said"),
    [
        (
            (2, 784),
            (2, 28, 28),
            r"Dense 'd' expects inputs whose last axis is 784; received shape \(2, 28, 28\)\. Each sample is \(28, 28\): add Flatten",
        ),
        (
            (2, 784),
            (784,),
            r"received shape \(784,\)\. For a single sample add a batch axis: x\[None\]",
        ),
        ((2, 784), (4, 756), r"last axis is 784; received shape \(4, 756\)\.$"),
    ],
)
def test_dense_inputs_of_another_shape(built_on, called_with, said):
    layer = Dense(2, name="d")
    layer(np.zeros(built_on))
    with pytest.raises(ValueError, match=said):
        layer(np.zeros(called_with))


def test_dense_first_met_with_a_single_sample():
    with pytest.raises(
        ValueError,
        match=r"Dense 'd' expects a batch of samples.*received shape \(None,\).*x\[None\]",
    ):
        Dense(2, name="d")(np.zeros(5))


def test_the_gradient_of_the_input_is_computed_only_where_it_is_wanted():
    layer, plain, wanted = Dense(2), Tensor(X), Tensor(X, requires_grad=True)
    ops.sum(layer(plain)).backward()
    assert plain.grad is None
    ops.sum(layer(wanted)).backward()
    np.testing.assert_allclose(
        wanted.grad, np.broadcast_to(layer.kernel.data.sum(axis=1), (4, 3)), rtol=1e-5
    )


# --- the layers without weights
# --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "x", "expected"),
    [
        (Activation("relu"), [[-1, 2]], [[0, 2]]),
        (Activation("tanh"), [[0.5]], [[np.tanh(0.5)]]),
        (Activation(lambda x: x * 3.0), [[2]], [[6]]),
        (ReLU(), [[-1, 2]], [[0, 2]]),
        (ReLU(6.0), [[-1, 8]], [[0, 6]]),
        (
            ReLU(max_value=1.5, negative_slope=0.1, threshold=1.0),
            [[-1, 0.5, 1.2, 3]],
            [[-0.2, -0.05, 1.2, 1.5]],
        ),
        (LeakyReLU(), [[-1, 2]], [[-0.3, 2]]),
        (LeakyReLU(0.01), [[-1, 2]], [[-0.01, 2]]),
        (LeakyReLU(negative_slope=0.5), [[-1, 2]], [[-0.5, 2]]),
        (LeakyReLU(alpha=0.5), [[-1, 2]], [[-0.5, 2]]),
        (Softmax(), [[0, np.log(3)]], [[0.25, 0.75]]),
        (Softmax(axis=1), [[[0], [np.log(3)]]], [[[0.25], [0.75]]]),
        (Flatten(), [[[1, 2], [3, 4]]], [[1, 2, 3, 4]]),
        (Flatten(), [1, 2, 3], [[1], [2], [3]]),
        (Reshape((2, 2)), [[1, 2, 3, 4]], [[[1, 2], [3, 4]]]),
        (Reshape((-1,)), [[[1, 2], [3, 4]]], [[1, 2, 3, 4]]),
        (Reshape((2, -1, 1)), [[1, 2, 3, 4]], [[[[1], [2]], [[3], [4]]]]),
        (Reshape(4), [[[1, 2], [3, 4]]], [[1, 2, 3, 4]]),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, Layer) else "",
)
def test_values(layer, x, expected):
    y = layer(np.array(x, dtype=np.float32))
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-6)
    assert y.dtype == np.float32 and layer.weights == [] and layer.count_params() == 0


@pytest.mark.parametrize(
    "layer",
    [
        Activation("tanh"),
        ReLU(2.0, 0.1),
        LeakyReLU(),
        Softmax(),
        Flatten(),
        Reshape((3, -1)),
        Softmax(axis=1),
    ],
    ids=lambda v: type(v).__name__,
)
def test_gradients(layer):
    layer.dtype = np.dtype("float64")
    x = RNG.normal(size=(2, 3, 4))
    assert check_gradients(layer, x[np.abs(x) > 1e-2][:12].reshape(1, 3, 4))


@pytest.mark.parametrize("n", [0, 1, 5])
def test_batches_of_any_size(n):
    x = np.zeros((n, 2, 6))
    assert Flatten()(x).shape == (n, 12)
    assert Reshape((4, 3))(x).shape == (n, 4, 3)
    assert Reshape((-1, 3))(x).shape == (n, 4, 3)
    assert Dropout(0.5)(x, training=True).shape == x.shape


@pytest.mark.parametrize("target", [(5, 5), (-1, 5), (13,)])
def test_reshape_into_what_does_not_fit(target):
    with pytest.raises(
        ValueError,
        match=r"Reshape 'r': a sample of shape \(2, 6\) has 12 numbers and cannot become \(",
    ):
        Reshape(target, name="r")(np.zeros((3, 2, 6)))


@pytest.mark.parametrize("target", [(-1, -1), (0, 3), (-2, 3), (2.5, 2)])
def test_reshape_targets_that_cannot_be(target):
    with pytest.raises(
        (ValueError, TypeError),
        match="target_shape holds positive sizes and at most one -1; received",
    ):
        Reshape(target)


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_value": -1.0},
        {"negative_slope": -0.1},
        {"threshold": -1.0},
        {"max_value": float("nan")},
    ],
)
def test_relu_arguments(arguments):
    with pytest.raises(
        ValueError, match=rf"ReLU: {next(iter(arguments))} must not be negative; received"
    ):
        ReLU(**arguments)


# --- Dropout


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.5, 0.9])
def test_dropout_drops_its_share_and_scales_the_rest(rate):
    y = Dropout(rate)(np.ones((400, 100)), training=True).numpy()
    values = np.unique(y)
    np.testing.assert_allclose(values, [0, 1 / (1 - rate)], rtol=1e-6)
    assert (y == 0).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / y.size))
    assert y.mean() == pytest.approx(1, abs=0.03)
    columns, rows = (y == 0).mean(axis=0), (y == 0).mean(axis=1)  # each entry for itself
    assert columns.std() < 2 * np.sqrt(rate * (1 - rate) / 400) and rows.std() < 2 * np.sqrt(
        rate * (1 - rate) / 100
    )


def test_dropout_outside_training_is_the_identity():
    layer = Dropout(0.5)
    np.testing.assert_array_equal(layer(X).numpy(), X.astype(np.float32))
    np.testing.assert_array_equal(layer(X, training=False).numpy(), X.astype(np.float32))


def test_rates_0_and_1():
    np.testing.assert_array_equal(Dropout(0)(X, training=True).numpy(), X.astype(np.float32))
    x = Tensor(X, requires_grad=True)
    y = Dropout(1)(x, training=True)
    assert y.shape == X.shape and not y.numpy().any()
    ops.sum(y).backward()
    assert not x.grad.any()


def test_the_gradient_passes_where_the_number_passed():
    x = Tensor(np.full((20, 30), 3.0), requires_grad=True, dtype="float64")
    y = Dropout(0.25, dtype="float64")(x, training=True)
    c = RNG.normal(size=y.shape)
    y.backward(gradient=c)
    np.testing.assert_allclose(x.grad, c * (y.data / 3.0), rtol=1e-14)


def test_a_seeded_dropout_repeats_itself_and_draws_anew_each_call():
    x = np.ones((10, 10))
    first, second = Dropout(0.5, seed=3), Dropout(0.5, seed=3)
    a, b = first(x, training=True).numpy(), first(x, training=True).numpy()
    assert (a != b).any()
    np.testing.assert_array_equal(second(x, training=True).numpy(), a)
    assert (Dropout(0.5, seed=4)(x, training=True).numpy() != a).any()


def test_set_random_seed_fixes_dropout_and_two_layers_draw_apart():
    x, drawn = np.ones((10, 10)), []
    for _ in range(2):
        set_random_seed(5)
        drawn.append([layer(x, training=True).numpy() for layer in (Dropout(0.5), Dropout(0.5))])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0][0] != drawn[0][1]).any()


def test_noise_shape_shares_one_draw():
    y = Dropout(0.5, noise_shape=(None, 1, 6))(np.ones((4, 5, 6)), training=True).numpy()
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], y.shape))
    assert (y[0] != y[1]).any()


def test_dropout_on_whole_numbers():
    y = Dropout(0.2)(np.ones((20, 20), np.uint8), training=True).numpy()
    np.testing.assert_allclose(np.unique(y), [0, 1.25])


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), "0.5", None, True])
def test_dropout_rates_that_cannot_be(rate):
    with pytest.raises(
        ValueError, match=r"Dropout: rate is the share to drop, between 0 and 1; received"
    ):
        Dropout(rate)
    assert Dropout(np.float32(0.5)).rate == 0.5


# --- training or not
# ---


class Flag(Layer):
    """Notes what `training` was, at every call."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = []

    def call(self, x, training=False):
        self.seen.append(training)
        return x


class Forgetful(Layer):
    """A block whose call does not know of training."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, x):
        return self.inner(x)


@pytest.mark.parametrize("given", [None, True, False])
def test_the_outermost_call_decides_and_inner_ones_inherit(given):
    flag = Flag()
    for outer in (
        flag,
        Forgetful(flag),
        Forgetful(Forgetful(flag)),
        Sequential([Forgetful(flag)]),
        Sequential([Sequential([flag])]),
    ):
        flag.seen.clear()
        outer(X)  # builds what is not built yet, with trial runs outside training
        outer(X, training=given)
        assert flag.seen.pop() is bool(given), type(outer)
        assert not any(flag.seen)


def test_an_explicit_argument_wins_over_the_inherited():
    class Stubborn(Layer):
        def __init__(self):
            super().__init__()
            self.on, self.off, self.as_it_is = Flag(), Flag(), Flag()

        def call(self, x):
            return self.as_it_is(self.off(self.on(x, training=True), training=False))

    layer = Stubborn()
    layer(X, training=True)
    layer(X, training=False)
    assert (layer.on.seen, layer.off.seen, layer.as_it_is.seen) == (
        [True, True],
        [False, False],
        [True, False],
    )


def test_a_positional_flag_is_a_flag():
    class Block(Layer):
        def __init__(self):
            super().__init__()
            self.passed, self.inherited = Flag(), Flag()

        def call(self, x, training=False):
            return self.inherited(self.passed(x, training))

    block = Block()
    for training in (True, False):
        block(X, training)
    assert block.passed.seen == block.inherited.seen == [True, False]


def test_a_flag_after_a_star():
    class Adds(Layer):
        def call(self, *xs, training=None):
            return xs[0] + xs[1] * (2.0 if training else 1.0)

    np.testing.assert_allclose(Adds()(X, X).numpy(), 2 * X, rtol=1e-6)
    np.testing.assert_allclose(Adds()(X, X, training=True).numpy(), 3 * X, rtol=1e-6)


def test_the_flag_is_restored_after_an_error_and_each_thread_has_its_own():
    class Fails(Layer):
        def call(self, x):
            raise RuntimeError("on purpose")

    flag = Flag()
    with pytest.raises(RuntimeError, match="on purpose"):
        Sequential([Fails()])(X, training=True)
    flag(X)
    assert flag.seen == [False]

    class Waits(Layer):
        def call(self, x):
            thread = threading.Thread(target=flag, args=(X,))
            thread.start()
            thread.join()
            return x

    Waits()(X, training=True)
    assert flag.seen == [False, False]


def test_fit_trains_and_evaluate_and_predict_do_not():
    flag = Flag()

    class Net(Model):
        def __init__(self):
            super().__init__()
            self.block, self.out = Forgetful(flag), Dense(1)

        def call(self, x):  # forgets training
            return self.out(self.block(x))

    net = Net()
    net.compile("sgd", "mse")
    net.fit(X, np.zeros(4), verbose=0, epochs=2)
    assert flag.seen.count(True) == 2  # and perhaps a look without training before
    flag.seen.clear()
    net.evaluate(X, np.zeros(4), verbose=0)
    net.predict(X, verbose=0)
    net(X)
    net.test_on_batch(X, np.zeros(4))
    net.predict_on_batch(X)
    assert flag.seen and not any(flag.seen)
    flag.seen.clear()
    net.train_on_batch(X, np.zeros(4))
    assert flag.seen == [True]


def test_dropout_drops_in_fit_although_the_subclass_forgot_the_flag():
    dropped = []

    class Net(Model):
        def __init__(self):
            super().__init__()
            self.dropout, self.out = Dropout(0.5), Dense(1)

        def call(self, x):
            x = self.dropout(x)
            dropped.append(float((x.data == 0).mean()))
            return self.out(x)

    net = Net()
    net.compile("sgd", "mse")
    net.fit(np.ones((64, 50)), np.zeros(64), batch_size=64, verbose=0)
    assert 0.4 < dropped[-1] < 0.6
    net.evaluate(np.ones((64, 50)), np.zeros(64), verbose=0)
    assert dropped[-1] == 0


# --- dtypes


def test_a_float64_batch_leaves_a_float32_network_float32():
    model = Sequential([Flatten(), Dense(4, "relu"), Dropout(0.5), Dense(2)])
    for x in (
        np.ones((3, 2, 2)),
        np.ones((3, 2, 2), np.float32),
        Tensor(np.ones((3, 2, 2))),
        np.ones((3, 2, 2)).tolist(),
    ):
        assert model(x).dtype == model(x, training=True).dtype == np.float32
    assert {w.dtype for w in model.weights} == {np.dtype("float32")}


def test_a_model_with_weights_of_its_own_stays_float32_too():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight((3, 2))

        def call(self, x):
            return x @ self.w

    for x in (X, Tensor(X), X.astype(np.float32)):
        assert Own()(x).dtype == np.float32
        assert Sequential([Own()])(x).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_images_of_whole_numbers(dtype):
    pixels = RNG.integers(0, 2, (3, 4, 4)).astype(dtype)
    model = Sequential([Flatten(), Dense(5, "tanh"), Dense(2)])
    y = model(pixels)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y.numpy(), model(pixels.astype(np.float32)).numpy())


def test_pixels_up_to_255_do_not_wrap_around():
    pixels = np.full((1, 4), 250, np.uint8)
    np.testing.assert_array_equal(Dense(1, kernel_initializer="ones")(pixels).numpy(), [[1000.0]])


def test_a_layer_may_have_a_dtype_of_its_own():
    layer = Dense(2, dtype="float64")
    y = layer(X.astype(np.float32))
    assert layer.kernel.dtype == y.dtype == np.float64
    x = Tensor(X.astype(np.float32), requires_grad=True)
    ops.sum(layer(x)).backward()
    assert x.grad.dtype == np.float32 and layer.kernel.grad.dtype == np.float64


def test_floatx_sets_the_default():
    backend.set_floatx("float64")
    try:
        layer = Dense(2)
        assert layer(X).dtype == layer.kernel.dtype == np.float64
    finally:
        backend.set_floatx("float32")


# --- your own layers
# ---


class Scale(Layer):
    def build(self, input_shape):
        self.shape_seen = input_shape
        self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")
        self.count = self.add_weight((), initializer="zeros", trainable=False, name="count")

    def call(self, x):
        return x * self.factor


def test_a_layer_of_your_own():
    layer = Scale()
    assert not layer.built and layer.weights == []
    y = layer(X)
    assert layer.built and layer.shape_seen == (None, 3) and layer.output_shape == (None, 3)
    assert [v.name for v in layer.weights] == ["factor", "count"]
    assert [v.name for v in layer.trainable_weights] == ["factor"] and [
        v.name for v in layer.non_trainable_weights
    ] == ["count"]
    assert layer.variables == layer.weights and layer.trainable_variables == layer.trainable_weights
    y.backward(gradient=np.ones((4, 3)))
    np.testing.assert_allclose(layer.factor.grad, X.sum(axis=0), rtol=1e-5)
    assert layer.count.grad is None


def test_weights_made_in_init_and_by_hand():
    class Line(Layer):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight(shape=(3, 1), initializer="zeros", name="w")
            self.b = Variable([1.0], name="b")

        def call(self, x):
            return x @ self.w + self.b

    layer = Line()
    assert [v.name for v in layer.trainable_weights] == ["w", "b"]
    np.testing.assert_array_equal(layer(X).numpy(), np.ones((4, 1)))
    model = Sequential([layer])
    model.compile("sgd", "mse")
    model.fit(X, np.zeros(4), verbose=0)
    assert layer.b.item() != 1.0 and layer.w.data.any()


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"initializer": None},
        {"initializer": "random_normal"},
        {"initializer": "glorot_uniform"},
    ],
)
def test_add_weight_as_keras_tutorials_call_it(arguments):
    w = Layer().add_weight(shape=(4, 5), trainable=True, **arguments)
    assert w.shape == (4, 5) and w.data.any() and w.trainable and w.dtype == np.float32
    assert Layer().add_weight(shape=3, initializer="ones").shape == (3,)
    assert Layer().add_weight(initializer="ones").shape == ()
    assert Layer().add_weight((2,), initializer="zeros", dtype="int32").dtype == np.int32


@pytest.mark.parametrize(
    "weight",
    [
        lambda layer: layer.add_weight("w", (3, 4)),
        lambda layer: layer.add_weight("w", shape=[3, 4]),
        lambda layer: layer.add_weight((3, 4), "glorot_uniform", name="w"),
        lambda layer: layer.add_variable(name="w", shape=(3, 4)),
    ],
)
def test_add_weight_with_the_name_first_or_last(weight):
    made = weight(Layer())
    assert (made.name, made.shape, made.trainable) == ("w", (3, 4), True) and made.data.std() > 0


def test_build_by_hand_is_the_build():
    layer = Dense(2)
    layer.build((None, 3))
    assert layer.built
    layer.set_weights([np.ones((3, 2)), np.ones(2)])
    np.testing.assert_array_equal(layer(np.ones((1, 3))).numpy(), [[4.0, 4.0]])
    own = Scale()
    own.build((None, 3))
    kept = own.factor
    own(X)
    assert own.factor is kept


def test_build_runs_once():
    class Counts(Scale):
        builds = 0

        def build(self, input_shape):
            Counts.builds += 1
            super().build(input_shape)

    layer = Counts()
    for _ in range(3):
        layer(X)
    assert Counts.builds == 1 and len(layer.weights) == 2


def test_a_layer_of_several_inputs():
    class Bilinear(Layer):
        def build(self, input_shape):
            self.shape_seen = input_shape

        def call(self, inputs):
            a, b = inputs
            return a * b

    layer = Bilinear()
    np.testing.assert_allclose(layer([X, X]).numpy(), X * X, rtol=1e-5)
    assert layer.shape_seen == [(None, 3), (None, 3)]

    class Two(Layer):
        def call(self, a, b, factor=1.0):
            return (a + b) * factor

    np.testing.assert_allclose(Two()(X, X, factor=2.0).numpy(), 4 * X, rtol=1e-5)


def test_layers_are_found_in_lists_tuples_and_dicts():
    class Net(Model):
        def __init__(self):
            super().__init__()
            self.hidden = [Dense(4, name=f"h{i}") for i in range(2)]
            self.heads = {"a": Dense(1, name="a"), "b": (Dense(1, name="b"), [Dense(1, name="c")])}
            self.offset = [Variable([0.5], name="offset")]

        def call(self, x):
            for layer in self.hidden:
                x = layer(x)
            return (
                self.heads["a"](x)
                + self.heads["b"][0](x)
                + self.heads["b"][1][0](x)
                + self.offset[0]
            )

    net = Net()
    net(X)
    assert [layer.name for layer in net.layers] == ["h0", "h1", "a", "b", "c"]
    assert [v.name for v in net.weights] == ["offset", *["kernel", "bias"] * 5]
    before = net.get_weights()
    net.compile("adam", "mse")
    net.fit(X, np.arange(4.0), verbose=0)
    assert all((a != b).any() for a, b in zip(before, net.get_weights()))


def test_a_shared_layer_counts_once():
    shared = Dense(3, name="shared")

    class Twice(Layer):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = shared, shared, Dense(2)

        def call(self, x):
            return self.c(self.b(self.a(x)))

    layer = Twice()
    ops.sum(layer(X)).backward()
    assert len(layer.weights) == 4 and len({id(v) for v in layer.weights}) == 4
    assert layer.count_params() == 3 * 3 + 3 + 3 * 2 + 2


def test_a_child_may_know_its_parent():
    class Child(Layer):
        def __init__(self, parent):
            super().__init__()
            self.parent, self.w = parent, self.add_weight((2,))

        def call(self, x):
            return x

    class Parent(Layer):
        def __init__(self):
            super().__init__()
            self.child = Child(self)

        def call(self, x):
            return self.child(x)

    parent = Parent()
    assert len(parent.weights) == len(parent.trainable_weights) == 1
    parent.trainable = False
    assert parent.trainable_weights == [] and not parent.child.trainable


def test_missing_super_init():
    class Lost(Layer):
        def __init__(self):
            self.inner = Dense(2)

        def call(self, x):
            return self.inner(x)

    class LostModel(Model):
        def __init__(self):
            self.inner = Dense(2)

        def call(self, x):
            return self.inner(x)

    for cls in (Lost, LostModel):
        with pytest.raises(
            RuntimeError, match=rf"{cls.__name__}.__init__ must begin with super\(\).__init__\(\)"
        ):
            cls()(X)
    with pytest.raises(
        RuntimeError, match=r"LostModel.__init__ must begin with super\(\).__init__\(\)"
    ):
        lost = LostModel()
        lost.compile("sgd", "mse")
        lost.fit(X, np.zeros((4, 2)), verbose=0)
    with pytest.raises(RuntimeError, match="must begin with super"):
        Sequential([Lost()])


def test_a_layer_without_call():
    class Empty(Layer):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty needs a method call\(self, x\)"):
        Empty()(X)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Dense(3, unit=4), r"Dense does not know the argument 'unit'"),
        (lambda: Dropout(0.5, foo=1, bar=2), r"Dropout does not know the arguments 'foo', 'bar'"),
        (lambda: Flatten(input_shap=(28, 28)), r"Flatten does not know the argument 'input_shap'"),
    ],
)
def test_unknown_arguments(make, said):
    with pytest.raises(TypeError, match=said):
        make()


def test_an_unknown_attribute_names_the_layer():
    with pytest.raises(AttributeError, match="Dense 'mine' has no attribute 'kernle'"):
        Dense(3, name="mine").kernle


# --- names


def test_automatic_names_count_over_the_process():
    class FreshlyNamedThing(Layer):
        pass

    assert [FreshlyNamedThing().name for _ in range(3)] == [
        "freshly_named_thing",
        "freshly_named_thing_1",
        "freshly_named_thing_2",
    ]
    assert FreshlyNamedThing(name="given").name == "given"
    assert FreshlyNamedThing().name == "freshly_named_thing_3"


def test_names_are_keras_snake_case():
    assert (
        Dense(1).name.startswith("dense")
        and LeakyReLU().name.startswith("leaky_re_lu")
        and ReLU().name.startswith("re_lu")
    )
    assert repr(Dense(1, name="mine")) == "<Dense 'mine', not built yet>"


def test_two_layers_of_one_name_in_a_model():
    with pytest.raises(ValueError, match="'same' is already in"):
        Sequential([Dense(1, name="same"), Dense(1, name="same")])
    layer = Dense(3)
    with pytest.raises(ValueError, match="instead of adding one twice"):
        Sequential([layer, layer])


# --- get_weights and set_weights
# -------------------------------------------------------------------------------------


def nested():
    return Sequential(
        [Dense(4, input_shape=(3,)), Sequential([Dense(5), Dense(2, use_bias=False)]), Dense(1)]
    )


def test_weights_come_kernel_then_bias_layer_by_layer():
    model = nested()
    model(X)
    assert [w.shape for w in model.get_weights()] == [
        (3, 4),
        (4,),
        (4, 5),
        (5,),
        (5, 2),
        (2, 1),
        (1,),
    ]
    assert [v.name for v in model.weights] == [
        "kernel",
        "bias",
        "kernel",
        "bias",
        "kernel",
        "kernel",
        "bias",
    ]


def test_weights_are_copies_and_can_be_set_back():
    model, twin = nested(), nested()
    model(X), twin(X)
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(X).numpy(), twin(X).numpy())
    taken = model.get_weights()
    expected = model(X).numpy()
    for w in taken:
        w += 1
    # changing what get_weights gave changes nothing
    np.testing.assert_array_equal(model(X).numpy(), expected)
    twin.set_weights(taken)
    for w in taken:
        w *= 0
    assert all(w.any() for w in twin.get_weights())  # nor does changing what set_weights got
    twin.set_weights([w.tolist() for w in model.get_weights()])
    np.testing.assert_array_equal(twin(X).numpy(), expected)
    assert {w.dtype for w in twin.get_weights()} == {np.dtype("float32")}


def test_set_weights_that_do_not_fit_change_nothing():
    layer = Dense(2, name="d")
    layer(X)
    before = layer.get_weights()
    with pytest.raises(
        ValueError, match=r"d: set_weights received 1 arrays, but there are 2 weights"
    ):
        layer.set_weights([np.ones((3, 2))])
    with pytest.raises(ValueError, match=r"d: weight 'bias' has shape \(2,\); received \(3,\)"):
        layer.set_weights([np.ones((3, 2)), np.ones(3)])
    with pytest.raises(
        ValueError, match=r"d: weight 'kernel' has shape \(3, 2\); received \(2, 3\)"
    ):
        layer.set_weights([np.ones((2, 3)), np.ones(2)])
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_set_weights_before_there_are_any():
    with pytest.raises(ValueError, match="it has none before it is built: call it on data once"):
        Dense(2).set_weights([np.ones((3, 2)), np.ones(2)])


# --- trainable


@pytest.mark.parametrize("how", ["argument", "before build", "after build"])
def test_a_frozen_layer_does_not_move(how):
    frozen = Dense(4, trainable=how != "argument")
    if how == "before build":
        frozen.trainable = False
    model = Sequential([frozen, Dense(1)])
    model(X)
    if how == "after build":
        frozen.trainable = False
    assert (
        not frozen.trainable
        and frozen.trainable_weights == []
        and len(frozen.non_trainable_weights) == 2
    )
    assert len(model.trainable_weights) == len(model.non_trainable_weights) == 2
    before = model.get_weights()
    model.compile("sgd", "mse")
    model.fit(X, np.arange(4.0), verbose=0)
    assert [bool((a != b).any()) for a, b in zip(before, model.get_weights())] == [
        False,
        False,
        True,
        True,
    ]
    assert frozen.kernel.grad is None


def test_freezing_a_model_reaches_all_inside_and_comes_back():
    model = nested()
    model(X)
    model.trainable = False
    assert model.trainable_weights == [] and not model.layers[1].layers[0].trainable
    model.trainable = True
    assert len(model.trainable_weights) == 7


def test_a_weight_born_untrainable_stays_so():
    layer = Scale()
    layer(X)
    layer.trainable = False
    assert layer.trainable_weights == []
    layer.trainable = True
    assert [v.name for v in layer.trainable_weights] == ["factor"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sequential([Dense(2, input_shape=(3,)), Dense(1)], trainable=False),
        lambda: Sequential([Sequential([Dense(2, input_shape=(3,)), Dense(1)], trainable=False)]),
    ],
)
def test_an_outer_layer_made_frozen_freezes_what_is_inside(make):
    model = make()
    model(X)
    assert model.trainable_weights == [] and len(model.non_trainable_weights) == 4


def test_training_with_everything_frozen_says_so():
    model = Sequential([Dense(2, trainable=False), Dense(1, trainable=False)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="no trainable weights"):
        model.fit(X, np.arange(4.0), verbose=0)


def test_frozen_inside_a_trained_model_nothing_moves():
    base = Sequential([Dense(4), Dense(4)])
    base(X)
    base.trainable = False
    model = Sequential([base, Dense(1)])
    model(X)
    before = base.get_weights()
    model.compile("adam", "mse")
    model.fit(X, np.arange(4.0), verbose=0, epochs=3)
    for a, b in zip(before, base.get_weights()):
        np.testing.assert_array_equal(a, b)


# --- symbols: the functional API
# -------------------------------------------------------------------------------------


def test_layers_on_symbols_tell_their_shapes():
    x = Input(shape=(4, 6))
    for layer, shape in (
        (Flatten(), (None, 24)),
        (Dense(5), (None, 4, 5)),
        (Reshape((8, -1)), (None, 8, 3)),
        (Dropout(0.5), (None, 4, 6)),
        (Activation("relu"), (None, 4, 6)),
        (Softmax(axis=1), (None, 4, 6)),
        (ReLU(), (None, 4, 6)),
        (LeakyReLU(), (None, 4, 6)),
    ):
        assert layer(x).shape == shape == layer.output_shape
        real = RNG.normal(size=(2, 4, 6))
        np.testing.assert_array_equal(Model(x, layer.output)(real).numpy(), layer(real).numpy())


def test_the_training_flag_stays_live_in_a_functional_model():
    x = Input(shape=(50,))
    model = Model(x, Dropout(0.5)(x))
    ones = np.ones((20, 50))
    assert (model(ones).numpy() == 1).all()
    assert 0.3 < (model(ones, training=True).numpy() == 0).mean() < 0.7
    always = Model(x, Dropout(0.5)(x, training=True))
    assert (always(ones).numpy() == 0).any() and (always(ones, training=False).numpy() == 0).any()


def test_input_declares_one_sample():
    assert Input(shape=(28, 28)).shape == (None, 28, 28)
    assert Input((5,), batch_size=4).shape == (4, 5) and Input(batch_shape=(2, 3)).shape == (2, 3)
    assert Input(shape=7).shape == (None, 7) and Input(shape=(7,), name="pixels").name == "pixels"
    with pytest.raises(
        ValueError, match=r"Input needs the shape of one sample: Input\(shape=\(784,\)\)"
    ):
        Input()
    for shape in ((0,), (-1, 3), (2.5,)):
        with pytest.raises(
            ValueError, match="sizes of one sample, without the batch axis; received"
        ):
            Input(shape=shape)


@pytest.mark.parametrize(
    "first",
    [
        lambda: Dense(2, input_shape=(3,)),
        lambda: Dense(2, input_dim=3),
        lambda: layers.Input((3,)),
        lambda: layers.InputLayer(input_shape=(3,)),
        lambda: layers.InputLayer(shape=(3,)),
    ],
)
def test_a_declared_input_builds_at_once(first):
    model = Sequential([first(), Dense(1)])
    assert model.built and model.weights[0].shape[0] == 3 and model.input.shape == (None, 3)


def test_layers_work_without_a_tape():
    with no_grad():
        y = Sequential([Dense(3), Dropout(0.5), Dense(1)])(X, training=True)
    assert not y.requires_grad
