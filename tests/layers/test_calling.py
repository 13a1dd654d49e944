"""Calls of a layer: training or not."""

import threading

import numpy as np
import pytest

from minidl import Input, Layer, Model, Sequential, Tensor, layers
from minidl.layers import Dense, Dropout

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


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


class Second(layers.Layer):
    def call(self, x, inputs):
        return x - inputs


def test_the_input_may_be_passed_by_keras_name():
    x = np.array([[1.0, -2.0]], "f")
    for layer in (layers.ReLU(), layers.UpSampling1D(2), layers.Dense(3), layers.Add()):
        given = [x, x] if isinstance(layer, layers.Add) else x
        given = x[..., None] if isinstance(layer, layers.UpSampling1D) else given
        np.testing.assert_array_equal(layer(inputs=given).numpy(), layer(given).numpy())
    assert layers.ReLU()(inputs=Input((2,))).shape == (None, 2)
    assert Second()(x=Tensor(x), inputs=Tensor(x)).numpy().tolist() == [[0, 0]]


class Wrong(Layer):
    def call(self, *inputs):
        raise TypeError("of my own")


@pytest.mark.parametrize(
    ("inputs", "received"),
    [
        ((X,), None),
        (([X],), None),
        (({"a": X},), None),
        (((X, X),), r"\[Tensor, Tensor\]"),
        (([X, None],), r"\[Tensor, None\]"),
        (({"a": X, "b": [None, X]},), r"\{'a': Tensor, 'b': \[None, Tensor\]\}"),
        ((None,), "None"),
        (("text",), "'text'"),
        ((X, None), None),
        ((), "None"),
    ],
)
def test_a_call_without_a_batch_is_told_so(inputs, received):
    """An error of `call` stays as it is, unless the input is nothing or several ones."""
    told = rf"'mine' takes a batch of samples, an array or a tensor; received {received}\.$"
    with pytest.raises(TypeError, match=told if received else r"^of my own$"):
        Wrong(name="mine")(*inputs)
