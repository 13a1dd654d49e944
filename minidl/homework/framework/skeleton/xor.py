"""Milestone 2: XOR, with a hidden layer. Run it when optimizer.py passes:  python xor.py

Exclusive or: 1 if exactly one of two inputs is 1. Marvin Minsky and Seymour Papert showed in
1969 that no perceptron can learn it, because no straight line separates the two classes.
Rumelhart, Hinton and Williams trained networks with hidden layers in 1986, by the chain
rule, and XOR was their first example.
"""

from functools import partial

import numpy as np
from mydl.derivatives import nonlinear
from mydl.layer import Dense, Sequential, glorot_uniform
from mydl.losses import BinaryCrossentropy
from mydl.optimizer import SGD
from mydl.tensor import Tensor, apply

tanh = partial(apply, nonlinear.tanh)
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def dense(units, rng, activation=None):
    """Return a Dense layer whose weights begin with numbers of this generator."""
    layer = Dense(units, activation)
    layer.kernel_initializer = partial(glorot_uniform, rng=rng)
    return layer


def train(network, steps=1000):
    """Train on the four lines of the table. Returns the probabilities of a 1."""
    x, loss, optimizer = Tensor(X), BinaryCrossentropy(), SGD(0.3, momentum=0.9)
    network(x)  # the first call creates the weights
    optimizer.build(network.weights)
    for _ in range(steps):
        loss(Y, network(x, training=True)).backward()
        optimizer.step()
    return nonlinear.sigmoid(network(x).array)[0].ravel()


def main():
    """Train one layer alone, and a network with a hidden layer. Returns what both say."""
    rng = np.random.default_rng(0)
    alone = train(Sequential([dense(1, rng)]))
    hidden = train(Sequential([dense(8, rng, tanh), dense(1, rng)]))
    print("inputs               0,0   0,1   1,0   1,1")
    for name, answers in (
        ("right answer", Y.ravel()),
        ("one layer", alone),
        ("with a hidden layer", hidden),
    ):
        print(f"{name:20s}", "  ".join(f"{p:.2f}" for p in answers))
    return alone, hidden


if __name__ == "__main__":
    main()
