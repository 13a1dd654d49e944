"""Images in files beside Keras: what load_img reads, what arrays become, and sizes."""

import keras
import numpy as np
import PIL.Image
import pytest

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
