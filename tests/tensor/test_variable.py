"""Variables from values and initializers."""

import numpy as np
import pytest

import minidl
from minidl import Variable, layers

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")


@pytest.mark.parametrize("initializer", ["zeros", "random_normal", minidl.initializers.Ones()])
def test_a_variable_from_an_initializer(initializer):
    v = Variable(initializer=initializer, shape=(2, 3), name="w")
    assert v.shape == (2, 3) and v.dtype == "float32"
    with pytest.raises(ValueError, match="needs the shape"):
        Variable("zeros")
    with pytest.raises(ValueError, match="Unknown initializer 'zerros'. Did you mean 'zeros'"):
        Variable("zerros", (2,))


def test_a_variable_as_tensorflow_wrote_it():
    with pytest.warns(
        FutureWarning,
        match=r"Variable\(initial_value=...\) is today written Variable\(initializer=...\)",
    ):
        assert Variable(initial_value=np.ones((2, 3)), trainable=True, dtype="float32").shape == (
            2,
            3,
        )


def test_no_initializer_is_the_usual_one():
    layer = layers.Dense(3, kernel_initializer=None, bias_initializer=None)
    layer(X)
    # glorot_uniform, as in Keras: ±√(6/(3+3))
    assert layer.bias.data.any() and np.abs(layer.bias.data).max() <= 1.0


def test_a_part_of_a_variable_is_assigned():
    """`v[0, 1].assign(3)`, as books on TensorFlow change single entries."""
    v = Variable([[1.0, 2.0], [3.0, 4.0]])
    v[0, 1].assign(20)
    v[:, 0].assign([10.0, 30.0])
    assert v.numpy().tolist() == [[10, 20], [30, 4]]
    v.scatter_nd_update(indices=[[1, 1], [0, 0]], updates=[40.0, 5.0])
    assert v.numpy().tolist() == [[5, 20], [30, 40]]
    (2 * v[1]).sum().backward()
    assert v.grad.tolist() == [[0, 0], [2, 2]]
    with pytest.raises(ValueError, match="broadcast"):
        v[0].assign([1.0, 2.0, 3.0])
