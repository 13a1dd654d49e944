"""Sums written as letters, learned by an encoder and a decoder: letters one-hot as booleans, the
question backwards, the answers read from the largest output.
"""

import numpy as np

from .common import fixed, numbers

DIGITS, LETTERS = 2, sorted("0123456789+ ")
MAXLEN = DIGITS + 1 + DIGITS


class CharacterTable:
    def __init__(self, chars):
        self.char_indices = {c: i for i, c in enumerate(chars)}
        self.indices_char = dict(enumerate(chars))

    def encode(self, text, num_rows):
        x = np.zeros((num_rows, len(self.char_indices)))
        for i, c in enumerate(text):
            x[i, self.char_indices[c]] = 1
        return x

    def decode(self, x, calc_argmax=True):
        x = x.argmax(axis=-1) if calc_argmax else x
        return "".join(self.indices_char[i] for i in x)


def main(tf):
    table = CharacterTable(LETTERS)
    pairs = [(a, b) for a in range(0, 99, 9) for b in range(3, 80, 7)]
    x = np.zeros((len(pairs), MAXLEN, len(LETTERS)), dtype=bool)
    y = np.zeros((len(pairs), DIGITS + 1, len(LETTERS)), dtype=bool)
    for i, (a, b) in enumerate(pairs):
        x[i] = table.encode(f"{a}+{b}".ljust(MAXLEN)[::-1], MAXLEN)
        y[i] = table.encode(str(a + b).ljust(DIGITS + 1), DIGITS + 1)

    model = tf.keras.Sequential(
        [
            tf.keras.layers.Input((MAXLEN, len(LETTERS))),
            tf.keras.layers.LSTM(12),
            tf.keras.layers.RepeatVector(DIGITS + 1),
            tf.keras.layers.LSTM(12, return_sequences=True),
            tf.keras.layers.Dense(len(LETTERS), activation="softmax"),
        ]
    )
    fixed(model, 3, 0.3)
    model.compile(
        loss="categorical_crossentropy",
        optimizer=tf.keras.optimizers.SGD(0.5),
        metrics=["accuracy"],
    )
    of_epochs = []
    for _ in range(2):
        history = model.fit(
            x[20:],
            y[20:],
            batch_size=32,
            epochs=1,
            shuffle=False,
            validation_data=(x[:20], y[:20]),
            verbose=0,
        )
        of_epochs.append(numbers(history))
    rowx, rowy = x[np.array([7])], y[np.array([7])]
    guessed = np.argmax(model.predict(rowx, verbose=0), axis=-1)
    return {
        "history": of_epochs,
        "question": table.decode(rowx[0])[::-1],
        "answer": table.decode(rowy[0]),
        "guess": table.decode(guessed[0], calc_argmax=False),
        "probabilities": model.predict(x[:2], verbose=0),
    }
