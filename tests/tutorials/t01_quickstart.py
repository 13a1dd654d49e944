"""The quickstart for beginners: digits, logits, a loss object, and a second model that ends in
probabilities.
"""

import numpy as np

from .common import fixed


def main(keras, mnist):
    (x_train, y_train), (x_test, y_test) = mnist
    x_train, x_test = x_train / 255.0, x_test / 255.0

    model = keras.models.Sequential(
        [
            keras.layers.Input(shape=(28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    fixed(model)
    predictions = np.array(model(x_train[:1]))
    probabilities = np.array(keras.ops.softmax(predictions))
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    first_loss = float(loss_fn(y_train[:1], predictions))

    model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
    before = model.evaluate(x_test, y_test, verbose=2)
    history = model.fit(x_train, y_train, epochs=3, verbose=2)
    after = model.evaluate(x_test, y_test, verbose=2)

    probability_model = keras.Sequential([model, keras.layers.Softmax()])
    five = np.array(probability_model(x_test[:5]))
    again = probability_model.predict(x_test[:5], verbose=0)
    return {
        "prediction": predictions,
        "probabilities": probabilities,
        "first loss": first_loss,
        "before": before,
        "keys": sorted(history.history),
        "epochs": history.epoch,
        "params": model.count_params(),
        "learned": after[1] > 0.75 and after[0] < before[0],
        "shape of five": five.shape,
        "rows add up": np.allclose(five.sum(axis=1), 1, atol=1e-5),
        "the same twice": np.allclose(five, again, atol=1e-6),
        "layers": [layer.name for layer in model.layers],
        "outer layers": [type(layer).__name__ for layer in probability_model.layers],
    }
