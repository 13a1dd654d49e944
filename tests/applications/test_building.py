"""What all networks check, and where the published weights come from."""

import builtins
import contextlib
import hashlib

import h5py
import numpy as np
import pytest

import minidl
from minidl import applications, layers
from minidl.applications import building
from minidl.support.disk import DataFileError

WRONG = [
    ({"weights": "imagenett"}, "weights is 'imagenet', None for random.*received 'imagenett'"),
    ({"weights": "imagenet", "classes": 7}, "1000 classes.*classes=7.*include_top=False"),
    ({"pooling": "mean"}, "pooling is None, 'avg' or 'max'; received 'mean'"),
    ({"input_shape": (31, 40, 3)}, r"at least 32 by 32 pixels; received \(31, 40, 3\)"),
    ({"input_shape": (40, 31, 3)}, "at least 32 by 32"),
    ({"input_shape": (224, 224)}, r"of one picture, such as \(224, 224, 3\).*\(224, 224\)"),
    ({"input_shape": (1, 224, 224, 3)}, "without the batch"),
    ({"input_shape": (None, 224, 3)}, "a shape of numbers if include_top=True"),
    ({"weights": "imagenet", "input_shape": (96, 96, 3)}, r"\(224, 224, 3\) for the weights"),
    (
        {"weights": "imagenet", "include_top": False, "input_shape": (96, 96, 1)},
        "3 channels for the weights 'imagenet'.*np.repeat",
    ),
    ({"weights": "imagenet", "classifier_activation": "relu"}, "'softmax', or None.*'relu'"),
    ({"input_tensor": np.zeros((1, 32, 32, 3))}, "input_tensor is what layers.Input.*ndarray"),
]


@pytest.mark.parametrize(("how", "said"), WRONG)
def test_arguments_that_no_network_can_have(how, said):
    with pytest.raises(ValueError, match=f"VGG16.*{said}"):
        applications.VGG16(**{"weights": None, **how})


def test_the_smallest_pictures_are_each_network_s_own():
    for name, least in (("Xception", 71), ("InceptionV3", 75), ("ResNet50", 32)):
        with pytest.raises(ValueError, match=f"{name}.*at least {least} by {least}"):
            getattr(applications, name)(weights=None, input_shape=(least - 1, 99, 3))


def tiny(hashes=(None, None)):
    """A network of one convolution and one dense layer, built as those of the room are."""

    def trunk(x):
        x = building.norm(layers.Conv2D(2, 3, strides=2)(x))
        return layers.Conv2D(2, 1)(x)

    facts = building.Network("Tiny", 32, 8, "tiny/weights{top}.h5", hashes)
    return building.network(trunk, facts, "a test.", "tiny")


def published(path, model, first_number):
    """Write weights as the files from before 2023 have them, with automatic names that count from
    another number.
    """
    with h5py.File(path, "w") as file:
        names = [
            f"{layer.name.split('_')[0]}_{i}" for i, layer in enumerate(model.layers, first_number)
        ]
        file.attrs["layer_names"] = [name.encode() for name in names]
        for name, layer in zip(names, model.layers):
            group = file.create_group(name)
            weights = [*layer.trainable_weights, *layer.non_trainable_weights]
            group.attrs["weight_names"] = [f"{name}/w{i}".encode() for i, _ in enumerate(weights)]
            for i, weight in enumerate(weights):
                group.create_dataset(f"{name}/w{i}", data=weight.numpy())


def test_published_weights_are_fetched_once_checked_and_read(site):
    (site / "tiny").mkdir()
    source, x = tiny()(weights=None), np.random.default_rng(0).random((2, 32, 32, 3), "float32")
    source.set_weights([np.random.default_rng(1).random(w.shape) for w in source.get_weights()])
    path = site / "tiny" / "weights.h5"
    published(path, source, 0)
    digest = hashlib.md5(path.read_bytes()).hexdigest()
    network = tiny((digest, "0" * 32))
    found = network().predict(x, verbose=0)
    np.testing.assert_allclose(found, source.predict(x, verbose=0), rtol=1e-6)
    path.unlink()
    np.testing.assert_array_equal(network()(x).numpy(), network()(x).numpy())
    with pytest.raises(DataFileError, match="404"):
        network(include_top=False)
    (site / "tiny" / "weights_notop.h5").write_bytes(b"something else")
    with pytest.raises(DataFileError, match="weights_notop.h5"):
        network(include_top=False)


def test_layers_of_equal_shape_are_not_mistaken_by_names_that_happen_to_agree(tmp_path):
    """The file's conv2d_1 is its first convolution, and the model's is its second."""
    pictures = layers.Input((4, 4, 2))

    def model():
        minidl.utils.clear_session()
        x = layers.Conv2D(2, 1)(pictures)
        return minidl.Model(pictures, layers.Conv2D(2, 1)(x))

    source, other = model(), model()
    source.set_weights([np.full(w.shape, i) for i, w in enumerate(source.get_weights())])
    published(tmp_path / "old.h5", source, 0)
    other.load_weights(tmp_path / "old.h5")
    assert [layer.name for layer in other.layers[1:]] == ["conv2d", "conv2d_1"]
    assert [w.max() for w in other.get_weights()] == [0, 1, 2, 3]


def test_without_h5py_nothing_is_downloaded(monkeypatch, site, no_numbers):
    real = builtins.__import__

    def no_h5py(name, *args, **kwargs):
        if name == "h5py":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_h5py)
    with pytest.raises(ImportError, match="h5py"):
        applications.MobileNetV2()


@pytest.mark.parametrize(("name", "size"), [("VGG16", 32), ("ResNet50", 32), ("MobileNetV2", 32)])
def test_fit_asks_for_small_numbers_where_the_network_wants_them(name, size, no_numbers):
    """Numbers of -124..151 are what VGG and ResNet were trained on; MobileNet wants -1..1."""
    x = np.linspace(-124, 151, size * size * 3).reshape(1, size, size, 3)
    base = getattr(applications, name)(
        weights=None, include_top=False, input_shape=(size, size, 3), pooling="avg"
    )
    base.trainable = False
    pictures = layers.Input((size, size, 3))
    for inside in (False, True):
        scaled = applications.mobilenet_v2.preprocess_input(pictures) if inside else pictures
        model = minidl.Model(pictures, layers.Dense(1)(base(scaled)))
        model.compile("sgd", "mse")
        wants = name == "MobileNetV2" and not inside
        with pytest.warns(UserWarning, match="near 0..1") if wants else contextlib.nullcontext():
            model.fit(x, np.ones(1), verbose=0)


def test_weights_of_a_file_of_one_s_own(tmp_path):
    source = tiny()(weights=None, classes=3)
    source.save_weights(tmp_path / "own.weights.h5")
    model = tiny()(weights=str(tmp_path / "own.weights.h5"), classes=3)
    for a, b in zip(source.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="classifier_activation"):
        tiny()(weights=str(tmp_path / "own.weights.h5"), classifier_activation="sigmoid")


def test_what_comes_before_a_network():
    """An input, or what a layer makes of one or of two."""
    a, b = layers.Input((16, 16, 3)), layers.Input((16, 16, 3))
    summed = layers.Add()([a, b])
    model = tiny()(weights=None, include_top=False, pooling="avg", input_tensor=summed)
    assert model.output_shape == (None, 2) and len(model.inputs) == 2
    model = tiny()(weights=None, include_top=False, input_tensor=layers.Rescaling(2.0)(a))
    assert model.inputs[0] is a and model.output_shape == (None, 7, 7, 2)
    assert isinstance(model.layers[1], layers.Rescaling)


def test_the_padding_before_a_stride_of_two():
    """An even side ends with a window at its last pixel; of an odd one both ends get zeros."""
    sizes = {(32, 33): ((0, 1), (1, 1)), (7, None): ((1, 1), (0, 1))}
    for sides, expected in sizes.items():
        assert building.padding_to_halve(layers.Input((*sides, 3)), 3) == expected
    assert building.padding_to_halve(layers.Input((8, 9, 3)), 5) == ((1, 2), (2, 2))


def test_numbers_of_filters_are_multiples_of_eight():
    """The nearest one that keeps nine tenths: 9.5 -> 16, since 8 is less than 8.55."""
    assert [building.rounded(n) for n in (4, 8.5, 9.5, 12, 33.6, 44.8)] == [8, 8, 16, 16, 32, 48]


def test_channels_first():
    minidl.config.set_image_data_format("channels_first")
    try:
        model = applications.MobileNetV2(
            weights=None, include_top=False, input_shape=(3, 32, 40), alpha=0.35
        )
        assert model.output_shape == (None, 1280, 1, 2)
        assert building.padding_to_halve(layers.Input((3, 8, 9)), 3) == ((0, 1), (1, 1))
    finally:
        minidl.config.set_image_data_format("channels_last")


@pytest.mark.parametrize(
    ("pooling", "kind", "name"),
    [
        ("avg", layers.GlobalAveragePooling2D, "avg_pool"),
        ("max", layers.GlobalMaxPooling2D, "max_pool"),
    ],
)
def test_pooling_over_all_places(pooling, kind, name):
    """One number a channel. Keras names this layer in ResNets, and in VGG by its class."""
    how = dict(weights=None, include_top=False, input_shape=(32, 32, 3), pooling=pooling)
    model = applications.ResNet50(**how)
    assert type(model.layers[-1]) is kind and model.layers[-1].name == name
    assert model.output_shape == (None, 2048)
    assert type(applications.VGG16(**how).layers[-1]) is kind
