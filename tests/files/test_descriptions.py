"""What it costs to look at a file is bounded by the file's size, whatever the file asks for."""

import functools
import json
import time
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, layers, losses, metrics, models, ops
from minidl.files import descriptions
from minidl.layers import Dense
from minidl.support import dry_run


def changed(path, change):
    """The .keras file with a description that `change` has made another of."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    change(config)
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def setting(kind, **settings):
    def change(data):
        if isinstance(data, dict):
            if data.get("class_name") == kind:
                data["config"].update(settings)
            for value in data.values():
                change(value)
        elif isinstance(data, list):
            for value in data:
                change(value)

    return change


def both(*changes):
    def change(data):
        for one in changes:
            one(data)

    return change


def stack(*inside, shape=(4,), dtype=None):
    return Sequential([Input(shape, dtype=dtype), *inside])


def dot():
    a, b = Input((3, 2)), Input((3, 2))
    return Model([a, b], layers.Dot(axes=2)([a, b]))


def joined():
    a = Input((4,))
    return Model(a, layers.Concatenate()([a] * 500))


def watched():
    model = stack(Dense(1, activation="sigmoid"))
    model.compile("sgd", "bce", metrics=[metrics.AUC()])
    return model


def vectorization():
    return stack(
        layers.TextVectorization(vocabulary=["a"], ngrams=2, output_sequence_length=3),
        shape=(1,),
        dtype="string",
    )


WIDE = setting("InputLayer", batch_shape=[None, 1 << 24])
GREEDY = {
    "ngrams": (vectorization, setting("TextVectorization", ngrams=1 << 28)),
    "categories": (
        lambda: stack(layers.CategoryEncoding(3), shape=(1,)),
        setting("CategoryEncoding", num_tokens=2**24 - 1),
    ),
    "categories, one-hot": (
        lambda: stack(layers.CategoryEncoding(3, output_mode="one_hot"), shape=(1,)),
        setting("CategoryEncoding", num_tokens=2**31 - 1),
    ),
    "bins": (
        lambda: stack(layers.Hashing(3, output_mode="count"), shape=(1,)),
        setting("Hashing", num_bins=2**30),
    ),
    "repeated": (
        lambda: stack(layers.RepeatVector(3)),
        both(
            setting("RepeatVector", n=1 << 20), setting("InputLayer", batch_shape=[None, 1 << 10])
        ),
    ),
    "products": (dot, setting("InputLayer", batch_shape=[None, 1 << 16, 2])),
    "joined": (joined, setting("InputLayer", batch_shape=[None, 1 << 16])),
    "six softmaxes": (lambda: stack(*[layers.Softmax() for _ in range(6)]), WIDE),
    "softmaxes over samples": (lambda: stack(*[layers.Softmax(axis=0) for _ in range(6)]), WIDE),
    "a batch of a fixed size": (
        lambda: stack(*[layers.Softmax() for _ in range(6)]),
        setting("InputLayer", batch_shape=[1 << 12, 1 << 12]),
    ),
    "means": (
        lambda: stack(*[layers.Normalization(mean=1.0, variance=1.0) for _ in range(6)]),
        WIDE,
    ),
    "weights": (lambda: stack(Dense(1)), setting("Dense", units=1 << 24)),
    "thresholds": (watched, setting("AUC", num_thresholds=2**31 - 1)),
}


@pytest.mark.parametrize(("make", "change"), GREEDY.values(), ids=GREEDY)
def test_a_small_file_takes_little(make, change, tmp_path):
    """Whether it loads or is refused: no more than 128 MB, where it would take gigabytes."""
    path = tmp_path / "m.keras"
    make().save(path)
    changed(path, change)
    tracemalloc.start()
    try:
        models.load_model(path)
    except minidl.SaveFormatError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1 << 27


@pytest.mark.parametrize(
    ("make", "change", "said"),
    [
        (joined, setting("InputLayer", batch_shape=[None, 1 << 16]), "not believable"),
        (
            lambda: stack(*[layers.Softmax(axis=0) for _ in range(6)]),
            WIDE,
            "asks for more numbers than the file can mean",
        ),
        (watched, setting("AUC", num_thresholds=2**31 - 1), "num_thresholds=2147483647"),
        (lambda: stack(Dense(1)), setting("Dense", units=1 << 24), "more than the file holds"),
    ],
)
def test_what_is_refused(make, change, said, tmp_path):
    path = tmp_path / "m.keras"
    make().save(path)
    changed(path, change)
    with pytest.raises(minidl.SaveFormatError, match=said):
        models.load_model(path)


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
def test_an_honest_model_with_large_samples_comes_back(ending, tmp_path):
    """Shapes are found with empty batches, so that large samples cost nothing either."""
    inputs = Input((256, 256, 3))
    x = layers.BatchNormalization()(inputs)
    x = layers.Reshape((256 * 256, 3))(x)
    x = layers.Softmax(axis=1)(layers.Permute((2, 1))(x))
    model = Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))
    model.save(tmp_path / f"m.{ending}")
    again = models.load_model(tmp_path / f"m.{ending}")
    assert [layer.output.shape for layer in again.layers] == [
        layer.output.shape for layer in model.layers
    ]


def nested(path, depth):
    with h5py.File(path, "a") as file:
        file.attrs.pop("minidl_sha256", None)
        group = file
        for _ in range(depth):
            group = group.create_group("g")


def test_time_grows_with_the_objects_of_an_hdf5_file(tmp_path):
    """Eight times the groups, one in the other: not eighty times the time."""

    def seconds(depth):
        path = tmp_path / f"{depth}.h5"
        stack(Dense(1)).save(path)
        nested(path, depth)
        best = np.inf
        for _ in range(3):
            began = time.process_time()
            models.load_model(path)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(3200) < 24 * seconds(400)


def test_a_group_that_holds_itself(tmp_path):
    path = tmp_path / "m.h5"
    stack(Dense(1)).save(path)
    with h5py.File(path, "a") as file:
        file["model_weights"]["again"] = file["model_weights"]
    assert models.load_model(path).count_params() == 5


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        *[(kind(), (4,)) for kind in (layers.Softmax, layers.Flatten, layers.LayerNormalization)],
        *[(kind(), (4,)) for kind in (layers.BatchNormalization, layers.RMSNormalization)],
        *[(kind(), (4,)) for kind in (layers.UnitNormalization, layers.PReLU, layers.ELU)],
        *[
            (kind(0.1), (4,))
            for kind in (layers.Dropout, layers.GaussianNoise, layers.AlphaDropout)
        ],
        *[(kind(), (3, 4)) for kind in (layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D)],
        (layers.GroupNormalization(2), (4,)),
        (layers.Reshape((-1, 2)), (3, 4)),
        (layers.Permute((2, 1)), (3, 4)),
        (layers.Embedding(3, 4), (5,)),
        (layers.RepeatVector(3), (4,)),
        (layers.EinsumDense("abc,cd->abd", output_shape=(None, 3)), (3, 4)),
        (layers.TimeDistributed(Dense(2)), (3, 4)),
        (layers.Discretization([1.0, 2.0]), (4,)),
        (layers.IntegerLookup(vocabulary=[1, 2]), (4,)),
        (layers.CategoryEncoding(4), (4,)),
        (layers.Dot(axes=1), [(3, 4), (3, 4)]),
        (layers.Concatenate(), [(3, 4), (3, 4)]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_layer_shows_its_shape_on_empty_batches(layer, shape, monkeypatch):
    """So no layer of the library needs the second try, which takes memory."""
    monkeypatch.setattr(dry_run, "_FREE", 0)
    symbols = [Input(s) for s in shape] if isinstance(shape, list) else Input(shape)
    again = type(layer).from_config(layer.get_config())
    usual = layer(symbols).shape
    again.build([s.shape for s in symbols] if isinstance(shape, list) else symbols.shape)
    with dry_run.reading_of(0):
        assert again(symbols).shape == usual


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"a": (1 << 31) - 1}, None),
        ({"a": {"b": [1 << 31]}}, "A size of 2147483648 at a.b is not believable."),
        ({"a": -(1 << 31)}, "A size of -2147483648 at a is not believable."),
        ({"seed": {"state": 1 << 40}}, None),
        ({"num_thresholds": 1 << 20, "num_classes": 1 << 12, "target_class_ids": 1 << 12}, None),
        ({"a": [{"num_thresholds": (1 << 20) + 1}]}, "num_thresholds=1048577 is not"),
        ({"num_classes": (1 << 12) + 1}, "num_classes=4097 is not"),
        ({"target_class_ids": (1 << 12) + 1}, "target_class_ids=4097 is not"),
        ({"shape": [None, 1 << 12, 1 << 12]}, None),
        ({"a": {"batch_shape": [0, 1 << 12, -(1 << 12)]}}, None),
        # of two inputs, each shape counts alone
        ({"input_shape": [[None, 1 << 12, 1 << 12], {"a": [None, 1 << 12]}]}, None),
        ({"input_shape": [[None, 3], [None, 1 << 13, 1 << 12]]}, "[None, 8192, 4096]] is not"),
        ({"shape": [3, 1 << 12, 1 << 11]}, "The shape [3, 4096, 2048] is not believable."),
        *(
            ({key: [1 << 13, 1 << 12]}, f"The {key} [8192, 4096] is not believable.")
            for key in descriptions._SIZES
        ),
    ],
)
def test_which_sizes_are_believed(data, said):
    if said is None:
        assert descriptions.believable(data) is data
        return
    with pytest.raises(ValueError) as refused:
        descriptions.believable(data)
    assert said in str(refused.value)


def mine(x):
    return x


def function(name):
    found = {"module": "builtins", "class_name": "function", "config": name}
    return {**found, "registered_name": name}


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"a": [None, True, 1, 2.5, "b"]},) * 2,
        ([mine, {"f": mine}], [function("mine"), {"f": function("mine")}]),
        (
            [losses.mean_squared_error, metrics.mean_squared_error, ops.relu],
            ["mean_squared_error", "mean_squared_error", function("relu")],
        ),
    ],
)
def test_what_a_file_keeps(data, kept):
    assert descriptions.checked(data) == kept


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"a": {"b": [1, np.inf]}}, "The model holds inf at a.b, which no file keeps."),
        ({"a": [{"c": np.float32(1)}]}, "The model holds a float32 at a.c, which cannot be saved"),
        ({"f": lambda x: x}, "The model holds a function without a name, a lambda, at f. To save"),
        ({"f": functools.partial(mine)}, "The model holds a function without a name"),
    ],
)
def test_what_no_file_keeps(data, said):
    with pytest.raises(ValueError) as refused:
        descriptions.checked(data)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("it is odd."), "it is odd."),
        (ValueError(), "ValueError."),
        (KeyError("layers"), "its description lacks 'layers'."),
        (RecursionError("too deep"), "its description is nested too deeply."),
        (MemoryError("too much"), "it asks for more memory than there is."),
    ],
)
def test_every_fault_of_a_file_is_one_error(error, said):
    with pytest.raises(minidl.SaveFormatError) as refused, descriptions.reading("m.npz"):
        raise error
    assert str(refused.value) == f"m.npz cannot be loaded: {said}"
    with pytest.raises(minidl.SaveFormatError) as again, descriptions.reading("other"):
        raise refused.value
    assert again.value is refused.value


@pytest.mark.parametrize(
    ("stored", "shape"),
    [
        ([None, 3], (None, 3)),
        ([[None, 3], [4]], [(None, 3), (4,)]),
        ({"a": [1], "b": [{"c": [2, 3]}]}, {"a": (1,), "b": [{"c": (2, 3)}]}),
    ],
)
def test_shapes_are_tuples_again(stored, shape):
    assert descriptions.shapes(stored) == shape
