"""The guide on training loops from scratch: a line through noisy points, with variables, a tape and
steps by hand; and the same as a model of Keras.
"""

import numpy as np

from .common import numbers


def main(tf):
    rng = np.random.default_rng(3)
    x = tf.constant(rng.normal(size=200), dtype=tf.float32)
    noise = tf.constant(rng.normal(0, 0.3, size=200), dtype=tf.float32)
    y = tf.add(tf.multiply(x, 3.0), 2.0) + noise

    class Line(tf.Module):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.w = tf.Variable(5.0)
            self.b = tf.Variable(0.0)

        def __call__(self, x):
            return self.w * x + self.b

    def loss(target, predicted):
        return tf.reduce_mean(tf.square(target - predicted))

    def train(model, x, y, learning_rate):
        with tf.GradientTape() as tape:
            current = loss(y, model(x))
        dw, db = tape.gradient(current, [model.w, model.b])
        model.w.assign_sub(learning_rate * dw)
        model.b.assign_sub(learning_rate * db)
        return current

    model = Line()
    weights, biases, losses = [], [], []
    for _epoch in range(10):
        losses.append(float(train(model, x, y, learning_rate=0.1)))
        weights.append(model.w.numpy())
        biases.append(model.b.numpy())

    # two features, standardized, batch after batch, with a decorated step
    features = rng.normal(size=(90, 2)).astype("float32") * [2.0, 0.5] + [1.0, -3.0]
    target = tf.cast(features @ [[0.5], [-1.5]] + 0.7, tf.float32)
    mean, variance = tf.nn.moments(tf.cast(features, tf.float32), axes=[0])
    scaled = (tf.cast(features, tf.float32) - mean) / tf.sqrt(variance + 1e-7)
    W, b = tf.Variable(tf.zeros([2, 1])), tf.Variable(tf.zeros([1]))
    optimizer = tf.keras.optimizers.SGD(0.2)

    @tf.function
    def step(batch, wanted):
        with tf.GradientTape() as tape:
            error = loss(wanted, tf.matmul(batch, W) + b)
        optimizer.apply_gradients(zip(tape.gradient(error, [W, b]), [W, b]))
        return error

    batches = tf.data.Dataset.from_tensor_slices((scaled, target)).batch(30)
    course = [float(step(*batch)) for _ in range(4) for batch in batches]

    keras_model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    keras_model.set_weights([np.ones((2, 1)), np.zeros(1)])
    keras_model.compile(optimizer=tf.keras.optimizers.Adam(0.1), loss="mse", metrics=["mae"])
    history = keras_model.fit(
        scaled.numpy(), target.numpy(), epochs=3, batch_size=30, shuffle=False, verbose=0
    )
    return {
        "losses": losses,
        "weights": weights,
        "biases": biases,
        "found": [len(model.variables), len(model.trainable_variables)],
        "course": course,
        "line": [W.numpy(), b.numpy()],
        "keras": numbers(history),
    }
