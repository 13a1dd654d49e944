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
        ops.tri(2),
        ops.logspace(0, 1, 3),
        ops.geomspace(1, 2, 3),
        ops.hanning(4),
        ops.kaiser(4, 2.0),
        ops.zeros(2),
        ops.ones(2),
    ):
        assert found.dtype == np.float32 and isinstance(found, Tensor)
    for make in (
        lambda dtype: ops.full((2,), 3, dtype),
        lambda dtype: ops.eye(2, dtype=dtype),
        lambda dtype: ops.identity(2, dtype),
        lambda dtype: ops.linspace(0, 8, 3, dtype=dtype),
        lambda dtype: ops.one_hot(L, 4, dtype=dtype),
        lambda dtype: ops.multi_hot(I, 4, dtype=dtype),
        lambda dtype: ops.arange(3.0, dtype=dtype),
        lambda dtype: ops.arange(3, dtype=dtype),
        lambda dtype: ops.tri(2, dtype=dtype),
        lambda dtype: ops.logspace(0, 1, 3, dtype=dtype),
        lambda dtype: ops.geomspace(1, 2, 3, dtype=dtype),
        lambda dtype: ops.zeros(2, dtype),
        lambda dtype: ops.ones(2, dtype),
        lambda dtype: ops.zeros_like(A, dtype),
        lambda dtype: ops.ones_like(A, dtype),
        lambda dtype: ops.full_like(A, 3, dtype),
        lambda dtype: ops.empty_like(A, dtype),
        lambda dtype: ops.cumsum(L, dtype=dtype),
        lambda dtype: ops.cumprod(L, dtype=dtype),
        lambda dtype: ops.prod(L, dtype=dtype),
        lambda dtype: ops.nancumsum(L, dtype=dtype),
    ):
        assert make("int16").dtype == np.int16 and make("float64").dtype == np.float64
    assert ops.linspace(0, 1, 3, retstep=True, dtype="float64")[1].dtype == np.float64
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
