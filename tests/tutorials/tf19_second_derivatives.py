"""TensorFlow's guide to advanced automatic differentiation, tiny: higher derivatives, a penalty on
the gradient of the input, jacobians, Newton's method with a Hessian.
"""

import numpy as np

from .common import fixed


def main(tf):
    facts = {"numbers": of_numbers(tf), "jacobians": jacobians(tf), "penalty": penalty(tf)}
    return facts | {"newton": newton(tf), "batch": batch_jacobian(tf)}


def of_numbers(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            y = x * x * x
        dy_dx = t1.gradient(y, x)
    d2y_dx2 = t2.gradient(dy_dx, x)
    found = [float(dy_dx), float(d2y_dx2)]

    a = tf.constant([0.3, -0.7, 2.0])
    with tf.GradientTape() as t3:
        t3.watch(a)
        with tf.GradientTape() as t2:
            t2.watch(a)
            with tf.GradientTape() as t1:
                t1.watch(a)
                y = tf.sin(a) * tf.exp(-a) + tf.tanh(a) ** 3 + tf.nn.softplus(a) / (1 + a**2)
            first = t1.gradient(y, a)
        second = t2.gradient(first, a)
    third = t3.gradient(second, a)
    found += [first.numpy(), second.numpy(), third.numpy()]

    with tf.GradientTape(persistent=True) as tape:  # asked inside its own block
        tape.watch(a)
        u = tf.math.log(1 + a * a)
        u_a = tape.gradient(u, a)
    found += [tape.gradient(u_a, a).numpy(), tape.gradient(u, a).numpy()]

    y = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as t:
        z = x * x
        with t.stop_recording():
            w = y * y
    found += [t.gradient(z, x).numpy(), t.gradient(w, y), t.gradient(z, y)]
    zero = t.gradient(z, y, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return [*found, zero.numpy()]


def jacobians(tf):
    x = tf.linspace(-2.0, 2.0, 5)
    delta = tf.Variable(0.5)
    with tf.GradientTape() as tape:
        y = tf.nn.sigmoid(x + delta)
    found = [tape.jacobian(y, delta).numpy()]

    numbers = np.random.default_rng(1).normal(size=(4, 5)).astype("float32")
    layer = tf.keras.layers.Dense(3, activation="relu")
    layer.build((None, 5))
    fixed(layer, 2, 1.0)
    with tf.GradientTape(persistent=True) as tape:
        y = layer(tf.constant(numbers))
    j = tape.jacobian(y, layer.kernel)
    g = tape.gradient(y, layer.kernel)
    off = tf.reduce_max(abs(g - tf.reduce_sum(j, axis=[0, 1])))
    given = tape.gradient(y, layer.kernel, output_gradients=tf.constant(numbers[:, :3]))
    return [*found, tuple(j.shape), j.numpy()[1], float(off) < 1e-5, given.numpy()]


def batch_jacobian(tf):
    x = tf.constant(np.random.default_rng(3).normal(size=(4, 3)).astype("float32"))
    model = tf.keras.Sequential(
        [
            tf.keras.Input((3,)),
            tf.keras.layers.Dense(5, activation="elu"),
            tf.keras.layers.Dense(2),
        ]
    )
    fixed(model, 4, 1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = model(x)
    j, jb = tape.jacobian(y, x), tape.batch_jacobian(y, x)
    return [tuple(j.shape), tuple(jb.shape), jb.numpy(), tf.reduce_sum(j, axis=2).numpy()]


def penalty(tf):
    """Input gradient regularization: the size of the gradient with respect to the input is a
    number of which the weights have a gradient.
    """
    x = tf.constant(np.random.default_rng(5).normal(size=(7, 5)).astype("float32"))
    layer = tf.keras.layers.Dense(10, activation="relu")
    layer.build((None, 5))
    fixed(layer, 6, 1.0)
    with tf.GradientTape() as t2:
        with tf.GradientTape(watch_accessed_variables=False) as t1:
            t1.watch(x)
            y = layer(x)
            out = tf.reduce_sum(layer(x) ** 2)
        g1 = t1.gradient(out, x)
        g1_mag = tf.norm(g1)
    dg1_mag = t2.gradient(g1_mag, layer.trainable_variables)
    return [tuple(y.shape), float(g1_mag), *[g.numpy() for g in dg1_mag]]


def newton(tf):
    x = tf.constant(np.random.default_rng(7).normal(size=(7, 5)).astype("float32"))
    layer1 = tf.keras.layers.Dense(4, activation=tf.nn.softplus)
    layer2 = tf.keras.layers.Dense(3, activation=tf.nn.relu)
    layer1.build((None, 5)), layer2.build((None, 4))
    fixed(layer1, 8, 0.5), fixed(layer2, 9, 1.0)
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            loss = tf.reduce_mean(layer2(layer1(x)) ** 2)
        g = t1.gradient(loss, layer1.kernel)
    h = t2.jacobian(g, layer1.kernel)
    n_params = tf.reduce_prod(layer1.kernel.shape)
    g_vec = tf.reshape(g, [n_params, 1])
    h_mat = tf.reshape(h, [n_params, n_params])
    eye_eps = tf.eye(h_mat.shape[0]) * 1e-1
    update = tf.linalg.solve(h_mat + eye_eps, g_vec)
    layer1.kernel.assign_sub(tf.reshape(update, layer1.kernel.shape))
    after = tf.reduce_mean(layer2(layer1(x)) ** 2)
    symmetric = float(tf.reduce_max(abs(h_mat - tf.transpose(h_mat)))) < 1e-6
    return [tuple(h.shape), h_mat.numpy()[0], symmetric, float(loss), float(after)]
