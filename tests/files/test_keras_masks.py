"""Masks in Keras's descriptions of functional models: what layers make again by themselves goes, what
was given stays. (With Keras beside: tests/parity/test_keras_crossing.py.)
"""

import numpy as np
import pytest

from minidl import Input, Model, layers, ops
from minidl.files.from_keras import from_keras
from minidl.files.to_keras import to_keras
from minidl.models.rebuilding import described_model
from minidl.support.configs import serialize


def symbol(name, number=0):
    history = {"keras_history": [name, 0, number], "shape": [None, 5], "dtype": "float32"}
    return {"class_name": "__keras_tensor__", "config": history}


def layer(kind, name, *args, options=(), **kwargs):
    config = {"name": name, "trainable": True, "dtype": "float32", **dict(options)}
    nodes = [{"args": list(args), "kwargs": kwargs}] if args else []
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": config,
        "name": name,
        "registered_name": None,
        "inbound_nodes": nodes,
    }


def operator(kind, name, *args, **config):
    described = {"class_name": kind, "config": {"name": name, **config}, "name": name}
    nodes = [{"args": list(args), "kwargs": {}}]
    module = {"module": "keras.src.ops.numpy", "registered_name": kind}
    return {**module, **described, "inbound_nodes": nodes}


def functional(*steps, output):
    config = {"name": "m", "layers": list(steps), "input_layers": [["a", 0, 0]]}
    config |= {"output_layers": [[output, 0, 0]]}
    return {"module": "keras", "class_name": "Functional", "config": config}


A = layer("InputLayer", "a", options={"batch_shape": [None, 5]})
E = layer("Embedding", "e", symbol("a"), options={"mask_zero": True})
MASK = operator("NotEqual", "n", symbol("a"), 0)
GIVEN = layer("InputLayer", "w", options={"batch_shape": [None, 5]})
CASES = {  # (steps, the names that stay, the last step's mask)
    "made by an Embedding": ([A, MASK, E], ["a", "e", "l"], "n", False),
    "merged": (
        [
            *[A, MASK, E],
            operator("ExpandDims", "x", symbol("n"), axis=-1),
            operator("ZerosLike", "z", symbol("e"), dtype="bool"),
            operator("LogicalOr", "o", symbol("x"), symbol("z")),
            operator("Any", "y", symbol("o"), axis=-1, keepdims=False),
        ],
        ["a", "e", "l"],
        "y",
        False,
    ),
    "an input": ([A, GIVEN, E], ["a", "w", "e", "l"], "w", True),
    "a layer's result": ([A, E, layer("Dense", "d", symbol("a"))], ["a", "e", "d", "l"], "d", True),
    "made, and used": (
        [A, E, MASK, operator("Multiply", "u", symbol("n"), 2.0)],
        None,
        "n",
        "the operator 'NotEqual' of Keras is not known here",
    ),
    "of something else": (
        [A, E, GIVEN, operator("NotEqual", "n", symbol("w"), 0)],
        None,
        "n",
        "the operator 'NotEqual' of Keras is not known here",
    ),
}


@pytest.mark.parametrize("module", ["named", "not named, as in '.h5'"])
@pytest.mark.parametrize("title", CASES)
def test_which_masks_stay(title, module):
    steps, names, mask, stays = CASES[title]
    used = [symbol("e"), symbol("u")] if title == "made, and used" else [symbol("e")]
    steps = [*steps, layer("LSTM", "l", *used, mask=symbol(mask))]
    if module != "named":
        steps = [{k: v for k, v in step.items() if k != "module"} for step in steps]
    theirs = functional(*steps, output="l")
    if names is None:
        if module == "named":
            with pytest.raises(ValueError, match=stays):
                from_keras(theirs)
        return
    found = from_keras(theirs)["config"]["layers"]
    assert [entry["name"] for entry in found] == names
    assert ("mask" in found[-1]["inbound_nodes"][0]["kwargs"]) is stays


def test_a_mask_that_was_given_is_used():
    """It is an input like any other."""
    a, w = Input((5, 4)), Input((5,), dtype="bool")
    model = Model([a, w], layers.LSTM(3)(a, mask=w))
    again = described_model(from_keras(to_keras(serialize(model))))
    again.set_weights(model.get_weights())
    x, mask = np.sin(np.arange(40.0, dtype="f")).reshape(2, 5, 4), np.ones((2, 5), bool)
    everything = model.predict([x, mask], verbose=0)
    mask[0, 2:] = False
    found = again.predict([x, mask], verbose=0)
    np.testing.assert_array_equal(found, model.predict([x, mask], verbose=0))
    assert (found != everything)[0].all() and (found == everything)[1].all()


RESULTS = {
    "p + q": ("numpy", "Add", {}),
    "p * 2": ("numpy", "Multiply", {}),
    "1 - p": ("numpy", "Subtract", {}),
    "p / 2": ("numpy", "TrueDivide", {}),
    "-p": ("numpy", "Negative", {}),
    "ops.maximum(p, q)": ("numpy", "Maximum", {}),
    "ops.tanh(p)": ("numpy", "Tanh", {}),
    "ops.relu(p)": ("nn", "Relu", {}),
    "ops.softmax(p, axis=1)": ("nn", "Softmax", {"axis": 1}),
    "ops.concatenate([p, q], axis=-1)": ("numpy", "Concatenate", {"axis": -1}),
}


@pytest.mark.parametrize("expression", RESULTS)
@pytest.mark.parametrize("masked", [True, False])
def test_operators_beside_masks_stay_operators(expression, masked):
    """They drop the mask, here and in Keras; Keras's layers with the same effect keep it."""
    a = Input((5,))
    words = layers.Embedding(7, 4, mask_zero=masked)
    result = eval(expression, {"p": words(a), "q": words(a), "ops": ops})
    module, kind, settings = RESULTS[expression]
    steps = to_keras(serialize(Model(a, layers.LSTM(2)(result))))["config"]["layers"]
    (entry,) = [e for e in steps if e["class_name"] not in ("InputLayer", "Embedding", "LSTM")]
    if not masked:
        assert entry["module"] == "keras.layers"
        return
    assert (entry["module"], entry["class_name"]) == (f"keras.src.ops.{module}", kind)
    assert entry["registered_name"] == kind and entry["inbound_nodes"][0]["kwargs"] == {}
    assert entry["config"] == {"name": entry["name"], **settings}
