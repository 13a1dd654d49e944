"""A network that is told a law of physics (Raissi et al. 2019), tiny: u'' = -u with u(0) = 0 and
u(π/2) = 1, which only the sine obeys; and one step for Burgers' equation, of two variables.
"""

import numpy as np

from .common import fixed


def main(tf):
    return {"oscillator": oscillator(tf), "burgers": burgers(tf)}


def network(tf, inputs, seed):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((inputs,)),
            layers.Dense(12, activation="tanh"),
            layers.Dense(12, activation=tf.sin),
            layers.Dense(1),
        ]
    )
    return fixed(model, seed, 0.6)


def oscillator(tf):
    model = network(tf, 1, 4)
    optimizer = tf.keras.optimizers.Adam(0.01)
    x = tf.reshape(tf.linspace(0.0, np.pi / 2, 20), (-1, 1))
    ends, values = tf.constant([[0.0], [np.pi / 2]]), tf.constant([[0.0], [1.0]])

    def train_step():
        with tf.GradientTape() as tape:
            with tf.GradientTape() as second:
                second.watch(x)
                with tf.GradientTape() as first:
                    first.watch(x)
                    u = model(x)
                u_x = first.gradient(u, x)
            u_xx = second.gradient(u_x, x)
            law = tf.reduce_mean(tf.square(u_xx + u))
            boundary = tf.reduce_mean(tf.square(model(ends) - values))
            loss = law + 10.0 * boundary
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return float(loss), [g.numpy() for g in gradients]

    start, gradients = train_step()
    losses = [start, *[train_step()[0] for _ in range(4)]]
    for _ in range(400):
        last = train_step()[0]
    error = float(tf.reduce_max(tf.abs(model(x) - tf.sin(x))))
    return {"gradients": gradients, "losses": losses, "solved": [last < 1e-2, error < 0.05]}


def burgers(tf):
    """u_t + u·u_x = ν·u_xx, with one persistent tape as in many programs."""
    model, rng = network(tf, 2, 5), np.random.default_rng(6)
    points = rng.uniform(-1, 1, (10, 2)).astype("float32")
    t, x = tf.constant(points[:, :1]), tf.constant(points[:, 1:])
    with tf.GradientTape() as outer:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(t)
            tape.watch(x)
            u = model(tf.stack([t[:, 0], x[:, 0]], axis=1))
            u_x = tape.gradient(u, x)
        u_t = tape.gradient(u, t)
        u_xx = tape.gradient(u_x, x)
        del tape
        f = u_t + u * u_x - (0.01 / np.pi) * u_xx
        loss = tf.reduce_mean(tf.square(f))
    gradients = outer.gradient(loss, model.trainable_variables)
    return [float(loss), u_xx.numpy(), *[g.numpy() for g in gradients if g is not None]]
