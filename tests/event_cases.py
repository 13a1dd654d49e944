"""A training that TensorBoard watches, and a loop that writes its own numbers."""

import numpy as np


def watched(keras, folder, freq="epoch", histograms=0, pictures=False):
    """Train for two epochs of two batches; returns (history, the names of the weights)."""
    rng = np.random.default_rng(0)
    x = rng.random((64, 6)).astype("f")
    layers = [keras.layers.Dense(4, activation="relu", name="h"), keras.layers.Dense(1, name="out")]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    model.compile("adam", "mse", metrics=["mae"])
    board = keras.callbacks.TensorBoard(
        folder, histogram_freq=histograms, update_freq=freq, write_images=pictures
    )
    fitting = {"epochs": 2, "shuffle": False, "verbose": 0, "validation_data": (x, x[:, 1:2])}
    history = model.fit(x, x[:, :1], callbacks=[board], **fitting)
    return history.history, [w.path for w in model.weights]


def own_loop(tf, folder):
    """What guides write in a loop of their own."""
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        for step in range(3):
            tf.summary.scalar("loss", tf.constant(0.5) * step, step=step)
        tf.summary.image("digits", np.linspace(0, 1, 32).reshape(2, 4, 4, 1), step=1)
        tf.summary.histogram("weights", np.arange(20.0), step=2)
        tf.summary.text("note", "hello", step=0)
    with writer.as_default(step=7):
        tf.summary.scalar("later", 1.25)
    writer.close()
