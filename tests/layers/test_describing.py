"""What layers say of themselves: in errors about arguments and attributes, and as plain data."""

import pytest

from minidl import Input, layers


@pytest.mark.parametrize(
    "name, message",
    [
        ("export", "no attribute 'export'. Keras's `export` writes"),
        ("kernle", "Dense 'd' has no attribute 'kernle'.$"),
        ("input", "has no input yet: it was never called on a symbol"),
        ("output", "has no output yet"),
    ],
)
def test_an_attribute_that_is_not_there(name, message):
    with pytest.raises(AttributeError, match=message):
        getattr(layers.Dense(3, name="d"), name)


def test_a_constructor_that_forgot_its_base():
    class Mine(layers.Layer):
        def __init__(self):
            self.dense = self.inner()

    with pytest.raises(RuntimeError, match="Mine.__init__ must begin with super"):
        Mine()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"unit": 3}, "does not know the argument 'unit'.*'units'"),
        ({"kernel": 1, "colour": 2}, "does not know the argument"),
    ],
)
def test_unknown_arguments(arguments, message):
    with pytest.raises(TypeError, match=message):
        layers.Dense(3, **arguments)


def test_a_config_makes_the_same_layer():
    layer = layers.Dense(3, activation="relu", kernel_regularizer="l2", name="d")
    layer(Input((2,)))
    config = layer.get_config()
    assert (config["units"], config["activation"], config["name"]) == (3, "relu", "d")
    again = layers.Dense.from_config(config)
    assert again.get_config() == config and not again.built


class Plain(layers.Layer):
    """Its constructor takes neither a name nor anything else that all layers take."""

    def __init__(self, units, trainable=True):
        super().__init__()
        self.units, self.trainable = units, trainable


def test_what_a_constructor_does_not_take_is_set_afterwards():
    layer = Plain(3, trainable=False)
    layer.name = "mine"
    config = layer.get_config()
    again = Plain.from_config(config)
    assert (again.units, again.name, again.trainable) == (3, "mine", False)
    del config["name"], config["trainable"]
    assert Plain.from_config(config).trainable and Plain.from_config(config).name != "mine"
