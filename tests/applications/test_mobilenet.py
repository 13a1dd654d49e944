"""MobileNet: the layers of its paper's table 1, and which files there are."""

import pytest

from minidl import applications
from minidl.applications.mobilenet import published_size

pytestmark = pytest.mark.usefixtures("no_numbers")


def test_the_shapes_of_table_1():
    model = applications.MobileNet(weights=None)
    shapes = {
        "conv1_relu": (112, 112, 32),
        "conv_pw_1_relu": (112, 112, 64),
        "conv_pw_3_relu": (56, 56, 128),
        "conv_pw_5_relu": (28, 28, 256),
        "conv_dw_6_relu": (14, 14, 256),
        "conv_pw_11_relu": (14, 14, 512),
        "conv_pw_13_relu": (7, 7, 1024),
        "conv_preds": (1, 1, 1000),
    }
    for name, shape in shapes.items():
        assert model.get_layer(name).output_shape == (None, *shape)
    assert model.name == "mobilenet_1.00_224"
    assert [layer.name for layer in model.layers if layer.name.startswith("conv_pad")] == [
        f"conv_pad_{i}" for i in (2, 4, 6, 12)
    ]


def test_half_of_the_filters_and_two_for_each_channel():
    model = applications.MobileNet(
        (64, 64, 3), 0.5, 2, dropout=0.3, include_top=True, weights=None, classes=5
    )
    assert model.get_layer("conv1").filters == 16
    assert model.get_layer("conv_dw_13").output_shape == (None, 2, 2, 1024)
    assert model.get_layer("dropout").rate == 0.3 and model.output_shape == (None, 5)
    assert model.name == "mobilenet_0.50_64"


FILES = [
    ({}, "mobilenet_1_0_224_tf.h5"),
    ({"alpha": 0.75, "input_shape": (160, 160, 3)}, "mobilenet_7_5_160_tf.h5"),
    (
        {"alpha": 0.5, "include_top": False, "input_shape": (128,) * 2 + (3,)},
        "5_0_128_tf_no_top.h5",
    ),
    ({"alpha": 0.25, "input_shape": (192, 192, 3)}, "mobilenet_2_5_192_tf.h5"),
]


@pytest.mark.parametrize(("how", "name"), FILES)
def test_the_file_of_its_weights(how, name, monkeypatch):
    def get_file(origin, **how):
        assert origin.startswith("https://storage.googleapis.com/tensorflow/keras-applications/mob")
        assert how["cache_subdir"] == "models" and origin.endswith(name)
        raise FileNotFoundError

    monkeypatch.setattr(applications.building, "get_file", get_file)
    with pytest.raises(FileNotFoundError):
        applications.MobileNet(**how)


def test_what_is_not_published():
    for how in ({"alpha": 0.3}, {"depth_multiplier": 2}):
        with pytest.raises(ValueError, match=r"MobileNet.*alpha 0.25, 0.5, 0.75 or 1.0.*=None"):
            applications.MobileNet(**how)
    with pytest.warns(UserWarning, match=r"128, 224 pixels a side; for input_shape=\(96, 96, 3\)"):
        assert published_size("M", (96, 96, 3), (128, 224), True, False) == (224, 224)
    assert published_size("M", (96, 96, 3), (128, 224), False, False) == (224, 96)
    assert published_size("M", (128, 128, 3), (128, 224), False, False) == (128, 128)
    assert published_size("M", (128, 96, 3), (128, 224), False, True) == (224, 128)
    assert published_size("M", None, (128, 224), False, True) == (224, 224)
    assert published_size("M", None, (128, 224), False, False) == (224, None)
