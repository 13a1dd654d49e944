"""InputSpec: what a layer takes."""

import numpy as np
import pytest

import minidl
from minidl import layers

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)


# --- weights given at once, and what a layer takes
# ---------------------------------------------------------------------


def test_weights_are_there_from_the_start():
    matrix = np.arange(20.0, dtype=np.float32).reshape(5, 4)
    model = minidl.Sequential(
        [
            layers.Embedding(5, 4, weights=[matrix], input_length=3, trainable=False),
            layers.Flatten(),
        ]
    )
    assert model.input_shape == (None, 3) and model.trainable_weights == []
    assert model.predict(np.array([[0, 4, 1]]), verbose=0).tolist() == [
        [*range(4), *range(16, 20), *range(4, 8)]
    ]
    dense = layers.Dense(2, weights=[np.ones((3, 2)), [1.0, 2.0]])
    assert dense(X).numpy() == pytest.approx(X.sum(1, keepdims=True) + np.array([1, 2]), abs=1e-6)
    built = layers.Dense(2, weights=[np.ones((3, 2)), [1.0, 2.0]])
    built.build((None, 3))
    assert built.get_weights()[1].tolist() == [1, 2]
    norm = layers.BatchNormalization(weights=[np.full(3, v) for v in (2.0, 1.0, 0.0, 1.0)])
    assert norm(X).numpy() == pytest.approx(2 * X / np.sqrt(1.001) + 1, abs=1e-5)
    assert "weights" not in dense.get_config()
    with pytest.raises(ValueError, match=r"'kernel' has shape \(3, 2\); received \(2, 2\)"):
        layers.Dense(2, weights=[np.ones((2, 2)), np.ones(2)])(X)
    with pytest.raises(ValueError, match="received 1 arrays, but there are 2"):
        layers.Dense(2, weights=[np.ones((3, 2))])(X)


class Picky(layers.Layer):
    def __init__(self, **spec):
        super().__init__()
        self.input_spec = layers.InputSpec(**spec)

    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("spec", "good", "bad"),
    [
        ({"ndim": 2}, (4, 3), (4, 3, 1)),
        ({"min_ndim": 3}, (4, 3, 1), (4, 3)),
        ({"max_ndim": 2}, (4,), (4, 3, 1)),
        ({"max_ndim": 2, "min_ndim": 2}, (4, 3), (4, 3, 1)),
        ({"max_ndim": 2, "min_ndim": 2}, (4, 3), (4,)),
        ({"axes": {-3: None}}, (4, 3, 2), (4, 3)),
        ({"axes": {1: None}}, (4, 3), (4,)),
        ({"axes": {-1: 3}}, (4, 5, 3), (4, 5)),
        ({"axes": {1: 3}}, (4, 3), (3,)),
        ({"shape": (None, 3)}, (4, 3), (4, 2)),
        ({"shape": (None, 3)}, (1, 3), (1, 3, 1)),
    ],
)
def test_input_spec_is_kept_to(spec, good, bad):
    assert Picky(**spec)(np.ones(good)).shape == good
    with pytest.raises(ValueError, match=r"Picky 'picky.*takes inputs that fit InputSpec\("):
        Picky(**spec)(np.ones(bad))
    if len(good) > 1:
        assert Picky(**spec)(minidl.Input(good[1:])).shape == (None, *good[1:])


def test_input_spec_records():
    spec = layers.InputSpec(dtype="float32", shape=(None, 3), axes={-1: 3})
    assert (spec.dtype, spec.shape, spec.ndim, spec.min_ndim, spec.max_ndim, spec.axes) == (
        "float32",
        (None, 3),
        2,
        None,
        None,
        {-1: 3},
    )
    assert (
        layers.InputSpec.from_config(layers.InputSpec(ndim=2).get_config()).ndim == 2
        and repr(layers.InputSpec(ndim=2)) == "InputSpec(ndim=2)"
    )
    two = Picky()
    two.input_spec = [layers.InputSpec(ndim=2), layers.InputSpec(ndim=1)]
    two([X, X[:, 0]])
    with pytest.raises(ValueError, match="ndim=1"):
        two([X, X])
