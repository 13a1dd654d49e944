"""The names of keras.mixed_precision, which TensorFlow's tutorials on graphics cards type. Layers
compute in float32 all the same; see DTypePolicy.
"""

from .. import optimizers
from ..support.backend import DTypePolicy, dtype_policy, set_dtype_policy

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",  # opens at first use  # noqa: F822
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]


def __getattr__(name):
    if name == "LossScaleOptimizer":
        return optimizers.LossScaleOptimizer
    raise AttributeError(f"module 'minidl.mixed_precision' has no attribute {name!r}.")
