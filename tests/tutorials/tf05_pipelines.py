"""Images through a pipeline of tf.image functions into a small network; texts with an own
standardization; an own layer of tf functions.
"""

import numpy as np

from .common import fixed, numbers


def main(tf):
    rng = np.random.default_rng(4)
    pictures = rng.integers(0, 256, (40, 10, 12, 3)).astype("uint8")
    labels = (pictures.mean(axis=(1, 2, 3)) > 127).astype("int64")

    def prepared(image, label):
        image = tf.image.convert_image_dtype(image, tf.float32)
        image = tf.image.resize(image, [8, 8])
        image = tf.image.adjust_contrast(image, 1.5)
        image = tf.image.flip_left_right(image)
        return tf.image.rgb_to_grayscale(image), tf.one_hot(label, 2)

    dataset = tf.data.Dataset.from_tensor_slices((pictures, labels))
    dataset = dataset.map(prepared, num_parallel_calls=tf.data.AUTOTUNE).cache()
    dataset = dataset.batch(10).prefetch(tf.data.AUTOTUNE)
    first, first_labels = next(iter(dataset))

    class Scaled(tf.keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="w"
            )

        def call(self, inputs):
            flat = tf.reshape(inputs, [tf.shape(inputs)[0], -1])
            return tf.nn.l2_normalize(tf.matmul(flat, self.w), axis=1)

    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            tf.keras.layers.Conv2D(4, 3, activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.Flatten(),
            Scaled(5),
            tf.keras.layers.Dense(2, activation=tf.nn.softmax),
        ]
    )
    fixed(model, 3, 0.4)
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(dataset, epochs=2, verbose=0)

    def standardized(text):
        text = tf.strings.regex_replace(tf.strings.lower(text), "<br />", " ")
        return tf.strings.regex_replace(text, "[!.]", "")

    vectorize = tf.keras.layers.TextVectorization(
        standardize=standardized, max_tokens=10, output_sequence_length=5
    )
    texts = ["Good, GOOD film!<br />Good end.", "bad film. bad!"]
    vectorize.adapt(tf.data.Dataset.from_tensor_slices(texts).batch(2))
    return {
        "first": [first.numpy()[0, :3, :3, 0], first_labels.numpy()[:4]],
        "history": numbers(history),
        "predicted": model.predict(dataset, verbose=0)[:3],
        "words": [str(word) for word in vectorize.get_vocabulary()],
        "numbers": np.asarray(vectorize(tf.constant(texts))),
    }
