"""Pieces of the tutorial on transformers, written with tf functions inside layers; a schedule of
the learning rate; a masked loss; a variational autoencoder's draw and loss.
"""

import numpy as np

from .common import fixed, numbers


def main(tf):
    rng = np.random.default_rng(6)

    def get_angles(pos, i, d_model):
        return pos / np.power(10000, (2 * (i // 2)) / np.float32(d_model))

    def positional_encoding(position, d_model):
        angles = get_angles(np.arange(position)[:, None], np.arange(d_model)[None], d_model)
        angles[:, 0::2], angles[:, 1::2] = np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])
        return tf.cast(angles[np.newaxis, ...], dtype=tf.float32)

    def create_padding_mask(seq):
        seq = tf.cast(tf.math.equal(seq, 0), tf.float32)
        return seq[:, tf.newaxis, tf.newaxis, :]

    def create_look_ahead_mask(size):
        return 1 - tf.linalg.band_part(tf.ones((size, size)), -1, 0)

    def scaled_dot_product_attention(q, k, v, mask):
        matmul_qk = tf.matmul(q, k, transpose_b=True)
        dk = tf.cast(tf.shape(k)[-1], tf.float32)
        logits = matmul_qk / tf.math.sqrt(dk)
        if mask is not None:
            logits += mask * -1e9
        weights = tf.nn.softmax(logits, axis=-1)
        return tf.matmul(weights, v), weights

    class SelfAttention(tf.keras.layers.Layer):
        def __init__(self, d_model, num_heads, **kwargs):
            super().__init__(**kwargs)
            self.num_heads, self.d_model, self.depth = num_heads, d_model, d_model // num_heads
            self.wq, self.wk, self.wv = (tf.keras.layers.Dense(d_model) for _ in range(3))
            self.dense = tf.keras.layers.Dense(d_model)

        def split_heads(self, x, batch_size):
            x = tf.reshape(x, (batch_size, -1, self.num_heads, self.depth))
            return tf.transpose(x, perm=[0, 2, 1, 3])

        def call(self, x):
            batch_size = tf.shape(x)[0]
            q, k, v = (self.split_heads(w(x), batch_size) for w in (self.wq, self.wk, self.wv))
            scaled, _ = scaled_dot_product_attention(q, k, v, None)
            scaled = tf.transpose(scaled, perm=[0, 2, 1, 3])
            return self.dense(tf.reshape(scaled, (batch_size, -1, self.d_model)))

    class CustomSchedule(tf.keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, d_model, warmup_steps=4):
            super().__init__()
            self.d_model = tf.cast(d_model, tf.float32)
            self.warmup_steps = warmup_steps

        def __call__(self, step):
            step = tf.cast(step, dtype=tf.float32)
            arg1 = tf.math.rsqrt(step)
            arg2 = step * (self.warmup_steps**-1.5)
            return tf.math.rsqrt(self.d_model) * tf.math.minimum(arg1, arg2)

    seq = tf.constant([[7, 6, 0, 0, 1], [1, 2, 3, 0, 0]])
    q = tf.constant(rng.normal(size=(1, 2, 3, 4)), dtype=tf.float32)
    attended, weights = scaled_dot_product_attention(q, q, q, create_look_ahead_mask(3))

    model = tf.keras.Sequential(
        [
            tf.keras.Input((3, 4)),
            SelfAttention(4, 2),
            tf.keras.layers.GlobalAveragePooling1D(),
            tf.keras.layers.Dense(2),
        ]
    )
    fixed(model, 1, 0.4)
    schedule = CustomSchedule(16)
    model.compile(
        tf.keras.optimizers.Adam(schedule, beta_1=0.9, beta_2=0.98, epsilon=1e-9),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    x = rng.normal(size=(16, 3, 4)).astype("float32")
    history = model.fit(x, (x.sum((1, 2)) > 0).astype(int), 8, 3, shuffle=False, verbose=0)

    loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")

    def masked_loss(real, pred):
        mask = tf.math.logical_not(tf.math.equal(real, 0))
        loss_ = loss_object(real, pred)
        mask = tf.cast(mask, dtype=loss_.dtype)
        loss_ *= mask
        return tf.reduce_sum(loss_) / tf.reduce_sum(mask)

    def log_normal_pdf(sample, mean, logvar, raxis=1):
        log2pi = tf.math.log(2.0 * np.pi)
        square = (sample - mean) ** 2.0
        return tf.reduce_sum(-0.5 * (square * tf.exp(-logvar) + logvar + log2pi), axis=raxis)

    encoded = tf.constant(rng.normal(size=(3, 4)).astype("float32"))
    mean, logvar = tf.split(encoded, num_or_size_splits=2, axis=1)
    eps = tf.random.normal(shape=tf.shape(mean), seed=1) * 0.0 + 0.5
    z = eps * tf.exp(logvar * 0.5) + mean
    return {
        "encoding": positional_encoding(4, 6).numpy(),
        "masks": [create_padding_mask(seq).numpy(), create_look_ahead_mask(3).numpy()],
        "attended": [attended.numpy(), weights.numpy()],
        "rates": [float(schedule(tf.range(step, step + 1)[0])) for step in (1, 4, 9)],
        "history": numbers(history),
        "masked": float(masked_loss(seq, tf.reshape(tf.range(80.0), (2, 5, 8)) % 7.0)),
        "elbo": tf.reduce_mean(
            log_normal_pdf(z, mean, logvar) - log_normal_pdf(z, 0.0, 0.0)
        ).numpy(),
    }
