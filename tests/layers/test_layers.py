"""minidl.layers: what each layer computes, its weights and gradients, training and not, your own
layers, and every refusal.
"""

import numpy as np
import pytest
from class_samples import things, title

from minidl import Layer, check_gradients
from minidl.layers import Activation, Flatten, LeakyReLU, ReLU, Reshape, Softmax

RNG = np.random.default_rng(0)


# --- the layers without weights
# --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "x", "expected"),
    [
        (Activation("relu"), [[-1, 2]], [[0, 2]]),
        (Activation("tanh"), [[0.5]], [[np.tanh(0.5)]]),
        (Activation(lambda x: x * 3.0), [[2]], [[6]]),
        (ReLU(), [[-1, 2]], [[0, 2]]),
        (ReLU(6.0), [[-1, 8]], [[0, 6]]),
        (
            ReLU(max_value=1.5, negative_slope=0.1, threshold=1.0),
            [[-1, 0.5, 1.2, 3]],
            [[-0.2, -0.05, 1.2, 1.5]],
        ),
        (LeakyReLU(), [[-1, 2]], [[-0.3, 2]]),
        (LeakyReLU(0.01), [[-1, 2]], [[-0.01, 2]]),
        (LeakyReLU(negative_slope=0.5), [[-1, 2]], [[-0.5, 2]]),
        (LeakyReLU(alpha=0.5), [[-1, 2]], [[-0.5, 2]]),
        (Softmax(), [[0, np.log(3)]], [[0.25, 0.75]]),
        (Softmax(axis=1), [[[0], [np.log(3)]]], [[[0.25], [0.75]]]),
        (Flatten(), [[[1, 2], [3, 4]]], [[1, 2, 3, 4]]),
        (Flatten(), [1, 2, 3], [[1], [2], [3]]),
        (Reshape((2, 2)), [[1, 2, 3, 4]], [[[1, 2], [3, 4]]]),
        (Reshape((-1,)), [[[1, 2], [3, 4]]], [[1, 2, 3, 4]]),
        (Reshape((2, -1, 1)), [[1, 2, 3, 4]], [[[[1], [2]], [[3], [4]]]]),
        (Reshape(4), [[[1, 2], [3, 4]]], [[1, 2, 3, 4]]),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, Layer) else "",
)
def test_values(layer, x, expected):
    y = layer(np.array(x, dtype=np.float32))
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-6)
    assert y.dtype == np.float32 and layer.weights == [] and layer.count_params() == 0


@pytest.mark.parametrize(
    "layer",
    [
        Activation("tanh"),
        ReLU(2.0, 0.1),
        LeakyReLU(),
        Softmax(),
        Flatten(),
        Reshape((3, -1)),
        Softmax(axis=1),
    ],
    ids=lambda v: type(v).__name__,
)
def test_gradients(layer):
    layer.dtype = np.dtype("float64")
    x = RNG.normal(size=(2, 3, 4))
    assert check_gradients(layer, x[np.abs(x) > 1e-2][:12].reshape(1, 3, 4))


FLAGS = {
    "supports_masking": """
        Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
        BatchNormalization Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D Concatenate Dense Dot Dropout ELU Embedding GRU
        GaussianDropout GaussianNoise GlobalAveragePooling1D GroupNormalization
        GroupedQueryAttention Identity LSTM Lambda LayerNormalization LeakyReLU Masking Maximum
        Minimum MultiHeadAttention Multiply Normalization PReLU RNN ReLU Rescaling ReversibleEmbedding SimpleRNN
        SinePositionEncoding Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract
        TimeDistributed UnitNormalization
    """,
    "takes_raw_input": """
        CategoryEncoding CenterCrop Discretization Embedding HashedCrossing Hashing IntegerLookup
        MelSpectrogram Normalization Pipeline ReversibleEmbedding
        RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation
        RandomZoom Rescaling Resizing StringLookup TextVectorization
    """,
    "takes_texts": "HashedCrossing Hashing StringLookup TextVectorization",
    "trains_when_called": """
        Pipeline RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation
        RandomZoom
    """,
}


@pytest.mark.parametrize("flag", FLAGS)
def test_which_layers_hand_masks_on_take_raw_numbers_or_change_images(flag):
    assert {title(cls) for cls in things("layer") if getattr(cls, flag)} == {*FLAGS[flag].split()}
