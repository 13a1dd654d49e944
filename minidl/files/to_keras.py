"""Converts minidl's description of a model to Keras's: the same layout, other module names, and
Keras's layers for operators.
"""

from __future__ import annotations

from typing import Any

from ..support.registry import REGISTRIES
from .keras_masks import makes_masks
from .keras_operators import as_operator

_BINARY = {
    "add": "Add",
    "sub": "Subtract",
    "mul": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
}
_FUNCTIONS = {
    "relu": "relu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "exp": "exponential",
    "softplus": "softplus",
}
# The columns of a FeatureSpace, which have no public place in Keras.
_COLUMNS_OF = "keras.src.layers.preprocessing.feature_space"
COLUMNS: dict[str, str] = {"Feature": _COLUMNS_OF, "Cross": _COLUMNS_OF}


def to_keras(data, masked: bool | None = None) -> Any:
    """Convert the description of a model, layer or part of one to Keras 3's layout. ValueError
    names an op without a layer in Keras.

    masked: whether there are masks in it, which Keras's layers hand on and operators do not.
    """
    masked = makes_masks(data) if masked is None else masked
    if isinstance(data, list):
        return [to_keras(v, masked) for v in data]
    if not isinstance(data, dict):
        return data
    if data.get("class_name") == "__slice__":
        parts = zip(("start", "stop", "step"), data["config"])
        return {"class_name": "__slice__", "config": dict(parts)}
    if data.get("module") in ("minidl.derivatives", "minidl.ops"):
        return to_keras((as_operator(data) if masked else None) or _as_layer(data), masked)
    data = {k: to_keras(v, masked) for k, v in data.items()}
    kind = data.get("class_name")
    if str(kind).startswith("SpatialDropout"):  # the only layers of Keras that do not take it
        data["config"] = {k: v for k, v in data["config"].items() if k != "trainable"}
    if kind == "GroupedQueryAttention":  # the only one that Keras exports under another name
        data["class_name"] = "GroupQueryAttention"
    if kind == "IntegerLookup" and data["config"].get("vocabulary"):  # large ones are strings here
        data["config"]["vocabulary"] = [int(token) for token in data["config"]["vocabulary"]]
    data |= _of_a_table(data)
    if isinstance(data.get("module"), str):
        data["module"] = data["module"].replace("minidl", "keras", 1)
    is_model = kind == "Model" and data.get("module") == "keras"
    return _functional(data) if is_model and "input_layers" in data["config"] else data


def _of_a_table(data: dict) -> dict:
    """Return what differs in Keras's description of a FeatureSpace or a part of one."""
    kind = data.get("class_name", "")
    if data.get("module") == "minidl" and kind in COLUMNS:
        return {"module": COLUMNS[kind], "registered_name": kind}
    if data.get("module") == "minidl" and kind == "FeatureSpace":
        built = {name: {"input_shape": [None, 1]} for name in data["config"]["features"]}
        return {"module": "keras.utils", "build_config": built}
    return {}


def _functional(data: dict) -> dict:
    return {
        **data,
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "registered_name": "Functional",
        "config": ends_renumbered(data["config"], 1),
    }


def ends_renumbered(config: dict, by: int) -> dict:
    """Change the call numbers in a model's inputs and outputs that refer to a functional model
    inside: only there, Keras counts the calls from 1.
    """
    nested = [
        entry["name"] for entry in config["layers"] if entry.get("class_name") == "Functional"
    ]

    def renumbered(places):
        if isinstance(places, dict):
            return {k: renumbered(v) for k, v in places.items()}
        if len(places) == 3 and isinstance(places[0], str):
            return [places[0], places[1] + by, places[2]] if places[0] in nested else places
        return [renumbered(v) for v in places]

    return {**config, **{key: renumbered(config[key]) for key in ("input_layers", "output_layers")}}


# --- operators


def _as_layer(entry: dict) -> dict:
    """Describe an operator step as the Keras layer with the same effect."""
    op, calls = entry["class_name"], entry["inbound_nodes"]
    if len(calls) != 1:
        raise ValueError(
            f"The op '{op}' is called more than once as one step, which '.keras' files do not know."
        )
    args, kwargs = calls[0]["args"], calls[0]["kwargs"]
    symbols = [a for a in args if isinstance(a, dict) and a.get("class_name") == "__keras_tensor__"]
    if op == "getitem":
        return _get_item(entry, symbols[0], _plain(kwargs["index"]))
    layer, args = _of_two(op, symbols) or _of_one(op, args, symbols, kwargs) or (None, args)
    if layer is None:
        op = kwargs["function"]["config"]["name"] if op == "step" else op
        raise ValueError(
            f"The op '{op}' in this model has no layer in Keras with the same effect, so it "
            f"cannot go into a '.keras' file. Put it into a Layer of your own, or save to '.npz'."
        )
    kind, config = layer
    config = {"name": entry["name"], "trainable": True, "dtype": "float32", **config}
    return _step(entry, "keras.layers", kind, config, None, args)


def _of_two(op: str, symbols: list):
    """Return ((layer, its settings), its arguments) for an operator between two symbols,
    else None.
    """
    if op in _BINARY and len(symbols) == 2:
        return (_BINARY[op], {}), [symbols]
    return (("Multiply", {}), [[symbols[0], symbols[0]]]) if op == "square" else None


def _of_one(op: str, args: list, symbols: list, kwargs: dict):
    """Return the same as _of_two for an operator on a symbol and numbers, or on a list."""
    numbers = [a for a in args if isinstance(a, (int, float))]
    if op in ("add", "sub", "mul", "div", "neg"):
        fits = len(symbols) == 1 and len(numbers) == len(args) - 1
        return (_rescaling(op, args), symbols) if fits else None
    if op == "concatenate":
        return ("Concatenate", {"axis": kwargs["axis"]}), [symbols]
    if op in _FUNCTIONS:
        return ("Activation", {"activation": _FUNCTIONS[op]}), args
    if op == "softmax":
        return ("Softmax", {"axis": kwargs["axis"]}), args
    if op == "reshape":
        return ("Reshape", {"target_shape": _plain(kwargs["shape"])[1:]}), args
    return None


def _rescaling(op, args):
    """Return x + c, c - x, x·c, x/c or -x as scale·x + offset; None for other operators."""
    first = isinstance(args[0], dict)
    c = next((a for a in args if not isinstance(a, dict)), 1.0)
    if op == "div":
        if not first or not c:
            return None
        op, c = "mul", 1 / c
    scale, offset = {
        "add": (1.0, c),
        "sub": (1.0, -c) if first else (-1.0, c),
        "mul": (c, 0.0),
        "neg": (-1.0, 0.0),
    }[op]
    return "Rescaling", {"scale": scale, "offset": offset}


def _get_item(entry: dict, symbol: dict, index) -> dict:
    config = {"name": entry["name"]}
    return _step(entry, "keras.src.ops.numpy", "GetItem", config, "GetItem", [symbol, index])


def _step(entry: dict, module: str, kind: str, config: dict, registered_name, args: list) -> dict:
    return {
        "module": module,
        "class_name": kind,
        "config": config,
        "registered_name": registered_name,
        "name": entry["name"],
        "inbound_nodes": [{"args": args, "kwargs": {}}],
    }


def _plain(value):
    """Return the entries of a described tuple; anything else unchanged."""
    described = isinstance(value, dict) and value["class_name"] == "__tuple__"
    return value["config"] if described else value


# --- what compile was given

_ONLY_HERE = {
    *("CrossEntropyLoss", "cross_entropy_loss", "cross_entropy"),
    *("NegativeLogLikelihood", "ConfusionMatrix", "RAdam", "SettableDecay"),
    *("categorical_generalized_cross_entropy", "negative_log_likelihood", "nll", "nll_loss"),
    *("kullback_leibler_divergence", "huber_loss", "logcosh", "rmse", "r2", "f1", "io_u"),
    *("mean_io_u", "one_hot_io_u", "one_hot_mean_io_u", "confusion_matrix"),
    *("sensitivity_at_specificity", "specificity_at_sensitivity"),
    *("precision_at_recall", "recall_at_precision"),
}
_SHORT = {"MSE", "MAE", "MAPE", "MSLE", "BCE", "KLD", "accuracy", "acc", "crossentropy", "ce"}
_ONLY_AS_LOSSES = {"kld", "log_cosh"}


def compile_to_keras(compiled: dict) -> dict | None:
    """Return compile's arguments in Keras 3's layout. None if they name something that Keras lacks,
    since Keras could not open the file.
    """
    losses, metrics = _names("loss"), _names("metric") - _ONLY_AS_LOSSES
    parts = (
        (compiled["optimizer"], set()),
        (compiled["loss"], losses),
        ([compiled["metrics"], compiled["weighted_metrics"]], metrics | (losses & _SHORT)),
    )
    if not all(_is_in_keras(part, names) for part, names in parts):
        return None
    optimizer = to_keras(compiled["optimizer"])
    rate = optimizer["config"].get("learning_rate")
    if isinstance(rate, int):  # Keras insists on a float
        optimizer["config"]["learning_rate"] = float(rate)
    others = {k: to_keras(v) for k, v in compiled.items() if k != "optimizer"}
    usual = {"run_eagerly": False, "steps_per_execution": 1, "jit_compile": "auto"}
    return {"optimizer": optimizer, **others, **usual}


def _names(kind: str) -> set[str]:
    """Return the names of losses or metrics that a description may contain."""
    names = REGISTRIES[kind].names
    return ({*names, *(getattr(t, "__name__", "") for t in names.values())} | _SHORT) - _ONLY_HERE


def _is_in_keras(data, names: set[str]) -> bool:
    """Whether Keras has all the classes and names in a description."""
    if isinstance(data, str):
        return data in names
    if isinstance(data, list):
        return all(_is_in_keras(v, names) for v in data)
    if not isinstance(data, dict):
        return True
    if "class_name" not in data:
        return all(_is_in_keras(v, names) for v in data.values())
    ours = str(data.get("module")).startswith("minidl.") and not data.get("registered_name")
    inside = [v for v in data["config"].values() if isinstance(v, dict)] if ours else []
    return ours and data["class_name"] not in _ONLY_HERE and _is_in_keras(inside, names)
