"""Small pictures made large: brightness and colours apart, blocks averaged, convolutions whose
channels become pixels, and a callback that measures each batch.
"""

import math

import numpy as np

from .common import fixed, numbers


def main(tf):
    layers = tf.keras.layers
    rng = np.random.default_rng(15)
    pictures = rng.integers(0, 255, (6, 24, 24, 3)).astype("float32")
    size, factor = 24, 3

    def process_input(image):
        y, _, _ = tf.split(tf.image.rgb_to_yuv(image), 3, axis=len(image.shape) - 1)
        return tf.image.resize(y, [size // factor, size // factor], method="area")

    def process_target(image):
        y, _, _ = tf.split(tf.image.rgb_to_yuv(image), 3, axis=len(image.shape) - 1)
        return y

    def dataset(part):
        ds = tf.data.Dataset.from_tensor_slices(part).batch(2).map(lambda x: x / 255.0)
        return ds.map(lambda x: (process_input(x), process_target(x))).prefetch(2)

    train_ds, valid_ds = dataset(pictures[:4]), dataset(pictures[4:])

    class DepthToSpace(layers.Layer):
        def __init__(self, block_size):
            super().__init__()
            self.block_size = block_size

        def call(self, inputs):
            batch, height, width, depth = tf.keras.ops.shape(inputs)
            block, depth = self.block_size, depth // self.block_size**2
            x = tf.reshape(inputs, [-1, height, width, block, block, depth])
            x = tf.transpose(x, [0, 1, 3, 2, 4, 5])
            return tf.reshape(x, [-1, height * block, width * block, depth])

    class PSNR(tf.keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.psnr = []

        def on_test_batch_end(self, batch, logs=None):
            self.psnr.append(10 * math.log10(1 / logs["loss"]))

    inputs = tf.keras.Input(shape=(size // factor, size // factor, 1))
    x = layers.Conv2D(4, 5, activation="relu", padding="same")(inputs)
    x = layers.Conv2D(factor**2, 3, padding="same")(x)
    model = fixed(tf.keras.Model(inputs, DepthToSpace(factor)(x)), 6, 0.2)
    measured = PSNR()
    model.compile(tf.keras.optimizers.SGD(0.1), tf.keras.losses.MeanSquaredError())
    history = model.fit(
        train_ds, epochs=2, callbacks=[measured], validation_data=valid_ds, verbose=0
    )
    low, high = next(iter(train_ds))
    return {
        "shapes": [list(low.shape), list(high.shape)],
        "low": low.numpy()[0, :2, :2, 0],
        "history": numbers(history),
        "psnr": measured.psnr,
        "large": model.predict(low, verbose=0)[0, 3:5, 3:5, 0],
    }
