"""Layers that apply any function, and layers that return their input."""

from __future__ import annotations

from .. import activations, ops, regularizers
from ..support.checks import check_number
from .base import Layer, layer_classes


@layer_classes.register()
class Lambda(Layer):
    """Applies any function of a tensor. To save a model with a Lambda, register the function, or
    better, write a Layer.

    mask: the mask of the output, or a function(inputs, mask) that returns it; None if the output
    has no mask. The function may take the input's mask as its argument `mask`.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        # a name, as in files
        function = activations.get(function) if isinstance(function, str) else function
        if not callable(function):
            raise TypeError(f"Lambda takes a function of a tensor; received {function!r}.")
        self.function, self.arguments, self.mask = function, dict(arguments or {}), mask
        self.supports_masking = mask is not None
        code = getattr(function, "__code__", None)
        self._takes_mask = code is not None and "mask" in code.co_varnames[: code.co_argcount]

    def compute_mask(self, inputs, mask=None):
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def call(self, x, mask=None):
        extra = {"mask": mask} if self._takes_mask else {}
        return self.function(x, **extra, **self.arguments)


@layer_classes.register()
class ActivityRegularization(Layer):
    """Returns its input, and adds l1·Σ|x| + l2·Σx² to the loss."""

    supports_masking = True

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, x):
        return x

    def get_config(self):
        config = super().get_config()
        del config["activity_regularizer"]  # l1 and l2 contain it
        return config


@layer_classes.register()
class Identity(Layer):
    """Returns its input."""

    supports_masking = True

    def call(self, x):
        return x


@layer_classes.register()
class Masking(Layer):
    """Marks the steps whose features all equal `mask_value` as padding and sets them to 0. The
    shape (n, steps, features) stays, and the output has a mask (n, steps).
    """

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        check_number("Masking: mask_value", mask_value)
        self.mask_value = mask_value

    def compute_mask(self, inputs, mask=None):
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, x):
        counts = ops.expand_dims(self.compute_mask(x), -1)
        return ops.where(counts, x, 0)
