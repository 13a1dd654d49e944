"""Writes tests/goldens/optimizers.npz: where Keras's optimizers go in float64. Run as `python
tests/parity/goldens.py`.
"""

from contextlib import contextmanager
from pathlib import Path

import conftest  # noqa: F401  before keras and optimizer_cases, which it prepares
import keras
import numpy as np
from keras.src.backend.common import dtypes
from optimizer_cases import KERAS_CASES, first_weights, follow, title

FILE = Path(__file__).resolve().parents[1] / "goldens" / "optimizers.npz"


@contextmanager
def float64():
    """Keras with float64 as its default, also where its JAX backend computes in float32 by a
    table.
    """
    before, table = keras.config.floatx(), dict(dtypes.BIT64_TO_BIT32_DTYPE)
    keras.config.set_floatx("float64")
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    try:
        yield
    finally:
        keras.config.set_floatx(before)
        dtypes.BIT64_TO_BIT32_DTYPE.update(table)


def trajectory(case) -> np.ndarray:
    name, options = case
    variables = [keras.Variable(w, dtype="float64") for w in first_weights(case)]
    optimizer = getattr(keras.optimizers, name)(**options)
    return follow(
        lambda grads: optimizer.apply(
            [keras.ops.convert_to_tensor(g, "float64") for g in grads], variables
        ),
        lambda: [v.numpy() for v in variables],
        lambda: optimizer.finalize_variable_values(variables),
    )


def generate() -> dict:
    with float64():
        return {
            "keras": np.array(keras.__version__),
            "titles": np.array([title(c) for c in KERAS_CASES]),
            "weights": np.stack([trajectory(c) for c in KERAS_CASES]),
        }


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FILE, **generate())
    print(f"{FILE.name}: {FILE.stat().st_size} bytes")
