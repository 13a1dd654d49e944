"""Operators, such as x + y, as operators in Keras's descriptions."""

from __future__ import annotations

_OPERATORS = {
    "add": "numpy.Add",
    "sub": "numpy.Subtract",
    "mul": "numpy.Multiply",
    "div": "numpy.TrueDivide",
    "neg": "numpy.Negative",
    "maximum": "numpy.Maximum",
    "minimum": "numpy.Minimum",
    "square": "numpy.Square",
    "exp": "numpy.Exp",
    "tanh": "numpy.Tanh",
    "relu": "nn.Relu",
    "sigmoid": "nn.Sigmoid",
    "softplus": "nn.Softplus",
    "softmax": "nn.Softmax",
    "concatenate": "numpy.Concatenate",
}


def as_operator(entry: dict) -> dict | None:
    """Describe the step of an operator as an operator of Keras; None if it is not known."""
    name, calls = entry["class_name"], entry["inbound_nodes"]
    if name not in _OPERATORS or len(calls) != 1:
        return None
    module, _, kind = _OPERATORS[name].partition(".")
    args, kwargs = calls[0]["args"], calls[0]["kwargs"]
    if not all(isinstance(a, (int, float)) or "config" in a for a in args):
        return None
    return {
        "module": f"keras.src.ops.{module}",
        "class_name": kind,
        "config": {"name": entry["name"], **kwargs},
        "registered_name": kind,
        "name": entry["name"],
        "inbound_nodes": [{"args": [args] if name == "concatenate" else args, "kwargs": {}}],
    }
