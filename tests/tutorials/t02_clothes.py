"""Basic image classification as with Fashion-MNIST: look at the data, scale, train, evaluate,
predict, one single image.
"""

import numpy as np

from .common import fixed, numbers

CLASS_NAMES = [
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Boot",
]


def main(keras, mnist):
    (train_images, train_labels), (test_images, test_labels) = mnist
    looked = [
        train_images.shape,
        len(train_labels),
        test_images.shape,
        int(train_images.max()),
        train_labels.dtype.name,
    ]
    train_images = train_images / 255.0
    test_images = test_images / 255.0

    model = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    fixed(model)
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(train_images, train_labels, epochs=3, shuffle=False, verbose=0)
    test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=0)

    probability_model = keras.Sequential([model, keras.layers.Softmax()])
    predictions = probability_model.predict(test_images, verbose=0)
    guesses = [CLASS_NAMES[np.argmax(p)] for p in predictions[:6]]

    img = test_images[1]
    img = np.expand_dims(img, 0)
    single = probability_model.predict(img, verbose=0)

    def subtitle(i):
        predicted_label, true_label = np.argmax(predictions[i]), test_labels[i]
        return f"{CLASS_NAMES[predicted_label]} ({CLASS_NAMES[true_label]})"

    return {
        "looked": looked,
        "history": numbers(history),
        "test": [test_loss, test_acc],
        "predictions": predictions[:4],
        "guesses": guesses,
        "subtitle": subtitle(0),
        "single": [single.shape, int(np.argmax(single[0])), single.dtype.name],
        "confident": [float(np.max(p)) for p in predictions[:6]],
        "weights": [w.shape for w in model.get_weights()],
    }
