"""Models with several inputs and outputs, subclassed models, data that comes in batches: what
compile and fit make of them.
"""

import json
import tracemalloc

import numpy as np
import pytest

import minidl
from minidl import (
    Input,
    Layer,
    Model,
    Sequential,
    Variable,
    callbacks,
    layers,
    losses,
    metrics,
    ops,
    set_random_seed,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
CLASSES, NUMBERS = (X.sum(axis=1) > 0).astype(int), X[:, :1] * 2


def two_heads(loss=None, **options):
    inputs = Input((4,), name="in")
    trunk = layers.Dense(8, activation="relu")(inputs)
    model = Model(
        inputs,
        [
            layers.Dense(2, activation="softmax", name="cls")(trunk),
            layers.Dense(1, name="reg")(trunk),
        ],
    )
    model.compile("adam", loss or ["sparse_categorical_crossentropy", "mse"], **options)
    return model


# --- several outputs
# ---


@pytest.mark.parametrize(
    "y",
    [[CLASSES, NUMBERS], (CLASSES, NUMBERS), {"cls": CLASSES, "reg": NUMBERS}],
    ids=["list", "tuple", "dict"],
)
def test_history_and_evaluate_are_named_and_ordered_as_in_keras(y):
    model = two_heads(metrics=[["accuracy"], ["mae"]])
    history = model.fit(X, y, epochs=2, verbose=0).history
    assert list(history) == ["cls_accuracy", "cls_loss", "loss", "reg_loss", "reg_mae"]
    assert model.metrics_names == ["loss", "cls_loss", "reg_loss", "cls_accuracy", "reg_mae"]
    values, named = (
        model.evaluate(X, y, verbose=0),
        model.evaluate(X, y, verbose=0, return_dict=True),
    )
    assert values == [named[name] for name in model.metrics_names]
    assert json.dumps(history)


@pytest.mark.parametrize("weights", [[0.25, 3.0], {"cls": 0.25, "reg": 3.0}])
def test_the_loss_is_the_weighted_sum_and_the_parts_are_not_weighted(weights):
    model = two_heads(loss_weights=weights)
    total, cls, reg = model.evaluate(X, [CLASSES, NUMBERS], verbose=0)
    assert total == pytest.approx(0.25 * cls + 3 * reg, rel=1e-6)
    p, q = model.predict(X, verbose=0)
    assert cls == pytest.approx(-np.log(p[np.arange(64), CLASSES]).mean(), rel=1e-5)
    assert reg == pytest.approx(((q - NUMBERS) ** 2).mean(), rel=1e-5)


def test_one_loss_goes_to_all_outputs_and_none_leaves_one_out():
    model = two_heads("mse")
    assert model.evaluate(X, [np.eye(2)[CLASSES], NUMBERS], verbose=0)[0] > 0
    model = two_heads({"reg": "mse"})
    before = model.get_layer("cls").get_weights()[0]
    with pytest.warns(UserWarning, match="No gradient reached 'kernel', 'bias'"):
        model.fit(X, {"reg": NUMBERS}, epochs=1, batch_size=64, verbose=0)
    assert np.array_equal(before, model.get_layer("cls").get_weights()[0])


def test_sample_weights_go_to_all_outputs_or_each_has_its_own():
    model, chosen = two_heads(), np.r_[np.ones(32), np.zeros(32)]
    total, cls, reg = model.evaluate(X, [CLASSES, NUMBERS], sample_weight=chosen, verbose=0)
    half = model.evaluate(X[:32], [CLASSES[:32], NUMBERS[:32]], verbose=0)
    assert [cls, reg] == pytest.approx([v / 2 for v in half[1:]], rel=1e-5)
    _, cls, reg = model.evaluate(X, [CLASSES, NUMBERS], sample_weight={"cls": chosen}, verbose=0)
    assert [cls, reg] == pytest.approx(
        [half[1] / 2, model.evaluate(X, [CLASSES, NUMBERS], verbose=0)[2]], rel=1e-5
    )


@pytest.mark.parametrize(
    ("options", "y", "error", "words"),
    [
        ({"loss": {"clss": "mse"}}, [CLASSES, NUMBERS], ValueError, "Did you mean 'cls'"),
        (
            {"loss": ["mse"] * 3},
            [CLASSES, NUMBERS],
            ValueError,
            "loss has 3 entries, but the model has 2 outputs: 'cls', 'reg'",
        ),
        ({}, NUMBERS, ValueError, "y is one array: give a list or dict of 2"),
        ({}, {"cls": CLASSES, "regg": NUMBERS}, ValueError, "Did you mean 'reg'"),
        ({"loss_weights": {"a": 1}}, [CLASSES, NUMBERS], ValueError, "loss_weights names 'a'"),
        (
            {"metrics": {"cls": ["acuracy"]}},
            [CLASSES, NUMBERS],
            ValueError,
            "Did you mean 'accuracy'",
        ),
        ({}, [CLASSES, NUMBERS[:60]], ValueError, "y[1] has 60 samples"),
        ({}, [CLASSES + 1, NUMBERS], ValueError, "labels run 1..2"),
    ],
)
def test_mistakes_with_several_outputs(options, y, error, words):
    with pytest.raises(error) as raised:
        model = two_heads(**options)
        model.fit(X, y, verbose=0)
    assert words in str(raised.value)


def test_outputs_as_a_dict_are_called_by_its_keys():
    inputs = Input((4,))
    model = Model(inputs, {"a": layers.Dense(2)(inputs), "b": layers.Dense(3)(inputs)})
    model.compile("sgd", {"a": "mse", "b": "mae"})
    history = model.fit(X, {"a": X[:, :2], "b": X[:, :3]}, verbose=0).history
    assert list(history) == ["a_loss", "b_loss", "loss"]
    predictions = model.predict(X, verbose=0)
    assert {k: v.shape for k, v in predictions.items()} == {"a": (64, 2), "b": (64, 3)}
    assert model.output_shape == {"a": (None, 2), "b": (None, 3)}


def test_crossentropy_by_shape():
    for units, y, kind in (
        (1, CLASSES[:, None], losses.BinaryCrossentropy),
        (2, CLASSES, losses.SparseCategoricalCrossentropy),
        (2, np.eye(2)[CLASSES], losses.CategoricalCrossentropy),
    ):
        model = Sequential(
            [Input((4,)), layers.Dense(units, activation="sigmoid" if units == 1 else "softmax")]
        )
        model.compile("sgd", "crossentropy", metrics=["ce"])
        history = model.fit(X, y, verbose=0).history
        assert (
            type(model.compile_objective.only_loss) is kind
            and model.loss == "crossentropy"
            and len(history) == 2
        )


# --- several inputs
# ---


def sum_of_two():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = layers.Dense(1, use_bias=False, name="shared")
    model = Model([a, b], shared(a) + shared(b))
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    "give",
    [lambda a, b: [a, b], lambda a, b: (a, b), lambda a, b: {"b": b, "a": a}],
    ids=["list", "tuple", "dict"],
)
def test_inputs_by_place_or_by_name(give):
    model = sum_of_two()
    kernel = model.get_layer("shared").kernel.data
    expected = X @ kernel + (X + 1) @ kernel
    np.testing.assert_allclose(model.predict(give(X, X + 1), verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model(give(X, X + 1)).data, expected, rtol=1e-5)
    model.fit(give(X, X + 1), NUMBERS, epochs=1, verbose=0)
    assert model.evaluate(give(X, X + 1), NUMBERS, verbose=0) > 0


def test_a_shared_layer_has_one_set_of_weights_and_gathers_gradients_from_both_places():
    model = sum_of_two()
    assert [w.shape for w in model.weights] == [(4, 1)] and model.count_params() == 4
    model([X, X]).sum().backward()
    np.testing.assert_allclose(model.weights[0].grad, 2 * X.sum(axis=0)[:, None], rtol=1e-5)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([X], "The model has 2 inputs, 'a', 'b'; received 1"),
        ({"a": X}, "The inputs lack 'b'"),
        ({"c": X, "d": X}, "named 'a', 'b'; received 'c', 'd'"),
        ([X, X[:, :3]], "input 'b'"),
        ([X, X[:9]], "x[1] has 9 samples"),
    ],
)
def test_mistakes_with_several_inputs(x, words):
    with pytest.raises(ValueError) as raised:
        sum_of_two().fit(x, NUMBERS, verbose=0)
    assert words in str(raised.value)


def test_layers_stand_in_the_order_of_keras_and_names_must_differ():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    deep = layers.Dense(2, name="second")(layers.Dense(2, name="first")(a))
    joined = layers.Concatenate(name="joined")([deep, layers.Dense(2, name="late")(b)])
    model = Model([a, b], layers.Dense(1, name="out")(joined))
    assert [layer.name for layer in model.layers] == [
        "a",
        "first",
        "b",
        "second",
        "late",
        "joined",
        "out",
    ]
    h = layers.Dense(2, name="h")(a)
    short, long = (
        layers.Dense(2, name="short")(h),
        layers.Dense(2, name="l2")(layers.Dense(2, name="l1")(h)),
    )
    other = layers.Dense(2, name="m2")(layers.Dense(2, name="m1")(b))
    model = Model([a, b], layers.Concatenate(name="c")([other, short, long]))
    assert [layer.name for layer in model.layers] == [
        "a",
        "b",
        "h",
        "m1",
        "l1",
        "m2",
        "short",
        "l2",
        "c",
    ]
    with pytest.raises(ValueError, match="two are called 'same'"):
        Model(a, layers.Dense(1, name="same")(layers.Dense(1, name="same")(a)))


def test_a_layer_with_two_results_runs_once_a_batch():
    class Halves(Layer):
        calls = 0

        def call(self, x):
            Halves.calls += 1
            return x[:, :2], {"right": x[:, 2:]}

    inputs = Input((4,))
    left, rest = Halves()(inputs)
    model = Model(inputs, left * 2 + rest["right"])
    Halves.calls = 0
    np.testing.assert_allclose(model(X).data, X[:, :2] * 2 + X[:, 2:], rtol=1e-6)
    assert Halves.calls == 1


def test_a_model_can_be_cut_and_nested():
    encoder = Sequential(
        [Input((4,)), layers.Dense(3, activation="tanh", name="code")], name="encoder"
    )
    inputs = Input((4,))
    whole = Model(inputs, layers.Dense(4)(encoder(inputs)))
    assert [layer.name for layer in whole.layers][1] == "encoder" and len(whole.weights) == 4
    assert whole.get_layer("encoder").output is encoder.outputs[0], (
        "a model inside keeps its own ends"
    )
    head = Model(encoder.input, layers.Dense(2)(encoder.output))
    assert head(X).shape == (64, 2) and [len(m.inputs) for m in (encoder, whole, head)] == [1, 1, 1]
    every = Model(encoder.inputs, [layer.output for layer in encoder.layers])
    np.testing.assert_array_equal(
        every(X).data, encoder(X).data, err_msg="a list of one output is that output, as in Keras"
    )
    with pytest.raises(AttributeError, match="has no output yet"):
        _ = layers.Dense(2).output
    deferred = Sequential([layers.Dense(2)])
    deferred(X)
    assert deferred.layers[0].output.shape == (None, 2) and deferred.input_shape == (None, 4)


# --- subclassing


class Nested(Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(3)
        self.blocks = [layers.Dense(3, activation="relu"), Sequential([layers.Dense(3)])]
        self.by_name = {"out": layers.Dense(1)}

    def call(self, x, training=None):
        x = self.first(x)
        for block in self.blocks:
            x = x + block(x, training=training)
        return self.by_name["out"](x)


def test_layers_in_attributes_lists_and_dicts_are_found_and_trained():
    model = Nested()
    model.compile("adam", "mse")
    before = model(X[:1]) is not None and model.get_weights()
    model.fit(X, NUMBERS, epochs=2, verbose=0)
    assert [w.shape for w in model.weights] == [
        (4, 3),
        (3,),
        (3, 3),
        (3,),
        (3, 3),
        (3,),
        (3, 1),
        (1,),
    ]
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))


def test_a_batch_is_x_or_x_and_y_or_all_three():
    seen = []

    class Spy(Sequential):
        def train_step(self, data):
            seen.append(type(data) if not isinstance(data, tuple) else len(data))
            return {"loss": 0.0}

    model = Spy([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    for rest in ((), (NUMBERS,)):
        model.fit(X, *rest, verbose=0)
    model.fit(X, NUMBERS, sample_weight=np.ones(64), verbose=0)
    assert seen[::2] == [minidl.Tensor, 2, 3]


class Ends(callbacks.Callback):
    """Ends a run with an error, after its second batch."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            raise KeyboardInterrupt


@pytest.mark.parametrize("ends", [[], [Ends()]], ids=["well", "with Ctrl-C"])
def test_what_a_fit_sets_for_itself_is_put_back(ends):
    model = two_heads()
    model.fit(X, [CLASSES, NUMBERS], verbose=0)
    before, extra = model.shuffle_generator, [callbacks.TerminateOnNaN(), *ends]
    try:
        model.fit(X, [CLASSES, NUMBERS], seed=7, verbose=0, callbacks=extra)
    except KeyboardInterrupt:
        assert ends
    assert model.stop_on_nan and model.shuffle_generator is before and model.run_parts is None


def test_a_fit_that_ends_within_a_step_leaves_no_gradient():
    class Broken(Sequential):
        def train_step(self, data):
            x, y = data
            self.compute_loss(x, y, self(x, training=True)).backward()
            assert all(w.grad is not None for w in self.weights)
            raise KeyboardInterrupt

    model = Broken([layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, NUMBERS, verbose=0)
    assert all(w.grad is None for w in model.weights)


def test_a_train_step_written_as_keras_guides_write_it():
    class Guide(Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = metrics.Mean(name="loss")
            self.mae_metric = metrics.MeanAbsoluteError(name="mae")

        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            self.zero_grad()
            loss.backward()
            self.optimizer.apply([v.grad for v in self.trainable_weights], self.trainable_weights)
            self.loss_tracker.update_state(loss)
            self.mae_metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae_metric]

    inputs = Input((4,))
    model = Guide(inputs, layers.Dense(1)(inputs))
    model.compile("adam", "mse")
    history = model.fit(X, NUMBERS, epochs=3, verbose=0).history
    assert set(history) == {"loss", "mae"} and history["loss"][0] > history["loss"][-1] > 0


def test_metrics_of_compile_are_there_in_the_first_step():
    class Guide(Sequential):
        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
            loss.backward()
            self.optimizer.step()
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    model = Guide([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    assert set(model.fit(X, NUMBERS, verbose=0).history) == {"loss", "mae"}


class Sparse(Layer):
    """Adds the mean size of what passes, times a factor."""

    def __init__(self, factor=0.1, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        self.add_loss(self.factor * ops.mean(ops.absolute(x)))
        return x


def test_add_loss_counts_for_its_call_alone():
    model = Sequential([Input((4,)), layers.Dense(3), Sparse(), layers.Dense(1)])
    model.compile("sgd", "mse")
    for _ in range(3):
        model(X)
        assert len(model.losses) == 1
    inside = np.abs(X @ model.get_weights()[0]).mean() * 0.1
    plain = ((model.predict(X, verbose=0) - NUMBERS) ** 2).mean()
    assert model.evaluate(X, NUMBERS, batch_size=64, verbose=0) == pytest.approx(
        inside + plain, rel=1e-5
    )
    other = Sequential([Input((4,)), Sparse(1.0)])
    other(X)
    assert len(model.losses) == 1 and float(model.losses[0]) == pytest.approx(inside, rel=1e-5), (
        "another model's call changes nothing"
    )
    layer = Sparse(1.0)
    layer(X)
    layer(X)
    assert len(layer.losses) == 1


def test_fit_without_targets_makes_smaller_what_was_added():
    class Autoencoder(Model):
        def __init__(self):
            super().__init__()
            self.inner, self.outer = layers.Dense(2), layers.Dense(4)

        def call(self, x):
            back = self.outer(self.inner(x))
            self.add_loss(ops.mean(ops.square(back - x)))
            return back

    model = Autoencoder()
    model.compile("adam")
    history = model.fit(X, epochs=5, verbose=0).history
    assert list(history) == ["loss"] and history["loss"][-1] < history["loss"][0]
    assert model.evaluate(X, verbose=0) == pytest.approx(
        ((model.predict(X, verbose=0) - X) ** 2).mean(), rel=1e-5
    )
    plain = Sequential([layers.Dense(1)])
    plain.compile("sgd")
    with pytest.raises(ValueError, match="No loss to compute"):
        plain.fit(X, verbose=0)


def test_regularizers_are_in_the_loss_and_constraints_hold_after_each_step():
    model = Sequential(
        [
            Input((4,)),
            layers.Dense(
                3,
                kernel_regularizer="l2",
                bias_regularizer=minidl.regularizers.L1(0.5),
                kernel_constraint="non_neg",
            ),
            layers.Dense(1),
        ]
    )
    model.compile(minidl.optimizers.SGD(0.1), "mse")
    model.layers[0].bias.assign([1.0, -2.0, 3.0])
    kernel = model.layers[0].kernel.data
    plain = ((model.predict(X, verbose=0) - NUMBERS) ** 2).mean()
    assert model.evaluate(X, NUMBERS, verbose=0) == pytest.approx(
        plain + 0.01 * (kernel**2).sum() + 0.5 * 6, rel=1e-5
    )
    assert len(model.losses) == 2
    model.fit(X, NUMBERS, epochs=3, verbose=0)
    assert model.layers[0].kernel.data.min() >= 0 and (model.layers[0].kernel.data == 0).any()
    model.layers[0].trainable = False
    assert model.losses == []


def test_freezing_is_noticed_and_batch_normalization_then_infers():
    model = Sequential([Input((4,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, NUMBERS, verbose=0)
    model.layers[1].trainable = False
    moving = model.layers[1].moving_mean.numpy()
    with pytest.warns(UserWarning, match=r"'batch_normalization\w*' was changed after compile"):
        model.fit(X, NUMBERS, verbose=0)
    assert np.array_equal(moving, model.layers[1].moving_mean.data)
    model.compile("sgd", "mse")
    model.fit(X, NUMBERS, verbose=0)
    assert len(model.optimizer.trainable_variables) == 4


def test_variables_of_a_layer_can_count():
    class Counter(Layer):
        def __init__(self):
            super().__init__()
            self.seen = Variable(0, dtype="int32", trainable=False, name="seen")
            self.total = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="total"
            )

        def call(self, x):
            self.seen.assign_add(len(x))
            self.total.assign(self.total + ops.sum(x))
            return x

    layer = Counter()
    for _ in range(2):
        layer(X)
    assert int(layer.seen) == 128 and float(layer.total) == pytest.approx(2 * X.sum(), rel=1e-4)
    assert layer.trainable_weights == [] and len(layer.weights) == 2


# --- data


def regression():
    set_random_seed(1)
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def in_batches(times=None):
    while times is None or times > 0:
        for start in range(0, 64, 16):
            yield X[start : start + 16], NUMBERS[start : start + 16]
        times = times and times - 1


class Pages(minidl.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.told, self.asked = [], []

    def __len__(self):
        return 4

    def __getitem__(self, i):
        self.asked.append(i)
        return X[i * 16 : i * 16 + 16], NUMBERS[i * 16 : i * 16 + 16]

    def on_epoch_end(self):
        self.told.append("end")


class Again:
    """Can be read as often as one likes, and does not say how long it is."""

    def __iter__(self):
        return in_batches(1)


@pytest.mark.parametrize(
    ("source", "steps"),
    [(lambda: in_batches(), 4), (Pages, None), (Again, None), (lambda: in_batches(5), 4)],
    ids=["endless generator", "PyDataset", "iterable", "generator"],
)
def test_batches_from_elsewhere_train_as_arrays_do(source, steps):
    arrays, streamed = regression(), regression()
    a = arrays.fit(X, NUMBERS, batch_size=16, epochs=3, shuffle=False, verbose=0).history
    b = streamed.fit(source(), epochs=3, steps_per_epoch=steps, shuffle=False, verbose=0).history
    assert a == b and all(
        np.array_equal(u, v) for u, v in zip(arrays.get_weights(), streamed.get_weights())
    )


def test_validation_evaluation_and_prediction_from_batches():
    model = regression()
    history = model.fit(X, NUMBERS, validation_data=Pages(), epochs=2, verbose=0).history
    assert len(history["val_loss"]) == 2
    assert model.evaluate(Pages(), verbose=0) == pytest.approx(
        model.evaluate(X, NUMBERS, verbose=0), rel=1e-6
    )
    assert model.evaluate(in_batches(), steps=2, verbose=0) == pytest.approx(
        model.evaluate(X[:32], NUMBERS[:32], verbose=0), rel=1e-6
    )
    np.testing.assert_allclose(
        model.predict(Pages(), verbose=0), model.predict(X, verbose=0), rtol=1e-6
    )
    np.testing.assert_allclose(
        model.predict(in_batches(), steps=3, verbose=0), model.predict(X[:48], verbose=0), rtol=1e-6
    )


def test_a_pydataset_is_shuffled_by_batches_and_told_of_each_epoch():
    pages = Pages()
    regression().fit(pages, epochs=3, verbose=0)
    assert pages.told == ["end"] * 3
    orders = [tuple(pages.asked[i + 1 : i + 5]) for i in range(0, 12, 4)]
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders) and len(set(orders)) > 1


def test_a_generator_that_runs_dry_says_so_and_training_ends():
    model = regression()
    with pytest.warns(UserWarning, match="ran out in epoch 2 after 2 of 4 batches"):
        history = model.fit(
            (batch for _, batch in zip(range(6), in_batches())),
            steps_per_epoch=4,
            epochs=5,
            verbose=0,
        ).history
    assert len(history["loss"]) == 2
    with pytest.raises(ValueError, match="holds no batches"):
        model.fit(iter([]), verbose=0)
    with pytest.raises(ValueError, match="y goes with arrays"):
        model.fit(in_batches(), NUMBERS, verbose=0)


def test_class_weights_of_batches():
    def classes():
        while True:
            yield X, CLASSES

    def network():
        set_random_seed(0)
        model = Sequential([Input((4,)), layers.Dense(2, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    a, b = network(), network()
    a.fit(X, CLASSES, batch_size=64, shuffle=False, class_weight={0: 1.0, 1: 3.0}, verbose=0)
    b.fit(classes(), steps_per_epoch=1, class_weight={0: 1.0, 1: 3.0}, verbose=0)
    assert all(np.array_equal(u, v) for u, v in zip(a.get_weights(), b.get_weights()))


def test_a_memory_map_is_not_loaded_whole(tmp_path):
    rows, columns = 20_000, 200
    big = np.memmap(tmp_path / "x.bin", dtype="float32", mode="w+", shape=(rows, columns))
    for start in range(0, rows, 2000):
        big[start : start + 2000] = RNG.random((2000, columns), dtype=np.float32)
    big.flush()
    x = np.memmap(tmp_path / "x.bin", dtype="float32", mode="r", shape=(rows, columns))
    model = Sequential([Input((columns,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    tracemalloc.start()
    try:
        model.fit(x, np.zeros(rows), batch_size=128, epochs=1, validation_split=0.1, verbose=0)
        model.evaluate(x, np.zeros(rows), batch_size=128, verbose=0)
        model.predict(x, batch_size=128, verbose=0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < x.nbytes / 4, f"{peak / 1e6:.1f} MB for a file of {x.nbytes / 1e6:.1f} MB"


def test_two_fits_are_one_long_fit():
    def network():
        set_random_seed(3)
        model = Sequential(
            [Input((4,)), layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        return model

    once = network()
    once.fit(X, NUMBERS, epochs=4, verbose=0)
    twice = network()
    twice.fit(X, NUMBERS, epochs=2, verbose=0)
    twice.fit(X, NUMBERS, epochs=4, initial_epoch=2, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(once.get_weights(), twice.get_weights()))


# --- what older tutorials type
# ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("do", "today"),
    [
        (lambda m: m.fit_generator(in_batches(), steps_per_epoch=4, epochs=1, verbose=0), "fit"),
        (lambda m: m.fit_generator(in_batches(), 4, 1, 0), "fit"),
        (lambda m: m.evaluate_generator(in_batches(), steps=4, verbose=0), "evaluate"),
        (lambda m: m.predict_generator(in_batches(), steps=4, verbose=0), "predict"),
        (lambda m: m.predict_classes(X, verbose=0), "np.argmax"),
        (lambda m: m.predict_proba(X, verbose=0), "predict"),
        (lambda m: m.fit(X, NUMBERS, nb_epoch=2, verbose=0), "epochs="),
        (lambda m: minidl.utils.np_utils.to_categorical([0, 1]), "utils.to_categorical"),
        (lambda m: minidl.optimizers.legacy.Adam(0.1), "optimizers.Adam"),
    ],
)
def test_older_names_work_and_name_todays(do, today):
    model = regression()
    model.fit(X, NUMBERS, verbose=0)
    with pytest.warns(FutureWarning) as warned:
        do(model)
    assert today in str(warned[0].message) and warned[0].filename == __file__


def test_predict_classes_for_one_and_for_many_outputs():
    for units, activation, shape in ((1, "sigmoid", (64, 1)), (3, "softmax", (64,))):
        model = Sequential([Input((4,)), layers.Dense(units, activation=activation)])
        with pytest.warns(FutureWarning):
            assert model.predict_classes(X, verbose=0).shape == shape


def test_backend_functions_are_found_in_their_older_place():
    from minidl import backend as K

    assert K.mean(K.square(X)).numpy() == pytest.approx((X**2).mean(), rel=1e-6)
    assert K.image_data_format() == "channels_last" and K.epsilon() == 1e-7
    K.clear_session()
    assert layers.Dense(1).name == "dense"
    with pytest.raises(AttributeError, match="use minidl.ops"):
        _ = K.no_such_thing

    def soft_mae(y_true, y_pred):
        return K.mean(K.sqrt(K.square(y_true - y_pred) + K.epsilon()))

    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", soft_mae, metrics=[soft_mae])
    assert set(model.fit(X, NUMBERS, verbose=0).history) == {"loss", "soft_mae"}


def test_results_answer_to_numpy():
    metric = metrics.MeanSquaredError()
    metric.update_state([[1.0]], [[3.0]])
    model = regression()
    for result in (
        metric.result(),
        model.optimizer.learning_rate,
        losses.MeanSquaredError()([[1.0]], [[3.0]]),
    ):
        assert np.ndim(result.numpy()) == 0 and float(result.numpy()) == float(result)


def test_the_module_is_its_own_keras():
    import minidl as tf

    assert tf.keras.layers.Dense is layers.Dense and tf.nn.relu is ops.relu
    assert tf.keras.Sequential is Sequential and tf.keras.Model is Model


# --- looking


def test_summary_of_nested_and_branched_models(capsys):
    a = Input((4,), name="a")
    inner = Sequential([Input((4,)), layers.Dense(4, name="within")], name="inner")
    frozen = layers.Dense(4, name="frozen", trainable=False)(a)
    model = Model(a, layers.add([inner(a), frozen]), name="branched")
    model.summary(line_length=100, expand_nested=True, show_trainable=True)
    text = capsys.readouterr().out
    assert (
        "Connected to" in text
        and "inner[0], frozen[0]" in text
        and "└ within (Dense)" in text
        and "Trainable" in text
    )
    rows = {
        line.split("│")[1].split()[0]: line
        for line in text.splitlines()
        if "│" in line and "(" in line
    }
    assert rows["frozen"].rstrip(" │").endswith("N") and rows["inner"].rstrip(" │").endswith("Y")
    assert "Trainable params: 20 " in text and "Non-trainable params: 20 " in text
    lines = []
    model.summary(print_fn=lines.append, layer_range=("inner", "frozen"))
    assert len(lines) == 1 and "a (InputLayer)" not in lines[0] and "frozen" in lines[0]
    with pytest.raises(ValueError, match="no layer 'missing'"):
        model.summary(layer_range=("missing", "inner"))


def test_models_are_drawn(tmp_path):
    from minidl import plots

    a, b = Input((4,), name="left"), Input((4,), name="right")
    trunk = layers.Dense(3, activation="relu", name="trunk")
    model = Model([a, b], layers.Dense(1, name="head")(trunk(a) + trunk(b)))
    for direction in ("TB", "LR", "BT", "RL"):
        figure = plots.model(
            model,
            tmp_path / f"{direction}.png",
            show_shapes=True,
            show_layer_activations=True,
            rankdir=direction,
        )
        texts = [t.get_text() for t in figure.axes[0].texts if t.get_text()]
        assert len(texts) == 5 and "trunk (Dense)\nrelu\n(None, 3)" in texts and "add" in texts
        arrows = [t for t in figure.axes[0].texts if not t.get_text()]
        assert len(arrows) == 4 and (tmp_path / f"{direction}.png").stat().st_size > 3000
    minidl.utils.plot_model(Sequential([Input((4,)), layers.Dense(2)]), tmp_path / "chain.png")
    assert (tmp_path / "chain.png").exists()
    nested = Sequential([Input((4,)), Sequential([layers.Dense(2, name="deep"), layers.Dense(2)])])
    texts = [
        t.get_text()
        for t in plots.model(nested, tmp_path / "n.png", expand_nested=True).axes[0].texts
    ]
    assert "deep (Dense)" in texts
    with pytest.raises(ValueError, match="shows no layers yet"):
        plots.model(Sequential())
    with pytest.raises(ValueError, match="rankdir"):
        plots.model(model, rankdir="up")


def test_curves_grow_while_a_model_trains(tmp_path):
    from minidl import plots

    live = plots.LivePlot(path=tmp_path / "live.png")
    model = regression()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(X, NUMBERS, epochs=3, validation_split=0.25, callbacks=[live], verbose=0)
    assert (tmp_path / "live.png").exists() and [a.get_ylabel() for a in live.figure.axes] == [
        "loss",
        "mae",
    ]
    assert (
        all(len(line.get_xdata()) == 3 for axis in live.figure.axes for line in axis.lines)
        and len(live.figure.axes[0].lines) == 2
    )


# --- a tape, as TensorFlow's tutorials write it
# ----------------------------------------------------------------------


def test_a_tape_gives_the_gradients_that_backward_gives():
    x, w, b = minidl.Tensor(X), Variable(np.ones((4, 1)), name="w"), Variable([0.0], name="b")
    with minidl.GradientTape() as tape:
        loss = ops.mean(ops.square(x @ w + b - NUMBERS))
    dw, nothing, db = tape.gradient(loss, [w, Variable([1.0]), b])
    error = X @ np.ones((4, 1)) - NUMBERS
    np.testing.assert_allclose(dw.numpy(), 2 * X.T @ error / 64, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(db.numpy(), 2 * error.mean(axis=0), rtol=1e-4, atol=1e-6)
    assert nothing is None and w.grad is None and b.grad is None
    minidl.optimizers.SGD(0.1).apply_gradients(zip([dw, db], [w, b]))
    np.testing.assert_allclose(w.data, 1 - 0.2 * X.T @ error / 64, rtol=1e-4, atol=1e-6)
    with pytest.raises(minidl.GraphError, match="persistent=True"):
        tape.gradient(loss, w)


def test_a_tape_watches_what_it_is_told_and_may_be_asked_twice():
    x = minidl.Tensor([3.0])
    with minidl.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    assert tape.gradient(z, {"x": x, "y": y})["x"].numpy() == pytest.approx([108.0])
    assert tape.gradient(y, x).numpy() == pytest.approx([6.0]) and tape.gradient(
        z, y
    ).numpy() == pytest.approx([18.0])
    assert not x.requires_grad and x.grad is None
    with pytest.raises(TypeError, match="takes tensors"):
        tape.watch(np.ones(2))


def test_class_weights_do_not_touch_what_is_held_back():
    def history(**options):
        set_random_seed(0)
        model = Sequential([Input((4,)), layers.Dense(2, activation="softmax")])
        model.compile(minidl.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
        return model.fit(X, CLASSES, validation_split=0.25, verbose=0, **options).history

    plain, weighted = history(), history(class_weight={0: 1.0, 1: 5.0})
    assert (
        plain["val_loss"] == weighted["val_loss"] and weighted["loss"][0] > 1.5 * plain["loss"][0]
    )
