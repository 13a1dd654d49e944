"""Keras's names of attributes and methods of layers and models."""

import numpy as np
import pytest

from minidl import Input, Sequential, layers


@pytest.fixture
def model():
    stack = [Input((2,)), layers.Dense(3, name="dense"), layers.BatchNormalization(name="bn")]
    model = Sequential(stack)
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((4, 2)), np.ones((4, 3)), verbose=0)
    return model


def test_what_layers_have():
    layer = layers.Dense(3, dtype="float64")
    assert layer.dtype_policy.name == "float64" and layer.autocast


def test_what_models_have(model):
    names = [v.name for v in model.metrics_variables]
    assert names == ["total", "count", "total", "count"]
    assert (model.run_eagerly, model.jit_compile, model.steps_per_execution) == (True, False, 1)
    other = Sequential([layers.Dense(3)])
    assert other.get_compile_config() is None
    other.compile_from_config(model.get_compile_config())
    assert type(other.optimizer) is type(model.optimizer) and other.optimizer is not model.optimizer
    assert other.compile_arguments["loss"] == "mse"


def test_the_tree_of_all_variables(model):
    tree = model.get_state_tree(value_format="numpy_array")
    np.testing.assert_array_equal(
        tree["trainable_variables"]["dense"]["kernel"], model.layers[0].kernel.numpy()
    )
    assert set(tree["trainable_variables"]["bn"]) == {"gamma", "beta"}
    assert set(tree["non_trainable_variables"]["bn"]) == {"moving_mean", "moving_variance"}
    assert tree["optimizer_variables"]["adam"]["iteration"] == 1
    assert tree["metrics_variables"]["loss"]["count"] == 4
    tensors = model.get_state_tree()
    assert type(tensors["trainable_variables"]["bn"]["beta"]).__name__ == "Tensor"
    model.fit(np.ones((4, 2)), np.zeros((4, 3)), epochs=3, verbose=0)
    model.set_state_tree(tree)
    again = model.get_state_tree("numpy_array")
    np.testing.assert_equal(again, tree)


def test_variables_in_lists_and_in_layers_inside():
    class Several(layers.Layer):
        def build(self, input_shape):
            self.parts = [self.add_weight((2,), "ones", name=f"part{i}") for i in range(2)]
            self.inner = layers.Dense(1, name="inner")

        def call(self, x):
            return self.inner(x * self.parts[0] + self.parts[1])

    model = Sequential([Input((2,)), Several(name="several")])
    tree = model.get_state_tree("numpy_array")["trainable_variables"]
    assert set(tree) == {"several", "inner"}
    assert set(tree["several"]) == {"part0", "part1"} and set(tree["inner"]) == {"kernel", "bias"}


@pytest.mark.parametrize(
    "tree, message",
    [
        ({"weights": {}}, "trainable_variables.*not 'weights'"),
        ({"trainable_variables": {"dense": {"scale": 1}}}, "no trainable_variables 'dense/scale'"),
    ],
)
def test_a_tree_that_does_not_fit(model, tree, message):
    with pytest.raises(ValueError, match=message):
        model.set_state_tree(tree)
    with pytest.raises(ValueError, match="'backend_tensor' or 'numpy_array'"):
        model.get_state_tree("list")


@pytest.mark.parametrize("name", ["export", "quantize", "stateless_call", "make_train_function"])
def test_what_is_not_here_says_what_to_do(model, name):
    assert not hasattr(model, name)
    with pytest.raises(AttributeError, match=f"no attribute '{name}'. (Keras's|Everything)"):
        getattr(model, name)
