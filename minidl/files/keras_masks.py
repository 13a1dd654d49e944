"""The masks in Keras's descriptions of functional models.

Keras writes the masks that Embedding and Masking make as operators, x != 0, and as the argument
`mask` of the layers that take them. Here layers hand masks on by themselves.
"""

from __future__ import annotations

from typing import Any

_MAKERS = ("Embedding", "Masking")
# What Keras computes masks of further layers with.
_STEPS = {
    *("NotEqual", "Any", "All", "LogicalOr", "LogicalAnd", "LogicalNot", "ZerosLike", "OnesLike"),
    *("ExpandDims", "Squeeze", "Reshape", "BroadcastTo", "Concatenate", "Stack", "GetItem"),
    *("ConvertToTensor", "Cast", "Transpose", "Repeat", "Max", "Min"),
}


def makes_masks(data) -> bool:
    """Whether a layer in a description makes masks."""
    waiting = [data]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict):
            if thing.get("class_name") == "Masking":
                return True
            if thing.get("class_name") == "Embedding" and thing["config"].get("mask_zero"):
                return True
            thing = list(thing.values())
        if isinstance(thing, list):
            waiting += thing
    return False


def without_masks(config: dict, is_op) -> dict:
    """Return the description of a functional model without the masks that its layers make again,
    and without the operators that computed them. is_op: tells entries of operators from layers.
    """
    entries = {entry["name"]: entry for entry in config["layers"]}
    operators = {name for name, entry in entries.items() if is_op(entry) or _is_step(entry)}
    sources = _inputs_of_makers(config)
    known: dict[str, bool] = {}

    def is_made(symbol) -> bool:
        """Whether this is computed from x != 0 for an x that such a layer is called on."""
        name = _history(symbol)[0]
        if name not in known:
            entry, known[name] = entries[name], False
            if name in operators and entry["class_name"] in _STEPS:
                parts = list(_symbols(entry.get("inbound_nodes", [])))
                first = entry["class_name"] == "NotEqual" and _history(parts[0]) in sources
                known[name] = first or any([is_made(part) for part in parts])
        return known[name]

    layers = [_without_mask(entry, is_made) for entry in config["layers"]]
    if not any(known.values()):
        return config
    used = _used({**config, "layers": layers}, operators)
    kept = [e for e in layers if e["name"] not in operators or e["name"] in used]
    return {**config, "layers": kept}


def _inputs_of_makers(config: dict) -> set[tuple]:
    """Return the places of the symbols that layers which make masks are called on."""
    makers = [entry for entry in config["layers"] if entry["class_name"] in _MAKERS]
    return {_history(s) for entry in makers for s in _symbols(entry.get("inbound_nodes", []))}


def _is_step(entry: dict) -> bool:
    """Whether this is such an operator in a '.h5' file, which does not name modules."""
    known = entry.get("module") is None and entry["class_name"] in _STEPS
    return known and "trainable" not in entry["config"]


def _used(config: dict, operators: set) -> set:
    """Return the names of the steps that lead to the layers and outputs."""
    entries = {entry["name"]: entry for entry in config["layers"]}
    waiting = [name for name in entries if name not in operators]
    waiting += [place[0] for place in _places(config["output_layers"])]
    used: set = set()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += [_history(s)[0] for s in _symbols(entries[name].get("inbound_nodes", []))]
    return used


def _without_mask(entry: dict, is_made) -> dict:
    nodes = []
    for node in entry.get("inbound_nodes", []):
        if isinstance(node, dict):
            masks = list(_symbols(node["kwargs"].get("mask")))
            if masks and all(map(is_made, masks)):
                others = {k: v for k, v in node["kwargs"].items() if k != "mask"}
                node = {**node, "kwargs": others}
        nodes.append(node)
    return {**entry, "inbound_nodes": nodes}


def _symbols(data):
    """Yield the symbols in a part of a description."""
    if isinstance(data, dict) and data.get("class_name") == "__keras_tensor__":
        yield data
    elif isinstance(data, (dict, list)):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _symbols(part)


def _history(symbol: dict) -> tuple:
    return tuple(symbol["config"]["keras_history"])


def _places(structure) -> Any:
    """Yield [name, call, number] of each output."""
    if isinstance(structure, dict):
        structure = list(structure.values())
    if len(structure) == 3 and isinstance(structure[0], str):
        yield structure
    else:
        for part in structure:
            yield from _places(part)
