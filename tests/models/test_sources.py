"""Where batches come from."""

import numpy as np
import pytest

from minidl import Input, Sequential, callbacks
from minidl.layers import Dense

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


def net(outputs=1, loss="mse", activation=None, **settings):
    model = Sequential([Input((3,)), Dense(outputs, activation=activation)])
    model.compile("sgd", loss, **settings)
    return model


def test_an_endless_generator():
    class Enough(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch > 1100

    def endless():
        while True:
            yield X, Y

    model = net()
    with pytest.warns(UserWarning, match="1000 batches have come.*steps_per_epoch"):
        model.fit(endless(), verbose=0, callbacks=[Enough()])
    model.fit(endless(), steps_per_epoch=1100, verbose=0)
    model.fit(((X, Y) for _ in range(900)), verbose=0)
