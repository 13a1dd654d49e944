"""The networks of applications beside Keras's: the same layers, weights, files and outputs."""

import json

if __name__ == "__main__":
    import conftest  # noqa: F401  before keras, which it prepares
import h5py
import keras
import numpy as np
import pytest
from application_cases import FILE, OTHERS, SIZES, answers, golden
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

import minidl

ours, theirs = minidl.applications, keras.applications


@pytest.fixture(autouse=True)
def quick_beginnings(rng, monkeypatch):
    """NumPy draws Keras's first weights: JAX would compile a function for each shape."""

    def draw(self, shape, dtype=None):
        wide = np.sqrt(6 / max(1, np.prod(shape[:-1])))
        return rng.uniform(-wide, wide, shape).astype("float32")

    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", draw)


def layers_with_weights(model):
    return [
        (layer.name, [tuple(w.shape) for w in layer.get_weights()])
        for layer in model.layers
        if layer.weights
    ]


def randomized(model, rng):
    """Numbers unlike the first ones in all normalizations too, so that none can be mistaken."""
    for layer in model.layers:
        kinds = (keras.layers.BatchNormalization, keras.layers.Normalization)
        if isinstance(layer, kinds):
            layer.set_weights(
                [rng.uniform(0.7, 1.3, w.shape).astype(w.dtype) for w in layer.get_weights()]
            )
    return model


def built(module, name, **how):
    minidl.utils.clear_session()
    keras.utils.clear_session()
    return getattr(module, name)(**{"weights": None, **how})


@pytest.mark.parametrize("name", SIZES)
def test_a_network_with_its_top(name, rng, tmp_path):
    """The weights that Keras writes in both formats give Keras's outputs here."""
    n = SIZES[name]
    x = rng.uniform(0, 1, (1, n, n, 3)).astype("float32")
    keras_model = randomized(built(theirs, name, input_shape=(n, n, 3), classes=7), rng)
    expected = keras_model.predict(x, verbose=0)
    new, old = tmp_path / "new.weights.h5", tmp_path / "old.h5"
    keras_model.save_weights(new)
    with h5py.File(old, "w") as file:
        save_weights_to_hdf5_group(file, keras_model)
    for path in (new, old):
        model = built(ours, name, input_shape=(n, n, 3), classes=7, weights=str(path))
        assert layers_with_weights(model) == layers_with_weights(keras_model)
        assert model.name == keras_model.name and model.output_shape == (None, 7)
        found = model(x).numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
        path.unlink()


WITHOUT_TOP = {
    **{name: {"pooling": "max"} for name in SIZES},
    "VGG19": {},
    "MobileNet": {"alpha": 0.5, "depth_multiplier": 2},
    "MobileNetV2": {"alpha": 1.4, "input_shape": (96, 97, 3)},
    "Xception": {"pooling": "avg", "input_shape": (96, 80, 3)},
    "ResNet101": {},
    "ResNet152": {"pooling": "avg"},
    "DenseNet201": {"pooling": "avg", "input_shape": (64, None, 1)},
    "EfficientNetB7": {"pooling": "avg"},
}


@pytest.mark.parametrize("name", WITHOUT_TOP)
def test_a_network_without_its_top(name):
    how = {"include_top": False, **WITHOUT_TOP[name]}
    mine, other = (built(module, name, **how) for module in (ours, theirs))
    assert layers_with_weights(mine) == layers_with_weights(other)
    assert [layer.name for layer in mine.layers] == [layer.name for layer in other.layers]
    assert mine.output_shape == tuple(other.output_shape) and mine.name == other.name


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("room", ["vgg16", "densenet", "mobilenet_v2", "efficientnet"])
def test_what_pictures_become(room, data_format, rng):
    """Arrays of bytes and of floats, and tensors; one picture and two."""
    shape = (3, 4, 5) if data_format == "channels_first" else (4, 5, 3)
    mine, other = (getattr(module, room).preprocess_input for module in (ours, theirs))
    for x in (
        rng.integers(0, 256, shape, dtype="uint8"),
        rng.uniform(0, 255, (2, *shape)),
        rng.uniform(0, 255, (2, *shape)).astype("float32"),
    ):
        expected = other(x.copy(), data_format=data_format)
        found = mine(x, data_format=data_format)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-5)
        assert found.dtype == expected.dtype
        as_tensor = mine(minidl.Tensor(x.astype("f4")), data_format=data_format)
        np.testing.assert_allclose(as_tensor.numpy(), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", [*SIZES, *OTHERS])
def test_the_file_of_goldens_is_what_keras_computes(name):
    found, kept = answers(keras, name), golden()[name]
    np.testing.assert_allclose(found.pop("output", []), kept.pop("output", []), rtol=1e-4)
    assert found == kept


if __name__ == "__main__":
    found = {name: answers(keras, name) for name in (*SIZES, *OTHERS)}
    lines = [f' "{name}": {json.dumps(facts)}' for name, facts in found.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
