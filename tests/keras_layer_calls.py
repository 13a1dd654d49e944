"""Layers with their options and inputs that Keras and minidl both answer.

tests/parity/test_keras_layers.py compares them live, and writes what Keras answers to
goldens/keras_layers.json: of each array its products with two fixed random ones, in which a change
of any entry shows. tests/layers/test_layers_as_keras.py compares with it.
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).parent / "goldens" / "keras_layers.json"
A, B, C = (2, 3, 4), (5,), (6, 5, 3)  # shapes of one sample
IMAGE = (6, 7, 4)
N = 7  # samples a batch

# (layer, its options, the shape of one sample or a list of them)
CASES = [
    ("ConvLSTM1D", dict(filters=2, kernel_size=2), (3, 5, 2)),
    ("ConvLSTM2D", dict(filters=3, kernel_size=3), (3, 5, 4, 2)),
    (
        "ConvLSTM2D",
        dict(filters=2, kernel_size=(3, 2), strides=2, padding="same", return_sequences=True),
        (3, 5, 4, 2),
    ),
    (
        "ConvLSTM2D",
        dict(filters=2, kernel_size=2, dilation_rate=(1, 2), go_backwards=True, use_bias=False),
        (3, 5, 4, 2),
    ),
    (
        "ConvLSTM2D",
        dict(filters=2, kernel_size=3, padding="same", activation="relu", unit_forget_bias=False),
        (2, 3, 4, 2),
    ),
    ("ConvLSTM3D", dict(filters=2, kernel_size=2, padding="same"), (2, 3, 2, 3, 1)),
    ("MelSpectrogram", dict(fft_length=32, sequence_stride=10, num_mel_bins=5, top_db=200), (90,)),
    (
        "MelSpectrogram",
        dict(
            fft_length=32,
            sequence_stride=8,
            sequence_length=20,
            window="hamming",
            sampling_rate=8000,
            num_mel_bins=4,
            min_freq=100.0,
            max_freq=3000.0,
            power_to_db=False,
            mag_exp=1.0,
        ),
        (90,),
    ),
    ("MelSpectrogram", dict(fft_length=16, top_db=300.0, ref_power=2.0, num_mel_bins=3), (90,)),
    ("Dense", dict(units=4, activation="tanh"), B),
    ("Dense", dict(units=3, use_bias=False), A),
    ("Activation", dict(activation="gelu"), B),
    ("Activation", dict(activation="softmax"), A),
    ("ReLU", {}, A),
    ("ReLU", dict(max_value=1.0, negative_slope=0.1, threshold=0.25), A),
    ("LeakyReLU", {}, B),
    ("LeakyReLU", dict(negative_slope=0.1), A),
    ("ELU", {}, B),
    ("ELU", dict(alpha=0.3), A),
    ("Softmax", {}, B),
    ("Softmax", dict(axis=1), A),
    ("Softmax", dict(axis=(1, 2)), A),
    ("PReLU", {}, B),
    ("PReLU", {}, A),
    ("PReLU", dict(shared_axes=[1]), A),
    ("PReLU", dict(shared_axes=[1, 2]), A),
    ("PReLU", dict(shared_axes=2, alpha_initializer="ones"), A),
    ("BatchNormalization", {}, B),
    ("BatchNormalization", {}, A),
    ("BatchNormalization", dict(axis=1), A),
    ("BatchNormalization", dict(axis=-2), C),
    ("BatchNormalization", dict(momentum=0.5, epsilon=0.25), B),
    ("BatchNormalization", dict(center=False), A),
    ("BatchNormalization", dict(scale=False), B),
    ("BatchNormalization", dict(center=False, scale=False), B),
    ("BatchNormalization", dict(trainable=False), A),
    ("LayerNormalization", {}, B),
    ("LayerNormalization", {}, A),
    ("LayerNormalization", dict(axis=1), A),
    ("LayerNormalization", dict(axis=[1, 2]), A),
    ("LayerNormalization", dict(axis=[3, 1]), A),
    ("LayerNormalization", dict(axis=(2, 3)), A),
    ("LayerNormalization", dict(epsilon=0.5, center=False), A),
    ("LayerNormalization", dict(scale=False), B),
    ("GroupNormalization", dict(groups=2), A),
    ("GroupNormalization", dict(groups=3, axis=-2), A),
    ("GroupNormalization", dict(groups=-1, axis=1), A),
    ("GroupNormalization", dict(groups=5), B),
    ("GroupNormalization", dict(groups=1, epsilon=0.25, center=False), B),
    ("GroupNormalization", dict(groups=2, axis=3, scale=False), (*C[::-1], 4)),
    ("RMSNormalization", {}, B),
    ("RMSNormalization", {}, A),
    ("RMSNormalization", dict(axis=[-1], epsilon=0.5), A),
    ("RMSNormalization", dict(axis=[2, 3]), A),
    (
        "EinsumDense",
        dict(equation="ab,bc->ac", output_shape=4, bias_axes="c", activation="tanh"),
        B,
    ),
    ("EinsumDense", dict(equation="ab,bc->ac", output_shape=4), B),
    ("EinsumDense", dict(equation="abc,cd->abd", output_shape=(None, 4), bias_axes="d"), (3, 5)),
    (
        "EinsumDense",
        dict(equation="abc,cde->abde", output_shape=(None, 4, 2), bias_axes="de"),
        (3, 5),
    ),
    ("EinsumDense", dict(equation="abc,bcd->abd", output_shape=(3, 4), bias_axes="bd"), (3, 5)),
    ("EinsumDense", dict(equation="abc,cd->adb", output_shape=(4, None), bias_axes="d"), (3, 5)),
    ("EinsumDense", dict(equation="...x,xy->...y", output_shape=4, bias_axes="y"), A),
    ("EinsumDense", dict(equation="...x,xy->...y", output_shape=4, bias_axes="y"), B),
    ("EinsumDense", dict(equation="...bc,bcd->...cd", output_shape=(4, 2), bias_axes="c"), A),
    ("EinsumDense", dict(equation="ab...,bc->ac...", output_shape=7, bias_axes="c"), A),
    ("EinsumDense", dict(equation="...ab,bc->...ac", output_shape=7, bias_axes="c"), B),
    ("UnitNormalization", {}, B),
    ("UnitNormalization", dict(axis=1), A),
    ("UnitNormalization", dict(axis=[1, 3]), A),
    ("Rescaling", dict(scale=1 / 127.5, offset=-1.0), A),
    ("Rescaling", dict(scale=[1.0, 2.0, 3.0, 4.0, 5.0]), B),
    ("Normalization", {}, A),
    ("Normalization", dict(axis=1), A),
    ("Normalization", dict(axis=None), A),
    ("Normalization", dict(axis=(1, 3)), A),
    ("Normalization", dict(axis=(3, 1)), A),
    ("Normalization", dict(mean=1.5, variance=4.0), A),
    ("Normalization", dict(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 4.0, 0.25, 9.0]), A),
    (
        "Normalization",
        dict(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 4.0, 0.25, 9.0], invert=True),
        A,
    ),
    ("Flatten", {}, A),
    ("Flatten", dict(data_format="channels_first"), A),
    ("Flatten", {}, ()),
    ("Reshape", dict(target_shape=(4, 6)), A),
    ("Reshape", dict(target_shape=(-1, 8)), A),
    ("Permute", dict(dims=(3, 1, 2)), A),
    ("RepeatVector", dict(n=3), B),
    ("Identity", {}, A),
    ("Cropping1D", dict(cropping=(1, 0)), (5, 3)),
    ("Cropping2D", dict(cropping=((1, 0), (0, 2))), (4, 5, 2)),
    ("Cropping2D", dict(cropping=1, data_format="channels_first"), (2, 5, 4)),
    ("Cropping3D", dict(cropping=((0, 1), (1, 1), (1, 0))), (3, 4, 3, 2)),
    ("ZeroPadding1D", dict(padding=(0, 2)), (5, 3)),
    ("ZeroPadding1D", dict(data_format="channels_first"), (5, 3)),
    ("ZeroPadding2D", dict(padding=((1, 0), (0, 2))), (4, 5, 2)),
    ("ZeroPadding2D", dict(padding=(2, 1), data_format="channels_first"), (2, 5, 4)),
    ("ZeroPadding3D", dict(padding=((0, 1), (1, 1), (2, 0))), (3, 4, 3, 2)),
    ("UpSampling1D", dict(size=3), (5, 3)),
    ("UpSampling2D", dict(size=(2, 3)), (4, 5, 2)),
    ("UpSampling2D", dict(size=2, data_format="channels_first"), (2, 5, 4)),
    ("UpSampling2D", dict(size=(2, 3), interpolation="bilinear"), (4, 5, 2)),
    ("UpSampling2D", dict(size=(4, 3), interpolation="bicubic"), (4, 5, 2)),
    ("UpSampling2D", dict(interpolation="lanczos3"), (4, 5, 2)),
    (
        "UpSampling2D",
        dict(size=(1, 3), interpolation="lanczos5", data_format="channels_first"),
        (2, 5, 4),
    ),
    ("UpSampling3D", dict(size=(2, 1, 3)), (3, 4, 3, 2)),
    ("SpatialDropout2D", dict(rate=0.4), (4, 5, 2)),
    ("SpatialDropout2D", dict(rate=0.4, data_format="channels_first"), (2, 5, 4)),
    ("SpatialDropout3D", dict(rate=0.4), (3, 4, 3, 2)),
    ("Masking", dict(mask_value=1.0), A),
    ("GlobalAveragePooling1D", {}, (4, 3)),
    ("GlobalAveragePooling1D", dict(keepdims=True), (4, 3)),
    ("GlobalAveragePooling1D", dict(data_format="channels_first"), (4, 3)),
    ("GlobalMaxPooling1D", {}, (4, 3)),
    ("GlobalMaxPooling1D", dict(data_format="channels_first", keepdims=True), (4, 3)),
    ("ActivityRegularization", dict(l1=0.1, l2=0.2), A),
    *[
        (name, {}, shapes)
        for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")
        for shapes in ([B, B, B], [A, A], [A, (3, 4), (4,)], [A, (1, 4)], [(4,), A], [B])
    ],
    ("Subtract", {}, [B, B]),
    ("Subtract", {}, [(3, 4), A]),
    ("Concatenate", {}, [A, (2, 3, 1)]),
    ("Concatenate", dict(axis=1), [A, A, (5, 3, 4)]),
    ("Concatenate", dict(axis=-2), [A, (2, 7, 4)]),
    ("Concatenate", {}, [B, (3,), (1,)]),
    ("Dot", dict(axes=1), [B, B]),
    ("Dot", dict(axes=-1), [B, B]),
    ("Dot", dict(axes=1, normalize=True), [B, B]),
    ("Dot", dict(axes=2), [(4, 5), (3, 5)]),
    ("Dot", dict(axes=(2, 1)), [(4, 5), (5, 3)]),
    ("Dot", dict(axes=[-1, -2], normalize=True), [(4, 5), (5, 3)]),
    ("Dot", dict(axes=(1, 2)), [B, (3, 5)]),
    ("Dot", dict(axes=(2, 1)), [(4, 5), B]),
    ("Dot", dict(axes=-1), [B, (3, 5)]),
    ("Dot", dict(axes=(1, 2)), [C, (4, 6)]),
    ("Dot", dict(axes=(2, 1)), [C, B]),
    ("Dot", dict(axes=(3, 1)), [C, (3, 2, 4)]),
    *[(name, {"rate": 0.5}, A) for name in ("Dropout", "GaussianDropout", "AlphaDropout")],
    ("GaussianNoise", dict(stddev=0.5), A),
    ("SpatialDropout1D", dict(rate=0.5), (4, 3)),
    ("Conv1D", dict(filters=3, kernel_size=3, activation="relu"), (8, 4)),
    ("Conv1D", dict(filters=3, kernel_size=2, padding="causal", dilation_rate=3), (8, 4)),
    ("Conv2D", dict(filters=4, kernel_size=3, activation="relu"), IMAGE),
    ("Conv2D", dict(filters=4, kernel_size=(3, 2), strides=(2, 3), padding="same"), IMAGE),
    ("Conv2D", dict(filters=4, kernel_size=3, dilation_rate=(1, 2), groups=2), IMAGE),
    ("Conv2D", dict(filters=2, kernel_size=2, data_format="channels_first"), IMAGE),
    ("Conv2D", dict(filters=2, kernel_size=1, use_bias=False), IMAGE),
    ("Conv3D", dict(filters=2, kernel_size=2, padding="same"), (3, *A)),
    ("DepthwiseConv1D", dict(kernel_size=3, depth_multiplier=2), (8, 4)),
    ("DepthwiseConv2D", dict(kernel_size=3, padding="same", activation="tanh"), IMAGE),
    ("DepthwiseConv2D", dict(kernel_size=2, strides=2, depth_multiplier=3), IMAGE),
    ("SeparableConv1D", dict(filters=3, kernel_size=3, depth_multiplier=2), (8, 4)),
    ("SeparableConv2D", dict(filters=3, kernel_size=3, strides=2, padding="same"), IMAGE),
    ("Conv1DTranspose", dict(filters=3, kernel_size=3, strides=2), (8, 4)),
    ("Conv2DTranspose", dict(filters=3, kernel_size=3, strides=2, padding="same"), IMAGE),
    (
        "Conv2DTranspose",
        dict(filters=3, kernel_size=3, strides=2, padding="same", output_padding=1),
        IMAGE,
    ),
    ("Conv2DTranspose", dict(filters=2, kernel_size=2, dilation_rate=2), IMAGE),
    ("Conv3DTranspose", dict(filters=2, kernel_size=2, strides=2), (3, *A)),
    ("MaxPooling1D", {}, (8, 4)),
    ("MaxPooling2D", {}, IMAGE),
    ("MaxPooling2D", dict(pool_size=3, strides=2, padding="same"), IMAGE),
    ("MaxPooling3D", dict(pool_size=2), (3, *A)),
    ("AveragePooling1D", dict(pool_size=3, strides=1, padding="same"), (8, 4)),
    ("AveragePooling2D", dict(pool_size=2, data_format="channels_first"), IMAGE),
    ("AveragePooling3D", dict(pool_size=(1, 2, 2)), (3, *A)),
    ("GlobalAveragePooling2D", {}, IMAGE),
    ("GlobalAveragePooling3D", dict(keepdims=True), (3, *A)),
    ("GlobalMaxPooling2D", dict(data_format="channels_first"), IMAGE),
    ("GlobalMaxPooling3D", {}, (3, *A)),
    ("AdaptiveAveragePooling1D", dict(output_size=3), (8, 4)),
    ("AdaptiveAveragePooling2D", dict(output_size=(2, 3)), IMAGE),
    ("AdaptiveAveragePooling3D", dict(output_size=2), (3, *A)),
    ("AdaptiveMaxPooling1D", dict(output_size=3), (8, 4)),
    ("AdaptiveMaxPooling2D", dict(output_size=2), IMAGE),
    ("AdaptiveMaxPooling3D", dict(output_size=2), (3, *A)),
]
CHANCE = {
    "Dropout",
    "GaussianDropout",
    "AlphaDropout",
    "GaussianNoise",
    *[f"SpatialDropout{n}D" for n in (1, 2, 3)],
}
# Layers that hold the state of a generator in Keras.
SEEDED = CHANCE | {f"ConvLSTM{n}D" for n in (1, 2, 3)}
title = lambda case: f"{case[0]} {case[1]} {case[2]}" if isinstance(case, tuple) else str(case)


def draw(shape, rng):
    if isinstance(shape, list):
        return [draw(s, rng) for s in shape]
    return (rng.normal(size=(N, *shape)) * 2 + 0.5).astype(np.float32)


def golden_cases() -> dict:
    """{title: (case, training)}: in training too what computes something else then."""
    found = {}
    adapts = lambda name, options, _: name == "Normalization" and "mean" not in options
    for case in (case for case in CASES if not adapts(*case)):  # Keras looks at data first
        for training in (False, True):
            if not training or case[0] == "BatchNormalization":
                found[f"{title(case)}{' in training' * training}"] = case, training
    return found


def started(library, case, rng):
    """(layer, x): with weights from the random generator, the same in each library."""
    name, options, shape = case
    x = draw(shape, rng)
    layer = getattr(library.layers, name)(**options)
    layer(x)
    layer.set_weights(
        [rng.uniform(0.25, 1.5, w.shape).astype(w.dtype) for w in layer.get_weights()]
    )
    return layer, x


def products(array) -> list:
    """The shape of an array, and two numbers that stand for its entries."""
    array = np.asarray(array, np.float64)
    directions = np.random.default_rng(array.size).normal(size=(2, array.size))
    return [list(array.shape), *(directions @ array.ravel()).tolist(), float(np.abs(array).sum())]


def golden() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
