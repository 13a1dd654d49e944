"""Converts objects to plain data and back, for `get_config`, `from_config`, `to_json` and the files
of `save`.

A layer, loss or optimizer is described by the arguments of its constructor. To restore it, its
class is looked up by name in the library's registries or among the classes that the user registered
(custom.py). No module is ever imported because a file names it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from .custom import custom_object_scope
from .registry import MODULES, REGISTERED, REGISTRIES, SCOPE, Registry, T, find, finished

__all__ = [
    "Catalogue",
    "Configurable",
    "custom_object_scope",
    "deserialize",
    "find",
    "given_arguments",
    "made_with",
    "parameters",
    "serialize",
]

# --- things that can describe themselves
# -----------------------------------------------------------------------------


def remembering(thing, args: tuple, kwargs: dict):
    """Store the arguments of the constructor on the new object, for `given_arguments`. Returns the
    object.
    """
    vars(thing)["_made_with"] = SimpleNamespace(args=args, kwargs=kwargs)
    return thing


def made_with(thing) -> SimpleNamespace | None:
    """Return the stored arguments of the constructor (`args` and `kwargs`), or None. If they are
    changed, get_config describes the object by the changed ones.
    """
    return getattr(thing, "__dict__", {}).get("_made_with")


class Configurable:
    """Base of classes that store the arguments of their constructor, so that most need no
    `get_config` of their own.
    """

    def __new__(cls, *args, **kwargs):
        if cls.__init__ is object.__init__ and (args or kwargs):
            raise TypeError(f"{cls.__name__}() takes no arguments; received {args or kwargs}.")
        return remembering(super().__new__(cls), args, kwargs)

    def get_config(self) -> dict:
        """Return the constructor's arguments by name, as plain data.

        In your own get_config, super().get_config() returns the arguments of the class above; add
        yours.
        """
        arguments, adding = given_arguments(self), _adding(type(self))
        if adding is not None:
            above = parameters(super(adding, self).__init__)
            arguments = {
                p.name: arguments.get(p.name, getattr(self, p.name, p.default)) for p in above
            }
        later = {k: getattr(self, k) for k in ("name", "dtype") if hasattr(self, k)}
        arguments |= {k: v for k, v in later.items() if k in arguments}  # known only later
        return serialize({k: v for k, v in arguments.items() if k != "dtype" or v is not None})

    @classmethod
    def from_config(cls, config: dict):
        """Create an object from the data of `get_config`."""
        return cls(**{name: deserialize(value) for name, value in config.items()})


def _adding(cls: type) -> type | None:
    """Return the class whose get_config extends that of Configurable; None if there is none."""
    own = [c for c in cls.__mro__ if "get_config" in vars(c) and c is not Configurable]
    return own[-1] if own else None


def parameters(function) -> list:
    """List the named parameters, without *args and **kwargs."""
    import inspect

    found = inspect.signature(function).parameters.values()
    return [p for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def given_arguments(thing: Configurable) -> dict:
    """Return the arguments of the constructor, with defaults for missing ones. TypeError if they
    are not known.
    """
    import inspect

    given = made_with(thing) or SimpleNamespace(args=(), kwargs={})
    signature = inspect.signature(type(thing).__init__)
    bound = signature.bind(thing, *given.args, **given.kwargs)
    bound.apply_defaults()
    arguments: dict = {}
    for name, parameter in list(signature.parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            arguments.update(bound.arguments[name])
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            arguments[name] = bound.arguments[name]
        elif bound.arguments[name]:
            raise TypeError(
                f"{type(thing).__name__} takes *{name}, which has no names to be saved under: "
                f"write a get_config."
            )
    return arguments


# --- to plain data


def serialize(value) -> Any:
    """Convert `value` to JSON data: numbers, strings, lists and dicts. A function that is not
    registered stays a function.
    """
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return np.dtype(value).name
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [serialize(v) for v in value]
    if isinstance(value, dict):
        return {k: serialize(v) for k, v in value.items()}
    if isinstance(value, slice):
        return {"class_name": "__slice__", "config": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(value, np.ndarray) or hasattr(value, "requires_grad"):
        array = np.asarray(value)
        return {
            "class_name": "__numpy__",
            "config": {"value": array.tolist(), "dtype": array.dtype.name},
        }
    if hasattr(value, "get_config") and not isinstance(value, type):
        return _object(value)
    if callable(value):
        return _function(value)
    return value


def _object(thing) -> dict:
    kind, name = _filed(type(thing))
    registered = next((key for key, known in REGISTERED.items() if known is type(thing)), None)
    module = f"minidl.{MODULES[kind]}" if kind else None
    if kind == "model":
        module = "minidl"
    return {
        "module": module,
        "class_name": name or type(thing).__name__,
        "config": serialize(thing.get_config()),
        "registered_name": registered if registered or kind else type(thing).__name__,
    }


def _function(function):
    kind, name = _filed(function)
    if kind:
        return name
    registered = next((key for key, known in REGISTERED.items() if known is function), None)
    name = registered or next(
        (key for key, known in SCOPE.objects.items() if known is function), None
    )
    return (
        {
            "module": "builtins",
            "class_name": "function",
            "config": name.split(">")[-1],
            "registered_name": name,
        }
        if name
        else function
    )


def _filed(thing) -> tuple[str | None, str | None]:
    """Return (kind, name) of the registry entry that holds the object."""
    for kind, registry in REGISTRIES.items():
        if kind in MODULES and (name := registry.name_of(thing)):
            return kind, name
    return None, None


# --- and back


def deserialize(data, custom_objects: dict | None = None, safe_mode=True) -> Any:
    """Restore what `serialize` described. ValueError for a class that is neither in the library nor
    registered.

    custom_objects: your own classes by name. safe_mode has no effect: no module is ever imported.
    """
    if custom_objects:
        with custom_object_scope(custom_objects):
            return deserialize(data)
    if isinstance(data, list):
        return [deserialize(v) for v in data]
    if not isinstance(data, dict):
        return data
    if "class_name" not in data or "config" not in data:
        return {k: deserialize(v) for k, v in data.items()}
    name, config = data["class_name"], data["config"]
    if name == "__tuple__":
        return tuple(deserialize(v) for v in data.get("items", config))
    if isinstance(name, str) and name in _PLAIN:
        return _PLAIN[name](config)
    if name == "function":
        return find(config, "builtins", data.get("registered_name"))
    cls = find(name, data.get("module"), data.get("registered_name"))
    if not hasattr(cls, "from_config"):
        raise ValueError(f"{name!r} is not a class that a config can make.")
    if not isinstance(config, dict):
        raise ValueError(
            f"The config of {name} is a dict of its arguments; received {type(config).__name__}."
        )
    return cls.from_config(config)  # pyright: ignore[reportAttributeAccessIssue]


# Values without a JSON type, each with the function that restores it from its config. Keras writes
# dtypes as DTypePolicy.
_PLAIN = {
    "__numpy__": lambda config: np.array(config["value"], dtype=_plain_dtype(config["dtype"])),
    "__slice__": lambda config: slice(*[None if n is None else operator.index(n) for n in config]),
    "__ellipsis__": lambda config: Ellipsis,
    "DTypePolicy": lambda config: config["name"],
}


def _plain_dtype(name) -> np.dtype:
    dtype = np.dtype(name)
    if dtype.kind not in "biuf":
        raise ValueError(f"Arrays of dtype {name!r} are not numbers.")
    return dtype


# --- used by every `get`


class Catalogue(Registry):
    """A registry whose things `get` returns, not only for a name.

    words: the beginning of the error for anything else. fits: whether a thing is of this kind.
    general: further classes of this kind, which only descriptions may name.
    """

    def __init__(self, kind: str, words: str, fits=callable, naming=None):
        super().__init__(kind, naming)
        self.words, self.fits = words, fits
        self.general: dict[str, Any] = {}

    def describe(self, *aliases: str) -> Callable[[T], T]:
        """Decorator: a class that only descriptions may name, by its name and any aliases."""

        def file(cls: Any) -> Any:
            self.general |= dict.fromkeys((cls.__name__, *aliases), cls)
            return finished(cls)

        return file

    def get(self, identifier) -> Any:
        """Return the thing for a name, a class, an instance or the data of `serialize`; None for
        None. ValueError for anything else.
        """
        thing = self.found(identifier)
        if thing is None or self.fits(thing):
            return thing
        raise ValueError(f"{self.words}; received {identifier!r}.")

    def found(self, identifier) -> Any:
        """Look up a name or a description, and instantiate a class. Everything else is returned
        unchanged.
        """
        if isinstance(identifier, dict) and "class_name" in identifier:
            return self.described(identifier)
        thing = self[identifier] if isinstance(identifier, str) else identifier
        return thing() if isinstance(thing, type) else thing

    def described(self, data: dict) -> Any:
        """Restore a thing from what `serialize` described. The module may be missing."""
        module = data.get("module") or f"minidl.{MODULES[self.kind]}"
        with custom_object_scope({**self.general, **SCOPE.objects}):
            return deserialize({"config": {}, **data, "module": module})
