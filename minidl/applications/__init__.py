"""Networks for photographs, as their papers describe them, with Keras's names, layers and trained
weights: `applications.VGG16(include_top=False)`.

Each is a functional Model. include_top: with the layers that name the class. weights: 'imagenet'
downloads Keras's file (extra `keras`), None begins with random numbers, a path reads a file.
input_shape: of one picture, (rows, columns, 3). pooling: 'avg' or 'max' over all places, if there
is no top. classes, classifier_activation: those of the top.

building.py has what they share; each family is one file, with its preprocess_input.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

from ..support.registry import ANSWERS, did_you_mean

if TYPE_CHECKING:  # what editors see; at run time each opens when it is first used
    from . import building, imagenet_utils, resnet50
    from .densenet import DenseNet121, DenseNet169, DenseNet201
    from .efficientnet import (
        EfficientNetB0,
        EfficientNetB1,
        EfficientNetB2,
        EfficientNetB3,
        EfficientNetB4,
        EfficientNetB5,
        EfficientNetB6,
        EfficientNetB7,
    )
    from .inception_v3 import InceptionV3
    from .mobilenet import MobileNet
    from .mobilenet_v2 import MobileNetV2
    from .resnet import ResNet50, ResNet101, ResNet152
    from .vgg16 import VGG16
    from .vgg19 import VGG19
    from .xception import Xception

_NETWORKS = {
    "densenet": "DenseNet121 DenseNet169 DenseNet201",
    "efficientnet": " ".join([f"EfficientNetB{i}" for i in range(8)]),
    "imagenet_utils": "",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "resnet": "ResNet50 ResNet101 ResNet152",
    "resnet50": "",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}
_PLACES = {name: room for room, names in _NETWORKS.items() for name in names.split()}
__all__ = sorted([*_NETWORKS, *_PLACES])  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name) -> Any:
    """Import a network's module when it is first used."""
    if name in _PLACES:
        return getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)
    if name in _NETWORKS or f"{__name__}.{name}" in sys.modules:
        return importlib.import_module(f".{name}", __name__)
    said = [answer("applications", name) for answer in ANSWERS]
    hint = next(filter(None, said), "")
    hint = hint or did_you_mean(name, _PLACES) or did_you_mean(name, _NETWORKS)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}. {hint.strip()}")


def __dir__():
    return sorted({*globals(), *__all__})
