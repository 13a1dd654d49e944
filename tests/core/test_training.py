"""core/training.py and core/batches.py: a network is trained with nothing but the book."""

import doctest
import functools
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from core_cases import Network, digits, network, relu

import minidl.core
from minidl.core import batches, layer, losses, metrics, optimizer, tensor, training
from minidl.core.batches import Batches, unpack
from minidl.core.derivatives import nonlinear
from minidl.core.layer import Dense
from minidl.core.losses import MeanSquaredError, SparseCategoricalCrossentropy
from minidl.core.metrics import SparseCategoricalAccuracy
from minidl.core.optimizer import SGD, Adam
from minidl.core.tensor import Tensor, no_grad, switches
from minidl.core.training import Hooks, Trainer, undisturbed


def learner(*widths, rate=0.0, optimizer=None, seed=0) -> Network:
    """A network that is compiled to tell classes apart."""
    net = network(*widths, seed=seed, rate=rate)
    accuracy = SparseCategoricalAccuracy("accuracy")
    net.compile(optimizer or Adam(), SparseCategoricalCrossentropy(), [accuracy])
    return net


# -- the book on its own


def test_the_example_at_the_top_runs():
    x, y = digits(256, seed=0)
    names = {"x": x, "y": y, "np": np, "functools": functools, "nonlinear": nonlinear}
    for module in (batches, layer, losses, metrics, optimizer, tensor, training):
        names |= {name: value for name, value in vars(module).items() if name[0] != "_"}
    (example,) = [d for d in doctest.DocTestFinder().find(training, extraglobs=names) if d.examples]
    done = doctest.DocTestRunner().run(example, clear_globs=False)
    assert done.attempted == 8 and done.failed == 0
    net, data = example.globs["net"], example.globs["batches"]
    assert net.optimizer.iterations == 5 * 8 and net.measure(data, Hooks())["accuracy"] > 0.3


ALONE = """
    import sys, types, numpy, numpy.random
    package = types.ModuleType("minidl")  # in the place of minidl/__init__, which opens everything
    package.__path__ = [sys.argv[1]]
    sys.modules["minidl"] = package
    before = set(sys.modules)
    import minidl.core.training, minidl.core.layer, minidl.core.losses, minidl.core.optimizer
    loaded = {name for name in set(sys.modules) - before}
    print(*sorted(n for n in loaded if n.startswith("minidl") and not n.startswith("minidl.core")))
    print(*sorted({n.partition(".")[0] for n in loaded} - set(sys.stdlib_module_names)))
    print(len([n for n in loaded if n.startswith("minidl.core")]) > 8)
"""


def test_the_core_loads_nothing_of_the_library():
    folder = Path(minidl.core.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ALONE), str(folder)],
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert done.stdout.splitlines() == ["", "minidl", "True"], done.stdout + done.stderr


def test_a_network_learns_the_digits_of_a_pocket_calculator():
    net = learner(64, 10, rate=0.2, optimizer=Adam(0.003))
    x, y = digits(2000, seed=1)
    train = Batches(x, y, batch_size=32, rng=np.random.default_rng(0))
    net.prepare(train)
    net.run(train, epochs=range(10), hooks=Hooks())
    logs = net.measure(Batches(*digits(500, seed=2), batch_size=100), Hooks())
    assert list(logs) == ["loss", "accuracy"]
    assert logs["accuracy"] > 0.97 and logs["loss"] < 0.15
    assert net.optimizer.iterations == 10 * 63


def test_a_line_is_fitted_with_plain_gradient_descent():
    x = np.linspace(-1, 1, 64)[:, None]
    net = Network([Dense(1)])
    net.compile(SGD(0.2), MeanSquaredError())
    data = Batches(x, 3 * x - 1, batch_size=16, rng=np.random.default_rng(0))
    net.prepare(data)
    net.run(data, range(60), Hooks())
    kernel, bias = net.weights
    np.testing.assert_allclose([kernel.array.item(), bias.array.item()], [3, -1], atol=1e-3)


# -- batches


def test_batches_give_all_samples_in_order_and_the_last_batch_is_what_is_left():
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    data = Batches(x, y, batch_size=4)
    parts = list(data)
    assert len(data) == 3 and [len(a) for a, _ in parts] == [4, 4, 2]
    assert all(type(a) is Tensor and type(b) is np.ndarray for a, b in parts)
    np.testing.assert_array_equal(np.concatenate([a.array for a, _ in parts]), x)
    np.testing.assert_array_equal(np.concatenate([b for _, b in parts]), y)


def test_a_generator_shuffles_anew_each_epoch_and_keeps_rows_together():
    x, y, w = np.arange(50.0)[:, None], np.arange(50), np.arange(50) / 10
    data = Batches(x, y, w, batch_size=16, rng=np.random.default_rng(0))
    epochs = []
    for _ in range(2):
        for a, b, c in data:
            np.testing.assert_array_equal(a.array[:, 0], b)
            np.testing.assert_array_equal(b / 10, c)
            epochs.append(b)
    first, second = np.concatenate(epochs[:4]), np.concatenate(epochs[4:])
    assert sorted(first) == sorted(second) == list(range(50))
    assert (first != second).any() and (first != np.arange(50)).any()


def test_x_alone_comes_as_a_tensor_and_x_with_weights_as_a_pair_without_y():
    (batch,) = Batches(np.ones((3, 2)))
    assert type(batch) is Tensor and batch.shape == (3, 2)


def test_unpack_fills_up_with_none():
    x = Tensor([1.0])
    assert unpack(x) == (x, None, None) and unpack((x, 2)) == (x, 2, None)
    assert unpack([x, 2, 3]) == (x, 2, 3)


# -- the steps


def test_prepare_makes_the_weights_and_shows_them_to_the_optimizer():
    net = learner(8, 10)
    assert net.weights == []
    net.prepare(Batches(*digits(10, seed=0)))
    assert [w.shape for w in net.weights] == [(64, 8), (8,), (8, 10), (10,)]
    assert all(a is b for a, b in zip(net.optimizer.trainable_variables, net.weights))


def test_a_step_of_training_moves_the_weights_and_leaves_no_gradient():
    net, (x, y) = learner(8, 10), digits(32, seed=0)
    net.prepare(Batches(x, y))
    before = [w.array.copy() for w in net.weights]
    logs = net.train_step((Tensor(x), y))
    expected = -np.log(0.1)
    assert logs["loss"] == pytest.approx(expected, rel=0.5) and 0 <= logs["accuracy"] <= 1
    assert all((w.array != b).any() and w.grad is None for w, b in zip(net.weights, before))


def test_a_step_of_testing_moves_nothing_and_dropout_is_off():
    net, (x, y) = learner(8, 10, rate=0.5), digits(32, seed=0)
    net.prepare(Batches(x, y))
    before = [w.array.copy() for w in net.weights]
    once = net.test_step((Tensor(x), y))
    net.reset_metrics()
    assert net.test_step((Tensor(x), y)) == once
    assert all((w.array == b).all() for w, b in zip(net.weights, before))
    np.testing.assert_array_equal(net.predict_step((Tensor(x), y)).array, net(Tensor(x)).array)


def test_dropout_is_on_in_training():
    net, (x, y) = learner(10, rate=0.5, optimizer=SGD(0.0)), digits(32, seed=0)
    net.prepare(Batches(x, y))
    seen = []
    for _ in range(2):
        net.reset_metrics()
        seen.append(net.train_step((Tensor(x), y))["loss"])
    assert seen[0] != seen[1]


def test_weights_of_samples_reach_the_loss_and_the_metrics():
    net, (x, y) = learner(10, optimizer=SGD(0.0)), digits(20, seed=0)
    weights = np.repeat([2.0, 0.0], 10)
    net.prepare(Batches(x, y))
    weighted = net.train_step((Tensor(x), y, weights))
    net.reset_metrics()
    assert weighted == pytest.approx(net.train_step((Tensor(x[:10]), y[:10])))


def test_nothing_is_learned_by_an_optimizer_without_variables():
    net, (x, y) = learner(10), digits(8, seed=0)
    net.prepare(Batches(x, y))
    net.optimizer.build([])
    before = net.weights[0].array.copy()
    net.train_step((Tensor(x), y))
    np.testing.assert_array_equal(net.weights[0].array, before)
    assert net.optimizer.iterations == 0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_no_number_stops_before_it_reaches_the_weights(value):
    net, (x, y) = learner(10), digits(8, seed=0)
    net.prepare(Batches(x, y))
    before = net.weights[0].array.copy()
    x[0, 0, 0] = value
    with pytest.raises(FloatingPointError, match="not finite"), np.errstate(all="ignore"):
        net.train_step((Tensor(x), y))
    np.testing.assert_array_equal(net.weights[0].array, before)


def test_a_trainer_may_change_what_a_step_is():
    class Penalised(Network):
        def compute_loss(self, x, y, y_pred, sample_weight=None):
            kernel = self.weights[0]
            return super().compute_loss(x, y, y_pred, sample_weight) + (kernel * kernel).sum()

    x, y = digits(64, seed=0)
    sizes = []
    for kind in (Network, Penalised):
        net = kind(network(10).stack)
        net.compile(SGD(0.05), SparseCategoricalCrossentropy())
        data = Batches(x, y)
        net.prepare(data)
        net.run(data, range(20), Hooks())
        sizes.append(np.square(net.weights[0].array).sum())
    assert sizes[1] < sizes[0] / 2


# -- the loop and its hooks


class Noted(Hooks):
    """Notes all calls. stop_at: the step after which training is to stop."""

    def __init__(self, net, stop_at=None):
        self.net, self.stop_at, self.calls = net, stop_at, []
        self.batch_begins = [lambda step: self.calls.append(("begins", step))]
        self.batch_ends = [self.batch_end, lambda step, logs: self.calls.append(("also", step))]

    def epoch_begin(self, epoch):
        self.calls.append(("epoch_begin", epoch))

    def batch_end(self, step, logs):
        self.calls.append(("ends", step, sorted(logs)))
        self.net.stop_training = step == self.stop_at

    def epoch_end(self, epoch, steps, logs):
        self.calls.append(("epoch_end", epoch, steps, sorted(logs)))


NAMES = ["accuracy", "loss"]


def steps_of(numbers):
    """The calls of the hooks of these steps."""
    return [c for n in numbers for c in (("begins", n), ("ends", n, NAMES), ("also", n))]


def prepared(samples=20):
    net, data = learner(10), Batches(*digits(samples, seed=0), batch_size=8)
    net.prepare(data)
    return net, data


def test_hooks_are_called_in_order_with_step_and_logs():
    net, data = prepared()
    hooks = Noted(net)
    net.run(data, range(3, 5), hooks)
    expected = []
    for epoch in (3, 4):
        expected += [("epoch_begin", epoch), *steps_of(range(3)), ("epoch_end", epoch, 3, NAMES)]
    assert hooks.calls == expected


def test_hooks_of_batches_are_called_while_measuring_too():
    net, data = prepared()
    hooks = Noted(net)
    logs = net.measure(data, hooks)
    assert hooks.calls == steps_of(range(3)) and sorted(logs) == NAMES


def test_hooks_that_do_nothing_are_hooks():
    net, data = prepared()
    net.run(data, range(2), Hooks())
    assert net.optimizer.iterations == 6


def test_stop_training_ends_the_epoch_and_the_run():
    net, data = prepared()
    hooks = Noted(net, stop_at=1)
    net.run(data, range(5), hooks)
    expected = [("epoch_begin", 0), *steps_of(range(2)), ("epoch_end", 0, 2, NAMES)]
    assert hooks.calls == expected and net.optimizer.iterations == 2


def test_stop_training_in_epoch_end_finishes_after_it():
    class Once(Hooks):
        def epoch_end(self, epoch, steps, logs):
            net.stop_training = True

    net, data = prepared()
    net.run(data, range(5), Once())
    assert net.optimizer.iterations == 3


def test_batch_hooks_may_change_on_the_way():
    """The library looks at the first loss once, and then takes its hook away."""

    class First(Hooks):
        def __init__(self):
            self.seen, self.batch_ends = [], [self.once]

        def once(self, step, logs):
            self.seen.append(step)
            self.batch_ends = []

    net, data = prepared()
    net.run(data, range(2), hooks := First())
    assert hooks.seen == [0]


def test_an_epoch_without_batches_has_no_logs():
    net, _ = prepared()
    hooks = Noted(net)
    net.run([], range(1), hooks)
    assert hooks.calls == [("epoch_begin", 0), ("epoch_end", 0, 0, [])]


def test_logs_are_means_since_the_epoch_began():
    """Each value counts as often as its batch has samples, and the next epoch begins anew."""
    net, (x, y) = learner(10, optimizer=SGD(0.0)), digits(20, seed=0)
    data = Batches(x, y, batch_size=8)
    net.prepare(data)
    seen = []

    class Kept(Hooks):
        def epoch_end(self, epoch, steps, logs):
            seen.append(logs)
            assert net.metrics[0].count.array == 20, "of this epoch alone"

    net.run(data, range(2), Kept())
    (whole,) = Batches(x, y, batch_size=20)
    net.reset_metrics()
    expected = net.test_step(whole)
    for logs in seen:
        assert logs == pytest.approx(expected, rel=1e-6)


# -- undisturbed


def as_it_stands():
    return switches.pauses, switches.training, switches.quiet, np.geterr()


@pytest.mark.parametrize("recording", [True, False])
def test_undisturbed_sets_the_switches_for_its_work(recording):
    seen = []

    def work():
        x = Tensor([1.0], requires_grad=True)
        seen.append(((x * 2).requires_grad, switches.training, switches.quiet, np.geterr()["over"]))
        return "done"

    with no_grad():
        before = as_it_stands()
        assert undisturbed(work, recording) == "done"
        assert as_it_stands() == before
    assert seen == [(recording, None, True, "ignore")]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_undisturbed_restores_everything_whatever_ends_it(error):
    def work():
        switches.pauses, switches.training, switches.quiet = 7, True, False
        np.seterr(all="raise")
        raise error

    with np.errstate(over="raise", divide="print"), no_grad():
        switches.training = True
        try:
            before = as_it_stands()
            with pytest.raises(error):
                undisturbed(work, recording=True)
            assert as_it_stands() == before
        finally:
            switches.training = None
    assert switches.pauses == 0


def test_undisturbed_inside_undisturbed():
    """A callback of a fit may evaluate: the fit around it goes on recording."""
    seen = []

    def outer():
        undisturbed(lambda: seen.append(switches.pauses), recording=False)
        seen.append(switches.pauses)

    before = as_it_stands()
    undisturbed(outer, recording=True)
    assert seen == [1, 0] and as_it_stands() == before


def test_a_trainer_is_made_of_any_layer():
    class Doubling(Trainer, layer.Layer):
        def call(self, x, training=False):
            return relu(x * 2)

    assert Doubling()(Tensor([[1.0, -1.0]])).array.tolist() == [[2, 0]]
