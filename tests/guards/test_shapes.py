"""Inputs of another shape: the advice in the error."""

import numpy as np
import pytest

from minidl import Input, Sequential, layers


def test_a_channel_axis_too_many_or_too_few():
    grey, flat = (
        Sequential([Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)]),
        Sequential([Input((4, 4)), layers.Flatten(), layers.Dense(2)]),
    )
    flat.set_weights(grey.get_weights())
    images = np.arange(48.0).reshape(3, 4, 4)
    for model in (grey, flat):
        np.testing.assert_array_equal(model(images).data, model(images[..., None]).data)
    with pytest.raises(ValueError, match="was declared for samples of shape"):
        grey(np.zeros((3, 4, 4, 2)))


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ([layers.Conv2D(2, 3)], "received shape (n, 28, 28)"),
        ([layers.Flatten(), layers.LSTM(2)], "received shape (n, 784)"),
        ([layers.Flatten(), layers.MaxPooling2D()], "received shape (n, 784)"),
        ([layers.Permute((1,))], "received shape (n, 28, 28)"),
        ([Input((784,)), layers.Dense(3)], "inputs of shape (n, 784); received shape (n, 28, 28)"),
        ([layers.Dense(3)], "y_true has shape (8,) but the model outputs (8, 28, 3)"),
    ],
)
def test_a_mistake_of_the_first_layer_names_no_sample_of_a_dry_run(stack, words):
    """The shapes are the reader's, or have an n: not those of one sample that is run ahead."""
    model = Sequential(stack)
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError) as said:
        model.fit(np.ones((8, 28, 28)), np.zeros(8, int), verbose=0)
    assert words in str(said.value)
    assert not any(wrong in str(said.value) for wrong in ("(1, ", "(2, ", "(None, "))


@pytest.mark.parametrize(
    "call", [lambda: layers.Flatten()(layers.Dense(3)), lambda: layers.Dense(3)(layers.Dense(3))]
)
def test_a_layer_called_on_a_layer(call):
    """Sequential([Flatten() (Dense(3))]): the comma between them is missing."""
    with pytest.raises(TypeError, match=r"a comma may be missing: \w+\(\.\.\.\), Dense\(\.\.\.\)"):
        call()


def test_a_misspelt_argument_of_compile():
    with pytest.raises(TypeError, match="no argument 'optimiser' here. Did you mean 'optimizer'?"):
        Sequential([layers.Dense(3)]).compile(optimiser="adam")


def test_a_layer_that_does_not_fit_the_declared_input():
    with pytest.raises(ValueError, match=r"received shape \(n, 784\)"):
        Sequential([Input((784,)), layers.LSTM(2)])
