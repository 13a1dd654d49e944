"""Train steps of one's own, and models whose parts are frozen: GANs, VAEs, distillation."""

import numpy as np
import pytest
from training_cases import INPUTS, NUMBERS

import minidl
from minidl import Input, Model, Sequential, layers, losses, metrics, ops, optimizers

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
ONES = np.ones((32, 1), "float32")


# --- what to train


def gan_of_2017():
    d = Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(4,)),
            layers.Dropout(0.1),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    d.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    g = Sequential([layers.Dense(8, activation="relu", input_shape=(3,)), layers.Dense(4)])
    d.trainable = False
    gan = Sequential([g, d])
    gan.compile("adam", "binary_crossentropy")
    return d, g, gan


def moved(model, act):
    before = model.get_weights()
    act()
    return [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]


def test_compiled_then_frozen_a_discriminator_trains_alone_and_stays_in_the_gan():
    d, g, gan = gan_of_2017()
    with pytest.warns(
        UserWarning, match="was frozen after compile.*By itself it goes on training"
    ) as told:
        for _ in range(3):
            assert all(moved(d, lambda: d.train_on_batch(X, ONES)))
            assert not d.trainable and not any(layer.trainable for layer in d.layers)
            noise = np.ones((8, 3))
            assert not any(moved(d, lambda: gan.train_on_batch(noise, np.ones((8, 1))))) and all(
                moved(g, lambda: gan.train_on_batch(noise, np.ones((8, 1))))
            )
    assert len(told) == 1, "it is said once"
    assert all(moved(d, lambda: d.fit(X, ONES, verbose=0)))


def test_frozen_before_compile_nothing_moves_and_the_loss_is_reported():
    model = Sequential([layers.Dense(2, input_shape=(4,))])
    model.trainable = False
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="no trainable weights"):
        assert not any(moved(model, lambda: model.fit(X, X[:, :2], epochs=2, verbose=0)))
    assert model.history.history["loss"][0] == pytest.approx(model.evaluate(X, X[:, :2], verbose=0))


def test_a_model_of_no_weights_at_all_reports_its_losses():
    x = Input((4,))
    model = Model(x, layers.ActivityRegularization(l2=0.5)(x))
    model.compile("adam")
    assert model.fit(X, verbose=0).history["loss"] == [
        pytest.approx(0.5 * float((X**2).sum()) / 32, rel=1e-5)
    ]


class Gan(Model):
    """With a training rule of its own, and no `call`."""

    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, real):
        noise = minidl.random.normal((len(real), 3))
        for part, optimizer, targets in (
            (self.discriminator, self.d_optimizer, 0.0),
            (self.generator, self.g_optimizer, 1.0),
        ):
            with minidl.GradientTape() as tape:
                loss = self.loss_fn(
                    ops.full((len(real), 1), targets), self.discriminator(self.generator(noise))
                )
                if part is self.discriminator:
                    loss = loss + self.loss_fn(ops.ones((len(real), 1)), self.discriminator(real))
            optimizer.apply_gradients(
                zip(
                    tape.gradient(loss, part.trainable_weights), part.trainable_weights, strict=True
                )
            )
        return {"g_loss": loss}


class CallsTheGenerator(Gan):
    def call(self, noise):
        return self.generator(noise)


@pytest.mark.parametrize("kind", [Gan, CallsTheGenerator])
def test_a_train_step_of_ones_own_need_not_call_the_whole_model(kind):
    d, g = (
        Sequential([layers.Dense(8), layers.Dense(1, activation="sigmoid")]),
        Sequential([Input((3,)), layers.Dense(4)]),
    )
    gan = kind(d, g)
    gan.compile(optimizers.Adam(), optimizers.Adam(), losses.BinaryCrossentropy())
    history = gan.fit(X, epochs=2, batch_size=16, verbose=0).history
    assert (
        list(history) == ["g_loss"]
        and len(history["g_loss"]) == 2
        and np.isfinite(history["g_loss"]).all()
    )
    assert all(moved(g, lambda: gan.fit(X, verbose=0)))


def test_targets_are_the_business_of_a_train_step_of_ones_own():
    class Odd(Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(5)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            assert y.shape == (32, 1)
            return {"seen": float(ops.mean(self(x) ** 2))}

    model = Odd()
    model.compile("sgd", "mse")
    assert list(model.fit(X, ONES, verbose=0).history) == ["seen"]


def test_a_train_step_of_ones_own_with_a_loss_that_has_classes():
    class Silent(Model):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight((4, 3), name="w")

        def train_step(self, data):
            x, y = data
            with minidl.GradientTape() as tape:
                loss = self.compute_loss(x, y, ops.softmax(x @ self.w))
            self.optimizer.apply(tape.gradient(loss, [self.w]), [self.w])
            return {"loss": loss}

    model = Silent()
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert len(model.fit(X, np.arange(32) % 3, epochs=2, verbose=0).history["loss"]) == 2


def test_a_train_step_written_as_keras_guides_write_it():
    class Guide(Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = metrics.Mean(name="loss")
            self.mae_metric = metrics.MeanAbsoluteError(name="mae")

        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            self.zero_grad()
            loss.backward()
            self.optimizer.apply([v.grad for v in self.trainable_weights], self.trainable_weights)
            self.loss_tracker.update_state(loss)
            self.mae_metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae_metric]

    inputs = Input((4,))
    model = Guide(inputs, layers.Dense(1)(inputs))
    model.compile("adam", "mse")
    history = model.fit(INPUTS, NUMBERS, epochs=3, verbose=0).history
    assert set(history) == {"loss", "mae"} and history["loss"][0] > history["loss"][-1] > 0


def test_metrics_of_compile_are_there_in_the_first_step():
    class Guide(Sequential):
        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
            loss.backward()
            self.optimizer.step()
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    model = Guide([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    assert set(model.fit(INPUTS, NUMBERS, verbose=0).history) == {"loss", "mae"}
