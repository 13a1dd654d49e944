"""What layers for categories and words refuse."""

import numpy as np
import pytest

from minidl import Input, layers

# --- the other new layers: wrong use
# ---


def built(layer, shape):
    layer(np.ones(shape))
    return layer


@pytest.mark.parametrize(
    ("act", "kind", "said"),
    [
        (
            lambda: layers.GroupNormalization(5)(np.ones((2, 4))),
            ValueError,
            r"groups=5 must divide the 4 features of axis -1.*received shape \(n, 4\)",
        ),
        (lambda: layers.GroupNormalization(0), ValueError, "GroupNormalization: groups must be"),
        (
            lambda: layers.GroupNormalization(axis=[1, 2]),
            ValueError,
            r"axis is one axis, that of the features; received \[1, 2\]",
        ),
        (
            lambda: layers.GroupNormalization(axis=4)(np.ones((2, 4))),
            ValueError,
            "works along axis 4",
        ),
        (
            lambda: built(layers.GroupNormalization(2), (2, 4))(np.ones((2, 6))),
            ValueError,
            r"has weights of shape \(4,\)",
        ),
        (
            lambda: built(layers.RMSNormalization(), (2, 4))(np.ones((2, 6))),
            ValueError,
            r"has a scale of shape \(4,\) for axis -1",
        ),
        (
            lambda: layers.RMSNormalization(epsilon=-1),
            ValueError,
            "RMSNormalization: epsilon must be",
        ),
        (
            lambda: layers.RMSNormalization()(Input((None,))),
            ValueError,
            "needs to know the size of axis -1",
        ),
        (
            lambda: layers.EinsumDense("ab,bc", 3),
            ValueError,
            "equation is 'ab,bc->ac', .* received 'ab,bc'",
        ),
        (lambda: layers.EinsumDense("...ab,bc->ac", 3), ValueError, "equation is"),
        (lambda: layers.EinsumDense(3, 3), ValueError, "received 3"),
        (
            lambda: layers.EinsumDense("ab,bc->ad", 3),
            ValueError,
            "the letter 'd' stands in the output, but neither",
        ),
        (
            lambda: layers.EinsumDense("ab,bcd->ac", 3),
            ValueError,
            "the letter 'd' stands in the kernel, but neither",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="b"),
            ValueError,
            "the letter 'b' stands in the bias_axes, but not in the output",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", 3)(np.ones((2, 3, 4))),
            ValueError,
            r"takes inputs of 2 axes; received shape \(n, 3, 4\)",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (5, 4))(np.ones((2, 3, 4))),
            ValueError,
            r"has 5 for the axis 'b' .* has 3",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", 4)(np.ones((2, 3, 4))),
            ValueError,
            "output_shape has a size for each axis",
        ),
        (
            lambda: layers.EinsumDense("ab,bc->ac", (None,))(np.ones((2, 3))),
            ValueError,
            "needs to know the size of each axis",
        ),
        (
            lambda: built(layers.EinsumDense("ab,bc->ac", 3), (2, 4))(np.ones((2, 6))),
            ValueError,
            r"has a kernel of shape \(4, 3\) for 'ab,bc->ac' and inputs of 2 axes; received shape \(2, 6\)",
        ),
        (
            lambda: layers.TimeDistributed(3),
            TypeError,
            r"TimeDistributed takes a layer, TimeDistributed\(Dense\(8\)\); received 3",
        ),
        (
            lambda: layers.TimeDistributed(layers.Dense(2))(np.ones((2, 3))),
            ValueError,
            r"takes inputs of shape \(n, steps, features\).*\(n, 3\)",
        ),
    ],
)
def test_wrong_use_of_other_layers(act, kind, said):
    with pytest.raises(kind, match=said):
        act()
