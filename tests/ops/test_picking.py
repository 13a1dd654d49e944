"""Positions that are symbols, and what is recorded of them."""

import pickle

import numpy as np
from ops_samples import normal

from minidl import Input, Model, Tensor, ops


def test_positions_may_be_symbols():
    table, words = Tensor(normal(6, 2), requires_grad=True), Input((4,), dtype="int32")
    rows = ops.take(table, words, axis=0)
    assert rows.shape == (None, 4, 2)
    model, array = Model(words, rows, dtype="float64"), np.array([[0, 5, 5, 1]])
    y = model(array)
    np.testing.assert_array_equal(y.data, table.data[array])
    y.sum().backward()
    np.testing.assert_array_equal(table.grad[:, 0], [1, 1, 0, 0, 0, 2])


def test_what_a_symbol_records_can_be_filed():
    """The step is a function that a file can name, not one made on the way."""
    x = Input((4,))
    for y in (
        ops.argmax(x, -1),
        ops.one_hot(x, 3),
        ops.floor(x),
        ops.greater(x, 0),
        ops.where(ops.greater(x, 0), x, 0),
        ops.any(x, 1),
        ops.round(x, 1),
        ops.sort(x),
        ops.tril(x),
        ops.sparsemax(x),
        ops.trunc(x),
        ops.isin(x, [1.0]),
        ops.digitize(x, [1.0]),
        ops.relu(x),
        ops.einsum("bi->b", x),
    ):
        assert pickle.loads(pickle.dumps(y.node.function)) is not None
    assert (
        ops.one_hot(x, 3).node.function is ops.one_hot and ops.argmax(x).node.function is ops.argmax
    )
