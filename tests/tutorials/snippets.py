"""Small pieces as they stand in documentation, answers and courses: each takes the library and
returns plain facts.

`SNIPPETS` maps names to functions. What each begins with is its own; the same facts are expected of
minidl and of Keras.
"""

import numpy as np

from .common import blobs, fixed, numbers, value_and_gradients

SNIPPETS = {}
X, Y = blobs(samples=64, features=4)
X_TEST, Y_TEST = blobs(samples=20, features=4, seed=2)


def snippet(function):
    SNIPPETS[function.__name__] = function
    return function


def small(keras, classes=3, last="softmax", compiled=True, **options):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu", name="hidden"),
            keras.layers.Dense(classes, activation=last, name="out"),
        ]
    )
    fixed(model, scale=0.4)
    if compiled:
        options = {
            "optimizer": "sgd",
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
            **options,
        }
        model.compile(**options)
    return model


# --- looking at a model
# ---


@snippet
def weights_of_the_last_layer(keras):
    model = small(keras)
    w, b = model.layers[-1].get_weights()
    return [w.shape, b.shape, type(w).__name__, w, len(model.get_weights())]


@snippet
def weights_and_their_names(keras):
    model = small(keras)
    return [
        [w.name for w in model.weights],
        [w.path.split("/")[-2:] for w in model.weights],
        [w.trainable for w in model.weights],
    ]


@snippet
def kernel_and_bias_attributes(keras):
    layer = small(keras).get_layer("hidden")
    return [
        tuple(layer.kernel.shape),
        tuple(layer.bias.shape),
        np.array(layer.kernel),
        layer.kernel.numpy(),
    ]


@snippet
def weights_to_numpy(keras):
    model = small(keras)
    return [w.numpy().shape for w in model.trainable_variables] + [
        len(model.non_trainable_variables),
        len(model.variables),
    ]


@snippet
def count_params(keras):
    model = small(keras)
    return [
        model.count_params(),
        sum(int(np.prod(w.shape)) for w in model.trainable_weights),
        [la.count_params() for la in model.layers],
    ]


@snippet
def summary_to_a_list(keras):
    lines = []
    small(keras).summary(print_fn=lines.append)
    text = "\n".join(lines)
    return [
        word in text for word in ("hidden", "out", "(None, 8)", "Total params", "Trainable params")
    ]


@snippet
def inputs_and_outputs(keras):
    model = small(keras)
    return [
        len(model.inputs),
        len(model.outputs),
        tuple(model.inputs[0].shape),
        tuple(model.outputs[0].shape),
        model.input_shape,
        model.output_shape,
    ]


@snippet
def layer_input_and_output(keras):
    model = small(keras)
    layer = model.layers[1]
    return [
        tuple(layer.input.shape),
        tuple(layer.output.shape),
        layer.name,
        layer.units,
        layer.activation.__name__,
        layer.use_bias,
    ]


@snippet
def loop_over_layers(keras):
    return [
        (i, layer.name, type(layer).__name__, layer.trainable, layer.built)
        for i, layer in enumerate(small(keras).layers)
    ]


@snippet
def get_layer_two_ways(keras):
    model = small(keras)
    try:
        model.get_layer("nothing")
        missing = "found"
    except ValueError:
        missing = "ValueError"
    return [model.get_layer("hidden").name, model.get_layer(index=1).name, missing]


@snippet
def activations_of_a_hidden_layer(keras):
    model = small(keras)
    hidden = keras.Model(inputs=model.inputs, outputs=model.get_layer("hidden").output)
    return hidden.predict(X[:3], verbose=0)


@snippet
def activations_of_all_layers(keras):
    model = small(keras)
    outputs = [layer.output for layer in model.layers]
    return [
        a.shape for a in keras.Model(inputs=model.inputs, outputs=outputs).predict(X[:3], verbose=0)
    ]


@snippet
def sequential_with_a_name(keras):
    model = keras.Sequential(name="my_model", layers=[keras.layers.Dense(2, name="only")])
    return [model.name, model.built, len(model.layers)]


@snippet
def automatic_names(keras):
    models = [
        keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(2), keras.layers.Dense(2), keras.layers.ReLU()]
        )
        for _ in range(2)
    ]
    i = keras.Input((2,))
    functional = keras.Model(i, keras.layers.BatchNormalization()(i))
    return [[m.name, *(la.name for la in m.layers)] for m in models] + [
        la.name for la in functional.layers
    ]


@snippet
def automatic_names_of_functional_models(keras):
    i = keras.Input((2,))
    models = [keras.Model(i, keras.layers.BatchNormalization()(i)) for _ in range(3)]
    return [[m.name, *(la.name for la in m.layers)] for m in models]


@snippet
def add_and_pop(keras):
    model = keras.Sequential()
    model.add(keras.Input(shape=(4,)))
    model.add(keras.layers.Dense(8))
    model.add(keras.layers.Dense(2))
    model.pop()
    model.add(keras.layers.Dense(5, name="new"))
    return [model.output_shape, [la.name for la in model.layers], model(X[:2]).shape[1]]


@snippet
def input_layer_object(keras):
    model = keras.Sequential([keras.layers.InputLayer(shape=(4,)), keras.layers.Dense(2)])
    return [model.input_shape, model.output_shape, len(model.layers)]


@snippet
def a_model_from_a_subclass_of_sequential(keras):
    class Net(keras.Sequential):
        def __init__(self):
            super().__init__([keras.layers.Dense(3), keras.layers.Softmax()])

    return Net()(X[:2]).shape[1]


@snippet
def plot_model_needs_no_crash(keras):
    if keras.__name__ != "minidl":
        return True  # needs graphviz, which is a program
    import matplotlib

    matplotlib.use("Agg")
    keras.utils.plot_model(small(keras), "m.png", show_shapes=True, show_layer_names=True)
    import os

    return os.path.exists("m.png")


# --- calling and predicting
# ---


@snippet
def predict_one_sample(keras):
    model = small(keras)
    return [
        model.predict(X[0:1], verbose=0),
        model.predict(X[0].reshape(1, -1), verbose=0).argmax(),
        model.predict(X[None, 0], verbose=0).shape,
    ]


@snippet
def predict_expand_dims(keras):
    return small(keras).predict(np.expand_dims(X[3], axis=0), verbose=0)[0]


@snippet
def call_as_a_function(keras):
    model = small(keras)
    out = model(X[:4], training=False)
    return [
        tuple(out.shape),
        np.array(out),
        np.asarray(out).dtype.name,
        len(out),
        float(out[0][0]),
        float(out[1, 2]),
    ]


@snippet
def call_and_numpy(keras):
    out = small(keras)(X[:4], training=False)
    return out.numpy() if hasattr(out, "numpy") else np.array(out)  # JAX's arrays have no numpy()


@snippet
def call_on_keras_tensor(keras):
    out = small(keras)(keras.ops.convert_to_tensor(X[:4]))
    return [keras.ops.convert_to_numpy(out), keras.ops.is_tensor(out), keras.ops.shape(out)[0]]


@snippet
def class_predictions(keras):
    p = small(keras).predict(X, verbose=0)
    return [
        np.argmax(p, axis=1)[:5].tolist(),
        np.argmax(p, axis=-1).shape,
        p.argmax(1).dtype.kind,
        np.round(p.sum(1)[:3], 4).tolist(),
    ]


@snippet
def binary_threshold(keras):
    p = small(keras, 1, "sigmoid", loss="binary_crossentropy").predict(X, verbose=0)
    return [
        (p > 0.5).astype("int32").shape,
        (p > 0.5).astype(int).flatten()[:6].tolist(),
        np.round(p[:4]).ravel().tolist(),
    ]


@snippet
def predict_in_batches_and_steps(keras):
    model = small(keras)
    return [
        model.predict(X, batch_size=10, verbose=0).shape,
        model.predict_on_batch(X[:5]).shape,
        type(model.predict_on_batch(X[:5])).__name__,
    ]


@snippet
def predict_from_a_generator(keras):
    return (
        small(keras).predict(((X[i : i + 16],) for i in range(0, 64, 16)), steps=4, verbose=0).shape
    )


@snippet
def confusion_by_hand(keras):
    model = small(keras)
    model.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    guess = model.predict(X_TEST, verbose=0).argmax(axis=1)
    table = np.zeros((3, 3), int)
    np.add.at(table, (Y_TEST, guess), 1)
    return table.tolist()


# --- training


@snippet
def evaluate_as_dict_and_list(keras):
    model = small(keras)
    return [
        model.evaluate(X, Y, verbose=0, return_dict=True),
        model.evaluate(X, Y, verbose=0),
        small(keras, metrics=None).evaluate(X, Y, verbose=0),
    ]


@snippet
def history_for_a_plot(keras):
    history = small(keras).fit(X, Y, epochs=3, validation_split=0.25, shuffle=False, verbose=0)
    curves = [
        history.history["accuracy"],
        history.history["val_accuracy"],
        history.history["loss"],
        history.history["val_loss"],
    ]
    return [
        curves,
        list(range(1, len(curves[0]) + 1)),
        history.epoch,
        sorted(history.history.keys()),
        sorted(history.params),
    ]


@snippet
def history_as_a_plot(keras):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    history = small(keras).fit(X, Y, epochs=3, verbose=0)
    plt.plot(history.history["loss"], label="loss")
    plt.legend()
    points = len(plt.gca().lines[0].get_ydata())
    plt.close("all")
    return points


@snippet
def the_best_epoch(keras):
    model = small(keras)
    history = model.fit(X, Y, epochs=3, validation_data=(X_TEST, Y_TEST), shuffle=False, verbose=0)
    return [
        int(np.argmin(history.history["val_loss"])),
        max(history.history["val_accuracy"]),
        model.history is history,
        model.history.history["loss"][-1] == history.history["loss"][-1],
    ]


@snippet
def fit_on_tensors(keras):
    return numbers(
        small(keras).fit(
            keras.ops.convert_to_tensor(X), keras.ops.convert_to_tensor(Y), shuffle=False, verbose=0
        )
    )


@snippet
def fit_on_labels_of_shape_n_1(keras):
    return numbers(small(keras).fit(X, Y.reshape(-1, 1), shuffle=False, verbose=0))


@snippet
def fit_on_booleans(keras):
    return numbers(
        small(keras, 1, "sigmoid", loss="binary_crossentropy").fit(
            X, (Y > 1), shuffle=False, verbose=0
        )
    )


@snippet
def fit_from_a_generator(keras):
    def batches():
        while True:
            for i in range(0, 64, 16):
                yield X[i : i + 16], Y[i : i + 16]

    history = small(keras).fit(batches(), steps_per_epoch=2, epochs=2, verbose=0)
    return [
        numbers(history),
        numbers(
            small(keras).fit(
                batches(),
                steps_per_epoch=4,
                validation_data=batches(),
                validation_steps=2,
                verbose=0,
            )
        ),
    ]


@snippet
def fit_from_a_sequence(keras):
    class Data(keras.utils.Sequence):
        def __init__(self, x, y, batch_size, **kwargs):
            super().__init__(**kwargs)
            self.x, self.y, self.batch_size, self.ended = x, y, batch_size, 0

        def __len__(self):
            return int(np.ceil(len(self.x) / self.batch_size))

        def __getitem__(self, idx):
            low = idx * self.batch_size
            high = min(low + self.batch_size, len(self.x))
            return self.x[low:high], self.y[low:high]

        def on_epoch_end(self):
            self.ended += 1

    data = Data(X, Y, 20)
    model = small(keras)
    history = numbers(
        model.fit(
            data, epochs=2, shuffle=False, verbose=0, validation_data=Data(X_TEST, Y_TEST, 20)
        )
    )
    return [history, model.evaluate(data, verbose=0), model.predict(data, verbose=0).shape]


@snippet
def fit_from_a_pydataset(keras):
    class Data(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return X[i * 16 : i * 16 + 16], Y[i * 16 : i * 16 + 16], np.ones(16)

    return numbers(small(keras).fit(Data(), epochs=1, shuffle=False, verbose=0))


def two_inputs(keras):
    a, b = keras.layers.Input((2,), name="a"), keras.layers.Input((2,), name="b")
    merged = keras.layers.Concatenate()(
        [keras.layers.Dense(4, activation="relu")(a), keras.layers.Dense(4)(b)]
    )
    model = fixed(
        keras.Model(
            [a, b],
            [
                keras.layers.Dense(1, name="value")(merged),
                keras.layers.Dense(3, activation="softmax", name="kind")(merged),
            ],
        )
    )
    model.compile("sgd", ["mse", "sparse_categorical_crossentropy"])
    return model


@snippet
def multi_input_as_a_list(keras):
    return numbers(
        two_inputs(keras).fit([X[:, :2], X[:, 2:]], [X[:, 0], Y], shuffle=False, verbose=0)
    )


@snippet
def multi_input_as_a_tuple(keras):
    return numbers(
        two_inputs(keras).fit((X[:, :2], X[:, 2:]), (X[:, 0], Y), shuffle=False, verbose=0)
    )


@snippet
def multi_input_as_dicts(keras):
    model = two_inputs(keras)
    model.compile(
        "sgd",
        {"value": "mse", "kind": "sparse_categorical_crossentropy"},
        metrics={"kind": "accuracy", "value": "mae"},
        loss_weights={"value": 0.5, "kind": 1.0},
    )
    x, y = {"a": X[:, :2], "b": X[:, 2:]}, {"value": X[:, 0], "kind": Y}
    history = numbers(model.fit(x, y, shuffle=False, verbose=0, validation_split=0.25))
    return [
        history,
        [p.shape for p in model.predict(x, verbose=0)],
        model.evaluate(x, y, verbose=0, return_dict=True),
    ]


@snippet
def multi_input_called(keras):
    model = two_inputs(keras)
    a = model([X[:3, :2], X[:3, 2:]])
    b = model({"a": X[:3, :2], "b": X[:3, 2:]})
    return [
        type(a).__name__,
        len(a),
        np.array(a[0]),
        np.allclose(np.array(a[1]), np.array(b[1]), atol=1e-6),
        model.output_names,
        [i.name for i in model.inputs],
    ]


@snippet
def sample_weight_as_third_of_validation(keras):
    return numbers(
        small(keras).fit(
            X,
            Y,
            sample_weight=np.linspace(0, 1, 64),
            validation_data=(X_TEST, Y_TEST, np.linspace(0, 1, 20)),
            shuffle=False,
            verbose=0,
        )
    )


@snippet
def class_weight_by_hand(keras):
    counts = np.bincount(Y)
    class_weight = {i: len(Y) / (3 * c) for i, c in enumerate(counts)}
    return numbers(small(keras).fit(X, Y, class_weight=class_weight, shuffle=False, verbose=0))


@snippet
def train_on_batch_loop(keras):
    model, seen = small(keras), []
    for _ in range(2):
        for i in range(0, 64, 32):
            seen.append([float(v) for v in model.train_on_batch(X[i : i + 32], Y[i : i + 32])])
    return [
        seen,
        {k: float(v) for k, v in model.test_on_batch(X_TEST, Y_TEST, return_dict=True).items()},
    ]


@snippet
def fit_twice_goes_on(keras):
    model = small(keras)
    return [
        numbers(model.fit(X, Y, epochs=2, shuffle=False, verbose=0)),
        numbers(model.fit(X, Y, epochs=4, initial_epoch=2, shuffle=False, verbose=0)),
        int(model.optimizer.iterations),
    ]


@snippet
def run_eagerly_and_friends(keras):
    return numbers(
        small(keras, run_eagerly=True, jit_compile=False, steps_per_execution=1).fit(
            X, Y, shuffle=False, verbose=0
        )
    )


@snippet
def metrics_as_objects(keras):
    m = keras.metrics
    model = small(
        keras,
        1,
        "sigmoid",
        loss=keras.losses.BinaryCrossentropy(),
        metrics=[
            m.BinaryAccuracy(name="accuracy"),
            m.Precision(name="precision"),
            m.Recall(name="recall"),
            m.AUC(name="auc"),
            m.TruePositives(name="tp"),
            m.FalsePositives(name="fp"),
            m.TrueNegatives(name="tn"),
            m.FalseNegatives(name="fn"),
            m.AUC(name="prc", curve="PR"),
            m.MeanSquaredError(name="Brier score"),
        ],
    )
    return numbers(
        model.fit(X, (Y > 0)[:, None].astype("float32"), epochs=2, shuffle=False, verbose=0)
    )


@snippet
def metrics_by_name(keras):
    model = small(
        keras,
        1,
        None,
        loss="mse",
        metrics=[
            "mae",
            "mse",
            "mean_squared_error",
            "RootMeanSquaredError",
            keras.metrics.R2Score(),
        ],
    )
    return numbers(model.fit(X, X[:, 1], epochs=2, shuffle=False, verbose=0))


@snippet
def top_k_by_name(keras):
    model = small(
        keras, metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(k=2, name="top2")]
    )
    return numbers(model.fit(X, Y, shuffle=False, verbose=0))


@snippet
def accuracy_of_one_hot(keras):
    one_hot = keras.utils.to_categorical(Y, num_classes=3)
    model = small(
        keras,
        loss="categorical_crossentropy",
        metrics=["acc", keras.metrics.CategoricalAccuracy(), "Precision"],
    )
    return numbers(model.fit(X, one_hot, shuffle=False, verbose=0))


@snippet
def every_regression_loss_by_name(keras):
    found = {}
    for name in (
        "mse",
        "mae",
        "mape",
        "msle",
        "mean_squared_error",
        "huber",
        "log_cosh",
        "MeanAbsoluteError",
        "poisson",
        "cosine_similarity",
    ):
        model = small(keras, 2, "softplus", loss=name, metrics=None)
        found[name] = float(
            model.fit(X, np.abs(X[:, :2]), shuffle=False, verbose=0).history["loss"][0]
        )
    return found


@snippet
def every_optimizer_by_name(keras):
    found = {}
    for name in (
        "sgd",
        "SGD",
        "adam",
        "Adam",
        "rmsprop",
        "RMSprop",
        "adagrad",
        "adadelta",
        "adamax",
        "nadam",
        "adamw",
        "lion",
    ):
        model = small(keras, optimizer=name)
        found[name] = [
            type(model.optimizer).__name__,
            numbers(model.fit(X, Y, shuffle=False, verbose=0))["loss"],
        ]
    return found


@snippet
def compute_loss_override(keras):
    class Own(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = keras.metrics.Mean(name="own_loss")

        def compute_loss(self, x, y, y_pred, sample_weight, training=True):
            loss = (
                keras.ops.mean(keras.ops.square(y_pred - y)) + keras.ops.sum(self.losses)
                if self.losses
                else keras.ops.mean(keras.ops.square(y_pred - y))
            )
            self.loss_tracker.update_state(loss)
            return loss

        def reset_metrics(self):
            self.loss_tracker.reset_state()

        @property
        def metrics(self):
            return [self.loss_tracker]

    i = keras.Input((4,))
    model = fixed(Own(i, keras.layers.Dense(1)(i)))
    model.compile(optimizer="sgd")
    return numbers(model.fit(X, X[:, :1], epochs=2, shuffle=False, verbose=0))


@snippet
def compute_loss_by_super(keras):
    class Own(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return super().compute_loss(x, y, y_pred, sample_weight) * 2 + 1

    i = keras.Input((4,))
    model = fixed(Own(i, keras.layers.Dense(1)(i)))
    model.compile(optimizer="sgd", loss="mse")
    return numbers(model.fit(X, X[:, :1], epochs=2, shuffle=False, verbose=0))


@snippet
def subclass_with_training_false(keras):
    class Net(keras.Model):
        def __init__(self, units=8, **kwargs):
            super().__init__(**kwargs)
            self.d1 = keras.layers.Dense(units, activation="relu")
            self.bn = keras.layers.BatchNormalization()
            self.drop = keras.layers.Dropout(0.3)
            self.d2 = keras.layers.Dense(3, activation="softmax")

        def call(self, inputs, training=False):
            return self.d2(
                self.drop(self.bn(self.d1(inputs), training=training), training=training)
            )

    model = Net(name="net")
    model(X[:1])
    fixed(model, scale=0.4)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.evaluate(X, Y, verbose=0)
    model.fit(X, Y, epochs=1, verbose=0)
    return [
        before,
        model.count_params(),
        model.name,
        len(model.layers),
        len(model.trainable_weights),
        len(model.non_trainable_weights),
    ]


@snippet
def subclass_of_blocks_in_a_list(keras):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [keras.layers.Dense(4, activation="relu") for _ in range(3)]
            self.heads = {"a": keras.layers.Dense(1), "b": keras.layers.Dense(2)}

        def call(self, x):
            for block in self.blocks:
                x = block(x)
            return {name: head(x) for name, head in self.heads.items()}

    model = Net()
    out = model(X[:2])
    model.compile("sgd", {"a": "mse", "b": "mse"})
    history = model.fit(X, {"a": X[:, :1], "b": X[:, :2]}, verbose=0)
    return [sorted(out), len(model.weights), sorted(history.history)]


@snippet
def lambda_layers(keras):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Lambda(lambda x: x**2),
            keras.layers.Lambda(lambda x: x[:, :2], name="cut"),
        ]
    )
    return [np.array(model(X[:2])), model.output_shape]


@snippet
def operators_on_symbols(keras):
    i = keras.Input((4,))
    h = keras.layers.Dense(4, kernel_initializer="ones")(i)
    out = keras.ops.mean((h + i) * 2 - i / 3, axis=1, keepdims=True)
    model = keras.Model(i, out)
    return [model.output_shape, model.predict(X[:3], verbose=0)]


# --- callbacks


@snippet
def stop_when_accurate_enough(keras):
    class Enough(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs={}):  # noqa: B006
            if logs.get("accuracy") > 0.0:
                self.model.stop_training = True

    return numbers(small(keras).fit(X, Y, epochs=5, callbacks=Enough(), shuffle=False, verbose=0))


@snippet
def every_n_epochs(keras):
    seen = []

    class Show(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(sorted(self.params))

        def on_epoch_end(self, epoch, logs=None):
            if epoch % 2 == 0:
                seen.append(
                    [
                        epoch,
                        self.params["epochs"],
                        self.model.predict(X[:1], verbose=0).shape,
                        float(logs["val_loss"]),
                    ]
                )

    small(keras).fit(
        X,
        Y,
        epochs=4,
        callbacks=[Show()],
        shuffle=False,
        verbose=0,
        validation_data=(X_TEST, Y_TEST),
    )
    return seen


@snippet
def callbacks_with_logs_and_no_defaults(keras):
    seen = []

    class Strict(keras.callbacks.Callback):
        def on_train_begin(self, logs):
            seen.append("begin")

        def on_epoch_begin(self, epoch, logs):
            seen.append(epoch)

        def on_batch_end(self, batch, logs):
            seen.append([batch, sorted(logs)])

        def on_train_end(self, logs):
            seen.append("end")

    small(keras).fit(X, Y, epochs=1, callbacks=[Strict()], shuffle=False, verbose=0)
    return seen


@snippet
def print_with_a_lambda_callback(keras):
    seen = []
    cb = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append(epoch),
        on_train_end=lambda logs: seen.append("done"),
        on_train_batch_end=lambda batch, logs: seen.append(batch),
    )
    small(keras).fit(X, Y, epochs=1, callbacks=[cb], verbose=0)
    return seen


@snippet
def a_scheduler_of_epoch_alone(keras):
    model = small(keras)
    return [
        numbers(
            model.fit(
                X,
                Y,
                epochs=3,
                shuffle=False,
                verbose=0,
                callbacks=[
                    keras.callbacks.LearningRateScheduler(lambda epoch: 1e-2 * 10 ** (-epoch / 2))
                ],
            )
        ),
        float(model.optimizer.learning_rate),
    ]


@snippet
def set_the_rate_by_hand(keras):
    model = small(keras)
    model.optimizer.learning_rate = 0.5
    first = float(model.optimizer.learning_rate)
    model.optimizer.learning_rate.assign(0.25)
    return [
        first,
        float(model.optimizer.learning_rate),
        float(np.array(model.optimizer.learning_rate)),
        model.optimizer.get_config()["learning_rate"],
    ]


@snippet
def the_rate_to_numpy(keras):
    return float(
        small(keras, optimizer=keras.optimizers.Adam(0.125)).optimizer.learning_rate.numpy()
    )


@snippet
def early_stopping_restores(keras):
    model = small(keras, optimizer=keras.optimizers.SGD(0.5, momentum=0.9))
    stop = keras.callbacks.EarlyStopping(
        patience=2,
        restore_best_weights=True,
        monitor="val_accuracy",
        mode="max",
        start_from_epoch=1,
    )
    history = numbers(
        model.fit(
            X,
            Y,
            epochs=12,
            callbacks=[stop],
            validation_data=(X_TEST, Y_TEST),
            shuffle=False,
            verbose=0,
        )
    )
    return [
        len(history["loss"]),
        stop.stopped_epoch,
        stop.best_epoch,
        model.evaluate(X_TEST, Y_TEST, verbose=0)[1],
    ]


@snippet
def callbacks_that_exist(keras):
    names = (
        "BackupAndRestore",
        "CSVLogger",
        "Callback",
        "CallbackList",
        "EarlyStopping",
        "History",
        "LambdaCallback",
        "LearningRateScheduler",
        "ModelCheckpoint",
        "ProgbarLogger",
        "ReduceLROnPlateau",
        "TerminateOnNaN",
    )
    return [name for name in names if hasattr(keras.callbacks, name)]


# --- losses, metrics, optimizers on their own
# ------------------------------------------------------------------------------


@snippet
def losses_with_reduction(keras):
    y_true, y_pred = np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.6, 0.4], [0.4, 0.6]])
    found = []
    for reduction in ("sum_over_batch_size", "sum", "none", None):
        loss = keras.losses.BinaryCrossentropy(reduction=reduction)
        found += [
            np.array(loss(y_true, y_pred)),
            np.array(loss(y_true, y_pred, sample_weight=[0.2, 0.8])),
        ]
    return found


@snippet
def losses_on_lists(keras):
    losses = keras.losses
    return [
        float(losses.MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]])),
        float(
            losses.CategoricalCrossentropy()(
                [[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]
            )
        ),
        float(
            losses.SparseCategoricalCrossentropy()(
                np.array([1, 2]), np.array([[0.05, 0.95, 0], [0.1, 0.8, 0.1]])
            )
        ),
        float(losses.Huber(delta=0.5)([0.0, 1.0], [2.0, 1.5])),
        float(losses.Hinge()([[1.0], [-1.0]], [[0.3], [0.6]])),
        float(losses.KLDivergence()([[0.4, 0.6]], [[0.3, 0.7]])),
    ]


@snippet
def losses_as_functions(keras):
    losses, t, p = keras.losses, np.array([[0.0, 1.0, 0.0]]), np.array([[0.2, 0.7, 0.1]])
    return {
        name: np.array(getattr(losses, name)(t, p))
        for name in (
            "mean_squared_error",
            "mean_absolute_error",
            "categorical_crossentropy",
            "binary_crossentropy",
            "kl_divergence",
            "hinge",
            "squared_hinge",
            "poisson",
            "cosine_similarity",
            "mean_absolute_percentage_error",
            "log_cosh",
            "huber",
            "categorical_hinge",
        )
    }


@snippet
def a_loss_by_get(keras):
    return [
        keras.losses.get("mse").__name__,
        type(keras.losses.get("MeanSquaredError")).__name__,
        keras.losses.MeanSquaredError().name,
        keras.losses.get(keras.losses.mean_squared_error).__name__,
    ]


@snippet
def a_closure_as_a_loss(keras):
    def weighted(alpha):
        def loss(y_true, y_pred):
            error = y_true - y_pred
            return keras.ops.mean(keras.ops.maximum(alpha * error, (alpha - 1) * error), axis=-1)

        return loss

    return numbers(
        small(keras, 1, None, loss=weighted(0.9), metrics=None).fit(
            X, X[:, :1], shuffle=False, verbose=0
        )
    )


@snippet
def a_loss_with_python_operators(keras):
    def my_loss(y_true, y_pred):
        return abs(y_true - y_pred) ** 2 / 2

    return numbers(
        small(keras, 1, None, loss=my_loss, metrics=None).fit(X, X[:, :1], shuffle=False, verbose=0)
    )


@snippet
def metrics_on_their_own(keras):
    m = keras.metrics.Accuracy()
    m.update_state([[1], [2], [3], [4]], [[0], [2], [3], [4]])
    first = float(m.result())
    m.reset_state()
    m.update_state([[1], [2], [3], [4]], [[0], [2], [3], [4]], sample_weight=[1, 1, 0, 0])
    mean = keras.metrics.Mean()
    for value in (1, 3, 5, 7):
        mean.update_state(value)
    return [
        first,
        float(m.result()),
        float(mean.result()),
        float(keras.metrics.BinaryAccuracy()([[1], [1], [0]], [[0.98], [1], [0.6]])),
        float(keras.metrics.MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 1.0]])),
        mean.name,
        m.name,
        float(keras.metrics.Sum()([1, 2, 3])),
    ]


@snippet
def metrics_in_a_loop(keras):
    model, loss_fn, optimizer = (
        small(keras, compiled=False),
        keras.losses.SparseCategoricalCrossentropy(),
        keras.optimizers.SGD(learning_rate=0.1),
    )
    accuracy, mean = (
        keras.metrics.SparseCategoricalAccuracy("train_acc"),
        keras.metrics.Mean("train_loss"),
    )
    course = []
    for _ in range(2):
        for i in range(0, 64, 32):
            x, y = X[i : i + 32], Y[i : i + 32]
            loss, grads = value_and_gradients(
                keras, lambda: loss_fn(y, model(x, training=True)), model.trainable_weights
            )
            optimizer.apply_gradients(zip(grads, model.trainable_weights))
            mean(loss)
            accuracy(y, model(x))
        course.append([float(mean.result()), float(accuracy.result())])
        mean.reset_state()
        accuracy.reset_state()
    return [course, accuracy.name]


@snippet
def a_metric_of_ones_own(keras):
    class F1(keras.metrics.Metric):
        def __init__(self, name="f1", **kwargs):
            super().__init__(name=name, **kwargs)
            self.precision, self.recall = keras.metrics.Precision(), keras.metrics.Recall()

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.precision.update_state(y_true, y_pred, sample_weight)
            self.recall.update_state(y_true, y_pred, sample_weight)

        def result(self):
            p, r = self.precision.result(), self.recall.result()
            return 2 * p * r / (p + r + 1e-6)

        def reset_state(self):
            self.precision.reset_state()
            self.recall.reset_state()

    model = small(keras, 1, "sigmoid", loss="binary_crossentropy", metrics=[F1()])
    return numbers(
        model.fit(X, (Y > 0)[:, None].astype("float32"), epochs=2, shuffle=False, verbose=0)
    )


@snippet
def a_metric_by_add_weight(keras):
    class Positives(keras.metrics.Metric):
        def __init__(self, name="positives", **kwargs):
            super().__init__(name=name, **kwargs)
            self.tp = self.add_weight(name="tp", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            both = keras.ops.logical_and(keras.ops.equal(y_true, 1), keras.ops.greater(y_pred, 0.5))
            self.tp.assign(self.tp + keras.ops.sum(keras.ops.cast(both, self.dtype)))

        def result(self):
            # on JAX the variable itself will not do
            return self.tp if keras.__name__ == "minidl" else self.tp.value

    model = small(keras, 1, "sigmoid", loss="binary_crossentropy", metrics=[Positives()])
    return numbers(
        model.fit(X, (Y > 0)[:, None].astype("float32"), epochs=2, shuffle=False, verbose=0)
    )


@snippet
def a_function_as_a_metric(keras):
    def error_rate(y_true, y_pred):
        wrong = keras.ops.not_equal(
            keras.ops.cast(keras.ops.squeeze(y_true), "int64"),
            keras.ops.cast(keras.ops.argmax(y_pred, axis=-1), "int64"),
        )
        return keras.ops.mean(keras.ops.cast(wrong, "float32"))

    return numbers(
        small(keras, metrics=["accuracy", error_rate]).fit(X, Y, shuffle=False, verbose=0)
    )


@snippet
def optimizer_config(keras):
    config = keras.optimizers.Adam(learning_rate=0.002, beta_1=0.8, clipnorm=1.0).get_config()
    again = keras.optimizers.Adam.from_config(config)
    return [
        config["beta_1"],
        config["clipnorm"],
        config["name"],
        config["epsilon"],
        float(again.learning_rate),
        config["amsgrad"],
        config["beta_2"],
    ]


@snippet
def optimizers_by_get(keras):
    o = keras.optimizers
    return [
        type(o.get("adam")).__name__,
        type(o.get({"class_name": "SGD", "config": {"learning_rate": 0.5}})).__name__,
        type(o.deserialize(o.serialize(o.RMSprop(0.25)))).__name__,
    ]


@snippet
def schedules_on_their_own(keras):
    s = keras.optimizers.schedules
    made = [
        s.ExponentialDecay(0.1, 10, 0.5),
        s.PiecewiseConstantDecay([5, 10], [1.0, 0.5, 0.1]),
        s.PolynomialDecay(0.1, 10),
        s.InverseTimeDecay(0.1, 10, 0.5),
        s.CosineDecay(0.1, 10, warmup_target=0.2, warmup_steps=5),
        s.CosineDecayRestarts(0.1, 4),
    ]
    return [[float(schedule(step)) for step in (0, 1, 5, 12)] for schedule in made] + [
        sorted(made[0].get_config())
    ]


@snippet
def a_schedule_of_ones_own(keras):
    class Warmup(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, top):
            self.top = top

        def __call__(self, step):
            step = keras.ops.cast(step, "float32")
            return self.top * keras.ops.minimum(keras.ops.rsqrt(step + 1), (step + 1) * 0.25)

        def get_config(self):
            return {"top": self.top}

    return numbers(
        small(keras, optimizer=keras.optimizers.SGD(Warmup(0.1))).fit(
            X, Y, epochs=4, shuffle=False, verbose=0
        )
    )


@snippet
def gradient_accumulation(keras):
    return numbers(
        small(keras, optimizer=keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)).fit(
            X, Y, batch_size=8, shuffle=False, verbose=0
        )
    )


# --- layers and what goes into them
# ----------------------------------------------------------------------------------------


@snippet
def initializers_on_their_own(keras):
    init = keras.initializers
    return [
        np.array(init.Zeros()(shape=(2, 2))),
        np.array(init.Constant(3.0)((2,))),
        np.array(init.Ones()((2, 1))),
        np.array(init.Identity()((2, 2))),
        np.array(init.RandomNormal(mean=0.0, stddev=1.0, seed=1)(shape=(3, 2))).shape,
        type(init.get("he_normal")).__name__,
        np.array_equal(
            np.array(init.GlorotUniform(seed=3)((3, 3))),
            np.array(init.GlorotUniform(seed=3)((3, 3))),
        ),
        bool(abs(np.array(init.HeNormal(seed=0)((500, 200))).std() - (2 / 500) ** 0.5) < 1e-3),
    ]


@snippet
def initializers_in_layers(keras):
    init = keras.initializers
    layer = keras.layers.Dense(3, kernel_initializer=init.Constant(0.5), bias_initializer="ones")
    return [
        np.array(layer(np.ones((1, 2), "float32"))),
        np.array(
            keras.layers.Dense(
                2, kernel_initializer=lambda shape, dtype=None: keras.ops.ones(shape, dtype=dtype)
            )(np.ones((1, 2), "float32"))
        ),
    ]


@snippet
def regularizers_on_their_own(keras):
    r, w = keras.regularizers, np.array([[1.0, -2.0], [3.0, 0.5]], "float32")
    return [
        float(r.L1(0.1)(w)),
        float(r.L2(0.1)(w)),
        float(r.L1L2(0.1, 0.2)(w)),
        float(r.l2(0.01)(w)),
        float(r.l1_l2(l1=0.01, l2=0.01)(w)),
        float(r.get("l2")(w)),
    ]


@snippet
def a_regularizer_of_ones_own(keras):
    class Strong(keras.regularizers.Regularizer):
        def __init__(self, strength):
            self.strength = strength

        def __call__(self, x):
            return self.strength * keras.ops.sum(keras.ops.square(x))

        def get_config(self):
            return {"strength": self.strength}

    def mine(x):
        return 1e-3 * keras.ops.sum(keras.ops.absolute(x))

    layer = keras.layers.Dense(
        2,
        kernel_initializer="ones",
        kernel_regularizer=Strong(0.5),
        bias_regularizer=mine,
        activity_regularizer="l2",
    )
    layer(np.ones((2, 3), "float32"))
    return [len(layer.losses), float(sum(layer.losses))]


@snippet
def constraints_in_layers(keras):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(
                3, kernel_constraint=keras.constraints.MaxNorm(0.2), bias_constraint="non_neg"
            ),
        ]
    )
    model.compile(keras.optimizers.SGD(0.5), "mse")
    model.fit(X, X[:, :3], verbose=0)
    w, b = model.get_weights()
    return [bool((np.linalg.norm(w, axis=0) < 0.2001).all()), bool((b >= 0).all())]


@snippet
def activations_on_their_own(keras):
    a, x = keras.activations, np.array([-2.0, -0.5, 0.0, 1.5], "float32")
    return {
        name: np.array(getattr(a, name)(x))
        for name in (
            "relu",
            "sigmoid",
            "tanh",
            "elu",
            "selu",
            "softplus",
            "softsign",
            "gelu",
            "swish",
            "exponential",
            "linear",
            "leaky_relu",
            "hard_sigmoid",
            "mish",
        )
    } | {
        "softmax": np.array(a.softmax(x[None])),
        "get": a.get("relu").__name__,
        "cut": np.array(a.relu(x, max_value=1.0, negative_slope=0.1)),
    }


@snippet
def activations_as_given_in_layers(keras):
    layers = keras.layers
    shapes = []
    for activation in (
        "relu",
        keras.activations.tanh,
        keras.ops.relu,
        layers.LeakyReLU(),
        lambda x: x * 2,
        None,
        layers.ReLU(max_value=6),
    ):
        shapes.append(
            np.array(
                layers.Dense(2, activation=activation, kernel_initializer="ones")(
                    -np.ones((1, 2), "float32")
                )
            )
        )
    return shapes


@snippet
def layers_called_on_arrays(keras):
    layers = keras.layers
    x = np.arange(6, dtype="float32").reshape(2, 3)
    return [
        np.array(layers.Rescaling(1 / 255.0, offset=1)(x)),
        np.array(layers.Normalization(mean=3.0, variance=2.0)(x)),
        np.array(layers.LayerNormalization()(x)),
        np.array(layers.Softmax()(x)),
        np.array(layers.Reshape((3, 1))(x)),
        np.array(layers.RepeatVector(2)(x)).shape,
        np.array(layers.Permute((2, 1))(np.ones((2, 3, 4)))).shape,
        np.array(layers.UnitNormalization()(x)),
        np.array(layers.Add()([x, x])),
        np.array(layers.Concatenate(axis=0)([x, x])).shape,
        np.array(layers.Flatten()(np.ones((2, 3, 4)))).shape,
        np.array(layers.Dropout(0.5)(x)),
        np.array(layers.LeakyReLU(negative_slope=0.1)(x - 3)),
        np.array(layers.Dot(axes=1)([x, x])),
        np.array(layers.Maximum()([x, 3 - x])),
    ]


@snippet
def batch_normalization_in_training(keras):
    layer = keras.layers.BatchNormalization(momentum=0.5)
    y = np.array(layer(X, training=True))
    return [
        y[:2],
        np.array(layer(X[:2], training=False)),
        [np.array(w) for w in layer.get_weights()],
        [w.name for w in layer.weights],
    ]


@snippet
def embedding_and_a_sum(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            layers.Embedding(20, 3, name="words"),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    fixed(model)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    words = np.random.default_rng(0).integers(0, 20, (32, 5))
    return [
        numbers(model.fit(words, words[:, 0] > 9, epochs=2, shuffle=False, verbose=0)),
        model.get_layer("words").get_weights()[0].shape,
        model.output_shape,
    ]


@snippet
def normalization_three_ways(keras):
    layer = keras.layers.Normalization()
    layer.adapt(X)
    return [
        np.array(layer(X[:2])),
        np.array(layer.mean).shape,
        np.array(layer.variance).ravel(),
        np.array(keras.layers.Normalization(axis=None, mean=1.0, variance=4.0)(X[:1])),
    ]


@snippet
def gaussian_noise_and_dropout_at_rest(keras):
    x = np.ones((2, 3), "float32")
    return [
        np.array(layer(x))
        for layer in (
            keras.layers.GaussianNoise(0.5),
            keras.layers.Dropout(0.9),
            keras.layers.GaussianDropout(0.5),
            keras.layers.AlphaDropout(0.5),
        )
    ]


@snippet
def dropout_in_training(keras):
    y = np.array(keras.layers.Dropout(0.25, seed=1)(np.ones((200, 50), "float32"), training=True))
    return [
        sorted({round(float(v), 4) for v in np.unique(y)}),
        bool(abs((y == 0).mean() - 0.25) < 0.03),
    ]


@snippet
def compute_output_shape(keras):
    layers = keras.layers
    return [
        tuple(layers.Dense(7).compute_output_shape((None, 3))),
        tuple(layers.Flatten().compute_output_shape((None, 3, 4))),
        tuple(layers.Concatenate().compute_output_shape([(None, 3), (None, 4)])),
        tuple(small(keras).compute_output_shape((None, 4))),
    ]


@snippet
def layer_config_round(keras):
    layer = keras.layers.Dense(
        5, activation="relu", kernel_regularizer=keras.regularizers.L1(0.5), name="d"
    )
    config = layer.get_config()
    again = keras.layers.Dense.from_config(config)
    return [
        config["units"],
        config["activation"],
        config["name"],
        config["use_bias"],
        again.name,
        float(again.kernel_regularizer.l1),
    ]


@snippet
def an_initializer_in_a_config(keras):
    return keras.layers.Dense(5).get_config()["kernel_initializer"]["class_name"]


@snippet
def build_by_hand(keras):
    layer = keras.layers.Dense(4)
    before = layer.built
    layer.build((None, 3))
    return [before, layer.built, [tuple(w.shape) for w in layer.weights], layer.get_weights()[1]]


# --- ops, random, utils
# ---


@snippet
def ops_of_everyday(keras):
    o, a, b = (
        keras.ops,
        np.array([[1.0, 2.0], [3.0, 4.0]], "float32"),
        np.array([[0.5, 1.0], [1.5, 2.0]], "float32"),
    )
    return [
        np.array(v)
        for v in (
            o.add(a, b),
            o.matmul(a, b),
            o.dot(a, b),
            o.sum(a, axis=0),
            o.mean(a),
            o.max(a, axis=1),
            o.argmax(a, axis=-1),
            o.exp(b),
            o.log(a),
            o.sqrt(a),
            o.abs(-a),
            o.clip(a, 1.5, 3.5),
            o.concatenate([a, b], axis=1),
            o.stack([a, b]).shape,
            o.expand_dims(a, 0).shape,
            o.squeeze(a[None]).shape,
            o.transpose(a),
            o.reshape(a, (4,)),
            o.where(a > 2, a, b),
            o.cast(a, "int32"),
            o.one_hot([0, 2], 3),
            o.softmax(a),
            o.sigmoid(a),
            o.relu(-a),
            o.norm(a),
            o.einsum("ij,kj->ik", a, b),
            o.tile(a, (1, 2)),
            o.cumsum(a, axis=1),
            o.std(a),
            o.var(a, axis=0),
            o.power(a, 2),
            o.maximum(a, b),
            o.equal(a, b),
            o.logical_not(a > 1),
            o.sort(-a, axis=1),
            o.top_k(a, 1)[0],
            o.arange(3),
            o.linspace(0.0, 1.0, 3),
            o.eye(2),
            o.zeros_like(a),
            o.ones((1, 2)),
            o.full((2,), 3.0),
            o.isnan(a),
            o.sign(-a),
            o.split(a, 2, axis=0)[1],
            o.take(a, [1], axis=0),
            o.repeat(a, 2, axis=0),
            o.logsumexp(a),
            o.floor(b),
            o.round(b),
            o.square(a),
            o.prod(a),
            o.all(a > 0),
        )
    ]


@snippet
def ops_less_common(keras):
    o, a = keras.ops, np.array([[3.0, 1.0], [2.0, 4.0]], "float32")
    return [
        np.array(v)
        for v in (
            o.slice(a, (0, 1), (2, 1)),
            o.flip(a, 0),
            o.unstack(a)[0],
            o.histogram(a.ravel(), 2)[1],
            o.diff(a),
            o.normalize(a),
            o.relu6(a * 3),
            o.silu(a),
            o.log_softmax(a),
            o.segment_sum(np.array([1.0, 2.0, 3.0], "float32"), np.array([0, 0, 1]), 2),
        )
    ]


@snippet
def ops_of_linear_algebra(keras):
    o, a = keras.ops, np.array([[3.0, 1.0], [2.0, 4.0]], "float32")
    return [
        np.array(o.inv(a)),
        np.array(o.det(a)),
        np.array(o.solve(a, np.array([[1.0], [2.0]], "float32"))),
    ]


@snippet
def tensors_and_numpy_together(keras):
    t = keras.ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.0]])
    return [
        np.array(t + np.ones((2, 2), "float32")),
        np.array(2 * t),
        np.array(t @ t),
        np.array(t[0]),
        np.array(t[:, 1]),
        np.array(-t),
        np.array(t > 2),
        t.shape[0],
        np.array(1 / t),
        np.array(t**0.5),
        np.array(np.ones((2, 2), "float32") - t),
        np.mean(np.array(t)),
        [float(v) for v in t[0]],
    ]


@snippet
def random_numbers(keras):
    r = keras.random
    keras.utils.set_random_seed(5)
    a = np.array(r.normal((4, 3)))
    keras.utils.set_random_seed(5)
    b = np.array(r.normal((4, 3)))
    return [
        np.array_equal(a, b),
        np.array(r.uniform((2, 2), minval=1.0, maxval=2.0)).min() >= 1,
        np.array(r.randint((5,), 0, 3)).max() < 3,
        tuple(np.array(r.shuffle(np.arange(6))).shape),
        sorted(np.array(r.shuffle(np.arange(4), seed=1)).tolist()),
        np.array(r.truncated_normal((3,))).shape,
        np.array(r.categorical(np.zeros((2, 4), "float32"), 3)).shape,
        np.array_equal(np.array(r.normal((2,), seed=3)), np.array(r.normal((2,), seed=3))),
        str(np.array(r.normal((2,))).dtype),
    ]


@snippet
def utils_of_everyday(keras):
    u = keras.utils
    return [
        u.to_categorical([0, 1, 2, 1]),
        u.to_categorical(np.array([[0], [2]]), 3).shape,
        u.normalize(np.array([[3.0, 4.0]])),
        u.pad_sequences([[1], [2, 3], [4, 5, 6, 7]], maxlen=3),
        u.pad_sequences([[1], [2, 3]], padding="post", value=9),
    ]


@snippet
def old_preprocessing(keras):
    pad = keras.preprocessing.sequence.pad_sequences
    return [
        pad([[1, 2, 3], [4]], maxlen=2),
        pad([[1, 2, 3], [4]], maxlen=4, truncating="post", padding="post").dtype.name,
    ]


@snippet
def backend_of_everyday(keras):
    K = keras.backend
    return [
        K.floatx(),
        K.epsilon(),
        K.image_data_format(),
        keras.config.floatx(),
        keras.config.epsilon(),
    ]


@snippet
def a_version_to_print(keras):
    return [type(keras.__version__).__name__, keras.__version__.count(".") >= 2]


@snippet
def where_things_live(keras):
    paths = (
        "models.Sequential",
        "models.Model",
        "layers.Input",
        "Input",
        "Model",
        "Sequential",
        "Layer",
        "Variable",
        "layers.Layer",
        "Initializer",
        "Loss",
        "Metric",
        "Optimizer",
        "Regularizer",
        "optimizers.schedules.ExponentialDecay",
        "losses.SparseCategoricalCrossentropy",
        "metrics.SparseCategoricalAccuracy",
        "saving.load_model",
        "saving.save_model",
        "models.load_model",
        "models.clone_model",
        "models.model_from_json",
        "utils.plot_model",
        "utils.set_random_seed",
        "utils.to_categorical",
        "utils.clear_session",
        "backend.clear_session",
        "config.set_floatx",
        "callbacks.Callback",
        "constraints.MaxNorm",
        "activations.relu",
        "initializers.GlorotUniform",
        "regularizers.L2",
        "random.SeedGenerator",
        "ops.convert_to_tensor",
        "datasets.mnist.load_data",
        "datasets.fashion_mnist.load_data",
        "utils.get_file",
        "utils.Progbar",
        "layers.Normalization",
        "KerasTensor",
        "Operation",
        "Function",
        "Quantizer",
        "StatelessScope",
        "DTypePolicy",
        "Constraint",
        "name_scope",
        "device",
        "version",
        "ops.nn.relu",
        "ops.numpy.sum",
        "utils.split_dataset",
        "utils.image_dataset_from_directory",
        "utils.FeatureSpace",
        "datasets.imdb.load_data",
        "datasets.reuters.load_data",
        "datasets.california_housing.load_data",
        "datasets.boston_housing.load_data",
        "datasets.cifar10.load_data",
        "metrics.F1Score",
        "losses.Dice",
        "export.ExportArchive",
        "layers.TextVectorization",
        "layers.StringLookup",
        "layers.CategoryEncoding",
        "layers.Discretization",
        "layers.IntegerLookup",
        "layers.Hashing",
        "layers.Conv2D",
        "layers.MaxPooling2D",
        "layers.GlobalAveragePooling1D",
        "layers.LSTM",
        "layers.MultiHeadAttention",
        "layers.Masking",
        "layers.SpatialDropout1D",
        "layers.GroupNormalization",
        "layers.TimeDistributed",
        "layers.EinsumDense",
    )
    found = []
    for path in paths:
        thing = keras
        try:
            for part in path.split("."):
                thing = getattr(thing, part)
        except AttributeError:
            continue
        if path in PROMISED:
            found.append(path)
    return found


# What a script for dense networks reaches for; the rest of the list above is only told to whoever
# asks (see test_tutorials.py).
PROMISED = {
    "models.Sequential",
    "models.Model",
    "layers.Input",
    "Input",
    "Model",
    "Sequential",
    "Layer",
    "Variable",
    "layers.Layer",
    "Initializer",
    "Loss",
    "Metric",
    "Optimizer",
    "Regularizer",
    "optimizers.schedules.ExponentialDecay",
    "losses.SparseCategoricalCrossentropy",
    "metrics.SparseCategoricalAccuracy",
    "saving.load_model",
    "saving.save_model",
    "models.load_model",
    "models.clone_model",
    "models.model_from_json",
    "utils.plot_model",
    "utils.set_random_seed",
    "utils.to_categorical",
    "utils.clear_session",
    "backend.clear_session",
    "config.set_floatx",
    "callbacks.Callback",
    "constraints.MaxNorm",
    "activations.relu",
    "initializers.GlorotUniform",
    "regularizers.L2",
    "random.SeedGenerator",
    "ops.convert_to_tensor",
    "datasets.mnist.load_data",
    "datasets.fashion_mnist.load_data",
    "utils.get_file",
    "utils.Progbar",
    "layers.Normalization",
    "KerasTensor",
    "metrics.F1Score",
    "losses.Dice",
}


# --- transfer, nesting, saving
# ---


@snippet
def a_model_inside_two_others(keras):
    i = keras.Input((4,))
    base = keras.Model(i, keras.layers.Dense(3, activation="relu", name="features")(i), name="base")
    outers = [keras.Sequential([base, keras.layers.Dense(1)]) for _ in range(2)]
    shapes = [tuple(m(X[:2]).shape) for m in outers]
    cut = keras.Model(base.input, base.get_layer("features").output)
    return [shapes, tuple(cut(X[:2]).shape), tuple(base.output.shape), len(base.layers)]


@snippet
def head_on_base_output(keras):
    base = small(keras, compiled=False)
    base.trainable = False
    out = keras.layers.Dense(2, name="head")(base.layers[-2].output)
    model = keras.Model(inputs=base.inputs, outputs=out)
    later = keras.Model(model.input, keras.layers.Dense(1)(model.output))
    return [
        model.output_shape,
        later.output_shape,
        len(model.trainable_weights),
        [la.name for la in model.layers[1:]],
    ]


@snippet
def freeze_all_but_the_last(keras):
    model = small(keras)
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = [w.copy() for w in model.get_weights()]
    model.fit(X, Y, verbose=0)
    return [np.array_equal(a, b) for a, b in zip(before, model.get_weights())] + [
        sum(la.trainable for la in model.layers)
    ]


@snippet
def the_same_layer_twice(keras):
    i, shared = keras.Input((4,)), keras.layers.Dense(4, activation="tanh")
    model = keras.Model(i, shared(shared(i)))
    return [len(model.weights), model.count_params(), [type(la).__name__ for la in model.layers]]


@snippet
def clone_and_copy_weights(keras):
    model = small(keras)
    twin = keras.models.clone_model(model)
    differs = not np.allclose(twin.get_weights()[0], model.get_weights()[0])
    twin.set_weights(model.get_weights())
    return [
        differs,
        np.allclose(twin.predict(X, verbose=0), model.predict(X, verbose=0)),
        [la.name for la in twin.layers],
    ]


@snippet
def set_weights_of_a_layer(keras):
    model = small(keras)
    model.layers[0].set_weights([np.ones((4, 8)), np.zeros(8)])
    model.layers[1].kernel.assign(np.zeros((8, 3)))
    return [model.get_weights()[0].sum(), model.predict(X[:1], verbose=0)]


@snippet
def sequential_from_layers_of_another(keras):
    model = small(keras)
    headless = keras.Sequential(model.layers[:-1])
    headless.build((None, 4))
    return [len(headless.layers), headless.predict(X[:2], verbose=0)]


@snippet
def config_of_a_sequential(keras):
    config = small(keras).get_config()
    again = keras.Sequential.from_config(config)
    return [
        config["name"],
        [la["class_name"] for la in config["layers"]],
        again.count_params(),
        again.name,
    ]


# --- what broke at first
# ---


@snippet
def comparing_symbols(keras):
    i = keras.Input((4,))
    both = keras.ops.concatenate([i, keras.ops.square(i)], axis=-1)
    model = keras.Model(i, keras.ops.where(both > 0, both, 0.1 * both)[:, :3])
    return np.array(model(X[:2]))


@snippet
def iterations_to_numpy(keras):
    model = small(keras)
    model.fit(X, Y, verbose=0)
    return [int(model.optimizer.iterations.numpy()), int(model.optimizer.iterations)]


@snippet
def variables_made_and_changed(keras):
    v, w = keras.Variable(3.0), keras.Variable(np.zeros((2, 2)), trainable=False, name="w")
    v.assign(v * 2)
    v.assign_add(1.0)
    drawn = keras.Variable(initializer=keras.initializers.Ones(), shape=(2, 3), dtype="float32")
    return [
        float(v),
        float(v.numpy()),
        w.name,
        tuple(w.shape),
        w.trainable,
        np.array(drawn).sum(),
        np.array(v**2),
    ]


@snippet
def a_progress_bar_by_hand(keras):
    bar = keras.utils.Progbar(target=3, stateful_metrics=["a"], verbose=0)
    bar.update(1, values=[("a", 1.0)])
    bar.add(2, [("a", 2.0)])
    return bar.target


@snippet
def what_was_compiled(keras):
    model = small(keras)
    return [
        model.compiled,
        model.loss,
        type(model.optimizer).__name__,
        model.built,
        model.trainable,
        model.stop_training,
    ]


@snippet
def methods_of_results(keras):
    p = small(keras)(X)
    return [
        p.ndim,
        p.size,
        p.T.shape[0],
        np.array(p.sum()),
        np.array(p.mean(axis=0)),
        np.array(p.max()),
        np.array(p.argmax(1))[:3],
        len(p.tolist()),
        np.array(p.copy()).shape,
        np.argmax(p, axis=1)[:3].tolist(),
        np.concatenate([p, p]).shape,
        np.array(p[Y == 1]).shape,
    ]


@snippet
def an_adapted_optimizer(keras):
    optimizer, v = keras.optimizers.Adam(0.5), keras.Variable([1.0, 2.0])
    optimizer.build([v])
    optimizer.apply([np.ones(2, "float32")])
    return [
        optimizer.built,
        np.array(v),
        optimizer.get_config()["weight_decay"],
        optimizer.get_config()["use_ema"],
    ]


@snippet
def initializers_by_their_older_names(keras):
    init = keras.initializers
    made = [
        init.zeros(),
        init.ones(),
        init.constant(2.0),
        init.he_normal(),
        init.glorot_uniform(seed=1),
        init.random_normal(stddev=0.1),
        init.random_uniform(-1, 1),
    ]
    return [type(i).__name__ for i in made] + [np.array(made[2]((2,)))]
