"""Losses and metrics of several outputs."""

import json

import numpy as np
import pytest
from training_cases import CLASSES, INPUTS, NUMBERS, two_heads

from minidl import Input, Model, Sequential, layers, losses

# --- several outputs
# ---


@pytest.mark.parametrize(
    "y",
    [[CLASSES, NUMBERS], (CLASSES, NUMBERS), {"cls": CLASSES, "reg": NUMBERS}],
    ids=["list", "tuple", "dict"],
)
def test_history_and_evaluate_are_named_and_ordered_as_in_keras(y):
    model = two_heads(metrics=[["accuracy"], ["mae"]])
    history = model.fit(INPUTS, y, epochs=2, verbose=0).history
    assert list(history) == ["cls_accuracy", "cls_loss", "loss", "reg_loss", "reg_mae"]
    assert model.metrics_names == ["loss", "cls_loss", "reg_loss", "cls_accuracy", "reg_mae"]
    values, named = (
        model.evaluate(INPUTS, y, verbose=0),
        model.evaluate(INPUTS, y, verbose=0, return_dict=True),
    )
    assert values == [named[name] for name in model.metrics_names]
    assert json.dumps(history)


@pytest.mark.parametrize("weights", [[0.25, 3.0], {"cls": 0.25, "reg": 3.0}])
def test_the_loss_is_the_weighted_sum_and_the_parts_are_not_weighted(weights):
    model = two_heads(loss_weights=weights)
    total, cls, reg = model.evaluate(INPUTS, [CLASSES, NUMBERS], verbose=0)
    assert total == pytest.approx(0.25 * cls + 3 * reg, rel=1e-6)
    p, q = model.predict(INPUTS, verbose=0)
    assert cls == pytest.approx(-np.log(p[np.arange(64), CLASSES]).mean(), rel=1e-5)
    assert reg == pytest.approx(((q - NUMBERS) ** 2).mean(), rel=1e-5)


def test_one_loss_goes_to_all_outputs_and_none_leaves_one_out():
    model = two_heads("mse")
    assert model.evaluate(INPUTS, [np.eye(2)[CLASSES], NUMBERS], verbose=0)[0] > 0
    model = two_heads({"reg": "mse"})
    before = model.get_layer("cls").get_weights()[0]
    with pytest.warns(UserWarning, match="No gradient reached 'kernel', 'bias'"):
        model.fit(INPUTS, {"reg": NUMBERS}, epochs=1, batch_size=64, verbose=0)
    assert np.array_equal(before, model.get_layer("cls").get_weights()[0])


@pytest.mark.parametrize(
    ("loss", "y"),
    [
        (["mse", None, None], NUMBERS),
        ([None, "mse", None], [NUMBERS]),
        ([None, "mse", "mse"], [NUMBERS, NUMBERS]),
        ({"b": "mse"}, NUMBERS),
    ],
)
def test_outputs_without_a_loss_need_no_targets(loss, y):
    symbol = Input((INPUTS.shape[1],))
    one = layers.Dense(1, kernel_initializer="ones")(symbol)
    model = Model(symbol, [layers.Activation("linear", name=name)(one) for name in "abc"])
    model.compile("sgd", loss)
    number = len([one for one in (loss.values() if isinstance(loss, dict) else loss) if one])
    alone = np.mean((INPUTS.sum(1, keepdims=True) - np.reshape(NUMBERS, (-1, 1))) ** 2)
    total = model.evaluate(INPUTS, y, verbose=0, return_dict=True)["loss"]
    assert total == pytest.approx(number * alone, rel=1e-5)
    model.fit(INPUTS, y, verbose=0)


def test_sample_weights_go_to_all_outputs_or_each_has_its_own():
    model, chosen = two_heads(), np.r_[np.ones(32), np.zeros(32)]
    total, cls, reg = model.evaluate(INPUTS, [CLASSES, NUMBERS], sample_weight=chosen, verbose=0)
    half = model.evaluate(INPUTS[:32], [CLASSES[:32], NUMBERS[:32]], verbose=0)
    assert [cls, reg] == pytest.approx([v / 2 for v in half[1:]], rel=1e-5)
    _, cls, reg = model.evaluate(
        INPUTS, [CLASSES, NUMBERS], sample_weight={"cls": chosen}, verbose=0
    )
    assert [cls, reg] == pytest.approx(
        [half[1] / 2, model.evaluate(INPUTS, [CLASSES, NUMBERS], verbose=0)[2]], rel=1e-5
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
        model.fit(INPUTS, y, verbose=0)
    assert words in str(raised.value)


def test_outputs_as_a_dict_are_called_by_its_keys():
    inputs = Input((4,))
    model = Model(inputs, {"a": layers.Dense(2)(inputs), "b": layers.Dense(3)(inputs)})
    model.compile("sgd", {"a": "mse", "b": "mae"})
    history = model.fit(INPUTS, {"a": INPUTS[:, :2], "b": INPUTS[:, :3]}, verbose=0).history
    assert list(history) == ["a_loss", "b_loss", "loss"]
    predictions = model.predict(INPUTS, verbose=0)
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
        history = model.fit(INPUTS, y, verbose=0).history
        assert (
            type(model.compile_objective.only_loss) is kind
            and model.loss == "crossentropy"
            and len(history) == 2
        )
