"""Sequential and Model: building, compile, fit and its arguments, evaluate, predict, weights,
summary.
"""

import gc
import weakref

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, Tensor, callbacks, layers, losses, ops

RNG = np.random.default_rng(7)
X = RNG.normal(size=(70, 4)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int64") + (X[:, 2] > 0.5)  # three classes
T = (X @ np.array([[1.0], [-2.0], [0.5], [3.0]]) + 1).astype("float32")  # a straight line


def classifier(seed=0, **compiled):
    minidl.set_random_seed(seed)
    model = Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(4,)),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        **{
            "optimizer": "adam",
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
            **compiled,
        }
    )
    return model


def line(**compiled):
    minidl.set_random_seed(0)
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


class Recorder(callbacks.Callback):
    """Every hook that was called, in order."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        if name.startswith("on_"):
            return lambda *args: self.calls.append((name, *args))
        return super().__getattribute__(name)


# --- building


def test_a_declared_input_builds_at_once_and_others_wait_for_data():
    assert [w.shape for w in classifier().weights] == [(4, 8), (8,), (8, 3), (3,)]
    late = Sequential([layers.Dense(2)])
    assert late.weights == [] and not late.layers[0].built
    assert late(X).shape == (70, 2) and [w.shape for w in late.weights] == [(4, 2), (2,)]


def test_add_pop_and_get_layer():
    model = Sequential()
    model.add(Input((4,)))
    model.add(layers.Dense(5, name="hidden"))
    model.add(layers.Dense(2, name="scores"))
    assert (
        model.output.shape == (None, 2)
        and model.get_layer("hidden").units == 5
        and model.get_layer(index=1).name == "scores"
    )
    assert (
        model.pop().name == "scores"
        and model.output.shape == (None, 5)
        and model(X).shape == (70, 5)
    )
    with pytest.raises(ValueError, match="no layer 'hiden'.*hidden"):
        model.get_layer("hiden")


@pytest.mark.parametrize(
    "wrong, words",
    [
        (layers.Dense, "Dense\\(...\\), with parentheses"),
        ("relu", "holds layers; received 'relu'"),
        (3, "holds layers; received 3"),
    ],
)
def test_what_is_no_layer_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        Sequential([wrong])


def test_a_layer_may_not_be_added_twice():
    dense = layers.Dense(4)
    with pytest.raises(ValueError, match="different names.*Make a new layer"):
        Sequential([dense, dense])


def test_models_nest():
    inner = classifier()
    outer = Sequential([inner, layers.Reshape((3, 1))])
    assert outer.predict(X, verbose=0).shape == (70, 3, 1)
    assert [id(w) for w in outer.weights] == [id(w) for w in inner.weights]


def test_functional_model_with_one_input():
    inputs = Input(shape=(4,))
    hidden = layers.Dense(6, activation="tanh")(inputs)
    outputs = ops.sigmoid(layers.Dense(1)(hidden) * 2.0 + 1.0)
    model = Model(inputs=inputs, outputs=outputs)
    start, first, second = model.layers
    assert isinstance(start, layers.InputLayer)
    by_hand = 1 / (
        1 + np.exp(-(2 * (np.tanh(X @ first.kernel.numpy()) @ second.kernel.numpy()) + 1))
    )
    np.testing.assert_allclose(model(X).numpy(), by_hand, rtol=2e-5)
    assert model.name.startswith("functional") and len(model.weights) == 4
    with pytest.raises(TypeError, match="third argument of compile is loss_weights"):
        model.compile("adam", "binary_crossentropy", ["accuracy"])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(X, (Y > 0).astype(float)[:, None], epochs=30, verbose=0).history
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
    history = net.fit(X, Y, epochs=40, verbose=0).history
    assert len(net.weights) == 6 and history["accuracy"][-1] > 0.9


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
    history = model.fit(X, T, epochs=20, verbose=0).history
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
    before = model.fit(X, T, epochs=1, verbose=0).history["loss"][0]
    assert model.fit(X, T, epochs=30, verbose=0).history["loss"][-1] < before
    assert not np.allclose(model.layers[0].factor.numpy(), 1)


# --- fit


def test_fit_learns_a_line_and_history_has_keras_form():
    history = line(optimizer=minidl.optimizers.SGD(0.1)).fit(
        X, T, epochs=60, verbose=0, validation_split=0.2
    )
    assert history.history["loss"][-1] < 1e-3 and list(history.history) == ["loss", "val_loss"]
    assert history.epoch == list(range(60)) and history.params == {
        "epochs": 60,
        "steps": 2,
        "verbose": 0,
    }
    assert all(type(v) is float for values in history.history.values() for v in values)
    assert list(classifier().fit(X, Y, verbose=0, validation_data=(X, Y)).history) == [
        "accuracy",
        "loss",
        "val_accuracy",
        "val_loss",
    ]


def test_the_epoch_loss_is_the_mean_over_all_samples_although_the_last_batch_is_small():
    # weights stand still, so all batches see the same ones
    model = line(optimizer=minidl.optimizers.SGD(0.0))
    logged = model.fit(X, T, batch_size=32, epochs=1, verbose=0, shuffle=False).history["loss"][0]
    assert logged == pytest.approx(float(np.mean((model(X).numpy() - T) ** 2)), rel=1e-5)
    assert model.evaluate(X, T, batch_size=32, verbose=0) == pytest.approx(logged, rel=1e-6)


def test_epochs_is_the_last_epoch_not_a_count():
    assert line().fit(X, T, epochs=10, initial_epoch=7, verbose=0).epoch == [7, 8, 9]


@pytest.mark.parametrize("batch, steps", [(None, 3), (1, 70), (64, 2), (70, 1), (1000, 1)])
def test_batches_per_epoch(batch, steps):
    seen = Recorder()
    line().fit(X, T, batch_size=batch, verbose=0, callbacks=[seen])
    assert sum(c[0] == "on_train_batch_end" for c in seen.calls) == steps


def test_steps_per_epoch_continues_through_the_data():
    class Counting(Sequential):
        seen = ()

        def train_step(self, data):
            self.seen = (*self.seen, *data[1].ravel().tolist())
            return {"loss": 0.0}

    model = Counting([Input((1,)), layers.Dense(1)])
    model.compile(loss="mse")
    numbers = np.arange(10.0)[:, None]
    model.fit(numbers, numbers, batch_size=4, steps_per_epoch=2, epochs=3, shuffle=False, verbose=0)
    assert model.seen == (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    model.seen = ()
    # no batch_size: ceil(10 / 5)
    model.fit(numbers, numbers, steps_per_epoch=5, shuffle=False, verbose=0)
    assert len(model.seen) == 10


def test_validation_split_is_the_tail_before_shuffling():
    model = line(optimizer=minidl.optimizers.SGD(0.0))
    history = model.fit(X, T, validation_split=0.3, verbose=0).history
    cut = int(np.floor(70 * 0.7))
    assert history["val_loss"][0] == pytest.approx(
        float(np.mean((model(X[cut:]).numpy() - T[cut:]) ** 2)), rel=1e-5
    )


def test_validation_freq():
    assert (
        len(
            line()
            .fit(X, T, epochs=6, validation_data=(X, T), validation_freq=2, verbose=0)
            .history["val_loss"]
        )
        == 3
    )
    assert (
        len(
            line()
            .fit(X, T, epochs=6, validation_data=(X, T), validation_freq=[1, 6], verbose=0)
            .history["val_loss"]
        )
        == 2
    )


def test_sample_weight_and_class_weight_agree():
    weights = {0: 1.0, 1: 3.0, 2: 0.5}
    by_class = (
        classifier().fit(X, Y, class_weight=weights, epochs=3, verbose=0, seed=1).history["loss"]
    )
    by_sample = (
        classifier()
        .fit(X, Y, sample_weight=np.array([weights[c] for c in Y]), epochs=3, verbose=0, seed=1)
        .history["loss"]
    )
    plain = classifier().fit(X, Y, epochs=3, verbose=0, seed=1).history["loss"]
    assert by_class == pytest.approx(by_sample, rel=1e-6) and by_class != pytest.approx(
        plain, rel=1e-2
    )


def test_weighted_metrics_count_the_weights():
    model = classifier(weighted_metrics=["accuracy"])
    weight = (Y == 1).astype(float)
    got = model.evaluate(X, Y, sample_weight=weight, verbose=0, return_dict=True)
    hits = model.predict(X, verbose=0).argmax(-1) == Y
    assert got["accuracy"] == pytest.approx(hits.mean()) and got[
        "weighted_accuracy"
    ] == pytest.approx(hits[Y == 1].mean())


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
        model.fit(X, Y, epochs=3, verbose=0)
        return model.get_weights()

    state = np.random.get_state()[1].copy()
    assert all(np.array_equal(a, b) for a, b in zip(run(), run(), strict=True))
    assert np.array_equal(state, np.random.get_state()[1]), "np.random belongs to the user"


def test_a_second_fit_goes_on_and_recompiling_keeps_weights():
    model = line()
    model.fit(X, T, epochs=3, verbose=0)
    first = model.evaluate(X, T, verbose=0)
    model.fit(X, T, epochs=3, verbose=0)
    second = model.evaluate(X, T, verbose=0)
    assert second < first
    model.compile("sgd", "mse")
    assert model.evaluate(X, T, verbose=0) == second


def test_hooks_run_in_keras_order():
    seen = Recorder()
    line().fit(
        X[:8],
        T[:8],
        batch_size=4,
        epochs=1,
        verbose=0,
        callbacks=[seen],
        validation_data=(X[:4], T[:4]),
    )
    assert [c[0] for c in seen.calls] == [
        "on_train_begin",
        "on_epoch_begin",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_test_begin",
        "on_test_batch_begin",
        "on_test_batch_end",
        "on_test_end",
        "on_epoch_end",
        "on_train_end",
    ]
    assert seen.calls[1] == ("on_epoch_begin", 0, {}) and set(seen.calls[-2][2]) == {
        "loss",
        "val_loss",
    }


def test_stop_training_ends_after_the_epoch():
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 2

    model = line()
    assert model.fit(X, T, epochs=10, verbose=0, callbacks=Stop()).epoch == [0, 1, 2]
    assert model.fit(X, T, epochs=2, verbose=0).epoch == [0, 1], "a new fit starts afresh"


def test_ctrl_c_is_raised_and_what_was_finished_stays():
    class Interrupt(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.history.epoch == [0, 1] and batch == 1:
                raise KeyboardInterrupt

    model = line()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, T, epochs=10, verbose=0, callbacks=[Interrupt()])
    assert model.history.epoch == [0, 1] and len(model.history.history["loss"]) == 2
    assert np.isfinite(model.predict(X, verbose=0)).all()
    assert model.fit(X, T, epochs=1, verbose=0).epoch == [0]


def test_lists_are_welcome():
    xor = Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1, activation="sigmoid")])
    xor.compile("adam", "binary_crossentropy", metrics="accuracy")
    history = xor.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], epochs=2, verbose=0).history
    assert set(history) == {"accuracy", "loss"} and xor.predict([[0, 1]], verbose=0).shape == (1, 1)


def test_training_does_not_grow_memory():
    model = classifier()
    model.fit(X, Y, verbose=0)
    kept = []

    class Watch(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            kept.append(
                [weakref.ref(t) for t in gc.get_objects() if type(t) is Tensor and t.op is not None]
            )

    gc.collect()
    gc.disable()
    try:
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[Watch()])
        alive = [sum(r() is not None for r in refs) for refs in kept]
    finally:
        gc.enable()
    assert alive[0] == 0 and max(len(refs) for refs in kept) < 5, "no graph outlives its step"


# --- evaluate, predict, batches
# ---


def test_evaluate_forms():
    model = classifier()
    loss, accuracy = model.evaluate(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0, return_dict=True) == {"accuracy": accuracy, "loss": loss}
    assert model.metrics_names == ["loss", "accuracy"] and type(loss) is float
    assert isinstance(line().evaluate(X, T, verbose=0), float)
    assert accuracy == pytest.approx(np.mean(model.predict(X, verbose=0).argmax(-1) == Y))


def test_predict_before_compile_in_batches_and_without_tape():
    model = Sequential([layers.Dense(2)])
    whole = model(X).numpy()
    for batch in (1, 7, 32, 100):
        np.testing.assert_allclose(
            model.predict(X, batch_size=batch, verbose=0), whole, rtol=1e-5, atol=1e-6
        )
    assert isinstance(model.predict(X, verbose=0), np.ndarray) and model.predict_on_batch(
        X[:3]
    ).shape == (3, 2)


def test_train_and_test_on_batch():
    model = classifier()
    before = model.test_on_batch(X, Y)
    assert model.train_on_batch(X, Y) == pytest.approx(before, rel=1e-5), "measured before the step"
    assert model.train_on_batch(X, Y, return_dict=True)["loss"] < before[0]
    assert model.test_on_batch(X, Y)[0] < before[0]


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
    assert not np.allclose(a.predict(X, verbose=0), b.predict(X, verbose=0))
    b.set_weights(a.get_weights())
    assert np.array_equal(a.predict(X, verbose=0), b.predict(X, verbose=0))
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
        model(X.astype("float64")).dtype == np.float32
        and model.predict(X.astype("float64"), verbose=0).dtype == np.float32
    )
    model.fit(X.astype("float64"), Y, verbose=0)
    assert {w.dtype for w in model.weights} == {np.dtype("float32")}


def test_uint8_images_go_in():
    model = Sequential([layers.Flatten(), layers.Dense(2)])
    assert model(np.zeros((3, 4, 4), np.uint8)).dtype == np.float32


# --- summary


def test_summary_has_keras_columns_and_totals(capsys):
    model = classifier()
    model.summary()
    text = capsys.readouterr().out
    assert "Layer (type)" in text and "Output Shape" in text and "(None, 8)" in text
    assert (
        " Total params: 67 (268.00 B)" in text
        and " Trainable params: 67" in text
        and " Non-trainable params: 0 (0.00 B)" in text
    )
    said = []
    model.fit(X, Y, verbose=0)
    model.summary(print_fn=said.append)
    assert len(said) == 1 and " Total params: 67 (268.00 B)" in said[0], "the model's alone"
    assert " Optimizer params: 136 (544.00 B)" in said[0], (
        "two arrays a weight, the counter and the rate, as Keras counts"
    )


def test_summary_before_building():
    said = []
    Sequential([layers.Dense(3)]).summary(print_fn=said.append)
    assert "?" in said[0] and "0 (unbuilt)" in said[0]


def test_summary_of_a_network_of_convolutions_shows_every_class_and_shape():
    stack = [layers.Conv2D(4, 3, name="edges"), layers.BatchNormalization(name="normalized_edges")]
    said = []
    Sequential([Input((28, 28, 1)), *stack, layers.GlobalAveragePooling2D()]).summary(
        line_length=60, print_fn=said.append
    )
    cells = [[c.strip() for c in line.split("│")[1:-1]] for line in said[0].split("\n")]
    rows = [row for row in cells if row]
    assert rows[0] == ["edges (Conv2D)", "(None, 26, 26, 4)", "40"]
    assert rows[1] == ["normalized_edges", "(None, 26, 26, 4)", "16"]
    assert rows[2] == ["(BatchNormalization)", "", ""], "in a second line, as Keras has it"
    assert rows[4] == ["(GlobalAveragePooling2D)", "", ""]


def test_freezing():
    model = classifier()
    model.layers[0].trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    frozen, free = model.layers[0].get_weights(), model.layers[1].get_weights()
    model.fit(X, Y, verbose=0)
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
