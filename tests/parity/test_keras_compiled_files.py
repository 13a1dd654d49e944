"""Files that Keras wrote of compiled models: what compile was given, and what the optimizer
remembered, so that the next epochs end where Keras's end.
"""

import keras
import numpy as np
import pytest

import minidl

X = np.random.default_rng(0).uniform(size=(8, 3)).astype("float32")
Y = X[:, :1]
COURSE = {"epochs": 2, "batch_size": 4, "shuffle": False, "verbose": 0}


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize(
    ("optimizer", "loss", "metrics"),
    [
        (lambda: keras.optimizers.SGD(0.01, momentum=0.9), "mse", ["mae"]),
        (lambda: keras.optimizers.RMSprop(0.01), keras.losses.MeanSquaredError(), None),
        (lambda: keras.optimizers.Adagrad(0.01), keras.losses.LogCosh(), []),
        (
            lambda: keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.5)),
            keras.losses.mean_squared_error,
            [keras.metrics.mean_absolute_error],
        ),
    ],
)
def test_training_goes_on(ending, optimizer, loss, metrics, tmp_path):
    path = tmp_path / f"model.{ending}"
    theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    theirs.compile(optimizer(), loss, metrics=metrics)
    theirs.fit(X, Y, **COURSE)
    theirs.save(path)
    ours = minidl.models.load_model(path)
    assert ours.optimizer.iterations == int(theirs.optimizer.iterations) == 4
    for model in (theirs, ours):
        model.fit(X, Y, **COURSE)
    np.testing.assert_allclose(
        ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_layers_in_nested_containers(tmp_path):
    def blocks(library):
        class Blocks(library.layers.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                dense = library.layers.Dense
                self.rows = [[dense(4), dense(4)], [dense(5)]]
                self.named = {"a": {"x": dense(2)}, "b": [dense(3), (dense(1),)]}

            def build(self, shape):
                size = shape[-1]
                for layer in self._in_order():
                    layer.build((None, size))
                    size = layer.units
                self.built = True

            def _in_order(self):
                inner = self.named["a"]["x"], self.named["b"][0], self.named["b"][1][0]
                return [*self.rows[0], *self.rows[1], *inner]

            def call(self, x):
                for layer in self._in_order():
                    x = layer(x)
                return x

            def compute_output_shape(self, shape):
                return (shape[0], 1)

        return Blocks

    theirs = keras.Sequential([keras.Input((3,)), blocks(keras)()])
    theirs.save(tmp_path / "m.keras")
    theirs.save_weights(tmp_path / "m.weights.h5")
    ours = minidl.models.load_model(tmp_path / "m.keras", custom_objects={"Blocks": blocks(minidl)})
    np.testing.assert_allclose(
        ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )
    ours.set_weights([0 * w for w in ours.get_weights()])
    ours.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_allclose(
        ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_keras_passes_over_our_checksum(tmp_path):
    ours = minidl.Sequential([minidl.Input((3,)), minidl.layers.Dense(1)])
    ours.save_weights(tmp_path / "w.weights.h5")
    theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    theirs.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(theirs.get_weights()[0], ours.get_weights()[0])
