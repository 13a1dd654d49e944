"""The guide on own layers and models: weights made in build, layers in layers, add_loss, configs,
training flags, and a small VAE.
"""

import numpy as np

from .common import blobs, fixed, numbers, one_step


def main(keras):
    layers, ops = keras.layers, keras.ops

    class Linear(layers.Layer):
        def __init__(self, units=32, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units),
                initializer="random_normal",
                trainable=True,
                name="w",
            )
            self.b = self.add_weight(
                shape=(self.units,), initializer="zeros", trainable=True, name="b"
            )

        def call(self, inputs):
            return ops.matmul(inputs, self.w) + self.b

        def get_config(self):
            config = super().get_config()
            config.update({"units": self.units})
            return config

    class ComputeSum(layers.Layer):
        def __init__(self, input_dim):
            super().__init__()
            self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

        def call(self, inputs):
            self.total.assign_add(ops.sum(inputs, axis=0))
            return self.total

    class MLPBlock(layers.Layer):
        def __init__(self):
            super().__init__()
            self.linear_1, self.linear_2, self.linear_3 = Linear(32), Linear(32), Linear(1)

        def call(self, inputs):
            x = keras.activations.relu(self.linear_1(inputs))
            x = keras.activations.relu(self.linear_2(x))
            return self.linear_3(x)

    class ActivityRegularizationLayer(layers.Layer):
        def __init__(self, rate=1e-2):
            super().__init__()
            self.rate = rate

        def call(self, inputs):
            self.add_loss(self.rate * ops.mean(inputs))
            return inputs

    class OuterLayer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.activity_reg = ActivityRegularizationLayer(1e-2)

        def call(self, inputs):
            return self.activity_reg(inputs)

    class CustomDropout(layers.Layer):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate
            self.seed_generator = keras.random.SeedGenerator(1337)

        def call(self, inputs, training=None):
            return (
                keras.random.dropout(inputs, rate=self.rate, seed=self.seed_generator)
                if training
                else inputs
            )

    linear_layer = Linear(4)
    y = linear_layer(np.ones((2, 2), "float32"))
    layer = Linear(64, name="sixty_four")
    new_layer = Linear.from_config(layer.get_config())
    my_sum = ComputeSum(2)
    sums = [np.array(my_sum(ops.ones((2, 2)))).copy() for _ in range(2)]
    mlp = MLPBlock()
    before = len(mlp.weights)
    mlp(ops.ones(shape=(3, 64)))
    outer = OuterLayer()
    counts = [len(outer.losses)]
    for _ in range(2):
        outer(ops.zeros((1, 1)))
        counts.append(len(outer.losses))
    drop = CustomDropout(0.5)
    dropped = np.array(drop(ops.ones((50, 20)), training=True))

    class Sampling(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator(1337)

        def call(self, inputs):
            z_mean, z_log_var = inputs
            epsilon = keras.random.normal(
                shape=(ops.shape(z_mean)[0], ops.shape(z_mean)[1]), seed=self.seed_generator
            )
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    class VariationalAutoEncoder(keras.Model):
        def __init__(self, original_dim, noisy=True, name="autoencoder", **kwargs):
            super().__init__(name=name, **kwargs)
            self.proj, self.mean, self.log_var = (
                layers.Dense(8, activation="relu"),
                layers.Dense(2),
                layers.Dense(2),
            )
            self.sampling, self.noisy = Sampling(), noisy
            self.decoder = keras.Sequential(
                [layers.Dense(8, activation="relu"), layers.Dense(original_dim)]
            )
            self.total_loss_tracker = keras.metrics.Mean(name="total_loss")
            self.kl_loss_tracker = keras.metrics.Mean(name="kl_loss")

        @property
        def metrics(self):
            return [self.total_loss_tracker, self.kl_loss_tracker]

        def call(self, inputs):
            x = self.proj(inputs)
            z_mean, z_log_var = self.mean(x), self.log_var(x)
            z = self.sampling((z_mean, z_log_var)) if self.noisy else z_mean
            kl_loss = -0.5 * ops.mean(z_log_var - ops.square(z_mean) - ops.exp(z_log_var) + 1)
            self.add_loss(kl_loss)
            self.kl_loss_tracker.update_state(kl_loss)
            return self.decoder(z)

        def measure(self, data):
            x = data[0] if isinstance(data, tuple) else data
            total = ops.mean(ops.square(x - self(x, training=True))) + sum(self.losses)
            self.total_loss_tracker.update_state(total)
            return total

        def train_step(self, *arguments):  # (data), or on JAX (state, data)
            return one_step(keras, self, arguments)

    data, _ = blobs(samples=96, features=6)
    vae = VariationalAutoEncoder(6, noisy=False)
    vae(data[:2])
    fixed(vae, scale=0.3)
    vae.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3))
    history = numbers(vae.fit(data, epochs=3, batch_size=32, shuffle=False, verbose=0))
    noisy = VariationalAutoEncoder(6)
    noisy(data[:2])
    noisy.compile(optimizer="adam")
    noisy_history = numbers(noisy.fit(data, data, epochs=2, batch_size=32, verbose=0))
    return {
        "linear": [
            tuple(y.shape),
            [w.name for w in linear_layer.weights],
            len(linear_layer.trainable_weights),
        ],
        "config": [new_layer.units, new_layer.name, sorted(set(layer.get_config()) - {"dtype"})],
        "sums": sums,
        "sum weights": [
            len(my_sum.weights),
            len(my_sum.non_trainable_weights),
            my_sum.trainable_weights,
        ],
        "mlp": [before, len(mlp.weights), len(mlp.trainable_weights), mlp.count_params()],
        "losses": counts,
        "dropout": [
            sorted({float(v) for v in np.unique(dropped)}),
            np.array(drop(ops.ones((2, 2)))).tolist(),
        ],
        "vae": history,
        "weights": [tuple(w.shape) for w in vae.trainable_weights],
        "noisy keys": sorted(noisy_history),
        "sampled": [
            bool(np.isfinite(noisy_history["total_loss"]).all()),
            vae.predict(data[:4], verbose=0).shape,
        ],
        "layers": [type(layer).__name__ for layer in vae.layers],
    }
