"""Reading the letters of a picture: labels split into letters and looked up, convolutions, a
recurrent layer in both directions, and CTC as a loss of each sample that a layer adds.
"""

import numpy as np

from .common import fixed, numbers


def main(tf):
    layers = tf.keras.layers
    rng = np.random.default_rng(12)
    labels = ["".join(rng.choice(list("2345bcd"), 3)) for _ in range(8)]
    characters = sorted({letter for label in labels for letter in label})
    for label in labels:
        picture = rng.integers(0, 255, (12, 32, 1)).astype("uint8")
        tf.io.write_file(f"captchas/{label}.png", tf.io.encode_png(picture))
    paths = [f"captchas/{label}.png" for label in labels]

    char_to_num = layers.StringLookup(vocabulary=list(characters), mask_token=None)
    num_to_char = layers.StringLookup(
        vocabulary=char_to_num.get_vocabulary(), mask_token=None, invert=True
    )

    def encode_single_sample(path, label):
        img = tf.io.decode_png(tf.io.read_file(path), channels=1)
        img = tf.image.convert_image_dtype(img, tf.float32)
        img = tf.image.resize(img, [12, 32])
        img = tf.transpose(img, perm=[1, 0, 2])
        label = char_to_num(tf.strings.unicode_split(label, input_encoding="UTF-8"))
        return {"image": img, "label": label}

    dataset = tf.data.Dataset.from_tensor_slices((paths, labels))
    dataset = dataset.map(encode_single_sample, num_parallel_calls=tf.data.AUTOTUNE).batch(4)
    for batch in dataset.take(1):
        first = {key: list(value.shape) for key, value in batch.items()}
        joined = tf.strings.reduce_join(num_to_char(batch["label"][0])).numpy().decode("utf-8")

    class CTCLayer(layers.Layer):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.loss_fn = tf.keras.backend.ctc_batch_cost

        def call(self, y_true, y_pred):
            batch_len = tf.cast(tf.shape(y_true)[0], dtype="int64")
            input_length = tf.cast(tf.shape(y_pred)[1], dtype="int64")
            label_length = tf.cast(tf.shape(y_true)[1], dtype="int64")
            input_length = input_length * tf.ones(shape=(batch_len, 1), dtype="int64")
            label_length = label_length * tf.ones(shape=(batch_len, 1), dtype="int64")
            self.add_loss(self.loss_fn(y_true, y_pred, input_length, label_length))
            return y_pred

    input_img = layers.Input(shape=(32, 12, 1), name="image", dtype="float32")
    truth = layers.Input(name="label", shape=(None,), dtype="float32")
    x = layers.Conv2D(4, (3, 3), activation="relu", padding="Same", name="Conv1")(input_img)
    x = layers.MaxPooling2D((2, 2), name="pool1")(x)
    x = layers.Reshape(target_shape=(16, 6 * 4), name="reshape")(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    letters = len(char_to_num.get_vocabulary()) + 1
    x = layers.Dense(letters, activation="softmax", name="dense2")(x)
    output = CTCLayer(name="ctc_loss")(truth, x)
    model = tf.keras.models.Model(inputs=[input_img, truth], outputs=output)
    fixed(model, 5, 0.3)
    model.compile(optimizer=tf.keras.optimizers.SGD(0.01))
    history = model.fit(dataset, epochs=2, verbose=0)
    reader = tf.keras.models.Model(model.input[0], model.get_layer(name="dense2").output)
    return {
        "first": [joined, list(first), *first.values()],
        "history": numbers(history),
        "read": reader.predict(np.ones((1, 32, 12, 1)), verbose=0)[0, :3],
    }
