"""The guide on Sequential: three ways to write one, add and pop, when weights come to be, feature
extraction, freezing.
"""

import numpy as np

from .common import fixed


def main(keras):
    layers, ops = keras.layers, keras.ops
    model = keras.Sequential(
        [
            layers.Dense(2, activation="relu", name="layer1"),
            layers.Dense(3, activation="relu", name="layer2"),
            layers.Dense(4, name="layer3"),
        ]
    )
    x = ops.ones((3, 3))
    built_before = model.built
    y = model(x)
    fixed(model, scale=0.5)
    layer1, layer2, layer3 = (
        layers.Dense(2, activation="relu"),
        layers.Dense(3, activation="relu"),
        layers.Dense(4),
    )
    for layer, like in zip((layer1, layer2, layer3), model.layers):
        layer(ops.ones((1, like.kernel.shape[0])))
        layer.set_weights(like.get_weights())
    by_hand = layer3(layer2(layer1(x)))

    grown = keras.Sequential(name="my_sequential")
    grown.add(layers.Dense(2, activation="relu", name="layer1"))
    grown.add(layers.Dense(3, activation="relu", name="layer2"))
    grown.add(layers.Dense(4, name="layer3"))
    grown.pop()
    two = len(grown.layers)

    layer = layers.Dense(3)
    nothing = list(layer.weights)
    layer(ops.ones((1, 4)))
    kinds = [
        (w.name, tuple(w.shape), w.dtype if isinstance(w.dtype, str) else np.dtype(w.dtype).name)
        for w in layer.weights
    ]

    begun = keras.Sequential()
    begun.add(keras.Input(shape=(4,)))
    begun.add(layers.Dense(2, activation="relu"))
    lines = []
    begun.summary(print_fn=lambda text, **_: lines.append(text))

    initial_model = fixed(
        keras.Sequential(
            [
                keras.Input(shape=(6,)),
                layers.Dense(5, activation="relu"),
                layers.Dense(4, activation="relu", name="my_intermediate_layer"),
                layers.Dense(3, activation="relu"),
            ]
        ),
        scale=0.5,
    )
    feature_extractor = keras.Model(
        inputs=initial_model.inputs, outputs=[layer.output for layer in initial_model.layers]
    )
    features = feature_extractor(ops.ones((1, 6)))
    one = keras.Model(
        inputs=initial_model.inputs,
        outputs=initial_model.get_layer(name="my_intermediate_layer").output,
    )
    feature = one(ops.ones((1, 6)))

    for layer in initial_model.layers[:-1]:
        layer.trainable = False
    base_model = keras.Sequential([keras.Input((6,)), layers.Dense(4, name="inside")], name="base")
    base_model.trainable = False
    stacked = keras.Sequential([base_model, layers.Dense(10)])
    stacked(ops.ones((2, 6)))
    return {
        "built": [built_before, model.built],
        "shape": tuple(y.shape),
        "weights": [tuple(w.shape) for w in model.weights],
        "by hand": [np.array(by_hand), np.array(model(x))],
        "names": [grown.name, two, [layer.name for layer in grown.layers]],
        "layer": [len(nothing), kinds],
        "begun": [
            len(begun.layers),
            begun.built,
            [tuple(layer.output.shape) for layer in begun.layers],
            "dense" in "".join(lines),
        ],
        "input": [
            begun.input_shape,
            begun.output_shape,
            len(begun.inputs),
            len(begun.outputs),
            tuple(begun.inputs[0].shape),
        ],
        "features": [np.array(f) for f in features],
        "feature": np.array(feature),
        "trainable": [
            len(initial_model.trainable_weights),
            len(initial_model.non_trainable_weights),
        ],
        "stacked": [
            len(stacked.trainable_weights),
            len(stacked.weights),
            [layer.name for layer in stacked.layers],
        ],
        "count": [model.count_params(), model.layers[0].count_params()],
    }
