"""The groups of '.keras' files, without h5py: which path holds whose weights."""

import numpy as np

from minidl import Input, Model, Sequential, layers
from minidl.models.keras_files import weight_groups


def test_groups_are_numbered_as_in_keras():
    """Layers of one class count from the second on, whatever their names; the weights inside a
    group count from 0, kernel first.
    """
    stack = [layers.Dense(3), layers.Dense(2, name="mine"), layers.BatchNormalization()]
    model = Sequential([Input((4,)), *stack, layers.Dense(1)])
    groups = weight_groups(model)
    assert {path: [a.shape for a in arrays] for path, arrays in groups.items() if arrays} == {
        "layers/dense/vars": [(4, 3), (3,)],
        "layers/dense_1/vars": [(3, 2), (2,)],
        "layers/batch_normalization/vars": [(2,), (2,), (2,), (2,)],
        "layers/dense_2/vars": [(2, 1), (1,)],
    }
    for layer, path in zip(stack, ("dense", "dense_1", "batch_normalization")):
        for array, weight in zip(groups[f"layers/{path}/vars"], layer.weights):
            np.testing.assert_array_equal(array, weight.numpy())


def test_groups_of_layers_inside_layers():
    a = Input((5, 4))
    both = layers.Bidirectional(layers.GRU(2))
    groups = weight_groups(Model(a, layers.Dense(1)(both(a))))
    assert sorted(path for path, arrays in groups.items() if arrays) == [
        "layers/bidirectional/backward_layer/cell/vars",
        "layers/bidirectional/forward_layer/cell/vars",
        "layers/dense/vars",
    ]


def test_attributes_with_an_underscore_come_last():
    class Pair(layers.Layer):
        def __init__(self):
            super().__init__()
            self._a, self.c, self.b = (layers.Dense(n) for n in (1, 2, 3))
            self._c = self.c

        def call(self, x):
            return self._a(self.b(self.c(x)))

    pair = Pair()
    pair(np.ones((1, 2), "f"))
    sizes = [(path, arrays[1].size) for path, arrays in weight_groups(pair).items() if arrays]
    assert sizes == [("b/vars", 3), ("c/vars", 2), ("_a/vars", 1)]


def test_groups_of_attributes_lists_and_dicts():
    """By the alphabet, each layer where it is first: `layers` comes before z and _all."""

    class Net(Model):
        def __init__(self):
            super().__init__()
            self._all = self.z = layers.Dense(1)
            self._own = layers.Dense(2)
            self.b = [layers.Dense(3), (layers.Dense(4), layers.Dense(5)), 7, [layers.ReLU()]]
            self.a = {"x": layers.Dense(6), "y": Sequential([layers.Dense(7)])}

        def call(self, x):
            return sum(layer(x)[:, :1] for layer in (self.z, self._own, *self.every()))

        def every(self):
            return [self.b[0], *self.b[1], *self.a.values()]

    net, x = Net(), Input((2,))
    net(np.ones((1, 2), "f"))
    net.f = Model(x, layers.Dense(8)(x))
    assert [layer.units for layer in net.layers[:2]] == [1, 2], "each once, as in Keras"
    sizes = {p: a[-1].size for p, a in weight_groups(net).items() if a}
    assert sizes == {
        "a/dense/vars": 6,
        "a/sequential/layers/dense/vars": 7,
        "b/dense/vars": 3,
        "b/container/dense/vars": 4,
        "b/container/dense_1/vars": 5,
        "f/layers/dense/vars": 8,
        "layers/dense/vars": 1,
        "layers/dense_1/vars": 2,
    }
    inside = weight_groups(Model(x, net.f(x)))
    assert [path for path, arrays in inside.items() if arrays] == [
        "layers/functional/layers/dense/vars"
    ]
