"""Converts Keras's description of a model to minidl's: the same layout, other module names, and
minidl's ops for Keras's operators.
"""

from __future__ import annotations

from typing import Any

from ..support.structures import leaves
from .keras_masks import without_masks
from .to_keras import COLUMNS, ends_renumbered

# Options of Keras's layers that do not exist here, with the value that has no effect.
_ONLY_IN_KERAS = {
    "quantization_config": None,
    "lora_rank": None,
    "lora_alpha": None,
    "synchronized": False,
    "renorm": False,
    "gptq_unpacked_column_size": None,
    "renorm_clipping": None,
    "sparse": False,
    "ragged": False,
    "optional": False,
    "input_axes": None,
    "output_axes": None,
    "build_input_shape": ...,
    "renorm_momentum": ...,
    "rms_scaling": False,
    "shared_object_id": ...,
    "autocast": True,
    "jit_compile": ...,
    "is_legacy_optimizer": ...,
    "time_major": ...,
    "fused": ...,
}
# Keras's operator nodes, by class name: our op, and which settings it takes.
_FROM_OPERATORS = {
    "Add": "add",
    "Subtract": "sub",
    "Multiply": "mul",
    "Divide": "div",
    "TrueDivide": "div",
    "Negative": "neg",
    "Power": "power",
    "Exp": "exp",
    "Log": "log",
    "Sqrt": "sqrt",
    "Square": "square",
    "Absolute": "absolute",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softmax": "softmax",
    "Matmul": "matmul",
    "Sin": "sin",
    "Cos": "cos",
    "Mean": "mean",
    "Sum": "sum",
    "Max": "max",
    "Min": "min",
    "Concatenate": "concatenate",
    "Reshape": "reshape",
    "GetItem": "getitem",
    "Expm1": "expm1",
    "Log1p": "log1p",
    "Clip": "clip",
    "Transpose": "transpose",
}


def from_keras(data) -> Any:
    """Convert Keras's description to minidl's. ValueError for an unknown option or operator."""
    if isinstance(data, list):
        return [from_keras(v) for v in data]
    if not isinstance(data, dict):
        return data
    if data.get("class_name") == "__slice__" and isinstance(data["config"], dict):
        return {
            "class_name": "__slice__",
            "config": [data["config"].get(k) for k in ("start", "stop", "step")],
        }
    if data.get("class_name") == "DTypePolicy":
        return data["config"]["name"]
    if _is_op(data):
        return from_keras(_as_op(data))
    config = data.get("config")
    if data.get("class_name") == "Functional" and isinstance(config, dict) and "layers" in config:
        data = {**data, "config": without_masks(config, _is_op)}
    data = {k: from_keras(v) for k, v in data.items() if k != "shared_object_id"}
    if isinstance(data.get("class_name"), str) and isinstance(data.get("config"), dict):
        data |= _object(data["class_name"], data["config"], data)
    if "inbound_nodes" in data:
        data["inbound_nodes"] = [_plain_call(node) for node in data["inbound_nodes"]]
    return data


def _object(kind: str, config: dict, data: dict) -> dict:
    """Return what differs in minidl's description of an object of this class."""
    config = _known_options(kind, config)
    if kind == "Functional" and "output_layers" in config:
        config = ends_renumbered(config, -1)
    if kind == "IntegerLookup" and isinstance(config.get("vocabulary"), list):
        # large ones would not be believed as sizes
        config["vocabulary"] = [str(token) for token in config["vocabulary"]]
    changes: dict[str, Any] = {"config": config}
    if data.get("registered_name") == kind:
        changes["registered_name"] = None
    if kind in COLUMNS and data.get("module") == COLUMNS[kind]:
        changes["module"] = "keras"
    if kind == "FeatureSpace":  # in Keras each column tells whether it was built
        changes["build_config"] = {"input_shape": [None, 1]}
    return changes


def _is_op(data: dict) -> bool:
    """Whether this describes an operator. '.h5' files do not name the module, but the layer Add()
    has the setting trainable and the operator + has not.
    """
    module = data.get("module")
    if module is None and "inbound_nodes" in data:
        return data.get("class_name") in _FROM_OPERATORS and "trainable" not in data["config"]
    return str(module).startswith("keras.src.ops") or module == "keras.ops"


def _known_options(kind: str, config: dict) -> dict:
    if kind in ("Sequential", "Functional", "Model"):
        return {k: v for k, v in config.items() if k != "dtype"}
    known = {}
    for name, value in config.items():
        if name in _ONLY_IN_KERAS and not (
            kind == "InputLayer" and name in ("sparse", "ragged", "optional")
        ):
            if _ONLY_IN_KERAS[name] is not ... and value != _ONLY_IN_KERAS[name]:
                raise ValueError(
                    f"{kind} has {name}={value!r}, an option that minidl does not have"
                )
        else:
            known[name] = value
    return known


def _plain_call(node) -> dict:
    if not isinstance(node, dict):
        raise ValueError(
            "the connections between the layers are in Keras 2's layout. Open the model in Keras "
            "3 and save it as '.keras'"
        )
    kwargs = {k: v for k, v in node["kwargs"].items() if k not in ("mask", "training") or v}
    return {"args": node["args"], "kwargs": kwargs}


def _as_op(entry: dict) -> dict:
    kind = entry["class_name"]
    if kind not in _FROM_OPERATORS:
        raise ValueError(f"the operator '{kind}' of Keras is not known here")
    settings = {k: v for k, v in entry["config"].items() if k not in ("name", "dtype")}
    calls = [
        _op_call(kind, list(node["args"]), {**settings, **node["kwargs"]})
        for node in entry["inbound_nodes"]
    ]
    return {
        "module": "minidl.derivatives",
        "class_name": _FROM_OPERATORS[kind],
        "config": {"name": entry["name"]},
        "registered_name": None,
        "name": entry["name"],
        "inbound_nodes": calls,
    }


def _op_call(kind: str, args: list, kwargs: dict) -> dict:
    """Describe one call of an operator with the arguments of minidl's op."""
    if kind == "GetItem":
        index = args.pop()
        kwargs = {"index": _tuple(index) if isinstance(index, list) else index}
    elif kind == "Concatenate":
        args = args[0]
    elif kind == "Reshape":
        shape = kwargs.pop("newshape", None) or args.pop()
        kwargs = {"shape": _tuple([-1 if n is None else n for n in leaves(shape)])}
    elif kind == "Clip":
        kwargs = {"low": kwargs.get("x_min"), "high": kwargs.get("x_max")}
    elif isinstance(kwargs.get("axis"), list):
        kwargs["axis"] = _tuple(kwargs["axis"])
    if kind in ("Mean", "Sum", "Max", "Min"):
        kwargs.pop("initial", None)
    return {"args": args, "kwargs": kwargs}


def _tuple(values: list) -> dict:
    return {"class_name": "__tuple__", "config": values}
