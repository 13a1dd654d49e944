"""Several inputs, shared layers, models cut and nested."""

import numpy as np
import pytest
from training_cases import INPUTS, NUMBERS

from minidl import Input, Layer, Model, Sequential, layers

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
    expected = INPUTS @ kernel + (INPUTS + 1) @ kernel
    np.testing.assert_allclose(
        model.predict(give(INPUTS, INPUTS + 1), verbose=0), expected, rtol=1e-5
    )
    np.testing.assert_allclose(model(give(INPUTS, INPUTS + 1)).data, expected, rtol=1e-5)
    model.fit(give(INPUTS, INPUTS + 1), NUMBERS, epochs=1, verbose=0)
    assert model.evaluate(give(INPUTS, INPUTS + 1), NUMBERS, verbose=0) > 0


def test_a_shared_layer_has_one_set_of_weights_and_gathers_gradients_from_both_places():
    model = sum_of_two()
    assert [w.shape for w in model.weights] == [(4, 1)] and model.count_params() == 4
    model([INPUTS, INPUTS]).sum().backward()
    np.testing.assert_allclose(model.weights[0].grad, 2 * INPUTS.sum(axis=0)[:, None], rtol=1e-5)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([INPUTS], "The model has 2 inputs, 'a', 'b'; received 1"),
        ({"a": INPUTS}, "The inputs lack 'b'"),
        ({"c": INPUTS, "d": INPUTS}, "named 'a', 'b'; received 'c', 'd'"),
        ([INPUTS, INPUTS[:, :3]], "input 'b'"),
        ([INPUTS, INPUTS[:9]], "x[1] has 9 samples"),
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
    np.testing.assert_allclose(model(INPUTS).data, INPUTS[:, :2] * 2 + INPUTS[:, 2:], rtol=1e-6)
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
    assert head(INPUTS).shape == (64, 2) and [len(m.inputs) for m in (encoder, whole, head)] == [
        1,
        1,
        1,
    ]
    every = Model(encoder.inputs, [layer.output for layer in encoder.layers])
    np.testing.assert_array_equal(
        every(INPUTS).data,
        encoder(INPUTS).data,
        err_msg="a list of one output is that output, as in Keras",
    )
    with pytest.raises(AttributeError, match="has no output yet"):
        _ = layers.Dense(2).output
    deferred = Sequential([layers.Dense(2)])
    deferred(INPUTS)
    assert deferred.layers[0].output.shape == (None, 2) and deferred.input_shape == (None, 4)


def test_an_array_does_not_stand_for_a_list_of_inputs():
    """Its first row would be taken for the only input of the list."""
    a, b = Input((4,)), Input((4,))
    model = Model({"first": [a], "second": [b]}, a + b)
    given = {"first": [INPUTS], "second": [INPUTS]}
    np.testing.assert_array_equal(model(given).data, 2 * INPUTS.astype("float32"))
    for second in (INPUTS, INPUTS[:1]):  # as many rows as inputs
        with pytest.raises(ValueError, match="The model's inputs are .*; received "):
            model({"first": [INPUTS], "second": second})
