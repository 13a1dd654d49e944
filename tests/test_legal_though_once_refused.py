"""Programs that are legal, and were refused once: after unknown sizes, with two tapes, on strings,
with losses in lists, after a change of an attribute.
"""

import gc
import weakref

import numpy as np
import pytest

import minidl
from minidl import (
    GradientTape,
    Input,
    Model,
    Sequential,
    Variable,
    callbacks,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
)
from minidl.layers import Dense, Embedding, Flatten, Reshape, StringLookup, TextVectorization

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


def compiled(loss="mse", outputs=1, **settings):
    model = Sequential([Input((3,)), Dense(outputs)])
    model.compile("sgd", loss, **settings)
    return model


# --- small settings of optimizers


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: optimizers.RMSprop(momentum=5e-4), "momentum", 5e-4),
        (lambda: optimizers.RMSprop(0.01, 0.9, 5e-4), "momentum", 5e-4),
        (
            lambda: optimizers.Adagrad(initial_accumulator_value=1e-6),
            "initial_accumulator_value",
            1e-6,
        ),
        (lambda: optimizers.Adagrad(0.01, 1e-6), "initial_accumulator_value", 1e-6),
        (lambda: optimizers.SGD(0.01, 1e-6), "momentum", 1e-6),
        (lambda: optimizers.Adam(0.01, 0.9, 0.999, 1e-4), "epsilon", 1e-4),
    ],
)
def test_small_settings_by_position_and_by_name(make, name, value):
    assert getattr(make(), name) == value


# --- after unknown sizes


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: Reshape((3, 5))(Input((None,))), (None, 3, 5)),
        (lambda: Reshape((-1, 4))(Input((None, None))), (None, None, 4)),
        (lambda: Reshape((-1, 4))(Input((None, 6))), (None, None, 4)),
        (lambda: Reshape((2, -1))(Input((None, None, 3))), (None, 2, None)),
        (lambda: Reshape((-1,))(Input((None, None, 3))), (None, None)),
        (lambda: ops.reshape(Input((None, 4)), (-1, 8)), (None, 8)),
        (lambda: ops.reshape(Input((4,)), (-1, 8)), (None, 8)),
        (lambda: ops.reshape(Input((None, 4)), (5, -1)), (5, None)),
        (lambda: layers.Lambda(lambda x: ops.reshape(x, (-1, 8)))(Input((None, 4))), (None, 8)),
        (lambda: Sequential([Input((None,)), Reshape((3, 5))])(Input((None,))), (None, 3, 5)),
        (lambda: layers.Dense(2)(Reshape((-1, 4))(Input((None,)))), (None, None, 2)),
        (lambda: Input((None, 3))[:, 5], (None, 3)),
        (lambda: ops.take(Input((None, 3)), 7, axis=1), (None, 3)),
        (lambda: layers.Add()([Input((None, 3)), Input((5, 3))]), (None, 5, 3)),
        (lambda: layers.Concatenate()([Input((None, 3)), Input((5, 3))]), (None, 5, 6)),
        (lambda: layers.Concatenate(axis=1)([Input((None, 3)), Input((5, 3))]), (None, None, 3)),
        (lambda: ops.matmul(Input((None, 4)), Input((4, None))), (None, None, None)),
        (lambda: layers.Dot(axes=1)([Input((None, 3)), Input((None, 3))]), (None, 3, 3)),
        (lambda: layers.RepeatVector(3)(Input((None,))), (None, 3, None)),
        (lambda: layers.Permute((2, 1))(Input((None, 3))), (None, 3, None)),
        (lambda: Flatten()(Input((None, 3))), (None, None)),
    ],
)
def test_shapes_after_unknown_sizes(make, shape):
    assert make().shape == shape


def test_numbers_after_unknown_sizes():
    inputs = Input((None, 2))
    model = Model(inputs, Reshape((-1, 4))(inputs))
    x = np.arange(16.0, dtype="float32").reshape(2, 4, 2)
    np.testing.assert_array_equal(model.predict(x, verbose=0), x.reshape(2, 2, 4))
    with pytest.raises(ValueError, match=r"a sample of shape \(3, 2\) has 6 numbers"):
        model.predict(x[:, :3], verbose=0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Reshape((3, 5))(Input((7,))),
        lambda: Reshape((-1, 4))(Input((2, 3))),
        lambda: Sequential([Input((7,)), Reshape((3, 5))]),
        lambda: Reshape((3, 5))(np.ones((2, 7))),
    ],
)
def test_known_sizes_are_still_compared(wrong):
    with pytest.raises(ValueError, match="numbers and cannot become"):
        wrong()


# --- two tapes over one forward pass


def test_two_tapes_are_each_asked_once_and_the_graph_is_freed():
    w, v = Variable(3.0), Variable(2.0)
    with GradientTape() as first, GradientTape() as second:
        h = w * v
        a, b = 2 * h, h * h
    seen = weakref.ref(h)
    assert first.gradient(a, w).item() == 4.0
    assert second.gradient(b, v).item() == 36.0
    del h
    gc.collect()
    assert seen() is None, "both losses are still there, and hold nothing"
    assert not a.edges and not b.edges and w.grad is None and v.grad is None


def test_two_tapes_train_a_gan():
    """TensorFlow's DCGAN: both losses pass through generator and discriminator."""
    generator, judge = Dense(2), Dense(1)
    noise, real = np.ones((4, 3), "float32"), X[:4, :2]
    with GradientTape() as g_tape, GradientTape() as d_tape:
        fake = generator(noise)
        said_of_real, said_of_fake = judge(real), judge(fake)
        g_loss = ((said_of_fake - 1.0) ** 2).mean()
        d_loss = ((said_of_real - 1.0) ** 2).mean() + (said_of_fake**2).mean()
    grads = [
        g_tape.gradient(g_loss, generator.trainable_variables),
        d_tape.gradient(d_loss, judge.trainable_variables),
    ]
    kernel, bias = (v.numpy() for v in generator.weights)
    k, b = (v.numpy() for v in judge.weights)
    out = noise @ kernel + bias
    said = out @ k + b
    np.testing.assert_allclose(
        grads[0][0].numpy(), noise.T @ (2 * (said - 1) / 4 @ k.T), rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        grads[1][0].numpy(),
        real.T @ (2 * (real @ k + b - 1) / 4) + out.T @ (2 * said / 4),
        rtol=1e-4,
        atol=1e-6,
    )


def test_a_tape_alone_is_used_up_and_a_forgotten_one_keeps_nothing():
    w = Variable(3.0)
    with GradientTape() as tape:
        loss = w * w
    assert tape.gradient([loss, loss], w).item() == 12.0
    with pytest.raises(minidl.GraphError, match="used up by its first"):
        tape.gradient(loss, w)
    with GradientTape() as first, GradientTape() as second:
        h = w * w
        loss = h * 2
    del second
    assert first.gradient(loss, w).item() == 12.0
    assert not h.edges


@pytest.mark.parametrize(
    ("target", "source", "said"),
    [
        (None, "w", "target is the tensor to differentiate.*received NoneType"),
        ("loss", np.ones(2), "sources are tensors or variables.*received ndarray"),
        ("loss", None, "sources are tensors or variables.*received NoneType"),
    ],
)
def test_what_a_tape_cannot_differentiate(target, source, said):
    w = Variable(3.0)
    with GradientTape() as tape:
        things = {"loss": w * w, "w": w}
    pick = [things[t] if isinstance(t, str) else t for t in (target, source)]
    with pytest.raises(TypeError, match=said):
        tape.gradient(*pick)
    assert tape.gradient(things["loss"], w).item() == 6.0


# --- models that begin with strings

TEXTS = np.array(["a b", "c d", "a", "b"])
LABELS = np.array([0.0, 1.0, 0.0, 1.0])


def vectorization(**settings):
    return TextVectorization(vocabulary=["a", "b", "c"], **settings)


def _stack():
    return Sequential(
        [vectorization(output_sequence_length=4), Embedding(5, 2), Flatten(), Dense(1)]
    )


def _functional():
    texts = Input((1,), dtype="string")
    x = layers.GlobalAveragePooling1D()(Embedding(5, 2)(vectorization()(texts)))
    return Model(texts, Dense(1)(x))


def _lookup():
    return Sequential(
        [
            Input((1,), dtype=str),
            StringLookup(vocabulary=["a b", "b"], output_mode="multi_hot"),
            Dense(1),
        ]
    )


def _hashing():
    return Sequential([layers.Hashing(5, output_mode="one_hot"), Dense(1)])


@pytest.mark.parametrize("make", [_stack, _functional, _lookup, _hashing])
@pytest.mark.parametrize(
    "kind", [np.asarray, list, lambda t: t.astype(object), lambda t: t[:, None]]
)
def test_models_that_begin_with_strings(make, kind, tmp_path):
    model, x = make(), kind(TEXTS)
    model.compile("sgd", "mse")
    history = model.fit(x, LABELS, batch_size=2, verbose=0, validation_data=(x, LABELS)).history
    assert set(history) == {"loss", "val_loss"} and np.isfinite(history["val_loss"][0])
    model.evaluate(x, LABELS, verbose=0)
    expected = model.predict(x, verbose=0)
    assert expected.shape == (4, 1)
    for ending in ("npz", "keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        again = minidl.models.load_model(tmp_path / f"m.{ending}")
        np.testing.assert_allclose(again.predict(x, verbose=0), expected, rtol=1e-6)


def test_strings_beside_numbers_and_from_a_generator():
    texts, numbers = Input((1,), dtype="string", name="t"), Input((2,), name="n")
    words = layers.GlobalAveragePooling1D()(Embedding(5, 2)(vectorization()(texts)))
    model = Model([texts, numbers], Dense(1)(layers.Concatenate()([words, numbers])))
    model.compile("sgd", "mse")
    data = {"t": TEXTS, "n": np.ones((4, 2), "float32")}
    model.fit(data, LABELS, verbose=0)

    def batches():
        while True:
            yield data, LABELS

    model.fit(batches(), steps_per_epoch=2, verbose=0)
    assert model.predict([TEXTS, data["n"]], verbose=0).shape == (4, 1)


# --- containers


def test_nested_dicts_as_inputs():
    a, b = Input((3,), name="left"), Input((3,), name="right")
    model = Model({"pair": {"a": a}, "b": b}, Dense(1)(layers.Subtract()([a, b])))
    model.compile("sgd", "mse")
    x = {"pair": {"a": X}, "b": 2 * X}
    model.fit(x, Y, verbose=0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(
        model.predict(x, verbose=0), -X @ kernel + bias, rtol=1e-4, atol=1e-6
    )
    with pytest.raises(ValueError, match=r"inputs are \{'pair': \{'a': left\}, 'b': right\}"):
        model.predict({"pair": {"c": X}, "b": X}, verbose=0)


@pytest.mark.parametrize("loss", [{"a": ["mse"]}, ["mse"], [["mse"]], {"a": "mse"}])
def test_a_loss_in_a_list(loss):
    inputs = Input((3,))
    model = Model(inputs, {"a": Dense(1, kernel_initializer="zeros")(inputs)})
    model.compile("sgd", loss)
    assert model.evaluate(X, {"a": Y}, verbose=0) == pytest.approx(float((Y**2).mean()), rel=1e-5)


def test_two_losses_for_one_output():
    with pytest.raises(ValueError, match="an output has one loss; received 2 for 'dense.*'"):
        model = Sequential([Input((3,)), Dense(1)])
        model.compile("sgd", {model.layers[0].name: ["mse", "mae"]})
        model.fit(X, Y, verbose=0)


# --- callbacks and results


def test_evaluate_and_predict_can_be_stopped():
    class Stop(callbacks.Callback):
        seen = 0

        def on_test_batch_end(self, batch, logs=None):
            self.seen += 1
            self.model.stop_evaluating = batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            self.seen += 1
            self.model.stop_predicting = batch == 0

    model, stop = compiled(), Stop()
    model.evaluate(X, Y, batch_size=2, verbose=0, callbacks=[stop])
    assert stop.seen == 2
    assert len(model.predict(X, batch_size=2, verbose=0, callbacks=[stop])) == 2
    model.evaluate(X, Y, batch_size=2, verbose=0)
    assert not model.stop_evaluating, "the next run begins anew"
    assert len(model.predict(X, batch_size=2, verbose=0)) == 8


@pytest.mark.parametrize(
    ("make", "mode"),
    [
        (lambda: callbacks.EarlyStopping("loss"), np.less),
        (lambda: callbacks.EarlyStopping("loss", mode="max"), np.greater),
        (lambda: callbacks.ReduceLROnPlateau("loss"), np.less),
    ],
)
def test_monitor_op(make, mode):
    callback = make()
    assert callback.monitor_op is None
    compiled().fit(X, Y, verbose=0, callbacks=[callback])
    assert callback.monitor_op is mode


@pytest.mark.parametrize("kind", ["SGD", "Adam", "RMSprop", "Adagrad"])
def test_an_optimizer_takes_the_values_of_its_variables(kind):
    first, second = (getattr(optimizers, kind)(rate) for rate in (0.1, 0.2))
    w, v = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    first.apply([np.ones(2, "float32")], [w])
    second.build([v])
    second.set_weights([variable.numpy() for variable in first.variables])
    assert second.iterations == 1 and second.learning_rate == pytest.approx(0.1)
    v.assign(w)
    for optimizer, variable in ((first, w), (second, v)):
        optimizer.apply([np.ones(2, "float32")], [variable])
    np.testing.assert_array_equal(w.numpy(), v.numpy())
    before = [np.copy(variable.numpy()) for variable in second.variables]
    with pytest.raises(ValueError, match="of the shapes .* received"):
        second.set_weights([np.ones(5)] * len(before))
    for old, new in zip(before, second.variables):
        np.testing.assert_array_equal(old, new.numpy())


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("accuracy", "acc"), ("mae", "mean_absolute_error"), ("mean_squared_error", "mse")],
)
def test_a_history_knows_the_other_name(typed, asked):
    model = Sequential([Input((3,)), Dense(1, "sigmoid")])
    model.compile("sgd", "bce", metrics=[typed])
    record = model.fit(X, (Y > 0) * 1.0, validation_split=0.5, verbose=0).history
    with pytest.warns(FutureWarning, match=f"'val_{asked}' in the history is today 'val_{typed}'"):
        assert record[f"val_{asked}"] == record[f"val_{typed}"]
    with pytest.warns(FutureWarning):
        assert record.get(asked) == record[typed]
    assert record.get("nothing") is None and asked not in record


# --- layers


def every_layer_without_weights():
    pair = [(None, 3), (None, 3)]
    return [
        *[(layer, (None, 3)) for layer in (Flatten(), Reshape((3,)), layers.Dropout(0.5))],
        *[(layer, (None, 3)) for layer in (layers.ReLU(), layers.Softmax(), layers.LeakyReLU())],
        *[(layer, (None, 3)) for layer in (layers.Lambda(len), layers.Rescaling(2.0))],
        *[(layer, (None, 3)) for layer in (layers.Activation("relu"), layers.RepeatVector(2))],
        *[(layer, (None, 3)) for layer in (layers.GaussianNoise(0.1), layers.UnitNormalization())],
        *[(layer, pair) for layer in (layers.Add(), layers.Concatenate(), layers.Dot(axes=1))],
        (layers.Permute((2, 1)), (None, 3, 4)),
        (layers.GlobalAveragePooling1D(), (None, 3, 4)),
        (Embedding(3, 2), None),
    ]


@pytest.mark.parametrize(
    ("layer", "shape"), every_layer_without_weights(), ids=lambda x: type(x).__name__
)
def test_a_layer_is_built_by_hand(layer, shape):
    assert not layer.built
    layer.build(shape) if shape else layer.build()
    assert layer.built


@pytest.mark.parametrize(
    ("layer", "name", "value", "described"),
    [
        (Dense(2, activation="relu"), "activation", None, None),
        (Dense(2), "activation", minidl.activations.relu, "relu"),
        (layers.Dropout(0.5), "rate", 0.1, 0.1),
        (layers.BatchNormalization(), "momentum", 0.5, 0.5),
        (layers.LeakyReLU(), "negative_slope", 0.1, 0.1),
        (layers.GaussianNoise(0.1), "stddev", 0.3, 0.3),
    ],
)
def test_a_config_says_what_a_layer_is_now(layer, name, value, described):
    setattr(layer, name, value)
    assert layer.get_config()[name] == described
    again = type(layer).from_config(layer.get_config())
    for copy in (layer, again):
        copy(X)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(X).numpy(), again(X).numpy())


@pytest.mark.parametrize(
    "make",
    [
        layers.BatchNormalization,
        layers.LayerNormalization,
        lambda: layers.GroupNormalization(3),
        layers.RMSNormalization,
        layers.UnitNormalization,
        lambda: layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0]),
    ],
)
def test_a_normalization_takes_another_number_of_axes(make):
    """Built on (n, 4, 3), called on (n, 5, 4, 3): the numbers along the last axis are the same."""
    layer, x = make(), np.random.default_rng(1).normal(size=(2, 5, 4, 3)).astype("float32")
    fresh = make()
    layer(x[:, 0])
    np.testing.assert_allclose(layer(x).numpy(), fresh(x).numpy(), rtol=1e-6)
    if not isinstance(layer, layers.UnitNormalization):
        with pytest.raises(ValueError, match="received shape"):
            layer(np.ones((2, 5, 4, 2), "float32"))


# --- losses

T = np.eye(3)[[0, 2, 1, 1]].astype("float32")
P = np.random.default_rng(2).uniform(0.1, 1, (4, 3)).astype("float32")
P /= P.sum(axis=0)
ALONG = [
    losses.CategoricalCrossentropy,
    losses.BinaryCrossentropy,
    losses.CategoricalFocalCrossentropy,
    losses.BinaryFocalCrossentropy,
]


@pytest.mark.parametrize("kind", ALONG)
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_classes_along_the_first_axis(kind, from_logits, smoothing):
    settings = {"from_logits": from_logits, "label_smoothing": smoothing, "reduction": None}
    turned = kind(axis=0, **settings)(T, P).numpy()
    np.testing.assert_allclose(turned, kind(**settings)(T.T, P.T).numpy(), rtol=1e-5)
    assert turned.shape == (3,)
    np.testing.assert_array_equal(kind(axis=1, **settings)(T.T, P.T), kind(**settings)(T.T, P.T))


def test_class_indices_along_the_first_axis():
    labels = np.array([1, 3, 0])
    loss = losses.SparseCategoricalCrossentropy(axis=0, reduction=None)
    np.testing.assert_allclose(loss(labels, P), -np.log(P[labels, range(3)]), rtol=1e-5)


def test_cross_entropy_loss_takes_logits():
    labels, logits = np.array([0, 2, 1, 1]), 5 * P
    expected = losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    assert losses.CrossEntropyLoss()(labels, logits).item() == expected.item()
    assert losses.get("CrossEntropyLoss")(labels, logits).item() == expected.item()


# --- descriptions


def test_objects_of_yours_in_a_description():
    class Mine(layers.Layer):
        pass

    class Far(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_true - y_pred).sum(axis=-1)

    class Seen(metrics.Metric):
        pass

    for thing, room in ((Mine(), layers), (Far(), losses), (Seen(), metrics)):
        name, data = type(thing).__name__, minidl.saving.serialize_keras_object(thing)
        own = {name: type(thing)}
        for read in (
            minidl.saving.deserialize_keras_object,
            minidl.utils.deserialize_keras_object,
            room.deserialize,
        ):
            assert type(read(data, custom_objects=own)) is type(thing)
            with pytest.raises(ValueError, match=f"no class or function '{name}'"):
                read(data)
