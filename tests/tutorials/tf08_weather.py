"""Time series: a class that cuts windows with timeseries_dataset_from_array and maps them into
inputs and labels; a baseline, a residual model, and one that predicts step after step with a cell.
"""

import numpy as np

from .common import fixed, numbers


def main(tf):
    rng = np.random.default_rng(8)
    t = np.arange(120)
    table = np.stack([np.sin(t / 5), np.cos(t / 5), rng.normal(0, 0.1, 120)], axis=1)
    train, val = table[:80].astype("float32"), table[80:].astype("float32")
    mean, std = train.mean(0), train.std(0)
    train, val = (train - mean) / std, (val - mean) / std

    class WindowGenerator:
        def __init__(self, input_width, label_width, shift):
            self.input_width, self.label_width, self.shift = input_width, label_width, shift
            self.total_window_size = input_width + shift
            self.input_slice = slice(0, input_width)
            self.labels_slice = slice(self.total_window_size - label_width, None)

        def split_window(self, features):
            inputs = features[:, self.input_slice, :]
            labels = features[:, self.labels_slice, :]
            labels = tf.stack([labels[:, :, i] for i in (0, 1)], axis=-1)
            inputs.set_shape([None, self.input_width, None])
            labels.set_shape([None, self.label_width, None])
            return inputs, labels

        def make_dataset(self, data):
            ds = tf.keras.utils.timeseries_dataset_from_array(
                data=np.array(data, dtype=np.float32),
                targets=None,
                sequence_length=self.total_window_size,
                sequence_stride=1,
                shuffle=False,
                batch_size=16,
            )
            return ds.map(self.split_window)

    class Baseline(tf.keras.Model):
        def __init__(self, label_columns):
            super().__init__()
            self.label_columns = label_columns

        def call(self, inputs):
            return tf.gather(inputs, self.label_columns, axis=2)

    class ResidualWrapper(tf.keras.Model):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def call(self, inputs, *args, **kwargs):
            return inputs[..., :2] + self.model(inputs, *args, **kwargs)

    class FeedBack(tf.keras.Model):
        def __init__(self, units, out_steps):
            super().__init__()
            self.out_steps = out_steps
            self.lstm_cell = tf.keras.layers.LSTMCell(units)
            self.lstm_rnn = tf.keras.layers.RNN(self.lstm_cell, return_state=True)
            self.dense = tf.keras.layers.Dense(3)

        def warmup(self, inputs):
            x, *state = self.lstm_rnn(inputs)
            return self.dense(x), state

        def call(self, inputs, training=None):
            predictions = []
            prediction, state = self.warmup(inputs)
            predictions.append(prediction)
            for _ in range(1, self.out_steps):
                x, state = self.lstm_cell(prediction, states=state, training=training)
                prediction = self.dense(x)
                predictions.append(prediction)
            predictions = tf.stack(predictions)
            return tf.transpose(predictions, [1, 0, 2])

    window = WindowGenerator(6, 6, 1)
    train_ds, val_ds = window.make_dataset(train), window.make_dataset(val)
    for example_inputs, example_labels in train_ds.take(1):
        first = example_inputs, example_labels

    baseline = Baseline([0, 1])
    baseline.compile(loss="mse", metrics=["mae"])
    of_baseline = baseline.evaluate(val_ds, verbose=0)

    residual = ResidualWrapper(
        tf.keras.Sequential(
            [
                tf.keras.layers.LSTM(4, return_sequences=True),
                tf.keras.layers.Dense(2, kernel_initializer=tf.initializers.zeros()),
            ]
        )
    )
    residual(first[0])
    fixed(residual, 1, 0.2)
    residual.compile(loss=tf.keras.losses.MeanSquaredError(), optimizer="adam", metrics=["mae"])
    history = residual.fit(train_ds, epochs=2, validation_data=val_ds, verbose=0)

    feedback = FeedBack(4, 3)
    feedback(first[0])
    fixed(feedback, 2, 0.3)
    predicted = feedback(first[0])
    feedback.compile(loss="mse", optimizer=tf.keras.optimizers.Adam(0.01))
    ahead = WindowGenerator(6, 3, 3)
    wide = ahead.make_dataset(train).map(lambda x, y: (x, tf.pad(y, [[0, 0], [0, 0], [0, 1]])))
    trained = feedback.fit(wide, epochs=1, verbose=0)
    return {
        "first": [first[0].numpy()[0, :2], first[1].numpy()[0, :2]],
        "spec": [list(part.shape) for part in train_ds.element_spec],
        "baseline": [float(v) for v in of_baseline],
        "history": numbers(history),
        "feedback": [predicted.numpy()[:2], numbers(trained)],
    }
