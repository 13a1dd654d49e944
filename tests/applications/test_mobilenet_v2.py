"""MobileNetV2: the layers of its paper's table 2, and which files there are."""

import pytest

from minidl import applications, layers

pytestmark = pytest.mark.usefixtures("no_numbers")


def test_the_shapes_of_table_2():
    model = applications.MobileNetV2(weights=None, include_top=False, input_shape=(224, 224, 3))
    shapes = {
        "Conv1_relu": (112, 112, 32),
        "expanded_conv_project_BN": (112, 112, 16),
        "block_1_expand_relu": (112, 112, 96),
        "block_2_add": (56, 56, 24),
        "block_5_add": (28, 28, 32),
        "block_9_add": (14, 14, 64),
        "block_12_add": (14, 14, 96),
        "block_13_pad": (15, 15, 576),
        "block_15_add": (7, 7, 160),
        "block_16_project_BN": (7, 7, 320),
        "out_relu": (7, 7, 1280),
    }
    for name, shape in shapes.items():
        assert model.get_layer(name).output_shape == (None, *shape)
    assert model.name == "mobilenetv2_1.00_224" and len(model.layers) == 154
    adds = [layer.name for layer in model.layers if isinstance(layer, layers.Add)]
    assert adds == [f"block_{i}_add" for i in (2, 4, 5, 7, 8, 9, 11, 12, 14, 15)]
    slow = model.get_layer("block_3_depthwise_BN")
    assert (slow.momentum, slow.epsilon) == (0.999, 1e-3)


def test_wider_and_narrower():
    """Filters are multiples of 8, and the last layer never has fewer than 1280."""
    for alpha, first, last in ((0.35, 16, 1280), (1.4, 48, 1792)):
        model = applications.MobileNetV2((32, 32, 3), alpha, False, None)
        assert model.get_layer("Conv1").filters == first
        assert model.output_shape == (None, 1, 1, last)
        assert model.name == f"mobilenetv2_{alpha:.2f}_32"


FILES = [
    ({}, "kernels_1.0_224.h5"),
    ({"alpha": 1.4, "include_top": False}, "kernels_1.4_224_no_top.h5"),
    ({"input_shape": (96, 96, 3), "include_top": False}, "kernels_1.0_96_no_top.h5"),
    ({"input_tensor": layers.Input((160, 160, 3)), "include_top": False}, "_1.0_160_no_top.h5"),
]


@pytest.mark.parametrize(("how", "name"), FILES)
@pytest.mark.filterwarnings("ignore:MobileNetV2. weights are published")
def test_the_file_of_its_weights(how, name, monkeypatch):
    def get_file(origin, **how):
        assert origin.endswith(f"/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_{name}") or (
            name.startswith("_") and origin.endswith(name)
        )
        raise FileNotFoundError

    monkeypatch.setattr(applications.building, "get_file", get_file)
    with pytest.raises(FileNotFoundError):
        applications.MobileNetV2(**how)


def test_what_is_not_published():
    with pytest.raises(ValueError, match=r"MobileNetV2.*0.35, .* or 1.4; received 0.3\..*=None"):
        applications.MobileNetV2(alpha=0.3)
