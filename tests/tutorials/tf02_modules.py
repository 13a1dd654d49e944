"""The introduction to modules, layers and checkpoints: tf.Module, nested, saved and restored."""

import numpy as np


def main(tf):
    class Simple(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.a_variable = tf.Variable(5.0, name="train_me")
            self.non_trainable_variable = tf.Variable(7.0, trainable=False, name="do_not_train_me")

        def __call__(self, x):
            return self.a_variable * x + self.non_trainable_variable

    class Dense(tf.Module):
        def __init__(self, in_features, out_features, seed, name=None):
            super().__init__(name=name)
            start = np.random.default_rng(seed).normal(size=(in_features, out_features))
            self.w = tf.Variable(start.astype("float32"), name="w")
            self.b = tf.Variable(tf.zeros([out_features]), name="b")

        def __call__(self, x):
            return tf.nn.relu(tf.matmul(x, self.w) + self.b)

    class TwoLayers(tf.Module):
        def __init__(self, seed, name=None):
            super().__init__(name=name)
            self.dense_1 = Dense(3, 3, seed)
            self.dense_2 = Dense(3, 2, seed + 1)
            self.scales = [tf.Variable(1.0), tf.Variable(2.0)]

        @tf.function
        def __call__(self, x):
            return self.dense_2(self.dense_1(x)) * self.scales[1]

    simple, model = Simple("simple"), TwoLayers(1, name="the_model")
    x = tf.constant([[2.0, 2.0, 2.0]])
    before = model(x)
    checkpoint = tf.train.Checkpoint(model=model)
    path = checkpoint.write("my_checkpoint")
    model.dense_1.w.assign(tf.zeros([3, 3]))
    changed = model(x)
    other = TwoLayers(7)
    tf.train.Checkpoint(model=other).restore(path)

    # a loop that keeps its last three checkpoints, stops, and goes on
    step = tf.Variable(1)
    net = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(2)])
    net.set_weights([np.array([[0.5, -0.5]], "float32"), np.zeros(2, "float32")])
    optimizer = tf.keras.optimizers.Adam(0.1)
    kept = tf.train.Checkpoint(step=step, optimizer=optimizer, net=net)
    manager = tf.train.CheckpointManager(kept, "./tf_ckpts", max_to_keep=3)
    begun = manager.restore_or_initialize()
    inputs = tf.reshape(tf.range(10.0), (10, 1))
    losses = []
    for _ in range(12):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.abs(net(inputs) - (inputs * 5.0 + tf.range(2.0))))
        variables = net.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        step.assign_add(1)
        losses.append(float(loss))
        if int(step) % 3 == 0:
            manager.save()
    last = [w.copy() for w in net.get_weights()]
    net.set_weights([np.zeros((1, 2)), np.zeros(2)])
    kept.restore(tf.train.latest_checkpoint("./tf_ckpts"))
    return {
        "simple": [float(simple(tf.constant(5.0))), simple.name, model.name],
        "found": [len(simple.variables), len(simple.trainable_variables), len(model.variables)],
        "submodules": [m.name for m in model.submodules],
        "outputs": [before.numpy(), changed.numpy(), other(x).numpy()],
        "begun": begun,
        "losses": losses,
        "kept": [p.replace("\\", "/").split("/")[-1] for p in manager.checkpoints],
        "restored": [int(step), net.get_weights(), last],
    }
