"""Where a model begins: a symbol that stands for the data."""

from __future__ import annotations

import numpy as np

from ..symbolic import Symbol
from .base import Layer, layer_classes
from .making import shape_of_one_sample


def Input(
    shape=None, batch_size=None, dtype=None, name=None, batch_shape=None, **ignored
) -> Symbol:
    """Where a model begins: a symbol for a batch of samples. shape: of one sample, without the
    batch axis.
    """
    return InputLayer(shape, batch_size, dtype, name, batch_shape, **ignored).output


@layer_classes.register()
class InputLayer(Layer):
    """The layer behind `Input`: it computes nothing, and stands for the data."""

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
        if dtype is not None and (
            dtype in ("string", str, object) or np.dtype(dtype).kind not in "biuf"
        ):
            raise ValueError(
                f"Input: inside a model all data are numbers; received dtype={dtype!r}. Turn "
                f"strings into numbers before the "
                "model, x = TextVectorization(...)(texts) or StringLookup(...)(words), and give "
                "Input the shape of x."
            )
        super().__init__(name or None, dtype=dtype)
        if sparse or ragged or tensor is not None:
            raise ValueError(
                "Input: sparse and ragged data and fixed tensors are not known here; give the "
                "shape of one sample."
            )
        if batch_shape is not None:
            batch_size, *shape = batch_shape
        if shape is None:
            raise ValueError("Input needs the shape of one sample: Input(shape=(784,)).")
        self.batch_shape = (batch_size, *shape_of_one_sample(shape, "Input"))
        self._output = self._input = Symbol(self.batch_shape, dtype=self.dtype, name=self.name)
        self._output.maker = self
        self.output_shape = self.batch_shape

    def call(self, x):
        return x

    def get_config(self):
        return {"batch_shape": list(self.batch_shape), "dtype": self.dtype.name, "name": self.name}
