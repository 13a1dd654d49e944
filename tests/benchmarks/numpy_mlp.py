"""The two networks of the benchmark written by hand in NumPy: the price of the arithmetic without
any framework.

This is the yardstick for minidl's overhead, so it is written as a good NumPy programmer writes it
for keeps: whole batches at a time, float32 throughout, the optimizers in place with one scratch
array per weight. It is not tuned
past that: no packed parameters, no compiled code, nothing one would be ashamed to show a student.
It does what the frameworks' `fit` does in an epoch: shuffle, gather the batch from the array it was
given, train, and keep running sums of loss and accuracy.
"""

import numpy as np


def glorot_uniform(rng, fan_in, fan_out):
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32)


class Adam:
    """Keras's defaults; the bias corrections of m and v are folded into the step size."""

    def __init__(self, weights, lr=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.lr, self.beta_1, self.beta_2, self.epsilon = lr, beta_1, beta_2, epsilon
        self.t = 0
        self.slots = [(w, np.zeros_like(w), np.zeros_like(w), np.empty_like(w)) for w in weights]

    def step(self, gradients):
        self.t += 1
        lr = float(self.lr * np.sqrt(1 - self.beta_2**self.t) / (1 - self.beta_1**self.t))
        for (w, m, v, scratch), g in zip(self.slots, gradients, strict=True):
            m *= self.beta_1
            m += np.multiply(g, 1 - self.beta_1, out=scratch)
            v *= self.beta_2
            np.square(g, out=scratch)
            scratch *= 1 - self.beta_2
            v += scratch
            np.sqrt(v, out=scratch)
            scratch += self.epsilon
            np.divide(m, scratch, out=scratch)
            scratch *= lr
            w -= scratch
            clear_traces(self.t, m, v)


def clear_traces(t, *memories):
    """Every 100 steps set what has faded below 1e-30 to 0: denormal numbers are slow."""
    if t % 100 == 0:
        for memory in memories:
            memory[np.abs(memory) < 1e-30] = 0


class RMSprop:
    """Keras's defaults."""

    def __init__(self, weights, lr=1e-3, rho=0.9, epsilon=1e-7):
        self.lr, self.rho, self.epsilon = lr, rho, epsilon
        self.t = 0
        self.slots = [(w, np.zeros_like(w), np.empty_like(w)) for w in weights]

    def step(self, gradients):
        self.t += 1
        for (w, v, scratch), g in zip(self.slots, gradients, strict=True):
            v *= self.rho
            np.square(g, out=scratch)
            scratch *= 1 - self.rho
            v += scratch
            np.add(v, self.epsilon, out=scratch)
            np.sqrt(scratch, out=scratch)
            np.divide(g, scratch, out=scratch)
            scratch *= self.lr
            w -= scratch
            clear_traces(self.t, v)


class MLP:
    """Input, one hidden ReLU layer, ten logits. Subclasses say what a training step is."""

    hidden, batch_size, optimizer_class = None, None, None

    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)
        self.w1, self.b1 = (
            glorot_uniform(self.rng, 784, self.hidden),
            np.zeros(self.hidden, np.float32),
        )
        self.w2, self.b2 = glorot_uniform(self.rng, self.hidden, 10), np.zeros(10, np.float32)
        self.optimizer = self.optimizer_class([self.w1, self.b1, self.w2, self.b2])

    def fit(self, x, y, epochs):
        """Train, and return the last epoch's mean loss and accuracy."""
        for _ in range(epochs):
            order = self.rng.permutation(len(x))
            loss_sum, correct = 0.0, 0
            for start in range(0, len(x), self.batch_size):
                rows = order[start : start + self.batch_size]
                loss, hits = self.train_step(as_input(x[rows]), y[rows])
                loss_sum += loss * len(rows)
                correct += hits
        return float(loss_sum / len(x)), float(correct / len(x))

    def accuracy(self, x, y, batch_size=1000):
        labels = y if y.ndim == 1 else y.argmax(axis=1)
        correct = 0
        for start in range(0, len(x), batch_size):
            h = np.maximum(as_input(x[start : start + batch_size]) @ self.w1 + self.b1, 0)
            correct += np.sum(
                (h @ self.w2 + self.b2).argmax(axis=1) == labels[start : start + batch_size]
            )
        return float(correct / len(x))


class Quickstart(MLP):
    """Flatten, Dense(128, relu), Dropout(0.2), Dense(10); Adam; cross-entropy of integer labels on
    logits.
    """

    hidden, batch_size, optimizer_class = 128, 32, Adam
    rate = 0.2

    def train_step(self, x, y):
        picked = np.arange(len(y)), y
        # forward
        h = x @ self.w1
        h += self.b1
        np.maximum(h, 0, out=h)
        mask = self.rng.random(h.shape, dtype=np.float32) >= self.rate
        mask = mask * np.float32(1 / (1 - self.rate))
        h *= mask
        z = h @ self.w2
        z += self.b2
        log_p = log_softmax(z)
        loss = -log_p[picked].mean()
        hits = np.count_nonzero(z.argmax(axis=1) == y)
        # backward
        dz = np.exp(log_p)
        dz[picked] -= 1
        dz /= len(y)
        dh = dz @ self.w2.T
        dh *= mask
        dh *= h > 0
        self.optimizer.step([x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)])
        return loss, hits


class Wide(MLP):
    """Dense(512, relu), Dense(10, softmax); RMSprop; cross-entropy of one-hot labels."""

    hidden, batch_size, optimizer_class = 512, 128, RMSprop

    def train_step(self, x, y):
        # forward
        h = x @ self.w1
        h += self.b1
        np.maximum(h, 0, out=h)
        z = h @ self.w2
        z += self.b2
        log_p = log_softmax(z)
        loss = -np.sum(y * log_p) / len(y)
        p = np.exp(log_p)
        hits = np.count_nonzero(p.argmax(axis=1) == y.argmax(axis=1))
        # backward
        dz = p - y
        dz /= len(y)
        dh = dz @ self.w2.T
        dh *= h > 0
        self.optimizer.step([x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)])
        return loss, hits


def as_input(x):
    """A batch as float32 rows; no copy where it is that already."""
    return x.reshape(len(x), -1).astype(np.float32, copy=False)


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


NETWORKS = {"quickstart": Quickstart, "wide": Wide}
