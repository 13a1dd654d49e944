"""The peers that these tests compare with. Without them the tests fail: an agreement that was not
looked at is none.

Run as `pytest tests/parity`, with the extra `peers` installed (Keras on JAX, and PyTorch; all on
the CPU). TensorFlow, with Keras on it, runs in a process of its own.
"""

import os
import sys
from pathlib import Path

# for optimizer_cases, which default tests share
sys.path.append(str(Path(__file__).resolve().parents[1]))
os.environ["KERAS_BACKEND"] = "jax"  # before keras is imported
os.environ["JAX_ENABLE_X64"] = (
    "1"  # so that float64 stays float64; Keras's own default is float32 all the same
)
os.environ.setdefault("JAX_PLATFORMS", "cpu")

try:
    import jax
    import keras
    import torch
    from keras.src.backend.common import dtypes
except ImportError as missing:
    raise RuntimeError(
        f"tests/parity compares with Keras on JAX and with PyTorch, but: {missing}. Install "
        f"minidl[peers]."
    ) from missing

import numpy as np
import pytest

import minidl

torch.set_num_threads(1)


def pytest_configure(config):
    """Warnings are errors in this project; these are Keras's own, about itself."""
    for warning in (
        "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
    ):
        config.addinivalue_line("filterwarnings", warning)


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    minidl.set_random_seed(0)
    keras.utils.set_random_seed(0)


@pytest.fixture
def in_float64(monkeypatch):
    """Both frameworks with float64 as their default; then tolerances can be smaller than any real
    difference.

    On JAX, Keras computes means and some functions of float64 in float32, by the table that is
    changed here.
    """
    monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
    for dtype in ("float64", "float32"):
        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)
        minidl.backend.set_floatx(dtype)
        if dtype == "float64":
            yield


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True, scope="module")
def memory_given_back():
    """After each file, forget what JAX has compiled: over all files that would be many GB."""
    yield
    jax.clear_caches()
