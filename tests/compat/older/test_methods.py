"""Older methods of layers, models and optimizers."""

import warnings

import numpy as np
import pytest
from older_cases import a_model, warned
from training_cases import INPUTS

import minidl
from minidl import Input, Sequential, layers, ops

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


# --- methods


def test_methods_of_layers():
    model = a_model()
    dense = model.layers[0]
    assert dense.input_shape == (None, 3) and model.layers[1].input_shape == (None, 4)
    eager = layers.Dense(2)
    assert not hasattr(eager, "input_shape")
    eager(np.ones((5, 3)))
    assert eager.input_shape == (None, 3)
    joined = layers.Add()
    joined([Input((3,)), Input((1,))])
    assert joined.input_shape == [(None, 3), (None, 1)]
    assert warned(lambda: dense.get_output_at(0), "layer.output") is dense.output
    assert warned(lambda: dense.get_input_shape_at(0), "layer.input") == (None, 3)
    assert warned(lambda: dense.get_output_shape_at(0), "layer.output") == (None, 4)
    with pytest.warns(FutureWarning), pytest.raises(ValueError, match="first call alone"):
        dense.get_input_at(1)
    with pytest.raises(AttributeError, match="no input_shape yet"):
        _ = layers.Dense(3).input_shape
    assert dense.updates == [] and not hasattr(layers.Dense(2), "input_shape")

    class Own(layers.Layer):
        def __init__(self, input_shape):
            super().__init__()
            self.input_shape = input_shape  # a name of its own

    assert Own(5).input_shape == 5


class Measuring(layers.Layer):
    def call(self, x):
        self.add_metric(ops.mean(ops.abs(x)), name="size")
        return x


def test_add_metric_in_a_layer_shows_in_the_history():
    model = minidl.Sequential([Measuring(), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.warns(FutureWarning, match="metrics.Mean"):
        history = model.fit(X, Y, verbose=0, batch_size=4, epochs=2).history
    assert history["size"] == pytest.approx([np.abs(X).mean()] * 2)


class ByHand(minidl.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, kernel_regularizer="l2")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with minidl.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        )
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class Plain(ByHand):
    train_step = minidl.Model.train_step


def test_compiled_loss_and_metrics_in_a_train_step():
    histories = []
    for kind in (ByHand, Plain):
        minidl.set_random_seed(5)
        model = kind()
        model.compile("adam", "mse", metrics=["mae"])
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            histories.append(model.fit(X, Y, epochs=3, batch_size=4, verbose=0).history)
        said = str([w.message for w in found])
        for today in ("compute_loss(y=y, y_pred=y_pred)", "compute_metrics(x, y, y_pred)"):
            assert (today in said) is (kind is ByHand)
    assert histories[0].keys() == histories[1].keys() == {"loss", "mae"}
    for name in histories[0]:
        assert histories[0][name] == pytest.approx(histories[1][name], rel=1e-5)


def test_compiled_loss_before_compile():
    measure = warned(lambda: ByHand().compiled_loss, "compute_loss")
    with pytest.raises(RuntimeError, match="compile"):
        measure(Y, Y)


def test_reset_states_does_nothing():
    warned(lambda: a_model().reset_states(), "left out")


def test_methods_of_optimizers():
    w = minidl.Variable([1.0, 2.0])
    adam = minidl.optimizers.Adam(0.1)
    warned(lambda: adam.minimize(lambda: ops.sum(w * w), [w]), "apply_gradients")
    warned(lambda: adam.minimize(lambda: ops.sum(w * w), var_list=lambda: [w]), "apply_gradients")
    twin, other = minidl.Variable([1.0, 2.0]), minidl.optimizers.Adam(0.1)
    for _ in range(2):
        other.apply_gradients([(2 * twin.numpy(), twin)])
    assert w.numpy() == pytest.approx(twin.numpy())
    weights = warned(lambda: adam.get_weights(), "get_state")
    assert int(weights[0]) == 2 and len(weights) == 4 and weights[2].shape == (2,)
    assert len(warned(lambda: adam.weights, "get_state")) == 3
    fading = minidl.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5)
    assert warned(lambda: minidl.optimizers.SGD(fading).decay, "learning_rate") == 0
    with minidl.GradientTape() as tape:
        loss = ops.sum(w * w)
    warned(lambda: minidl.optimizers.SGD(0.5).minimize(loss, [w], tape=tape), "apply_gradients")
    assert w.numpy() == pytest.approx([0, 0], abs=1e-6)
    with pytest.warns(FutureWarning), pytest.raises(ValueError, match="function without arguments"):
        adam.minimize(3.0, [w])


def test_predict_classes_for_one_and_for_many_outputs():
    for units, activation, shape in ((1, "sigmoid", (64, 1)), (3, "softmax", (64,))):
        model = Sequential([Input((4,)), layers.Dense(units, activation=activation)])
        with pytest.warns(FutureWarning):
            assert model.predict_classes(INPUTS, verbose=0).shape == shape
    for p, expected in (
        ([[0.5], [0.51]], [[0], [1]]),  # one output is 1 above 0.5
        ([[0.2, 0.8], [0.6, 0.4]], [1, 0]),
        ([[[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]]], [[1, 0, 0]]),  # a class a step
        ([[[0.2], [0.6]]], [[[0], [1]]]),
    ):
        chances = Sequential([layers.Activation("linear")])
        with pytest.warns(FutureWarning):
            found = chances.predict_classes(np.array(p, "f"), verbose=0)
        assert found.tolist() == expected
