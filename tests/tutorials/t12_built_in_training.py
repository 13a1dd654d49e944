"""The guide on built-in training: losses, metrics, weights, validation, several outputs, own losses
and metrics, add_loss, schedules.
"""

import numpy as np

from .common import blobs, fixed, numbers


def main(keras):
    layers, ops = keras.layers, keras.ops
    x, y = blobs(samples=240, features=8, classes=4)
    x_train, y_train, x_val, y_val = x[:200], y[:200], x[200:], y[200:]

    def get_uncompiled_model():
        inputs = keras.Input(shape=(8,), name="digits")
        h = layers.Dense(12, activation="relu", name="dense_1")(inputs)
        h = layers.Dense(12, activation="relu", name="dense_2")(h)
        return fixed(
            keras.Model(
                inputs=inputs, outputs=layers.Dense(4, activation="softmax", name="predictions")(h)
            ),
            scale=0.2,
        )

    def get_compiled_model():
        model = get_uncompiled_model()
        model.compile(
            optimizer="rmsprop",
            loss="sparse_categorical_crossentropy",
            metrics=["sparse_categorical_accuracy"],
        )
        return model

    model = get_compiled_model()
    plain = numbers(
        model.fit(
            x_train,
            y_train,
            batch_size=64,
            epochs=2,
            validation_data=(x_val, y_val),
            shuffle=False,
            verbose=0,
        )
    )
    results = model.evaluate(x_val, y_val, batch_size=128, verbose=0)
    predictions = model.predict(x_val[:3], verbose=0)

    # own loss functions and classes
    def custom_mean_squared_error(y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)

    class CustomMSE(keras.losses.Loss):
        def __init__(self, regularization_factor=0.1, name="custom_mse"):
            super().__init__(name=name)
            self.regularization_factor = regularization_factor

        def call(self, y_true, y_pred):
            mse = ops.mean(ops.square(y_true - y_pred), axis=-1)
            reg = ops.mean(ops.square(0.5 - y_pred), axis=-1)
            return mse + reg * self.regularization_factor

    class CategoricalTruePositives(keras.metrics.Metric):
        def __init__(self, name="categorical_true_positives", **kwargs):
            super().__init__(name=name, **kwargs)
            self.true_positives = self.add_variable(shape=(), name="ctp", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            y_pred = ops.reshape(ops.argmax(y_pred, axis=1), (-1, 1))
            values = ops.cast(
                ops.equal(
                    ops.cast(ops.reshape(y_true, (-1, 1)), "int32"), ops.cast(y_pred, "int32")
                ),
                "float32",
            )
            if sample_weight is not None:
                values = ops.multiply(values, ops.cast(sample_weight, "float32"))
            self.true_positives.assign_add(ops.sum(values))

        def result(self):
            return self.true_positives.value

        def reset_state(self):
            self.true_positives.assign(0.0)

    one_hot = np.array(ops.one_hot(y_train, num_classes=4))
    own = {}
    for loss in (custom_mean_squared_error, CustomMSE()):
        model = get_uncompiled_model()
        model.compile(optimizer=keras.optimizers.Adam(), loss=loss)
        own[getattr(loss, "__name__", "class")] = numbers(
            model.fit(x_train, one_hot, batch_size=64, epochs=2, shuffle=False, verbose=0)
        )
    model = get_uncompiled_model()
    model.compile(
        keras.optimizers.RMSprop(learning_rate=1e-3),
        keras.losses.SparseCategoricalCrossentropy(),
        metrics=[CategoricalTruePositives()],
    )
    counted = numbers(
        model.fit(x_train, y_train, batch_size=64, epochs=2, shuffle=False, verbose=0)
    )

    # add_loss, in a layer and in a layer at the end of the model
    class ActivityRegularizationLayer(layers.Layer):
        def call(self, inputs):
            self.add_loss(ops.sum(inputs) * 0.001)
            return inputs

    inputs = keras.Input(shape=(8,))
    h = ActivityRegularizationLayer()(layers.Dense(12, activation="relu")(inputs))
    added_model = fixed(keras.Model(inputs, layers.Dense(4)(h)), scale=0.2)
    added_model.compile("rmsprop", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    added = numbers(
        added_model.fit(x_train, y_train, batch_size=64, epochs=2, shuffle=False, verbose=0)
    )

    # weights of classes and samples
    class_weight = {0: 1.0, 1: 1.0, 2: 2.0, 3: 0.5}
    weighted = numbers(
        get_compiled_model().fit(
            x_train, y_train, class_weight=class_weight, batch_size=64, shuffle=False, verbose=0
        )
    )
    sample_weight = np.ones(shape=(len(y_train),))
    sample_weight[y_train == 3] = 2.0
    sampled = numbers(
        get_compiled_model().fit(
            x_train, y_train, sample_weight=sample_weight, batch_size=64, shuffle=False, verbose=0
        )
    )

    # several outputs: lists and dicts
    image, series = keras.Input((8,), name="img_input"), keras.Input((3,), name="ts_input")
    both = layers.concatenate([layers.Dense(6)(image), layers.Dense(6)(series)])
    score, kind = (
        layers.Dense(1, name="score_output")(both),
        layers.Dense(4, name="class_output")(both),
    )
    many = fixed(keras.Model(inputs=[image, series], outputs=[score, kind]))
    many.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=[
            keras.losses.MeanSquaredError(),
            keras.losses.CategoricalCrossentropy(from_logits=True),
        ],
        metrics=[
            [keras.metrics.MeanAbsolutePercentageError(), keras.metrics.MeanAbsoluteError()],
            [keras.metrics.CategoricalAccuracy()],
        ],
        loss_weights=[2.0, 1.0],
    )
    img_data, ts_data, score_targets = x_train[:64], x_train[:64, :3], x_train[:64, :1] + 5
    by_list = numbers(
        many.fit(
            [img_data, ts_data],
            [score_targets, one_hot[:64]],
            batch_size=32,
            epochs=1,
            shuffle=False,
            verbose=0,
        )
    )
    many.compile(
        keras.optimizers.SGD(0.01),
        loss={
            "score_output": "mse",
            "class_output": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        metrics={"score_output": ["mae"], "class_output": ["accuracy"]},
    )
    by_dict = numbers(
        many.fit(
            {"img_input": img_data, "ts_input": ts_data},
            {"score_output": score_targets, "class_output": one_hot[:64]},
            batch_size=32,
            epochs=1,
            shuffle=False,
            verbose=0,
        )
    )

    schedule = keras.optimizers.schedules.ExponentialDecay(
        0.1, decay_steps=2, decay_rate=0.96, staircase=True
    )
    model = get_uncompiled_model()
    model.compile(keras.optimizers.SGD(learning_rate=schedule), "sparse_categorical_crossentropy")
    decayed = numbers(
        model.fit(x_train, y_train, batch_size=64, epochs=2, shuffle=False, verbose=0)
    )
    return {
        "plain": plain,
        "results": results,
        "predictions": predictions,
        "own": own,
        "counted": counted,
        "added": added,
        "weighted": weighted,
        "sampled": sampled,
        "by list": by_list,
        "by dict": by_dict,
        "decayed": decayed,
        "rate": float(model.optimizer.learning_rate),
        "evaluated": many.evaluate(
            [img_data, ts_data], [score_targets, one_hot[:64]], verbose=0, return_dict=True
        ),
        "list": many.evaluate([img_data, ts_data], [score_targets, one_hot[:64]], verbose=0),
    }
