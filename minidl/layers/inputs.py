"""The input of a model: a symbol that stands for the data."""

from __future__ import annotations

import numpy as np

from ..support.checks import check_count
from ..symbolic import Symbol
from .base import Layer, layer_classes
from .calling import shape_of_one_sample


def Input(
    shape=None, batch_size=None, dtype=None, name=None, batch_shape=None, **ignored
) -> Symbol:
    """Create a symbol for a batch of samples, the input of a model. shape: of one sample, without
    the batch axis.
    """
    return InputLayer(shape, batch_size, dtype, name, batch_shape, **ignored).output


@layer_classes.register()
class InputLayer(Layer):
    """The layer of `Input`. It computes nothing and stands for the data."""

    built = True

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        name=None,
        batch_shape=None,
        sparse=None,
        ragged=None,
        tensor=None,
        optional=False,
    ):
        super().__init__(name or None, dtype=_dtype_of_data(dtype))
        self.takes_texts = self.dtype.kind == "U"
        if sparse or ragged or tensor is not None:
            raise ValueError(
                "Input: sparse and ragged data and fixed tensors are not known here; give the "
                "shape of one sample."
            )
        if batch_shape is not None:
            if not isinstance(batch_shape, (tuple, list)) or not batch_shape:
                raise ValueError(
                    "Input: batch_shape is a tuple, the batch axis first, (None, 784); received "
                    f"{batch_shape!r}."
                )
            batch_size, *shape = batch_shape
        if shape is None:
            raise ValueError("Input needs the shape of one sample: Input(shape=(784,)).")
        if batch_size is not None:
            check_count("Input: batch_size", batch_size)
        self.batch_shape = (batch_size, *shape_of_one_sample(shape, "Input"))
        self._output = self._input = Symbol(self.batch_shape, dtype=self.dtype, name=self.name)
        self._output.maker = self
        self.output_shape = self.batch_shape

    def call(self, x):
        return x

    def get_config(self):
        dtype = "string" if self.takes_texts else self.dtype.name
        return {"batch_shape": list(self.batch_shape), "dtype": dtype, "name": self.name}


def _dtype_of_data(dtype) -> np.dtype | None:
    """Return the dtype of the data: a type of real numbers, or strings if the model begins with a
    layer of strings.
    """
    if dtype is None:
        return None
    try:
        found = np.dtype(str if dtype in ("string", object) else dtype)
    except TypeError:
        found = np.dtype("V")
    if found.kind not in "biufU":
        raise ValueError(
            f"Input: dtype is that of numbers, such as 'float32', or 'string'; received {dtype!r}."
        )
    return found
