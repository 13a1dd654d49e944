"""The names of keras.mixed_precision, which TensorFlow's tutorials on graphics cards type. Layers
compute in float32 all the same; see DTypePolicy.
"""

from ..optimizers import LossScaleOptimizer
from ..support.backend import DTypePolicy, dtype_policy, set_dtype_policy

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]
