"""dot and einsum."""

import numpy as np
import pytest
from ops_samples import A, normal

from minidl import check_gradients, ops


def test_dot_is_numpys_dot_or_refuses():
    """For matrices dot and @ are the same; beyond they differ, and the answer must not be silently
    the other one.
    """
    np.testing.assert_allclose(ops.dot(A, 2.0).data, A * 2)
    x, y = normal(2, 3, 4), normal(2, 4, 5)
    try:
        found = ops.dot(x, y)
    except ValueError as refusal:
        assert "@" in str(refusal)
    else:
        np.testing.assert_allclose(found.data, np.dot(x, y))


@pytest.mark.parametrize(
    "subscripts, shapes",
    [
        ("bij,jk->bik", [(2, 3, 4), (4, 3)]),
        ("bij,jk", [(2, 3, 4), (4, 3)]),
        ("...j,jk->...k", [(2, 3, 4), (4, 3)]),
        ("bij,bi", [(2, 3, 4), (2, 3)]),
        ("i...->...", [(3, 2, 2)]),
        ("...->...", [(2, 3)]),
        (" b i j -> j i b", [(2, 3, 4)]),
        ("kk", [(3, 3)]),
        (",i", [(), (3,)]),
        ("bi...,...k->bk...", [(2, 3, 4), (4, 5)]),
        ("bij,jk,i->b", [(2, 3, 4), (4, 3), (3,)]),
        ("...ij,...jk", [(5, 1, 2, 3), (4, 3, 2)]),
    ],
)
def test_einsum_reads_like_numpy(subscripts, shapes):
    operands = [normal(*shape) for shape in shapes]
    expected = np.einsum(subscripts, *operands)
    found = ops.einsum(subscripts, *operands)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.data, expected, rtol=1e-12, atol=1e-14)
    assert check_gradients(lambda *xs: ops.einsum(subscripts, *xs), *operands)


def test_vectors_numbers_and_lengths():
    v, m = np.arange(3.0), np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(ops.inner(2.0, m).numpy(), 2 * m)
    np.testing.assert_allclose(ops.inner(m, 2.0).numpy(), 2 * m)
    np.testing.assert_allclose(ops.inner(m, v).numpy(), m @ v)
    np.testing.assert_allclose(ops.cross(m, v).numpy(), np.cross(m, v))
    for a, b in ((v, v[:2]), (v[:2], v)):
        with pytest.raises(ValueError, match="cross"):
            ops.cross(a, b)
