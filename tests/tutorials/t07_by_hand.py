"""The book's chapter on the workings: a dense layer and a model by hand, batches, gradient steps, a
linear classifier of two clouds.
"""

import math

import numpy as np

from .common import value_and_gradients


def main(keras, mnist):
    ops = keras.ops

    class NaiveDense:
        def __init__(self, input_size, output_size, activation=None, seed=0):
            self.activation = activation
            values = np.random.default_rng(seed).uniform(-1e-1, 1e-1, (input_size, output_size))
            self.W = keras.Variable(values, dtype="float32")
            self.b = keras.Variable(np.zeros(output_size), dtype="float32")

        def __call__(self, inputs):
            x = ops.matmul(inputs, self.W) + self.b
            return x if self.activation is None else self.activation(x)

        @property
        def weights(self):
            return [self.W, self.b]

    class NaiveSequential:
        def __init__(self, layers):
            self.layers = layers

        def __call__(self, inputs):
            x = inputs
            for layer in self.layers:
                x = layer(x)
            return x

        @property
        def weights(self):
            return [w for layer in self.layers for w in layer.weights]

    class BatchGenerator:
        def __init__(self, images, labels, batch_size=128):
            assert len(images) == len(labels)
            self.index, self.images, self.labels, self.batch_size = 0, images, labels, batch_size
            self.num_batches = math.ceil(len(images) / batch_size)

        def next(self):
            images = self.images[self.index : self.index + self.batch_size]
            labels = self.labels[self.index : self.index + self.batch_size]
            self.index += self.batch_size
            return images, labels

    model = NaiveSequential(
        [NaiveDense(784, 32, ops.relu), NaiveDense(32, 10, ops.softmax, seed=1)]
    )

    def one_training_step(images, labels):
        def average_loss():
            return ops.mean(keras.losses.sparse_categorical_crossentropy(labels, model(images)))

        loss, gradients = value_and_gradients(keras, average_loss, model.weights)
        for g, w in zip(gradients, model.weights):
            w.assign(w - g * 1e-1)
        return loss

    (images, labels), _ = mnist
    images = images.reshape(-1, 784).astype("float32") / 255
    losses = []
    for _epoch in range(2):
        batches = BatchGenerator(images, labels, 250)
        losses += [one_training_step(*batches.next()) for _ in range(batches.num_batches)]
    predicted = np.argmax(ops.convert_to_numpy(model(images)), axis=1)

    # two clouds and one line
    rng = np.random.default_rng(7)
    negative = rng.multivariate_normal([0, 3], [[1, 0.5], [0.5, 1]], 200)
    positive = rng.multivariate_normal([3, 0], [[1, 0.5], [0.5, 1]], 200)
    inputs = np.vstack((negative, positive)).astype(np.float32)
    targets = np.vstack((np.zeros((200, 1), dtype="float32"), np.ones((200, 1), dtype="float32")))
    W = keras.Variable(rng.uniform(0, 1, (2, 1)), dtype="float32")
    b = keras.Variable(np.zeros((1,)), dtype="float32")
    descent = []
    for _step in range(40):
        loss, (by_W, by_b) = value_and_gradients(
            keras, lambda: ops.mean(ops.square(targets - (ops.matmul(inputs, W) + b))), [W, b]
        )
        W.assign_sub(by_W * 0.1)
        b.assign_sub(by_b * 0.1)
        descent.append(loss)
    lines = ops.convert_to_numpy(ops.matmul(inputs, W) + b)
    return {
        "losses": losses,
        "right": float(np.mean(predicted == labels)),
        "shapes": [tuple(w.shape) for w in model.weights],
        "descent": descent,
        "line": [ops.convert_to_numpy(W), ops.convert_to_numpy(b)],
        "separated": float(np.mean((lines > 0.5) == targets)),
    }
