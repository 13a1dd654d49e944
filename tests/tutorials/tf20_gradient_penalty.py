"""The Wasserstein GAN with gradient penalty, as among Keras's examples, tiny: the critic's loss has
the length of its own gradient in it, on images between real and drawn ones (Gulrajani et al. 2017).
"""

import numpy as np

from .common import fixed, numbers


def main(tf):
    layers = tf.keras.layers
    rng = np.random.default_rng(3)
    real_images = tf.constant(rng.normal(size=(16, 8, 8, 1)).astype("float32"))

    def conv_block(x, filters, use_dropout=False):
        x = layers.Conv2D(filters, (3, 3), strides=(2, 2), padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
        return layers.Dropout(0.0)(x) if use_dropout else x

    image = layers.Input(shape=(8, 8, 1))
    x = layers.ZeroPadding2D((1, 1))(image)
    x = conv_block(x, 4)
    x = conv_block(x, 6, use_dropout=True)
    critic = tf.keras.Model(image, layers.Dense(1)(layers.Flatten()(x)), name="critic")
    fixed(critic, 1, 0.4)

    noise = layers.Input(shape=(5,))
    x = layers.Dense(2 * 2 * 6, use_bias=False)(noise)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Reshape((2, 2, 6))(x)
    x = layers.UpSampling2D((2, 2))(x)
    x = layers.Conv2D(4, (3, 3), padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2DTranspose(1, (3, 3), strides=(2, 2), padding="same", activation="tanh")(x)
    generator = fixed(tf.keras.Model(noise, x, name="generator"), 2, 0.4)

    class WGAN(tf.keras.Model):
        def __init__(self, discriminator, generator, latent_dim, discriminator_extra_steps=3):
            super().__init__()
            self.discriminator, self.generator = discriminator, generator
            self.latent_dim, self.d_steps = latent_dim, discriminator_extra_steps
            self.gp_weight = 10.0

        def compile(self, d_optimizer, g_optimizer, d_loss_fn, g_loss_fn):
            super().compile(run_eagerly=True)
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
            self.d_loss_fn, self.g_loss_fn = d_loss_fn, g_loss_fn

        def gradient_penalty(self, batch_size, real_images, fake_images):
            alpha = tf.constant(rng.random((batch_size, 1, 1, 1)).astype("float32"))
            diff = fake_images - real_images
            interpolated = real_images + alpha * diff
            with tf.GradientTape() as gp_tape:
                gp_tape.watch(interpolated)
                pred = self.discriminator(interpolated, training=True)
            grads = gp_tape.gradient(pred, [interpolated])[0]
            norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]))
            return tf.reduce_mean((norm - 1.0) ** 2)

        def drawn(self, batch_size):
            noise = tf.constant(rng.normal(size=(batch_size, self.latent_dim)).astype("float32"))
            return self.generator(noise, training=True)

        def train_step(self, real_images):
            if isinstance(real_images, tuple):
                real_images = real_images[0]
            batch_size = real_images.shape[0]
            for _ in range(self.d_steps):
                with tf.GradientTape() as tape:
                    fake_images = self.drawn(batch_size)
                    fake_logits = self.discriminator(fake_images, training=True)
                    real_logits = self.discriminator(real_images, training=True)
                    d_cost = self.d_loss_fn(real_img=real_logits, fake_img=fake_logits)
                    gp = self.gradient_penalty(batch_size, real_images, fake_images)
                    d_loss = d_cost + gp * self.gp_weight
                d_gradient = tape.gradient(d_loss, self.discriminator.trainable_variables)
                if not gradients:
                    gradients.extend([g.numpy() for g in d_gradient])
                self.d_optimizer.apply_gradients(
                    zip(d_gradient, self.discriminator.trainable_variables)
                )
            with tf.GradientTape() as tape:
                g_loss = self.g_loss_fn(self.discriminator(self.drawn(batch_size), training=True))
            gen_gradient = tape.gradient(g_loss, self.generator.trainable_variables)
            self.g_optimizer.apply_gradients(zip(gen_gradient, self.generator.trainable_variables))
            return {"d_loss": d_loss, "g_loss": g_loss, "gp": gp}

    def discriminator_loss(real_img, fake_img):
        return tf.reduce_mean(fake_img) - tf.reduce_mean(real_img)

    gradients = []
    wgan = WGAN(critic, generator, latent_dim=5)
    wgan.compile(
        d_optimizer=tf.keras.optimizers.Adam(0.002, beta_1=0.5, beta_2=0.9),
        g_optimizer=tf.keras.optimizers.Adam(0.002, beta_1=0.5, beta_2=0.9),
        g_loss_fn=lambda fake_img: -tf.reduce_mean(fake_img),
        d_loss_fn=discriminator_loss,
    )
    history = wgan.fit(real_images, batch_size=8, epochs=2, shuffle=False, verbose=0)
    after = [float(tf.reduce_sum(tf.abs(w))) for w in critic.trainable_variables]
    return {"gradients": gradients, "losses": numbers(history), "after": after}
