"""Many numbers of a sample as fewer: means and largest values along an axis."""

from __future__ import annotations

import numpy as np

from .. import ops
from ..support import backend
from .base import Layer, layer_classes


class GlobalPooling1D(Layer):
    """Base of layers that make one vector of each sequence: (n, steps, features) becomes (n,
    features).
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = backend.checked_data_format(type(self).__name__, data_format)
        self.keepdims = keepdims

    def checked(self, x):
        """x as floats, if it holds sequences."""
        if len(x.shape) != 3:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape (n, steps, features); "
                f"received shape {x.shape}."
            )
        return x if x.dtype.kind == "f" else x.astype(self.dtype)

    @property
    def steps_axis(self) -> int:
        """Where the steps stand in the input."""
        return 2 if self.data_format == "channels_first" else 1


@layer_classes.register("GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalPooling1D):
    """The mean over all steps of a sequence, such as the words of a text: (n, steps, features)
    becomes (n, features). Steps that a mask leaves out do not count; the mean of no steps at all is
    0 (in Keras nan).
    """

    def compute_mask(self, inputs, mask=None):
        return None  # there are no steps any more

    def call(self, x, mask=None):
        x, axis = self.checked(x), self.steps_axis
        if mask is None:
            return x.mean(axis=axis, keepdims=self.keepdims)
        counts = np.expand_dims(np.asarray(mask, bool), 3 - axis)
        number = np.maximum(np.sum(counts, axis=axis, keepdims=self.keepdims), 1).astype(x.dtype)
        return ops.sum(ops.where(counts, x, 0.0), axis=axis, keepdims=self.keepdims) / number


@layer_classes.register("GlobalMaxPool1D")
class GlobalMaxPooling1D(GlobalPooling1D):
    """The largest of each feature over all steps: (n, steps, features) becomes (n, features)."""

    def call(self, x):
        return self.checked(x).max(axis=self.steps_axis, keepdims=self.keepdims)
