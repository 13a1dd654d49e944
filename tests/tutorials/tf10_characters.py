"""Text generation, letter by letter: letters from a text, a lookup and its way back, sequences cut
by batch, a recurrent model that returns its state, and one step at a time.
"""

import numpy as np

from .common import fixed

TEXT = "the cat sat on the mat. the dog sat on the log. " * 6


def main(tf):
    chars = tf.strings.unicode_split(TEXT, input_encoding="UTF-8")
    vocab = sorted(set(TEXT))
    ids_from_chars = tf.keras.layers.StringLookup(vocabulary=list(vocab), mask_token=None)
    chars_from_ids = tf.keras.layers.StringLookup(
        vocabulary=ids_from_chars.get_vocabulary(), invert=True, mask_token=None
    )

    def text_from_ids(ids):
        return tf.strings.reduce_join(chars_from_ids(ids), axis=-1)

    all_ids = ids_from_chars(chars)
    ids_dataset = tf.data.Dataset.from_tensor_slices(all_ids)
    begin = [chars_from_ids(ids).numpy().decode("utf-8") for ids in ids_dataset.take(7)]
    sequences = ids_dataset.batch(13, drop_remainder=True)
    texts = [text_from_ids(seq).numpy().decode() for seq in sequences.take(2)]

    def split_input_target(sequence):
        return sequence[:-1], sequence[1:]

    dataset = sequences.map(split_input_target).batch(4, drop_remainder=True)
    dataset = dataset.prefetch(tf.data.experimental.AUTOTUNE)

    class MyModel(tf.keras.Model):
        def __init__(self, vocab_size, embedding_dim, rnn_units):
            super().__init__()
            self.embedding = tf.keras.layers.Embedding(vocab_size, embedding_dim)
            self.gru = tf.keras.layers.GRU(rnn_units, return_sequences=True, return_state=True)
            self.dense = tf.keras.layers.Dense(vocab_size)

        def call(self, inputs, states=None, return_state=False, training=False):
            x = self.embedding(inputs, training=training)
            if states is None:
                states = tf.zeros((tf.shape(x)[0], 8))
            x, states = self.gru(x, initial_state=states, training=training)
            x = self.dense(x, training=training)
            return (x, states) if return_state else x

    class CustomTraining(MyModel):
        @tf.function
        def train_step(self, data):
            inputs, labels = data
            with tf.GradientTape() as tape:
                predictions = self(inputs, training=True)
                loss = self.loss(labels, predictions)
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
            return {"loss": loss}

    for inputs, targets in dataset.take(1):
        first = inputs, targets
    results = {}
    for kind in (MyModel, CustomTraining):
        model = kind(len(ids_from_chars.get_vocabulary()), 5, 8)
        model(first[0])
        fixed(model, 4, 0.4)
        loss = tf.losses.SparseCategoricalCrossentropy(from_logits=True)
        # SGD: Keras's Adam on TensorFlow squares the parts of an embedding's gradient one by one
        model.compile(optimizer=tf.keras.optimizers.SGD(0.5), loss=loss)
        history = model.fit(dataset, epochs=3, verbose=0)
        results[kind.__name__] = [model(first[0]).numpy()[0, :2], len(history.epoch)]

    class OneStep(tf.keras.Model):
        def __init__(self, model, chars_from_ids, ids_from_chars, temperature=1.0):
            super().__init__()
            self.temperature, self.model = temperature, model
            self.chars_from_ids, self.ids_from_chars = chars_from_ids, ids_from_chars
            skip = np.zeros(len(ids_from_chars.get_vocabulary()), "float32")
            skip[int(self.ids_from_chars(["[UNK]"])[0])] = -np.inf
            self.prediction_mask = tf.constant(skip)

        @tf.function
        def generate_one_step(self, inputs, states=None):
            input_chars = tf.strings.unicode_split(inputs[0], "UTF-8")
            input_ids = self.ids_from_chars(input_chars)[tf.newaxis]
            predicted, states = self.model(inputs=input_ids, states=states, return_state=True)
            predicted = predicted[:, -1, :] / self.temperature
            predicted = predicted + self.prediction_mask
            # the most likely letter, so that both libraries write the same
            predicted_ids = tf.argmax(predicted, axis=-1)
            return self.chars_from_ids(predicted_ids), states

    one_step = OneStep(model, chars_from_ids, ids_from_chars)
    next_char, states = tf.constant(["the "]), None
    result = [next_char]
    for _ in range(12):
        next_char, states = one_step.generate_one_step(next_char, states=states)
        result.append(next_char)
    result = tf.strings.join(result)
    return {
        "begin": begin,
        "texts": texts,
        "first": [part.numpy() for part in first],
        "trained": results,
        "written": result[0].numpy().decode("utf-8"),
    }
