"""Nested inputs."""

import numpy as np
import pytest

from minidl import Input, Model, layers
from minidl.layers import Dense

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


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
    by_name = {"right": 2 * X, "left": X}
    np.testing.assert_array_equal(model(by_name), model(x))
    with pytest.raises(ValueError, match=r"inputs are \{'pair': \{'a': left\}, 'b': right\}"):
        model.predict({"pair": {"c": X}, "b": X}, verbose=0)


def test_a_layer_called_three_times_names_three_outputs():
    x, dense = Input((3,)), Dense(1, name="d")
    model = Model(x, [dense(x * n) for n in range(3)])
    assert model.output_names == ["d", "d_1", "d_2"]
    named = Model({"q": x}, {"p": dense(x)})
    assert (named.output_names, named.input_names) == (["p"], ["q"])
