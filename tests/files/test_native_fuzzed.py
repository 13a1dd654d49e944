"""Descriptions in which anything may stand."""

import tracemalloc

import numpy as np
import pytest
from model_cases import (
    X,
    Y,
    describe,
    equal,
    forge,
    fuzzed,
    graph,
    layer_entry,
    leaves_of,
    refused,
    replaced,
    sequential,
    small,
    snapshot,
)

from minidl.models import SaveFormatError, load_model


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
