"""Lambda and ActivityRegularization."""

import numpy as np
import pytest
from layer_cases import A

from minidl import Sequential, layers, regularizers

RNG = np.random.default_rng(7)


def test_lambda_takes_a_function():
    with pytest.raises(TypeError, match="takes a function of a tensor; received 3"):
        layers.Lambda(3)


def test_what_a_function_of_a_lambda_is_given():
    def power(x, by=2, mask=None):
        return x**by if mask is None else x**by * np.asarray(mask)[..., None]

    x = np.array([[[1.0], [2], [3]]])
    assert layers.Lambda(power)(x).numpy().ravel().tolist() == [1, 4, 9]
    masked = layers.Lambda(power, arguments={"by": 3}, mask=np.array([[True, False, True]]))
    y = masked(x, mask=np.array([[False, True, True]]))
    assert y.numpy().ravel().tolist() == [0, 8, 27]
    assert y.mask.numpy().tolist() == [[True, False, True]]
    assert not layers.Lambda("relu")(-x).numpy().any()

    def local(x):
        mask = x > 1
        return x * mask

    assert layers.Lambda(local)(x).numpy().ravel().tolist() == [0, 2, 3]


# --- penalties


def test_activity_counts_a_sample_and_is_reported():
    """Twice the samples, the same penalty."""
    for n in (1, 2, 4):
        layer = layers.Dense(3, activity_regularizer="l2", kernel_initializer="ones")
        y = layer(A[:n])
        assert float(layer.losses[0]) == pytest.approx(
            0.01 * float((y.numpy() ** 2).sum()) / n, rel=1e-5
        )
    model = Sequential(
        [layers.Dense(3, activity_regularizer="l2", kernel_regularizer="l1"), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    plain = float(np.mean((model(A).numpy() - 1) ** 2))
    extra = sum(float(loss) for loss in model.losses)
    assert extra > 0.01 and model.evaluate(A, np.ones((4, 1)), verbose=0) == pytest.approx(
        plain + extra, rel=1e-5
    )


def test_a_penalty_on_one_number_on_several_results_and_on_nothing():
    class Parts(layers.Layer):
        def call(self, x):
            return x.sum(), {"a": x, "b": x[:, 0]}

    layer = Parts(activity_regularizer=regularizers.L1(0.5))
    layer(np.array([[1.0, 2], [3, 4]]))
    assert [float(loss) for loss in layer.losses] == [5, 2.5, 1]
    layer(np.ones((0, 2)))
    assert [float(loss) for loss in layer.losses] == [0]
    kept = layers.ActivityRegularization(0.5, 0.25)
    np.testing.assert_array_equal(kept(-np.ones((2, 3))), -np.ones((2, 3)))
    assert float(kept.losses[0]) == 0.5 * 3 + 0.25 * 3
    assert "activity_regularizer" not in kept.get_config()


def test_penalties_of_a_frozen_layer_do_not_count():
    layer = layers.Dense(3, kernel_regularizer="l2")
    layer(A)
    assert len(layer.losses) == 1
    layer.trainable = False
    assert layer.losses == []
