"""Saving during training and after it: checkpoints, weights by hand, the whole model, and a model
that goes on.
"""

import os

import numpy as np

from .common import fixed, numbers


def main(keras, mnist, endings):
    of_model, of_weights = endings
    (train_images, train_labels), (test_images, test_labels) = mnist
    train_labels, test_labels = train_labels[:1000], test_labels[:300]
    train_images = train_images[:1000].reshape(-1, 28 * 28) / 255.0
    test_images = test_images[:300].reshape(-1, 28 * 28) / 255.0

    def create_model():
        model = keras.Sequential(
            [
                keras.Input(shape=(784,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dropout(0.0),
                keras.layers.Dense(10),
            ]
        )
        model.compile(
            optimizer=keras.optimizers.Adam(),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=[keras.metrics.SparseCategoricalAccuracy()],
        )
        return model

    # the best weights of the run
    checkpoint_path = "training_1/cp" + of_weights
    checkpoint_dir = os.path.dirname(checkpoint_path)
    cp_callback = keras.callbacks.ModelCheckpoint(
        filepath=checkpoint_path, save_weights_only=True, verbose=0
    )
    model = fixed(create_model())
    history = model.fit(
        train_images,
        train_labels,
        epochs=2,
        validation_data=(test_images, test_labels),
        callbacks=[cp_callback],
        shuffle=False,
        verbose=0,
    )
    listed = os.listdir(checkpoint_dir)

    untrained = fixed(create_model(), seed=5)
    loss_before, acc_before = untrained.evaluate(test_images, test_labels, verbose=0)
    untrained.load_weights(checkpoint_path)
    loss_after, acc_after = untrained.evaluate(test_images, test_labels, verbose=0)

    # one file every few epochs
    pattern = "training_2/cp-{epoch:04d}" + of_weights
    n_batches = int(np.ceil(len(train_images) / 250))
    often = keras.callbacks.ModelCheckpoint(
        filepath=pattern, verbose=0, save_weights_only=True, save_freq=2 * n_batches
    )
    model = fixed(create_model())
    os.makedirs("training_2", exist_ok=True)
    model.save_weights(pattern.format(epoch=0))
    model.fit(train_images, train_labels, epochs=4, batch_size=250, callbacks=[often], verbose=0)
    files = sorted(name.removesuffix(of_weights) for name in os.listdir("training_2"))
    latest = "training_2/" + files[-1] + of_weights
    restored = create_model()
    restored.load_weights(latest)
    the_same = all(
        np.array_equal(a, b) for a, b in zip(restored.get_weights(), model.get_weights())
    )

    # the whole model
    model.save("whole" + of_model)
    new_model = keras.models.load_model("whole" + of_model)
    same = np.allclose(
        model.predict(test_images, verbose=0), new_model.predict(test_images, verbose=0), atol=1e-6
    )
    went_on = new_model.fit(train_images, train_labels, epochs=1, shuffle=False, verbose=0)
    went_on_here = model.fit(train_images, train_labels, epochs=1, shuffle=False, verbose=0)

    # the best only, with the monitored number in its name
    best = keras.callbacks.ModelCheckpoint(
        "best" + of_model, monitor="val_loss", save_best_only=True, mode="min"
    )
    fixed(create_model()).fit(
        train_images, train_labels, validation_split=0.2, epochs=2, callbacks=[best], verbose=0
    )
    return {
        "history": numbers(history),
        "listed": len(listed),
        "untrained": [loss_before, acc_before],
        "loaded": [loss_after, acc_after],
        "files": files,
        "restored": the_same,
        "same predictions": same,
        "optimizer went on": bool(
            np.isclose(went_on.history["loss"][0], went_on_here.history["loss"][0], rtol=1e-4)
        ),
        "iterations": int(new_model.optimizer.iterations),
        "best is there": os.path.exists("best" + of_model),
        "names": [layer.name for layer in new_model.layers]
        == [layer.name for layer in model.layers],
        "metrics": sorted(
            new_model.evaluate(test_images, test_labels, verbose=0, return_dict=True)
        ),
    }
