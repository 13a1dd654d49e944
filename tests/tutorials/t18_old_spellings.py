"""What tutorials of 2017 to 2021 type. Keras has dropped most of it; here it runs, and says how it
is written today.
"""

import numpy as np

from .common import blobs


def main(keras):
    from minidl import backend as K
    from minidl.layers import Activation, Dense, Dropout
    from minidl.models import Sequential
    from minidl.optimizers import SGD, Adam, RMSprop
    from minidl.utils import np_utils

    x, labels = blobs(samples=128, features=8)
    y = np_utils.to_categorical(labels, 3)

    model = Sequential()
    model.add(Dense(16, input_dim=8, kernel_initializer="uniform", activation="relu"))
    model.add(Dropout(0.2))
    model.add(Dense(3, kernel_initializer="normal"))
    model.add(Activation("softmax"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=SGD(lr=0.1, decay=1e-3, momentum=0.9, nesterov=True),
        metrics=["acc"],
    )
    history = model.fit(x, y, nb_epoch=3, batch_size=16, verbose=0, validation_split=0.25)
    acc, val_acc = history.history["acc"], history.history["val_acc"]

    def generator():
        while True:
            chosen = np.random.randint(0, len(x), 16)
            yield x[chosen], y[chosen]

    generated = model.fit_generator(
        generator(), steps_per_epoch=4, epochs=2, verbose=0, validation_data=(x, y)
    )
    measured = model.evaluate_generator(generator(), steps=2)
    asked = model.predict_generator((x[i : i + 16] for i in range(0, 128, 16)), steps=8)
    classes = model.predict_classes(x[:10], verbose=0)
    probabilities = model.predict_proba(x[:10], verbose=0)

    def root_mean_squared_error(y_true, y_pred):
        return K.sqrt(K.mean(K.square(y_pred - y_true)))

    def soft_acc(y_true, y_pred):
        return K.mean(K.equal(K.round(y_true), K.round(y_pred)))

    K.clear_session()
    regression = Sequential([Dense(8, activation="relu", input_shape=(8,)), Dense(1)])
    regression.compile(
        Adam(lr=0.01, decay=1e-6), loss=root_mean_squared_error, metrics=["mae", soft_acc]
    )
    regressed = regression.fit(x, x[:, :1], epochs=2, verbose=0)

    late = Sequential([Dense(1, batch_input_shape=(None, 8), activation="sigmoid")])
    late.compile(
        optimizer=keras.optimizers.legacy.Adam(learning_rate=0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    late.fit(x, labels > 0, epochs=1, verbose=0)
    late.optimizer.lr = 0.25
    by_attribute = float(K.get_value(late.optimizer.lr))
    K.set_value(late.optimizer.lr, 0.5)
    rounded = late.predict_classes(x[:5])
    keras.Sequential([Dense(1)]).compile(RMSprop(lr=0.001), "mse")
    return {
        "keys": sorted(history.history),
        "lengths": [len(acc), len(val_acc)],
        "generated": sorted(generated.history),
        "measured": len(measured),
        "asked": asked.shape,
        "classes": [classes.shape, classes.dtype.kind],
        "agree": np.array_equal(classes, probabilities.argmax(axis=1)),
        "regressed": sorted(regressed.history),
        "name": regression.layers[0].name,
        "rates": [
            by_attribute,
            float(K.get_value(late.optimizer.lr)),
            round(float(K.get_value(regression.optimizer.lr)), 4),
        ],
        "rounded": rounded.shape,
        "params": model.count_params(),
    }
