"""The weights of layers inside layers: found, set, frozen."""

import numpy as np
import pytest
from layer_cases import Linear, Scale

from minidl import Layer, Model, Sequential, Variable, metrics, ops, optimizers, random
from minidl.layers import Dense

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


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


class Block(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stack, self.named, self.heads = (
            [Linear(4), Linear(4)],
            {"last": Linear(1)},
            (Linear(2),),
        )
        self.seed_generator = random.SeedGenerator(1337)

    def call(self, x, training=None):
        for layer in self.stack:
            x = ops.relu(layer(x))
        if training:
            x = random.dropout(x, 0.25, seed=self.seed_generator)
        self.add_loss(1e-2 * ops.mean(self.heads[0](x)) ** 2)
        return self.named["last"](x)


def test_layers_in_lists_dicts_and_tuples_learn():
    block = Block()
    model = Sequential([block])
    model.compile(optimizers.Adam(0.02), "mse", metrics=[metrics.MeanAbsoluteError()])
    model(X)
    assert len(block.weights) == 8 and len(block.losses) == 1
    before = model.get_weights()
    losses = model.fit(X, X.sum(axis=1), epochs=60, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and len(block.losses) == 1
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))
