"""Names of layers."""

import pytest

from minidl import Layer, Sequential
from minidl.layers import Dense, LeakyReLU, ReLU

# --- names


def test_automatic_names_count_over_the_process():
    class FreshlyNamedThing(Layer):
        pass

    assert [FreshlyNamedThing().name for _ in range(3)] == [
        "freshly_named_thing",
        "freshly_named_thing_1",
        "freshly_named_thing_2",
    ]
    assert FreshlyNamedThing(name="given").name == "given"
    assert FreshlyNamedThing().name == "freshly_named_thing_3"


def test_names_are_keras_snake_case():
    assert (
        Dense(1).name.startswith("dense")
        and LeakyReLU().name.startswith("leaky_re_lu")
        and ReLU().name.startswith("re_lu")
    )
    assert repr(Dense(1, name="mine")) == "<Dense 'mine', not built yet>"


def test_two_layers_of_one_name_in_a_model():
    with pytest.raises(ValueError, match="'same' is already in"):
        Sequential([Dense(1, name="same"), Dense(1, name="same")])
    layer = Dense(3)
    with pytest.raises(ValueError, match="instead of adding one twice"):
        Sequential([layer, layer])
