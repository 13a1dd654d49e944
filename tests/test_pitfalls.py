"""What learners trip over: each mistake, and the words of the error or warning that name the
cure.
"""

import json
import re
import warnings

import numpy as np
import pytest

import minidl
from minidl import (
    Input,
    Model,
    Sequential,
    Tensor,
    callbacks,
    layers,
    losses,
    ops,
    optimizers,
    utils,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
LABELS = RNG.integers(0, 3, 64)
TARGETS = X[:, :1] * 2
IMAGES = RNG.random((64, 28, 28))
DIGITS = np.arange(64) % 10


def model(*stack, loss="mse", optimizer="sgd", **compiled):
    minidl.set_random_seed(0)
    net = Sequential([*stack])
    net.compile(optimizer, loss, **compiled)
    return net


def fit(net, x, y, **options):
    return net.fit(x, y, **{"verbose": 0, **options})


softmax3 = lambda **options: model(layers.Dense(3, activation="softmax"), **options)
linear = lambda units=1, **options: model(layers.Dense(units), **options)


# Each row: what the learner did -> the exception, and a pattern of its message.
ERRORS = {
    # shapes and labels
    "1 (n,) targets for an (n, n) output": (
        lambda: losses.MeanSquaredError()(np.zeros(4), np.zeros((4, 4))),
        ValueError,
        r"MeanSquaredError: y_true has shape \(4,\) but the model outputs \(4, 4\)\. Losses do not broadcast\..*Dense\(1\).*\(n, 4\)",
    ),
    "1 the same in fit": (
        lambda: fit(linear(4), X, TARGETS[:, 0]),
        ValueError,
        r"Losses do not broadcast",
    ),
    "2 class indices with categorical loss": (
        lambda: fit(softmax3(loss="categorical_crossentropy"), X, LABELS),
        ValueError,
        r"look like class indices \(whole numbers 0\.\.\d\).*sparse_categorical_crossentropy.*to_categorical\(y, 3\)",
    ),
    "2 one-hot labels with sparse loss": (
        lambda: fit(
            softmax3(loss="sparse_categorical_crossentropy"), X, utils.to_categorical(LABELS)
        ),
        ValueError,
        r"look one-hot.*loss='categorical_crossentropy'.*argmax",
    ),
    "2 binary loss with Dense(10)": (
        lambda: fit(
            model(layers.Dense(10, activation="sigmoid"), loss="binary_crossentropy"), X, LABELS
        ),
        ValueError,
        r"\(64,\) but the model outputs \(64, 10\).*Dense\(1, activation='sigmoid'\).*sparse_categorical_crossentropy",
    ),
    "2 categorical loss with one output": (
        lambda: fit(linear(loss="categorical_crossentropy"), X, TARGETS),
        ValueError,
        r"binary_crossentropy",
    ),
    "2 labels -1 and 1 with binary loss": (
        lambda: fit(
            model(layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy"),
            X,
            np.sign(TARGETS),
        ),
        ValueError,
        r"targets must lie between 0 and 1, but y runs -1\.\.1",
    ),
    "3 labels counted from 1": (
        lambda: fit(softmax3(loss="sparse_categorical_crossentropy"), X, LABELS + 1),
        ValueError,
        r"labels run 1\.\.3 but the model has 3 outputs \(valid labels 0\.\.2\)\. If your labels start at 1, subtract 1",
    ),
    "3 a label of -1": (
        lambda: losses.SparseCategoricalCrossentropy()([0, -1], np.full((2, 3), 1 / 3)),
        ValueError,
        r"labels run -1\.\.0",
    ),
    "3 a bad label only in the last batch": (
        lambda: fit(softmax3(loss="sparse_categorical_crossentropy"), X, np.r_[LABELS[:-1], 7]),
        ValueError,
        r"labels run 0\.\.7",
    ),
    "3 evaluate checks labels too": (
        lambda: softmax3(loss="sparse_categorical_crossentropy").evaluate(X, LABELS + 5, verbose=0),
        ValueError,
        r"labels run 5\.\.7",
    ),
    "4 images into a network of rows": (
        lambda: fit(model(layers.Dense(10, input_shape=(784,))), IMAGES, DIGITS),
        ValueError,
        r"samples of shape \(784,\).*received shape \(n, 28, 28\).*x\.reshape\(-1, 784\), or begin with Flatten\(\)",
    ),
    "4 the same met by the layer": (
        lambda: (d := layers.Dense(3), d(np.zeros((1, 784), "f")), d(np.zeros((5, 28, 28), "f"))),
        ValueError,
        r"Dense 'dense\w*' expects inputs whose last axis is 784; received shape \(5, 28, 28\).*add Flatten\(\) first",
    ),
    "4 a single sample": (
        lambda: (d := layers.Dense(3), d(np.zeros((1, 784), "f")), d(np.zeros(784, "f"))),
        ValueError,
        r"add a batch axis: x\[None\]",
    ),
    "4 a single image into a model": (
        lambda: model(layers.Flatten(input_shape=(28, 28)), layers.Dense(3))(IMAGES[0]),
        ValueError,
        r"received shape \(28, 28\)",
    ),
    "4 input_shape with the number of samples": (
        lambda: fit(
            model(layers.Flatten(input_shape=IMAGES.shape), layers.Dense(3)), IMAGES, DIGITS
        ),
        ValueError,
        r"input_shape excludes the batch axis: use x\.shape\[1:\]",
    ),
    "4 another number of features": (
        lambda: (m := linear(), m(X), m(X[:, :3])),
        ValueError,
        r"received (shape )?\(64, 3\)",
    ),
    "5 different numbers of samples": (
        lambda: fit(linear(), X, TARGETS[:60]),
        ValueError,
        r"x has 64 samples, y has 60 samples",
    ),
    "6 ragged lists": (
        lambda: fit(linear(), [[1, 2], [3]], [1, 2]),
        ValueError,
        r"x: The rows of the list have different lengths \(1 and 2\)",
    ),
    "6 text labels": (
        lambda: fit(softmax3(loss="sparse_categorical_crossentropy"), X, np.array(["cat"] * 64)),
        TypeError,
        r"y: .*dtype <U3.*np\.unique\(labels, return_inverse=True\)",
    ),
    "6 objects": (
        lambda: fit(linear(), np.array([{}] * 64), TARGETS),
        TypeError,
        r"x: .*dtype object",
    ),
    # losses and numbers
    "8 softmax over one unit": (
        lambda: layers.Dense(1, activation="softmax"),
        ValueError,
        r"softmax over an axis of size 1 is always 1; use activation='sigmoid'",
    ),
    "8 as a layer": (
        lambda: layers.Softmax()(np.zeros((3, 1), "f")),
        ValueError,
        r"always 1.*use sigmoid",
    ),
    "9 NaN in the inputs": (
        lambda: fit(
            linear(), np.where(np.arange(256).reshape(64, 4) == 17 * 4 + 3, np.nan, X), TARGETS
        ),
        ValueError,
        r"x contains 1 NaN or infinite value; the first is NaN, at row 17 col 3",
    ),
    "9 a loss that explodes": (
        lambda: fit(linear(optimizer=optimizers.SGD(1e20)), X, TARGETS, epochs=20),
        minidl.NonFiniteLossError,
        r"The loss became (nan|inf) at training step \d+\. First to go bad: the (result of '\w+'|weight).*Largest weight: .*'kernel'.*"
        r"Learning rate: 1e\+20.*smaller learning rate.*stop_on_nan=False",
    ),
    "9 NaN in the targets": (
        lambda: fit(linear(), X, TARGETS * np.nan),
        ValueError,
        r"y contains 64 NaN or infinite values; the first is NaN, at row 0.*Leave these samples",
    ),
    "12 a mistyped optimizer": (
        lambda: linear(optimizer="adm"),
        ValueError,
        r"Unknown optimizer 'adm'\. Did you mean 'adam'\? Available: .*sgd",
    ),
    "12 a mistyped loss": (
        lambda: linear(loss="categorical_crosentropy"),
        ValueError,
        r"Unknown loss.*Did you mean 'categorical_crossentropy'",
    ),
    "12 a mistyped metric": (
        lambda: linear(metrics=["acuracy"]),
        ValueError,
        r"Unknown metric 'acuracy'\. Did you mean 'accuracy'",
    ),
    "12 a mistyped activation": (
        lambda: layers.Dense(3, activation="rellu"),
        ValueError,
        r"Unknown activation.*Did you mean 'relu'",
    ),
    "12 a mistyped initializer": (
        lambda: layers.Dense(3, kernel_initializer="glorot"),
        ValueError,
        r"Unknown initializer.*Did you mean 'glorot_",
    ),
    # the loop
    "15 history['acuracy']": (
        lambda: fit(
            softmax3(loss="sparse_categorical_crossentropy", metrics=["accuracy"]), X, LABELS
        ).history["acuracy"],
        KeyError,
        r"'acuracy' was not recorded\. Did you mean 'accuracy'\?.*Available: accuracy, loss",
    ),
    "20 lr and learning_rate": (
        lambda: optimizers.SGD(learning_rate=0.1, lr=0.2),
        TypeError,
        r"both learning_rate=0\.1 and its old name lr=0\.2",
    ),
    "20 the positional order of old": (
        lambda: optimizers.SGD(0.01, 0.9, 1e-6, True),
        TypeError,
        r"nesterov is True or False.*write the names",
    ),
    "20 Ir, as one tutorial misprints it": (
        lambda: optimizers.SGD(Ir=0.01),
        TypeError,
        r"'Ir'\. Did you mean 'lr'",
    ),
    "fit before compile": (
        lambda: Sequential([layers.Dense(1)]).fit(X, TARGETS),
        RuntimeError,
        r"not compiled\. Call model\.compile\(",
    ),
    "compile without a loss": (
        lambda: fit(model(layers.Dense(1), loss=None), X, TARGETS),
        ValueError,
        r"No loss to compute: pass loss= to compile",
    ),
    "fit without targets": (lambda: fit(linear(), X, None), ValueError, r"pass y as well as x"),
    # autograd
    "22 a second backward": (
        lambda: (l := (Tensor([1.0], requires_grad=True) * 2).sum(), l.backward(), l.backward()),
        minidl.GraphError,
        r"already freed.*retain_graph=True",
    ),
    "25 assigning into a tensor": (
        lambda: Tensor([1.0, 2.0]).__setitem__(0, 5.0),
        TypeError,
        r"entries are not assigned.*ops\.where.*a = t\.numpy\(\)",
    ),
    "25 a weight changed before backward": (
        lambda: (
            w := minidl.Variable([1.0, 2.0], name="w"),
            l := (w * w).sum(),
            w.assign([5.0, 5.0]),
            l.backward(),
        ),
        minidl.GraphError,
        r"Variable 'w' of shape \(2,\) was modified in place after 'mul'.*backward\(\) before changing",
    ),
    "25 w -= step while recording": (
        lambda: Tensor([1.0], requires_grad=True).__isub__(1.0),
        TypeError,
        r"w\.data -= .*no_grad\(\)",
    ),
    "26 an integer leaf": (
        lambda: Tensor(np.array([1, 2]), requires_grad=True),
        TypeError,
        r"Only float tensors have gradients.*Write 1\.0",
    ),
    "26 no weight has a gradient": (
        lambda: (v := minidl.Variable([1.0]), o := optimizers.SGD(), o.build([v]), o.step()),
        ValueError,
        r"No variable has a gradient.*backward\(\) first",
    ),
    "26 nothing to differentiate": (
        lambda: Tensor([1.0]).sum().backward(),
        minidl.GraphError,
        r"nothing to differentiate.*requires_grad=True",
    ),
    "27 backward on many numbers": (
        lambda: (Tensor([1.0, 2.0], requires_grad=True) * 2).backward(),
        ValueError,
        r"single number.*shape \(2,\).*\.mean\(\) or \.sum\(\) first",
    ),
    "28 an unknown ufunc": (
        lambda: np.hypot(Tensor([1.0]), 2.0),
        TypeError,
        r"np\.hypot has no derivative in minidl.*minidl\.ops",
    ),
    "29 NumPy would lose the gradient": (
        lambda: np.linalg.norm(Tensor([1.0], requires_grad=True)),
        TypeError,
        r"np\.norm has no derivative.*gradient would be lost",
    ),
    "30 if tensor:": (lambda: bool(Tensor([1.0, 2.0])), ValueError, r"truth value"),
    # numbers out of range
    "batch_size 0": (
        lambda: fit(linear(), X, TARGETS, batch_size=0),
        ValueError,
        r"batch_size must be a whole number of at least 1; received 0",
    ),
    "batch_size 2.5": (
        lambda: fit(linear(), X, TARGETS, batch_size=2.5),
        ValueError,
        r"batch_size .* received 2\.5",
    ),
    "epochs 0": (
        lambda: fit(linear(), X, TARGETS, epochs=0),
        ValueError,
        r"epochs must be a whole number of at least 1; received 0",
    ),
    "learning rate NaN": (
        lambda: optimizers.Adam(float("nan")),
        ValueError,
        r"learning_rate must be a number of at least 0; received nan",
    ),
    "learning rate below 0": (
        lambda: optimizers.Adam(-0.1),
        ValueError,
        r"learning_rate .* received -0\.1",
    ),
    "validation_split 1": (
        lambda: fit(linear(), X, TARGETS, validation_split=1.0),
        ValueError,
        r"validation_split must be a fraction between 0 and 1",
    ),
    "validation_split that leaves nothing": (
        lambda: fit(linear(), X[:2], TARGETS[:2], validation_split=0.9),
        ValueError,
        r"2 samples are not enough",
    ),
    "no samples": (lambda: fit(linear(), X[:0], TARGETS[:0]), ValueError, r"x holds no samples"),
    "class_weight with sample_weight": (
        lambda: fit(
            softmax3(loss="sparse_categorical_crossentropy"),
            X,
            LABELS,
            class_weight={0: 1},
            sample_weight=np.ones(64),
        ),
        ValueError,
        r"class_weight or sample_weight, not both",
    ),
    "a callback class": (
        lambda: fit(linear(), X, TARGETS, callbacks=[callbacks.History]),
        TypeError,
        r"write History\(\)",
    ),
    "an optimizer in two models": (
        lambda: (
            o := optimizers.Adam(),
            fit(linear(optimizer=o), X, TARGETS),
            fit(linear(optimizer=o), X, TARGETS),
        ),
        ValueError,
        r"already trains 2 other variables.*Make a new optimizer",
    ),
    "no super().__init__()": (
        lambda: NoSuper()(X),
        RuntimeError,
        r"NoSuper\.__init__ must begin with super\(\)\.__init__\(\)",
    ),
}


class NoSuper(Model):
    def __init__(self):
        self.hidden = layers.Dense(3)

    def call(self, x):
        return self.hidden(x)


@pytest.mark.parametrize("mistake", ERRORS)
def test_error_names_the_cure(mistake):
    act, kind, words = ERRORS[mistake]
    with pytest.raises(kind, match=words) as caught:
        act()
    assert len(str(caught.value)) < 800, "messages never dump arrays"


WARNINGS = {
    "7 softmax and from_logits=True": (
        lambda: fit(
            softmax3(loss=losses.SparseCategoricalCrossentropy(from_logits=True)), X, LABELS
        ),
        r"already ends in softmax, but the loss has from_logits=True.*Drop the softmax, or use from_logits=False",
    ),
    "7 sigmoid and from_logits=True": (
        lambda: fit(
            model(
                layers.Dense(1, activation="sigmoid"),
                loss=losses.BinaryCrossentropy(from_logits=True),
            ),
            X,
            TARGETS > 0,
        ),
        r"already ends in sigmoid",
    ),
    "7 logits taken for probabilities": (
        lambda: fit(linear(3, loss="sparse_categorical_crossentropy"), X * 0.1, LABELS),
        r"do not look like probabilities \(row sums .*\)\. End the model with activation='softmax', or use from_logits=True",
    ),
    "7 logits in a binary loss": (
        lambda: fit(linear(loss="binary_crossentropy"), X, TARGETS > 0),
        r"are no probabilities.*activation='sigmoid', or use from_logits=True",
    ),
    "10 forgot to divide by 255": (
        lambda: fit(
            model(layers.Flatten(), layers.Dense(1), optimizer=optimizers.SGD(1e-9)),
            (IMAGES * 255).astype("uint8"),
            TARGETS,
        ),
        r"inputs range 0\.\.25\d; networks train best with numbers near 0\.\.1: x / 255\.0",
    ),
    "10 large numbers in a table": (
        lambda: fit(linear(optimizer=optimizers.SGD(1e-9)), X * 1000, TARGETS),
        r"inputs range -\d+.*\(x - x\.mean\(axis=0\)\) / x\.std\(axis=0\)",
    ),
    "10 a first loss worse than guessing": (
        lambda: fit(
            linear(3, loss=losses.SparseCategoricalCrossentropy(from_logits=True)), X * 20, LABELS
        ),
        r"first batch's loss is .*guessing among 3 classes would give ln 3 = 1\.1",
    ),
    "11 accuracy of a regression": (
        lambda: fit(linear(metrics=["accuracy"]), X, TARGETS),
        r"'accuracy' is not meaningful for a regression loss.*metrics=\['mae'\]",
    ),
    "13 a validation tail of unseen classes": (
        lambda: fit(
            model(layers.Dense(5, activation="softmax"), loss="sparse_categorical_crossentropy"),
            X,
            np.arange(64) // 13,
            validation_split=0.2,
        ),
        r"last samples, before shuffling, and they hold classes never seen in training: 4\. Shuffle the data once",
    ),
    "20 lr": (
        lambda: optimizers.SGD(lr=0.1),
        r"SGD\(lr=\.\.\.\) is today written SGD\(learning_rate=0\.1\)",
    ),
    "20 decay": (
        lambda: optimizers.Adam(0.01, decay=0.1),
        r"today a schedule: learning_rate=InverseTimeDecay\(0\.01, 1, 0\.1\)",
    ),
    "26 the gradient of an intermediate": (
        lambda: (h := Tensor([1.0], requires_grad=True) * 2, h.sum().backward(), h.grad),
        r"Only leaves keep a gradient.*retain_grad\(\)",
    ),
    "26 a weight off the path to the loss": (
        lambda: (
            a := minidl.Variable([1.0], name="a"),
            b := minidl.Variable([1.0], name="lonely"),
            o := optimizers.SGD(),
            o.build([a, b]),
            (a * a).sum().backward(),
            o.step(),
        ),
        r"No gradient reached 'lonely'",
    ),
}


@pytest.mark.parametrize("mistake", WARNINGS)
def test_warning_names_the_cure(mistake):
    act, words = WARNINGS[mistake]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        act()
    matching = [w for w in heard if re.search(words, str(w.message))]
    assert len(matching) == 1, [str(w.message) for w in heard]


def test_warnings_are_given_once_a_fit():
    net = softmax3(loss=losses.SparseCategoricalCrossentropy(from_logits=True))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        fit(net, X, LABELS, batch_size=8, epochs=3)
    assert len(heard) == 1


@pytest.mark.parametrize("first", [lambda: Raw(), lambda: Sequential([Raw()])])
def test_models_that_begin_with_a_layer_for_raw_numbers_are_spared(first):
    # a warning would be an error
    fit(model(first(), layers.Dense(1), optimizer=optimizers.SGD(1e-9)), X * 1000, TARGETS)


class Raw(layers.Layer):
    takes_raw_input = True

    def call(self, x):
        return x / 1000


def test_what_tutorials_do_runs_without_a_word():
    fit(
        softmax3(loss="sparse_categorical_crossentropy", metrics=["accuracy"]),
        X,
        LABELS,
        validation_split=0.2,
    )
    fit(
        softmax3(loss="categorical_crossentropy", metrics=["accuracy"]),
        X,
        utils.to_categorical(LABELS),
    )
    fit(
        model(
            layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy", metrics=["accuracy"]
        ),
        X,
        (TARGETS > 0).astype(int)[:, 0],
    )
    fit(linear(metrics=["mae"]), X, TARGETS[:, 0])


def test_9_the_opt_out_and_terminate_on_nan(capsys):
    net = linear(optimizer=optimizers.SGD(1e20), stop_on_nan=False)
    assert not np.isfinite(fit(net, X, TARGETS, epochs=20).history["loss"][-1])
    net = linear(optimizer=optimizers.SGD(1e20))
    history = fit(net, X, TARGETS, epochs=20, callbacks=[callbacks.TerminateOnNaN()])
    assert (
        len(history.epoch) < 20 and "Invalid loss, terminating training" in capsys.readouterr().out
    )


def test_9_the_bad_loss_never_reaches_the_weights():
    net = linear()
    before = None
    fit(net, X, TARGETS)
    before = net.get_weights()
    with pytest.raises(ValueError, match="y contains"):
        fit(net, X, TARGETS * np.nan)
    with pytest.raises(minidl.NonFiniteLossError, match="in this batch y contains"):
        net.train_on_batch(X, TARGETS * np.nan)
    assert all(np.array_equal(a, b) for a, b in zip(before, net.get_weights(), strict=True))


def test_9_finding_nan_in_large_and_odd_inputs():
    for shape, index in [((1000, 300), (999, 299)), ((64, 28, 28), (63, 27, 0)), ((64,), (5,))]:
        x = RNG.normal(size=shape)
        x[index] = np.inf
        with pytest.raises(
            ValueError, match=f"1 NaN or infinite value; the first is infinite, at row {index[0]}"
        ):
            minidl.guards.data.check_inputs(x, takes_raw=False)
    large = np.full((4, 4), 3e38, "float32")  # their sum overflows, they do not
    minidl.tensor.quietly(minidl.guards.data.check_inputs, large, takes_raw=True)


def test_10_mnist_without_scaling_says_both_warnings():
    net = model(
        layers.Flatten(),
        layers.Dense(10),
        optimizer="adam",
        loss=losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        fit(net, (IMAGES * 255).astype("uint8"), DIGITS)
    assert ["range" in str(w.message) for w in heard] == [
        True,
        False,
    ] and "guessing among 10" in str(heard[1].message)


def test_11_accuracy_fits_the_loss():
    logits = np.array([[-2.0], [3.0], [0.2], [-0.1]])
    net = model(
        Input((1,)),
        layers.Activation("linear"),
        loss=losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    # cut at 0, not at 0.5
    assert net.evaluate(logits, [0, 1, 1, 1], verbose=0)[1] == pytest.approx(0.75)


def test_14_fit_says_why_its_numbers_differ_from_evaluate():
    assert "evaluate" in Model.fit.__doc__ and "while the weights move" in Model.fit.__doc__


def test_15_history_holds_plain_floats_for_json():
    history = fit(
        softmax3(loss="sparse_categorical_crossentropy", metrics=["acc"]), X, LABELS
    ).history
    assert set(json.loads(json.dumps(history))) == {"acc", "loss"}
    with pytest.warns(FutureWarning, match="'accuracy' in the history is today 'acc'"):
        assert history["accuracy"] == history["acc"]


def test_20_an_int_learning_rate_is_a_number():
    assert (
        optimizers.SGD(1).learning_rate == 1.0
        and optimizers.SGD(learning_rate=1).learning_rate == 1.0
    )


def test_20_decay_means_what_it_meant():
    with pytest.warns(FutureWarning):
        legacy = optimizers.SGD(lr=0.1, decay=0.5)
    rates = []
    w = minidl.Variable([0.0])
    for _ in range(3):
        rates.append(legacy.learning_rate)
        legacy.apply([[1.0]], [w])
    assert rates == pytest.approx([0.1 / (1 + 0.5 * t) for t in range(3)])
    assert w.numpy() == pytest.approx(-sum(rates), rel=1e-6)


def test_24_a_long_recurrence_needs_no_recursion():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(5000):
        y = y * 0.999 + 0.001
    y.backward()
    assert x.grad == pytest.approx(0.999**5000, rel=1e-3)


def test_28_numpy_on_the_left():
    t = Tensor([1.0, 2.0], requires_grad=True)
    for left in (np.array([3.0, 4.0], "f"), np.float64(3), 3, [3.0, 4.0]):
        for result in (left * t, left + t, left - t, left / t):
            assert isinstance(result, Tensor) and result.requires_grad


def test_30_tensors_compare_elementwise_and_live_in_sets():
    a, b = Tensor([1.0, 2.0]), Tensor([1.0, 3.0])
    assert (a == b).tolist() == [True, False] and len({a, b, a}) == 2
    assert (a is not None) and a != None  # noqa: E711
    assert isinstance(a > 1, np.ndarray)


def test_bad_calls_leave_everything_as_it_was():
    net = softmax3(loss="sparse_categorical_crossentropy")
    fit(net, X, LABELS)
    weights, steps, history = net.get_weights(), net.optimizer.iterations, net.history
    for act in (
        lambda: fit(net, X, LABELS + 1),
        lambda: fit(net, X[:, :2], LABELS),
        lambda: fit(net, X, LABELS[:3]),
        lambda: fit(net, X, LABELS, batch_size=-1),
        lambda: net.set_weights(weights[:1]),
        lambda: net.evaluate(X, LABELS + 9, verbose=0),
    ):
        with pytest.raises(ValueError):
            act()
        assert all(np.array_equal(a, b) for a, b in zip(weights, net.get_weights(), strict=True))
        assert (
            net.optimizer.iterations == steps
            and net.history is history
            and ops.sum(net(X)).item() > 0
        )
