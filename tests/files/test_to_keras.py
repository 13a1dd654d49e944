"""Operators between symbols as the layers of Keras that do the same, and back."""

import json
import zipfile

import numpy as np
import pytest

from minidl import Input, Model, layers, models, ops

X, Y = np.random.default_rng(0).normal(size=(2, 4, 3, 4)).astype("f")
ONE = {
    # expression: (the layer in the file, some of its settings)
    "x + 2": ("Rescaling", {"scale": 1.0, "offset": 2}),
    "2 + x": ("Rescaling", {"scale": 1.0, "offset": 2}),
    "x - 2": ("Rescaling", {"scale": 1.0, "offset": -2}),
    "2 - x": ("Rescaling", {"scale": -1.0, "offset": 2}),
    "x * 3": ("Rescaling", {"scale": 3, "offset": 0.0}),
    "x / 4": ("Rescaling", {"scale": 0.25, "offset": 0.0}),
    "-x": ("Rescaling", {"scale": -1.0, "offset": 0.0}),
    "x + y": ("Add", {}),
    "x - y": ("Subtract", {}),
    "x * y": ("Multiply", {}),
    "ops.maximum(x, y)": ("Maximum", {}),
    "ops.minimum(x, y)": ("Minimum", {}),
    "ops.square(x)": ("Multiply", {}),
    "ops.relu(x)": ("Activation", {"activation": "relu"}),
    "ops.exp(x)": ("Activation", {"activation": "exponential"}),
    "ops.tanh(x)": ("Activation", {"activation": "tanh"}),
    "ops.softmax(x)": ("Softmax", {"axis": -1}),
    "ops.softmax(x, 1)": ("Softmax", {"axis": 1}),
    "ops.concatenate([x, y], 1)": ("Concatenate", {"axis": 1}),
    "ops.reshape(x, (-1, 4, 3))": ("Reshape", {"target_shape": [4, 3]}),
    "x[:, 1]": ("GetItem", {}),
    "x[:, 1:, ::2]": ("GetItem", {}),
}


def saved(model, path):
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


@pytest.mark.parametrize("expression", ONE)
def test_an_operator_is_a_layer_of_keras_and_comes_back(expression, tmp_path):
    kind, settings = ONE[expression]
    x, y = Input((3, 4), name="x"), Input((3, 4), name="y")
    both = "y" in expression.replace("layers", "")
    model = Model([x, y] if both else x, eval(expression))
    (entry,) = [
        e
        for e in saved(model, tmp_path / "m.keras")["config"]["layers"]
        if e["class_name"] != "InputLayer"
    ]
    assert entry["class_name"] == kind and settings.items() <= entry["config"].items()
    given = [X, Y] if both else X
    again = models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict(given, verbose=0), model.predict(given, verbose=0))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda x: 2.0 / x, "op 'div' in this model has no layer in Keras"),
        (lambda x: ops.sin(x), "op 'sin' in this model has no layer in Keras"),
        (lambda x: x + np.ones((3, 4), "f"), "op 'add' in this model has no layer"),
    ],
)
def test_an_operator_without_such_a_layer(make, said, tmp_path):
    x = Input((3, 4))
    with pytest.raises(ValueError, match=said):
        Model(x, make(x)).save(tmp_path / "m.keras")


def test_calls_of_a_model_inside_count_from_1_in_keras(tmp_path):
    """Only where the outer model's inputs and outputs name it."""
    a = Input((3, 4), name="a")
    inner = Model(a, layers.Dense(2, name="d")(a), name="inner")
    b = Input((3, 4), name="b")
    outer = Model(b, {"first": inner(b), "second": layers.Dense(1, name="e")(b)})
    config = saved(outer, tmp_path / "m.keras")["config"]
    assert config["output_layers"] == {"first": ["inner", 1, 0], "second": ["e", 0, 0]}
    assert config["input_layers"] in (["b", 0, 0], [["b", 0, 0]])
    again = models.load_model(tmp_path / "m.keras").predict(X, verbose=0)
    for name, expected in outer.predict(X, verbose=0).items():
        np.testing.assert_array_equal(again[name], expected)
