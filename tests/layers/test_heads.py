"""Windows of attention."""

import numpy as np
import pytest

from minidl import layers

rng = np.random.default_rng(0)
QUERY, VALUE, KEY = (rng.normal(size=(2, n, 4)).astype("float32") for n in (3, 5, 5))
HEADS = {
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "GroupQueryAttention": {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
}
each_kind = pytest.mark.parametrize("name", HEADS)


@each_kind
def test_a_sliding_window_hides_what_is_far(name):
    layer, other = getattr(layers, name)(**HEADS[name], sliding_window=2), VALUE.copy()
    other[:, 3] += 1
    a, b = (layer(x, x).numpy() for x in (VALUE, other))
    changed = np.abs(a - b).max(axis=(0, 2)) > 1e-4
    assert changed.tolist() == [False, False, True, True, True]
