"""Descriptions of Keras as minidl's, and back, piece by piece; written here as Keras writes them."""

import pytest

from minidl.files import from_keras as reading
from minidl.files import to_keras as writing
from minidl.files.from_keras import from_keras
from minidl.files.to_keras import compile_to_keras, to_keras


def symbol(name):
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def called(*args, **kwargs):
    return {"args": list(args), "kwargs": kwargs}


def entry(module, kind, config, *calls, registered=None):
    found = {"module": module, "class_name": kind, "config": {"name": "n", **config}}
    return {**found, "registered_name": registered, "name": "n", "inbound_nodes": [*calls]}


def plain(kind, config, module="keras.layers", registered=None):
    return {"module": module, "class_name": kind, "config": config, "registered_name": registered}


def numbers(*values):
    return {"class_name": "__tuple__", "config": list(values)}


T, U = symbol("t"), symbol("u")
EVERY = {"class_name": "__slice__", "config": [None, None, None]}
SLICE = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
OPERATORS = [
    # of Keras: class, settings, call; here: op, call
    ("Add", {}, called(T, U), "add", called(T, U)),
    ("TrueDivide", {}, called(T, 2), "div", called(T, 2)),
    ("Softmax", {"axis": -1}, called(T), "softmax", called(T, axis=-1)),
    ("GetItem", {}, called(T, 1), "getitem", called(T, index=1)),
    ("GetItem", {}, called(T, [SLICE, 1]), "getitem", called(T, index=numbers(EVERY, 1))),
    ("Concatenate", {"axis": 1}, called([T, U]), "concatenate", called(T, U, axis=1)),
    ("Reshape", {"newshape": [None, 4]}, called(T), "reshape", called(T, shape=numbers(-1, 4))),
    ("Reshape", {}, called(T, [2, 3]), "reshape", called(T, shape=numbers(2, 3))),
    ("Reshape", {}, called(T, newshape=[5]), "reshape", called(T, shape=numbers(5))),
    ("Clip", {"x_min": -1, "x_max": 2}, called(T), "clip", called(T, low=-1, high=2)),
    ("Transpose", {"axes": [1, 0]}, called(T), "transpose", called(T, axes=[1, 0])),
    ("Mean", {"axis": [1, 2]}, called(T), "mean", called(T, axis=numbers(1, 2))),
    *(
        (k, {"axis": 1, "initial": None}, called(T, keepdims=True), k.lower(), called(T, axis=1, keepdims=True))
        for k in ("Mean", "Sum", "Max", "Min")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "settings", "call", "op", "ours"), OPERATORS)
@pytest.mark.parametrize("module", ["keras.src.ops.numpy", "keras.ops", None])
def test_an_operator_of_keras(module, kind, settings, call, op, ours):
    """'.h5' files do not name the module."""
    theirs = entry(module, kind, {"dtype": "float32", **settings}, call)
    assert from_keras([theirs]) == [entry("minidl.derivatives", op, {}, ours)]


PIECES = [
    (3, 3),
    (plain("Dense", {"units": 3}), plain("Dense", {"units": 3})),
    ({"class_name": "__slice__", "config": [1, None, 2]},) * 2,
    ({"a": [{"class_name": "DTypePolicy", "config": {"name": "float16"}}]}, {"a": ["float16"]}),
    (plain("A", {}, registered="A"), plain("A", {})),
    (plain("A", {}, registered="mine>A"), plain("A", {}, registered="mine>A")),
    # what has no effect is left out
    (
        plain("Dense", {"units": 3, "lora_rank": None, "build_input_shape": [1], "autocast": True}),
        plain("Dense", {"units": 3}),
    ),
    (plain("InputLayer", {"sparse": False, "optional": True, "ragged": True}),) * 2,
    *(
        (plain(kind, {"name": "m", "dtype": "float32"}), plain(kind, {"name": "m"}))
        for kind in ("Sequential", "Functional", "Model")
    ),
    (plain("Dense", {"dtype": "float32"}), plain("Dense", {"dtype": "float32"})),
    (
        entry("keras.layers", "A", {}, called(T, mask=None, training=False, scale=2)),
        entry("keras.layers", "A", {}, called(T, scale=2)),
    ),
    (
        entry("keras.layers", "A", {}, called(T, mask=U, training=True)),
        entry("keras.layers", "A", {}, called(T, mask=U, training=True)),
    ),
    # a layer of the same name as an operator, in a file that names no module
    (entry(None, "Add", {"trainable": True}, called([T, U])),) * 2,
    (entry(None, "Dense", {}, called(T)),) * 2,
    (plain("Add", {}, module=None),) * 2,
]


@pytest.mark.parametrize(("theirs", "ours"), PIECES)
def test_a_piece_of_a_description(theirs, ours):
    assert from_keras(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (plain("Dense", {"lora_rank": 3}), "Dense has lora_rank=3, an option that minidl does not"),
        (plain("Embedding", {"sparse": True}), "Embedding has sparse=True"),
        (entry("keras.src.ops.numpy", "Erf", {}, called(T)), "'Erf' of Keras is not known here"),
        (entry("keras.layers", "A", {}, [["t", 0, 0]]), "in Keras 2's layout"),
    ],
)
def test_what_has_no_counterpart_here(theirs, said):
    with pytest.raises(ValueError, match=said):
        from_keras(theirs)


def functional(inputs, outputs, **config):
    inside = [{"class_name": "Functional", "name": "inner"}, {"class_name": "Dense", "name": "d"}]
    return {"layers": inside, "input_layers": inputs, "output_layers": outputs, **config}


def test_calls_of_a_model_inside_count_from_1_in_keras():
    ends = lambda n: (
        {"a": ["inner", n, 5]},
        [["inner", n, 2], ["d", 7, 3], {"b": [["inner", n, 0]]}],
    )
    theirs = plain("Functional", functional(*ends(1)), "keras.src.models.functional", "Functional")
    ours = plain("Functional", functional(*ends(0)), "keras.src.models.functional")
    assert from_keras(theirs) == ours
    assert to_keras(plain("Model", functional(*ends(0)), "minidl")) == theirs
    assert to_keras(plain("Model", {}, "minidl")) == plain("Model", {}, "keras")
    assert from_keras(plain("Functional", {"name": "m"})) == plain("Functional", {"name": "m"})


LAYERS = [
    (
        entry("minidl.derivatives", "relu", {}, called(T)),
        entry("keras.layers", "Activation", {"trainable": True, "dtype": "float32", "activation": "relu"}, called(T)),
    ),
    (
        entry("minidl.ops", "concatenate", {}, called(T, U, axis=0)),
        entry("keras.layers", "Concatenate", {"trainable": True, "dtype": "float32", "axis": 0}, called([T, U])),
    ),
    (
        entry("minidl.derivatives", "getitem", {}, called(T, index=numbers(EVERY, 1))),
        entry("keras.src.ops.numpy", "GetItem", {}, called(T, [SLICE, 1]), registered="GetItem"),
    ),
    (
        plain("SpatialDropout2D", {"rate": 0.5, "trainable": True}, "minidl.layers"),
        plain("SpatialDropout2D", {"rate": 0.5}),
    ),
    (plain("Dropout", {"trainable": True}, "minidl.layers"), plain("Dropout", {"trainable": True})),
    (plain("GroupedQueryAttention", {}, "minidl.layers"), plain("GroupQueryAttention", {})),
    (plain("Mine", {"minidl": "minidl"}, None), plain("Mine", {"minidl": "minidl"}, None)),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), LAYERS)
def test_a_piece_of_ours_as_keras_has_it(ours, theirs):
    assert to_keras(ours) == theirs


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (entry("minidl.ops", "step", {}, called(T, function={"config": {"name": "argmax"}})), "op 'argmax' in this"),
        (entry("minidl.derivatives", "relu", {}, called(T), called(T)), "op 'relu' is called more than once"),
        (entry("minidl.derivatives", "div", {}, called(T, 0.0)), "op 'div' in this model has no layer"),
    ],
)  # fmt: skip
def test_a_step_that_keras_cannot_hold(step, said):
    with pytest.raises(ValueError, match=said):
        to_keras(step)


def optimizer(kind="SGD", registered=None, **config):
    return plain(kind, config, "minidl.optimizers", registered)


MINE = plain("Mine", {}, "mine", "mine>Mine")
HUBER = plain("Huber", {"delta": 2.0, "fn": None}, "minidl.losses")
COMPILED = [
    # what keras knows too
    (optimizer(learning_rate=0.1), "mse", ["mae", "accuracy"], True),
    (optimizer(learning_rate=plain("CosineDecay", {}, "minidl.optimizers.schedules")), HUBER, None, True),
    (optimizer(), {"a": "kld", "b": [HUBER, None]}, {"a": [["MSE"], "ce"]}, True),
    (optimizer(), "log_cosh", None, True),
    # and what it does not
    (optimizer("RAdam"), "mse", None, False),
    (optimizer(registered="mine>SGD"), "mse", None, False),
    (optimizer(learning_rate=MINE), "mse", None, False),
    (optimizer(), "nll", None, False),
    (optimizer(), {"a": "mse", "b": ["mse", "nll"]}, None, False),
    (optimizer(), plain("Huber", {"fn": MINE}, "minidl.losses"), None, False),
    (optimizer(), MINE, None, False),
    (optimizer(), "mse", ["mae", "kld"], False),
    (optimizer(), "mse", ["log_cosh"], False),
    (optimizer(), "mse", [["mae", "rmse"]], False),
    (optimizer(), "mse", [MINE], False),
]  # fmt: skip


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("optimizer", "loss", "metrics", "known"), COMPILED)
def test_what_compile_was_given_is_written_for_keras_if_keras_knows_it(
    optimizer, loss, metrics, known, weighted
):
    watched = {"metrics": None, "weighted_metrics": metrics} if weighted else {"metrics": metrics, "weighted_metrics": None}  # fmt: skip
    given = {"optimizer": optimizer, "loss": loss, "loss_weights": [2], **watched}
    found = compile_to_keras(given)
    if not known:
        assert found is None
        return
    theirs = {k: to_keras(v) for k, v in given.items()}
    usual = {"run_eagerly": False, "steps_per_execution": 1, "jit_compile": "auto"}
    assert found == {**theirs, **usual} and found["optimizer"]["module"] == "keras.optimizers"


def test_keras_insists_on_a_float_for_the_rate():
    given = {"optimizer": optimizer(learning_rate=1), "loss": "mse"}
    found = compile_to_keras({**given, "metrics": None, "weighted_metrics": None})
    assert type(found["optimizer"]["config"]["learning_rate"]) is float


def test_the_names_of_operators_are_ops_here():
    from minidl.models.steps import TABLE, _steps

    ops = {*reading._FROM_OPERATORS.values(), *writing._BINARY, *writing._FUNCTIONS}
    assert {(TABLE, name) for name in ops} <= set(_steps())
