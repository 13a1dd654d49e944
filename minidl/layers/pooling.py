"""Many numbers of a sample as fewer: means and largest values along an axis."""

from __future__ import annotations

from .base import Layer, layer_classes


class GlobalPooling1D(Layer):
    """Base of layers that make one vector of each sequence: (n, steps, features) becomes (n,
    features).
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(
                f"{type(self).__name__}: data_format is 'channels_last' or 'channels_first'; "
                f"received {data_format!r}."
            )
        self.data_format, self.keepdims = data_format, keepdims

    def call(self, x):
        if len(x.shape) != 3:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape (n, steps, features); "
                f"received shape {x.shape}."
            )
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        return self.pool(x, 2 if self.data_format == "channels_first" else 1)

    def pool(self, x, axis: int):
        """The steps along this axis as one."""
        raise NotImplementedError(f"{type(self).__name__} needs a method pool(self, x, axis).")


@layer_classes.register("GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalPooling1D):
    """The mean over all steps of a sequence, such as the words of a text: (n, steps, features)
    becomes (n, features).
    """

    def pool(self, x, axis):
        return x.mean(axis=axis, keepdims=self.keepdims)


@layer_classes.register("GlobalMaxPool1D")
class GlobalMaxPooling1D(GlobalPooling1D):
    """The largest of each feature over all steps: (n, steps, features) becomes (n, features)."""

    def pool(self, x, axis):
        return x.max(axis=axis, keepdims=self.keepdims)
