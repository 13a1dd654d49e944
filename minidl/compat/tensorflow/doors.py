"""Arguments as TensorFlow takes them: its names, Python's numbers with its types, and `name=`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from operator import attrgetter
from typing import Any

import numpy as np

from ... import ops, random
from ...support import backend
from ...support.texts import Texts, as_texts, is_text
from ...tensor import Operators, Tensor, wrap

_FIRST = inspect.Parameter.POSITIONAL_ONLY
_PYTHON = {"i": "int32", "f": "float32"}  # the types of Python's numbers in TensorFlow


class DType:
    """A type of numbers, such as tf.float32. NumPy takes it for its own, and so do names."""

    def __init__(self, name: str):
        self.name = name

    @property
    def dtype(self) -> np.dtype:
        """NumPy's type, by which NumPy reads this one."""
        return np.dtype(object) if self.name == "string" else backend.number_type(self.name)

    as_numpy_dtype = property(lambda self: self.dtype.type, doc="The class of such a number.")
    max = property(lambda self: limits(self.dtype).max, doc="The largest number.")
    min = property(lambda self: limits(self.dtype).min, doc="The smallest number.")

    def __eq__(self, other):
        if isinstance(other, type) and issubclass(other, np.generic):
            other = np.dtype(other)
        return self.name == getattr(other, "name", other)

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"tf.{self.name}"


def limits(dtype: np.dtype) -> Any:
    """What NumPy knows of a type: .max, .min."""
    return np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)


def tensor(value, dtype=None, partner=None) -> Any:
    """Return the value as a tensor: Python's whole numbers as int32, its fractions as float32, or
    both as `partner`, the type of a tensor beside them. Arrays keep their type. Texts become
    Texts.
    """
    if isinstance(value, Operators):
        return value if dtype is None or value.dtype == dtype else value.astype(np.dtype(dtype))
    if is_text(value):
        return as_texts(value)
    if isinstance(value, (list, tuple)) and (found := _type_of(value)) is not None:
        return ops.stack([tensor(part, dtype, partner or found) for part in value])
    array = np.asarray(value)
    if dtype is None and not hasattr(value, "dtype"):
        whole = np.iinfo("int32")
        low, high = array.min(initial=0), array.max(initial=0)
        small = array.dtype.kind != "i" or whole.min <= low <= high <= whole.max
        dtype = partner or (_PYTHON.get(array.dtype.kind) if small else None)
    return wrap(array.copy()) if dtype is None else Tensor(array, dtype=np.dtype(dtype))


def _type_of(values) -> Any:
    """The type of the first tensor or array among these, or inside their lists; None without."""
    for value in values:
        found = getattr(value, "dtype", None)
        if isinstance(value, (list, tuple)):
            found = _type_of(value)
        if found is not None and np.dtype(found).kind in "iuf":
            return found
    return None


def tensors(values) -> list[Any]:
    """Return the values as tensors, None as None. Python's numbers take the type of a tensor among
    them.
    """
    partner = _type_of(values)
    return [None if value is None else tensor(value, partner=partner) for value in values]


def sizes(shape) -> tuple:
    """Return a shape as a tuple of Python's whole numbers. It may be a tensor, or hold some."""
    return tuple([int(n) for n in np.atleast_1d(np.asarray(shape, np.int64))])


def generator_of(seed) -> np.random.Generator:
    """That of minidl.random for a whole number or None; for the two whole numbers that stateless
    functions take, one that depends on nothing else.
    """
    return random.generator(np.random.default_rng(sizes(seed)) if np.ndim(seed) else seed)


def door(function: Callable, parameters: str = "") -> Callable:
    """Let a function be called as TensorFlow's: by its names of arguments, and with `name=`.

    parameters: these names, in the order of the function's own. Those before '|' become tensors.
    Without them the function's own names are TensorFlow's, and those before '/' become tensors.
    """
    own = inspect.signature(function).parameters
    first, _, rest = parameters.partition("|")
    order = [*first.split(), *rest.split()] or list(own)
    count = len(first.split()) or [p.kind for p in own.values()].count(_FIRST)
    known = dict(zip(order, own.values()))

    @wraps(function)
    def opened(*args, name=None, **given):
        counted = f"{len(args)} in order{''.join(f' and {n}=' for n in given)}"
        fits = len(args) <= len(order) and given.keys() <= {*order[len(args) :]}
        given |= dict(zip(order, args))
        values = [given.pop(n, known[n].default) for n in order[:count]]
        if not fits or any([value is inspect.Parameter.empty for value in values]):
            raise TypeError(
                f"This function of TensorFlow takes {', '.join(order)}; received {counted}."
            )
        return function(*tensors(values), **{known[n].name: v for n, v in given.items()})

    return opened


def shelf(file: dict[str, Any], *places: str) -> dict[str, Any]:
    """What a file has of TensorFlow, by its paths below each of these places, such as "math.": its
    public functions, under their names without a last '_', and those of its tables.

    HERE: name -> function, for what is an expression. SAME: arguments as of `door` -> functions of
    ops: TensorFlow's name, and after a colon that in ops if it is another one.
    """
    known = {n: f for n, f in file.items() if n[0] != "_" and inspect.isfunction(f)}
    own = {n.rstrip("_"): f for n, f in known.items() if f.__module__ == file["__name__"]}
    found = {name: door(function) for name, function in {**own, **file.get("HERE", {})}.items()}
    for parameters, functions in file.get("SAME", {}).items():
        for name, _, other in [function.partition(":") for function in functions.split()]:
            found[name] = door(attrgetter(other or name)(ops), parameters)
    return {f"{place}{name}": thing for place in places for name, thing in found.items()}


def arranging(function: Callable) -> Callable:
    """Let a function that only puts entries elsewhere put texts elsewhere too. It takes a tensor,
    or a list of tensors.
    """

    @wraps(function)
    def arranged(x, *args, **given):
        parts = tensors(x) if isinstance(x, (list, tuple)) else [x]
        if not isinstance(parts[0], Texts):
            return function(x if parts[0] is x else parts, *args, **given)
        texts = np.concatenate([part.ravel() for part in parts])
        ends = np.cumsum([part.size for part in parts])
        places = [np.arange(end - p.size, end).reshape(p.shape) for p, end in zip(parts, ends)]
        moved = function(places[0] if parts[0] is x else places, *args, **given)
        return texts.view(Texts)[moved.numpy()]

    return arranged
