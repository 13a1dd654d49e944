"""Variables of K."""

import numpy as np
import pytest
from older_cases import a_model

import minidl
from minidl import backend as K

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


def test_variables_of_k_can_be_set():
    v = K.variable(np.ones(3), name="v")
    assert isinstance(v, minidl.Variable) and v.name == "v" and v.dtype == np.float32
    K.set_value(v, [1, 2, 3])
    K.batch_set_value([(v, K.get_value(v) * 2)])
    assert (
        K.batch_get_value([v])[0].tolist() == [2, 4, 6]
        and K.count_params(v) == 3
        and K.dtype(v) == "float32"
    )
    assert [K.eye(2).name, K.eye(2, name="e").name, K.variable(1.0).name] == [
        "variable",
        "e",
        "variable",
    ]
    assert [K.eye(2).dtype, K.eye(2, "int32").dtype] == ["float32", "int32"]
    assert isinstance(K.zeros((2,)), minidl.Variable) and isinstance(
        K.random_uniform_variable((2,), 3, 4), minidl.Variable
    )
    assert float(
        K.random_uniform_variable((2,), 3, 4).data.min()
    ) >= 3 and K.random_normal_variable((2,), 0, 1).shape == (2,)


def test_a_loss_may_hold_a_variable_of_k():
    weight = K.variable(0.0)
    model = a_model()
    model.compile("sgd", loss=lambda y, p: weight * K.mean(K.square(y - p), axis=-1))
    assert model.evaluate(X, Y, verbose=0) == 0
    K.set_value(weight, 2.0)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(
        2 * np.mean((model.predict(X, verbose=0) - Y) ** 2), rel=1e-5
    )
