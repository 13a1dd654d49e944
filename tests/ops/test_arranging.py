"""Ops at their edges."""

import numpy as np
import pytest

from minidl import Input, Model, ops, random

# --- ops


def test_ops_at_their_edges():
    x = np.arange(12.0).reshape(3, 4)
    for axes in ((0, 0), (0, -2)):
        with pytest.raises(ValueError, match="rot90: axes are two different ones"):
            ops.rot90(x, axes=axes)
    assert ops.unique([1.0, np.nan, 2.0, np.nan]).shape == (4,)
    assert [part.shape for part in ops.split(np.ones(0), 2)] == [(0,), (0,)]
    w = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(ops.average(x, (0,), w).numpy(), np.average(x, 0, w))
    length = np.sqrt((x**2).sum())
    np.testing.assert_allclose(ops.normalize(x, axis=(0, 1)).numpy(), x / length, rtol=1e-6)
    assert random.dropout(np.ones(4), 1.0).numpy().tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("cuts", [3, [1, 4], (2,)])
def test_the_places_to_split_may_be_a_tensor(cuts):
    x = np.arange(6.0)
    for found, expected in zip(ops.split(x, ops.array(cuts)), np.split(x, cuts), strict=True):
        np.testing.assert_array_equal(found.data, expected)
    np.testing.assert_array_equal(ops.linspace(0, 1, ops.array(3)).data, [0, 0.5, 1])


def test_the_batch_of_a_symbol_stays_when_it_takes_another_shape():
    x = Input((3, 4))
    assert ops.reshape(x, (None, -1)).shape == (None, 12)
    assert ops.reshape(x, (None, -1, 2)).shape == (None, 6, 2)
    assert ops.reshape(x, (-1, 4, 3)).shape == ops.reshape(x, [None, 4, 3]).shape == (None, 4, 3)
    model = Model(x, ops.reshape(x, (None, 2, -1)))
    assert model(np.zeros((5, 3, 4))).shape == (5, 2, 6)
    with pytest.raises(ValueError):  # two sizes are unknown
        ops.reshape(Input((None, 4)), (None, -1))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda x: ops.split(x, 3, 1), "4 entries along axis 1 do not divide into 3 equal"),
        (lambda x: ops.unstack(x, 2, 1), "num must be the size of axis 1, 4; received 2"),
        (lambda x: ops.rot90(x, 1, (1, -1)), r"two different ones; received \(1, -1\)"),
        (lambda x: ops.diff(x, -2), "0 or more; received -2"),
        (lambda x: ops.meshgrid(x, indexing="ji"), "'xy' or 'ij'; received 'ji'"),
    ],
)
def test_what_does_not_fit_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call(np.ones((3, 4)))


def test_slices_along_an_axis():
    x = np.arange(6.0).reshape(2, 3)
    for num in (None, 3):
        assert [part.tolist() for part in ops.unstack(x, num, -1)] == x.T.tolist()
    parts = ops.unstack(Input((None, 2)), 5, 1)
    assert len(parts) == 5 and parts[4].shape == (None, 2)
