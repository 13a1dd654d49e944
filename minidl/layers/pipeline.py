"""Layers that prepare data, one after another as one layer."""

from __future__ import annotations

from .base import Layer, layer_classes


@layer_classes.register()
class Pipeline(Layer):
    """Calls layers that prepare data one after another: Pipeline([RandomFlip(), RandomZoom(0.2)]).
    Called outside a model, as by Dataset.map, they change images at random.
    """

    takes_raw_input = True
    trains_when_called = True

    def __init__(self, layers, name=None):
        super().__init__(name=name)
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"Pipeline takes a list of layers; received {layer!r} in it.")
        self.layers = list(layers)

    def to_input(self, x):
        return x  # the first layer converts it

    def call(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def get_config(self):
        config = super().get_config()
        return {"layers": config["layers"], "name": config["name"]}
