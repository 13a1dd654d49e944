"""Deep dream and style transfer: gradients of an image instead of weights; a module whose function
has a signature; tiles, octaves, Gram matrices, total variation.
"""

import numpy as np

from .common import fixed


def main(tf):
    rng = np.random.default_rng(7)
    inputs = tf.keras.Input((None, None, 3))
    h = tf.keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="mixed1")(inputs)
    h = tf.keras.layers.MaxPooling2D(name="pool")(h)
    h = tf.keras.layers.Conv2D(6, 3, padding="same", activation="relu", name="mixed2")(h)
    base_model = fixed(tf.keras.Model(inputs, h), 2, 0.3)
    base_model.trainable = False
    layers = [base_model.get_layer(name).output for name in ("mixed1", "mixed2")]
    dream_model = tf.keras.Model(inputs=base_model.input, outputs=layers)

    def calc_loss(img, model):
        img_batch = tf.expand_dims(img, axis=0)
        losses = [tf.math.reduce_mean(act) for act in model(img_batch)]
        return tf.reduce_sum(losses)

    class DeepDream(tf.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        @tf.function(
            input_signature=(
                tf.TensorSpec(shape=[None, None, 3], dtype=tf.float32),
                tf.TensorSpec(shape=[], dtype=tf.int32),
                tf.TensorSpec(shape=[], dtype=tf.float32),
            )
        )
        def __call__(self, img, steps, step_size):
            loss = tf.constant(0.0)
            for _ in tf.range(steps):
                with tf.GradientTape() as tape:
                    tape.watch(img)
                    loss = calc_loss(img, self.model)
                gradients = tape.gradient(loss, img)
                gradients /= tf.math.reduce_std(gradients) + 1e-8
                img = img + gradients * step_size
                img = tf.clip_by_value(img, -1, 1)
            return loss, img

    def deprocess(img):
        return tf.cast(255 * (img + 1.0) / 2.0, tf.uint8)

    original = tf.constant(rng.uniform(-0.5, 0.5, (12, 10, 3)).astype("float32"))
    loss, dreamt = DeepDream(dream_model)(original, tf.constant(3), tf.constant(0.05))

    # octaves, with the image rolled so that no seam stays
    img, octave_losses = original, []
    for octave in range(2):
        size = tf.cast(tf.convert_to_tensor([12, 10]), tf.float32) * (1.5**octave)
        img = tf.image.resize(img, tf.cast(size, tf.int32))
        rolled = tf.roll(img, shift=[2, 3], axis=[0, 1])
        with tf.GradientTape() as tape:
            tape.watch(rolled)
            value = calc_loss(rolled, dream_model)
        gradients = tf.roll(tape.gradient(value, rolled), shift=[-2, -3], axis=[0, 1])
        img = tf.clip_by_value(img + 0.1 * gradients / tf.reduce_max(tf.abs(gradients)), -1, 1)
        octave_losses.append(float(value))

    # style transfer
    def gram_matrix(input_tensor):
        result = tf.linalg.einsum("bijc,bijd->bcd", input_tensor, input_tensor)
        input_shape = tf.shape(input_tensor)
        num_locations = tf.cast(input_shape[1] * input_shape[2], tf.float32)
        return result / num_locations

    style = tf.constant(rng.random((1, 12, 10, 3)).astype("float32"))
    content = tf.constant(rng.random((1, 12, 10, 3)).astype("float32"))
    style_target = gram_matrix(dream_model(style)[0])
    content_target = dream_model(content)[1]
    image = tf.Variable(content)
    opt = tf.keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=1e-1)
    losses = []
    for _ in range(3):
        with tf.GradientTape() as tape:
            features = dream_model(image)
            value = tf.add_n(
                [
                    tf.reduce_mean((gram_matrix(features[0]) - style_target) ** 2) * 10.0,
                    tf.reduce_mean((features[1] - content_target) ** 2),
                ]
            )
            value += 1e-3 * tf.reduce_sum(tf.image.total_variation(image))
        grad = tape.gradient(value, image)
        opt.apply_gradients([(grad, image)])
        image.assign(tf.clip_by_value(image, clip_value_min=0.0, clip_value_max=1.0))
        losses.append(float(value))
    return {
        "dream": [float(loss), dreamt.numpy()[:2, :2], deprocess(dreamt).dtype.name],
        "octaves": [octave_losses, img.numpy()[3, 4], tuple(img.shape)],
        "style": [losses, image.numpy()[0, 1, 2], style_target.numpy()],
        "variables": len(base_model.trainable_variables),
    }
