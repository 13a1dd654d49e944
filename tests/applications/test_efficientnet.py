"""EfficientNet: the layers of its paper's table 1, and how width and depth grow."""

import numpy as np
import pytest

from minidl import applications, layers

pytestmark = pytest.mark.usefixtures("no_numbers")


def test_the_shapes_of_table_1():
    model = applications.EfficientNetB0(weights=None, include_top=False, input_shape=(224, 224, 3))
    shapes = {
        "stem_activation": (112, 112, 32),
        "block1a_project_bn": (112, 112, 16),
        "block2b_add": (56, 56, 24),
        "block3b_add": (28, 28, 40),
        "block4c_add": (14, 14, 80),
        "block5c_add": (14, 14, 112),
        "block6d_add": (7, 7, 192),
        "block7a_project_bn": (7, 7, 320),
        "top_activation": (7, 7, 1280),
    }
    for name, shape in shapes.items():
        assert model.get_layer(name).output_shape == (None, *shape)
    # a quarter of the block's input channels weigh its wide ones
    assert model.get_layer("block2a_se_reduce").output_shape == (None, 1, 1, 4)
    assert model.get_layer("block2a_se_expand").output_shape == (None, 1, 1, 96)
    assert model.get_layer("block3a_dwconv").kernel_size == (5, 5)
    drops = [layer.rate for layer in model.layers if isinstance(layer, layers.Dropout)]
    np.testing.assert_allclose(drops, np.array([2, 4, 6, 7, 9, 10, 12, 13, 14]) * 0.2 / 16)


def test_width_and_depth_of_b3():
    """1.2 times the filters, as multiples of 8, and 1.4 times the blocks, rounded up."""
    model = applications.EfficientNetB3(weights=None, input_shape=(32, 32, 3), classes=4)
    assert model.get_layer("stem_conv").filters == 40
    assert model.get_layer("top_conv").filters == 1536
    assert model.get_layer("top_dropout").rate == 0.3
    blocks = {layer.name[5:7] for layer in model.layers if layer.name.startswith("block")}
    assert sorted(blocks) == [
        f"{stage}{letter}"
        for stage, count in enumerate((2, 3, 3, 5, 5, 6, 2), 1)
        for letter in "abcdef"[:count]
    ]


def test_published_weights_come_with_a_scale_of_their_own(monkeypatch, tmp_path):
    """Of 1/√deviation, after the Normalization; Keras found it missing in the first version."""

    def get_file(origin, file_hash, **how):
        assert origin == "https://storage.googleapis.com/keras-applications/efficientnetb2_notop.h5"
        assert file_hash == "111f8e2ac8aa800a7a99e3239f7bfb39"
        return "file"

    read = []
    monkeypatch.setattr(applications.building, "get_file", get_file)
    monkeypatch.setattr("minidl.Model.load_weights", lambda model, path: read.append(path))
    model = applications.EfficientNetB2(include_top=False)
    assert read == ["file"]
    scales = [layer.scale for layer in model.layers if isinstance(layer, layers.Rescaling)]
    assert scales[0] == 1 / 255
    np.testing.assert_allclose(scales[1], [2.089692, 2.112886, 2.108185], rtol=1e-6)
