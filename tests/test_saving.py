"""Saving and loading in minidl's own kind: what goes in comes out, bit for bit, and no file does
harm.
"""

import io
import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import minidl
from minidl import (
    Input,
    Model,
    Sequential,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    regularizers,
)
from minidl.files import native
from minidl.models import SaveFormatError, clone_model, load_model, model_from_json
from minidl.models.state import random_state
from minidl.saving import (
    custom_object_scope,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

ROOT = Path(__file__).resolve().parents[1]
RNG = np.random.default_rng(3)
X = RNG.normal(size=(24, 6)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int64")


@pytest.fixture(autouse=True)
def seeded():
    minidl.set_random_seed(11)


def same(a, b):
    assert [w.shape for w in a.weights] == [w.shape for w in b.weights] and [
        w.name for w in a.weights
    ] == [w.name for w in b.weights]
    for v, w in zip(a.weights, b.weights):
        assert v.dtype == w.dtype
        np.testing.assert_array_equal(v.numpy(), w.numpy())
    assert [w.name for w in a.trainable_weights] == [w.name for w in b.trainable_weights]


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
        np.testing.assert_array_equal(a, b)


def again(model, tmp_path, **options):
    """The model, after a stay on the disk."""
    path = tmp_path / "again.npz"
    model.save(path)
    return load_model(path, **options)


def returns(model, x, tmp_path, **options):
    loaded = again(model, tmp_path, **options)
    assert type(loaded) is type(model) and loaded.name == model.name
    same(model, loaded)
    equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0))
    return loaded


def small(**compiled):
    model = Sequential(
        [Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(2, activation="softmax")]
    )
    if compiled:
        model.compile(
            **{"optimizer": "adam", "loss": "sparse_categorical_crossentropy", **compiled}
        )
    return model


# --- round trips


def test_sequential_declared_and_deferred(tmp_path):
    returns(small(), X, tmp_path)
    shaped = Sequential(
        [layers.Dense(3, input_shape=(6,)), layers.Dropout(0.5), layers.Dense(1)], name="shaped"
    )
    returns(shaped, X, tmp_path)
    late = Sequential([layers.Dense(3), layers.Dense(1)])
    with pytest.raises(ValueError, match="no weights yet: call it on data"):
        late.save(tmp_path / "late.npz")
    late(X)
    returns(late, X, tmp_path)


def test_sequential_that_met_whole_numbers_first(tmp_path):
    words = RNG.integers(0, 9, (5, 3))
    model = Sequential([layers.Embedding(9, 4), layers.Flatten(), layers.Dense(2)])
    model(words)
    returns(model, words, tmp_path)


def residual():
    a, b = Input((6,), name="left"), Input((4,), name="right")
    shared = layers.Dense(6, activation="tanh", name="shared")
    one, two = shared(a), shared(a * 2.0 - 1)
    inner = Sequential([Input((6,)), layers.Dense(4), layers.ReLU()], name="inner")
    joined = layers.Concatenate()([inner(one + two), b, ops.relu(b)[:, 1:3]])
    deep = Model(h := Input((10,)), {"p": layers.Dense(2)(h), "q": layers.Dense(3)(h)}, name="deep")
    parts = deep(joined)
    first = ops.concatenate([parts["p"], parts["q"]], axis=-1)
    middle = ops.softmax(ops.take(first, [0, 2, 4], axis=1)) + ops.sum(first, axis=1, keepdims=True)
    return Model(
        [a, b],
        {
            "first": first,
            "middle": middle,
            "last": ops.reshape(-joined / 3.0, (-1, 5, 2))[:, ::2, -1],
        },
        name="residual",
    )


def test_functional_with_everything(tmp_path):
    model, x = residual(), [X, RNG.normal(size=(24, 4)).astype("float32")]
    loaded = returns(model, x, tmp_path)
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
    assert list(loaded.predict(x, verbose=0)) == [
        "first",
        "last",
        "middle",
    ] and loaded.input_names == ["left", "right"]
    assert loaded.get_layer("shared") is not model.get_layer("shared")
    equal(model(x)["last"].numpy(), loaded({"left": x[0], "right": x[1]})["last"].numpy())


def test_shared_layers_stay_shared(tmp_path):
    a = Input((6,))
    dense = layers.Dense(6)
    loaded = returns(Model(a, dense(dense(a))), X, tmp_path)
    assert len(loaded.weights) == 2 and len(loaded.layers) == 2


def test_list_and_dict_inputs(tmp_path):
    inputs = {"a": Input((6,), name="a"), "b": Input((6,), name="b")}
    model = Model(
        inputs, [layers.Add()([inputs["a"], inputs["b"]]), inputs["a"] @ np.eye(6, dtype="float32")]
    )
    returns(model, {"a": X, "b": X + 1}, tmp_path)


def test_whole_doors_of_ops_as_steps(tmp_path):
    a = Input((6,))
    steps = [
        ops.one_hot(ops.argmax(a, axis=-1), 6),
        ops.tile(a, (1, 2)),
        ops.where(ops.greater(a, 0), a, 0.0),
        ops.sort(a),
        a**2,
        ops.clip(a, -1, 1),
        ops.layer_normalization(a),
        ops.stack([a, a], axis=1),
        ops.pad(a, ((0, 0), (1, 1))),
        ops.take(a, np.array([1, 0]), axis=1),
        ops.mean(a, axis=1),
        ops.stop_gradient(a),
        ops.transpose(ops.reshape(a, (-1, 2, 3)), (0, 2, 1)),
        ops.max(a, axis=(1,)),
        1.0 / (ops.exp(a) + 1),
    ]
    returns(Model(a, steps), X, tmp_path)


def test_a_step_that_no_file_can_name(tmp_path):
    a = Input((6,))
    model = Model(a, minidl.random.dropout(a, 0.5))
    with pytest.raises(ValueError, match="'dropout' is no layer and no op.*Make it a Layer"):
        model.save(tmp_path / "m.npz")
    assert not (tmp_path / "m.npz").exists()


@register_keras_serializable()
class Scale(layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1],), initializer="uniform", name="w")

    def call(self, x):
        return x * self.w * self.factor


class KerasStyle(layers.Layer):
    """Its own get_config, as Keras's guide writes it, and a layer inside."""

    def __init__(self, units, inner=None, **kwargs):
        super().__init__(**kwargs)
        self.size = units
        self.inner = layers.Dense(units) if inner is None else inner

    def call(self, x, training=False):
        return self.inner(x)

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.size, "inner": self.inner})
        return config


class Net(Model):
    def __init__(self, width=5, depth=2, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [layers.Dense(width, activation="relu") for _ in range(depth)]
        self.ends = {"mean": layers.Dense(1), "scale": layers.Dense(1, activation="softplus")}
        self.drop = layers.Dropout(0.2)

    def call(self, x, training=None):
        for layer in self.hidden:
            x = layer(x)
        x = self.drop(x)
        return {name: layer(x) for name, layer in self.ends.items()}


class OnlyStep(Model):
    """A functional model with a training step of its own."""

    def train_step(self, data):
        return {**super().train_step(data), "mine": 1.0}


def test_registered_layers_need_no_word(tmp_path):
    loaded = returns(Sequential([Input((6,)), Scale(3.0), layers.Dense(1)]), X, tmp_path)
    assert isinstance(loaded.layers[0], Scale) and loaded.layers[0].factor == 3.0
    assert (
        get_registered_name(Scale) == "Custom>Scale"
        and get_registered_object("Custom>Scale") is Scale
    )


def test_custom_objects_and_scopes(tmp_path):
    model = Sequential([Input((6,)), KerasStyle(3, inner=layers.Dense(3, use_bias=False))])
    returns(model, X, tmp_path, custom_objects={"KerasStyle": KerasStyle})
    with custom_object_scope({"KerasStyle": KerasStyle}):
        returns(model, X, tmp_path)
    with pytest.raises(
        SaveFormatError,
        match=r"again.npz.*'KerasStyle'.*register_keras_serializable.*custom_objects=\{'KerasStyle': KerasStyle\}",
    ):
        again(model, tmp_path)


def test_subclassed_models(tmp_path):
    net = Net(width=4, depth=3)
    net(X)
    loaded = returns(net, X, tmp_path, custom_objects={"Net": Net})
    assert len(loaded.hidden) == 3 and loaded.hidden[0].units == 4
    a = Input((6,))
    mine = OnlyStep(a, layers.Dense(1)(a))
    mine.compile("sgd", "mse")
    loaded = returns(mine, X, tmp_path, custom_objects={"OnlyStep": OnlyStep})
    assert "mine" in loaded.fit(X, Y, verbose=0).history


def test_a_class_of_yours_does_not_stand_in_for_the_librarys(tmp_path):
    model = small()
    model.save(tmp_path / "m.npz")

    @register_keras_serializable("mine")
    class Dense(layers.Layer):
        pass

    try:
        assert type(load_model(tmp_path / "m.npz").layers[0]) is layers.Dense
    finally:
        minidl.saving.get_custom_objects().pop("mine>Dense")


def test_what_cannot_be_described_is_named(tmp_path):
    class Star(layers.Layer):
        def __init__(self, *sizes):
            super().__init__()

        def call(self, x):
            return x

    class Odd(layers.Layer):
        def __init__(self, thing, **kwargs):
            super().__init__(**kwargs)

        def call(self, x):
            return x

    for layer, words in (
        (Star(1, 2), "takes \\*sizes.*get_config"),
        (Odd(object()), "holds a object at .*thing.*get_config"),
        (Odd({1: 2}), "keys are not all strings"),
        (Odd(float("nan")), "holds nan at"),
        (layers.Lambda(lambda x: x), "a lambda, at .*function.*register_keras_serializable"),
    ):
        with pytest.raises((ValueError, TypeError), match=words):
            Sequential([Input((6,)), layer, layers.Dense(1)]).save(tmp_path / "no.npz")
    assert os.listdir(tmp_path) == []


def double(x):
    return x * 2


def test_functions_by_name(tmp_path):
    model = Sequential([Input((6,)), layers.Dense(3, activation=double), layers.Lambda(double)])
    model.save(tmp_path / "m.npz")
    with pytest.raises(SaveFormatError, match="no class or function 'double' here.*custom_objects"):
        load_model(tmp_path / "m.npz")
    equal(
        load_model(tmp_path / "m.npz", custom_objects={"double": double}).predict(X, verbose=0),
        model.predict(X, verbose=0),
    )
    with custom_object_scope({"double": double}):
        returns(model, X, tmp_path)


@register_keras_serializable("tests")
def shifted(x, by=1):
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
    "Lambda": (lambda: layers.Lambda(shifted, arguments={"by": 2}), X),
    "LayerNormalization": (lambda: layers.LayerNormalization(axis=(1, 2)), IMAGES),
    "Normalization": (
        lambda: layers.Normalization(mean=[1.0, 2, 3], variance=np.array([1.0, 4, 9])),
        IMAGES,
    ),
    "PReLU": (lambda: layers.PReLU("uniform", shared_axes=[1]), IMAGES),
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
    "Hashing": (lambda: layers.Hashing(4, 3, output_mode="multi_hot"), PLACES),
    "IntegerLookup": (
        lambda: adapted(layers.IntegerLookup(max_tokens=5, output_mode="tf_idf"), PLACES),
        PLACES,
    ),
}
STRINGS = {
    "StringLookup": lambda: adapted(
        layers.StringLookup(mask_token=""), ["b", "a", "b"]
    ),  # which are in no model
    "TextVectorization": lambda: adapted(
        layers.TextVectorization(ngrams=(1, 2), standardize="lower", output_mode="tf_idf"),
        ["a b", "B c"],
    ),
}
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


def layer_model(name):
    """A functional model around a layer of this class, with weights that no initializer gives."""
    if name in MERGING:
        a, b = Input((6,)), Input((6,))
        model, x = Model([a, b], MERGING[name]()([a, b])), [X, X[::-1].copy()]
    else:
        make, x = LAYERS[name]
        a = Input(x.shape[1:])
        model = Model(a, make()(a))
    model.set_weights(
        [(w + RNG.uniform(0.1, 0.5, w.shape)).astype(w.dtype) for w in model.get_weights()]
    )
    return model, x


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
}
LAYERS.update({name: (make, STEPS) for name, make in SEQUENCES.items()})
# Cells stand inside RNN; attention takes several inputs (tests/layers/test_attention_layers.py).
CELLS = {"SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells"}
ATTENTION = {"Attention", "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention"}


def test_no_layer_is_forgotten():
    assert {c.__name__ for c in layers.layer_classes.names.values()} == {
        *LAYERS,
        *MERGING,
        *STRINGS,
        *CELLS,
        *ATTENTION,
        "InputLayer",
    }


@pytest.mark.parametrize("name", [*LAYERS, *MERGING])
def test_every_layer_comes_back(name, tmp_path):
    model, x = layer_model(name)
    loaded = returns(model, x, tmp_path)
    assert json.dumps(loaded.get_config()) == json.dumps(model.get_config())
    for before, after in zip(model.weights, loaded.weights):
        assert type(before.regularizer) is type(after.regularizer) and type(
            before.constraint
        ) is type(after.constraint)
    # dropout goes on at the same place
    equal(np.asarray(model(x, training=True)), np.asarray(loaded(x, training=True)))


def test_an_adapted_normalization(tmp_path):
    layer = layers.Normalization()
    layer.adapt(X * 3 + 1)
    a = Input((6,))
    returns(Model(a, layer(a)), X, tmp_path)


def test_dtypes_are_kept(tmp_path):
    model = Sequential(
        [
            Input((6,), dtype="float64"),
            layers.Dense(2, dtype="float64"),
            layers.Dense(2, dtype="float16"),
        ]
    )
    loaded = returns(model, X.astype("float64"), tmp_path)
    assert [w.dtype.name for w in loaded.weights] == ["float64"] * 2 + ["float16"] * 2


# --- configs


@pytest.mark.parametrize("name", [*LAYERS, *MERGING, *STRINGS])
def test_layers_from_their_config(name):
    layer = (MERGING.get(name) or STRINGS.get(name) or LAYERS[name][0])()
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == config
    other = type(layer).from_config(config)
    assert other.get_config() == config and other.name == layer.name


def registered(registry):
    return sorted(
        {thing for thing in registry.names.values() if isinstance(thing, type)},
        key=lambda c: c.__name__,
    )


NEEDS = {
    "Constant": {"value": 3.0},
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5},
    "InverseTimeDecay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 5,
        "decay_rate": 0.5,
        "staircase": True,
    },
    "SettableDecay": {"initial_learning_rate": 0.1, "decay_steps": 1, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [2, 4], "values": [0.3, 0.2, 0.1]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 5},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 5},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 5},
    "MeanIoU": {"num_classes": 3},
    "IoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "BinaryIoU": {"target_class_ids": [0, 1]},
    "OneHotMeanIoU": {"num_classes": 3},
    "ConfusionMatrix": {"num_classes": 3},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "MeanRelativeError": {"normalizer": [1.0, 2.0]},
}


@pytest.mark.parametrize(
    "cls",
    [
        *registered(initializers.registry),
        *registered(regularizers.registry),
        *registered(constraints.registry),
        *registered(losses.registry),
        *registered(metrics.registry),
        *registered(optimizers.registry),
        *registered(optimizers.schedules.registry),
    ],
    ids=lambda c: c.__name__,
)
def test_all_others_from_their_config(cls):
    thing = cls(**NEEDS.get(cls.__name__, {}))
    data = json.loads(json.dumps(minidl.saving.serialize_keras_object(thing)))
    other = minidl.saving.deserialize_keras_object(data)
    assert type(other) is cls
    assert minidl.saving.serialize_keras_object(other) == data


def test_an_optimizer_with_its_schedule():
    one = optimizers.Adam(
        optimizers.schedules.PolynomialDecay(0.1, 7, power=2.0),
        beta_1=0.8,
        weight_decay=0.01,
        clipnorm=1.0,
    )
    two = optimizers.Adam.from_config(json.loads(json.dumps(one.get_config())))
    two.iterations = one.iterations = 3
    assert (
        two.learning_rate == one.learning_rate != 0.1
        and two.beta_1 == 0.8
        and two.clipnorm == 1.0
        and two.weight_decay == 0.01
    )


def test_json_has_the_structure_alone():
    for model in (small(), residual()):
        other = model_from_json(model.to_json())
        assert other.to_json() == model.to_json() and [w.shape for w in other.weights] == [
            w.shape for w in model.weights
        ]
        assert not np.array_equal(other.weights[0].numpy(), model.weights[0].numpy())
    net = Net(4, 1)
    assert model_from_json(net.to_json(indent=2), custom_objects={"Net": Net}).hidden[0].units == 4
    with pytest.raises(ValueError, match="'Net'.*register_keras_serializable"):
        model_from_json(net.to_json())


def test_clones():
    for model, x in ((small(), X), (residual(), [X, X[:, :4]])):
        clone = clone_model(model)
        assert type(clone) is type(model) and clone.to_json() == model.to_json()
        assert not {id(w) for w in clone.weights} & {id(w) for w in model.weights}
        clone.set_weights(model.get_weights())
        equal(clone.predict(x, verbose=0), model.predict(x, verbose=0))


def test_clones_with_other_layers():
    def wider(layer):
        return (
            layers.Dense(layer.units, "tanh", name=layer.name)
            if isinstance(layer, layers.Dense)
            else type(layer).from_config(layer.get_config())
        )

    for model, x in ((small(), X), (residual(), [X, X[:, :4]])):
        clone = clone_model(model, clone_function=wider)
        assert [w.shape for w in clone.weights] == [w.shape for w in model.weights]
        assert all(
            layer.activation is minidl.activations.tanh
            for layer in clone.layers
            if isinstance(layer, layers.Dense)
        )
        clone.set_weights(model.get_weights())
        clone.predict(x, verbose=0)


# --- compile's arguments and the optimizer's memory
# -----------------------------------------------------------------------


@register_keras_serializable("tests")
def my_loss(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


def unregistered(y_true, y_pred):
    return ops.mean(ops.absolute(y_true - y_pred), axis=-1)


@pytest.mark.parametrize(
    "loss",
    [
        "mse",
        losses.Huber(delta=0.3),
        losses.Huber,
        my_loss,
        losses.mean_squared_error,
        losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
    ],
    ids=str,
)
def test_losses_come_back(loss, tmp_path):
    model = Sequential([Input((6,)), layers.Dense(1)])
    model.compile(
        optimizers.RMSprop(0.02, rho=0.8),
        loss,
        metrics=["mae", metrics.RootMeanSquaredError(), my_loss],
        weighted_metrics=["mse"],
    )
    model.fit(X, Y.astype("float32"), epochs=2, verbose=0)
    loaded = returns(model, X, tmp_path)
    assert loaded.evaluate(X, Y.astype("float32"), verbose=0, return_dict=True) == model.evaluate(
        X, Y.astype("float32"), verbose=0, return_dict=True
    )
    assert loaded.optimizer.rho == 0.8 and loaded.optimizer.iterations == 2
    for m in (model, loaded):
        m.fit(X, Y.astype("float32"), epochs=2, verbose=0)
    same(model, loaded)


def test_a_function_of_yours_as_loss(tmp_path):
    model = Sequential([Input((6,)), layers.Dense(1)])
    model.compile("sgd", unregistered)
    model.fit(X, Y.astype("float32"), verbose=0)
    returns(model, X, tmp_path, custom_objects={"unregistered": unregistered})
    with pytest.raises(SaveFormatError, match="'unregistered'.*custom_objects"):
        again(model, tmp_path)
    assert again(model, tmp_path, compile=False).optimizer is None
    model.compile("sgd", lambda t, p: ops.mean(ops.square(t - p), axis=-1))
    with pytest.raises(ValueError, match="lambda.*include_optimizer=False"):
        model.save(tmp_path / "m.npz")
    model.save(tmp_path / "m.npz", include_optimizer=False)
    assert load_model(tmp_path / "m.npz").optimizer is None


def test_several_outputs(tmp_path):
    a = Input((6,))
    model = Model(
        a,
        {
            "p": layers.Dense(1, name="p")(a),
            "q": layers.Dense(2, activation="softmax", name="q")(a),
        },
    )
    model.compile(
        "adam",
        {"p": "mse", "q": losses.SparseCategoricalCrossentropy()},
        loss_weights={"p": 0.5, "q": 2.0},
        metrics={"p": ["mae"], "q": ["accuracy"]},
    )
    y = {"p": X[:, 0], "q": Y}
    model.fit(X, y, epochs=2, verbose=0)
    loaded = returns(model, X, tmp_path)
    assert loaded.evaluate(X, y, verbose=0) == model.evaluate(X, y, verbose=0)
    assert loaded.metrics_names == model.metrics_names


@pytest.mark.parametrize("optimizer", registered(optimizers.registry), ids=lambda c: c.__name__)
def test_every_optimizer_goes_on(optimizer, tmp_path):
    model = small(
        optimizer=optimizer(0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=3)
    )
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    loaded = returns(model, X, tmp_path)
    equal(loaded.optimizer.get_state(), model.optimizer.get_state())
    for m in (model, loaded):
        m.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    same(model, loaded)


def test_a_rate_set_by_hand_and_stop_on_nan_come_back(tmp_path):
    model = small(optimizer="sgd", stop_on_nan=False)
    model.fit(X, Y, verbose=0)
    model.optimizer.learning_rate = 0.125
    loaded = again(model, tmp_path)
    assert loaded.optimizer.learning_rate == 0.125 and loaded.stop_on_nan is False


def test_frozen_layers_stay_frozen(tmp_path):
    model = small(optimizer="adam")
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = False
    same(model, again(model, tmp_path))  # the optimizer still remembers all four
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(X, Y, verbose=0)
    loaded = returns(model, X, tmp_path)
    assert [layer.trainable for layer in loaded.layers] == [False, True] and len(
        loaded.trainable_weights
    ) == 2
    loaded.fit(X, Y, verbose=0)
    equal(loaded.layers[0].get_weights(), model.layers[0].get_weights())
    whole = small()
    whole.trainable = False
    assert again(whole, tmp_path).trainable_weights == []


TRAINING = """
import sys, numpy as np, minidl
from minidl import Input, Sequential, layers, optimizers
from minidl.models import load_model
def make():
    minidl.set_random_seed(4)
    model = Sequential([Input((6,)), layers.Dense(16, activation="relu"), layers.Dropout(0.4), layers.BatchNormalization(), layers.GaussianNoise(0.1),
                        layers.Dense(2, activation="softmax")])
    schedule = optimizers.schedules.CosineDecay(0.02, 40)
    model.compile(optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
rng = np.random.default_rng(0)
x = rng.normal(size=(100, 6)).astype("float32"); y = (x[:, 0] * x[:, 1] > 0).astype("int64")
fit = lambda model, first, last: model.fit(x, y, batch_size=16, initial_epoch=first, epochs=last, verbose=0)
"""


def child(code, *args, cwd):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAINING + code, *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr


def test_six_epochs_are_three_and_three_in_another_process(tmp_path):
    child(
        "m = make(); fit(m, 0, 3); m.save('half.npz'); fit(m, 3, 6); "
        "m.save_weights('straight.npz')",
        cwd=tmp_path,
    )
    child(
        "m = load_model('half.npz'); fit(m, 3, 6); m.save_weights('loaded.npz')\n"
        "n = make(); n.restore('half.npz'); fit(n, 3, 6); n.save_weights('restored.npz')\n"
        "o = make(); fit(o, 0, 1); o.restore('half.npz'); fit(o, 3, 6); "
        "o.save_weights('overwritten.npz')",
        cwd=tmp_path,
    )
    straight = np.load(tmp_path / "straight.npz")
    for name in ("loaded", "restored", "overwritten"):
        other = np.load(tmp_path / f"{name}.npz")
        assert other.files == straight.files
        for key in straight.files:
            np.testing.assert_array_equal(straight[key], other[key], err_msg=f"{name} {key}")


# --- restore and weights
# ---


def snapshot(model):
    state = {} if model.optimizer is None else model.optimizer.get_state()
    return [
        *model.get_weights(),
        *state.values(),
        json.dumps(random_state(model)),
        model.optimizer and len(model.optimizer.trainable_variables),
    ]


@pytest.mark.parametrize(
    "other", ["architecture", "optimizer", "no memory", "weights file", "fewer generators"]
)
@pytest.mark.parametrize("trained", [True, False])
def test_a_restore_that_fails_changes_nothing(other, trained, tmp_path):
    def noisy(width=4, optimizer="adam", rate=0.5):
        model = Sequential(
            [
                Input((6,)),
                layers.Dense(width),
                *([layers.Dropout(rate)] if rate else []),
                layers.Dense(2, activation="softmax"),
            ]
        )
        model.compile(optimizer, "sparse_categorical_crossentropy")
        return model

    source = noisy(
        width=5 if other == "architecture" else 4,
        optimizer="adamax" if other == "optimizer" else "adam",
        rate=0.5,
    )
    source.fit(X, Y, verbose=0)
    path = tmp_path / "m.npz"
    if other == "weights file":
        source.save_weights(path)
    else:
        source.save(path, include_optimizer=other != "no memory")
    target = noisy(rate=0 if other == "fewer generators" else 0.5)
    if trained:
        target.fit(X, Y, epochs=2, verbose=0)
    elif other == "no memory":
        return
    before = snapshot(target)
    with pytest.raises(SaveFormatError, match="m.npz cannot be loaded"):
        target.restore(path)
    equal(before, snapshot(target))


def test_weights_alone(tmp_path):
    model, other = small(), small()
    model.save_weights(tmp_path / "deep" / "cp-0001.ckpt")
    other.load_weights(tmp_path / "deep" / "cp-0001.ckpt")
    same(model, other)
    model.save(tmp_path / "m.npz")
    third = small()
    third.load_weights(tmp_path / "m.npz")  # of a whole model too
    same(model, third)
    with pytest.raises(ValueError, match="no weights yet"):
        Sequential([layers.Dense(1)]).save_weights(tmp_path / "w.npz")
    with pytest.raises(SaveFormatError, match="no weights yet: call it on data once"):
        Sequential([layers.Dense(1)]).load_weights(tmp_path / "m.npz")
    with pytest.raises(SaveFormatError, match="holds 'weights', where model is expected"):
        load_model(tmp_path / "deep" / "cp-0001.ckpt")


def test_weights_that_do_not_fit(tmp_path):
    small().save_weights(tmp_path / "w.npz")
    wider = Sequential([Input((6,)), layers.Dense(4), layers.Dense(3)])
    before = wider.get_weights()
    with pytest.raises(
        SaveFormatError,
        match=r"w.npz.*weight 'kernel'.*\(4, 3\).*the file holds 'kernel' of shape \(4, 2\)",
    ):
        wider.load_weights(tmp_path / "w.npz")
    equal(before, wider.get_weights())
    wider.load_weights(tmp_path / "w.npz", skip_mismatch=True)
    now = wider.get_weights()
    assert (
        not np.array_equal(now[0], before[0])
        and np.array_equal(now[2], before[2])
        and np.array_equal(now[3], before[3])
    )
    with pytest.raises(SaveFormatError, match="holds 4 weights, and model .* has 2"):
        Sequential([Input((6,)), layers.Dense(4)]).load_weights(tmp_path / "w.npz")


def test_checkpoint_paths(tmp_path):
    model = small(optimizer="sgd")
    model.fit(
        X,
        Y,
        epochs=2,
        verbose=0,
        callbacks=[
            minidl.callbacks.ModelCheckpoint(
                tmp_path / "ck" / "cp-{epoch:04d}.ckpt", save_weights_only=True
            )
        ],
    )
    assert sorted(os.listdir(tmp_path / "ck")) == ["cp-0001.ckpt", "cp-0002.ckpt"]
    other = small()
    other.load_weights(str(tmp_path / "ck" / "cp-0002.ckpt"))
    same(model, other)


def test_paths_that_are_refused(tmp_path):
    model = small()
    path = tmp_path / "m.npz"
    model.save(path)
    for write in (model.save, model.save_weights):
        with pytest.raises(FileExistsError, match="m.npz exists already, and overwrite=False"):
            write(path, overwrite=False)
    with pytest.raises(ValueError, match=r"\.weights\.h5' files hold weights alone.*save_weights"):
        model.save(tmp_path / "m.weights.h5")
    for folder in (tmp_path, f"{tmp_path}/new/"):
        with pytest.raises(ValueError, match=r"is a folder.*model\.npz"):
            model.save(folder)
    with pytest.raises(ValueError, match="is a folder, as TensorFlow's SavedModel"):
        load_model(tmp_path)
    for load in (load_model, model.load_weights, model.restore):
        with pytest.raises(FileNotFoundError, match=r"There is no file .*gone\.npz"):
            load(tmp_path / "gone.npz")
    (tmp_path / "cp.ckpt.index").write_bytes(b"")
    with pytest.raises(ValueError, match="checkpoint of TensorFlow.*save_weights"):
        model.load_weights(tmp_path / "cp.ckpt")
    assert sorted(os.listdir(tmp_path)) == ["cp.ckpt.index", "m.npz"]


def test_numpy_alone_reads_it(tmp_path):
    model = small(optimizer="adam")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(file["weights/0000/kernel"], model.layers[0].kernel.numpy())
        assert (
            json.loads(bytes(file["config"]))["model"]["class_name"] == "Sequential"
            and int(file["optimizer/iterations"]) == 1
        )
    assert not [name for name in zipfile.ZipFile(tmp_path / "m.npz").namelist() if ".." in name]


def test_an_error_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    model, path = small(), tmp_path / "m.npz"
    model.save(path)
    before = path.read_bytes()

    def fails(file, array, **options):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(native.np.lib.format, "write_array", fails)
    with pytest.raises(OSError, match="disk full"):
        small().save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.npz"]


# --- hostile files


def describe(path):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "sha256"}
    return json.loads(arrays.pop("config").tobytes()), arrays


def forge(path, description, arrays):
    """A file with a checksum that fits, whatever it says."""
    text = description if isinstance(description, str) else json.dumps(description)
    arrays = {"config": np.frombuffer(text.encode(), np.uint8), **arrays}
    with open(path, "wb") as file:
        np.savez(file, **arrays, sha256=native.digest(arrays))
    return path


@pytest.fixture
def tiny(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(2, name="d")], name="m")
    model.save(tmp_path / "tiny.npz")
    return model, tmp_path / "tiny.npz"


def outcome(path, model, x):
    """SaveFormatError that names the file, or the same model; anything else fails."""
    try:
        loaded = load_model(path)
    except SaveFormatError as error:
        assert str(path) in str(error)
        return False
    same(model, loaded)
    np.testing.assert_array_equal(loaded(x).numpy(), model(x).numpy())
    return True


def test_every_flipped_byte_and_every_length(tiny, tmp_path):
    model, path = tiny
    x, data, bad = X[:2, :2], path.read_bytes(), tmp_path / "bad.npz"
    survived = 0
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 1 << place % 8
        bad.write_bytes(broken)
        survived += outcome(bad, model, x)
    assert survived < len(data) / 4  # dates and the like
    for length in [*range(0, len(data), 17), *range(len(data) - 60, len(data))]:
        bad.write_bytes(data[:length])
        assert not outcome(bad, model, x)
    bad.write_bytes(data + b"more")
    outcome(bad, model, x)


def peak_of(load, path):
    tracemalloc.start()
    try:
        with pytest.raises(SaveFormatError, match=Path(path).name) as caught:
            load(path)
        return tracemalloc.get_traced_memory()[1], str(caught.value)
    finally:
        tracemalloc.stop()


def refused(path, words="", most=20e6):
    peak, message = peak_of(load_model, path)
    assert peak < most, f"{peak / 1e6:.0f} MB"
    assert words in message, message


def npy(header, body=b""):
    header = header.encode() + b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


def zipped(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_bombs_and_pickles(tmp_path):
    path = tmp_path / "bomb.npz"
    refused(zipped(path, [("config.npy", bytes(100_000_000))], zipfile.ZIP_DEFLATED), "not true")
    refused(
        zipped(path, [("a.npy", bytes(1000)), ("b.npy", b"x" * 1000)], zipfile.ZIP_DEFLATED), ""
    )
    zipped(path, [("config.npy", b"abc")])
    data = path.read_bytes().replace(
        (3).to_bytes(4, "little") * 2, (2**31).to_bytes(4, "little") * 2
    )
    path.write_bytes(data)
    refused(path, "not true")
    refused(
        zipped(
            path,
            [
                (
                    "config.npy",
                    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"),
                )
            ],
        ),
        "header declares",
    )
    refused(
        zipped(
            path,
            [
                (
                    "config.npy",
                    npy(
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, "
                        "1000000000000000000), }"
                    ),
                )
            ],
        ),
        "",
    )
    refused(
        zipped(
            path,
            [
                (
                    "config.npy",
                    npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\x80\x04."),
                )
            ],
        ),
        "no array of numbers",
    )
    refused(
        zipped(path, [("config.npy", npy("{'descr': " + "(" * 5000 + ", }"))]),
        "no array of numbers",
    )
    refused(
        zipped(path, [("config.npy", npy("__import__('os').system('x')"))]), "no array of numbers"
    )
    refused(zipped(path, [("config.txt", b"hello")]), "not an uncompressed array")
    refused(zipped(path, [("../../up.npy", b"hello")]), "no array of numbers")
    refused(zipped(path, []), "not one that minidl wrote")
    path.write_bytes(b"")
    refused(path, "")
    path.write_bytes(b"hello, I am a text")
    refused(path, "not a zip file")
    np.savez(path, a=np.zeros(3))
    refused(path, "not one that minidl wrote")
    with open(path, "wb") as file:
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    refused(path)


def test_numbers_that_were_changed_by_hand(tiny):
    _, path = tiny
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["weights/0000/kernel"] = arrays["weights/0000/kernel"] + 1
    with open(path, "wb") as file:
        np.savez(file, **arrays)
    refused(path, "its checksum does not fit its contents")


def test_memory_of_another_optimizer_with_the_same_slots(tmp_path):
    one, two = small(optimizer="adam"), small(optimizer="adamw")
    one.fit(X, Y, verbose=0)
    one.save(tmp_path / "m.npz")
    before = snapshot(two)
    with pytest.raises(
        SaveFormatError, match="memory of Adam, and the model is compiled with AdamW"
    ):
        two.restore(tmp_path / "m.npz")
    equal(before, snapshot(two))


def test_a_member_twice(tiny, tmp_path):
    model, path = tiny
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(path, [*members, members[0]])
    refused(path, "not true")


def layer_entry(name, config, module="minidl.layers", registered_name=None):
    return {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": registered_name,
    }


def sequential(*entries, shape=(2,)):
    first = layer_entry(
        "InputLayer", {"batch_shape": [None, *shape], "dtype": "float32", "name": "i"}
    )
    return {
        "module": "minidl",
        "class_name": "Sequential",
        "config": {"name": "m", "trainable": True, "layers": [first, *entries]},
        "registered_name": None,
    }


def graph(op, args, kwargs, shape=(2,), module="minidl.ops"):
    first = {
        **layer_entry(
            "InputLayer", {"batch_shape": [None, *shape], "dtype": "float32", "name": "i"}
        ),
        "name": "i",
        "inbound_nodes": [],
    }
    symbol = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, *shape], "dtype": "float32", "keras_history": ["i", 0, 0]},
    }
    step = {
        **layer_entry(op, {"name": "s"}, module),
        "name": "s",
        "inbound_nodes": [{"args": [symbol if a == "x" else a for a in args], "kwargs": kwargs}],
    }
    return {
        "module": "minidl",
        "class_name": "Model",
        "registered_name": None,
        "config": {
            "name": "m",
            "trainable": True,
            "layers": [first, step],
            "input_layers": ["i", 0, 0],
            "output_layers": ["s", 0, 0],
        },
    }


BIG = 10**12
HUGE = [
    sequential(layer_entry("Dense", {"units": BIG})),
    sequential(layer_entry("Dense", {"units": 10**6})),
    sequential(layer_entry("Dense", {"units": 2}), shape=(BIG,)),
    sequential(shape=(BIG,)),
    sequential(shape=(2**20, 2**20)),
    sequential(layer_entry("RepeatVector", {"n": BIG})),
    sequential(layer_entry("RepeatVector", {"n": BIG}), layer_entry("Flatten", {})),
    sequential(layer_entry("Reshape", {"target_shape": [BIG]})),
    sequential(layer_entry("Reshape", {"target_shape": [-1, BIG]})),
    sequential(layer_entry("Embedding", {"input_dim": BIG, "output_dim": 10})),
    sequential(layer_entry("Embedding", {"input_dim": 10**5, "output_dim": 10**5})),
    sequential(layer_entry("PReLU", {}), shape=(2**17, 8)),
    sequential(
        layer_entry(
            "Dense",
            {
                "units": 2,
                "bias_initializer": layer_entry("Constant", {"value": "x"}, "minidl.initializers"),
            },
        )
    ),
    graph(
        "broadcast_to",
        ["x"],
        {"shape": {"class_name": "__tuple__", "config": [BIG, 2]}},
        module="minidl.derivatives",
    ),
    graph(
        "broadcast_to",
        ["x"],
        {"shape": {"class_name": "__tuple__", "config": [2**20, 2**20, 2]}},
        module="minidl.derivatives",
    ),
    graph("tile", ["x", [2**14, 2**14]], {}),
    graph("tile", ["x", [BIG, 1]], {}),
    graph("repeat", ["x", 2**30], {"axis": 1}),
    graph("one_hot", ["x", 2**30], {}),
    graph(
        "pad",
        ["x"],
        {"widths": [[0, 2**14], [0, 2**14]], "value": 0.0},
        module="minidl.derivatives",
    ),
    graph("zeros", [[2**15, 2**15]], {}),
    graph("zeros", [[2, 2], "x"], {}),
    graph("eye", [2**15], {}),
    graph("fori_loop", [0, BIG, "relu", "x"], {}),
    graph("while_loop", ["relu", "relu", "x"], {}),
    graph("system", ["x"], {}, module="os"),
    graph("relu", [], {}, module="minidl.derivatives"),
]


@pytest.mark.parametrize("model", HUGE, ids=range(len(HUGE)))
def test_sizes_beyond_belief(model, tmp_path):
    description = {
        "format": "minidl model",
        "version": 1,
        "kind": "model",
        "model": model,
        "build_shape": None,
        "random": {},
    }
    path = forge(
        tmp_path / "huge.npz",
        description,
        {
            "weights/0000/kernel": np.zeros((2, 2), "float32"),
            "weights/0001/bias": np.zeros(2, "float32"),
        },
    )
    refused(path, most=30e6)


def test_names_that_lead_elsewhere(tmp_path):
    base = {
        "format": "minidl model",
        "version": 1,
        "kind": "model",
        "build_shape": None,
        "random": {},
    }
    for module in (
        "os",
        "builtins",
        "subprocess",
        "minidl.support.disk",
        None,
        "keras.src.utils",
        5,
    ):
        for name in (
            "system",
            "eval",
            "os.system",
            "Popen",
            "write_atomically",
            "__class__",
            "Layer",
            "Model.__init__",
            "get_file",
            7,
            None,
            ["x"],
        ):
            for data in (
                {
                    "module": module,
                    "class_name": name,
                    "config": {"command": "touch owned"},
                    "registered_name": name,
                },
                sequential(
                    {"module": module, "class_name": name, "config": {}, "registered_name": None}
                ),
                sequential(
                    layer_entry(
                        "Lambda",
                        {
                            "function": {
                                "module": module,
                                "class_name": "function",
                                "config": name,
                                "registered_name": name,
                            }
                        },
                    )
                ),
            ):
                refused(forge(tmp_path / "evil.npz", {**base, "model": data}, {}))
    assert os.listdir(tmp_path) == ["evil.npz"]


def test_things_that_are_no_model(tmp_path):
    base = {
        "format": "minidl model",
        "version": 1,
        "kind": "model",
        "build_shape": None,
        "random": {},
    }
    for data in (
        layer_entry("Dense", {"units": 3}),
        layer_entry("Model", {}, "minidl"),
        layer_entry("Adam", {}, "minidl.optimizers"),
        "text",
        5,
        None,
        [],
        {},
        {"class_name": "__slice__", "config": [1, 2, 3]},
    ):
        refused(forge(tmp_path / "odd.npz", {**base, "model": data}, {}))
    for text in (
        "[" * 10_000 + "]" * 10_000,
        "{" * 10,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '{"format": NaN}',
        '{"format": "minidl model", "x": Infinity}',
        "1e999",
        '{"format": "minidl model", "version": 1e999}',
        '{"format": "minidl model", "version": 2}',
        "null",
        '"minidl model"',
        "\x00",
        "9" * 5000,
    ):
        refused(forge(tmp_path / "odd.npz", text, {}))
    for times in (500, 2000):
        deep = (
            '{"class_name": "Sequential", "module": "minidl", "config": {"layers": [' * times
            + "]}}" * times
        )
        refused(
            forge(
                tmp_path / "odd.npz",
                json.dumps({**base, "model": 0}).replace('"model": 0', f'"model": {deep}'),
                {},
            )
        )


def test_circles_and_missing_ends(tmp_path):
    base = {
        "format": "minidl model",
        "version": 1,
        "kind": "model",
        "build_shape": None,
        "random": {},
    }
    circle = graph("relu", ["x"], {}, module="minidl.derivatives")
    circle["config"]["layers"][1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = [
        "s",
        0,
        0,
    ]
    refused(forge(tmp_path / "c.npz", {**base, "model": circle}, {}), "wait for inputs")
    for place in (["s", 0, 5], ["s", 3, 0], ["q", 0, 0], ["s"], []):
        lost = graph("relu", ["x"], {}, module="minidl.derivatives")
        lost["config"]["output_layers"] = place
        refused(forge(tmp_path / "c.npz", {**base, "model": lost}, {}))


def leaves_of(data, path=()):
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from leaves_of(value, (*path, key))


def replaced(data, path, value):
    data = json.loads(json.dumps(data))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


def fuzzed():
    sequence = Sequential(
        [
            Input((2,)),
            layers.Dense(2, "relu", name="d", kernel_regularizer="l2"),
            layers.Dropout(0.5, seed=1, name="o"),
        ],
        name="m",
    )
    sequence.compile(optimizers.SGD(0.1, momentum=0.5), "mse", metrics=["mae"])
    sequence.fit(X[:, :2], X[:, :2], verbose=0)
    a = Input((2,), name="a")
    return [
        sequence,
        Model(a, ops.relu(layers.BatchNormalization(name="b")(a) * 2.0)[:, 0:1], name="f"),
    ]


WRONG = (None, -1, 1e308, "x", [], {})
SOME = ((None, -1, "x"), (1e308, [], {}), (-1, {}, 1e308), ("x", [], None))


@pytest.mark.parametrize("which", [0, 1])
def test_every_leaf_replaced(which, tmp_path):
    model = fuzzed()[which]
    model.save(tmp_path / "good.npz")
    description, arrays = describe(tmp_path / "good.npz")
    loaded = 0
    for number, path in enumerate(leaves_of(description)):
        if number % 8 == 0:
            tracemalloc.start()  # it makes all slower: every eighth is measured
        for value in WRONG if number % 8 == 0 else SOME[number % 4]:
            forge(tmp_path / "bad.npz", replaced(description, path, value), arrays)
            try:
                model = load_model(tmp_path / "bad.npz")
                with np.errstate(all="ignore"):
                    model.predict(X[:4, :2], verbose=0)
                loaded += 1
            except SaveFormatError as error:
                assert "bad.npz" in str(error)
        if number % 8 == 0:
            assert tracemalloc.get_traced_memory()[1] < 50e6, path
            tracemalloc.stop()
    assert loaded > 20


def test_a_restore_of_fuzzed_files_is_all_or_nothing(tmp_path):
    source, other = fuzzed()[0], fuzzed()[0]
    source.fit(X[:, :2], X[:, :2], verbose=0)
    source.save(tmp_path / "good.npz")
    description, arrays = describe(tmp_path / "good.npz")
    assert description["random"]
    before = snapshot(other)
    for key in ("random", "trained", "compile"):
        for path in [(key,), *leaves_of(description[key], (key,))]:
            for value in WRONG:
                forge(tmp_path / "bad.npz", replaced(description, path, value), arrays)
                try:
                    other.restore(tmp_path / "bad.npz")
                except SaveFormatError:
                    equal(before, snapshot(other))
                else:
                    other = fuzzed()[0]
                    before = snapshot(other)


def test_weights_of_another_kind_inside(tiny, tmp_path):
    model, path = tiny
    description, arrays = describe(path)
    for wrong in (
        np.zeros((2, 3), "float32"),
        np.zeros((4,), "float32"),
        np.zeros((0,), "float32"),
        np.zeros((), "int64"),
    ):
        refused(
            forge(tmp_path / "w.npz", description, {**arrays, "weights/0000/kernel": wrong}),
            "weight 'kernel'" if wrong.size > 2 else "a weight of shape",
        )
    refused(
        forge(
            tmp_path / "w.npz", description, {"weights/0000/kernel": np.zeros((2, 5), "float32")}
        ),
        "holds 1 weights, and model 'm' has 2",
    )
    refused(
        forge(
            tmp_path / "w.npz", description, {**arrays, "weights/0002/more": np.zeros(2, "float32")}
        )
    )
    refused(
        forge(
            tmp_path / "w.npz",
            description,
            {
                "weights/0000/bias": arrays["weights/0000/kernel"],
                "weights/0001/bias": arrays["weights/0001/bias"],
            },
        )
    )


def test_optimizer_memory_that_does_not_fit(tmp_path):
    model = small(optimizer="adam")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.npz")
    description, arrays = describe(tmp_path / "m.npz")
    name = next(
        n for n in arrays if n.endswith("kernel/velocity") or (n.startswith("optimizer/0/"))
    )
    for wrong in (
        {name: np.zeros(3, "float32")},
        {name: np.full(arrays[name].shape, np.nan, "float32")},
        {"optimizer/iterations": np.array(-3)},
        {"optimizer/learning_rate": np.array(-1.0)},
        {"optimizer/9/x/m": np.zeros(3, "float32")},
    ):
        refused(forge(tmp_path / "bad.npz", description, {**arrays, **wrong}))
    for wrong in (
        [0, 1, 2],
        [0, 0, 1, 2],
        [0, 1, 2, 9],
        [0, 1, 2, -1],
        "x",
        None,
        [True, 0, 2, 3],
        [0.0, 1, 2, 3],
    ):
        refused(forge(tmp_path / "bad.npz", {**description, "trained": wrong}, arrays))


def test_a_buffer_is_no_path():
    with pytest.raises(TypeError):
        load_model(io.BytesIO())
