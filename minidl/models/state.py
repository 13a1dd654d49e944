"""Converts the state of a model to arrays and plain data and back: weights, the optimizer's memory,
the state of random generators.
"""

from __future__ import annotations

import numpy as np

from ..core.layer import Sequential
from ..files.descriptions import believable, shapes
from ..optimizers import converted

# --- weights


def check_built(model, is_built) -> None:
    """Raise ValueError if the model has no weights yet, so that there is nothing to save."""
    if not is_built:
        raise ValueError(
            f"Model '{model.name}' has no weights yet: call it on data, or fit it, before saving."
        )


def named_weights(model) -> dict[str, np.ndarray]:
    """Return the weights by the names that they have in a file."""
    return {f"weights/{i:04d}/{v.name}": v.data for i, v in enumerate(model.weights)}


def set_named_weights(model, arrays: dict[str, np.ndarray], skip_mismatch: bool = False) -> None:
    """Set the weights to the values from a file. ValueError if names or shapes differ; then nothing
    is changed.
    """
    own = dict(zip(named_weights(model), model.weights))
    if not own and arrays:
        raise ValueError(
            f"model '{model.name}' has no weights yet: call it on data once, then load"
        )
    if [_place(n) for n in own] != [_place(n) for n in arrays] and not skip_mismatch:
        raise ValueError(f"it holds {len(arrays)} weights, and model '{model.name}' has {len(own)}")
    stored = {_place(name): (name.rpartition("/")[2], array) for name, array in arrays.items()}
    fitting = []
    for name, variable in own.items():
        kind, array = stored.get(_place(name), ("", None))
        if array is not None and (kind, array.shape) == (variable.name, variable.shape):
            fitting.append((variable, array))
        elif not skip_mismatch:
            received = "nothing" if array is None else f"'{kind}' of shape {array.shape}"
            raise ValueError(
                f"weight '{variable.name}' of model '{model.name}' has shape {variable.shape}, "
                f"and the file holds {received}"
            )
    assign(fitting)


def _place(name: str) -> str:
    return name.rpartition("/")[0]


def assign(pairs) -> None:
    """Copy each array into its variable."""
    for variable, array in pairs:
        variable.assign(array)


def build_shape(model):
    """The argument of `build` that creates the weights: the shape of the first input, or of the
    first layer of a Sequential.
    """
    deferred = model.build_shape is None and model.inputs is None and model.layers
    if deferred and isinstance(model, Sequential):
        return deferred[0].build_shape
    return model.build_shape


def build_to(model, shape) -> None:
    """Create the weights of a model that has none yet. shape: the value of `build_shape`,
    or None.
    """
    shape = believable({"shape": shape})["shape"]
    if shape is not None and not model.weights:
        model.build(shapes(shape))


# --- the optimizer


def optimizer_state(model) -> tuple[list[int], dict[str, np.ndarray]]:
    """Return (the positions in model.weights of the weights that the optimizer moves, its arrays by
    their names in a file). ValueError if it moves other variables.
    """
    optimizer = model.optimizer
    places = {id(v): i for i, v in enumerate(model.weights)}
    if not all(id(v) in places for v in optimizer.trainable_variables):
        raise ValueError(
            "The optimizer trains variables that are no weights of the model, so what it "
            "remembers cannot be saved with it: save with include_optimizer=False."
        )
    state = optimizer.get_state()
    arrays = {f"optimizer/{name}": array for name, array in state.items() if name != "optimizer"}
    return [places[id(v)] for v in optimizer.trainable_variables], arrays


def set_optimizer_state(model, description: dict, arrays: dict[str, np.ndarray]) -> None:
    """Restore the optimizer's arrays for the weights that it trained: all of them, or after an
    error none.
    """
    prefix, optimizer, own = "optimizer/", model.optimizer, model.weights
    state = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
    if not state:
        if optimizer.trainable_variables:
            raise ValueError(
                "it holds no memory of an optimizer; load_weights takes the weights alone"
            )
        return
    kind, saved = type(optimizer).__name__, description["compile"]["optimizer"]["class_name"]
    if saved != kind:
        raise ValueError(f"it holds the memory of {saved}, and the model is compiled with {kind}")
    places = description["trained"]
    known = all(type(i) is int and 0 <= i < len(own) for i in places)
    if not known or len(set(places)) < len(places):
        raise ValueError("the weights that its optimizer trained are not those of the model")
    optimizer.build([own[i] for i in places])
    if description["version"] == 1:
        state = converted(optimizer, state)
    optimizer.set_state(state)


# --- random generators

_GENERATORS = ("PCG64", "PCG64DXSM")  # of numpy.random


def generators(model) -> dict[str, np.random.Generator]:
    """Return the random generators of the layers (dropout) and of fit's shuffling, by attribute
    path.
    """
    found = {}
    for i, layer in enumerate(model.all_layers()):
        for name, value in vars(layer).items():
            generator = getattr(value, "generator", value)  # a SeedGenerator holds one
            if isinstance(generator, np.random.Generator):
                found[f"{i}/{name}"] = generator
    return found


def random_state(model) -> dict:
    """Return the state of each random generator, with which training continues as if it had not
    stopped.
    """
    found = generators(model)
    states = {place: generator.bit_generator.state for place, generator in found.items()}
    for place, state in states.items():
        if state["bit_generator"] not in _GENERATORS:
            raise ValueError(
                f"The generator at '{place}' is a {state['bit_generator']}, whose state cannot be "
                f"saved. Make one with np.random.default_rng(seed)."
            )
    return states


def set_random_state(model, states: dict) -> None:
    """Set the random generators to states from a file. ValueError if a state is invalid.

    Files of minidl's first version call the generator of the shuffling _shuffling.
    """
    states = {place.replace("/_shuffling", "/shuffle_generator"): s for place, s in states.items()}
    for place, state in states.items():
        if not isinstance(state, dict) or state.get("bit_generator") not in _GENERATORS:
            raise ValueError(f"'{place}' is no state of a random generator")
        # one that does not fit raises here
        getattr(np.random, state["bit_generator"])(0).state = state
    own = generators(model)
    for place in states:
        if place.endswith("/shuffle_generator") and place not in own:
            model.shuffle_generator = own[place] = np.random.default_rng(0)
        if place not in own:
            raise ValueError(f"there is no random generator at '{place}'")
    for place, state in states.items():
        own[place].bit_generator.state = state


def shared_generators(model) -> list[list[str]]:
    """List the groups of attribute paths that hold the same random generator."""
    places: dict[int, list[str]] = {}
    for place, generator in generators(model).items():
        places.setdefault(id(generator), []).append(place)
    return [group for group in places.values() if len(group) > 1]


def share_generators(model, groups: list[list[str]]) -> None:
    """Let the attribute paths of each group hold the same generator, in the same SeedGenerator.
    ValueError if a path has no generator.
    """
    own, layers = generators(model), model.all_layers()
    for group in groups:
        for place in group:
            if place not in own:
                raise ValueError(f"there is no random generator at '{place}'")
        slots = [(vars(layers[int(n)]), name) for n, _, name in (p.partition("/") for p in group)]
        found = [attributes[name] for attributes, name in slots]
        seeds = [thing for thing in found if not isinstance(thing, np.random.Generator)]
        generator = seeds[0].generator if seeds else found[0]
        for (attributes, name), thing in zip(slots, found):
            bare = isinstance(thing, np.random.Generator)
            attributes[name] = generator if bare else seeds[0]
