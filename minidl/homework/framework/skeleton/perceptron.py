"""Milestone 1: the perceptron. Run it when backward.py passes:  python perceptron.py

Frank Rosenblatt, 1958: a machine that learns from examples to tell two classes apart. Its
output is z = w·x + b, and the sign of z is its answer, 1 or -1. His rule: if the answer is
wrong, move w by the right answer t times x.

The same rule comes out of your tape. The loss max(0, -t·z) is 0 for a right answer; for a
wrong one its gradient by w is -t·x. So one step of gradient descent with the rate 1 is
Rosenblatt's rule.
"""

from functools import partial

import numpy as np
from mydl.derivatives import nonlinear
from mydl.tensor import Variable, apply

relu = partial(apply, nonlinear.relu)


def two_classes(rng, samples=200):
    """Return points (n, 2) on two sides of a line, and their class, 1 or -1."""
    x = rng.uniform(-1, 1, size=(samples, 2))
    distance = x @ [0.6, -0.8] + 0.2
    x, distance = x[abs(distance) > 0.02], distance[abs(distance) > 0.02]
    return x, np.sign(distance)


def main(epochs=20):
    """Learn from one point at a time. Returns the share of right answers in the end."""
    rng = np.random.default_rng(0)
    x, t = two_classes(rng)
    w, b = Variable(rng.normal(size=(2, 1))), Variable(np.zeros(1))
    right = 0.0
    for epoch in range(epochs):
        for point, answer in zip(x, t):
            z = point[None, :] @ w + b
            loss = relu(-float(answer) * z).sum()
            loss.backward()
            for weight in (w, b):
                weight.array -= weight.grad
                weight.grad = None
        right = np.mean(np.sign(x @ w.array + b.array)[:, 0] == t)
        print(f"epoch {epoch + 1}: {right:.1%} of {len(x)} points on the right side")
        if right == 1:
            break
    return float(right)


if __name__ == "__main__":
    main()
