"""The guide on the functional API: a graph of layers, autoencoders from parts, ensembles, many
inputs and outputs, residuals, sharing.
"""

import numpy as np

from .common import blobs, fixed, numbers


def main(keras, endings):
    layers = keras.layers
    rng = np.random.default_rng(11)
    inputs = keras.Input(shape=(16,), name="img")
    x = layers.Dense(8, activation="relu")(inputs)
    x = layers.Dense(8, activation="relu")(x)
    outputs = layers.Dense(3)(x)
    model = fixed(keras.Model(inputs=inputs, outputs=outputs, name="mnist_model"), scale=0.4)
    data, labels = blobs(features=16)
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=keras.optimizers.RMSprop(),
        metrics=["accuracy"],
    )
    history = numbers(
        model.fit(
            data, labels, batch_size=32, epochs=2, validation_split=0.2, shuffle=False, verbose=0
        )
    )
    model.save("my_model" + endings[0])
    loaded = keras.models.load_model("my_model" + endings[0])
    same = np.allclose(model.predict(data, verbose=0), loaded.predict(data, verbose=0), atol=1e-6)

    # one graph, several models; models are called like layers
    encoder_input = keras.Input(shape=(16,), name="original")
    hidden = layers.Dense(8, activation="relu")(encoder_input)
    encoder_output = layers.Dense(2)(hidden)
    encoder = keras.Model(encoder_input, encoder_output, name="encoder")
    decoder_input = keras.Input(shape=(2,), name="encoded")
    decoder = keras.Model(
        decoder_input,
        layers.Dense(16)(layers.Dense(8, activation="relu")(decoder_input)),
        name="decoder",
    )
    autoencoder_input = keras.Input(shape=(16,), name="again")
    autoencoder = keras.Model(
        autoencoder_input, decoder(encoder(autoencoder_input)), name="autoencoder"
    )
    fixed(autoencoder, scale=0.4)
    autoencoder.compile("adam", "mse")
    rebuilt = numbers(autoencoder.fit(data, data, epochs=2, shuffle=False, verbose=0))

    def get_model():
        i = keras.Input(shape=(16,))
        return keras.Model(i, layers.Dense(1)(i))

    models = [fixed(get_model(), seed=s) for s in range(3)]
    i = keras.Input(shape=(16,))
    ensemble = keras.Model(inputs=i, outputs=layers.average([m(i) for m in models]))

    # tickets: three inputs, two outputs
    title, body, tags = (
        keras.Input((6,), name="title"),
        keras.Input((10,), name="body"),
        keras.Input((4,), name="tags"),
    )
    x = layers.concatenate([layers.Dense(5)(title), layers.Dense(5)(body), tags])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(4, name="department")(x)
    tickets = keras.Model(
        inputs=[title, body, tags], outputs={"priority": priority, "department": department}
    )
    fixed(tickets)
    tickets.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss_weights={"priority": 1.0, "department": 0.2},
        loss={
            "priority": keras.losses.BinaryCrossentropy(from_logits=True),
            "department": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
    )
    given = {
        "title": rng.normal(size=(64, 6)),
        "body": rng.normal(size=(64, 10)),
        "tags": rng.integers(0, 2, (64, 4)).astype("float32"),
    }
    wanted = {
        "priority": rng.random((64, 1)).round(),
        "department": np.eye(4)[rng.integers(0, 4, 64)],
    }
    ticketed = numbers(
        tickets.fit(given, wanted, epochs=2, batch_size=32, shuffle=False, verbose=0)
    )
    answered = tickets.predict(given, verbose=0)

    # a toy residual network
    start = keras.Input(shape=(16,), name="img")
    block_1 = layers.Dense(8, activation="relu")(start)
    block_2 = layers.add([layers.Dense(8, activation="relu")(block_1), block_1])
    block_3 = layers.Add()([layers.Dense(8, activation="relu")(block_2), block_2])
    residual = fixed(
        keras.Model(start, layers.Dense(3)(layers.Dropout(0.5)(block_3)), name="toy_resnet")
    )

    # a shared layer, and the activations inside
    shared = layers.Dense(4, name="shared")
    left, right = keras.Input((6,)), keras.Input((6,))
    siamese = fixed(keras.Model([left, right], layers.Dot(axes=1)([shared(left), shared(right)])))
    twin = rng.normal(size=(5, 6)).astype("float32")
    extractor = keras.Model(inputs=model.inputs, outputs=[layer.output for layer in model.layers])
    return {
        "history": history,
        "same": same,
        "layers": [layer.name for layer in model.layers],
        "params": model.count_params(),
        "rebuilt": rebuilt,
        "inner": [[layer.name for layer in autoencoder.layers], tuple(autoencoder.output_shape)],
        "ensemble": np.array(ensemble(data[:3])),
        "ticketed": ticketed,
        "answered": {k: v.shape for k, v in answered.items()},
        "first answer": answered["priority"][:3],
        "inputs": [tuple(t.shape) for t in tickets.inputs],
        "output names": sorted(answered),
        "residual": np.array(residual(data[:3])),
        "kinds": [type(layer).__name__ for layer in residual.layers],
        "siamese": np.array(siamese([twin, twin[::-1].copy()])),
        "siamese weights": len(siamese.weights),
        "extracted": [tuple(f.shape) for f in extractor.predict(data[:7], verbose=0)],
    }
