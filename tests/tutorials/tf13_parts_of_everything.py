"""The chapters of books on what lies below: variables and parts of them, losses, initializers,
regularizers, constraints, layers and metrics of one's own, and a loop with a status line.
"""

import numpy as np

from .common import blobs, fixed, numbers


def main(tf):
    v = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    v.assign(2 * v)
    v[0, 1].assign(42)
    v[:, 2].assign([0.0, 1.0])
    v.scatter_nd_update(indices=[[0, 0], [1, 2]], updates=[100.0, 200.0])

    class HuberLoss(tf.keras.losses.Loss):
        def __init__(self, threshold=1.0, **kwargs):
            self.threshold = threshold
            super().__init__(**kwargs)

        def call(self, y_true, y_pred):
            error = y_true - y_pred
            is_small_error = tf.abs(error) < self.threshold
            linear_loss = self.threshold * tf.abs(error) - self.threshold**2 / 2
            return tf.where(is_small_error, tf.square(error) / 2, linear_loss)

    def my_softplus(z):
        return tf.math.log(1.0 + tf.exp(z))

    def my_l1_regularizer(weights):
        return tf.reduce_sum(tf.abs(0.01 * weights))

    def my_positive_weights(weights):
        return tf.where(weights < 0.0, tf.zeros_like(weights), weights)

    class HuberMetric(tf.keras.metrics.Metric):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.total = self.add_weight(name="total", initializer="zeros")
            self.count = self.add_weight(name="count", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(tf.reduce_sum(tf.abs(y_true - y_pred)))
            self.count.assign_add(tf.cast(tf.size(y_true), tf.float32))

        def result(self):
            return self.total / self.count

    class MyDense(tf.keras.layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = tf.keras.activations.get(activation)

        def build(self, batch_input_shape):
            shape = [batch_input_shape[-1], self.units]
            self.kernel = self.add_weight(name="kernel", shape=shape, initializer="he_normal")
            self.bias = self.add_weight(name="bias", shape=[self.units], initializer="zeros")

        def call(self, X):
            return self.activation(X @ self.kernel + self.bias)

    x, labels = blobs(60, 4, 2)
    y = labels.reshape(-1, 1).astype("float32") + 0.5
    model = tf.keras.Sequential(
        [
            MyDense(6, activation="relu"),
            tf.keras.layers.Dense(
                1,
                activation=my_softplus,
                kernel_regularizer=my_l1_regularizer,
                kernel_constraint=my_positive_weights,
            ),
            tf.keras.layers.Lambda(lambda t: tf.exp(-t)),
        ]
    )
    model.build((None, 4))
    fixed(model, 2, 0.5)
    model.compile(loss=HuberLoss(2.0), optimizer=tf.keras.optimizers.SGD(0.1))
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)

    optimizer, loss_fn = tf.keras.optimizers.SGD(0.05), tf.keras.losses.MeanSquaredError()
    mean_loss, metrics = tf.keras.metrics.Mean(name="mean_loss"), [HuberMetric(name="huber")]
    status = []
    for _ in range(2):
        for step in range(2):
            X_batch, y_batch = x[step * 30 : step * 30 + 30], y[step * 30 : step * 30 + 30]
            with tf.GradientTape() as tape:
                y_pred = model(X_batch, training=True)
                main_loss = tf.reduce_mean(loss_fn(y_batch, y_pred))
                loss = tf.add_n([main_loss, *model.losses])
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            mean_loss(loss)
            for metric in metrics:
                metric(y_batch, y_pred)
            status.append(
                " - ".join([f"{m.name}: {m.result():.3f}" for m in [mean_loss, *metrics]])
            )
        for metric in [mean_loss, *metrics]:
            metric.reset_state()
    return {
        "v": v.numpy(),
        "history": numbers(history),
        "status": status,
        "positive": bool((model.layers[1].get_weights()[0] >= 0).all()),
        "loss as text": len(f"{loss}") > 3 and "ensor" not in f"loss {loss}",
        "predicted": np.asarray(model(x[:3])),
    }
