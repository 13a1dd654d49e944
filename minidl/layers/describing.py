"""Describes a layer by the arguments that create one like it, and creates layers from them."""

from __future__ import annotations

import inspect

from ..support.configs import deserialize as from_data
from ..support.configs import given_arguments, parameters, serialize
from ..support.registry import did_you_mean

_PLACE_IN_SEQUENTIAL = {"input_shape", "input_dim", "batch_input_shape", "weights"}
_LIBRARY = __name__.partition(".")[0]
_OBJECTS = ("_initializer", "_regularizer", "_constraint")


def unknown_arguments(cls: type, names: list[str]) -> str:
    """Return the message for arguments that a class and the classes above it do not take."""
    above = [c.__init__ for c in cls.__mro__ if "__init__" in vars(c) and c is not object]
    known = {p.name for function in above for p in parameters(function)} - {"self"}
    return (
        f"{cls.__name__} does not know the argument{'s' * (len(names) > 1)} "
        f"{', '.join(map(repr, names))}.{did_you_mean(names[0], known)}"
    )


def config_of(layer, base: type) -> dict:
    """Return the arguments of the layer's class as plain data. base: the class whose arguments all
    layers have.

    If the argument was a name, such as 'zeros', and became an object with its own config, the
    object is described.
    """
    config = {"name": layer.name, "trainable": layer.trainable, "dtype": layer.dtype.name}
    if type(layer).__init__ is not base.__init__:
        added = _added(type(layer), base)
        given = {k: v for k, v in given_arguments(layer).items() if k not in added}
        config = {**given, **config}
    own = str(type(layer).__init__.__module__).partition(".")[0] == _LIBRARY
    for name in config:
        now = name in vars(layer) and name != "output_shape"  # set by each call
        if now and (own or name.endswith(_OBJECTS)):
            config[name] = vars(layer)[name]  # which may have been set later
    config.pop("activity_regularizer", None)
    if layer.activity_regularizer is not None:
        config["activity_regularizer"] = layer.activity_regularizer
    own = inspect.signature(type(layer).__init__).parameters
    return serialize({k: v for k, v in config.items() if k not in _PLACE_IN_SEQUENTIAL or k in own})


def _added(cls: type, base: type) -> set[str]:
    """Return the names of the arguments that a get_config written by the user adds.

    These are the arguments in __init__ of the user's class nearest to the library that defines
    get_config, without those of the library's class above it.
    """
    chain = [c for c in cls.__mro__ if issubclass(c, base)]
    writers = [i for i, c in enumerate(chain) if "get_config" in vars(c) and not _is_ours(c)]
    if not writers:
        return set()
    above = next(c for c in chain if _is_ours(c))
    names, known = ({p.name for p in parameters(c.__init__)} for c in (chain[writers[-1]], above))
    return names - known


def _is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == __name__.partition(".")[0]


def from_config(cls: type, config: dict):
    """Create a layer of this class from its config."""
    config = {name: from_data(value) for name, value in config.items()}
    parameters = inspect.signature(cls.__init__).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return cls(**config)
    general = {"name", "trainable", "dtype"} - set(parameters)
    layer = cls(**{k: v for k, v in config.items() if k not in general})
    layer.name, layer.trainable = config.get("name", layer.name), config.get("trainable", True)
    return layer


CURES: dict[str, str] = {}  # attributes that layers elsewhere have -> what to do instead


def without(layer, attribute: str) -> Exception:
    """Return the error for an attribute that the layer does not have; it says what to do."""
    cls = type(layer).__name__
    if "name" not in vars(layer) and not attribute.startswith("__"):
        return RuntimeError(f"{cls}.__init__ must begin with super().__init__().")
    if attribute in ("input", "output", "input_shape"):
        return AttributeError(
            f"Layer '{layer.name}' has no {attribute} yet: it was never called on a symbol. Begin "
            "the model with Input(shape), or call it on data once."
        )
    cure = f" {CURES[attribute]}" if attribute in CURES else ""
    name = vars(layer).get("name", "?")
    return AttributeError(f"{cls} '{name}' has no attribute {attribute!r}.{cure}")
