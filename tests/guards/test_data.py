"""Data that cannot be meant, or are odd: what is said before the first step."""

import numpy as np
import pytest
from data_cases import Frame, net

import minidl
from minidl import Input, Model, Sequential, Tensor, layers, metrics, ops
from minidl.layers import Dense

HIDDEN = np.ma.array([[1.0], [2.0], [300.0]], mask=[[0], [0], [1]])


@pytest.mark.parametrize(
    "use",
    [
        ops.mean,
        Tensor,
        ops.convert_to_tensor,
        lambda x: model().fit(x, np.ones((3, 1)), verbose=0),
        lambda x: model().fit(np.ones((3, 1)), x, verbose=0),
        lambda x: model().predict(x, verbose=0),
    ],
)
def test_masked_arrays_are_refused(use):
    with pytest.raises(ValueError, match=r"masked array hides numbers.*x.filled\(0\)"):
        use(HIDDEN)
    assert ops.mean(np.ma.array([1.0, 2.0])).item() == 1.5  # which hides nothing


def model():
    made = Sequential([layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def test_centred_bytes_are_warned_about_where_they_are_trained_on():
    centred = np.array([[0], [100], [200]], np.uint8) - np.uint8(128)
    assert (Tensor(np.array([0, 100, 200], np.uint8)) - 128).numpy().tolist() == [128, 228, 72]
    with pytest.warns(UserWarning, match=r"in uint8, 100 - 128 is 228"):
        model().fit(centred, np.ones((3, 1)), verbose=0)


RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3)).astype("float32")
Y = X[:, :1]
LABELS = np.array([0, 1] * 4)


def classifier(classes=2, **settings):
    return net(classes, "sparse_categorical_crossentropy", "softmax", **settings)


def spoilt(values, place=0, value=np.nan):
    array = np.array(values, "float32")
    array.flat[place] = value
    return array


NUMBERS = np.arange(8.0)
GAPS = np.where(NUMBERS == 5, np.nan, NUMBERS)

DATA = {
    "nan in y": (
        lambda: net().fit(X, spoilt(Y, 3)),
        ["y contains 1 NaN", "at row 3", "np.isfinite(y)"],
    ),
    "inf in y": (lambda: net().fit(X, spoilt(Y, 3, np.inf)), ["y contains 1", "infinite", "row 3"]),
    "nan in labels": (
        lambda: classifier().fit(X, spoilt(LABELS, 2)),
        ["y contains 1 NaN", "at row 2"],
    ),
    "nan in yes or no": (lambda: net(1, "bce", "sigmoid").fit(X, spoilt(LABELS)), ["y contains 1"]),
    "nan in one-hot": (
        lambda: net(2, "categorical_crossentropy", "softmax").fit(X, spoilt(np.eye(2)[LABELS])),
        ["y contains 1 NaN", "row 0"],
    ),
    "nan in y of the validation": (
        lambda: net().fit(X, Y, validation_data=(X, spoilt(Y, 5))),
        ["y contains 1 NaN", "row 5"],
    ),
    "a label of the validation that is no class": (
        lambda: classifier().fit(X, LABELS, validation_data=(X, LABELS + 1)),
        ["labels run 1..2"],
    ),
    "nan in y of evaluate": (lambda: net().evaluate(X, spoilt(Y, 1)), ["y contains 1 NaN"]),
    "nan in weights": (
        lambda: net().fit(X, Y, sample_weight=spoilt(np.ones(8), 4)),
        ["sample_weight contains 1 NaN", "at row 4"],
    ),
    "inf in weights": (
        lambda: net().evaluate(X, Y, sample_weight=spoilt(np.ones(8), 4, np.inf)),
        ["sample_weight contains 1", "infinite"],
    ),
    "nan in a frame": (
        lambda: net().fit(Frame(Age=GAPS, Fare=NUMBERS, Size=GAPS), Y),
        ["row 5", "the columns 'Age', 'Size' have such values", "frame.fillna"],
    ),
    "nan in one of several inputs": (
        lambda: _two().fit({"a": X, "b": spoilt(X, 6)}, Y),
        ["x['b'] contains 1"],
    ),
    "no columns": (
        lambda: net().fit(np.zeros((8, 0)), Y),
        ["x has shape (8, 0)", "hold no numbers"],
    ),
    "nan in class_weight": (
        lambda: classifier().fit(X, LABELS, class_weight={0: float("nan")}),
        ["class_weight holds finite numbers", "received nan"],
    ),
    "inf in class_weight": (
        lambda: classifier().fit(X, LABELS, class_weight={0: float("inf")}),
        ["class_weight holds finite numbers", "received inf"],
    ),
    "names in class_weight": (
        lambda: classifier().fit(X, LABELS, class_weight={"yes": 2.0}),
        ["maps the number of a class", "the key 'yes'"],
    ),
    "several ones a row": (
        lambda: net(3, "bce", "sigmoid").fit(
            X, np.array([[1, 1, 0]] * 8), class_weight={0: 1, 1: 2}
        ),
        ["one class a sample", "several ones", "sample_weight"],
    ),
    "labels 1 and 2 for hinge": (
        lambda: net(loss="hinge").fit(X, LABELS + 1),
        ["targets are -1 and 1", "y runs 1..2", "np.where(y == 2, 1, -1)"],
    ),
    "class numbers for AUC": (
        lambda: classifier(3, metrics=["AUC"]).fit(X, np.arange(8) % 3),
        ["AUC: y_true has shape (8,)", "to_categorical(y, 3)", "categorical_crossentropy"],
    ),
    "class numbers for precision": (
        lambda: metrics.Precision()(np.arange(8) % 3, np.full((8, 3), 0.3)),
        ["Precision: y_true has shape (8,)", "to_categorical(y, 3)"],
    ),
}


def _two():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    model = Model({"a": a, "b": b}, Dense(1)(layers.Add()([a, b])))
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(("act", "said"), DATA.values(), ids=DATA)
def test_data_that_cannot_be_meant(act, said):
    with pytest.raises(ValueError) as refused:
        act()
    for phrase in said:
        assert phrase in str(refused.value)


def test_nothing_has_changed_after_a_refusal():
    model = net(metrics=["mae"])
    model.fit(X, Y, verbose=0)
    before, steps = model.get_weights(), model.optimizer.iterations
    for settings in (
        {"y": spoilt(Y)},
        {"y": Y, "sample_weight": spoilt(np.ones(8))},
        {"y": Y, "validation_data": (X, spoilt(Y))},
    ):
        with pytest.raises(ValueError, match="contains 1 NaN"):
            model.fit(X, verbose=0, **settings)
    assert model.optimizer.iterations == steps
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_loss_of_yours_may_leave_nan_out():
    def masked(y_true, y_pred):
        known = np.isfinite(y_true)
        return ops.where(known, (ops.where(known, y_true, 0.0) - y_pred) ** 2, 0.0).mean(axis=-1)

    history = net(loss=masked).fit(X, spoilt(Y), verbose=0).history
    assert np.isfinite(history["loss"][0])
    net(stop_on_nan=False).fit(X, spoilt(Y), verbose=0)


WARNED = {
    "a target of 0": (
        lambda: net(loss="mape").fit(X, LABELS * 2.0, verbose=0),
        "MeanAbsolutePercentageError divides by the targets, and 4 of the 8 in y are 0",
    ),
    "counts below 0": (
        lambda: net(1, "poisson", "exponential").fit(X, -1 - LABELS, verbose=0),
        "down to -2",
    ),
    "logarithms below 0": (lambda: net(loss="msle").fit(X, -1 - LABELS, verbose=0), "at least 0"),
    "no probabilities": (
        lambda: net(2, "kld", "softmax").fit(X, 5 * np.eye(2)[LABELS], verbose=0),
        "compares probabilities, and y runs 0..5",
    ),
    "all weights 0": (
        lambda: net().fit(X, Y, sample_weight=np.zeros(8), verbose=0),
        "All of sample_weight is 0",
    ),
    "negative weights": (
        lambda: net().fit(X, Y, sample_weight=-np.ones(8), verbose=0),
        "sample_weight goes below 0, to -1",
    ),
    "a class that does not occur": (
        lambda: classifier().fit(X, LABELS, class_weight={0: 1, 5: 2}, verbose=0),
        r"class_weight names 5, and y has no such class: its classes run 0\.\.1",
    ),
    "a class of 10**9": (
        lambda: classifier().fit(X, LABELS, class_weight={0: 1, 10**9: 2}, verbose=0),
        "class_weight names 1000000000",
    ),
}


@pytest.mark.parametrize(("act", "said"), WARNED.values(), ids=WARNED)
def test_data_that_are_odd(act, said):
    with pytest.warns(UserWarning, match=said) as told:
        act()
    assert len(told) == 1, [str(w.message) for w in told]


def test_class_weights_of_labels_far_apart():
    """No table is made that is as long as the largest label."""
    weights = minidl.data.class_weights(np.array([0, 10**12, 0]), {0: 2.0, 10**12: 3.0})
    np.testing.assert_array_equal(weights, [2, 3, 2])
