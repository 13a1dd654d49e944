"""What an op takes and gives: types, sizes, copies."""

import numpy as np
from ops_samples import A, B, I, L

from minidl import Input, Model, Tensor, ops

# --- beyond the table
# ---


def test_whole_numbers_and_truth_values_have_keras_types():
    for found in (
        ops.argmax(A),
        ops.argmin(A, 0),
        ops.argsort(A),
        ops.count_nonzero(A),
        ops.searchsorted([1.0, 2.0], [1.5]),
        ops.bincount(L),
        ops.top_k(A, 1)[1],
        ops.arange(3),
        ops.nonzero(A)[0],
        ops.where(A > 0)[0],
    ):
        assert found.dtype == np.int32 and isinstance(found, Tensor)
    for found in (
        ops.equal(A, B),
        ops.isnan(A),
        ops.logical_not(A > 0),
        ops.any(A > 0),
        ops.in_top_k(L, A, 1),
        ops.isclose(A, B),
    ):
        assert found.dtype == np.bool_ and isinstance(found, Tensor)
    for found in (
        ops.full((2,), 3),
        ops.eye(2),
        ops.identity(2),
        ops.linspace(0, 1, 3),
        ops.empty((2,)),
        ops.one_hot(L, 4),
        ops.arange(3.0),
        ops.floor(L),
        ops.exp2(L),
        ops.log2(L + 1),
        ops.erf(L),
        ops.silu(L),
        ops.hard_sigmoid(L),
        ops.multi_hot(I, 4),
    ):
        assert found.dtype == np.float32 and isinstance(found, Tensor)
    assert ops.sign(L).dtype == ops.floor_divide(L, 2).dtype == ops.mod(L, 2).dtype == L.dtype
    np.testing.assert_array_equal(ops.floor_divide(L, 2).data, L // 2)


def test_what_is_a_tensor_and_how_large():
    symbol = Input((3, 4))
    assert (
        ops.is_tensor(Tensor(A))
        and ops.is_tensor(symbol)
        and not ops.is_tensor(A)
        and not ops.is_tensor([1.0])
    )
    assert (
        ops.shape(symbol) == (None, 3, 4)
        and ops.ndim(symbol) == 3
        and ops.ndim(A) == 2
        and ops.ndim(2.0) == 0
    )
    assert (
        ops.size(A) == 12
        and ops.size([[1.0, 2.0]]) == 2
        and ops.size(Input((3,), batch_size=2)) == 6
    )
    assert Model(symbol, ops.size(symbol))(np.ones((5, 3, 4))).item() == 60


def test_copies_are_copies():
    a = A.copy()
    for made in (ops.array(a), ops.copy(a), ops.copy(t := Tensor(a))):
        assert not np.shares_memory(made.data, a)
    assert not np.shares_memory(made.data, t.data)
    assert ops.array([1.0, 2.0], "float64").dtype == np.float64
