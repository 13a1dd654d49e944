"""Files that cross between minidl and Keras 3, both ways: '.keras', '.weights.h5', whole models in
'.h5'; and hostile ones.
"""

import contextlib
import io
import json
import warnings
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import minidl
from minidl import layers
from minidl.models import SaveFormatError, load_model
from minidl.saving import register_keras_serializable

RNG = np.random.default_rng(1)
X = RNG.normal(size=(9, 6)).astype("float32")
IMAGES = RNG.normal(size=(5, 4, 3)).astype("float32")
CLOSE = {"rtol": 1e-6, "atol": 1e-6}


@contextlib.contextmanager
def edited(path):
    """An HDF5 file to change by hand: its checksum goes."""
    with h5py.File(path, "r+") as file:
        file.attrs.pop("minidl_sha256", None)
        yield file


def equal(a, b):
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            equal(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            equal(x, y)
    else:
        np.testing.assert_allclose(a, b, **CLOSE)


def shake(model):
    """Weights that no initializer gives, none of them alike."""
    rng = np.random.default_rng(5)
    model.set_weights(
        [(w + rng.uniform(0.1, 0.5, np.shape(w))).astype(w.dtype) for w in model.get_weights()]
    )


def crosses(model, x, tmp_path, ending="keras", **options):
    """Saved by one, opened by the other: the same predictions. Returns what the other made of
    it.
    """
    path = tmp_path / f"m.{ending}"
    model.save(path)
    other = (
        load_model(path, **options)
        if isinstance(model, keras.Model)
        else keras.models.load_model(path, compile=False, **options)
    )
    equal(model.predict(x, verbose=0), other.predict(x, verbose=0))
    return other


def both(make, x, tmp_path, ending="keras"):
    """make(layers, Input, Model, ...) builds it in each; each opens the other's."""
    for lib in (minidl, keras):
        model = make(lib)
        shake(model)
        crosses(model, x, tmp_path, ending)
        crosses(crosses(model, x, tmp_path, ending), x, tmp_path, ending)  # and home again


REGULARIZED = lambda lib: dict(
    kernel_regularizer=lib.regularizers.L1L2(0.1, 0.2),
    bias_regularizer="l2",
    kernel_constraint=lib.constraints.MaxNorm(1.5),
    activity_regularizer=lib.regularizers.L2(0.3),
    kernel_initializer=lib.initializers.HeNormal(seed=3),
    bias_initializer=lib.initializers.Constant(0.5),
    bias_constraint="non_neg",
)
PLACES = np.array([[3, 1, 1], [0, 6, 3]])
# in Keras: see tests/text/test_lookup_layers.py
NEED_TENSORFLOW = {"Hashing", "IntegerLookup", "StringLookup", "TextVectorization"}
WINDOWED = {n: RNG.normal(size=(2, *(5, 6, 4)[:n], 2)).astype("float32") for n in (1, 2, 3)}
IMAGE = WINDOWED[2]
# in test_keras_sequences.py
OF_SEQUENCES = {
    *("RNN", "SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell", "GRUCell"),
    *("StackedRNNCells", "Bidirectional", "Attention", "AdditiveAttention", "MultiHeadAttention"),
    "GroupedQueryAttention",
    "SinePositionEncoding",  # which Keras has not: keras_hub has it
}
LAYERS = {
    "ELU": (lambda l: l.layers.ELU(0.7), X),
    "Activation": (lambda l: l.layers.Activation("gelu"), X),
    "LeakyReLU": (lambda l: l.layers.LeakyReLU(0.1), X),
    "ActivityRegularization": (lambda l: l.layers.ActivityRegularization(0.1, 0.2), X),
    "AlphaDropout": (lambda l: l.layers.AlphaDropout(0.2, seed=4), X),
    "BatchNormalization": (
        lambda l: l.layers.BatchNormalization(momentum=0.5, epsilon=0.1, beta_regularizer="l1"),
        X,
    ),
    "Dense": (lambda l: l.layers.Dense(3, activation="tanh", **REGULARIZED(l)), X),
    "Dropout": (lambda l: l.layers.Dropout(0.3, noise_shape=(None, 1), seed=5), X),
    "Embedding": (
        lambda l: l.layers.Embedding(7, 3, embeddings_regularizer="l2"),
        np.arange(6).reshape(2, 3),
    ),
    "Flatten": (lambda l: l.layers.Flatten(), IMAGES),
    "GaussianDropout": (lambda l: l.layers.GaussianDropout(0.2), X),
    "GaussianNoise": (lambda l: l.layers.GaussianNoise(0.2), X),
    "Identity": (lambda l: l.layers.Identity(), X),
    "Cropping1D": (lambda l: l.layers.Cropping1D(1), IMAGES),
    "ZeroPadding1D": (lambda l: l.layers.ZeroPadding1D((0, 2)), IMAGES),
    "UpSampling1D": (lambda l: l.layers.UpSampling1D(3), IMAGES),
    "Cropping2D": (lambda l: l.layers.Cropping2D(((1, 0), (0, 1))), IMAGES[..., None]),
    "ZeroPadding2D": (lambda l: l.layers.ZeroPadding2D((0, 2)), IMAGES[..., None]),
    "UpSampling2D": (
        lambda l: l.layers.UpSampling2D((1, 2), "channels_first", "bilinear"),
        IMAGES[..., None],
    ),
    "SpatialDropout2D": (lambda l: l.layers.SpatialDropout2D(0.4, seed=2), IMAGES[..., None]),
    "Cropping3D": (lambda l: l.layers.Cropping3D((1, 0, 0)), IMAGES[..., None, None]),
    "ZeroPadding3D": (lambda l: l.layers.ZeroPadding3D((0, 2, 1)), IMAGES[..., None, None]),
    "UpSampling3D": (lambda l: l.layers.UpSampling3D((2, 1, 1)), IMAGES[..., None, None]),
    "SpatialDropout3D": (
        lambda l: l.layers.SpatialDropout3D(0.4, seed=2),
        IMAGES[..., None, None],
    ),
    "Masking": (lambda l: l.layers.Masking(mask_value=0.5), IMAGES),
    "GlobalAveragePooling1D": (lambda l: l.layers.GlobalAveragePooling1D(keepdims=True), IMAGES),
    "GlobalMaxPooling1D": (lambda l: l.layers.GlobalMaxPooling1D(), IMAGES),
    "SpatialDropout1D": (lambda l: l.layers.SpatialDropout1D(0.4, seed=2), IMAGES),
    "LayerNormalization": (lambda l: l.layers.LayerNormalization(), IMAGES),
    "Normalization": (
        lambda l: l.layers.Normalization(mean=[1.0, 2, 3], variance=[1.0, 4, 9]),
        IMAGES,
    ),
    "PReLU": (lambda l: l.layers.PReLU("uniform", shared_axes=[1]), IMAGES),
    "MelSpectrogram": (
        lambda l: l.layers.MelSpectrogram(4, 1, power_to_db=False, num_mel_bins=3),
        X,
    ),
    "Permute": (lambda l: l.layers.Permute((2, 1)), IMAGES),
    "Pipeline": (lambda l: l.layers.Pipeline([l.layers.Rescaling(0.5, 1.0)]), X),
    "ReLU": (lambda l: l.layers.ReLU(3.0, 0.1, 0.5), X),
    "ReversibleEmbedding": (lambda l: l.layers.ReversibleEmbedding(7, 3), PLACES),
    "RepeatVector": (lambda l: l.layers.RepeatVector(3), X),
    "Rescaling": (lambda l: l.layers.Rescaling(1 / 255, 0.5), X),
    "Reshape": (lambda l: l.layers.Reshape((3, -1)), X),
    "Softmax": (lambda l: l.layers.Softmax(axis=-1), IMAGES),
    "UnitNormalization": (lambda l: l.layers.UnitNormalization(), X),
    "GroupNormalization": (
        lambda l: l.layers.GroupNormalization(2, axis=1, beta_regularizer="l1"),
        IMAGES,
    ),
    "RMSNormalization": (lambda l: l.layers.RMSNormalization([1, 2]), IMAGES),
    "EinsumDense": (
        lambda l: l.layers.EinsumDense(
            "abc,cd->abd", (None, 2), activation="relu", bias_axes="d", **REGULARIZED(l)
        ),
        IMAGES,
    ),
    "TimeDistributed": (
        lambda l: l.layers.TimeDistributed(l.layers.BatchNormalization(momentum=0.5)),
        IMAGES,
    ),
    "CategoryEncoding": (lambda l: l.layers.CategoryEncoding(7, output_mode="count"), PLACES),
    "Discretization": (lambda l: l.layers.Discretization([-0.5, 0.25], output_mode="one_hot"), X),
    **{
        f"Conv{n}D": (
            lambda l, n=n: getattr(l.layers, f"Conv{n}D")(
                3, 2, 2, "same", activation="relu", **REGULARIZED(l)
            ),
            x,
        )
        for n, x in WINDOWED.items()
    },
    **{
        f"ConvLSTM{n}D": (
            lambda l, n=n: getattr(l.layers, f"ConvLSTM{n}D")(2, 2, padding="same"),
            x[:, None],
        )
        for n, x in WINDOWED.items()
    },
    **{
        f"Conv{n}DTranspose": (
            lambda l, n=n: getattr(l.layers, f"Conv{n}DTranspose")(3, 2, 2, **REGULARIZED(l)),
            x,
        )
        for n, x in WINDOWED.items()
    },
    **{
        f"DepthwiseConv{n}D": (
            lambda l, n=n: getattr(l.layers, f"DepthwiseConv{n}D")(2, depth_multiplier=2),
            WINDOWED[n],
        )
        for n in (1, 2)
    },
    **{
        f"SeparableConv{n}D": (
            lambda l, n=n: getattr(l.layers, f"SeparableConv{n}D")(
                3, 2, dilation_rate=2, pointwise_regularizer="l2"
            ),
            WINDOWED[n],
        )
        for n in (1, 2)
    },
    **{
        f"{kind}Pooling{n}D": (
            lambda l, kind=kind, n=n: getattr(l.layers, f"{kind}Pooling{n}D")(2, padding="same"),
            x,
        )
        for n, x in WINDOWED.items()
        for kind in ("Max", "Average")
    },
    **{
        f"{kind}Pooling{n}D": (
            lambda l, kind=kind, n=n: getattr(l.layers, f"{kind}Pooling{n}D")(2),
            x,
        )
        for n, x in WINDOWED.items()
        for kind in ("AdaptiveMax", "AdaptiveAverage")
    },
    **{
        f"Global{kind}Pooling{n}D": (
            lambda l, kind=kind, n=n: getattr(l.layers, f"Global{kind}Pooling{n}D")(),
            WINDOWED[n],
        )
        for n in (2, 3)
        for kind in ("Max", "Average")
    },
    **{
        name: (lambda l, name=name, options=options: getattr(l.layers, name)(**options), IMAGE)
        for name, options in {
            "Resizing": dict(height=3, width=4, interpolation="nearest"),
            "CenterCrop": dict(height=3, width=4),
            "RandomFlip": dict(mode="vertical", seed=3),
            "RandomRotation": dict(factor=(0.1, 0.2), fill_mode="wrap"),
            "RandomZoom": dict(height_factor=0.2),
            "RandomTranslation": dict(height_factor=0.2, width_factor=(-0.1, 0.3)),
            "RandomContrast": dict(factor=(0.1, 0.2)),
            "RandomBrightness": dict(factor=0.2, value_range=(0, 1)),
        }.items()
    },
    "Add": lambda l: l.layers.Add(),
    "Average": lambda l: l.layers.Average(),
    "Concatenate": lambda l: l.layers.Concatenate(axis=1),
    "Dot": lambda l: l.layers.Dot(1, normalize=True),
    "Maximum": lambda l: l.layers.Maximum(),
    "Minimum": lambda l: l.layers.Minimum(),
    "Multiply": lambda l: l.layers.Multiply(),
    "Subtract": lambda l: l.layers.Subtract(),
}


def test_no_layer_is_forgotten():
    opened = {getattr(c, "__name__", "") for c in layers.layer_classes.names.values()}
    # Lambda has a test of its own; outside training Keras's RandomCrop leaves images their size;
    # Keras writes the kernel of a SpectralNormalization twice
    others = {"RandomCrop", "SpectralNormalization", "InputLayer", "Lambda", "HashedCrossing"}
    assert opened == {*LAYERS, *NEED_TENSORFLOW, *OF_SEQUENCES, *others}


# Keras fails when it writes these of its own to '.h5': cannot pickle 'module' object.
NOT_IN_H5 = {"RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"}


@pytest.mark.parametrize(
    ("name", "ending"),
    [(n, e) for n in LAYERS for e in ("keras", "h5") if e == "keras" or n not in NOT_IN_H5],
)
def test_every_layer_crosses_both_ways(name, ending, tmp_path):
    def make(lib):
        if not isinstance(LAYERS[name], tuple):
            a, b = lib.Input((6,)), lib.Input((6,))
            return lib.Model([a, b], LAYERS[name](lib)([a, b]))
        layer, x = LAYERS[name][0](lib), LAYERS[name][1]
        return lib.Sequential(
            [lib.Input(x.shape[1:], dtype="int64" if name == "CategoryEncoding" else None), layer]
        )

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are saving your model as an HDF5 file")
        both(
            make,
            LAYERS[name][1] if isinstance(LAYERS[name], tuple) else [X, X[::-1].copy()],
            tmp_path,
            ending,
        )


def test_an_adapted_normalization(tmp_path):
    for lib in (minidl, keras):
        layer = lib.layers.Normalization()
        layer.adapt(X * 3 + 1)
        crosses(lib.Sequential([lib.Input((6,)), layer]), X, tmp_path)


@register_keras_serializable("both")
def twice(x):
    return x * 2.0


def test_a_function_of_yours(tmp_path):
    for library in (minidl, keras):  # anew: this file may have been imported under two names
        library.saving.register_keras_serializable("both")(twice)
    crosses(
        minidl.Sequential(
            [
                minidl.Input((6,)),
                minidl.layers.Lambda(twice),
                minidl.layers.Dense(2, activation=twice),
            ]
        ),
        X,
        tmp_path,
    )
    other = crosses(
        keras.Sequential([keras.Input((6,)), keras.layers.Dense(2, activation=twice)]), X, tmp_path
    )
    assert other.layers[0].activation is twice


def residual(lib):
    a, b = lib.Input((6,), name="left"), lib.Input((4,), name="right")
    shared = lib.layers.Dense(6, activation="tanh", name="shared")
    inner = lib.Sequential(
        [
            lib.Input((6,)),
            lib.layers.Dense(4),
            lib.layers.BatchNormalization(),
            lib.layers.Dense(4),
            lib.layers.ReLU(),
        ],
        name="inner",
    )
    one, two = shared(a), shared(a * 2 - 1)
    h = lib.Input((10,))
    deep = lib.Model(
        h,
        [lib.layers.Dense(2)(h), lib.layers.BatchNormalization()(lib.layers.Dense(3)(h))],
        name="deep",
    )
    p, q = deep(lib.layers.Concatenate()([inner(one + two - a), b, b[:, 1:3]]))
    _, again = deep(lib.layers.Concatenate()([one, b]))
    return lib.Model([a, b], [lib.layers.Dense(1)(p), q, again], name="residual")


STEPS = {
    "x + y": lambda o, x, y: x + y,
    "x - y": lambda o, x, y: x - y,
    "x * y": lambda o, x, y: x * y,
    "x * 2": lambda o, x, y: x * 2,
    "2 * x": lambda o, x, y: 2.0 * x,
    "x / 255": lambda o, x, y: x / 255.0,
    "x - 1": lambda o, x, y: x - 1,
    "1 - x": lambda o, x, y: 1 - x,
    "x + 0.5": lambda o, x, y: 0.5 + x,
    "-x": lambda o, x, y: -x,
    "x[:, 1:4]": lambda o, x, y: x[:, 1:4],
    "x[:, 0]": lambda o, x, y: x[:, 0],
    "x[:, ::-1]": lambda o, x, y: x[:, ::-1],
    "x[..., -1:]": lambda o, x, y: x[..., -1:],
    "concatenate": lambda o, x, y: o.concatenate([x, y], axis=-1),
    "concatenate 1": lambda o, x, y: o.concatenate([x, y], axis=1),
    "relu": lambda o, x, y: o.relu(x),
    "sigmoid": lambda o, x, y: o.sigmoid(x),
    "tanh": lambda o, x, y: o.tanh(x),
    "exp": lambda o, x, y: o.exp(x),
    "softplus": lambda o, x, y: o.softplus(x),
    "softmax": lambda o, x, y: o.softmax(x),
    "softmax axis": lambda o, x, y: o.softmax(x, axis=-1),
    "reshape": lambda o, x, y: o.reshape(x, (-1, 3, 2)),
    "maximum": lambda o, x, y: o.maximum(x, y),
    "minimum": lambda o, x, y: o.minimum(x, y),
    "square": lambda o, x, y: o.square(x),
    "x + x": lambda o, x, y: x + x,
}
ONLY_FROM_KERAS = {
    "mean": lambda o, x, y: o.mean(x, axis=1),
    "mean keepdims": lambda o, x, y: o.mean(x, axis=-1, keepdims=True),
    "sum": lambda o, x, y: o.sum(x, axis=(1,)),
    "max": lambda o, x, y: o.max(x, axis=1),
    "min": lambda o, x, y: o.min(x, axis=1),
    "x / y": lambda o, x, y: x / (y * y + 1.0),
    "x ** 2": lambda o, x, y: x**2,
    "sqrt": lambda o, x, y: o.sqrt(o.absolute(x)),
    "log": lambda o, x, y: o.log(o.absolute(x) + 1.0),
    "clip": lambda o, x, y: o.clip(x, -0.5, 0.5),
    "transpose": lambda o, x, y: o.transpose(o.reshape(x, (-1, 2, 3)), (0, 2, 1)),
    "sin": lambda o, x, y: o.sin(x) + o.cos(y),
    "expm1": lambda o, x, y: o.expm1(x) - o.log1p(o.square(y)),
    "matmul": lambda o, x, y: o.matmul(o.reshape(x, (-1, 2, 3)), o.reshape(y, (-1, 3, 2))),
    "1 / x": lambda o, x, y: 1.0 / (x * x + 1.0),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_without_a_layer_cross_both_ways(name, tmp_path):
    def make(lib):
        a, b = lib.Input((6,)), lib.Input((6,))
        return lib.Model([a, b], STEPS[name](lib.ops, lib.layers.Dense(6)(a), b))

    both(make, [X, X[::-1].copy()], tmp_path)


@pytest.mark.parametrize("name", ONLY_FROM_KERAS)
def test_steps_that_come_from_keras(name, tmp_path):
    a, b = keras.Input((6,)), keras.Input((6,))
    crosses(
        keras.Model([a, b], ONLY_FROM_KERAS[name](keras.ops, keras.layers.Dense(6)(a), b)),
        [X, X[::-1].copy()],
        tmp_path,
    )


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_residual_model_with_all_at_once(ending, tmp_path):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are saving your model as an HDF5 file")
        both(residual, [X, X[:, :4]], tmp_path, ending)


def test_sequentials(tmp_path):
    def nested(lib):
        return lib.Sequential(
            [
                lib.Input((6,)),
                lib.Sequential([lib.layers.Dense(4, activation="relu"), lib.layers.Dropout(0.2)]),
                lib.layers.BatchNormalization(),
                lib.layers.Dense(2, activation="softmax"),
            ],
            name="nested",
        )

    def deferred(lib):
        model = lib.Sequential([lib.layers.Dense(4), lib.layers.Dense(3), lib.layers.Dense(2)])
        model(X)
        return model

    def frozen(lib):
        model = nested(lib)
        model.layers[0].trainable = False
        return model

    for make in (nested, deferred, frozen):
        both(make, X, tmp_path)
    model = frozen(keras)
    assert len(crosses(model, X, tmp_path).trainable_weights) == len(model.trainable_weights) == 4


def test_structured_outputs(tmp_path):
    def make(lib):
        a = lib.Input((6,), name="a")
        return lib.Model(
            {"a": a}, {"p": lib.layers.Dense(2, name="p")(a), "q": lib.layers.Dense(1, name="q")(a)}
        )

    both(make, {"a": X}, tmp_path)


def test_weights_of_subclassed_models_cross_both_ways(tmp_path):
    def make(lib):
        class Block(lib.layers.Layer):
            def __init__(self, width):
                super().__init__()
                self.inner = lib.layers.Dense(width)
                self._hidden = lib.layers.Dense(width)
                self.norm = lib.layers.LayerNormalization()

            def build(self, shape):
                self.scale = self.add_weight(shape=(1,), initializer="ones", name="scale")
                (
                    self.inner.build(shape),
                    self._hidden.build(shape),
                    self.norm.build((*shape[:-1], 6)),
                )
                self.built = True

            def call(self, x):
                return self.norm(self.inner(x) + self._hidden(x)) * self.scale

        class Net(lib.Model):
            def __init__(self):
                super().__init__()
                self.zeta = lib.layers.Dense(6)
                self.blocks = [Block(6), lib.layers.Dense(6), Block(6)]
                self.ends = {"q": lib.layers.Dense(2), "p": lib.layers.Dense(3)}
                self.grid = [
                    [lib.layers.Dense(6)],
                    (lib.layers.Dense(6), lib.layers.BatchNormalization()),
                ]
                self.alias = self._first = self.zeta
                self.stack = lib.Sequential([lib.layers.Dense(6), lib.layers.Dropout(0.1)])

            def call(self, x, training=False):
                x = self.stack(self.zeta(x))
                for block in [*self.blocks, *self.grid[0], *self.grid[1]]:
                    x = block(x)
                return {name: end(x) for name, end in self.ends.items()}

        model = Net()
        model(X)
        return model

    path = tmp_path / "w.weights.h5"
    for source, target in ((minidl, keras), (keras, minidl), (minidl, minidl)):
        one, two = make(source), make(target)
        shake(one)
        one.save_weights(path)
        two.load_weights(path)
        for name, values in one.predict(
            X, verbose=0
        ).items():  # two normalisations in a row: float32 is not better than this
            np.testing.assert_allclose(
                values, two.predict(X, verbose=0)[name], rtol=5e-5, atol=1e-5
            )


def test_weights_cross_alone(tmp_path):
    for source, target in ((minidl, keras), (keras, minidl)):
        one, two, three = residual(source), residual(target), residual(target)
        shake(one)
        one.save_weights(tmp_path / "w.weights.h5")
        two.load_weights(tmp_path / "w.weights.h5")
        equal(one.predict([X, X[:, :4]], verbose=0), two.predict([X, X[:, :4]], verbose=0))
        one.save(tmp_path / "m.keras")
        if target is minidl:
            three.load_weights(tmp_path / "m.keras")
            equal(one.predict([X, X[:, :4]], verbose=0), three.predict([X, X[:, :4]], verbose=0))


def test_weights_that_do_not_fit(tmp_path):
    small = minidl.Sequential([minidl.Input((6,)), layers.Dense(4), layers.Dense(3)])
    big = minidl.Sequential([minidl.Input((6,)), layers.Dense(4), layers.Dense(5)])
    small.save_weights(tmp_path / "w.weights.h5")
    before = big.get_weights()
    with pytest.raises(
        SaveFormatError,
        match=r"w\.weights\.h5.*'kernel' at 'layers/dense_1/vars' has shape \(4, 5\), and the file holds \(4, 3\)",
    ):
        big.load_weights(tmp_path / "w.weights.h5")
    equal(before, big.get_weights())
    big.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    equal(big.layers[0].get_weights(), small.layers[0].get_weights())
    equal(big.layers[1].get_weights(), before[2:])
    with pytest.raises(SaveFormatError, match="holds 2 weights, and the model's layer there has 1"):
        minidl.Sequential(
            [minidl.Input((6,)), layers.Dense(4, use_bias=False), layers.Dense(3)]
        ).load_weights(tmp_path / "w.weights.h5")
    with pytest.raises(SaveFormatError, match="holds weights alone"):
        load_model(tmp_path / "w.weights.h5")
    with pytest.raises(FileNotFoundError, match="There is no file"):
        small.load_weights(tmp_path / "gone.weights.h5")


# --- compile's arguments, and training on
# ---------------------------------------------------------------------------------


def test_what_keras_was_compiled_with(tmp_path):
    def make():
        return keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])

    y = (X[:, 0] > 0).astype("int64")
    model = make()
    model.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(0.1, 20, alpha=0.1),
            weight_decay=0.02,
            beta_1=0.8,
            clipnorm=1.0,
        ),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(k=1, name="top")],
    )
    model.fit(X, y, verbose=0)
    ours = crosses(model, X, tmp_path)
    assert (
        type(ours.optimizer) is minidl.optimizers.AdamW
        and ours.optimizer.weight_decay == 0.02
        and ours.optimizer.beta_1 == 0.8
        and ours.optimizer.clipnorm == 1.0
    )
    assert ours.optimizer.schedule(10) == pytest.approx(0.055)
    assert (
        isinstance(ours.loss, minidl.losses.SparseCategoricalCrossentropy) and ours.loss.from_logits
    )
    expected = model.evaluate(X, y, verbose=0, return_dict=True)
    assert ours.evaluate(X, y, verbose=0, return_dict=True) == pytest.approx(expected, rel=1e-6)
    for optimizer, loss in (
        ("sgd", "mse"),
        ("rmsprop", keras.losses.Huber()),
        (keras.optimizers.SGD(0.2, momentum=0.9, nesterov=True), "mae"),
        ("adam", "mean_squared_error"),
        ("adagrad", "log_cosh"),
        ("adadelta", "mse"),
        ("adamax", "mse"),
        ("nadam", "mse"),
        ("lion", "mse"),
    ):
        model = make()
        model.compile(optimizer, loss, metrics=["mae"])
        model.fit(X, X[:, :2], verbose=0)
        ours = crosses(model, X, tmp_path)
        assert type(ours.optimizer).__name__ == type(model.optimizer).__name__
        assert float(ours.optimizer.learning_rate) == pytest.approx(
            float(model.optimizer.learning_rate)
        )
        assert ours.evaluate(X, X[:, :2], verbose=0) == pytest.approx(
            model.evaluate(X, X[:, :2], verbose=0), rel=1e-5
        )
    assert load_model(tmp_path / "m.keras", compile=False).optimizer is None


@keras.saving.register_keras_serializable("of_mine")
class Mine(keras.optimizers.SGD):
    """An optimizer that Keras knows and minidl does not."""


def test_what_cannot_be_restored_is_said_and_the_model_comes_all_the_same(tmp_path):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    model.compile(Mine(), "mse")
    model.save(tmp_path / "m.keras")
    with pytest.warns(UserWarning, match=r"could not be restored.*Mine.*Call compile\(\) again"):
        ours = load_model(tmp_path / "m.keras")
    assert ours.optimizer is None
    equal(model.predict(X, verbose=0), ours.predict(X, verbose=0))


def test_keras_trains_on(tmp_path):
    ours = minidl.Sequential(
        [
            minidl.Input((6,)),
            layers.Dense(8, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
    )
    ours.compile("sgd", "mse")
    ours.fit(X, X[:, :1], batch_size=9, shuffle=False, epochs=2, verbose=0)
    theirs = crosses(ours, X, tmp_path)
    for model in (ours, theirs):
        model.compile("sgd", "mse")
        model.fit(X, X[:, :1], batch_size=9, shuffle=False, epochs=5, verbose=0)
    np.testing.assert_allclose(
        ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-4, atol=1e-5
    )


def test_regularizers_and_constraints_arrive_as_themselves(tmp_path):
    for lib, other in ((minidl, keras), (keras, minidl)):
        model = lib.Sequential([lib.Input((6,)), lib.layers.Dense(3, **REGULARIZED(lib))])
        arrived = crosses(model, X, tmp_path).layers[-1]
        assert type(arrived.kernel_regularizer) is other.regularizers.L1L2 and float(
            arrived.kernel_regularizer.l2
        ) == pytest.approx(0.2)
        assert (
            type(arrived.kernel_constraint) is other.constraints.MaxNorm
            and arrived.kernel_constraint.max_value == 1.5
        )
        assert (
            type(arrived.kernel_initializer) is other.initializers.HeNormal
            and arrived.kernel_initializer.seed == 3
        )
        assert type(arrived.bias_constraint) is other.constraints.NonNeg and float(
            arrived.activity_regularizer.l2
        ) == pytest.approx(0.3)


# --- what does not cross
# ---


def test_what_minidl_does_not_have_is_named(tmp_path):
    steps = keras.Input((5, 3))
    flat, images = keras.Input((6,)), keras.Input((4, 4, 3))
    for inputs, outputs, word in (
        (images, keras.layers.RandomGrayscale()(images), "RandomGrayscale"),
        (steps, keras.ops.cumsum(steps, axis=1), "Cumsum"),
        (flat, keras.layers.Dense(3, lora_rank=2)(flat), "lora_rank"),
    ):
        keras.Model(inputs, outputs).save(tmp_path / "m.keras")
        with pytest.raises(SaveFormatError, match=rf"m\.keras.*{word}"):
            load_model(tmp_path / "m.keras")


def test_lambda_code_in_a_file_is_never_run(tmp_path):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Lambda(lambda x: x * 2)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(SaveFormatError, match=r"m\.keras"):
        load_model(tmp_path / "m.keras")
    with h5py.File(
        io.BytesIO(zipfile.ZipFile(tmp_path / "m.keras").read("model.weights.h5")), "r"
    ) as file:
        assert "layers" in file


# --- whole models in .h5 come back compiled
# --------------------------------------------------------------------------


def compiled(lib):
    model = lib.Sequential(
        [
            lib.Input((6,)),
            lib.layers.Dense(4, activation="relu"),
            lib.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        lib.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


LABELS = np.arange(len(X)) % 3


@pytest.mark.parametrize("ending", ["h5", "hdf5", "keras"])
def test_a_model_of_ours_comes_back_ready_to_go_on(ending, tmp_path):
    model = compiled(minidl)
    model.fit(X, LABELS, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / f"m.{ending}")
    again = load_model(tmp_path / f"m.{ending}")
    assert again.evaluate(X, LABELS, verbose=0) == model.evaluate(
        X, LABELS, verbose=0
    ) and again.metrics_names == ["loss", "accuracy"]
    for m in (model, again):
        m.fit(X, LABELS, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b, err_msg="the optimizer went on where it was")
    assert load_model(tmp_path / f"m.{ending}", compile=False).optimizer is None
    model.save(tmp_path / f"n.{ending}", include_optimizer=False)
    assert load_model(tmp_path / f"n.{ending}").optimizer is None


def test_keras_still_opens_it(tmp_path):
    model = compiled(minidl)
    model.fit(X, LABELS, verbose=0)
    model.save(tmp_path / "m.h5")
    np.testing.assert_allclose(
        keras.models.load_model(tmp_path / "m.h5").predict(X, verbose=0),
        model.predict(X, verbose=0),
        atol=1e-6,
    )


def test_a_compiled_h5_of_keras_comes_compiled(tmp_path):
    theirs = compiled(keras)
    theirs.fit(X, LABELS, verbose=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are saving your model as an HDF5 file")
        theirs.save(tmp_path / "m.h5")
    ours = load_model(tmp_path / "m.h5")
    assert type(ours.optimizer).__name__ == "Adam" and float(
        ours.optimizer.learning_rate
    ) == pytest.approx(0.01)
    np.testing.assert_allclose(
        ours.evaluate(X, LABELS, verbose=0), theirs.evaluate(X, LABELS, verbose=0), rtol=1e-5
    )


@register_keras_serializable("both")
class Own(minidl.Model):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units, self.one, self.two = (
            units,
            minidl.layers.Dense(units, activation="relu"),
            minidl.layers.Dense(2),
        )

    def call(self, x):
        return self.two(self.one(x))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@pytest.mark.parametrize("ending", ["h5", "keras", "npz"])
def test_a_subclassed_model_has_its_weights_when_it_comes_back(ending, tmp_path):
    model = Own(5)
    model.compile("sgd", "mse")
    model.fit(X, X[:, :2], verbose=0)
    model.save(tmp_path / f"m.{ending}")
    again = load_model(tmp_path / f"m.{ending}", custom_objects={"Own": Own})
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert again.evaluate(X, X[:, :2], verbose=0) == model.evaluate(X, X[:, :2], verbose=0)


@pytest.mark.parametrize("ending", ["h5", "keras", "npz"])
def test_a_subclassed_model_that_was_only_built(ending, tmp_path):
    model = Own(5)
    model.build((None, 6))
    model.save(tmp_path / f"m.{ending}")
    again = load_model(tmp_path / f"m.{ending}", custom_objects={"Own": Own})
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_an_h5_file_with_more_layers_than_the_model_is_refused(tmp_path):
    compiled(minidl).save(tmp_path / "m.h5")
    with edited(tmp_path / "m.h5") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"] = config["config"]["layers"][:-1]
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(SaveFormatError, match="m.h5.*it holds the weights of 2 layers, and model"):
        load_model(tmp_path / "m.h5")


# --- the optimizer's memory crosses both ways


def test_the_stored_file_is_keras_s_and_so_is_what_came_of_it():
    """tests/files/test_files.py goes on from it."""
    folder = Path(__file__).resolve().parents[1] / "stored" / "keras_3.15"
    expected = json.loads((folder / "went_on.json").read_text(encoding="utf-8"))
    model = keras.models.load_model(folder / "adamw.keras")
    x = np.sin(np.arange(144.0)).reshape(24, 6).astype("float32")
    history = model.fit(
        x, x[:, :2] * x[:, 2:4], epochs=2, batch_size=8, shuffle=False, verbose=0
    ).history
    for key in ("loss", "mae"):
        np.testing.assert_allclose(history[key], expected[key], rtol=1e-5)
    for ours, theirs in zip(model.get_weights(), expected["weights"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_the_stored_operators_are_keras_s_too():
    """tests/files/test_keras.py compares them with ours: all steps of both tables above."""
    folder = Path(__file__).resolve().parents[1] / "stored" / "keras_3.15"
    x = np.sin(np.arange(24.0)).reshape(4, 6).astype("float32")
    found = keras.models.load_model(folder / "operators.keras").predict([x, x[::-1]], verbose=0)
    with np.load(folder / "operators.npz") as expected:
        assert list(expected) == [*STEPS, *ONLY_FROM_KERAS]
        for name, output in zip(expected, found, strict=True):
            np.testing.assert_allclose(output, expected[name], rtol=1e-6, err_msg=name)


def networks(lib):
    a = lib.Input((6,))
    inner = lib.Sequential([lib.Input((5,)), lib.layers.Dense(4, activation="tanh")])
    h = lib.layers.BatchNormalization()(lib.layers.Dense(5, activation="tanh")(a))
    return lib.Model(a, lib.layers.Dense(2)(inner(h)))


def rates(lib):
    return lib.optimizers.schedules.ExponentialDecay(0.05, 4, 0.8)


OPTIMIZERS = {
    "SGD": lambda lib: lib.optimizers.SGD(0.05),
    "SGD momentum": lambda lib: lib.optimizers.SGD(0.05, momentum=0.9),
    "SGD nesterov, a schedule": lambda lib: lib.optimizers.SGD(rates(lib), 0.9, True),
    "Adam": lambda lib: lib.optimizers.Adam(0.02),
    "Adam amsgrad": lambda lib: lib.optimizers.Adam(rates(lib), amsgrad=True, clipnorm=1.0),
    "AdamW": lambda lib: lib.optimizers.AdamW(0.02, weight_decay=0.1),
    "RMSprop": lambda lib: lib.optimizers.RMSprop(0.01),
    "RMSprop all": lambda lib: lib.optimizers.RMSprop(0.01, 0.8, 0.5, centered=True),
    "Adagrad": lambda lib: lib.optimizers.Adagrad(0.1, initial_accumulator_value=0.3),
    "Adadelta": lambda lib: lib.optimizers.Adadelta(1.0),
    "Adamax": lambda lib: lib.optimizers.Adamax(0.02),
    "Nadam": lambda lib: lib.optimizers.Nadam(0.02),
    "Lion": lambda lib: lib.optimizers.Lion(0.003),
    "sums": lambda lib: lib.optimizers.SGD(0.05, 0.9, gradient_accumulation_steps=3),
    "sums that the file cuts": lambda lib: lib.optimizers.Adam(
        rates(lib), amsgrad=True, gradient_accumulation_steps=4
    ),
    "Nadam sums": lambda lib: lib.optimizers.Nadam(0.02, gradient_accumulation_steps=2),
    "averages": lambda lib: lib.optimizers.Adam(0.02, use_ema=True, ema_momentum=0.8),
    "averages, put in place": lambda lib: lib.optimizers.RMSprop(
        0.02, momentum=0.3, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=2
    ),
    "averages and sums": lambda lib: lib.optimizers.AdamW(
        0.02, use_ema=True, ema_momentum=0.8, gradient_accumulation_steps=4
    ),
}
COURSE = {"batch_size": 8, "shuffle": False, "verbose": 0}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    "there, here", [(keras, minidl), (minidl, keras)], ids=["to us", "to Keras"]
)
def test_training_goes_on_in_the_other_house(name, there, here, tmp_path):
    """Two epochs, a file, two more: the same weights as without the file."""
    y, path = X[:, :2] * X[:, 2:4], tmp_path / "m.keras"
    model = networks(there)
    shake(model)
    model.compile(OPTIMIZERS[name](there), loss="mse", metrics=["mae"])
    model.fit(X, y, epochs=2, **COURSE)
    model.save(path)
    if model.optimizer.use_ema:  # after which a second fit fails in Keras on JAX
        model = there.models.load_model(path)
    other = here.models.load_model(path)
    assert type(other.optimizer).__name__ == type(model.optimizer).__name__
    assert int(other.optimizer.iterations) == int(model.optimizer.iterations)
    histories = [m.fit(X, y, epochs=2, **COURSE).history for m in (model, other)]
    assert sorted(histories[0]) == sorted(histories[1]) == ["loss", "mae"]
    for key in histories[0]:
        np.testing.assert_allclose(histories[0][key], histories[1][key], rtol=1e-5)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    forgetful = here.models.load_model(path)
    forgetful.compile(OPTIMIZERS[name](here), loss="mse")
    forgetful.fit(X, y, epochs=2, **COURSE)
    apart = max(np.abs(a - b).max() for a, b in zip(forgetful.get_weights(), model.get_weights()))
    assert name == "SGD" or apart > 1e-4  # the memory mattered
    for kept, ours in zip(model.optimizer.variables, other.optimizer.variables):
        assert tuple(kept.shape) == tuple(ours.shape)
        np.testing.assert_allclose(kept, ours, rtol=1e-4, atol=1e-5)
