"""Regression on a small table: a Normalization layer that adapts, a line with one variable, with
several, and a deep network.
"""

import numpy as np

from .common import fixed, numbers


def main(keras, endings):
    rng = np.random.default_rng(5)
    weight, power, year = (
        rng.uniform(1500, 5000, 250),
        rng.uniform(50, 230, 250),
        rng.integers(70, 83, 250),
    )
    mpg = 60 - 0.008 * weight - 0.05 * power + 0.2 * (year - 70) + rng.normal(0, 1, 250)
    origin = np.eye(3)[rng.integers(0, 3, 250)]
    table = np.column_stack([weight, power, year, origin]).astype("float32")
    train_features, test_features, train_labels, test_labels = (
        table[:200],
        table[200:],
        mpg[:200],
        mpg[200:],
    )

    normalizer = keras.layers.Normalization(axis=-1)
    normalizer.adapt(np.array(train_features))
    mean = np.array(normalizer.mean)
    first = np.array(train_features[:1])
    normalised = np.array(normalizer(first))

    horsepower = np.array(train_features[:, 1])
    horsepower_normalizer = keras.layers.Normalization(axis=None)
    horsepower_normalizer.adapt(horsepower)
    horsepower_model = keras.Sequential(
        [keras.Input((1,)), horsepower_normalizer, keras.layers.Dense(units=1)]
    )
    fixed(horsepower_model.layers[-1])
    untrained = horsepower_model.predict(horsepower[:10], verbose=0)
    horsepower_model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.1), loss="mean_absolute_error"
    )
    history = horsepower_model.fit(
        horsepower, train_labels, epochs=10, verbose=0, validation_split=0.2, shuffle=False
    )
    test_results = {
        "horsepower": horsepower_model.evaluate(test_features[:, 1], test_labels, verbose=0)
    }
    line = horsepower_model.predict(np.linspace(0.0, 250, 6), verbose=0)

    linear_model = keras.Sequential([normalizer, keras.layers.Dense(units=1)])
    linear_model.predict(train_features[:10], verbose=0)
    fixed(linear_model.layers[1])
    linear_model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.1), loss="mean_absolute_error"
    )
    linear_history = linear_model.fit(
        train_features, train_labels, epochs=10, verbose=0, validation_split=0.2, shuffle=False
    )
    test_results["linear"] = linear_model.evaluate(test_features, test_labels, verbose=0)

    def build_and_compile_model(norm):
        model = keras.Sequential(
            [
                norm,
                keras.layers.Dense(16, activation="relu"),
                keras.layers.Dense(16, activation="relu"),
                keras.layers.Dense(1),
            ]
        )
        model.compile(
            loss="mean_absolute_error",
            optimizer=keras.optimizers.Adam(0.01),
            metrics=["mae", "mse"],
        )
        return model

    dnn_model = build_and_compile_model(normalizer)
    dnn_model.build((None, 6))
    for layer in dnn_model.layers[1:]:
        fixed(layer, scale=0.3)
    deep_history = dnn_model.fit(
        train_features, train_labels, validation_split=0.2, verbose=0, epochs=5, shuffle=False
    )
    test_results["dnn"] = dnn_model.evaluate(test_features, test_labels, verbose=0)
    test_predictions = dnn_model.predict(test_features, verbose=0).flatten()
    error = test_predictions - test_labels

    dnn_model.save("dnn_model" + endings[0])
    reloaded = keras.models.load_model("dnn_model" + endings[0])
    test_results["reloaded"] = reloaded.evaluate(test_features, test_labels, verbose=0)
    return {
        "mean": mean,
        "normalised": normalised,
        "untrained": untrained,
        "history": numbers(history),
        "linear": numbers(linear_history),
        "deep": numbers(deep_history),
        "results": test_results,
        "line": line,
        "error": [error.shape, float(np.abs(error).mean())],
        "kernel": linear_model.layers[1].kernel.shape,
        "weights": [tuple(w.shape) for w in linear_model.layers[1].weights],
        "params": [dnn_model.count_params(), len(dnn_model.trainable_variables)],
    }
