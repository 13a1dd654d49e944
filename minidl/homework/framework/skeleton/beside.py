"""The end of the path: the network of minidl's README, on your code and on minidl.

Run it when mnist.py works:  python beside.py

Both see the same digits in batches of 32, for five epochs, and compute with one thread. It
prints the time and the accuracy of both.
"""

import time

import mnist
import numpy as np
from mydl.batches import Batches
from mydl.training import Hooks
from threadpoolctl import threadpool_limits

import minidl
from minidl import layers


def yours(train, test, epochs):
    """Train on your code. Returns (seconds, the share of new digits read right)."""
    net = mnist.network()
    batches = Batches(*train, batch_size=32, rng=np.random.default_rng(0))
    start = time.perf_counter()
    net.prepare(batches)
    net.run(batches, range(epochs), Hooks())
    seconds = time.perf_counter() - start
    return seconds, net.measure(Batches(*test, batch_size=100), Hooks())["accuracy"]


def ours(train, test, epochs):
    """Train on minidl, as in its README. Returns (seconds, the share read right)."""
    minidl.set_random_seed(0)
    model = minidl.Sequential(
        [
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    start = time.perf_counter()
    model.fit(*train, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    return seconds, model.evaluate(*test, verbose=0)[1]


def main(epochs=5, samples=60_000):
    """Train both, and print a table. Returns {name: (seconds, accuracy)}."""
    train, test = mnist.digits(samples)
    results = {}
    print(f"{'':12s}{'seconds':>10s}{'accuracy':>12s}")
    for name, run in (("your code", yours), ("minidl", ours)):
        with threadpool_limits(1):  # in small products threads wait for each other
            seconds, accuracy = results[name] = run(train, test, epochs)
        print(f"{name:12s}{seconds:10.1f}{accuracy:12.2%}", flush=True)
    return results


if __name__ == "__main__":
    main()
