"""Between our description of a model and Keras's: the same layout, other module names, and Keras's
layers for operators.
"""

from __future__ import annotations

from typing import Any

from ...support.structures import leaves

# Options of Keras's layers that do not exist here, with the value that asks for nothing.
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


# --- to Keras


def to_keras(data) -> Any:
    """Our description of a model, layer or part of one as Keras 3 writes it. ValueError naming an
    op that Keras has no layer for.
    """
    if isinstance(data, list):
        return [to_keras(v) for v in data]
    if not isinstance(data, dict):
        return data
    if data.get("class_name") == "__slice__":
        return {
            "class_name": "__slice__",
            "config": dict(zip(("start", "stop", "step"), data["config"])),
        }
    if data.get("module") in ("minidl.derivatives", "minidl.ops"):
        return to_keras(_as_layer(data))
    data = {k: to_keras(v) for k, v in data.items()}
    if (
        data.get("class_name") == "SpatialDropout1D"
    ):  # the one layer of Keras that cannot be told this
        data["config"] = {k: v for k, v in data["config"].items() if k != "trainable"}
    if isinstance(data.get("module"), str):
        data["module"] = data["module"].replace("minidl", "keras", 1)
    if (
        data.get("class_name") == "Model"
        and data.get("module") == "keras"
        and "input_layers" in data["config"]
    ):
        data |= {
            "module": "keras.src.models.functional",
            "class_name": "Functional",
            "registered_name": "Functional",
        }
        data["config"] = _ends_renumbered(data["config"], 1)
    return data


def _ends_renumbered(config: dict, by: int) -> dict:
    """As the ends of a model, and there alone, Keras counts the calls of a functional model inside
    from 1.
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


def _as_layer(entry: dict) -> dict:
    """An operator step as the layer of Keras with the same effect."""
    op, calls = entry["class_name"], entry["inbound_nodes"]
    if len(calls) != 1:
        raise ValueError(
            f"The op '{op}' is called more than once as one step, which '.keras' files do not know."
        )
    args, kwargs = calls[0]["args"], calls[0]["kwargs"]
    symbols = [a for a in args if isinstance(a, dict) and a.get("class_name") == "__keras_tensor__"]
    numbers = [a for a in args if isinstance(a, (int, float))]
    layer = None
    if op in _BINARY and len(symbols) == 2:
        layer, args = (_BINARY[op], {}), [symbols]
    elif op == "square":
        layer, args = ("Multiply", {}), [[symbols[0], symbols[0]]]
    elif (
        op in ("add", "sub", "mul", "div", "neg")
        and len(symbols) == 1
        and len(numbers) == len(args) - 1
    ):
        layer, args = _rescaling(op, args), symbols
    elif op == "concatenate":
        layer, args = ("Concatenate", {"axis": kwargs.get("axis", 0)}), [symbols]
    elif op in _FUNCTIONS:
        layer = "Activation", {"activation": _FUNCTIONS[op]}
    elif op == "softmax":
        layer = "Softmax", {"axis": kwargs.get("axis", -1)}
    elif op == "reshape":
        shape = (
            kwargs["shape"].get("config") if isinstance(kwargs["shape"], dict) else kwargs["shape"]
        )
        layer = "Reshape", {"target_shape": shape[1:]}
    elif op == "getitem":
        index = kwargs["index"]
        parts = (
            index["config"]
            if isinstance(index, dict) and index["class_name"] == "__tuple__"
            else index
        )
        return {
            "module": "keras.src.ops.numpy",
            "class_name": "GetItem",
            "config": {"name": entry["name"]},
            "registered_name": "GetItem",
            "name": entry["name"],
            "inbound_nodes": [{"args": [symbols[0], parts], "kwargs": {}}],
        }
    if layer is None:
        op = kwargs["function"]["config"]["name"] if op == "step" else op
        raise ValueError(
            f"The op '{op}' in this model has no layer in Keras with the same effect, so it "
            f"cannot go into a '.keras' file. "
            "Put it into a Layer of your own, or save to '.npz'."
        )
    kind, config = layer
    config = {"name": entry["name"], "trainable": True, "dtype": "float32", **config}
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": config,
        "registered_name": None,
        "name": entry["name"],
        "inbound_nodes": [{"args": args, "kwargs": {}}],
    }


def _rescaling(op, args):
    """x + c, c - x, x·c, x/c and -x as scale·x + offset; None where that is not what they are."""
    first = isinstance(args[0], dict)
    c = next((a for a in args if not isinstance(a, dict)), 1.0)
    if op == "div" and not first:
        return None
    scale, offset = {
        "add": (1.0, c),
        "sub": (1.0, -c) if first else (-1.0, c),
        "mul": (c, 0.0),
        "div": (1 / c if c else 0.0, 0.0),
        "neg": (-1.0, 0.0),
    }[op]
    return "Rescaling", {"scale": scale, "offset": offset}


# --- from Keras


def from_keras(data) -> Any:
    """Keras's description as ours. ValueError for an option or operator that is not known here."""
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
    data = {k: from_keras(v) for k, v in data.items() if k != "shared_object_id"}
    if isinstance(data.get("class_name"), str) and isinstance(data.get("config"), dict):
        data["config"] = _known_options(data["class_name"], data["config"])
        if data["class_name"] == "Functional" and "output_layers" in data["config"]:
            data["config"] = _ends_renumbered(data["config"], -1)
        if data.get("registered_name") == data["class_name"]:
            data["registered_name"] = None
    if "inbound_nodes" in data:
        data["inbound_nodes"] = [_plain_call(node) for node in data["inbound_nodes"]]
    return data


def _is_op(data: dict) -> bool:
    """Whether this is an operator. '.h5' files do not name the module; what tells Add(), the layer,
    from + is its setting trainable.
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
    kwargs = {
        k: v
        for k, v in node["kwargs"].items()
        if k not in ("mask", "training") or (k == "training" and v)
    }
    return {"args": node["args"], "kwargs": kwargs}


def _as_op(entry: dict) -> dict:
    kind, settings = (
        entry["class_name"],
        {k: v for k, v in entry["config"].items() if k not in ("name", "dtype")},
    )
    if kind not in _FROM_OPERATORS:
        raise ValueError(f"the operator '{kind}' of Keras is not known here")
    calls = []
    for node in entry["inbound_nodes"]:
        args, kwargs = list(node["args"]), {**settings, **node["kwargs"]}
        if kind == "GetItem":
            index = args.pop()
            kwargs = {
                "index": {"class_name": "__tuple__", "config": index}
                if isinstance(index, list)
                else index
            }
        elif kind == "Concatenate":
            args = args[0]
        elif kind == "Reshape":
            shape = kwargs.pop("newshape", None) or args.pop()
            kwargs = {
                "shape": {
                    "class_name": "__tuple__",
                    "config": [-1 if n is None else n for n in leaves(shape)],
                }
            }
        elif kind == "Clip":
            kwargs = {"low": kwargs.get("x_min"), "high": kwargs.get("x_max")}
        elif isinstance(kwargs.get("axis"), list):
            kwargs["axis"] = {"class_name": "__tuple__", "config": kwargs["axis"]}
        if kind in ("Mean", "Sum", "Max", "Min"):
            kwargs.pop("initial", None)
        calls.append({"args": args, "kwargs": kwargs})
    return {
        "module": "minidl.derivatives",
        "class_name": _FROM_OPERATORS[kind],
        "config": {"name": entry["name"]},
        "registered_name": None,
        "name": entry["name"],
        "inbound_nodes": calls,
    }
