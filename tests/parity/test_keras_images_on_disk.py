"""Images in files beside Keras: what load_img reads, what arrays become, and sizes."""

import keras
import numpy as np
import PIL.Image
import pytest
from keras.src.legacy.preprocessing.image import ImageDataGenerator

import minidl

X = np.random.default_rng(0).integers(0, 256, (12, 17, 4), dtype=np.uint8)


def both(function):
    """The results of minidl and of Keras."""
    return [function(library) for library in (minidl, keras)]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("color_mode", ["rgb", "rgba", "grayscale"])
def test_colors(tmp_path, mode, color_mode):
    values = {"L": X[..., 0], "RGB": X[..., :3], "RGBA": X, "I;16": X[..., 0] * np.uint16(200)}
    PIL.Image.fromarray(values[mode]).save(tmp_path / "image.png")

    def read(library):
        image = library.utils.load_img(tmp_path / "image.png", color_mode=color_mode)
        return image.mode, library.utils.img_to_array(image)

    ours, theirs = both(read)
    assert ours[0] == theirs[0] and ours[1].dtype == theirs[1].dtype
    np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize(
    "interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "hamming", "box"]
)
@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
@pytest.mark.parametrize("size", [(5, 5), (20, 9), (30, 40)])
def test_sizes(tmp_path, interpolation, keep_aspect_ratio, size):
    PIL.Image.fromarray(X).save(tmp_path / "image.png")
    options = {"target_size": size, "interpolation": interpolation}

    def read(library):
        load_img, img_to_array = library.utils.load_img, library.utils.img_to_array
        image = load_img(tmp_path / "image.png", keep_aspect_ratio=keep_aspect_ratio, **options)
        return img_to_array(image, data_format="channels_first", dtype="float64")

    ours, theirs = both(read)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("low", [-50.0, 0.0])
def test_arrays_become_images(channels, scale, data_format, low):
    x = X[..., :channels].astype("f") * 0.7 + (low if scale else 0.0)
    x = x if data_format == "channels_last" else x.transpose(2, 0, 1)
    ours, theirs = both(lambda k: k.utils.array_to_img(x, data_format, scale))
    assert ours.mode == theirs.mode
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest", "bicubic", "lanczos3"])
@pytest.mark.parametrize("size", [(5, 5), (20, 9), (12, 17)])
def test_smart_resize(interpolation, size):
    ours, theirs = both(
        lambda k: np.asarray(
            k.preprocessing.image.smart_resize(X[..., :3].astype("f"), size, interpolation)
        )
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-4)


# --- ImageDataGenerator: the changes, which both describe by the same words. The images are square:
# Keras turns others about a point beside their middle. Its brightness is that of whole numbers.

SQUARE = np.random.default_rng(1).uniform(0, 255, (9, 9, 3))
MOVED = {"theta": 25.0, "tx": 1.4, "ty": -0.7, "shear": 12.0, "zx": 0.8, "zy": 1.3}
warns_of_itself = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
makers = [minidl.data.ImageDataGenerator, ImageDataGenerator]


@warns_of_itself
@pytest.mark.parametrize("fill_mode", ["nearest", "reflect"])
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize(
    "change",
    [*({name: value} for name, value in MOVED.items()), MOVED, {**MOVED, "flip_vertical": True}],
    ids=str,
)
def test_an_image_is_moved_as_keras_moves_it(change, order, fill_mode):
    options = {"interpolation_order": order, "fill_mode": fill_mode, "dtype": "float64"}
    ours, theirs = (m(**options).apply_transform(SQUARE, change) for m in makers)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("name", ["channel_shift_intensity", "brightness"])
@pytest.mark.parametrize("value", [0.4, 1.7])
@pytest.mark.parametrize("low", [0.0, -40.0])
def test_colors_are_changed_as_keras_changes_them(name, value, low):
    ours, theirs = (m().apply_transform(SQUARE + low, {name: value}) for m in makers)
    np.testing.assert_allclose(ours, theirs, atol=1e-4 if name != "brightness" else 2.8)


@warns_of_itself
@pytest.mark.parametrize(
    "options",
    [
        {"samplewise_std_normalization": True},
        {"featurewise_center": True, "rescale": 0.1},
        {"featurewise_std_normalization": True},
        {"zca_whitening": True, "zca_epsilon": 1e-2},
    ],
    ids=str,
)
def test_standardizing(options):
    x = np.random.default_rng(2).normal(size=(30, 3, 3, 2))
    made = [m(**options, dtype="float64") for m in makers]
    for maker in made:
        maker.fit(x)
    ours, theirs = (maker.standardize(x[0].copy()) for maker in made)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_classes_and_parts_of_folders(tmp_path):
    for name, count in (("cat", 6), ("dog", 4)):
        (tmp_path / name).mkdir()
        for i in range(count):
            picture = PIL.Image.fromarray(np.full((5, 7, 3), 10 * count + i, np.uint8))
            picture.save(tmp_path / name / f"{i}.png")
    for subset in ("training", "validation", None):
        for mode in ("categorical", "binary", "sparse", "input"):
            options = {"class_mode": mode, "subset": subset, "shuffle": False}
            flows = [
                m(validation_split=0.3).flow_from_directory(tmp_path, (4, 4), **options)
                for m in makers
            ]
            (x, y), (x_there, y_there) = map(next, flows)
            np.testing.assert_array_equal(x, x_there)
            np.testing.assert_array_equal(y, y_there)
            assert y.dtype == y_there.dtype
            assert flows[0].class_indices == flows[1].class_indices
            assert flows[0].filenames == flows[1].filenames
