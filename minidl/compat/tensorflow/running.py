"""How a program runs: tf.TensorArray, tf.function, tf.config, tf.distribute, tf.train."""

from __future__ import annotations

import contextlib
import logging
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...data.pipeline import AUTOTUNE, TensorSpec
from ...support.console import say
from ...tensor import Tensor
from .. import modules
from .doors import tensor, tensors


class TensorArray:
    """Tensors that a loop writes one by one: array = array.write(i, x)."""

    def __init__(self, dtype, size=0, dynamic_size=False, element_shape=None, **how):
        self.dtype, self._parts = dtype, [None] * int(size)
        self._shape = None if element_shape is None else tuple(element_shape)

    def write(self, index, value, name=None) -> TensorArray:
        """Keep the tensor at this position, and return the array."""
        self._parts += [None] * (int(index) + 1 - len(self._parts))
        self._parts[int(index)] = part = tensor(value, self.dtype)
        self._shape = part.shape
        return self

    def unstack(self, value, name=None) -> TensorArray:
        """Keep the entries along the first axis, and return the array."""
        self._parts = ops.unstack(tensor(value, self.dtype))
        return self

    def read(self, index, name=None) -> Any:
        """The tensor at this position; zeros if nothing was written there."""
        found = self._parts[int(index)]
        if found is not None:
            return found
        if self._shape is None or None in self._shape:
            raise ValueError(
                f"TensorArray: nothing was written at the position {int(index)}, and the shape of "
                "its tensors is not known: write one, or give element_shape."
            )
        return tensor(np.zeros(self._shape), self.dtype)

    def size(self, name=None) -> Tensor:
        """How many positions there are."""
        return Tensor(np.array(len(self._parts)), dtype="int32")

    def stack(self, name=None):
        """All tensors along a new first axis."""
        return ops.stack([self.read(i) for i in range(len(self._parts))])

    def concat(self, name=None):
        """All tensors joined along their first axis."""
        return ops.concatenate([self.read(i) for i in range(len(self._parts))])


def function(func=None, **how) -> Callable:
    """Return the function itself: minidl computes everything at once."""
    return func if func is not None else function


def py_function(func=None, inp=(), Tout=None):
    """Call the function with the inputs. Tout: the type of its result, or of each of several.
    Without a function, a decorator for one.
    """
    if func is None:
        return lambda decorated: lambda *inp: py_function(decorated, inp, Tout)
    found = func(*inp)
    several = isinstance(found, (list, tuple))
    if isinstance(Tout, (list, tuple)):
        return [tensor(v, kind) for v, kind in zip(found if several else [found], Tout)]
    if several:
        return [tensor(value, Tout) for value in found]
    return found if Tout is None else tensor(found, Tout)


def numpy_function(func=None, inp=(), Tout=None):
    """Call the function with the inputs as arrays. Without a function, a decorator for one."""
    if func is None:
        return lambda decorated: lambda *inp: numpy_function(decorated, inp, Tout)
    return py_function(func, [np.asarray(x) for x in tensors(inp)], Tout)


def print_(*inputs, sep=" ", end="\n", **where) -> None:
    """Print texts and the numbers of tensors."""
    say(sep.join([str(np.asarray(x)) if ops.is_tensor(x) else str(x) for x in inputs]) + end[:-1])


def nothing(*args, **how) -> None:
    """Do nothing: there is one processor to compute on, and nothing to set."""


def _within(*args, **how):
    """`with` this, the same happens as without it."""
    return contextlib.nullcontext()


_Device = namedtuple("PhysicalDevice", "name device_type")
_CPU = _Device("/physical_device:CPU:0", "CPU")


def devices(device_type=None) -> list:
    """The devices of this kind: one CPU, no GPU."""
    return [_CPU] if device_type in (None, "CPU") else []


class Strategy:
    """How training is spread over devices: not at all, with one replica."""

    num_replicas_in_sync = 1

    def __init__(self, *devices, **how):
        pass

    def scope(self):
        return contextlib.nullcontext()

    def run(self, fn, args=(), kwargs=None):
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op, value, axis=None):
        """The value of the one replica."""
        return value


_DEVICES = ("list_physical_devices", "list_logical_devices", "get_visible_devices")
_SETTINGS = (
    "set_visible_devices set_logical_device_configuration set_soft_device_placement "
    "run_functions_eagerly optimizer.set_jit optimizer.set_experimental_options "
    "threading.set_inter_op_parallelism_threads threading.set_intra_op_parallelism_threads "
    "experimental.set_memory_growth experimental.enable_op_determinism "
    "experimental.set_visible_devices experimental.set_virtual_device_configuration "
    "experimental.enable_tensor_float_32_execution experimental_run_functions_eagerly"
)
_NOTHING = [*(f"config.{name}" for name in _SETTINGS.split()), "autograph.set_verbosity"]
_STRATEGIES = ("Strategy", "MirroredStrategy", "OneDeviceStrategy", "get_strategy")
NAMES: dict[str, Any] = {
    **dict.fromkeys([*_NOTHING, "group", "no_op"], nothing),
    **{f"config.{place}{n}": devices for place in ("", "experimental.") for n in _DEVICES},
    **{f"distribute.{name}": Strategy for name in _STRATEGIES},
    "Module": modules.Module,
    "TensorShape": tuple,
    "TensorSpec": TensorSpec,
    "UnconnectedGradients.NONE": "none",
    "UnconnectedGradients.ZERO": "zero",
    "autograph.experimental.do_not_convert": function,
    "config.functions_run_eagerly": lambda: True,
    "control_dependencies": _within,
    "custom_gradient": ops.custom_gradient,
    "TensorArray": TensorArray,
    "data.experimental.AUTOTUNE": AUTOTUNE,
    "data.experimental.cardinality": lambda dataset: dataset.cardinality(),
    "errors.InvalidArgumentError": ValueError,
    "errors.NotFoundError": FileNotFoundError,
    "errors.OutOfRangeError": StopIteration,
    "errors.ResourceExhaustedError": MemoryError,
    "executing_eagerly": lambda: True,
    "function": function,
    "get_logger": lambda: logging.getLogger("minidl"),
    "init_scope": _within,
    "numpy_function": numpy_function,
    "print": print_,
    "py_function": py_function,
    "test.gpu_device_name": lambda: "",
    "test.is_built_with_cuda": lambda: False,
    "test.is_gpu_available": lambda *args, **how: False,
    "train.Checkpoint": modules.Checkpoint,
    "train.CheckpointManager": modules.CheckpointManager,
    "train.latest_checkpoint": modules.latest_checkpoint,
}
