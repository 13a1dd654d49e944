"""Runs that are stopped from within."""

import numpy as np

from minidl import (
    Input,
    Sequential,
    callbacks,
)
from minidl.layers import Dense

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


def compiled(loss="mse", outputs=1, **settings):
    model = Sequential([Input((3,)), Dense(outputs)])
    model.compile("sgd", loss, **settings)
    return model


# --- callbacks and results


def test_evaluate_and_predict_can_be_stopped():
    class Stop(callbacks.Callback):
        seen = 0

        def on_test_batch_end(self, batch, logs=None):
            self.seen += 1
            self.model.stop_evaluating = batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            self.seen += 1
            self.model.stop_predicting = batch == 0

    model, stop = compiled(), Stop()
    model.evaluate(X, Y, batch_size=2, verbose=0, callbacks=[stop])
    assert stop.seen == 2
    assert len(model.predict(X, batch_size=2, verbose=0, callbacks=[stop])) == 2
    model.evaluate(X, Y, batch_size=2, verbose=0)
    assert not model.stop_evaluating, "the next run begins anew"
    assert len(model.predict(X, batch_size=2, verbose=0)) == 8
