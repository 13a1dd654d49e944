"""The DCGAN, tiny: a generator of upward convolutions and a discriminator, trained with two tapes
over one forward pass; checkpoints of both.
"""

import numpy as np

from .common import fixed


def main(tf):
    layers = tf.keras.layers
    rng = np.random.default_rng(2)
    images = tf.cast(tf.constant(rng.integers(0, 256, (24, 8, 8, 1)).astype("uint8")), tf.float32)
    images = (images - 127.5) / 127.5

    def make_generator():
        model = tf.keras.Sequential()
        model.add(tf.keras.Input((5,)))
        model.add(layers.Dense(2 * 2 * 6, use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.LeakyReLU())
        model.add(layers.Reshape((2, 2, 6)))
        model.add(layers.Conv2DTranspose(4, (3, 3), strides=(2, 2), padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.LeakyReLU())
        model.add(
            layers.Conv2DTranspose(
                1, (3, 3), strides=(2, 2), padding="same", use_bias=False, activation="tanh"
            )
        )
        return fixed(model, 1, 0.3)

    def make_discriminator():
        model = tf.keras.Sequential(
            [
                tf.keras.Input((8, 8, 1)),
                layers.Conv2D(4, (5, 5), strides=(2, 2), padding="same"),
                layers.LeakyReLU(),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        return fixed(model, 2, 0.3)

    generator, discriminator = make_generator(), make_discriminator()
    cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)

    def discriminator_loss(real_output, fake_output):
        real_loss = cross_entropy(tf.ones_like(real_output), real_output)
        fake_loss = cross_entropy(tf.zeros_like(fake_output), fake_output)
        return real_loss + fake_loss

    def generator_loss(fake_output):
        return cross_entropy(tf.ones_like(fake_output), fake_output)

    generator_optimizer = tf.keras.optimizers.Adam(1e-3)
    discriminator_optimizer = tf.keras.optimizers.Adam(1e-3)
    checkpoint = tf.train.Checkpoint(
        generator_optimizer=generator_optimizer,
        discriminator_optimizer=discriminator_optimizer,
        generator=generator,
        discriminator=discriminator,
    )

    @tf.function
    def train_step(images, noise):
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            generated = generator(noise, training=True)
            real_output = discriminator(images, training=True)
            fake_output = discriminator(generated, training=True)
            gen_loss = generator_loss(fake_output)
            disc_loss = discriminator_loss(real_output, fake_output)
        of_generator = gen_tape.gradient(gen_loss, generator.trainable_variables)
        of_discriminator = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
        generator_optimizer.apply_gradients(zip(of_generator, generator.trainable_variables))
        discriminator_optimizer.apply_gradients(
            zip(of_discriminator, discriminator.trainable_variables)
        )
        return gen_loss, disc_loss

    dataset = tf.data.Dataset.from_tensor_slices(images).batch(8)
    losses = []
    for _epoch in range(2):
        for batch in dataset:
            noise = tf.constant(rng.normal(size=(8, 5)), dtype=tf.float32)
            losses.append([float(value) for value in train_step(batch, noise)])
    checkpoint.save(file_prefix="./training_checkpoints/ckpt")

    seed = tf.constant(rng.normal(size=(2, 5)), dtype=tf.float32)
    drawn = generator(seed, training=False)
    generator.set_weights([w * 0 for w in generator.get_weights()])
    checkpoint.restore(tf.train.latest_checkpoint("./training_checkpoints"))
    return {
        "losses": losses,
        "drawn": tf.reduce_mean(drawn, axis=[1, 2, 3]).numpy(),
        "shape": tuple(drawn.shape),
        "again": float(tf.reduce_max(tf.abs(generator(seed, training=False) - drawn))),
        "decision": discriminator(drawn).numpy(),
        "params": [generator.count_params(), discriminator.count_params()],
    }
