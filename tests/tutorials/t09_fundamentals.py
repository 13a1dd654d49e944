"""The book's fundamentals: training from scratch, random labels, noise channels, learning rates,
capacity, weight penalties and dropout.
"""

import numpy as np

from .common import fixed, numbers, value_and_gradients


def main(keras, mnist):
    layers, ops = keras.layers, keras.ops
    (train_images, train_labels), (test_images, test_labels) = mnist
    x = train_images[:800].reshape(-1, 784).astype("float32") / 255
    y, (x_test, y_test) = (
        train_labels[:800],
        (test_images[:200].reshape(-1, 784) / 255, test_labels[:200]),
    )

    def get_model(width=32, inputs=784):
        return fixed(
            keras.Sequential(
                [
                    layers.Input((inputs,)),
                    layers.Dense(width, activation="relu"),
                    layers.Dense(10, activation="softmax"),
                ]
            )
        )

    def fit(model, x, y, rate=1e-3, epochs=2, split=0.2):
        model.compile(
            optimizer=keras.optimizers.RMSprop(rate),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return numbers(
            model.fit(
                x,
                y,
                epochs=epochs,
                batch_size=128,
                validation_split=split,
                shuffle=False,
                verbose=0,
            )
        )

    # labels without meaning can be learned by heart, not predicted
    random_labels = y.copy()
    np.random.default_rng(9).shuffle(random_labels)
    heart = fit(get_model(), x, random_labels)
    # noise channels against zero channels
    noise = np.concatenate([x, np.random.default_rng(1).random((len(x), 784))], axis=1)
    zeros = np.concatenate([x, np.zeros((len(x), 784))], axis=1)
    with_noise, with_zeros = (
        fit(get_model(inputs=1568), noise, y),
        fit(get_model(inputs=1568), zeros, y),
    )
    slow, right = fit(get_model(), x, y, 1e-5), fit(get_model(), x, y, 1e-2)
    small, big = fit(get_model(4), x, y), fit(get_model(96), x, y)

    # the loop by hand, with Keras's optimizer, loss and metrics
    model = get_model()
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    train_acc, tracker = keras.metrics.SparseCategoricalAccuracy(), keras.metrics.Mean(name="loss")
    by_hand = []
    for _epoch in range(2):
        train_acc.reset_state()
        tracker.reset_state()
        for start in range(0, len(x), 100):
            x_batch, y_batch = x[start : start + 100], y[start : start + 100]
            loss, gradients = value_and_gradients(
                keras,
                lambda: loss_fn(y_batch, model(x_batch, training=True)),
                model.trainable_weights,
            )
            optimizer.apply(gradients, model.trainable_weights)
            tracker.update_state(loss)
            train_acc.update_state(y_batch, model(x_batch, training=False))
        by_hand.append([float(tracker.result()), float(train_acc.result())])
    val_acc = keras.metrics.SparseCategoricalAccuracy()
    for start in range(0, len(x_test), 64):
        val_acc.update_state(
            y_test[start : start + 64], model(x_test[start : start + 64], training=False)
        )
    accuracy = float(ops.mean(ops.equal(ops.argmax(model(x_test), axis=1), y_test)))

    penalised = fixed(
        keras.Sequential(
            [
                layers.Input((784,)),
                layers.Dense(
                    16,
                    kernel_regularizer=keras.regularizers.L1L2(l1=1e-4, l2=1e-3),
                    activation="relu",
                ),
                layers.Dense(10, activation="softmax"),
            ]
        )
    )
    return {
        "by heart": heart,
        "noise": with_noise,
        "zeros": with_zeros,
        "slow": slow,
        "right": right,
        "small": small,
        "big": big,
        "by hand": by_hand,
        "validation": float(val_acc.result()),
        "the same": accuracy,
        "iterations": int(optimizer.iterations),
        "penalised": fit(penalised, x, y),
        "penalty": float(sum(penalised.losses)),
    }
