"""The guide on saving and serialization: whole models, own objects registered or named, configs,
clones, JSON, weights in memory.
"""

import json

import numpy as np

from .common import blobs, fixed


def main(keras, endings):
    layers, ops = keras.layers, keras.ops
    of_model, of_weights = endings
    x, y = blobs(samples=96, features=8)
    saving = keras.saving

    def get_model():
        inputs = keras.Input(shape=(8,))
        model = fixed(keras.Model(inputs, layers.Dense(1)(inputs)))
        model.compile(optimizer=keras.optimizers.Adam(), loss="mean_squared_error")
        return model

    model = get_model()
    model.fit(x, y.astype("float32"), verbose=0)
    model.save("my_model" + of_model)
    reconstructed = keras.models.load_model("my_model" + of_model)
    same = np.allclose(model.predict(x, verbose=0), reconstructed.predict(x, verbose=0), atol=1e-6)

    @saving.register_keras_serializable(package="MyLayers")
    class CustomLayer(layers.Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    @saving.register_keras_serializable(package="my_package", name="custom_fn")
    def custom_fn(value):
        return value**2

    i = keras.Input((8,))
    registered = fixed(keras.Model(i, layers.Dense(3, activation=custom_fn)(CustomLayer(0.5)(i))))
    registered.save("custom" + of_model)
    loaded = saving.load_model("custom" + of_model)
    custom = np.allclose(registered.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-6)

    class Unregistered(layers.Layer):
        def __init__(self, units=4, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

        def call(self, inputs):
            return ops.matmul(inputs, self.kernel)

        def get_config(self):
            config = super().get_config()
            config["units"] = self.units
            return config

    def custom_activation(value):
        return ops.tanh(value) ** 2

    i = keras.Input((8,))
    outside = fixed(keras.Model(i, layers.Activation(custom_activation)(Unregistered(3)(i))))
    config = outside.get_config()
    custom_objects = {"Unregistered": Unregistered, "custom_activation": custom_activation}
    with saving.custom_object_scope(custom_objects):
        from_config = keras.Model.from_config(config)
    from_config.set_weights(outside.get_weights())
    outside.save("outside" + of_model)
    by_name = keras.models.load_model("outside" + of_model, custom_objects=custom_objects)
    with keras.utils.custom_object_scope(custom_objects):
        cloned = keras.models.clone_model(outside)

    # configs of layers, sequentials, functional models
    layer = layers.Dense(3, activation="relu", kernel_regularizer=keras.regularizers.L2(0.02))
    new_layer = layers.Dense.from_config(layer.get_config())
    sequential = keras.Sequential([keras.Input((32,)), layers.Dense(1, name="only")])
    new_sequential = keras.Sequential.from_config(sequential.get_config())
    as_json = sequential.to_json()
    from_json = keras.models.model_from_json(as_json)
    serialized = layers.serialize(layer)
    again = layers.deserialize(serialized)

    # weights from one to another
    a, b = (
        layers.Dense(4, activation="relu", name="dense_1"),
        layers.Dense(4, activation="relu", name="dense_2"),
    )
    a(x)
    b(x)
    b.set_weights(a.get_weights())
    functional, fresh = get_model(), get_model()
    functional.set_weights([w + 1 for w in functional.get_weights()])
    functional.save_weights("pretrained" + of_weights)
    fresh.load_weights("pretrained" + of_weights)
    refused = []
    for wrong in ([np.zeros((2, 2))], [np.zeros((9, 1)), np.zeros(1)]):
        try:
            fresh.set_weights(wrong)
        except ValueError:
            refused.append("ValueError")
    return {
        "same": same,
        "custom": custom,
        "factor": [layer.factor for layer in loaded.layers if hasattr(layer, "factor")],
        "from config": np.allclose(
            from_config.predict(x, verbose=0), outside.predict(x, verbose=0), atol=1e-6
        ),
        "by name": np.allclose(
            by_name.predict(x, verbose=0), outside.predict(x, verbose=0), atol=1e-6
        ),
        "cloned": [tuple(w.shape) for w in cloned.get_weights()],
        "layer": [
            new_layer.units,
            new_layer.name == layer.name,
            float(new_layer.kernel_regularizer.l2),
            again.units,
            new_layer.get_config()["activation"],
        ],
        "serialized": [serialized["class_name"], serialized["config"]["units"]],
        "sequential": [
            new_sequential.input_shape,
            [layer.name for layer in from_json.layers],
            json.loads(as_json)["class_name"],
        ],
        "copied": np.array_equal(a.get_weights()[0], b.get_weights()[0]),
        "pretrained": [fresh.get_weights()[0], fresh.get_weights()[1]],
        "refused": refused,
        "loss": [
            reconstructed.loss,
            type(reconstructed.optimizer).__name__,
            int(reconstructed.optimizer.iterations),
        ],
        "registered name": saving.get_registered_name(CustomLayer),
    }
