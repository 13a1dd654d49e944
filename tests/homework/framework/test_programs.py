"""The programs beside the learner's package, and what its files give her, worked out anew."""

import importlib
import runpy
import sys
import time

import learner
import numpy as np
import pytest

import minidl
from minidl.datasets import mnist as digits
from minidl.layers import Dense, Dropout, Flatten

MINE = ("mydl", "perceptron", "xor", "mnist", "beside")


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Imports a module of the folder, which is filled in."""
    learner.lay_out(learner.written(), tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.syspath_prepend(tmp_path / "mine")
    yield importlib.import_module
    for name in [n for n in sys.modules if n.split(".")[0] in MINE]:
        del sys.modules[name]


def rosenblatt(epochs):
    """The lines of his rule, without a tape: a wrong answer moves w by the right one times x."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, size=(200, 2))
    distance = 0.6 * x[:, 0] - 0.8 * x[:, 1] + 0.2
    x, t = x[abs(distance) > 0.02], np.sign(distance[abs(distance) > 0.02])
    w, b, lines = rng.normal(size=2), 0.0, []
    for epoch in range(epochs):
        for point, answer in zip(x, t):
            if answer * (point @ w + b) < 0:
                w, b = w + answer * point, b + answer
        right = np.mean(np.sign(x @ w + b) == t)
        lines.append(f"epoch {epoch + 1}: {right:.1%} of {len(x)} points on the right side")
        if right == 1:
            break
    return lines


def test_the_perceptron_is_rosenblatts(program, capsys):
    perceptron = program("perceptron")
    assert capsys.readouterr().out == "" and perceptron.main(0) == 0.0
    for epochs, right in ((2, rosenblatt(2)[-1]), (20, "100.0%")):
        found = perceptron.main(epochs)
        lines = capsys.readouterr().out.splitlines()
        assert lines == rosenblatt(epochs) and f"{found:.1%}" in right
    runpy.run_path("perceptron.py", run_name="__main__")
    assert capsys.readouterr().out.splitlines() == rosenblatt(20)


def exclusive_or(steps, *weights):
    """The probabilities of a 1, by gradients that are written out: momentum 0.9, rate 0.3."""
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    weights = [w for kernel in weights for w in (kernel, np.zeros(kernel.shape[1]))]
    v = [np.zeros_like(w) for w in weights]

    def outputs():
        h = x if len(weights) == 2 else np.tanh(x @ weights[0] + weights[1])
        return h, 1 / (1 + np.exp(-(h @ weights[-2] + weights[-1])))

    for _ in range(steps):
        h, p = outputs()
        dz = (p - y) / 4
        dh = dz @ weights[-2].T * (1 - h**2)
        first = [x.T @ dh, dh.sum(axis=0)] if len(weights) == 4 else []
        for i, g in enumerate([*first, h.T @ dz, dz.sum(axis=0)]):
            v[i] = 0.9 * v[i] - 0.3 * g
            weights[i] = weights[i] + v[i]
    return outputs()[1].ravel()


def kernel(shape, rng):
    limit = np.sqrt(6 / sum(shape))
    return rng.uniform(-limit, limit, shape)


def test_xor_needs_a_hidden_layer(program, capsys):
    xor, rng = program("xor"), np.random.default_rng(0)
    shapes = ((2, 1), (2, 8), (8, 1))
    one, *two = (kernel(shape, rng) for shape in shapes)
    right = exclusive_or(1000, one), exclusive_or(1000, *two)
    assert capsys.readouterr().out == ""
    for found, wanted in zip(xor.main(), right):
        np.testing.assert_allclose(found, wanted, rtol=2e-4)
    lines = capsys.readouterr().out.splitlines()
    names = ("right answer", "one layer", "with a hidden layer")
    assert lines[0].split() == ["inputs", "0,0", "0,1", "1,0", "1,1"]
    for line, name, numbers in zip(lines[1:], names, ([0, 1, 1, 0], *right)):
        assert line == f"{name:20s} " + "  ".join(f"{p:.2f}" for p in numbers)
    runpy.run_path("xor.py", run_name="__main__")
    assert capsys.readouterr().out.splitlines() == lines and len(lines) == 4


def few():
    """300 noisy pictures to learn from, and 300 new ones, in the place of the digits."""
    rng = np.random.default_rng(1)
    y = rng.integers(10, size=600)
    x = rng.integers(2, size=(10, 28, 28))[y] * 55 + rng.integers(200, size=(600, 28, 28))
    return (x[:300].astype("uint8"), y[:300]), (x[300:].astype("uint8"), y[300:])


def test_the_network_of_the_digits(program, monkeypatch, capsys):
    monkeypatch.setattr(digits, "load_data", few)
    mnist, rng, ((x, y), (x_test, y_test)) = program("mnist"), np.random.default_rng(0), few()
    train, test = mnist.digits(35)
    np.testing.assert_array_equal(train[0], (x[:35] / 255).astype(np.float32))
    np.testing.assert_array_equal(test[0], (x_test / 255).astype(np.float32))
    assert train[1].tolist() == y[:35].tolist() and test[1].tolist() == y_test.tolist()
    assert train[0].dtype == test[0].dtype == np.float32
    net = mnist.network()
    net(program("mydl.tensor").Tensor(train[0]))
    for layer, shape in zip(net.stack[1::2], ((784, 128), (128, 10))):
        np.testing.assert_allclose(layer.kernel.array, kernel(shape, rng), rtol=1e-6)
    assert (net.stack[2].rate, net.optimizer.learning_rate) == (0.2, 0.001)
    assert isinstance(net.optimizer, program("mydl.optimizer").Adam)
    assert capsys.readouterr().out == ""
    runpy.run_path("mnist.py", run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    steps = [f"epoch {n}, 10 steps" for n in range(1, 6)]
    assert [line.partition(":")[0] for line in lines[:-1]] == steps
    share = mnist.main(epochs=1, samples=32)
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("epoch 1, 1 steps: loss ") and ", accuracy 0." in first
    assert last == f"of 300 new digits {share:.2%} are read right"


def readme(train, test, epochs):
    """The share that the network of the README reads right."""
    minidl.set_random_seed(0)
    layers = [Flatten(), Dense(128, "relu"), Dropout(0.2), Dense(10, "softmax")]
    model = minidl.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*train, epochs=epochs, verbose=0)
    return model.evaluate(*test, verbose=0)[1]


def test_both_see_the_same(program, monkeypatch, capsys):
    monkeypatch.setattr(digits, "load_data", few)
    beside, mnist, start = program("beside"), program("mnist"), time.perf_counter()
    found = beside.main(3, 290)
    whole = time.perf_counter() - start
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{'':12s}{'seconds':>10s}{'accuracy':>12s}"
    for line, (name, (seconds, share)) in zip(said[1:], found.items()):
        assert line == f"{name:12s}{seconds:10.1f}{share:12.2%}" and 0 < seconds < whole
    shares = {name: share for name, (_, share) in found.items()}
    assert shares == {"your code": mnist.main(3, 290), "minidl": readme(*mnist.digits(290), 3)}
    share = mnist.main()
    capsys.readouterr()
    runpy.run_path("beside.py", run_name="__main__")
    _, yours, ours = capsys.readouterr().out.splitlines()
    assert yours.endswith(f" {share:.2%}") and ours.endswith(f" {readme(*mnist.digits(), 5):.2%}")


# --- what the files give her


def test_given_means_count_every_sample_once(program):
    metrics = program("mydl.metrics")
    mean = metrics.Mean()
    assert (mean.name, mean.result()) == ("mean", 0.0)
    mean.update_state(np.array([1.0, 2.0, 6.0]))
    mean.update_state(np.array([4.0]), 3)
    mean.update_state(np.array([1.0, 5.0]), np.array([0.5, 1.5]))
    assert mean.result() == (9 + 12 + 8) / (3 + 3 + 2)
    assert {v.array.dtype for v in mean._variables} == {np.dtype(np.float64)}
    mean.reset_state()
    assert mean.result() == 0.0 and [v.name for v in mean._variables] == ["total", "count"]
    accuracy, scores = metrics.SparseCategoricalAccuracy("right"), np.eye(3)
    accuracy.update_state(np.array([[0], [1], [0]]), scores)
    accuracy.update_state(np.array([2, 1, 2]), scores, np.array([0.0, 1.0, 3.0]))
    assert accuracy.result() == (2 + 4) / (3 + 4) and accuracy.name == "right"


def test_given_tensors_and_batches(program):
    tensor, batches = program("mydl.tensor"), program("mydl.batches")
    array = np.arange(3.0)
    leaf, weight = tensor.Tensor.of(array), tensor.Variable([1.0, 2.0], name="w")
    assert leaf.array is array and leaf.birth < weight.birth and len(weight) == 2
    assert (leaf.requires_grad, leaf.grad, leaf.op, leaf.edges) == (False, None, None, ())
    inside = weight.array
    assert weight.requires_grad and weight.name == "w" and weight.assign([3, 4]) is weight
    assert weight.array is inside and inside.tolist() == [3, 4] and inside.dtype == np.float32
    with tensor.no_grad():
        with tensor.no_grad():
            assert (weight * 2).edges == ()
        assert (weight * 2).edges == ()
    assert len((weight * 2).edges) == 1
    x, y, w = np.arange(14).reshape(7, 2), np.arange(7), np.ones(7)
    for given in ((x,), (x, y), (x, None, w), (x, y, w)):
        loop = batches.Batches(*given, batch_size=3)
        parts = [batches.unpack(batch)[0].array.tolist() for batch in loop]
        assert parts == [x[:3].tolist(), x[3:6].tolist(), x[6:].tolist()] and len(loop) == 3
    assert [part.tolist() for part in next(iter(loop))[1:]] == [[0, 1, 2], [1, 1, 1]]
    order = np.random.default_rng(4).permutation(7)
    shuffled = batches.Batches(x, y, batch_size=3, rng=np.random.default_rng(4))
    assert [b[1].tolist() for b in shuffled] == [o.tolist() for o in np.split(order, [3, 6])]
    assert batches.unpack(x)[1:] == (None, None) and batches.unpack([x, y])[1] is y
    losses, optimizer = program("mydl.losses"), program("mydl.optimizer")
    logits = tensor.Tensor(np.zeros((2, 4)))
    found = losses.SparseCategoricalCrossentropy()(np.array([0, 3]), logits, np.array([1.0, 3.0]))
    assert found.array == pytest.approx(2 * np.log(4))
    rule = optimizer.Optimizer(0.1)
    assert (rule.learning_rate, rule.iterations, rule.slots(), rule.memory) == (0.1, 0, (), ())
