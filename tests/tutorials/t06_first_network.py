"""The book's first network: digits as vectors, labels one-hot and as integers, and what one-hot
does.
"""

import numpy as np

from .common import fixed, numbers


def main(keras, mnist):
    layers, models, to_categorical = keras.layers, keras.models, keras.utils.to_categorical
    (train_images, train_labels), (test_images, test_labels) = mnist
    train_images = train_images.reshape((len(train_images), 28 * 28)).astype("float32") / 255
    test_images = test_images.reshape((len(test_images), 28 * 28)).astype("float32") / 255

    network = models.Sequential()
    network.add(layers.Input(shape=(28 * 28,)))
    network.add(layers.Dense(64, activation="relu"))
    network.add(layers.Dense(10, activation="softmax"))
    fixed(network)
    network.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    one_hot, one_hot_test = to_categorical(train_labels), to_categorical(test_labels)
    history = network.fit(train_images, one_hot, epochs=2, batch_size=128, shuffle=False, verbose=0)
    test_loss, test_acc = network.evaluate(test_images, one_hot_test, verbose=0)

    # the second edition: integer labels
    model = keras.Sequential(
        [layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    model.build((None, 784))
    fixed(model)
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    again = model.fit(
        train_images, train_labels, epochs=2, batch_size=128, shuffle=False, verbose=0
    )
    predictions = model.predict(test_images[0:10], verbose=0)

    digit = to_categorical([0, 2, 1, 2], 4)
    return {
        "history": numbers(history),
        "again": numbers(again),
        "test": [test_loss, test_acc],
        "one-hot": [one_hot.shape, digit.tolist(), to_categorical([1, 0]).tolist()],
        "first prediction": predictions[0],
        "its class": [int(predictions[0].argmax()), float(predictions[0][7])],
        "right": bool(np.mean(np.argmax(predictions, axis=1) == test_labels[:10]) > 0.5),
        "params": network.count_params(),
        "shapes": [network.input_shape, network.output_shape],
        "classes": [type(layer).__name__ for layer in network.layers],
    }
