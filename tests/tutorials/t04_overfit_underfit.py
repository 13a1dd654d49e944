"""Overfitting and underfitting: models of several sizes, weight penalties, dropout, early stopping,
a falling learning rate, batch size.
"""

import numpy as np

from .common import fixed, numbers


def main(keras):
    rng = np.random.default_rng(4)
    features = rng.normal(size=(400, 12)).astype("float32")
    labels = (
        features[:, 0] * features[:, 1] + 0.5 * features[:, 2] + rng.normal(0, 0.5, 400) > 0
    ).astype("float32")[:, None]
    validate, train = (features[:100], labels[:100]), (features[100:], labels[100:])
    layers, regularizers = keras.layers, keras.regularizers
    steps_per_epoch = len(train[0]) // 50

    lr_schedule = keras.optimizers.schedules.InverseTimeDecay(
        0.01, decay_steps=steps_per_epoch * 10, decay_rate=1, staircase=False
    )

    def get_callbacks():
        return [
            keras.callbacks.EarlyStopping(monitor="val_binary_crossentropy", patience=3, mode="min")
        ]

    def compile_and_fit(model, optimizer=None, max_epochs=8):
        fixed(model)
        if optimizer is None:
            optimizer = keras.optimizers.Adam(lr_schedule)
        model.compile(
            optimizer=optimizer,
            loss=keras.losses.BinaryCrossentropy(from_logits=True),
            metrics=[
                keras.metrics.BinaryCrossentropy(from_logits=True, name="binary_crossentropy"),
                "accuracy",
            ],
        )
        history = model.fit(
            *train,
            batch_size=50,
            epochs=max_epochs,
            validation_data=validate,
            callbacks=get_callbacks(),
            shuffle=False,
            verbose=0,
        )
        # with logits Keras's "accuracy" still compares with 0.5; minidl knows the loss and compares
        # with 0
        return {key: values for key, values in numbers(history).items() if "accuracy" not in key}

    tiny = keras.Sequential(
        [layers.Input((12,)), layers.Dense(8, activation="elu"), layers.Dense(1)]
    )
    large = keras.Sequential(
        [
            layers.Input((12,)),
            layers.Dense(64, activation="elu"),
            layers.Dense(64, activation="elu"),
            layers.Dense(1),
        ]
    )
    penalised = keras.Sequential(
        [
            layers.Input((12,)),
            layers.Dense(32, activation="elu", kernel_regularizer=regularizers.l2(0.001)),
            layers.Dense(32, activation="elu", kernel_regularizer=regularizers.l1(0.001)),
            layers.Dense(1, kernel_regularizer=regularizers.l1_l2(l1=0.001, l2=0.001)),
        ]
    )
    dropped = keras.Sequential(
        [
            layers.Input((12,)),
            layers.Dense(32, activation="elu"),
            layers.Dropout(0.5),
            layers.Dense(1),
        ]
    )

    size_histories = {
        "tiny": compile_and_fit(tiny),
        "large": compile_and_fit(large),
        "l1 and l2": compile_and_fit(penalised),
    }
    with_dropout = compile_and_fit(dropped, optimizer=keras.optimizers.Adam(0.01))
    regularization_loss = float(keras.ops.sum(keras.ops.stack(penalised.losses)))

    by_batch = {}
    for batch_size in (30, 300):
        model = fixed(
            keras.Sequential(
                [
                    layers.Input((12,)),
                    layers.Dense(8, activation="relu"),
                    layers.Dense(1, activation="sigmoid"),
                ]
            ),
            scale=0.3,
        )
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        by_batch[batch_size] = numbers(
            model.fit(*train, batch_size=batch_size, epochs=2, shuffle=False, verbose=0)
        )
    return {
        "histories": size_histories,
        "dropout keys": sorted(with_dropout),
        "penalties": len(penalised.losses),
        "regularization loss": regularization_loss,
        "schedule": [float(lr_schedule(step)) for step in (0, 60, 600)],
        "by batch size": by_batch,
        "dropout at rest": np.array(dropped(features[:3], training=False)).shape,
        "params": [model.count_params() for model in (tiny, large, penalised)],
    }
