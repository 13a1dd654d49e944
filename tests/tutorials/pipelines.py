"""Programs with tf.data in the shape of well-known tutorials: each takes the library, its data module
and its GradientTape, and returns plain facts. pipeline_facts.json has what TensorFlow finds;
`python tests/tutorials/pipelines.py`, with TensorFlow, writes it anew.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1 + i]) for i in range(2)]
from tutorials.common import begin, blobs, fixed, numbers, plain, small_mnist

RECORDED = Path(__file__).with_name("pipeline_facts.json")
PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


@program
def image_classification(keras, data, tape):
    """Images as bytes, made smaller by map, cached, shuffled, batched, prefetched."""
    (x, y), (x_test, y_test) = small_mnist()

    def prepare(image, label):
        return keras.ops.cast(image, "float32") / 255.0, label

    def pipeline(images, labels):
        made = data.Dataset.from_tensor_slices((images, labels))
        return made.map(prepare, num_parallel_calls=data.AUTOTUNE).cache()

    train, test = pipeline(x, y), pipeline(x_test, y_test).batch(128)
    shuffled = [int(label) for _, label in train.shuffle(1500, seed=1).take(400)]
    train = train.batch(128).prefetch(data.AUTOTUNE)
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    fixed(model)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"])
    history = model.fit(train, epochs=3, validation_data=test, verbose=0)
    for images, labels in train.take(1):
        shapes = [list(images.shape), list(labels.shape)]
    return {
        "spec": [str(s.shape).replace("None", "?") for s in train.element_spec],
        "shapes": shapes,
        "lengths": [len(train), len(test), int(train.cardinality())],
        "shuffled": [len(set(shuffled)), shuffled != y[:400].tolist()],
        "history": numbers(history),
        "measured": model.evaluate(test, verbose=0),
        "answers": model.predict(test, verbose=0).argmax(axis=1)[:20],
        "endless": numbers(model.fit(train.repeat(), epochs=2, steps_per_epoch=5, verbose=0)),
        "one_hot": [
            np.asarray(label).argmax()
            for _, label in train.unbatch()
            .map(lambda image, label: (image, keras.ops.one_hot(label, 10)))
            .skip(3)
            .take(5)
        ],
    }


@program
def time_series(keras, data, tape):
    """Windows over a series, by window and flat_map, and by the tool of keras.utils."""
    time = np.arange(400, dtype="float32")
    series = np.sin(time / 10) + time / 400

    def windowed(values, size, batch):
        made = data.Dataset.from_tensor_slices(values)
        made = made.window(size + 1, shift=1, drop_remainder=True)
        made = made.flat_map(lambda window: window.batch(size + 1))
        made = made.map(lambda window: (window[:-1], window[-1]))
        return made.batch(batch).prefetch(1)

    train = windowed(series[:300], 20, 32)
    model = keras.Sequential(
        [
            keras.Input((20,)),
            keras.layers.Dense(10, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    fixed(model)
    model.compile(keras.optimizers.SGD(0.001, momentum=0.9), "mse", metrics=["mae"])
    history = model.fit(train, epochs=4, verbose=0)
    tool = keras.utils.timeseries_dataset_from_array(
        series[:-20], series[20:], sequence_length=20, batch_size=64
    )
    pairs = data.Dataset.range(10).window(5, shift=2, stride=1, drop_remainder=True)
    forecast = data.Dataset.from_tensor_slices(series[300:]).window(20, 1, drop_remainder=True)
    forecast = forecast.flat_map(lambda window: window.batch(20)).batch(32)
    return {
        "history": numbers(history),
        "forecast": model.predict(forecast, verbose=0)[:5, 0],
        "tool": model.evaluate(tool, verbose=0),
        "batches": [list(x.shape) for x, _ in tool],
        "pairs": [[int(v) for v in window] for window in pairs],
        "total": float(data.Dataset.range(5).reduce(np.int64(0), lambda s, v: s + v)),
    }


LINES = {
    "bright.txt": ["The sun shines", "a bright warm day", "sun and a warm wind", "bright sun"],
    "dark.txt": ["The rain falls", "a dark cold night", "rain and a cold wind"],
}


@program
def text_from_files(keras, data, tape):
    """Lines of text files, a label for each file, vocabulary, vectors, a classifier."""
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in LINES.items():
            Path(folder, name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        files = data.Dataset.list_files(os.path.join(folder, "*.txt"), shuffle=False)
        names = [Path(os.fsdecode(f.numpy())).name for f in files]
        parts = []
        for label, name in enumerate(sorted(LINES)):
            lines = data.TextLineDataset(os.path.join(folder, name))
            parts.append(lines.map(lambda line, label=label: (line, label)))
        labelled = parts[0].concatenate(parts[1])
        first = [(text.numpy().decode("utf-8"), int(label)) for text, label in labelled.take(2)]
        vectorize = keras.layers.TextVectorization(max_tokens=20, output_sequence_length=4)
        vectorize.adapt(labelled.map(lambda text, label: text).batch(4))
        coded = labelled.batch(4).map(lambda text, label: (vectorize(text), label)).cache()
        codes = [np.asarray(x).tolist() for x, _ in coded]
        mixed = data.Dataset.choose_from_datasets(parts, data.Dataset.range(2).repeat())
        mixed = [text.numpy().decode("utf-8") for text, _ in mixed]
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int64"),
            keras.layers.Embedding(20, 8),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    fixed(model)
    model.compile(keras.optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(coded, epochs=5, verbose=0)
    return {
        "files": names,
        "first": first,
        "words": sorted(vectorize.get_vocabulary()),
        "codes": codes,
        "mixed": mixed,
        "history": numbers(history),
        "measured": model.evaluate(coded, verbose=0),
    }


@program
def loop_by_hand(keras, data, tape):
    """Batches of a dataset in a loop of one's own, with metrics, and ragged lines padded."""
    x, y = blobs(samples=100, features=5)
    model = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3)]
    )
    fixed(model)
    optimizer = keras.optimizers.SGD(0.1)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    accuracy = keras.metrics.SparseCategoricalAccuracy()
    batches = data.Dataset.from_tensor_slices({"x": x, "y": y}).batch(16, drop_remainder=True)
    seen = []
    for _ in range(2):
        for step, batch in batches.enumerate():
            with tape() as recorded:
                logits = model(batch["x"], training=True)
                loss = loss_of(batch["y"], logits)
            gradients = recorded.gradient(loss, model.trainable_weights)
            optimizer.apply_gradients(zip(gradients, model.trainable_weights))
            accuracy.update_state(batch["y"], logits)
            if int(step) % 3 == 0:
                seen.append(float(loss))
        seen.append(float(accuracy.result()))
        accuracy.reset_state()
    rows = data.Dataset.from_generator(
        lambda: ([i] * i for i in range(1, 6)), output_signature=data.TensorSpec([None], "int32")
    )
    return {
        "seen": seen,
        "steps": len(batches),
        "padded": [np.asarray(b).tolist() for b in rows.padded_batch(2)],
        "buckets": [np.asarray(b).tolist() for b in rows.filter(lambda r: r[0] > 1).batch(1)],
        "shards": [[int(v) for v in data.Dataset.range(7).shard(2, i)] for i in range(2)],
    }


def facts(name, keras, data, tape):
    """What a program finds with this library."""
    begin(keras)
    return PROGRAMS[name](keras, data, tape)


if __name__ == "__main__":
    from types import SimpleNamespace

    import keras
    import tensorflow as tf  # pyright: ignore[reportMissingImports]

    names = ("Dataset", "AUTOTUNE", "TextLineDataset")
    module = SimpleNamespace(TensorSpec=tf.TensorSpec, **{n: getattr(tf.data, n) for n in names})
    rows = [
        f' "{name}": {json.dumps(plain(facts(name, keras, module, tf.GradientTape)))}'
        for name in PROGRAMS
    ]
    RECORDED.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
