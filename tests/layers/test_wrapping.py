"""TimeDistributed."""

import numpy as np
import pytest
from layer_cases import Scale

from minidl import Input, Sequential, layers, models


def test_time_distributed_is_the_layer_at_each_step():
    rng = np.random.default_rng(0)
    dense = layers.Dense(2)
    layer, x = layers.TimeDistributed(dense), rng.normal(size=(4, 3, 5)).astype(np.float32)
    y = layer(x)
    np.testing.assert_allclose(
        y, np.stack([dense(x[:, i]).numpy() for i in range(3)], axis=1), rtol=1e-6
    )
    assert layer.trainable_weights == dense.trainable_weights and len(layer.weights) == 2
    assert layers.TimeDistributed(layers.Dense(2))(Input((None, 5))).shape == (None, None, 2)
    own = layers.TimeDistributed(Scale())
    own(x)
    assert own.layer.shape_seen == (None, 5)
    assert layer(x[:, :1]).shape == (4, 1, 2)
    with pytest.raises(ValueError, match=r"one step at least; received shape \(4, 0, 5\)"):
        layer(x[:, :0])
    dropped = layers.TimeDistributed(layers.Dropout(0.5))(
        np.ones((2, 50, 20)), training=True
    ).numpy()
    # each step draws anew
    assert set(np.unique(dropped)) == {0, 2} and (dropped[:, :1] != dropped).any()
    model = Sequential([Input((3, 5)), layers.TimeDistributed(layers.Dense(1))])
    model.compile("sgd", "mse")
    losses = model.fit(x, x.sum(axis=2, keepdims=True), epochs=30, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    copy = models.clone_model(model)
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy(x), model(x))


class Shut(layers.Layer):
    """Sets samples to 0 where the mask is False."""

    supports_masking = True

    def call(self, x, mask=None):
        return x if mask is None else x * np.asarray(mask, "f").reshape(len(x), -1)


def test_the_mask_of_each_step_reaches_the_layer():
    x = np.arange(12, dtype="f").reshape(2, 3, 2)
    mask = np.array([[True, False, True], [False, False, True]])
    apart = layers.TimeDistributed(Shut())
    np.testing.assert_array_equal(apart(x, mask=mask).numpy(), x * mask[..., None])
    np.testing.assert_array_equal(apart(x, mask=None).numpy(), x)
    parts = x % 3 > 0  # a mask for the numbers of a step
    np.testing.assert_array_equal(apart(x, mask=parts).numpy(), x * parts)
    assert apart.supports_masking


@pytest.mark.parametrize("shape", [(2, 4), (3, 3), (2, 4, 1)])
def test_a_mask_of_other_steps(shape):
    with pytest.raises(ValueError, match=r"takes a mask .*\(2, 3\); received shape"):
        layers.TimeDistributed(Shut())(np.zeros((2, 3, 2), "f"), mask=np.ones(shape, bool))


def test_axes_of_unknown_size():
    """The layer inside says which sizes it can take, and which it has to know."""
    films = Input((4, None, None, 1))
    assert layers.TimeDistributed(layers.Conv2D(2, 3))(films).shape == (None, 4, None, None, 2)
    pictures = Input((None, None, 1))
    spectral = layers.SpectralNormalization(layers.Conv2D(2, 3))
    assert spectral(pictures).shape == (None, None, None, 2)
    with pytest.raises(ValueError, match=r"Dense 'inner' needs to know .* shape \(n, None\)"):
        layers.TimeDistributed(layers.Dense(2, name="inner"))(Input((4, None)))
