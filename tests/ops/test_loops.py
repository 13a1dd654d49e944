"""Loops and branches."""

import numpy as np
from ops_samples import A, B

from minidl import Tensor, ops


def test_loops_and_branches():
    """Python's own: they stop when they should, and gradients flow through every turn."""
    assert ops.while_loop(lambda i: i < 10, lambda i: i + 1, 0) == 10
    assert ops.while_loop(lambda i, j: i < 10, lambda i, j: (i + 3, j * 2), (0, 1)) == (12, 16)
    assert ops.while_loop(lambda i: True, lambda i: i + 1, (0,), maximum_iterations=5) == (5,)
    assert (
        ops.fori_loop(2, 5, lambda i, v: v + i, 0) == 9
        and ops.fori_loop(3, 3, lambda i, v: 1 / 0, 7) == 7
    )
    x = Tensor([2.0], requires_grad=True)
    y = ops.while_loop(lambda v: ops.all(v < 100), lambda v: v * x, x)
    y.backward()
    assert y.item() == 128 and x.grad.item() == 7 * 2**6
    assert ops.cond(ops.greater(x[0], 1), lambda: "more", lambda: "less") == "more"
    assert ops.cond(np.array(False), lambda: 1 / 0, lambda: "less") == "less"
    carry, ys = ops.scan(lambda c, _: (c + 1, c * 10), ops.convert_to_tensor(0.0), length=3)
    assert carry.item() == 3 and ys.tolist() == [0, 10, 20]
    (a, b), ys = ops.scan(
        lambda c, x: ((c[0] + x["p"], c[1]), {"q": x["p"] * x["r"]}), (0.0, 5.0), {"p": A, "r": B}
    )
    np.testing.assert_allclose(a.data, A.sum(0))
    np.testing.assert_allclose(ys["q"].data, A * B)
    assert b == 5.0 and ops.scan(lambda c, x: (c + x, None), 0.0, np.ones(3))[1] is None
    several = ops.map(lambda x: {"twice": 2 * x, "sum": x.sum()}, A)
    np.testing.assert_allclose(several["twice"].data, 2 * A)
    np.testing.assert_allclose(several["sum"].data, A.sum(1))
