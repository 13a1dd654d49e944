"""The guide on writing a training loop from scratch: metrics, a decorated step, losses added by a
layer, a validation loop over batches.
"""

from .common import blobs, fixed


def main(tf):
    keras = tf.keras
    x, y = blobs(samples=160, features=6)
    inputs = keras.Input(shape=(6,), name="features")
    h = keras.layers.Dense(8, activation=tf.nn.relu, name="dense_1")(inputs)
    h = keras.layers.ActivityRegularization(l2=0.01)(h)
    outputs = keras.layers.Dense(3, name="predictions")(h)
    model = fixed(keras.Model(inputs=inputs, outputs=outputs), scale=0.4)

    optimizer = keras.optimizers.SGD(learning_rate=0.05, momentum=0.9)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    train_acc = keras.metrics.SparseCategoricalAccuracy()
    val_acc = keras.metrics.SparseCategoricalAccuracy()
    train_ds = tf.data.Dataset.from_tensor_slices((x[:128], y[:128])).batch(32)
    val_ds = tf.data.Dataset.from_tensor_slices((x[128:], y[128:])).batch(16)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            value = loss_fn(labels, logits)
            value += sum(model.losses)
        grads = tape.gradient(value, model.trainable_weights)
        grads, norm = tf.clip_by_global_norm(grads, 5.0)
        optimizer.apply_gradients(zip(grads, model.trainable_weights))
        train_acc.update_state(labels, logits)
        return value, norm

    @tf.function(reduce_retracing=True)
    def test_step(features, labels):
        val_acc.update_state(labels, model(features, training=False))

    losses, norms, accuracies = [], [], []
    for _epoch in range(3):
        for batch, labels in train_ds:
            value, norm = train_step(batch, labels)
            losses.append(float(value))
            norms.append(float(norm))
        for batch, labels in val_ds:
            test_step(batch, labels)
        accuracies.append([float(train_acc.result()), float(val_acc.result())])
        train_acc.reset_state()
        val_acc.reset_state()

    # a metric by hand, as the quickstart for experts keeps it
    mean = keras.metrics.Mean(name="test_loss")
    predicted = []
    for batch, labels in val_ds:
        logits = model(batch)
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        mean(each)
        predicted.append(tf.argmax(tf.nn.softmax(logits), axis=1))
    predicted = tf.concat(predicted, axis=0)
    return {
        "losses": losses,
        "norms": norms,
        "accuracies": accuracies,
        "mean": float(mean.result()),
        "right": float(tf.reduce_mean(tf.cast(tf.equal(predicted, y[128:]), tf.float32))),
        "confusion": tf.math.confusion_matrix(y[128:], predicted, num_classes=3).numpy().tolist(),
        "steps": int(optimizer.iterations.numpy()),
        "devices": len(tf.config.list_physical_devices("GPU")),
        "features": tuple(model(x[:2]).shape),
    }
