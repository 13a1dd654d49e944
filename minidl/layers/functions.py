"""Any function as a layer, and layers that pass their input on."""

from __future__ import annotations

from .. import activations, regularizers
from .base import Layer, layer_classes


@layer_classes.register()
class Lambda(Layer):
    """Any function of a tensor as a layer. To save a model with one, register the function, or
    write a Layer, which is clearer.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        # as a file names it
        function = activations.get(function) if isinstance(function, str) else function
        if not callable(function):
            raise TypeError(f"Lambda takes a function of a tensor; received {function!r}.")
        self.function, self.arguments = function, dict(arguments or {})

    def call(self, x):
        return self.function(x, **self.arguments)


@layer_classes.register()
class ActivityRegularization(Layer):
    """Passes its input on and adds l1·Σ|x| + l2·Σx² to the loss."""

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, x):
        return x

    def get_config(self):
        config = super().get_config()
        del config["activity_regularizer"]  # l1 and l2 say it
        return config


@layer_classes.register()
class Identity(Layer):
    """Passes its input on."""

    def call(self, x):
        return x
