"""The room opens on first use; its networks have the sizes that their papers and Keras's
documentation tell, and learn anew."""

import subprocess
import sys

import numpy as np
import pytest
from places import ROOT

import minidl
from minidl import applications, layers

# Weights of the whole network, from Keras's documentation
COUNTS = {
    "VGG16": 138_357_544,
    "VGG19": 143_667_240,
    "ResNet50": 25_636_712,
    "ResNet101": 44_707_176,
    "Xception": 22_910_480,
    "InceptionV3": 23_851_784,
    "MobileNet": 4_253_864,
    "MobileNetV2": 3_538_984,
    "DenseNet121": 8_062_504,
    "EfficientNetB0": 5_330_571,
    "EfficientNetB1": 7_856_239,
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_network_has_as_many_weights_as_published(name, no_numbers):
    model = getattr(applications, name)(weights=None)
    assert model.count_params() == COUNTS[name]
    assert model.output_shape == (None, 1000)
    size = 299 if name in ("Xception", "InceptionV3") else 224
    size = 240 if name == "EfficientNetB1" else size
    assert model.input_shape == (None, size, size, 3)


def test_the_room_opens_on_first_use():
    code = (
        "import sys, minidl as tf\n"
        "tf.Sequential\n"
        "assert not any('.applications.v' in m or '.building' in m for m in sys.modules)\n"
        "from minidl.keras.applications.vgg16 import VGG16, preprocess_input\n"
        "from minidl.applications import MobileNetV2, imagenet_utils, resnet50\n"
        "import minidl.keras.applications.xception as xception\n"
        "assert tf.keras.applications.vgg16.VGG16 is tf.applications.VGG16 is VGG16\n"
        "assert tf.keras.applications is sys.modules['minidl.applications']\n"
        "assert resnet50.ResNet50 is tf.applications.resnet.ResNet50\n"
        "assert xception.Xception is tf.applications.Xception\n"
        "assert 'DenseNet121' in dir(tf.applications)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True)


def test_a_network_that_is_not_here():
    with pytest.raises(AttributeError, match="applications.NASNetLarge.*not have it.*MobileNetV2"):
        applications.NASNetLarge  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ImportError, match="applications.convnext.ConvNeXtTiny.*not have it"):
        exec("from minidl.applications.convnext import ConvNeXtTiny")
    with pytest.raises(AttributeError, match="Did you mean 'ResNet50'"):
        applications.ResNet5  # pyright: ignore[reportAttributeAccessIssue]


def test_a_small_head_learns_on_a_frozen_trunk(rng):
    """The lesson on transfer learning, in small: the trunk stays, to its moving averages, then its
    last layers learn too.
    """
    x = rng.uniform(0, 255, (8, 32, 32, 3)).astype("float32")
    y = (x[..., 0].mean((1, 2)) > x[..., 2].mean((1, 2))).astype(int)
    base = applications.MobileNetV2(
        input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35
    )
    for layer in base.layers:  # so that signals do not die out
        if "kernel" in [w.name for w in layer.weights]:
            layer.set_weights([w * 3 for w in layer.get_weights()])
    base.trainable = False
    before = [w.copy() for w in base.get_weights()]
    pictures = layers.Input((32, 32, 3))
    features = base(applications.mobilenet_v2.preprocess_input(pictures), training=False)
    outputs = layers.Dense(1)(layers.GlobalAveragePooling2D()(features))
    model = minidl.Model(pictures, outputs)
    loss = minidl.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(x, y, epochs=2, batch_size=4, verbose=0)
    assert len(model.trainable_variables) == 2
    for old, now in zip(before, base.get_weights()):
        np.testing.assert_array_equal(old, now)
    base.trainable = True
    for layer in base.layers[:-3]:
        layer.trainable = False
    model.compile(minidl.optimizers.Adam(1e-3), loss)
    model.fit(x, y, epochs=3, initial_epoch=2, batch_size=4, verbose=0)
    assert [v.path for v in base.trainable_variables] == [
        "Conv_1/kernel",
        "Conv_1_bn/gamma",
        "Conv_1_bn/beta",
    ]
    moved = [not np.array_equal(a, b) for a, b in zip(before, base.get_weights())]
    assert moved[-5:] == [True] * 3 + [False] * 2 and not any(moved[:-5])


@pytest.mark.parametrize("ending", [".keras", ".npz", ".h5"])
def test_a_network_is_saved_and_loaded(ending, tmp_path, rng):
    """With sums of large pictures."""
    base = applications.MobileNetV2((96, 96, 3), 0.35, False, None)
    base.save(tmp_path / f"model{ending}")
    again = minidl.models.load_model(tmp_path / f"model{ending}")
    x = rng.uniform(-1, 1, (1, 96, 96, 3))
    np.testing.assert_array_equal(again(x).numpy(), base(x).numpy())
    assert [layer.name for layer in again.layers] == [layer.name for layer in base.layers]


@pytest.fixture
def rng():
    return np.random.default_rng(0)
