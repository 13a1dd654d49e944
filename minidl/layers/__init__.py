"""The layers, by Keras's names. `base.py` says what a layer is; `core.py` has those of a first network."""

from .base import Layer, layer_classes
from .core import Activation, Dense, Dropout, Flatten, Input, InputLayer, LeakyReLU, ReLU, Reshape, Softmax

__all__ = ["Activation", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "Layer", "LeakyReLU", "ReLU", "Reshape", "Softmax",
           "layer_classes"]
