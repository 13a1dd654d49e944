"""Registries: find classes and functions by name, 'adam' -> Adam, 'mse' -> MeanSquaredError. The
error for an unknown name suggests the most similar known name. Also the automatic names of layers.
"""

from __future__ import annotations

import importlib
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
# Functions (room, name) that return a sentence for a name that another library has, or None.
ANSWERS: list[Callable[[str, str], str | None]] = []
REGISTRIES: dict[str, Registry] = {}  # kind -> its registry; a file may name only these
REGISTERED: dict[
    str, Any
] = {}  # what you registered: 'Custom>MyLayer' -> MyLayer, and what you put there by hand


MODULES = {  # kind -> the module that files name for it
    "layer": "layers",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "optimizer of optimizers": "optimizers",
    "initializer": "initializers",
    "activation": "activations",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "schedule": "optimizers.schedules",
    "model": "models",
}


class Scope(threading.local):
    """The objects that `with custom_object_scope(...)` adds in the current thread."""

    objects: dict[str, Any] = {}


SCOPE = Scope()
_THINGS: list[Any] = []  # all that was registered
_CHANGES: list[Callable[[Any], None]] = []  # see `finish_with`


def custom_object(name):
    """Return the object that the user registered under exactly this name, in a scope or
    permanently; None if there is none.
    """
    return SCOPE.objects.get(name, REGISTERED.get(name))


class Registry:
    """The classes or functions of one kind ('optimizer', 'loss', ...) by name. Capital letters and
    underscores in a name do not matter.

    >>> optimizers = Registry("optimizer", naming=str.lower)
    >>> @optimizers.register()
    ... class MyMomentum: ...
    >>> optimizers["my_momentum"] is optimizers["MyMomentum"] is MyMomentum
    True
    """

    def __init__(self, kind: str, naming=None):
        self.kind = kind
        self._names: dict[str, object] = {}  # as they are listed, e.g. 'mean_squared_error'
        self._by_plain: dict[str, object] = {}  # as they are looked up, e.g. 'meansquarederror'
        # names whose module is imported, and registers them, at first use: 'Conv2D' -> module
        self.rooms: dict[str, str] = {}
        # names of options of another thing -> how to write that: 'momentum' -> 'SGD(momentum=0.9)'
        self.options: dict[str, str] = {}
        self._naming = naming or snake_case
        REGISTRIES[kind] = self

    def register(self, *aliases: str) -> Callable[[T], T]:
        """Decorator: register a class or function under its name and any aliases."""

        def file(thing: Any) -> Any:
            self._names[self._naming(thing.__name__)] = thing
            self._names.update({alias: thing for alias in aliases})
            for name in (thing.__name__, *aliases):
                self._by_plain[_plain(name)] = thing
            return finished(thing)

        return file

    @property
    def names(self) -> dict[str, object]:
        """Return all entries by their listed names. Imports every module that registers entries."""
        for module in self.rooms.values():
            importlib.import_module(module)
        return self._names

    def __getitem__(self, name: str) -> Any:
        own = custom_object(name)
        if own is not None:  # yours come first: get_custom_objects().update({"swish2": f})
            return own
        thing = self.filed(name)
        return self.missing(name) if thing is None else thing

    def missing(self, name: str) -> Any:
        """Called for an unknown name. Raises ValueError with the most similar known name."""
        if str(name).lower() in self.options:
            raise ValueError(
                f"{name!r} is an option of another {self.kind}: pass {self.kind}=minidl."
                f"{MODULES[self.kind]}.{self.options[name.lower()]}."
            )
        raise ValueError(unknown(self.kind, name, self.names))

    def name_of(self, thing) -> str | None:
        """Return the name under which this class or function is registered, or None."""
        name = str(getattr(thing, "__name__", ""))
        return name if self._by_plain.get(_plain(name)) is thing else None

    def filed(self, name) -> Any:
        """Return what the library or a decorator registered under this name; None if there is
        nothing.
        """
        if not isinstance(name, str):
            return None
        plain = _plain(name)
        if plain not in self._by_plain:
            likely = [module for room, module in self.rooms.items() if _plain(room) == plain]
            for module in [*likely, *self.rooms.values()]:  # 'mse' is registered as an alias
                importlib.import_module(module)
                if plain in self._by_plain:
                    break
        return self._by_plain.get(plain)

    def __contains__(self, name) -> bool:
        if not isinstance(name, str):
            return False
        return self.filed(name) is not None or custom_object(name) is not None


def finished(thing: Any) -> Any:
    """Return a class or function that was just registered, after the functions that `finish_with`
    was given have changed it.
    """
    _THINGS.append(thing)
    for change in _CHANGES:
        change(thing)
    return thing


def finish_with(change: Callable[[Any], None]) -> None:
    """Call change(thing) for everything that is registered, now or later."""
    _CHANGES.append(change)
    for thing in list(_THINGS):
        change(thing)


def find(name: str, module: str | None = None, registered_name: str | None = None) -> Any:
    """Return the class or function with this name: among the custom objects, else in the registry
    of `module`.
    """
    if not isinstance(name, str):
        raise ValueError(f"A class is given by its name; received {type(name).__name__}.")
    parts = (module or "").split(".")
    ours = parts[0] in ("minidl", "keras")
    for key in (registered_name, name):
        for known in (SCOPE.objects, *([] if ours and key == name else [REGISTERED])):
            if key is not None and key in known:
                return known[key]
    registries = _pointed_at(parts, ours)
    for registry in registries:
        if (thing := registry.filed(name)) is not None:
            return thing
    # And for a file that knows another package, or none:
    known = [thing for key, thing in REGISTERED.items() if key.split(">")[-1] == name]
    if not known:
        raise ValueError(_not_found(name, registries))
    return known[0]


def _pointed_at(parts: list[str], ours: bool) -> list[Registry]:
    """Return the registries that a module path, split at its dots, may refer to."""
    kinds = [kind for kind, place in MODULES.items() if ours and place.split(".")[-1] in parts]
    if not kinds and ours:
        kinds = ["model", "layer"]
    elif not kinds and not parts[0]:
        kinds = list(MODULES)
    return [REGISTRIES[kind] for kind in kinds if kind in REGISTRIES]


def _not_found(name: str, registries: list[Registry]) -> str:
    known = [getattr(thing, "__name__", "") for r in registries for thing in r.names.values()]
    return (
        f"There is no class or function {name!r} here.{did_you_mean(name, known)} If it is yours, "
        "decorate it with @minidl.saving.register_keras_serializable() before loading, or pass "
        f"custom_objects={{{name!r}: {name}}}."
    )


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def unknown(kind: str, name, known) -> str:
    """Return the message for an unknown name: the name, the most similar one, and all
    known names.
    """
    return (
        f"Unknown {kind} {name!r}.{did_you_mean(str(name), known)} Available: "
        f"{', '.join(sorted(known))}."
    )


def did_you_mean(name: str, known) -> str:
    """Return " Did you mean 'adam'?", or an empty string if no known name is similar."""
    import difflib  # slow to load, and only needed once somebody has mistyped

    lowered = {str(k).lower(): str(k) for k in sorted(known, key=str)}
    near = difflib.get_close_matches(
        name.lower(), lowered, n=1, cutoff=0.6 if len(name) > 2 else 0.5
    )
    return f" Did you mean '{lowered[near[0]]}'?" if near else ""


def snake_case(name: str) -> str:
    """'LeakyReLU' -> 'leaky_re_lu', 'MeanSquaredError' -> 'mean_squared_error' (Keras's rule for
    automatic names).
    """
    out = ""
    for i, letter in enumerate(name):
        before, after = name[i - 1 : i], name[i + 1 : i + 2]
        starts_word = before.islower() or (before != "_" and after.islower())
        out += "_" * (i > 0 and letter.isupper() and starts_word) + letter.lower()
    return out.lstrip("_") or name


_counts: Counter = Counter()


def automatic_name(class_name: str) -> str:
    """Return a free name: dense, dense_1, dense_2, ... counted over the process, as in Keras."""
    name = snake_case(class_name)
    _counts[name] += 1
    return name if _counts[name] == 1 else f"{name}_{_counts[name] - 1}"


def reset_names() -> None:
    """Restart the counting of automatic names."""
    _counts.clear()
