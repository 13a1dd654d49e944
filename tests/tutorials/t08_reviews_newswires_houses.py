"""The book's three first problems: reviews (two classes), newswires (many), houses (a number, with
k folds).
"""

import numpy as np

from .common import fixed, numbers


def main(keras):
    layers = keras.layers
    rng = np.random.default_rng(8)
    # reviews: lists of word numbers of different lengths; words below 50 mean praise
    sentiment = rng.integers(0, 2, 300)
    reviews = [
        list(rng.integers(0 if s else 30, 60 if s else 100, rng.integers(5, 15))) for s in sentiment
    ]

    def vectorize_sequences(sequences, dimension=100):
        results = np.zeros((len(sequences), dimension))
        for i, sequence in enumerate(sequences):
            results[i, sequence] = 1.0
        return results

    x, y = vectorize_sequences(reviews), np.asarray(sentiment).astype("float32")
    x_val, partial_x, y_val, partial_y = x[:100], x[100:], y[:100], y[100:]
    model = keras.Sequential(
        [
            layers.Input((100,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    fixed(model)
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=0.01),
        loss=keras.losses.binary_crossentropy,
        metrics=[keras.metrics.binary_accuracy],
    )
    history = model.fit(
        partial_x,
        partial_y,
        epochs=4,
        batch_size=64,
        validation_data=(x_val, y_val),
        shuffle=False,
        verbose=0,
    )
    history_dict = history.history
    acc, val_acc = history_dict["binary_accuracy"], history_dict["val_binary_accuracy"]
    epochs = range(1, len(acc) + 1)
    reviewed = model.predict(x_val, verbose=0)

    # newswires: 6 topics, one-hot by hand and by to_categorical
    topics = rng.integers(0, 6, 300)
    wires = vectorize_sequences([list(rng.integers(t * 15, t * 15 + 25, 10)) for t in topics])

    def to_one_hot(labels, dimension=6):
        results = np.zeros((len(labels), dimension))
        for i, label in enumerate(labels):
            results[i, label] = 1.0
        return results

    same_labels = np.array_equal(to_one_hot(topics), keras.utils.to_categorical(topics))
    news = fixed(
        keras.Sequential(
            [
                layers.Input((100,)),
                layers.Dense(32, activation="relu"),
                layers.Dense(6, activation="softmax"),
            ]
        )
    )
    news.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    wired = news.fit(
        wires[:200],
        to_one_hot(topics)[:200],
        epochs=3,
        batch_size=32,
        shuffle=False,
        verbose=0,
        validation_data=(wires[200:], to_one_hot(topics)[200:]),
    )
    topic = news.predict(wires[200:], verbose=0)

    # houses: standardised by hand, four folds
    table = rng.uniform(0, 100, (80, 5))
    prices = table @ [0.2, -0.1, 0.05, 0.1, 0.0] + 20
    table -= table.mean(axis=0)
    table /= table.std(axis=0)

    def build_model():
        model = keras.Sequential(
            [
                layers.Dense(16, activation="relu"),
                layers.Dense(16, activation="relu"),
                layers.Dense(1),
            ]
        )
        model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
        return model

    k, all_scores, maes = 4, [], []
    fold = len(table) // k
    for i in range(k):
        held_x, held_y = table[i * fold : (i + 1) * fold], prices[i * fold : (i + 1) * fold]
        rest_x = np.concatenate([table[: i * fold], table[(i + 1) * fold :]], axis=0)
        rest_y = np.concatenate([prices[: i * fold], prices[(i + 1) * fold :]], axis=0)
        model = build_model()
        model.build((None, 5))
        fixed(model, seed=i)
        house = model.fit(
            rest_x,
            rest_y,
            validation_data=(held_x, held_y),
            epochs=3,
            batch_size=16,
            verbose=0,
            shuffle=False,
        )
        val_mse, val_mae = model.evaluate(held_x, held_y, verbose=0)
        all_scores.append(val_mae)
        maes.append(house.history["val_mae"])
    average = [float(np.mean([m[e] for m in maes])) for e in range(3)]
    return {
        "reviews": numbers(history),
        "epochs": list(epochs),
        "val": len(val_acc),
        "reviewed": [reviewed.shape, reviewed[:5]],
        "same labels": same_labels,
        "wires": numbers(wired),
        "topics": topic.shape,
        "sum": float(topic[0].sum()),
        "houses": all_scores,
        "average": average,
        "keys": list(house.history),
    }
