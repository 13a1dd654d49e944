"""The masks in Keras's descriptions of functional models.

Keras writes the masks that Embedding and Masking make as operators, x != 0, and as the argument
`mask` of the layers that take them. Here layers hand masks on by themselves.
"""

from __future__ import annotations

from typing import Any

_MAKERS = ("Embedding", "Masking")


def without_masks(config: dict, is_op) -> dict:
    """Return the description of a functional model without the masks that its layers make again,
    and without the operators that computed them. is_op: tells entries of operators from layers.
    """
    entries = {entry["name"]: entry for entry in config["layers"]}
    makers = {
        _history(symbol)
        for entry in entries.values()
        if entry["class_name"] in _MAKERS
        for symbol in _symbols(entry["inbound_nodes"])
    }
    known: dict[str, bool] = {}

    def is_made(symbol) -> bool:
        """Whether only operators lead to this from what an Embedding or a Masking is called on."""
        name = _history(symbol)[0]
        if name not in known:
            entry, known[name] = entries[name], False
            parts = list(_symbols(entry["inbound_nodes"])) if is_op(entry) else []
            if entry["class_name"] == "NotEqual":
                known[name] = bool(parts) and _history(parts[0]) in makers
            else:
                known[name] = bool(parts) and all(map(is_made, parts))
        return known[name]

    layers = [_without_mask(entry, is_made) for entry in config["layers"]]
    unused = {name for name, made in known.items() if made}
    while unused:
        kept = [entry for entry in layers if entry["name"] not in unused]
        used = {_history(s)[0] for entry in kept for s in _symbols(entry["inbound_nodes"])}
        used |= {place[0] for place in _places(config["output_layers"])}
        if not unused & used:
            return {**config, "layers": kept}
        unused -= used
    return {**config, "layers": layers}


def _without_mask(entry: dict, is_made) -> dict:
    nodes = []
    for node in entry["inbound_nodes"]:
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
