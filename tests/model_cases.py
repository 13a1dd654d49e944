"""What the tests of saved models share."""

import json
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from minidl import Input, Model, Sequential, layers, ops, optimizers
from minidl.files import native
from minidl.models import SaveFormatError, load_model
from minidl.models.state import random_state
from minidl.saving import register_keras_serializable

RNG = np.random.default_rng(3)
X = RNG.normal(size=(24, 6)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int64")


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
