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
