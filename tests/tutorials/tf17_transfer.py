"""Transfer learning: MobileNetV2 without its top, frozen, under a layer of one's own; then its last
blocks learn too, with small steps. The weights begin as random numbers, not as ImageNet's.
"""

import numpy as np

from .common import fixed, numbers


def kept(model, rng):
    """Random weights of a size with which signals neither die out nor grow; those of batch
    normalization stay.
    """
    model.set_weights(
        [
            rng.normal(0, np.sqrt(2 / np.prod(w.shape[: -1 if w.shape[-1] > 1 else 2])), w.shape)
            if w.ndim > 1
            else w
            for w in model.get_weights()
        ]
    )


def main(tf):
    layers = tf.keras.layers
    rng = np.random.default_rng(17)
    pictures = rng.integers(0, 255, (12, 48, 32, 3)).astype("float32")
    labels = (pictures[:, :, :, 0].mean((1, 2)) > 127).astype("int64")
    train_dataset = tf.data.Dataset.from_tensor_slices((pictures[:8], labels[:8])).batch(4)
    validation_dataset = tf.data.Dataset.from_tensor_slices((pictures[8:], labels[8:])).batch(4)
    train_dataset = train_dataset.prefetch(buffer_size=tf.data.AUTOTUNE)

    preprocess_input = tf.keras.applications.mobilenet_v2.preprocess_input
    base_model = tf.keras.applications.MobileNetV2(
        input_shape=(48, 32, 3), alpha=0.35, include_top=False, weights=None
    )
    kept(base_model, rng)
    image_batch, _ = next(iter(train_dataset))
    feature_batch = base_model(preprocess_input(image_batch))
    base_model.trainable = False
    global_average_layer = layers.GlobalAveragePooling2D()
    prediction_layer = layers.Dense(1, activation="sigmoid")
    shapes = [list(feature_batch.shape), list(global_average_layer(feature_batch).shape)]
    block = base_model.get_layer("block_6_expand_relu")
    inner = tf.keras.Model(base_model.input, block.output)(preprocess_input(image_batch))

    inputs = tf.keras.Input(shape=(48, 32, 3))
    x = preprocess_input(inputs)
    x = base_model(x, training=False)
    x = global_average_layer(x)
    x = layers.Dropout(0.0)(x)
    outputs = prediction_layer(x)
    model = tf.keras.Model(inputs, outputs)
    fixed(tf.keras.Sequential([layers.Input((1280,)), prediction_layer]), 5, 0.02)
    base_learning_rate = 0.0001
    model.compile(
        optimizer=tf.keras.optimizers.Adam(learning_rate=base_learning_rate),
        loss=tf.keras.losses.BinaryCrossentropy(),
        metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.5, name="accuracy")],
    )
    trainable = [len(model.trainable_variables)]
    before = model.evaluate(validation_dataset, verbose=0)
    history = model.fit(
        train_dataset, epochs=2, validation_data=validation_dataset, shuffle=False, verbose=0
    )

    base_model.trainable = True
    fine_tune_at = len(base_model.layers) - 9
    for number, layer in enumerate(base_model.layers):
        # training=False above is to keep the moving averages, but Keras 3.15 moves them all the same
        if number < fine_tune_at or isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
    model.compile(
        loss=tf.keras.losses.BinaryCrossentropy(),
        optimizer=tf.keras.optimizers.RMSprop(learning_rate=base_learning_rate / 10),
        metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.5, name="accuracy")],
    )
    trainable += [len(model.trainable_variables), len(model.non_trainable_variables)]
    history_fine = model.fit(
        train_dataset,
        epochs=4,
        initial_epoch=len(history.epoch),
        validation_data=validation_dataset,
        verbose=0,
    )
    predictions = model.predict_on_batch(image_batch).flatten()
    return {
        "shapes": [*shapes, list(inner.shape)],
        "features": feature_batch.numpy()[0, 0, 0, :8],
        "inner": inner.numpy()[0, 1, 1, :6],
        "layers": [layer.name for layer in model.layers if "mobile" in layer.name],
        "trainable": trainable,
        "before": before,
        "history": numbers(history),
        "fine": numbers(history_fine),
        "epochs": history_fine.epoch,
        "moving": base_model.get_layer("Conv_1_bn").get_weights()[3][:4],
        "predictions": predictions,
        "classes": tf.where(predictions < 0.5, 0, 1).numpy(),
    }
