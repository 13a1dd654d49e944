"""Milestone 3: MNIST. Run it when training.py passes:  python mnist.py

Yann LeCun, Léon Bottou, Yoshua Bengio and Patrick Haffner, 1998: 60 000 digits, written by
hand, to learn from, and 10 000 of other people to be tested with. Their network with one
hidden layer of 300 units read 95.3 % of the new digits. Your network has 128.
"""

from functools import partial

import numpy as np
from mydl.batches import Batches
from mydl.derivatives import nonlinear
from mydl.layer import Dense, Dropout, Flatten, Sequential, glorot_uniform
from mydl.losses import SparseCategoricalCrossentropy
from mydl.metrics import SparseCategoricalAccuracy
from mydl.optimizer import Adam
from mydl.tensor import apply
from mydl.training import Hooks, Trainer
from threadpoolctl import threadpool_limits

from minidl.datasets import mnist  # the digits alone

relu = partial(apply, nonlinear.relu)


class Network(Trainer, Sequential):
    """A stack of layers that can be trained."""


class Report(Hooks):
    """Prints the loss and the accuracy of each epoch."""

    def epoch_end(self, epoch, steps, logs):
        said = ", ".join(f"{name} {value:.4f}" for name, value in logs.items())
        print(f"epoch {epoch + 1}, {steps} steps: {said}", flush=True)


def network(seed=0):
    """Return the network of minidl's README, compiled: objects, where README has names."""
    rng = np.random.default_rng(seed)
    hidden, output = Dense(128, relu), Dense(10)
    for layer in (hidden, output):
        layer.kernel_initializer = partial(glorot_uniform, rng=rng)
    net = Network([Flatten(), hidden, Dropout(0.2, rng=rng), output])
    accuracy = SparseCategoricalAccuracy("accuracy")
    net.compile(Adam(0.001), SparseCategoricalCrossentropy(), [accuracy])
    return net


def digits(samples=60_000):
    """Return ((x, y), (x_test, y_test)), the numbers of x from 0 to 1."""
    (x, y), (x_test, y_test) = mnist.load_data()
    scaled = [(a / 255.0).astype(np.float32) for a in (x[:samples], x_test)]
    return (scaled[0], y[:samples]), (scaled[1], y_test)


def main(epochs=5, samples=60_000):
    """Train, and read new digits. Returns the share that was read right."""
    train, test = digits(samples)
    net = network()
    batches = Batches(*train, batch_size=32, rng=np.random.default_rng(0))
    net.prepare(batches)
    with threadpool_limits(1):  # in small products NumPy's threads wait for each other
        net.run(batches, range(epochs), Report())
    logs = net.measure(Batches(*test, batch_size=100), Hooks())
    print(f"of {len(test[0])} new digits {logs['accuracy']:.2%} are read right")
    return logs["accuracy"]


if __name__ == "__main__":
    main()
