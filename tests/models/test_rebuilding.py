"""clone_model."""

import numpy as np

from minidl import (
    Sequential,
    layers,
    metrics,
    models,
    optimizers,
)


def test_a_clone_is_compiled_alike_and_learns_apart():
    model = Sequential([layers.Input((3,)), layers.Dense(1)])
    rmse = metrics.RootMeanSquaredError()
    model.compile(optimizers.Adam(0.25), "mse", metrics=["mae", rmse], stop_on_nan=False)
    model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    for clone in (models.clone_model(model), models.clone_model(model, clone_function=again)):
        assert clone.compiled and clone.optimizer is not model.optimizer
        assert clone.optimizer.iterations == 0 and not clone.stop_on_nan
        assert clone.optimizer.get_config() == model.optimizer.get_config()
        history = clone.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0).history
        assert list(history) == ["loss", "mae", rmse.name] and rmse not in clone.metrics
    assert not models.clone_model(Sequential([layers.Dense(1)])).compiled


def again(layer):
    return type(layer).from_config(layer.get_config())
