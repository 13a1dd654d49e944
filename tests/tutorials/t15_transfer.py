"""The guide on transfer learning: trainable and its reach, a frozen base under a new head, then
fine-tuning; batch normalization stays.
"""

import numpy as np

from .common import blobs, fixed, numbers


def main(keras):
    layers = keras.layers
    x, y = blobs(samples=160, features=8, classes=2)
    facts = {}

    layer = layers.Dense(3)
    layer.build((None, 4))
    facts["dense"] = [
        len(layer.weights),
        len(layer.trainable_weights),
        len(layer.non_trainable_weights),
    ]
    layer = layers.BatchNormalization()
    layer.build((None, 4))
    facts["batch norm"] = [
        len(layer.weights),
        len(layer.trainable_weights),
        len(layer.non_trainable_weights),
    ]
    layer = layers.Dense(3)
    layer.build((None, 4))
    layer.trainable = False
    facts["frozen"] = [
        len(layer.weights),
        len(layer.trainable_weights),
        len(layer.non_trainable_weights),
    ]

    layer1, layer2 = layers.Dense(3, activation="relu"), layers.Dense(3, activation="sigmoid")
    model = fixed(keras.Sequential([keras.Input(shape=(3,)), layer1, layer2]))
    layer1.trainable = False
    initial = layer1.get_weights()
    model.compile(optimizer="adam", loss="mse")
    model.fit(np.random.random((2, 3)), np.random.random((2, 3)), verbose=0)
    facts["did not move"] = np.array_equal(initial[0], layer1.get_weights()[0])

    inner_model = keras.Sequential(
        [
            keras.Input(shape=(3,)),
            layers.Dense(3, activation="relu"),
            layers.Dense(3, activation="relu"),
        ]
    )
    outer = keras.Sequential(
        [keras.Input(shape=(3,)), inner_model, layers.Dense(3, activation="sigmoid")]
    )
    outer.trainable = False
    facts["recursive"] = [
        inner_model.trainable,
        inner_model.layers[0].trainable,
        len(outer.trainable_weights),
    ]
    outer.trainable = True
    facts["and back"] = [inner_model.layers[0].trainable, len(outer.trainable_weights)]

    # the base, trained on one task
    i = keras.Input((8,))
    h = layers.BatchNormalization()(layers.Dense(12, activation="relu")(i))
    base_model = fixed(
        keras.Model(i, layers.Dense(6, activation="relu", name="top_of_base")(h), name="base"),
        scale=0.4,
    )
    first = keras.Sequential([base_model, layers.Dense(1)])
    first(x[:1])
    fixed(first.layers[-1], scale=0.4)
    first.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
    facts["first"] = numbers(first.fit(x, x[:, 0], epochs=2, shuffle=False, verbose=0))

    # frozen under a new head
    base_model.trainable = False
    inputs = keras.Input(shape=(8,))
    h = layers.Rescaling(scale=0.5, offset=0.0)(inputs)
    h = base_model(h, training=False)
    h = layers.Dropout(0.0)(h)
    outputs = layers.Dense(1)(h)
    new = keras.Model(inputs, outputs)
    fixed(new.layers[-1], seed=3, scale=0.4)
    kept = [w.copy() for w in base_model.get_weights()]
    new.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
    )
    facts["head"] = numbers(
        new.fit(x, y, epochs=2, validation_split=0.25, shuffle=False, verbose=0)
    )
    facts["base stood still"] = all(
        np.array_equal(a, b) for a, b in zip(kept, base_model.get_weights())
    )
    facts["trainable"] = [
        len(new.trainable_weights),
        len(new.non_trainable_weights),
        [v.name for v in new.trainable_weights],
    ]

    # fine-tuning. The guide promises that training=False above keeps the statistics; Keras 3.15
    # moves them all the same, so freeze them
    base_model.trainable = True
    norm = next(
        layer for layer in base_model.layers if isinstance(layer, layers.BatchNormalization)
    )
    norm.trainable = False
    moving = norm.get_weights()[2:]
    new.compile(
        optimizer=keras.optimizers.Adam(1e-5),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
    )
    facts["fine"] = numbers(new.fit(x, y, epochs=1, shuffle=False, verbose=0))
    facts["statistics stayed"] = all(
        np.array_equal(a, b) for a, b in zip(moving, norm.get_weights()[2:])
    )
    for layer in base_model.layers[:-1]:
        layer.trainable = False
    facts["only the top"] = len(new.trainable_weights)
    lines = []
    new.summary(print_fn=lambda text, **_: lines.append(text), show_trainable=True)
    facts["summary"] = ["base" in "".join(lines), [layer.name for layer in new.layers]]

    # a truncated model, and weights moved from one to the other
    cut = keras.Model(base_model.input, base_model.layers[-2].output)
    extended = keras.Sequential([cut, layers.Dense(5, name="new_head")])
    facts["cut"] = [tuple(cut.output_shape), tuple(extended(x[:2]).shape)]
    twin = keras.models.clone_model(base_model)
    twin.set_weights(base_model.get_weights())
    facts["twin"] = np.allclose(
        twin.predict(x, verbose=0), base_model.predict(x, verbose=0), atol=1e-6
    )
    return facts
