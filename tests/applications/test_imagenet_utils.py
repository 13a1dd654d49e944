"""What pictures become, by hand, and the names of the classes."""

import hashlib
import json

import numpy as np
import pytest

import minidl
from minidl import applications, layers
from minidl.applications import imagenet_utils
from minidl.support.disk import DataFileError

PIXEL = np.array([[[255, 127.5, 0]]])  # red, green, blue of one picture of one pixel
BECOMES = {
    "tf": [1, 0, -1],
    "torch": [(1 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0 - 0.406) / 0.225],
    "caffe": [0 - 103.939, 127.5 - 116.779, 255 - 123.68],
}
ROOMS = {
    "vgg16": "caffe",
    "vgg19": "caffe",
    "resnet": "caffe",
    "resnet50": "caffe",
    "mobilenet": "tf",
    "mobilenet_v2": "tf",
    "xception": "tf",
    "inception_v3": "tf",
    "densenet": "torch",
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_pixel(room):
    function, expected = getattr(applications, room).preprocess_input, BECOMES[ROOMS[room]]
    x = PIXEL.copy()
    np.testing.assert_allclose(function(x)[0, 0], expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(x, PIXEL)  # not written over
    batch = np.stack([PIXEL, PIXEL])
    np.testing.assert_allclose(function(batch)[1, 0, 0], expected, rtol=1e-6, atol=1e-6)
    first = function(batch.transpose(0, 3, 1, 2), data_format="channels_first")
    np.testing.assert_allclose(first[0, :, 0, 0], expected, rtol=1e-6, atol=1e-6)
    tensor = minidl.Tensor(PIXEL.astype("float32"), requires_grad=True)
    made = function(tensor)
    np.testing.assert_allclose(made.numpy()[0, 0], expected, rtol=1e-5, atol=1e-5)
    made.sum().backward()
    assert tensor.grad.shape == (1, 1, 3)


def test_symbols_and_whole_numbers():
    x = np.array([[[255, 0, 51]]], "uint8")
    made = imagenet_utils.preprocess_input(x, mode="tf")
    assert made.dtype == "float32"
    np.testing.assert_allclose(made, [[[1, -1, -0.6]]], rtol=1e-6)
    pictures = layers.Input((1, 1, 3))
    for mode, expected in BECOMES.items():
        model = minidl.Model(pictures, imagenet_utils.preprocess_input(pictures, mode=mode))
        np.testing.assert_allclose(model(PIXEL[None])[0, 0, 0], expected, rtol=1e-5, atol=1e-5)
    assert applications.efficientnet.preprocess_input(x) is x
    with pytest.raises(ValueError, match="mode is 'caffe', 'tf' or 'torch'; received 'keras'"):
        imagenet_utils.preprocess_input(x, mode="keras")
    with pytest.raises(ValueError, match="data_format"):
        imagenet_utils.preprocess_input(x, data_format="last")


def test_the_names_of_the_likeliest_classes(site, monkeypatch):
    names = {str(i): [f"n{i:08d}", f"thing_{i}"] for i in range(1000)}
    (site / "classes.json").write_text(json.dumps(names), encoding="utf-8")
    digest = hashlib.md5((site / "classes.json").read_bytes()).hexdigest()
    monkeypatch.setattr(imagenet_utils, "CLASSES", f"{applications.building.SERVER}classes.json")
    p = np.zeros((2, 1000), "float32")
    p[0, [3, 999, 10]], p[1, 7] = [0.2, 0.5, 0.3], 1
    with pytest.raises(DataFileError):  # it is not the file that Keras publishes
        imagenet_utils.decode_predictions(p)
    monkeypatch.setattr(imagenet_utils, "CLASSES_MD5", digest)
    rows = applications.vgg16.decode_predictions(minidl.Tensor(p), top=3)
    assert [len(row) for row in rows] == [3, 3] and rows[1][0] == ("n00000007", "thing_7", 1)
    assert [(number, name) for number, name, _ in rows[0]] == [
        ("n00000999", "thing_999"),
        ("n00000010", "thing_10"),
        ("n00000003", "thing_3"),
    ]
    assert len(imagenet_utils.decode_predictions(p)[0]) == 5
    with pytest.raises(ValueError, match=r"shape \(n, 1000\); received shape \(1000,\)"):
        imagenet_utils.decode_predictions(p[0])
