"""Sequential and Model: building, compile, fit and its arguments, evaluate, predict, weights,
summary.
"""

import numpy as np
import pytest
from fit_cases import CLASSES, INPUTS, Recorder, classifier, line

import minidl
from minidl import Input, Model, Sequential, layers, losses, ops

T = (INPUTS @ np.array([[1.0], [-2.0], [0.5], [3.0]]) + 1).astype("float32")  # a straight line


def test_functional_model_with_one_input():
    inputs = Input(shape=(4,))
    hidden = layers.Dense(6, activation="tanh")(inputs)
    outputs = ops.sigmoid(layers.Dense(1)(hidden) * 2.0 + 1.0)
    model = Model(inputs=inputs, outputs=outputs)
    start, first, second = model.layers
    assert isinstance(start, layers.InputLayer)
    by_hand = 1 / (
        1 + np.exp(-(2 * (np.tanh(INPUTS @ first.kernel.numpy()) @ second.kernel.numpy()) + 1))
    )
    np.testing.assert_allclose(model(INPUTS).numpy(), by_hand, rtol=2e-5)
    assert model.name.startswith("functional") and len(model.weights) == 4
    with pytest.raises(TypeError, match="third argument of compile is loss_weights"):
        model.compile("adam", "binary_crossentropy", ["accuracy"])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(INPUTS, (CLASSES > 0).astype(float)[:, None], epochs=30, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_outputs_that_need_another_input_are_refused():
    a, b = Input((3,)), Input((3,))
    with pytest.raises(ValueError, match="not among the model's inputs"):
        Model(a, a + b)


def test_subclass_with_call_only():
    class Net(Model):
        def __init__(self):
            super().__init__()
            self.hidden = [layers.Dense(8, activation="relu"), layers.Dense(8, activation="relu")]
            self.out = layers.Dense(3)

        def call(self, x):
            for layer in self.hidden:
                x = layer(x)
            return self.out(x)

    net = Net()
    net.compile(
        minidl.optimizers.Adam(0.02),
        losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = net.fit(INPUTS, CLASSES, epochs=40, verbose=0).history
    assert len(net.weights) == 6 and history["accuracy"][-1] > 0.9


def test_a_list_named_layers_is_refused_with_the_cure():
    class Stack(Model):
        def __init__(self):
            super().__init__()
            self.layers = [layers.Dense(3)]

    with pytest.raises(AttributeError, match=r"Stack.layers lists .* self.blocks = \[\.\.\.\]"):
        Stack()


def test_train_step_can_be_overridden():
    class Custom(Sequential):
        def train_step(self, data):
            x, y = data
            loss = self.compute_loss(x, y, self(x, training=True))
            loss.backward()
            for w in self.trainable_weights:
                w.assign_sub(0.05 * w.grad)
                w.zero_grad()
            return {"loss": loss.item(), "half": loss.item() / 2}

    model = Custom([Input((4,)), layers.Dense(1)])
    model.compile(loss="mse")
    history = model.fit(INPUTS, T, epochs=20, verbose=0).history
    assert history["loss"][-1] < 0.05 * history["loss"][0] and history["half"] == [
        v / 2 for v in history["loss"]
    ]


def test_own_layers_in_a_model():
    class Scale(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")

        def call(self, x):
            return x * self.factor

    model = Sequential([Scale(), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.fit(INPUTS, T, epochs=1, verbose=0).history["loss"][0]
    assert model.fit(INPUTS, T, epochs=30, verbose=0).history["loss"][-1] < before
    assert not np.allclose(model.layers[0].factor.numpy(), 1)


# --- fit


def test_fit_learns_a_line_and_history_has_keras_form():
    history = line(optimizer=minidl.optimizers.SGD(0.1)).fit(
        INPUTS, T, epochs=60, verbose=0, validation_split=0.2
    )
    assert history.history["loss"][-1] < 1e-3 and list(history.history) == ["loss", "val_loss"]
    assert history.epoch == list(range(60)) and history.params == {
        "epochs": 60,
        "steps": 2,
        "verbose": 0,
    }
    assert all(type(v) is float for values in history.history.values() for v in values)
    assert list(
        classifier().fit(INPUTS, CLASSES, verbose=0, validation_data=(INPUTS, CLASSES)).history
    ) == [
        "accuracy",
        "loss",
        "val_accuracy",
        "val_loss",
    ]


def test_the_epoch_loss_is_the_mean_over_all_samples_although_the_last_batch_is_small():
    # weights stand still, so all batches see the same ones
    model = line(optimizer=minidl.optimizers.SGD(0.0))
    logged = model.fit(INPUTS, T, batch_size=32, epochs=1, verbose=0, shuffle=False).history[
        "loss"
    ][0]
    assert logged == pytest.approx(float(np.mean((model(INPUTS).numpy() - T) ** 2)), rel=1e-5)
    assert model.evaluate(INPUTS, T, batch_size=32, verbose=0) == pytest.approx(logged, rel=1e-6)


def test_epochs_is_the_last_epoch_not_a_count():
    assert line().fit(INPUTS, T, epochs=10, initial_epoch=7, verbose=0).epoch == [7, 8, 9]


@pytest.mark.parametrize("batch, steps", [(None, 3), (1, 70), (64, 2), (70, 1), (1000, 1)])
def test_batches_per_epoch(batch, steps):
    seen = Recorder()
    line().fit(INPUTS, T, batch_size=batch, verbose=0, callbacks=[seen])
    assert sum(c[0] == "on_train_batch_end" for c in seen.calls) == steps


def test_sample_weight_and_class_weight_agree():
    weights = {0: 1.0, 1: 3.0, 2: 0.5}
    by_class = (
        classifier()
        .fit(INPUTS, CLASSES, class_weight=weights, epochs=3, verbose=0, seed=1)
        .history["loss"]
    )
    by_sample = (
        classifier()
        .fit(
            INPUTS,
            CLASSES,
            sample_weight=np.array([weights[c] for c in CLASSES]),
            epochs=3,
            verbose=0,
            seed=1,
        )
        .history["loss"]
    )
    plain = classifier().fit(INPUTS, CLASSES, epochs=3, verbose=0, seed=1).history["loss"]
    assert by_class == pytest.approx(by_sample, rel=1e-6) and by_class != pytest.approx(
        plain, rel=1e-2
    )


def test_weighted_metrics_count_the_weights():
    model = classifier(weighted_metrics=["accuracy"])
    weight = (CLASSES == 1).astype(float)
    got = model.evaluate(INPUTS, CLASSES, sample_weight=weight, verbose=0, return_dict=True)
    hits = model.predict(INPUTS, verbose=0).argmax(-1) == CLASSES
    assert got["accuracy"] == pytest.approx(hits.mean()) and got[
        "weighted_accuracy"
    ] == pytest.approx(hits[CLASSES == 1].mean())


def test_shuffle_changes_the_order_and_seed_fixes_it():
    class Order(Sequential):
        seen = ()

        def train_step(self, data):
            self.seen = (*self.seen, tuple(data[1].ravel()))
            return {"loss": 0.0}

    def run(**kwargs):
        model = Order([Input((1,)), layers.Dense(1)])
        model.compile(loss="mse")
        numbers = np.arange(8.0)[:, None]
        model.fit(numbers, numbers, batch_size=8, epochs=2, verbose=0, **kwargs)
        return model.seen

    first, second = run(seed=3)
    assert sorted(first) == sorted(second) == list(range(8)) and first != second
    assert run(seed=3) == (first, second) != run(seed=4)
    assert run(shuffle=False) == (tuple(range(8)),) * 2


def test_same_seed_same_bits():
    def run():
        minidl.set_random_seed(5)
        model = Sequential(
            [
                layers.Dense(16, activation="relu"),
                layers.Dropout(0.3),
                layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(INPUTS, CLASSES, epochs=3, verbose=0)
        return model.get_weights()

    state = np.random.get_state()[1].copy()
    assert all(np.array_equal(a, b) for a, b in zip(run(), run(), strict=True))
    assert np.array_equal(state, np.random.get_state()[1]), "np.random belongs to the user"


def test_a_second_fit_goes_on_and_recompiling_keeps_weights():
    model = line()
    model.fit(INPUTS, T, epochs=3, verbose=0)
    first = model.evaluate(INPUTS, T, verbose=0)
    model.fit(INPUTS, T, epochs=3, verbose=0)
    second = model.evaluate(INPUTS, T, verbose=0)
    assert second < first
    model.compile("sgd", "mse")
    assert model.evaluate(INPUTS, T, verbose=0) == second


def test_lists_are_welcome():
    xor = Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1, activation="sigmoid")])
    xor.compile("adam", "binary_crossentropy", metrics="accuracy")
    history = xor.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], epochs=2, verbose=0).history
    assert set(history) == {"accuracy", "loss"} and xor.predict([[0, 1]], verbose=0).shape == (1, 1)


def test_dropout_only_in_training():
    model = Sequential([layers.Dropout(0.5)])
    ones = np.ones((200, 10), "float32")
    assert np.array_equal(model.predict(ones, verbose=0), ones) and np.array_equal(
        model(ones).numpy(), ones
    )
    dropped = model(ones, training=True).numpy()
    assert set(np.unique(dropped)) == {0.0, 2.0} and abs(dropped.mean() - 1) < 0.1


def test_get_and_set_weights():
    a, b = classifier(1), classifier(2)
    assert not np.allclose(a.predict(INPUTS, verbose=0), b.predict(INPUTS, verbose=0))
    b.set_weights(a.get_weights())
    assert np.array_equal(a.predict(INPUTS, verbose=0), b.predict(INPUTS, verbose=0))
    kept = b.get_weights()
    with pytest.raises(ValueError, match="received 3 arrays, but there are 4"):
        b.set_weights(kept[:3])
    with pytest.raises(ValueError, match="'bias' has shape \\(3,\\); received \\(4,\\)"):
        b.set_weights([kept[0] * 0, kept[1], kept[2], np.zeros(4)])
    assert all(np.array_equal(x, y) for x, y in zip(kept, b.get_weights(), strict=True)), (
        "a failed call changes nothing"
    )


def test_float64_data_leaves_the_network_float32():
    model = classifier()
    assert (
        model(INPUTS.astype("float64")).dtype == np.float32
        and model.predict(INPUTS.astype("float64"), verbose=0).dtype == np.float32
    )
    model.fit(INPUTS.astype("float64"), CLASSES, verbose=0)
    assert {w.dtype for w in model.weights} == {np.dtype("float32")}


def test_uint8_images_go_in():
    model = Sequential([layers.Flatten(), layers.Dense(2)])
    assert model(np.zeros((3, 4, 4), np.uint8)).dtype == np.float32


def test_freezing():
    model = classifier()
    model.layers[0].trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    frozen, free = model.layers[0].get_weights(), model.layers[1].get_weights()
    model.fit(INPUTS, CLASSES, verbose=0)
    assert np.array_equal(frozen[0], model.layers[0].get_weights()[0])
    assert not np.array_equal(free[0], model.layers[1].get_weights()[0])
    assert len(model.trainable_weights) == 2 and len(model.non_trainable_weights) == 2


def test_a_train_step_that_never_tells_the_loss_reports_none():
    """Better no number than a 0 that looks like a perfect fit."""

    class Silent(Sequential):
        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            self.compute_loss(x, y, y_pred).backward()
            self.optimizer.step()
            return self.compute_metrics(x, y, y_pred)

    model = Silent([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse", metrics=["mae"])
    assert set(model.fit(np.ones((8, 2)), np.ones(8), verbose=0).history) == {"mae"}


# --- ends of models
# ---


def test_a_list_of_one_is_that_one():
    base = Sequential([Input((4,)), layers.Dense(2)])
    for model in (
        Model(inputs=base.inputs, outputs=base.outputs),
        Model([base.input], (base.output,)),
    ):
        assert model.predict(INPUTS, verbose=0).shape == model(INPUTS).shape == (len(INPUTS), 2)
        assert (
            model.input_shape == (None, 4)
            and model.output_shape == (None, 2)
            and len(model.inputs) == len(model.outputs) == 1
        )
        np.testing.assert_array_equal(model([INPUTS]).data, base(INPUTS).data)


def test_layers_are_built_once():
    layer = layers.Normalization()
    layer.adapt(INPUTS * 3 + 1)
    mean = np.array(layer.mean)
    layer.build((None, 4))
    np.testing.assert_array_equal(layer.mean, mean)
    dense = layers.Dense(2)
    dense.build((None, 4))
    kernel = dense.kernel
    dense.build((None, 4))
    assert dense.kernel is kernel


@pytest.mark.parametrize("index", [2, -3, "1", 1.0, True + 1])
def test_a_layer_by_its_number(index):
    model = Sequential([layers.Dense(2, name="a"), layers.Dense(3, name="b")], name="m")
    assert [model.get_layer(index=i).name for i in (0, 1, -1, -2)] == ["a", "b", "b", "a"]
    with pytest.raises(ValueError, match=f"no layer number {index!r} in 'm', which has 2 layers"):
        model.get_layer(index=index)


def test_symbols_added_as_losses_are_all_counted():
    x = Input((2,))
    model = Model(x, layers.Dense(1, kernel_initializer="zeros")(x))
    for factor in (1.0, 10.0, 100.0):
        model.add_loss(x[:, 0] * factor)
    model.compile("sgd", "mse")
    given = np.array([[1.0, 0], [3, 0]], "f")
    for _ in range(2):
        assert model.evaluate(given, np.zeros((2, 1)), verbose=0) == 2 * 111
    assert len(model.losses) == 3


def test_a_prediction_leaves_gradients_where_they_are():
    model = line()
    for w in model.weights:
        w.grad = np.ones(w.shape, "f")
    model.predict(INPUTS, verbose=0), model.predict_on_batch(INPUTS)
    model.evaluate(INPUTS, T, verbose=0), model.test_on_batch(INPUTS, T)
    assert all((w.grad == 1).all() for w in model.weights)
    model.train_on_batch(INPUTS, T)
    assert all(w.grad is None for w in model.weights)
