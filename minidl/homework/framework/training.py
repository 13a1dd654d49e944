"""Tasks for training.py: one batch, and many batches."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...core.batches import Batches
from ...core.derivatives import nonlinear
from ...core.layer import Dense, Sequential
from ...core.losses import SparseCategoricalCrossentropy
from ...core.metrics import SparseCategoricalAccuracy
from ...core.optimizer import SGD
from ...core.tensor import apply
from ...core.training import Hooks, Trainer
from ..assignments import Task
from .asking import ALL

RATE = 0.5


def network(mydl, kernels, size):
    """Return (a compiled network of the learner's parts, batches of this size as a function)."""
    tensor, layer, training = mydl.tensor, mydl.layer, mydl.training

    class Network(training.Trainer, layer.Sequential):
        pass

    def relu(x):
        return tensor.apply(mydl.derivatives.nonlinear.relu, x)

    net = Network([layer.Dense(kernels[0].shape[1], relu), layer.Dense(kernels[1].shape[1])])
    accuracy = mydl.metrics.SparseCategoricalAccuracy("accuracy")
    loss = mydl.losses.SparseCategoricalCrossentropy()
    net.compile(mydl.optimizer.SGD(0.5), loss, [accuracy])
    return net, lambda x, y, w=None: mydl.batches.Batches(x, y, w, batch_size=size)


def ready(mydl, kernels, size, x, y):
    """Return a network that is prepared and has these weights, and its batches."""
    net, batches = network(mydl, kernels, size)
    net.prepare(batches(x, y))
    for layer, kernel in zip(net.stack, kernels):
        layer.kernel.array[...] = kernel
    return net, batches


def weights_of(net):
    """Return copies of the weights."""
    return [np.array(w.array) for w in net.weights]


def run_prepare(mydl, x, y, kernels):
    """Return whether the weights exist, and whether the optimizer has them."""
    net, batches = network(mydl, kernels, 4)
    net.prepare(batches(x, y))
    given = list(net.optimizer.trainable_variables)
    return {
        "weights": [np.shape(w.array) for w in net.weights],
        "the optimizer's": [any(v is w for v in given) for w in net.weights],
    }


def right_prepare(x, y, kernels, built=True):
    """Return the right answer to run_prepare, or one with a mistake."""
    shapes = [shape for k in kernels for shape in (k.shape, k.shape[1:])]
    return {"weights": shapes, "the optimizer's": [built] * 4}


def run_step(mydl, x, y, w, kernels):
    """Return the weights after each of two steps, the logs, and how the network was called."""
    net, _ = ready(mydl, kernels, len(x), x, y)
    said, call = [], net.stack[0].call
    net.stack[0].call = lambda x, training=False: said.append(bool(training)) or call(x, training)
    found = {}
    for t, data in (("first", (x, y)), ("second", (x, y, w))):
        logs = net.train_step((mydl.tensor.Tensor.of(x), *data[1:]))
        found[f"logs of the {t} step"] = logs
        found[f"weights after the {t} step"] = weights_of(net)
    return {**found, "training=": said}


class Right(Trainer, Sequential):
    """The network of the tasks, made of minidl's parts."""


class Still(Right):
    """Computes the loss and never moves."""

    def train_step(self, data):
        return self.test_step(data)


class Unweighted(Right):
    """Forgets the sample weights."""

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        return super().compute_loss(x, y, y_pred)


def made(kind, x, y, kernels):
    """Return a network of minidl's core with these weights."""
    relu = partial(apply, nonlinear.relu)
    net = kind([Dense(kernels[0].shape[1], relu), Dense(kernels[1].shape[1])])
    accuracy = SparseCategoricalAccuracy("accuracy")
    net.compile(SGD(RATE), SparseCategoricalCrossentropy(), [accuracy])
    net.prepare(Batches(x, y))
    for layer, kernel in zip(net.stack, kernels):
        layer.kernel.array[...] = kernel
    return net


def right_step(x, y, w, kernels, kind=Right, training=True):
    """Return the right answer to run_step, or one with a mistake."""
    net, found = made(kind, x, y, kernels), {}
    for t, data in (("first", (y,)), ("second", (y, w))):
        found[f"logs of the {t} step"] = net.train_step((Batches.tensor.of(x), *data))
        found[f"weights after the {t} step"] = weights_of(net)
    return {**found, "training=": [training, training]}


class Log(Hooks):
    """Writes down what a run says."""

    def __init__(self, stops=None, net=None):
        self.said, self.stops, self.net = [], stops, net

    def epoch_begin(self, epoch):
        self.said.append(["begin", epoch])

    def epoch_end(self, epoch, steps, logs):
        self.said.append(["end", epoch, steps, {k: float(v) for k, v in logs.items()}])
        if self.net is not None:
            self.net.stop_training = epoch == self.stops


def run_run(mydl, x, y, kernels, stops):
    """Return what the hooks heard in a run of four epochs, and the weights at its end."""
    net, batches = ready(mydl, kernels, 4, x, y)

    class Log(mydl.training.Hooks):
        said = []

        def epoch_begin(self, epoch):
            self.said.append(["begin", int(epoch)])

        def epoch_end(self, epoch, steps, logs):
            self.said.append(["end", int(epoch), int(steps), {k: float(logs[k]) for k in logs}])
            net.stop_training = epoch == stops

    net.run(batches(x, y), range(4), Log())
    return {"hooks": Log.said, "weights": weights_of(net)}


def right_run(x, y, kernels, stops, kind=Right):
    """Return the right answer to run_run, or one with a mistake."""
    net = made(kind, x, y, kernels)
    log = Log(stops, net)
    net.run(Batches(x, y, batch_size=4), range(4), log)
    return {"hooks": log.said, "weights": weights_of(net)}


class Unreset(Right):
    """Never sets its metrics back."""

    def reset_metrics(self):
        pass


class Restless(Right):
    """Takes no notice of stop_training."""

    stop_training = property(lambda self: False, lambda self, value: None)


class Endless(Right):
    """Takes no notice of stop_training after an epoch."""

    def run(self, batches, epochs, hooks):
        for epoch in epochs:
            super().run(batches, [epoch], hooks)


def run_measure(mydl, x, y, kernels):
    """Return the loss and accuracy over all batches, and whether measuring moved the weights."""
    net, batches = ready(mydl, kernels, 4, x, y)
    net.measure(batches(x[:4], y[:4]), mydl.training.Hooks())  # which must not count below
    logs = net.measure(batches(x, y), mydl.training.Hooks())
    return {**{k: float(v) for k, v in logs.items()}, "weights": weights_of(net)}


def right_measure(x, y, kernels, rows=slice(None)):
    """Return the right answer to run_measure, or one with a mistake."""
    net = made(Right, x, y, kernels)
    before = weights_of(net)
    logs = net.measure(Batches(x[rows], y[rows]), Hooks())
    return {**logs, "weights": before}


def moved(x, y, kernels):
    """Return a mistake: measuring trains."""
    net = made(Right, x, y, kernels)
    for part in (slice(4), slice(None)):
        net.reset_metrics()
        _, logs = net.run_epoch(Batches(x[part], y[part], batch_size=4), Hooks())
    return {**logs, "weights": weights_of(net)}


def small(rng):
    """(samples, their labels, two kernels): ten samples in batches of four leave a batch of two."""
    x, y = rng.normal(size=(10, 3)).astype(np.float32), rng.integers(4, size=10)
    return x, y, [rng.normal(size=(3, 5)), rng.normal(size=(5, 4))]


def weighted(rng):
    """Return samples with weights."""
    x, y, kernels = small(rng)
    return [(x, y, rng.random(10), kernels)]


# the weights are float32
single = partial(Task, points=1, rtol=1e-3, atol=1e-4, forbidden=ALL)
TASKS = (
    Task(
        "prepare",
        1,
        lambda rng: [small(rng)],
        right_prepare,
        driver=run_prepare,
        forbidden=ALL,
        mistakes=(
            (
                lambda *a: right_prepare(*a, built=False),
                "The optimizer does not know the weights: self.optimizer.build(self.weights).",
            ),
            (
                lambda x, y, kernels: {"weights": [], "the optimizer's": []},
                "There are no weights yet: call the network on the first batch's x.",
            ),
        ),
    ),
    single(
        "train_step",
        cases=weighted,
        reference=right_step,
        driver=run_step,
        mistakes=(
            (
                lambda *a: right_step(*a, kind=Still),
                "The weights do not move: loss.backward(), then self.optimizer.step().",
            ),
            (
                lambda *a: right_step(*a, training=False),
                "Predict with training=True, or Dropout never drops.",
            ),
            (
                lambda *a: right_step(*a, kind=Unweighted),
                "sample_weight is forgotten: self.compute_loss(x, y, y_pred, sample_weight).",
            ),
        ),
    ),
    single(
        "run",
        cases=lambda rng: [(*small(rng), 3), (*small(rng), 1)],
        reference=right_run,
        driver=run_run,
        mistakes=(
            (
                lambda *a: right_run(*a, kind=Unreset),
                "The metrics go on from epoch to epoch: reset_metrics at the start of each.",
            ),
            *(
                (
                    lambda *a, kind=kind: right_run(*a, kind=kind),
                    "stop_training was True after an epoch, and the run went on.",
                )
                for kind in (Restless, Endless)
            ),
        ),
    ),
    single(
        "measure",
        cases=lambda rng: [small(rng)],
        reference=right_measure,
        driver=run_measure,
        mistakes=(
            (moved, "Measuring must not train: call test_step, not train_step."),
            (
                lambda *a: right_measure(*a, rows=slice(8, None)),
                "Those are the numbers of the last batch alone: reset the metrics once.",
            ),
        ),
    ),
)
