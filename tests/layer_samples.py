"""One layer of every class, and what it is called on. tests/test_catalogues.py asks the same of all
of them, tests/models/test_saving.py saves them.

A new layer class needs a row in LAYERS: its name, a function that makes one with options that are
not the defaults, and an array to call it on, or a list of arrays.
"""

import numpy as np

import minidl
from minidl import constraints, initializers, layers, regularizers
from minidl.saving import register_keras_serializable

RNG = np.random.default_rng(3)
X = RNG.normal(size=(24, 6)).astype("float32")


@register_keras_serializable("tests")
def twice(x, by=1):
    return x * 2 + by


ALPHA = dict(
    kernel_regularizer=regularizers.L1L2(0.1, 0.2),
    kernel_constraint=constraints.MaxNorm(1.5),
    kernel_initializer=initializers.HeNormal(seed=3),
    bias_initializer=initializers.Constant(0.5),
    activity_regularizer="l2",
)
IMAGES = RNG.normal(size=(5, 4, 3)).astype("float32")
PLACES = np.array([[3, 1, 1], [0, 6, 3]])


def adapted(layer, data):
    layer.adapt(data)
    return layer


LAYERS = {
    "ELU": (lambda: layers.ELU(0.7), X),
    "Activation": (lambda: layers.Activation("gelu"), X),
    "LeakyReLU": (lambda: layers.LeakyReLU(0.1), X),
    "ActivityRegularization": (lambda: layers.ActivityRegularization(0.1, 0.2), X),
    "AlphaDropout": (lambda: layers.AlphaDropout(0.2, seed=4), X),
    "BatchNormalization": (
        lambda: layers.BatchNormalization(
            momentum=0.5, epsilon=0.1, gamma_initializer="uniform", beta_regularizer="l1"
        ),
        X,
    ),
    "Dense": (lambda: layers.Dense(3, **ALPHA), X),
    "Dropout": (
        lambda: layers.Dropout(0.3, noise_shape=(None, 1), seed=minidl.random.SeedGenerator(5)),
        X,
    ),
    "Embedding": (
        lambda: layers.Embedding(7, 3, embeddings_regularizer="l2"),
        np.arange(6).reshape(2, 3),
    ),
    "ReversibleEmbedding": (
        lambda: layers.ReversibleEmbedding(7, 3, False, mask_zero=True, logit_soft_cap=2.0),
        np.arange(6).reshape(2, 3),
    ),
    "Flatten": (layers.Flatten, IMAGES),
    "GlobalAveragePooling1D": (lambda: layers.GlobalAveragePooling1D(keepdims=True), IMAGES),
    "GlobalMaxPooling1D": (lambda: layers.GlobalMaxPooling1D(data_format="channels_first"), IMAGES),
    "SpatialDropout1D": (lambda: layers.SpatialDropout1D(0.4, seed=2), IMAGES),
    "GaussianDropout": (lambda: layers.GaussianDropout(0.2), X),
    "GaussianNoise": (lambda: layers.GaussianNoise(0.2), X),
    "Identity": (layers.Identity, X),
    "Cropping1D": (lambda: layers.Cropping1D(1), IMAGES),
    "ZeroPadding1D": (lambda: layers.ZeroPadding1D((0, 2)), IMAGES),
    "UpSampling1D": (lambda: layers.UpSampling1D(3), IMAGES),
    "Cropping2D": (lambda: layers.Cropping2D(((1, 0), (0, 1))), IMAGES[..., None]),
    "ZeroPadding2D": (lambda: layers.ZeroPadding2D((0, 2)), IMAGES[..., None]),
    "UpSampling2D": (
        lambda: layers.UpSampling2D((1, 2), "channels_first", "bilinear"),
        IMAGES[..., None],
    ),
    "SpatialDropout2D": (lambda: layers.SpatialDropout2D(0.4, seed=2), IMAGES[..., None]),
    "Cropping3D": (lambda: layers.Cropping3D((1, 0, 0)), IMAGES[..., None, None]),
    "ZeroPadding3D": (lambda: layers.ZeroPadding3D((0, 2, 1)), IMAGES[..., None, None]),
    "UpSampling3D": (lambda: layers.UpSampling3D((2, 1, 1)), IMAGES[..., None, None]),
    "SpatialDropout3D": (lambda: layers.SpatialDropout3D(0.4, seed=2), IMAGES[..., None, None]),
    "Masking": (lambda: layers.Masking(mask_value=0.5), X[:, None]),
    "Lambda": (lambda: layers.Lambda(twice, arguments={"by": 2}), X),
    "LayerNormalization": (lambda: layers.LayerNormalization(axis=(1, 2)), IMAGES),
    "Normalization": (
        lambda: layers.Normalization(mean=[1.0, 2, 3], variance=np.array([1.0, 4, 9])),
        IMAGES,
    ),
    "PReLU": (lambda: layers.PReLU("uniform", shared_axes=[1]), IMAGES),
    "Pipeline": (
        lambda: layers.Pipeline([layers.Rescaling(0.5), layers.RandomFlip(seed=1)]),
        IMAGES[..., None],
    ),
    "Permute": (lambda: layers.Permute((2, 1)), IMAGES),
    "ReLU": (lambda: layers.ReLU(3.0, 0.1, 0.5), X),
    "RepeatVector": (lambda: layers.RepeatVector(3), X),
    "Rescaling": (lambda: layers.Rescaling(1 / 255, [0.5] * 6), X),
    "Reshape": (lambda: layers.Reshape((3, -1)), X),
    "Softmax": (lambda: layers.Softmax(axis=1), IMAGES),
    "UnitNormalization": (layers.UnitNormalization, X),
    "GroupNormalization": (
        lambda: layers.GroupNormalization(2, axis=1, beta_regularizer="l1"),
        IMAGES,
    ),
    "RMSNormalization": (lambda: layers.RMSNormalization([1, 2]), IMAGES),
    "EinsumDense": (
        lambda: layers.EinsumDense(
            "abc,cd->abd",
            (None, 2),
            "relu",
            "d",
            **{k: v for k, v in ALPHA.items() if k != "bias_initializer"},
        ),
        IMAGES,
    ),
    "SpectralNormalization": (lambda: layers.SpectralNormalization(layers.Dense(2)), IMAGES),
    "TimeDistributed": (lambda: layers.TimeDistributed(layers.Dense(2, "tanh")), IMAGES),
    "CategoryEncoding": (lambda: layers.CategoryEncoding(7, "count"), PLACES),
    "Discretization": (
        lambda: adapted(layers.Discretization(num_bins=3, output_mode="one_hot"), X),
        X,
    ),
    "HashedCrossing": (
        lambda: layers.HashedCrossing(4, "one_hot"),
        [PLACES[:, :1].copy(), PLACES[:, 1:2].copy()],
    ),
    "Hashing": (lambda: layers.Hashing(4, 3, output_mode="multi_hot"), PLACES),
    "IntegerLookup": (
        lambda: adapted(layers.IntegerLookup(max_tokens=5, output_mode="tf_idf"), PLACES),
        PLACES,
    ),
}
WORDS = np.array([["b"], ["a"], ["b"]])
LAYERS["StringLookup"] = (lambda: adapted(layers.StringLookup(mask_token=""), WORDS), WORDS)
LAYERS["TextVectorization"] = (
    lambda: adapted(
        layers.TextVectorization(ngrams=(1, 2), standardize="lower", output_mode="tf_idf"),
        ["a b", "B c"],
    ),
    WORDS,
)
MERGING = {
    "Add": layers.Add,
    "Average": layers.Average,
    "Concatenate": lambda: layers.Concatenate(axis=1),
    "Dot": lambda: layers.Dot((1, -1), normalize=True),
    "Maximum": layers.Maximum,
    "Minimum": layers.Minimum,
    "Multiply": layers.Multiply,
    "Subtract": layers.Subtract,
}
LAYERS.update({name: (make, [X, X[::-1].copy()]) for name, make in MERGING.items()})


# Windows along one, two and three axes.
PLACES = {n: np.random.default_rng(0).normal(size=(3, *(5, 6, 4)[:n], 2)) for n in (1, 2, 3)}
for n, x in PLACES.items():
    for name, arguments in {
        "Conv{}D": (3, 2, 2, "same"),
        "Conv{}DTranspose": (3, 2, 2),
        "DepthwiseConv{}D": (2,),
        "SeparableConv{}D": (3, 2),
        "MaxPooling{}D": (2,),
        "AveragePooling{}D": (2, 1, "same"),
        "AdaptiveMaxPooling{}D": (2,),
        "AdaptiveAveragePooling{}D": (2,),
        "GlobalMaxPooling{}D": (),
        "GlobalAveragePooling{}D": (),
    }.items():
        layer = getattr(layers, name.format(n), None)  # no depthwise ones along three axes
        if layer is not None and name.format(n) not in LAYERS:
            make = lambda layer=layer, arguments=arguments: layer(*arguments)
            LAYERS[name.format(n)] = (make, x)


PREPARING = {
    "Resizing": dict(height=3, width=4, interpolation="nearest"),
    "CenterCrop": dict(height=3, width=4),
    "RandomCrop": dict(height=3, width=4, seed=1),
    "RandomFlip": dict(mode="vertical"),
    "RandomRotation": dict(factor=(0.1, 0.2), fill_mode="wrap"),
    "RandomZoom": dict(height_factor=0.2),
    "RandomTranslation": dict(height_factor=0.2, width_factor=(-0.1, 0.3)),
    "RandomContrast": dict(factor=(0.1, 0.2)),
    "RandomBrightness": dict(factor=0.2, value_range=(0, 1)),
}
for name, options in PREPARING.items():
    make = lambda name=name, options=options: getattr(layers, name)(**options)
    LAYERS[name] = (make, PLACES[2])


STEPS = np.random.default_rng(1).normal(size=(4, 5, 3)).astype("float32")
SEQUENCES = {
    "SimpleRNN": lambda: layers.SimpleRNN(3, activation="relu", use_bias=False),
    "LSTM": lambda: layers.LSTM(3, return_sequences=True, go_backwards=True, dropout=0.1),
    "GRU": lambda: layers.GRU(3, reset_after=False, recurrent_dropout=0.1, seed=2),
    "RNN": lambda: layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True),
    "Bidirectional": lambda: layers.Bidirectional(layers.GRU(3), merge_mode="sum"),
    "SinePositionEncoding": lambda: layers.SinePositionEncoding(max_wavelength=50),
    "MelSpectrogram": lambda: layers.MelSpectrogram(4, 1, 2, "hamming", 9000, num_mel_bins=3),
}
LAYERS.update({name: (make, STEPS) for name, make in SEQUENCES.items()})
OF_FILMS = dict(strides=1, padding="same", use_bias=False, recurrent_dropout=0.1, seed=2)
for n in (1, 2, 3):
    make = lambda n=n: getattr(layers, f"ConvLSTM{n}D")(2, n, **OF_FILMS, return_sequences=True)
    LAYERS[f"ConvLSTM{n}D"] = (make, STEPS.reshape(4, 5, 3, *(1,) * n))
ATTENTION = {
    "Attention": lambda: layers.Attention(use_scale=True, dropout=0.1, seed=1),
    "AdditiveAttention": lambda: layers.AdditiveAttention(dropout=0.1, seed=1),
    "MultiHeadAttention": lambda: layers.MultiHeadAttention(2, 4, 3, use_bias=False),
    "GroupedQueryAttention": lambda: layers.GroupQueryAttention(4, 4, 2, dropout=0.2, seed=3),
}
LAYERS.update({name: (make, [STEPS, STEPS[:, :3].copy()]) for name, make in ATTENTION.items()})
# A cell is called by the layer RNN.
CELLS = {
    "SimpleRNNCell": lambda: layers.SimpleRNNCell(3, "relu", dropout=0.1, seed=1),
    "LSTMCell": lambda: layers.LSTMCell(3, unit_forget_bias=False),
    "GRUCell": lambda: layers.GRUCell(3, reset_after=False),
    "StackedRNNCells": lambda: layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(2)]),
}
