"""Functional models as data and back: names, calls, and descriptions that cannot be right."""

import copy

import numpy as np
import pytest

from minidl import Input, Model, layers
from minidl.files import descriptions


def described():
    """x -> add (a layer of that name) -> add_1, add_2 and mul; then add_1 goes through add."""
    x = Input((4,), name="x")
    add = layers.Dense(4, name="add")
    h = add(x)
    model = Model(x, {"a": [h + 1.0, add(h + 2.0)], "b": h * 3.0}, name="m")
    return model, model.get_config()


def entry(config, name):
    return next(e for e in config["layers"] if e["name"] == name)


def test_steps_are_named_after_their_ops_and_calls_are_counted():
    model, config = described()
    assert [e["name"] for e in config["layers"]] == ["x", "add", "add_1", "add_2", "mul"]
    assert config["input_layers"] == ["x", 0, 0]
    assert config["output_layers"] == {"a": [["add_1", 0, 0], ["add", 1, 0]], "b": ["mul", 0, 0]}
    histories = [
        node["args"][0]["config"]["keras_history"] for node in entry(config, "add")["inbound_nodes"]
    ]
    assert histories == [["x", 0, 0], ["add_2", 0, 0]]
    again, given = Model.from_config(config), np.arange(8.0).reshape(2, 4)
    again.set_weights(model.get_weights())
    for mine, theirs in zip(again(given)["a"], model(given)["a"]):
        np.testing.assert_array_equal(mine, theirs)
    assert again.name == "m" and again.trainable and again.get_config() == config
    assert not Model.from_config({**config, "trainable": False}).trainable


def test_the_second_of_two_results():
    x = Input((3, 4), name="x")
    _, state = layers.GRU(2, return_state=True, name="g")(x)
    config = Model(x, state).get_config()
    assert config["output_layers"] == ["g", 0, 1]
    assert Model.from_config(config).output.shape == (None, 2)


def points_to(config, name):
    entry(config, "add")["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0] = name


def grows(config, size):
    step = entry(config, "mul")
    step.update(module="minidl.ops", class_name="tile")
    step["inbound_nodes"][0]["args"][1] = {"class_name": "__tuple__", "config": [1, size]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: points_to(c, "gone"), "layers add, add_1, add_2, mul wait for inputs"),
        (lambda c: entry(c, "mul").update(inbound_nodes=[{"args": [1.0], "kwargs": {}}]), "'mul' is called on nothing"),
        (lambda c: c.update(output_layers=["gone", 0, 0]), "names 'gone' as an input or output, and there is no such"),
        (lambda c: entry(c, "add").update(module="minidl.optimizers", class_name="SGD", config={}), "'add' is a SGD, not a layer"),
        (lambda c: entry(c, "mul").update(class_name="gone"), "There is no op 'gone' here"),
        (lambda c: grows(c, (1 << 10) + 1), "The sizes that 'mul' asks for are not believable"),
        (lambda c: grows(c, 1 << 9), "'mul' gives results of shapes .*, which is not believable"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_named(change, said, monkeypatch):
    monkeypatch.setattr(descriptions, "_MOST", 1 << 10)  # a smaller sample is tried sooner
    config = copy.deepcopy(described()[1])
    change(config)
    with pytest.raises(ValueError, match=said):
        Model.from_config(config)


def test_sizes_that_can_be_meant():
    config = copy.deepcopy(described()[1])
    grows(config, 3)
    assert Model.from_config(config).output["b"].shape == (None, 12)
