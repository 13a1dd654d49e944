"""What the elements of a dataset are like: their shapes and dtypes, before a loop has begun."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support.structures import tree_map
from ..support.texts import is_text


class TensorSpec:
    """The shape and the dtype of a tensor. An axis of size None may differ from element to element;
    a shape of None says nothing at all.
    """

    def __init__(self, shape, dtype: Any = "float32", name=None):
        self.shape = None if shape is None else tuple(_size(n) for n in _axes(shape))
        self.dtype, self.name = dtype_of(dtype), name

    def with_axes(self, *first, of: int = 0) -> TensorSpec:
        """The same with these sizes in the place of its first `of` axes."""
        shape = None if self.shape is None else (*first, *self.shape[of:])
        return TensorSpec(shape, self.dtype)

    def fits(self, array: np.ndarray) -> bool:
        """Whether an array has this shape."""
        if self.shape is None:
            return True
        same = [n is None or n == m for n, m in zip(self.shape, array.shape)]
        return array.ndim == len(self.shape) and all(same)

    def __eq__(self, other):
        return isinstance(other, TensorSpec) and repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))

    def __repr__(self):
        shape = "<unknown>" if self.shape is None else self.shape
        dtype = "string" if self.dtype.kind in "OUS" else self.dtype.name
        return f"TensorSpec(shape={shape}, dtype={dtype}, name={self.name!r})"


class DatasetSpec:
    """The elements of a dataset that is itself an element, as after `window`."""

    def __init__(self, element_spec):
        self.element_spec = element_spec

    def __repr__(self):
        return f"DatasetSpec({self.element_spec!r})"


def _axes(shape) -> tuple:
    """A shape as a tuple; one number is a shape of one axis."""
    return tuple(shape) if hasattr(shape, "__iter__") else (shape,)


def _size(n):
    return None if n is None or int(n) < 0 else int(n)


def dtype_of(dtype) -> np.dtype:
    """A dtype by its name or its object. TensorFlow's 'string' is NumPy's str."""
    name = getattr(dtype, "name", dtype)
    return np.dtype(str) if name in ("string", "str") else np.dtype(dtype)


def spec_of(element) -> Any:
    """The specs of an element that is made of arrays and datasets."""
    return tree_map(_spec_of, element)


def _spec_of(leaf):
    if hasattr(leaf, "element_spec"):
        return DatasetSpec(leaf.element_spec)
    return TensorSpec(np.shape(leaf), str if is_text(leaf) else leaf.dtype)


def specs_from(types, shapes) -> Any:
    """The specs for output_types and output_shapes of `from_generator`, which are nested alike."""
    if isinstance(types, dict):
        return {k: specs_from(t, shapes and shapes[k]) for k, t in types.items()}
    if isinstance(types, tuple):
        return tuple([specs_from(t, shapes and shapes[i]) for i, t in enumerate(types)])
    return TensorSpec(shapes, types)


def fitted(element, spec) -> Any:
    """The element in the dtypes of the spec. ValueError if its structure or a shape is another."""
    if isinstance(spec, dict) and isinstance(element, dict) and set(spec) == set(element):
        return {k: fitted(element[k], spec[k]) for k in spec}
    nested = isinstance(spec, (tuple, list))
    if nested and isinstance(element, (tuple, list)) and len(spec) == len(element):
        return tuple([fitted(e, s) for e, s in zip(element, spec)])
    if nested or isinstance(spec, dict):
        raise ValueError(
            f"from_generator: an element is said to be like {spec!r}; received "
            f"{type(element).__name__}, which is built differently."
        )
    array = np.asarray(element) if is_text(element) else np.asarray(element, spec.dtype)
    if not spec.fits(array):
        raise ValueError(
            f"from_generator: elements are said to have shape {spec.shape}; received one of shape "
            f"{array.shape}. A size that differs is None."
        )
    return array
