"""The networks of applications with weights that follow from a seed, in Keras and here.

`python tests/parity/test_keras_applications.py` writes what Keras answers to
goldens/applications.json; tests/applications/test_applications_as_keras.py compares with it.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).parent / "goldens" / "applications.json"
# pixels a side: the smallest that the network takes, or with odd numbers on the way
SIZES = {
    "VGG16": 32,
    "ResNet50": 45,
    "MobileNet": 50,
    "MobileNetV2": 54,
    "Xception": 71,
    "InceptionV3": 75,
    "DenseNet121": 40,
    "EfficientNetB0": 50,
}
OTHERS = (
    *("VGG19", "ResNet101", "ResNet152", "DenseNet169", "DenseNet201"),
    *(f"EfficientNetB{i}" for i in range(1, 8)),
)


def golden() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


def signature(model) -> str:
    """A hash of the names of all layers, and of the shapes of their weights."""
    parts = [f"{layer.name} {[tuple(w.shape) for w in layer.weights]}" for layer in model.layers]
    return hashlib.md5("\n".join(parts).encode()).hexdigest()


def with_drawn_weights(model):
    """Give each layer weights that keep the size of what passes, and no two the same."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        drawn = []
        for w in layer.get_weights():
            wide = np.sqrt(6 / np.prod(w.shape[:-1])) if w.ndim > 1 else 0.3
            numbers = rng.random(w.shape, dtype=np.float32) * 2 - 1
            drawn.append((numbers * wide + (w.ndim < 2)).astype(w.dtype))
        layer.set_weights(drawn)
    return model


def answers(library, name) -> dict:
    """The signature of a network, and for one of SIZES what it makes of a random picture."""
    library.utils.clear_session()  # automatic names count from the beginning
    build, n = getattr(library.applications, name), SIZES.get(name)
    if n is None:
        return {"layers": signature(build(weights=None, include_top=False))}
    how = dict(weights=None, input_shape=(n, n, 3), classes=7, classifier_activation=None)
    model = with_drawn_weights(build(**how))
    x = np.random.default_rng(1).random((1, n, n, 3), dtype=np.float32)
    found = np.asarray(model(x, training=False))[0]
    return {"layers": signature(model), "output": [float(f"{v:.6g}") for v in found]}
