"""HashedCrossing: bins for the combinations of columns, the very bins of TensorFlow."""

import numpy as np
import pytest

from minidl import Input, Tensor, layers

LETTERS, ROOMS = ["A", "B", "A", "B", "A"], [101, 101, 101, 102, -102]


@pytest.mark.parametrize(
    ("bins", "columns", "expected"),  # keras.layers.HashedCrossing(bins)(columns), on TensorFlow
    [
        (1000, (LETTERS, ROOMS), [891, 754, 891, 576, 79]),
        (1000, (LETTERS, ROOMS, ROOMS), [326, 106, 326, 193, 532]),
        (1000, ([1, 2, 1], [2, 1, 1]), [357, 716, 641]),
        (7, (["a", "b", "한국"], [2, 1, -1]), [6, 4, 1]),
        (7, (["a", "b", "한국"], ["x"] * 3, [2, 1, -1]), [1, 5, 4]),
    ],
    ids=str,
)
def test_the_bins_of_tensorflow(bins, columns, expected):
    layer = layers.HashedCrossing(bins)
    assert layer(columns).numpy().tolist() == expected
    columns = [np.array(column)[:, None] for column in columns]
    texts = lambda c: c.dtype.kind == "U"
    as_tensors = [c if texts(c) else Tensor(c.astype("float32")) for c in columns]
    as_bytes = [np.char.encode(c, "utf-8") if texts(c) else c for c in columns]
    for given in (columns, as_tensors, as_bytes):
        assert layer(given).numpy().tolist() == [[n] for n in expected]


@pytest.mark.parametrize("mode", ["int", "one_hot"])
@pytest.mark.parametrize("shape", [(), (3,), (3, 1)], ids=str)
def test_shapes_and_types(mode, shape):
    layer = layers.HashedCrossing(4, output_mode=mode)
    found = layer((np.full(shape, "q"), np.full(shape, 3)))
    assert found.dtype == ("int64" if mode == "int" else "float32")
    assert found.shape == (shape if mode == "int" else (*shape[:1], 4) if shape else (1, 4))
    if mode == "one_hot":
        assert found.numpy()[:, 0].all() and found.numpy().sum() == len(found)
    symbols = [Input((1,), dtype="string"), Input((1,), dtype="int32")]
    assert layer(symbols).shape == (None, 1 if mode == "int" else 4)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["a"], "crosses two columns or more, layer\\(\\[a, b\\]\\); received 1 in a list"),
        (np.ones((2, 1)), "received ndarray"),
        (([1, 2], [1, 2, 3]), r"columns of one shape.*\[\(2,\), \(3,\)\]"),
        (([[1, 2]], [[1, 2]]), r"columns of one shape.*\(1, 2\)"),
        (([0.5], [1]), "takes whole numbers.*received fractions"),
    ],
    ids=str,
)
def test_what_is_no_columns(columns, message):
    with pytest.raises(ValueError, match=message):
        layers.HashedCrossing(4)(columns)
