"""TensorFlow's names: `import minidl as tf`, and tf.reduce_mean, tf.math.log, tf.image.resize, ...
work as in TensorFlow 2.

A name that minidl or Keras has keeps its meaning, so `minidl.random.normal` is Keras's. `find`
answers for all others, by their dotted paths: "reduce_mean", "math.log". The files of this package
load with the first such name.

doors.py: arguments as TensorFlow takes them, types, texts. maths.py: tf.math. linalg.py: tf.linalg.
arrays.py: making, joining, selecting. drawing.py: tf.random. networks.py: tf.nn. images.py:
tf.image. strings.py: tf.strings. tables.py: tf.lookup. files.py: tf.io. signals.py: tf.signal,
tf.audio. running.py: tf.function, tf.config. checking.py: tf.debugging. events.py: tf.summary.
absent.py: what is not here, and what to write instead.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from functools import cache
from types import ModuleType
from typing import Any

from ...support.registry import did_you_mean
from ...tensor import Operators, Variable

_LIBRARY = __name__.partition(".")[0]
# Each file has a dict NAMES: dotted path -> thing.
_FILES = (
    "maths linalg arrays drawing networks images strings tables files signals running checking "
    "events"
)


@cache
def names() -> dict[str, Any]:
    """All names of TensorFlow that are here, by their dotted paths."""
    found: dict[str, Any] = {}
    for file in _FILES.split():
        found |= importlib.import_module(f".{file}", __name__).NAMES
    return found


@cache
def find(path: str) -> Any:
    """Return what TensorFlow has at this dotted path: a thing or a namespace. AttributeError with
    the cure for what is known and not here, KeyError for a name that TensorFlow has not either.
    """
    if path in names():
        return names()[path]
    if any(known.startswith(f"{path}.") for known in names()):
        return Shelf(path)
    sentence = importlib.import_module(".absent", __name__).sentence(path)
    if sentence is None:
        raise KeyError(path)
    raise AttributeError(sentence)


def below(path: str) -> list[str]:
    """The names directly below this path; below "" those of tf itself."""
    if not path:
        return sorted({known.partition(".")[0] for known in names()})
    inside = [known[len(path) + 1 :] for known in names() if known.startswith(f"{path}.")]
    return sorted({name.partition(".")[0] for name in inside})


class Shelf(ModuleType):
    """A namespace of TensorFlow, such as tf.math. fallback: a module that has further names."""

    def __init__(self, path: str, fallback: Any = None):
        super().__init__(f"{_LIBRARY}.{path}", f"The names of tf.{path}.")
        self.at, self.fallback = path, fallback

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return find(f"{self.at}.{name}")
        except KeyError:
            if hasattr(self.fallback, name):
                return getattr(self.fallback, name)
        hint = did_you_mean(name, dir(self))
        raise AttributeError(f"There is no tf.{self.at}.{name} here.{hint}")

    def __dir__(self):
        return sorted({*below(self.at), *getattr(self.fallback, "__all__", ())})


def extend_rooms() -> None:
    """Let rooms of the library also answer for the names that TensorFlow has in them; tensors for
    x.set_shape(shape), which says what tf.ensure_shape checks; variables for scatter_nd_update.
    """
    Operators.set_shape = _set_shape  # pyright: ignore[reportAttributeAccessIssue]
    Variable.scatter_nd_update = (  # pyright: ignore[reportAttributeAccessIssue]
        lambda v, indices, updates: v.assign(find("tensor_scatter_nd_update")(v, indices, updates))
    )
    vars(sys.modules[f"{_LIBRARY}.data"])["experimental"] = Shelf("data.experimental")
    for room in ("compat", "config", "random"):
        _extend(sys.modules[f"{_LIBRARY}.{room}"], room)


def _set_shape(x, shape) -> None:
    find("ensure_shape")(x, shape)


def _extend(module: ModuleType, path: str) -> None:
    own = vars(module).get("__getattr__")

    def look_up(name: str):
        if not name.startswith("__"):
            with contextlib.suppress(KeyError):
                return find(f"{path}.{name}")
        if own is not None:
            return own(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}.")

    module.__getattr__ = look_up  # pyright: ignore[reportAttributeAccessIssue]
