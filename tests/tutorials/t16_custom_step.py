"""The guide on customising fit: an own train_step, trackers, sample weights by hand, an own
test_step, and a model with two optimizers.
"""

import numpy as np

from .common import blobs, fixed, numbers, one_step


def main(keras):
    layers, ops = keras.layers, keras.ops
    x, y = blobs(samples=128, features=6)
    target = x[:, :1] * 0.5 + 0.2

    class CustomModel(keras.Model):
        """Everything as built in, spelled out."""

        def measure(self, data):
            given, wanted = data
            y_pred = self(given, training=True)
            loss = self.compute_loss(y=wanted, y_pred=y_pred)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(wanted, y_pred)
            return loss

        def train_step(self, *arguments):
            return one_step(keras, self, arguments)

    class LowerLevel(keras.Model):
        """Its own loss and metrics, without compile's."""

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = keras.metrics.Mean(name="loss")
            self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
            self.loss_fn = keras.losses.MeanSquaredError()

        def measure(self, data):
            given, wanted = data[:2]
            y_pred = self(given, training=True)
            loss = self.loss_fn(wanted, y_pred)
            self.loss_tracker.update_state(loss)
            self.mae_metric.update_state(wanted, y_pred)
            return loss

        def train_step(self, *arguments):
            return one_step(keras, self, arguments)

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae_metric]

    class OwnLoss(keras.Model):
        """compute_loss instead of train_step."""

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return ops.mean(ops.abs(y - y_pred)) + 0.01 * ops.sum(
                ops.square(self.layers[-1].kernel)
            )

    def made(kind, seed=0):
        inputs = keras.Input(shape=(6,))
        return fixed(
            kind(inputs, layers.Dense(1)(layers.Dense(5, activation="tanh")(inputs))), seed, 0.4
        )

    facts = {}
    model = made(CustomModel)
    model.compile(optimizer="adam", loss="mse")
    facts["plain loss"] = numbers(model.fit(x, target, epochs=3, shuffle=False, verbose=0))
    model = made(LowerLevel)
    model.compile(optimizer="adam")
    facts["lower level"] = numbers(model.fit(x, target, epochs=3, shuffle=False, verbose=0))
    model = made(OwnLoss)
    model.compile(optimizer=keras.optimizers.SGD(0.05))
    facts["own loss"] = numbers(model.fit(x, target, epochs=3, shuffle=False, verbose=0))

    # what the same network does without any override
    model = made(keras.Model)
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    facts["built in"] = numbers(model.fit(x, target, epochs=3, shuffle=False, verbose=0))
    facts["the same"] = np.allclose(
        facts["built in"]["loss"], facts["lower level"]["loss"], rtol=1e-4
    )

    # a model made of a subclass without a graph, that takes a dict and says what it does in
    # training
    class Branching(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense1, self.dense2 = (
                layers.Dense(5, activation="relu"),
                layers.Dense(3, activation="softmax"),
            )
            self.dropout = layers.Dropout(0.5)

        def call(self, inputs, training=False):
            h = self.dense1(inputs)
            if training:
                h = self.dropout(h, training=training)
            return self.dense2(h)

    branching = Branching()
    branching.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    trained = branching.fit(x, y, epochs=2, verbose=0, validation_split=0.25)
    facts["branching"] = [
        sorted(trained.history),
        branching.predict(x[:3], verbose=0).shape,
        branching.count_params(),
    ]

    # generator and discriminator-like: two optimizers by turns, each over its own weights
    down, up = made(keras.Model, 1), made(keras.Model, 2)
    from .common import value_and_gradients

    opt_down, opt_up = keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.01)
    course = []
    for _ in range(4):
        loss, g = value_and_gradients(
            keras, lambda: ops.mean(ops.square(down(x) - target)), down.trainable_weights
        )
        opt_down.apply_gradients(zip(g, down.trainable_weights))
        second, g = value_and_gradients(
            keras,
            lambda: ops.mean(ops.square(up(x) - ops.stop_gradient(down(x)))),
            up.trainable_weights,
        )
        opt_up.apply_gradients(zip(g, up.trainable_weights))
        course.append([loss, second])
    facts["two optimizers"] = course
    return facts
