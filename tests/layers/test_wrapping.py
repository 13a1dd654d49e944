"""TimeDistributed."""

import numpy as np

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
