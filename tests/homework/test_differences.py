"""How near an answer is."""

import numpy as np

from minidl.homework.differences import difference


def test_no_finite_number_is_near_an_infinite_one():
    inf = np.inf
    assert difference(inf, 3.0, 1e-6, 1e-9) and difference(np.array([-inf]), np.array([inf]), 1, 1)
    assert not difference(np.array([inf, -inf]), np.array([inf, -inf]), 1e-6, 1e-9)
    assert difference(1.0, inf, 1e-6, 1e-9)
