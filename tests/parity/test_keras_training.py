"""The same network, weights, batches and optimizer in Keras and here: after twenty steps the same
weights and histories.
"""

import keras
import numpy as np
import pytest

import minidl

DATA = np.random.default_rng(1)
# digits, more or less: mostly 0
IMAGES = DATA.integers(0, 256, (76, 6, 6)).astype(np.uint8) * (DATA.random((76, 6, 6)) < 0.3)
LABELS = DATA.integers(0, 5, 76)
NUMBERS = DATA.normal(size=(76, 2))
YES_NO = DATA.integers(0, 2, 76)
X = IMAGES / 255.0

# name: (layers as (class, arguments), loss as (name, arguments), targets, metrics)
PROBLEMS = {
    "digits": (
        [
            ("Flatten", {}),
            ("Dense", dict(units=16, activation="relu")),
            ("Dense", dict(units=5, activation="softmax")),
        ],
        ("SparseCategoricalCrossentropy", {}),
        LABELS,
        ["accuracy"],
    ),
    "digits, logits": (
        [("Flatten", {}), ("Dense", dict(units=16, activation="tanh")), ("Dense", dict(units=5))],
        ("SparseCategoricalCrossentropy", dict(from_logits=True)),
        LABELS,
        ["accuracy", "sparse_categorical_accuracy"],
    ),
    "digits, one-hot": (
        [
            ("Flatten", {}),
            ("Dense", dict(units=16, activation="sigmoid")),
            ("Dense", dict(units=5)),
            ("Softmax", {}),
        ],
        ("CategoricalCrossentropy", dict(label_smoothing=0.1)),
        np.eye(5)[LABELS],
        ["accuracy", "mse"],
    ),
    "yes or no": (
        [
            ("Reshape", dict(target_shape=(36,))),
            ("Dense", dict(units=8)),
            ("LeakyReLU", {}),
            ("Dense", dict(units=1, activation="sigmoid")),
        ],
        ("BinaryCrossentropy", {}),
        YES_NO,
        ["accuracy"],
    ),
    "yes or no, logits": (
        [("Flatten", {}), ("Dense", dict(units=8, activation="elu")), ("Dense", dict(units=1))],
        ("BinaryCrossentropy", dict(from_logits=True, label_smoothing=0.2)),
        YES_NO[:, None],
        ["mae"],
    ),
    "regression": (
        [
            ("Flatten", {}),
            ("Dense", dict(units=8, activation="tanh", use_bias=False)),
            ("Dense", dict(units=2)),
        ],
        ("MeanSquaredError", {}),
        NUMBERS,
        ["mae"],
    ),
    "regression, absolute": (
        [
            ("Flatten", {}),
            ("Dense", dict(units=8, activation="softplus")),
            ("Dense", dict(units=1)),
        ],
        ("MeanAbsoluteError", {}),
        NUMBERS[:, 0],
        ["mse", "mae"],
    ),
    "pixel by pixel": (
        [
            ("Dense", dict(units=4, activation="relu")),
            ("ReLU", dict(max_value=1.0)),
            ("Flatten", {}),
            ("Dense", dict(units=2)),
        ],
        ("MeanSquaredError", {}),
        NUMBERS,
        [],
    ),
}

# Keras keeps its learning rate in float32: only powers of two are the same number there.
OPTIMIZERS = [
    ("SGD", dict(learning_rate=0.125)),
    ("SGD", dict(learning_rate=0.125, momentum=0.9)),
    ("SGD", dict(learning_rate=0.125, momentum=0.9, nesterov=True, weight_decay=0.01)),
    ("SGD", dict(learning_rate=0.125, clipvalue=0.01)),
    ("RMSprop", dict(learning_rate=2**-7)),
    ("RMSprop", dict(learning_rate=2**-7, momentum=0.5, centered=True, clipnorm=0.1)),
    ("Adam", dict(learning_rate=2**-7)),
    ("Adam", dict(learning_rate=2**-7, amsgrad=True, beta_2=0.9)),
    ("Adam", dict(learning_rate=2**-7, weight_decay=0.1, global_clipnorm=0.05)),
    ("AdamW", dict(learning_rate=2**-7)),
    ("AdamW", dict(learning_rate=2**-7, weight_decay=0.125, amsgrad=True)),
    ("Adagrad", dict(learning_rate=2**-4)),
    ("Adadelta", dict(learning_rate=1.0)),
    ("Adamax", dict(learning_rate=2**-7)),
    ("Nadam", dict(learning_rate=2**-7)),
    ("Lion", dict(learning_rate=2**-10)),
    ("SGD", dict(learning_rate=0.125, momentum=0.9, use_ema=True, ema_momentum=0.75)),
    ("Adam", dict(learning_rate=2**-7, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=6)),
]


def build(framework, problem, optimizer, **compiled):
    stack, (loss, loss_options), _, metrics = PROBLEMS[problem]
    model = framework.Sequential(
        [
            framework.Input(shape=(6, 6)),
            *[getattr(framework.layers, n)(**options) for n, options in stack],
        ]
    )
    name, options = optimizer
    compiled.setdefault("metrics", metrics)
    model.compile(
        getattr(framework.optimizers, name)(**options),
        getattr(framework.losses, loss)(**loss_options),
        **compiled,
    )
    return model


def pair(problem, optimizer=("SGD", {}), **compiled):
    ours, theirs = (
        build(minidl, problem, optimizer, **compiled),
        build(keras, problem, optimizer, **compiled),
    )
    theirs.set_weights(ours.get_weights())
    for a, b in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_array_equal(a, b)
    return ours, theirs


def train(model, y, **options):
    options = {
        "x": X,
        "y": y,
        "batch_size": 8,
        "epochs": 2,
        "shuffle": False,
        "verbose": 0,
        **options,
    }
    return model.fit(**options).history  # ten batches an epoch; the last holds four samples


def assert_same(ours, theirs, history, reference, tolerance):
    assert list(history) == list(reference)  # the same keys, in the same order
    for key in reference:
        np.testing.assert_allclose(
            history[key], reference[key], rtol=10 * tolerance, atol=10 * tolerance, err_msg=key
        )
    for a, b in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(
    "optimizer",
    [("SGD", dict(learning_rate=0.125)), ("Adam", dict(learning_rate=2**-7))],
    ids=lambda o: o[0],
)
def test_twenty_steps_in_float64(in_float64, problem, optimizer):
    ours, theirs = pair(problem, optimizer)
    before, y = ours.get_weights(), PROBLEMS[problem][2]
    assert_same(ours, theirs, train(ours, y), train(theirs, y), 1e-11)
    assert min(np.abs(a - b).max() for a, b in zip(before, ours.get_weights())) > 1e-3


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: "-".join([o[0], *o[1]]))
def test_twenty_steps_in_float32(optimizer):
    ours, theirs = pair("digits", optimizer)
    assert_same(ours, theirs, train(ours, LABELS), train(theirs, LABELS), 1e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: "-".join([o[0], *o[1]]))
def test_twenty_steps_of_every_optimizer_in_float64(in_float64, optimizer):
    ours, theirs = pair("digits, logits", optimizer)
    assert_same(ours, theirs, train(ours, LABELS), train(theirs, LABELS), 1e-11)


def test_optimizer_and_loss_by_name():
    models = []
    for framework in (minidl, keras):
        model = framework.Sequential(
            [
                framework.Input(shape=(6, 6)),
                framework.layers.Flatten(),
                framework.layers.Dense(5, activation="softmax"),
            ]
        )
        model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["acc"])
        models.append(model)
    ours, theirs = models
    theirs.set_weights(ours.get_weights())
    assert_same(ours, theirs, train(ours, LABELS), train(theirs, LABELS), 1e-5)


@pytest.mark.parametrize(
    "extra",
    [
        dict(validation_split=0.21),
        dict(validation_data=(X[:30], LABELS[:30]), validation_freq=2),
        dict(validation_data=(X[:30], LABELS[:30], np.linspace(0, 2, 30)), validation_batch_size=7),
        dict(sample_weight=np.linspace(0, 2, 76)),
        dict(class_weight={0: 1.0, 1: 2.0, 2: 0.5, 3: 3.0, 4: 0.0}),
        dict(initial_epoch=1, epochs=3),
        dict(steps_per_epoch=5, epochs=2),
        dict(batch_size=None),
        dict(batch_size=1000),
    ],
    ids=lambda e: "-".join(e),
)
def test_the_arguments_of_fit(in_float64, extra):
    ours, theirs = pair(
        "digits, logits",
        ("SGD", dict(learning_rate=0.25)),
        weighted_metrics=["sparse_categorical_accuracy"],
        metrics=["accuracy"],
    )
    assert_same(ours, theirs, train(ours, LABELS, **extra), train(theirs, LABELS, **extra), 1e-11)
    assert ours.history.epoch == theirs.history.epoch


def test_evaluate_predict_and_single_batches(in_float64):
    ours, theirs = pair("digits", ("SGD", dict(learning_rate=0.25)))
    weight = np.linspace(0, 2, 76)
    for call in (
        lambda m: m.evaluate(X, LABELS, verbose=0),
        lambda m: m.evaluate(X, LABELS, batch_size=7, sample_weight=weight, verbose=0),
        lambda m: m.evaluate(X, LABELS, steps=2, verbose=0),
        lambda m: m.train_on_batch(X[:10], LABELS[:10]),
        lambda m: m.train_on_batch(X[:10], LABELS[:10], sample_weight=weight[:10]),
        lambda m: m.train_on_batch(
            X[:10], LABELS[:10], class_weight={0: 2.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 0.5}
        ),
        lambda m: m.test_on_batch(X[:10], LABELS[:10]),
        lambda m: m.predict(X, verbose=0),
        lambda m: m.predict(X, batch_size=7, verbose=0),
        lambda m: m.predict_on_batch(X[:5]),
        lambda m: np.asarray(m(X[:5])),
    ):
        np.testing.assert_allclose(call(ours), call(theirs), rtol=1e-11)
    for call in (
        lambda m: m.evaluate(X, LABELS, verbose=0, return_dict=True),
        lambda m: m.test_on_batch(X, LABELS, return_dict=True),
    ):
        a, b = call(ours), call(theirs)
        assert set(a) == set(b) and a == pytest.approx(
            {k: float(v) for k, v in b.items()}, rel=1e-11
        )


def test_without_metrics_evaluate_gives_one_number():
    ours, theirs = pair("regression", metrics=None)
    a, b = (m.evaluate(X, NUMBERS, verbose=0) for m in (ours, theirs))
    assert isinstance(a, float) and isinstance(b, float) and a == pytest.approx(b, rel=1e-6)


def test_a_schedule_counts_the_same_steps(in_float64):
    ours, theirs = pair("digits, logits", ("SGD", {}))

    class Halving(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5 * 0.5 ** keras.ops.cast(step, "float64")

    ours.compile(
        minidl.optimizers.SGD(lambda step: 0.5 * 0.5**step),
        minidl.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    theirs.compile(
        keras.optimizers.SGD(Halving()),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    assert_same(ours, theirs, train(ours, LABELS), train(theirs, LABELS), 1e-11)


def test_a_functional_model_with_a_shared_layer(in_float64):
    models = []
    for framework in (minidl, keras):
        inputs = framework.Input(shape=(6, 6))
        shared = framework.layers.Dense(6, activation="tanh")
        x = shared(shared(inputs))
        outputs = framework.layers.Dense(5)(framework.layers.Flatten()(x))
        model = framework.Model(inputs, outputs)
        model.compile(
            framework.optimizers.SGD(0.25),
            framework.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        models.append(model)
    ours, theirs = models
    theirs.set_weights(ours.get_weights())
    assert_same(ours, theirs, train(ours, LABELS), train(theirs, LABELS), 1e-11)


def test_a_frozen_layer(in_float64):
    ours, theirs = pair("digits, logits")
    for framework, model in ((minidl, ours), (keras, theirs)):
        model.layers[1].trainable = False
        model.compile(
            framework.optimizers.Adam(2**-7),
            framework.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
    assert len(ours.trainable_weights) == len(theirs.trainable_weights) == 2
    assert_same(ours, theirs, train(ours, LABELS), train(theirs, LABELS), 1e-11)
