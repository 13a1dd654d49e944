"""Tests of the tests: each mutant is one small mistake in the library, and the tests named beside it must notice it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# file in minidl/, what stands there, the mistake, the tests that catch it
MUTANTS = [
    # derivatives: a flipped sign, a dropped factor, a dropped term, a wrong axis
    ("derivatives/arithmetic.py", "_times(g, -z / y)", "_times(g, z / y)", "test_derivatives.py"),
    ("derivatives/arithmetic.py", "_times(g, 2 * x)", "_times(g, x)", "test_derivatives.py"),
    ("derivatives/nonlinear.py", "g * (1 - z * z)", "g * (1 - z)", "test_derivatives.py"),
    ("derivatives/nonlinear.py", "z * (g - (g * z).sum(axis=axis, keepdims=True))", "z * g", "test_derivatives.py"),
    ("derivatives/nonlinear.py", "p[rows, labels] -= 1", "p[rows, labels] -= 0.999", "test_derivatives.py"),
    ("derivatives/nonlinear.py", "np.maximum(x, 0) - x * targets", "np.maximum(x, 0) + x * targets", "test_derivatives.py"),
    ("derivatives/reductions.py", "_spread(g / n,", "_spread(g / (n - 1),", "test_derivatives.py"),
    ("derivatives/shaping.py", "np.add.at(dx, index, g) if _may_repeat(index) else dx.__setitem__(index, g)", "dx.__setitem__(index, g)",
     "test_derivatives.py"),
    ("derivatives/linear.py", "lambda g: g.sum(axis=0))", "lambda g: g.mean(axis=0))", "test_derivatives.py"),
    # the tape
    ("tensor.py", "gradients[key] = np.asarray(gradients[key] + d)", "gradients[key] = d", "test_tensor.py"),
    ("tensor.py", "if used._version[0] != version:", "if False:", "test_tensor.py"),
    ("tensor.py", "if d is not g and d.base is None:", "if True:", "test_tensor.py"),
    ("tensor.py", "if x.requires_grad:\n            edges", "if True:\n            edges", "test_tensor.py"),
    # losses
    ("losses.py", "self.label_smoothing / 2", "self.label_smoothing", "test_losses.py"),
    ("losses.py", "self.label_smoothing / classes", "self.label_smoothing / (classes - 1)", "test_losses.py"),
    ("losses.py", "return source if kind == self.maker else None", "return None", "test_losses.py"),
    ("losses.py", ".max() >= classes:", ".max() > classes:", "test_losses.py"),
    # optimizers
    ("optimizers/adam.py", "math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)", "1.0", "test_optimizers.py"),
    ("optimizers/adam.py", "d += self.fuzz", "d += 0.0", "test_optimizers.py"),
    ("optimizers/rmsprop.py", "np.add(v, self.epsilon / keep, out=d)", "np.add(v, self.epsilon, out=d)", "test_optimizers.py"),
    ("optimizers/sgd.py", "velocity *= self.momentum", "velocity *= self.momentum**2", "test_optimizers.py"),
    ("optimizers/sgd.py", "if self.nesterov:", "if False:", "test_optimizers.py"),
    ("optimizers/base.py", "rate(self.iterations)", "rate(self.iterations + 1)", "test_optimizers.py"),
    ("optimizers/base.py", "np.multiply(w, self.weight_decay * lr, out", "np.multiply(w, self.weight_decay, out", "test_optimizers.py"),
    # layers, metrics, data, the loop
    ("layers/core.py", "scale=1 / (1 - self.rate)", "scale=1", "test_layers.py"),
    ("layers/base.py", "_mode.training = outer\n", "pass\n", "test_layers.py"),
    ("initializers.py", "/ 0.87962566103423978", "", "test_initializers.py"),
    ("metrics.py", "threshold=0.0 if loss is not None and loss.from_logits else 0.5", "threshold=0.5", "test_metrics.py"),
    ("metrics.py", "self.count += values.size * weight", "self.count += 1", "test_metrics.py"),
    ("batches.py", "np.floor(n * (1 - fraction))", "np.ceil(n * (1 - fraction))", "test_batches_and_utils.py"),
    ("batches.py", "-(-self.size // self.batch_size)", "self.size // self.batch_size", "test_batches_and_utils.py"),
    ("models/model.py", "range(initial_epoch, epochs)", "range(epochs)", "test_model.py"),
    ("models/model.py", "sample_weight=len(x))", "sample_weight=1)", "test_model.py"),
    ("models/model.py", "_is_due(epoch + 1, validation_freq)", "_is_due(epoch, validation_freq)", "test_model.py"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project to be spoilt."""
    folder = tmp_path_factory.mktemp("mutants")
    for name in ("minidl", "tests", "datasets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "parity", "slow", "benchmarks"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def passes(folder, tests) -> bool:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/{tests}"], cwd=folder,
                          capture_output=True, text=True, env=environment)
    assert done.returncode in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    return done.returncode == 0


@pytest.mark.parametrize("tests", sorted({m[3] for m in MUTANTS}))
def test_the_copy_is_sound(copy, tests):
    assert passes(copy, tests), "without a mutant the tests pass"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m[0]}: {m[1][:40]}")
def test_the_mutant_is_caught(copy, mutant):
    file, right, wrong, tests = mutant
    path = copy / "minidl" / file
    source = path.read_text(encoding="utf-8")
    assert source.count(right) >= 1, f"{right!r} no longer stands in {file}: bring this list up to date"
    path.write_text(source.replace(right, wrong, 1), encoding="utf-8")
    try:
        assert not passes(copy, tests), f"no test in {tests} noticed"
    finally:
        path.write_text(source, encoding="utf-8")
