"""Layers of one's own: weights, dtypes, build, and every refusal."""

import numpy as np
import pytest
from layer_cases import Linear, Scale

from minidl import (
    Layer,
    Model,
    Sequential,
    Tensor,
    Variable,
    backend,
    initializers,
    layers,
    metrics,
    ops,
    regularizers,
)
from minidl.layers import Dense, Dropout, Flatten, augmentation, merging, resizing

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


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
        (
            lambda: Dense(3, unit=4),
            r"Dense does not know the argument 'unit'\. Did you mean 'units'\?",
        ),
        (lambda: Dropout(0.5, foo=1, bar=2), r"Dropout does not know the arguments 'foo', 'bar'"),
        (lambda: Flatten(input_shap=(28, 28)), r"'input_shap'\. Did you mean 'input_shape'\?"),
    ],
)
def test_unknown_arguments(make, said):
    with pytest.raises(TypeError, match=said):
        make()


def test_an_unknown_attribute_names_the_layer():
    with pytest.raises(AttributeError, match="Dense 'mine' has no attribute 'kernle'"):
        Dense(3, name="mine").kernle


class ComputeSum(Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


def test_the_layers_of_the_guide():
    linear = Linear(4)
    assert linear(np.ones((2, 3))).shape == (2, 4) and len(linear.weights) == 2 and linear.built
    again = Linear.from_config(linear.get_config())
    assert again.units == 4 and again.name == linear.name
    total = ComputeSum(2)
    for n in (1, 2):
        np.testing.assert_array_equal(total(np.ones((2, 2))).numpy(), [2.0 * n, 2.0 * n])
    assert len(total.weights) == 1 and total.trainable_weights == []
    assert linear.compute_dtype == linear.variable_dtype == linear.dtype == "float32"


@pytest.mark.parametrize(
    "add",
    [
        lambda s: s.add_weight(shape=(2, 3), initializer="ones", name="w"),
        lambda s: s.add_weight((2, 3), "ones", name="w"),
        lambda s: s.add_weight("w", (2, 3), dtype="float32", constraint="non_neg"),
        lambda s: s.add_weight("w", shape=(2, 3), initializer=initializers.Ones()),
        lambda s: s.add_weight(
            name="w", shape=[2, 3], initializer="ones", dtype="float32", trainable=True
        ),
        lambda s: s.add_variable("w", shape=(2, 3), initializer="ones"),
        lambda s: s.add_weight(
            shape=(2, 3), initializer=lambda shape, dtype=None: np.ones(shape), name="w"
        ),
    ],
)
def test_spellings_of_add_weight(add):
    class Own(Layer):
        def build(self, input_shape):
            self.w = add(self)

    layer = Own()
    layer.build((None, 2))
    assert (
        layer.built
        and layer.w.shape == (2, 3)
        and layer.w.name == "w"
        and layer.w.dtype == np.float32
        and layer.w.numpy().all()
        and layer.weights == [layer.w]
    )


def test_a_shape_is_asked_for_without_building():
    for layer, given, expected in (
        (layers.Dense(3), (None, 7), (None, 3)),
        (layers.Embedding(9, 4), (None, 5), (None, 5, 4)),
        (Linear(2), (8, 3), (8, 2)),
        (layers.Concatenate(), [(None, 2), (None, 3)], (None, 5)),
        (layers.Flatten(), (None, 2, 3), (None, 6)),
    ):
        assert (
            layer.compute_output_shape(given) == expected and not layer.built and not layer.weights
        )


@pytest.mark.parametrize(
    ("call", "method"),
    [
        (lambda: merging.Merge().merge([]), r"Merge needs a method merge\(self, inputs\)"),
        (lambda: augmentation.Randomly().changed(0), r"Randomly needs a method changed\(self, x\)"),
        (lambda: augmentation.Moved().matrix(0), r"Moved needs a method matrix\(self, x\)"),
        (lambda: resizing.OfImages().change(0, True), r"OfImages needs a method change\(self, x, "),
        (lambda: regularizers.Regularizer()(0), r"Regularizer needs a method __call__\(self, x\)"),
        (lambda: metrics.Metric("m").result(), r"Metric needs a method result\(self\)"),
        (
            lambda: metrics.MeanMetric("m").measure(0, 0),
            r"MeanMetric needs a method measure\(self, ",
        ),
    ],
)
def test_a_base_class_says_which_method_it_needs(call, method):
    with pytest.raises(NotImplementedError, match=method):
        call()
