"""Images in files: load_img, img_to_array, array_to_img, save_img, smart_resize."""

import io

import numpy as np
import PIL.Image
import pytest

import minidl
from minidl.data import images, smart_resize
from minidl.utils import array_to_img, img_to_array, load_img, save_img


@pytest.fixture
def picture(tmp_path):
    """The path of a picture of 6 x 8 pixels, and its pixels."""
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(tmp_path / "picture.png")
    return tmp_path / "picture.png", pixels


def test_a_picture_becomes_an_array_and_a_picture_again(picture):
    path, pixels = picture
    x = img_to_array(load_img(path))
    assert x.dtype == np.float32 and x.flags.writeable
    np.testing.assert_array_equal(x, pixels)
    np.testing.assert_array_equal(np.asarray(array_to_img(x, scale=False)), pixels)
    save_img(path.with_name("again.png"), x, scale=False)
    with open(path.with_name("again.png"), "rb") as file:
        np.testing.assert_array_equal(img_to_array(load_img(file), dtype="uint8"), pixels)


def test_channels_first(picture):
    path, pixels = picture
    x = img_to_array(load_img(path), data_format="channels_first")
    np.testing.assert_array_equal(x, pixels.transpose(2, 0, 1))
    image = array_to_img(x, data_format="channels_first", scale=False)
    np.testing.assert_array_equal(np.asarray(image), pixels)
    with pytest.raises(ValueError, match="img_to_array: data_format is 'channels_last'"):
        img_to_array(image, data_format="first")


@pytest.mark.parametrize(("mode", "channels"), [("rgb", 3), ("rgba", 4), ("grayscale", 1)])
def test_colors(picture, mode, channels):
    assert img_to_array(load_img(picture[0], color_mode=mode)).shape == (6, 8, channels)


def test_sixteen_bits_stay(tmp_path):
    values = np.array([[0, 300], [40000, 65535]], np.uint16)
    PIL.Image.fromarray(values).save(tmp_path / "deep.png")
    x = img_to_array(load_img(tmp_path / "deep.png", color_mode="grayscale"))
    np.testing.assert_array_equal(x[..., 0], values)


def test_another_size(picture):
    path, pixels = picture
    assert load_img(path, target_size=(3, 5)).size == (5, 3)
    nearest = img_to_array(load_img(path, target_size=(3, 4)))
    np.testing.assert_array_equal(nearest, pixels[1::2, 1::2])
    square = img_to_array(load_img(path, target_size=(6, 6), keep_aspect_ratio=True))
    np.testing.assert_array_equal(square, pixels[:, 1:7])


@pytest.mark.parametrize(
    ("size", "target", "box"),
    [
        ((6, 8), (6, 6), (1, 0, 7, 6)),
        ((8, 6), (6, 6), (0, 1, 6, 7)),
        ((7, 4), (1, 2), (0, 2, 4, 4)),
        ((4, 7), (3, 2), (2, 0, 4, 4)),
        ((5, 5), (20, 20), (0, 0, 5, 5)),
    ],
)
def test_the_middle_of_an_image(size, target, box):
    """The largest part with the ratio of the target: left, top, right, bottom."""
    assert images.middle(*size, *target) == box


def test_how_new_pixels_are_computed(picture):
    path, pixels = picture
    for name in images.RESAMPLING:
        found = load_img(path, target_size=(4, 3), interpolation=name)
        expected = PIL.Image.open(path).resize((3, 4), PIL.Image.Resampling[name.upper()])
        np.testing.assert_array_equal(found, expected)
    assert load_img(path, target_size=7).size == (7, 7)
    assert load_img(path, target_size=(8, 6)).size == (6, 8)
    assert img_to_array(PIL.Image.open(path), dtype="float16").dtype == np.float16
    whole = array_to_img(np.array([[[0], [0.9], [1]]]), dtype="uint8")
    assert np.asarray(whole).tolist() == [[0, 0, 255]]


def opened(path):
    with PIL.Image.open(path) as image:
        return image.format, image.mode


def test_a_file_takes_its_format_from_its_name(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    x = np.full((2, 2, 3), 7)
    for name, file_format, found in (
        ("a.jpg", None, "JPEG"),
        ("b.PNG", None, "PNG"),
        ("c.jpg", "png", "PNG"),
        ("d", "JPG", "JPEG"),
    ):
        save_img(tmp_path / name, x, file_format=file_format, scale=False)
        assert opened(tmp_path / name) == (found, "RGB")
    assert load_img("~/a.jpg").size == (2, 2)
    assert np.asarray(load_img(tmp_path / "b.PNG")).tolist() == x.tolist()
    with pytest.warns(UserWarning, match="no transparency"):
        save_img(tmp_path / "clear.JPG", np.zeros((2, 2, 4)))
    save_img(tmp_path / "clear.png", np.zeros((2, 2, 4)))
    assert opened(tmp_path / "clear.png") == ("PNG", "RGBA")
    with pytest.raises(ValueError, match="unknown file extension"):
        save_img(tmp_path / "e", x)


def test_values_are_stretched_unless_told_otherwise():
    x = np.array([[[-1.0], [0.0]], [[0.5], [1.0]]])
    assert np.asarray(array_to_img(x)).tolist() == [[0, 127], [191, 255]]
    flat = np.full((2, 2, 1), 3.0)
    assert not np.asarray(array_to_img(flat)).any()
    deep = array_to_img(np.full((2, 2, 1), 300.0), scale=False)
    assert np.asarray(deep).tolist() == [[300, 300]] * 2
    for top, mode in ((255, "L"), (256, "I")):
        assert array_to_img(np.full((2, 2, 1), top), scale=False).mode == mode
    assert array_to_img(np.full((2, 2, 3), 300), scale=False).mode == "RGB"
    tall = array_to_img(np.zeros((1, 3, 2)), data_format="channels_first")
    assert tall.size == (2, 3) and np.asarray(array_to_img(x * 9 + 5)).max() == 255
    assert array_to_img(minidl.Tensor(np.ones((2, 2, 4)))).mode == "RGBA"


def test_a_jpeg_of_a_transparent_image_is_rgb():
    file = io.BytesIO()
    with pytest.warns(UserWarning, match="JPEG files have no transparency"):
        save_img(file, np.random.default_rng(0).random((4, 4, 4)), file_format="jpg", quality=90)
    assert PIL.Image.open(file).mode == "RGB" and PIL.Image.open(file).format == "JPEG"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda path: load_img(path, color_mode="gray"), "color_mode is 'rgb', 'rgba', 'gray"),
        (lambda path: load_img(path, interpolation="cubic"), "interpolation is 'nearest'"),
        (lambda path: load_img(path, target_size=(3, 4, 3)), r"target_size is \(height, width\)"),
        (lambda path: load_img(path, target_size=(0, 3)), "target_size must be a whole number"),
        (lambda path: array_to_img(np.ones((1, 4, 4, 3))), r"one image.*received shape \(1, 4, 4"),
        (lambda path: array_to_img(np.ones((4, 4))), r"one image.*received shape \(4, 4\)"),
        (lambda path: array_to_img(np.ones((4, 4, 5))), "received 5"),
        (lambda path: img_to_array(np.ones(4)), r"something of shape \(4,\)"),
        (lambda path: load_img(path, target_size=(3,)), r"height, width\); received \(3,\)"),
        (lambda path: array_to_img(np.ones((4, 4, 2))), r"1 channel \(gray\).*received 2"),
        (lambda path: img_to_array(np.ones((1, 4, 4, 3))), "converted one by one"),
    ],
)
def test_mistakes(picture, call, expected):
    with pytest.raises(ValueError, match=expected):
        call(picture[0])


def test_smart_resize_cuts_rather_than_distorts():
    x = np.arange(24.0).reshape(4, 6, 1)
    np.testing.assert_array_equal(smart_resize(x, (4, 4)), x[:, 1:5])
    assert smart_resize(np.ones((2, 3, 8, 9)), (2, 5), data_format="channels_first").shape == (
        2,
        3,
        2,
        5,
    )
