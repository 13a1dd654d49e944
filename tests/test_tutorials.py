"""Tutorials that everybody starts with, typed as they are with only the imports changed; shortened
data, so that they are quick.

The scripts of tests/tutorials find the same facts here as in Keras. What Keras finds is recorded in
a file beside them.
"""

import functools
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from places import ROOT
from tutorials.common import NATIVE_FILES, SCRIPTS, begin, differences, plain, recorded, run
from tutorials.snippets import SNIPPETS

import minidl

recorded, mnist = functools.cache(recorded), functools.cache(minidl.datasets.mnist.load_data)


@pytest.fixture(autouse=True)
def a_small_mnist(monkeypatch):
    """The first images only: what is tested here is that the scripts run, not how well they
    learn.
    """
    (x, y), (x_test, y_test) = mnist()
    monkeypatch.setattr(
        minidl.datasets.mnist,
        "load_data",
        lambda path=None: ((x[:6000], y[:6000]), (x_test[:1000], y_test[:1000])),
    )


def test_the_quickstart_for_beginners(capsys):
    import minidl as tf

    mnist = tf.datasets.mnist
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    x_train, x_test = x_train / 255.0, x_test / 255.0

    tf.utils.set_random_seed(1)
    model = tf.models.Sequential(
        [
            tf.layers.Flatten(input_shape=(28, 28)),
            tf.layers.Dense(128, activation="relu"),
            tf.layers.Dropout(0.2),
            tf.layers.Dense(10),
        ]
    )

    predictions = model(x_train[:1]).numpy()
    assert predictions.shape == (1, 10) and predictions.dtype == np.float32
    assert tf.activations.softmax(predictions).numpy().sum() == pytest.approx(1, rel=1e-6)

    loss_fn = tf.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert 0.5 < loss_fn(y_train[:1], predictions).numpy() < 5  # about -log(1/10) = 2.3

    model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=5)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=2)
    assert accuracy > 0.9

    probability_model = tf.Sequential([model, tf.layers.Softmax()])
    probabilities = probability_model(x_test[:5])
    assert probabilities.shape == (5, 10) and np.argmax(probabilities, axis=1).shape == (5,)
    assert np.argmax(probability_model.predict(x_test[:5])[0]) == np.argmax(probabilities[0])

    printed = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"Epoch 5/5 - 188/188 - \d+s - \d+(us|ms)/step - accuracy: 0\.\d{4} - loss: 0\.\d{4}",
        printed[4],
    )
    assert re.fullmatch(
        r"32/32 - 0s - \d+(us|ms)/step - accuracy: 0\.\d{4} - loss: 0\.\d{4}", printed[5]
    )


def test_the_first_network_of_the_book(capsys):
    from minidl import layers, models
    from minidl.datasets import mnist
    from minidl.utils import to_categorical

    minidl.set_random_seed(2)
    (train_images, train_labels), (test_images, test_labels) = mnist.load_data()

    network = models.Sequential()
    network.add(layers.Dense(512, activation="relu", input_shape=(28 * 28,)))
    network.add(layers.Dense(10, activation="softmax"))
    network.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])

    train_images = train_images.reshape((len(train_images), 28 * 28))
    train_images = train_images.astype("float32") / 255
    test_images = test_images.reshape((len(test_images), 28 * 28))
    test_images = test_images.astype("float32") / 255
    train_labels = to_categorical(train_labels)
    test_labels = to_categorical(test_labels)

    history = network.fit(train_images, train_labels, epochs=5, batch_size=128)
    test_loss, test_acc = network.evaluate(test_images, test_labels)
    assert test_acc > 0.91 and list(history.history) == ["accuracy", "loss"]


def test_mnist_mlp_of_the_keras_examples():
    from minidl.datasets import mnist
    from minidl.layers import Dense, Dropout
    from minidl.models import Sequential
    from minidl.optimizers import RMSprop
    from minidl.utils import to_categorical

    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    x_train, x_test = x_train.reshape(-1, 784), x_test.reshape(-1, 784)
    x_train, x_test = x_train.astype("float32"), x_test.astype("float32")
    x_train /= 255
    x_test /= 255
    y_train, y_test = to_categorical(y_train, 10), to_categorical(y_test, 10)

    model = Sequential()
    model.add(Dense(512, activation="relu", input_shape=(784,)))
    model.add(Dropout(0.2))
    model.add(Dense(512, activation="relu"))
    model.add(Dropout(0.2))
    model.add(Dense(10, activation="softmax"))
    model.summary()
    model.compile(loss="categorical_crossentropy", optimizer=RMSprop(), metrics=["accuracy"])
    history = model.fit(
        x_train, y_train, batch_size=128, epochs=2, verbose=1, validation_data=(x_test, y_test)
    )
    score = model.evaluate(x_test, y_test, verbose=0)
    assert score[0] == pytest.approx(history.history["val_loss"][-1], rel=1e-6) and score[1] > 0.88


def test_a_model_that_ends_in_log_softmax():
    """Sunwoo Lee, "Loss, Optimizer" (2020): LogSoftmax in the last layer and NLLLoss; together they
    are the cross-entropy.
    """
    (x, y), _ = minidl.datasets.mnist.load_data()

    def trained(last, loss):
        minidl.set_random_seed(3)
        model = minidl.Sequential(
            [minidl.layers.Flatten(), minidl.layers.Dense(10, activation=last)]
        )
        model.compile("sgd", loss)
        return model.fit(x / 255.0, y, epochs=2, verbose=0).history["loss"]

    two_steps = trained("log_softmax", "nll")
    one_step = trained(None, minidl.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert two_steps == pytest.approx(one_step, rel=1e-5)


def test_the_optimizer_of_the_readme(tmp_path, monkeypatch):
    """Its ten lines run as they stand, and the optimizer works in fit by name, and with a schedule,
    clipping and decay.
    """
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = [
        b for b in re.findall(r"```python\n(.*?)```", text, re.S) if "class SignMomentum" in b
    ]
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(block, names)
    assert (tmp_path / "figures" / "mine.png").exists() and names["run"].values[-1] < names[
        "run"
    ].values[0] / 10
    x, y = minidl.datasets.toy.moons()
    schedule = minidl.optimizers.schedules.ExponentialDecay(0.05, 20, 0.5)
    for optimizer in (
        "sign_momentum",
        "SignMomentum",
        names["SignMomentum"](schedule, clipnorm=1.0, weight_decay=0.01),
    ):
        model = minidl.Sequential(
            [
                minidl.layers.Dense(8, activation="relu"),
                minidl.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(optimizer, "binary_crossentropy")
        losses = model.fit(x, y, epochs=10, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


# --- the scripts of tests/tutorials
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script != "t18_old_spellings"])
def test_tutorial(script, tmp_path, monkeypatch):
    """Without a warning, and with every fact as in Keras."""
    monkeypatch.chdir(tmp_path)
    assert (
        differences(plain(run(script, minidl, NATIVE_FILES)), recorded()["tutorials"][script]) == []
    )


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet(name, tmp_path, monkeypatch):
    """A few lines as documentation, answers and courses have them: without a warning, and with
    every fact as in Keras.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    begin(minidl)
    assert differences(plain(SNIPPETS[name](minidl)), recorded()["snippets"][name]) == []


def test_nothing_is_recorded_that_no_script_finds():
    assert [*recorded()["tutorials"], "t18_old_spellings"] == SCRIPTS and list(
        recorded()["snippets"]
    ) == list(SNIPPETS)


def test_the_comparison_notices_differences():
    """The tests above would be worth nothing with a comparison that finds all things the same."""
    same = {"a": [1, 2.0, "x", None], "b": (np.arange(3), True)}
    assert differences(same, {"a": [1, 2.00001, "x", None], "b": (np.arange(3), True)}) == []
    for other in (
        {"a": [1, 2.001, "x", None], "b": (np.arange(3), True)},
        {"a": [1, 2.0, "y", None], "b": (np.arange(3), True)},
        {"a": [1, 2.0, "x"], "b": (np.arange(3), True)},
        {"a": [1, 2.0, "x", None], "b": (np.arange(4), True)},
        {"a": [1, 2.0, "x", None], "b": (np.arange(3), False)},
        {"a": [1, 2.0, "x", None], "b": [np.arange(3), True]},
        {"b": (np.arange(3), True), "a": [1, 2.0, "x", None]},
        {"a": [1.0, 2.0, "x", None], "b": (np.arange(3), True)},
        {"a": [1, float("nan"), "x", None], "b": (np.arange(3), True)},
    ):
        assert differences(same, other) != [] and differences(other, same) != []


def test_old_spellings_run_and_say_what_is_written_today(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        facts = run("t18_old_spellings", minidl, NATIVE_FILES)
    assert plain(facts) == {
        "keys": ["acc", "loss", "val_acc", "val_loss"],
        "lengths": [3, 3],
        "generated": ["acc", "loss", "val_acc", "val_loss"],
        "measured": 2,
        "asked": [128, 3],
        "classes": [[10], "i"],
        "agree": True,
        "regressed": ["loss", "mae", "soft_acc"],
        "name": "dense",
        "rates": [0.25, 0.5, 0.01],
        "rounded": [5, 1],
        "params": 16 * 8 + 16 + 16 * 3 + 3,
    }
    assert {w.category for w in told} == {FutureWarning}
    assert all(Path(w.filename).name == "t18_old_spellings.py" for w in told)
    said = "\n".join(str(w.message) for w in told)
    for today in (
        "utils.to_categorical",
        "learning_rate=InverseTimeDecay(0.1, 1, 0.001)",
        "epochs=",
        "fit_generator is today written fit.",
        "evaluate_generator is today written evaluate.",
        "predict_generator is today written predict.",
        "np.argmax(p, axis=-1)",
        "predict_proba is today written predict.",
        "optimizers.Adam",
        "learning_rate=0.001",
    ):
        assert today in said


def test_a_layer_called_with_training_false_keeps_its_statistics():
    """As the guide on transfer learning promises; Keras 3.15 on JAX does not keep it."""
    inputs = minidl.Input((3,))
    base = minidl.Model(inputs, minidl.layers.BatchNormalization(name="norm")(inputs))
    outer = minidl.Input((3,))
    model = minidl.Model(outer, minidl.layers.Dense(1)(base(outer, training=False)))
    model.compile("sgd", "mse")
    before = [w.copy() for w in base.get_weights()]
    x = np.random.default_rng(0).uniform(0, 5, (64, 3))
    model.fit(x, x[:, 0], verbose=0)
    moved = [not np.array_equal(a, b) for a, b in zip(before, base.get_weights())]
    # gamma and beta learn; the moving mean and variance stay
    assert moved == [True, True, False, False]


IMPORTS = """
from minidl import keras
from minidl.keras import layers, models
from minidl.keras.datasets import mnist
from minidl.keras.layers import Dense, Dropout, Flatten
from minidl.keras.models import Sequential
from minidl.keras.optimizers import SGD, Adam
from minidl.keras.utils import to_categorical
from minidl.keras.preprocessing.sequence import pad_sequences
import minidl.keras as keras
from minidl.callbacks import EarlyStopping, ModelCheckpoint
from minidl.models import Model, Sequential, load_model
from minidl.preprocessing.sequence import pad_sequences
from minidl.preprocessing.text import Tokenizer
from minidl.regularizers import l1, l2, l1_l2
from minidl.utils import np_utils, to_categorical
import minidl as tf; tf.keras.layers.Dense(1); tf.keras.utils.set_random_seed(1); tf.keras.backend.clear_session()
""".strip().splitlines()


@pytest.mark.parametrize("line", IMPORTS)
def test_imports_with_one_word_changed(line):
    """`from tensorflow.keras.layers import Dense` with minidl for tensorflow, and the like."""
    exec(line, {})
