"""The library runs the very classes of the core: the same network, the same numbers."""

import ast
from pathlib import Path

import numpy as np
import pytest
from core_cases import Network, digits, network
from places import TESTS

import minidl
from minidl.core import backward, batches, layer, losses, metrics, optimizer, tensor, training
from minidl.core.batches import Batches
from minidl.core.layer import Dropout
from minidl.core.losses import SparseCategoricalCrossentropy
from minidl.core.metrics import SparseCategoricalAccuracy
from minidl.core.optimizer import SGD, Adam
from minidl.core.training import Hooks


class Kept(Hooks):
    """Keeps the logs of every epoch, as History does."""

    def __init__(self):
        self.history = []

    def epoch_end(self, epoch, steps, logs):
        self.history.append(logs)


def of_the_library(optimizer, rate, x):
    """A compiled and built Sequential of 64-24-10 units."""
    net = minidl.Sequential(
        [
            minidl.layers.Flatten(),
            minidl.layers.Dense(24, activation="relu"),
            minidl.layers.Dropout(rate, seed=7),
            minidl.layers.Dense(10),
        ]
    )
    loss = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(optimizer, loss, metrics=["accuracy"])
    net(x[:1])
    return net


def of_the_core(optimizer, rate) -> Network:
    """The same of the core's classes."""
    net = network(24, 10)
    net.stack[2] = Dropout(rate, rng=np.random.default_rng(7))
    accuracy = SparseCategoricalAccuracy("accuracy")
    net.compile(optimizer, SparseCategoricalCrossentropy(), [accuracy])
    return net


@pytest.mark.parametrize("rate", [0.0, 0.25], ids=["plain", "dropout"])
@pytest.mark.parametrize(
    ("core", "library"),
    [
        (Adam, minidl.optimizers.Adam),
        (lambda: SGD(0.05, 0.9), lambda: minidl.optimizers.SGD(0.05, 0.9)),
    ],
    ids=["Adam", "SGD"],
)
def test_fifty_steps_of_the_core_and_of_fit_give_the_same_weights(core, library, rate):
    x, y = digits(300, seed=0)
    theirs, ours = of_the_library(library(), rate, x), of_the_core(core(), rate)
    data = Batches(x, y, batch_size=32, rng=np.random.default_rng(3))
    ours.prepare(Batches(x, y))
    for mine, other in zip(ours.weights, theirs.weights):
        mine.assign(other.numpy())
    hooks = Kept()
    ours.run(data, range(5), hooks)
    history = theirs.fit(x, y, epochs=5, seed=3, verbose=0).history
    assert ours.optimizer.iterations == theirs.optimizer.iterations == 50
    for mine, other in zip(ours.weights, theirs.weights):
        np.testing.assert_allclose(mine.array, other.numpy(), rtol=0, atol=1e-6)
    for name in ("loss", "accuracy"):
        np.testing.assert_allclose([e[name] for e in hooks.history], history[name], rtol=1e-6)
    measured = ours.measure(Batches(x, y), Hooks())
    found = theirs.evaluate(x, y, verbose=0, return_dict=True)
    assert measured == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize(
    ("library", "core"),
    [
        (minidl.Tensor, tensor.Tensor),
        (minidl.Variable, tensor.Variable),
        (minidl.layers.Layer, layer.Layer),
        (minidl.layers.Dense, layer.Dense),
        (minidl.layers.Flatten, layer.Flatten),
        (minidl.layers.Dropout, layer.Dropout),
        (minidl.Model, training.Trainer),
        (minidl.losses.MeanSquaredError, losses.MeanSquaredError),
        (minidl.losses.BinaryCrossentropy, losses.BinaryCrossentropy),
        (minidl.losses.CategoricalCrossentropy, losses.CategoricalCrossentropy),
        (minidl.losses.SparseCategoricalCrossentropy, losses.SparseCategoricalCrossentropy),
        (minidl.metrics.Mean, metrics.Mean),
        (minidl.metrics.SparseCategoricalAccuracy, metrics.SparseCategoricalAccuracy),
        (minidl.optimizers.Optimizer, optimizer.Optimizer),
        (minidl.optimizers.SGD, optimizer.SGD),
        (minidl.optimizers.Adam, optimizer.Adam),
        (minidl.data.Batches, batches.Batches),
    ],
    ids=lambda kind: kind.__name__,
)
def test_the_library_s_class_is_a_kind_of_the_core_s(library, core):
    assert issubclass(library, core) and library is not core


def test_what_needs_no_more_is_the_core_s_own():
    assert minidl.GraphError is backward.GraphError
    assert minidl.Model.run is training.Trainer.run
    assert minidl.Model.train_step is training.Trainer.train_step
    assert minidl.optimizers.Adam.descend is optimizer.Adam.descend


def imports(path: Path):
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_the_other_tests_of_the_core_import_the_core_alone():
    files = [TESTS / "core_cases.py", *(TESTS / "core").glob("test_*.py")]
    files.remove(Path(__file__))
    found = {name for file in files for name in imports(file) if name.startswith("minidl")}
    assert len(files) >= 8 and all(name.startswith("minidl.core") for name in found)
