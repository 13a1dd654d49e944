"""Reads and writes models in Keras 3's own formats, `.keras` and `.weights.h5`. Both libraries can
open the files and continue the training.

An extra entry in the file, which Keras ignores, holds what only minidl needs: all arguments of
compile, also those that Keras does not have, and which layers share a random generator. The state
of random generators is not stored. Steps that are operators (x + y) become Keras layers with the
same effect.
"""

from __future__ import annotations

from ..core.layer import Sequential
from ..files import keras, keras_2
from ..files.descriptions import checked
from ..files.from_keras import from_keras
from ..files.to_keras import compile_to_keras, to_keras
from ..layers import Layer
from ..support.configs import custom_object_scope, serialize
from ..support.dry_run import reading_of
from ..support.registry import snake_case
from ..tensor import quiet
from . import keras_vocabularies as vocabularies
from . import state
from .keras_2_files import layer_pairs
from .keras_compiling import (
    compile_again,
    compile_as_in_keras,
    compiled_with,
    memory_in,
    memory_of,
)
from .rebuilding import described_model


def write_model(path: str, model, include_optimizer: bool = True) -> None:
    """Write one .keras file. `keras.models.load_model(path)` opens it in Keras 3, compiled and
    ready to train.
    """
    state.check_built(model, model.built)
    config, groups = checked(to_keras(serialize(model))), weight_groups(model)
    shape = state.build_shape(model)
    if "build_config" not in config and shape is not None:
        config["build_config"] = {"input_shape": serialize(shape)}
    config["minidl_shared_generators"] = state.shared_generators(model)
    if model.optimizer is not None and include_optimizer:
        config["minidl_compile_config"] = compiled_with(model)
        theirs = compile_to_keras(config["minidl_compile_config"])
        if theirs is not None:
            config["compile_config"] = theirs
        groups |= memory_of(model)
    keras.write(path, config, groups, *vocabularies.to_keep(_places(model), config))


def read_model(path: str, custom_objects: dict | None = None, compile: bool = True):
    """Read the model in a .keras file of minidl or Keras, with its weights, and compile it as
    before.

    SaveFormatError for every fault in the file.
    """
    with (
        keras.opened(path) as (config, arrays, files),
        custom_object_scope(custom_objects or {}),
        quiet(),
    ):
        with reading_of(arrays.total()):
            description = from_keras(config)
            model = described_model(vocabularies.awaiting(description, files))
            vocabularies.take(_places(model), files, arrays)
            state.build_to(model, (description.get("build_config") or {}).get("input_shape"))
            vocabularies.take(_places(model), files, arrays)  # of layers that were just made
        vocabularies.check_taken(_places(model), files)
        state.assign(_pairs(arrays, model))
        state.share_generators(model, config.get("minidl_shared_generators", []))
        settings = config.get("minidl_compile_config")
        memory = memory_in(arrays, "optimizer/vars") if compile else []
        if compile and settings is not None:
            compile_again(model, settings, memory)
    if compile and settings is None and config.get("compile_config"):
        compile_as_in_keras(model, config["compile_config"], memory, custom_objects)
    return model


def write_weights(path: str, model) -> None:
    """The weights as a '.weights.h5' file, which Keras 3 reads into the same architecture."""
    idf = vocabularies.weights_to_keep(_places(model))
    keras.write_weights(path, weight_groups(model), idf)


def read_weights(path: str, model, skip_mismatch: bool = False) -> None:
    """Read weights from a '.weights.h5', '.keras' or whole-model '.h5' file. The model stays
    unchanged if they do not fit.
    """
    with keras.opened_weights(path) as arrays:
        pairs = layer_pairs if keras_2.is_whole_model(arrays) else _pairs
        found = pairs(arrays, model, skip_mismatch)
        vocabularies.take_weights(_places(model), arrays, skip_mismatch)
        state.assign(found)


# --- which array is which weight


def weight_groups(model) -> dict:
    """Return the weights as arrays, in the groups in which Keras stores them."""
    return {path: [v.data for v in variables] for path, variables in _groups(model)}


def _groups(model):
    """Yield (group, the layer's own variables) for each layer."""
    for path, layer in _places(model):
        beneath = {id(v) for x in layer.layers_inside for v in x.weights}
        yield f"{path}vars", [v for v in layer.weights if id(v) not in beneath]


def _pairs(arrays, model, skip_mismatch: bool = False) -> list:
    """Pair each variable with its array. ValueError if the file does not have exactly these
    weights.
    """
    pairs = []
    for path, variables in _groups(model):
        count = arrays.count(path)
        if count != len(variables) and not skip_mismatch:
            raise ValueError(
                f"'{path.removesuffix('/vars')}' holds {count} weights, and the model's layer "
                f"there has {len(variables)}"
            )
        for number, variable in enumerate(variables):
            dataset = arrays.find(f"{path}/{number}")
            shape = None if dataset is None else dataset.shape
            if dataset is not None and shape == variable.shape:
                pairs.append((variable, dataset[()]))
            elif not skip_mismatch:
                raise ValueError(
                    f"weight '{variable.name}' at '{path}' has shape {variable.shape}, and the "
                    f"file holds {shape}"
                )
    return pairs


def _places(model) -> list[tuple[str, Layer]]:
    """List (path, layer) for a layer and all layers inside it, in Keras's order and under Keras's
    names.

    Each layer is listed once. Its path is named after the first attribute of the holding layer
    that leads to it. Attributes are searched in alphabetical order, those that begin with _ last;
    `layers` of a model is such an attribute. In a list or dict, the group is named after the
    layer's class, with a number.
    """
    return list(_places_in(model, "", set()))


def _places_in(layer: Layer, path: str, seen: set):
    """Yield the places of a layer and all layers inside it."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    yield path, layer
    is_stack = isinstance(layer, Sequential)
    same = ["symbol_graph_layers", *["stack"] * is_stack]  # the same layers as in `layers`
    held = {k: v for k, v in vars(layer).items() if k not in same}
    if hasattr(layer, "layers"):
        held["layers"] = layer.layers  # pyright: ignore[reportAttributeAccessIssue]
    first = "layers" if is_stack or getattr(layer, "symbol_graph", None) is not None else ""
    for name in sorted(held, key=lambda name: (name != first, name.startswith("_"), name)):
        if isinstance(held[name], Layer):
            yield from _places_in(held[name], f"{path}{name}/", seen)
        elif isinstance(held[name], (list, tuple, dict)):
            yield from _places_in_list(held[name], f"{path}{name}/", seen)


def _places_in_list(container, path: str, seen: set):
    """Yield the places of the layers in a list, tuple or dict."""
    counts: dict[str, int] = {}
    for child in container.values() if isinstance(container, dict) else container:
        if isinstance(child, (Layer, list, tuple, dict)):
            kind = _kind(child)
            number = counts[kind] = counts.get(kind, -1) + 1
            inside = f"{path}{kind}{f'_{number}' if number else ''}/"
            if isinstance(child, Layer):
                yield from _places_in(child, inside, seen)
            else:
                yield from _places_in_list(child, inside, seen)


def _kind(child) -> str:
    """The name that Keras gives to such an object in a list."""
    if not isinstance(child, Layer):
        return "container"
    name = type(child).__name__
    functional = name == "Model" and getattr(child, "symbol_graph", None) is not None
    return "functional" if functional else snake_case(name)
