"""Averages of the weights in their place, spectral normalization, split_dataset, tree. Against Keras
itself: tests/parity/test_keras_names.py.
"""

import numpy as np
import pytest

from minidl import Sequential, callbacks, layers, optimizers, set_random_seed, tree, utils
from minidl.data import Dataset

X = np.random.default_rng(0).normal(size=(32, 3)).astype("f")
Y = X.sum(axis=1, keepdims=True)


def averaging(optimizer):
    set_random_seed(0)
    model = Sequential([layers.Input((3,)), layers.Dense(1)])
    model.compile(optimizer, "mse")
    return model


class Watch(callbacks.Callback):
    """The weights before each epoch and after it, and while the model is measured."""

    def __init__(self):
        super().__init__()
        self.seen = {"begin": [], "end": [], "test": []}

    def note(self, where):
        self.seen[where].append(self.model.get_weights()[0].copy())

    def on_epoch_begin(self, epoch, logs=None):
        self.note("begin")

    def on_epoch_end(self, epoch, logs=None):
        self.note("end")

    def on_test_begin(self, logs=None):
        self.note("test")


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_of_weights_are_measured_and_weights_are_trained(swap_on_epoch):
    plain = averaging(optimizers.SGD(0.1))
    plain.fit(X, Y, epochs=3, verbose=0, callbacks=[weights := Watch()], validation_data=(X, Y))
    model, watch = averaging(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)), Watch()
    swap = callbacks.SwapEMAWeights(swap_on_epoch)
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[swap, watch], validation_data=(X, Y))
    for name in ("begin", *(() if swap_on_epoch else ("end",))):
        np.testing.assert_array_equal(watch.seen[name], weights.seen[name])
    one, two, three = weights.seen["end"]
    averages = [one, (one + two) / 2, ((one + two) / 2 + three) / 2]
    np.testing.assert_allclose(watch.seen["test"], averages, rtol=1e-6)
    if swap_on_epoch:
        np.testing.assert_allclose(watch.seen["end"], averages, rtol=1e-6)
    np.testing.assert_allclose(model.get_weights()[0], averages[-1], rtol=1e-6)
    before = model.get_weights()
    model.predict(X, verbose=0, callbacks=[callbacks.SwapEMAWeights()])
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_averages_need_an_optimizer_that_keeps_them():
    with pytest.raises(ValueError, match="needs an optimizer that keeps averages"):
        averaging("sgd").fit(X, Y, verbose=0, callbacks=[callbacks.SwapEMAWeights()])


@pytest.mark.parametrize(
    ("n", "left", "right", "expected"),
    [
        (5, 0.5, None, (2, 3)),
        (5, None, 0.3, (3, 2)),
        (5, 2, None, (2, 3)),
        (10, 0.5, 0.3, (5, 3)),
        (5, 0.7, 0.2, (4, 1)),
        (10, 0.35, 0.35, (4, 4)),
    ],
)
def test_the_parts_of_a_dataset(n, left, right, expected):
    for data in (np.arange(n), Dataset.range(n), Dataset.range(n).filter(lambda x: x >= 0)):
        first, last = utils.split_dataset(data, left, right)
        assert [int(x) for x in first] == list(range(expected[0]))
        assert [int(x) for x in last] == list(range(n - expected[1], n))


def test_parts_of_pairs_shuffled():
    x, y = utils.split_dataset([np.arange(8), np.arange(8) * 2], 0.5, shuffle=True, seed=1)
    loops = [[(int(a), int(b)) for a, b in part] for part in (x, x, y)]
    assert loops[0] == loops[1] != sorted(loops[0])
    assert sorted(loops[0] + loops[2]) == [(i, 2 * i) for i in range(8)]
    for sizes in ((None, None), (0.1, None), (6, 6), (1.5, None), (0, None)):
        with pytest.raises(ValueError, match=r"split_dataset"):
            utils.split_dataset(np.arange(3), *sizes)


def test_structures():
    nested = {"b": [1, (2, 3)], "a": 4}
    assert tree.flatten(nested) == [4, 1, 2, 3]
    assert tree.map_structure(lambda x, y: x + y, nested, nested)["b"] == [2, (4, 6)]
    with pytest.raises(ValueError, match="are not built alike"):
        tree.map_structure(lambda x, y: x, [1], (1,))
    with pytest.raises(TypeError, match="takes a function first"):
        tree.map_structure([1], [1])
    with pytest.raises(ValueError, match="takes shapes"):
        tree.map_shape_structure(len, 3)
    assert tree.map_structure(lambda x: 2 * x, [None, 1], none_is_leaf=False) == [None, 2]
    assert tree.pack_sequence_as(nested, "wxyz") == {"b": ["x", ("y", "z")], "a": "w"}
    for values in ("xyz", "vwxyz"):
        said = f"holds 4 values; received {len(values)}"
        with pytest.raises(ValueError, match=said):
            tree.pack_sequence_as(nested, values)
    tree.assert_same_paths({"a": [1, 2]}, {"a": (3, 4)})
    with pytest.raises(ValueError) as refused:
        tree.assert_same_paths({"a": [1, 2], "b": 3}, {"a": [1], "c": 3})
    ours, theirs = "[('a', 1), ('b',)]", "[('c',)]"
    assert f"only the first has {ours}, only the second {theirs}." in str(refused.value)
    assert tree.map_shape_structure(len, [(1, None), [(2,), (3, 4, 5)]]) == [2, [1, 3]]
    assert tree.lists_to_tuples({"a": [1, [2]]}) == {"a": (1, (2,))}
    assert tree.map_structure_up_to([1, 2], lambda a, b: (a, b), [[3], 4], [5, 6]) == [
        ([3], 5),
        (4, 6),
    ]
    assert tree.map_structure(lambda x: 0 if x is None else x, [None, 1]) == [0, 1]
    assert tree.flatten_with_path({"b": [5], "a": 4}) == [(("a",), 4), (("b", 0), 5)]
    for top_down, parts in ((True, [[1, [2]], 1, [2], 2]), (False, [1, 2, [2], [1, [2]]])):
        seen = []
        tree.traverse(seen.append, [1, [2]], top_down)
        assert seen == parts
    none = tree.traverse(lambda x: tree.MAP_TO_NONE if x == 1 else None, [1, [2]])
    assert none == [None, [2]]
