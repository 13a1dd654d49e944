"""How a program runs: tf.function, tf.config, tf.debugging, tf.device, tf.train."""

from __future__ import annotations

import contextlib
import logging
from collections import namedtuple
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ... import ops
from ...support.console import say
from .. import modules
from .doors import tensor, tensors

# --- computed at once, on the processor


def function(func=None, **how) -> Callable:
    """Return the function itself: minidl computes everything at once."""
    return func if func is not None else function


def py_function(func, inp, Tout=None):
    """Call the function with the inputs. Tout: the type of its result, or of each of several."""
    found = func(*inp)
    if not isinstance(found, (list, tuple)):
        return found if Tout is None else tensor(found, Tout)
    kinds = Tout if isinstance(Tout, (list, tuple)) else [Tout] * len(found)
    return [tensor(value, kind) for value, kind in zip(found, kinds)]


def numpy_function(func, inp, Tout=None):
    """Call the function with the inputs as arrays."""
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


_DEVICES = "list_physical_devices list_logical_devices get_visible_devices"
_SETTINGS = (
    "set_visible_devices set_logical_device_configuration set_soft_device_placement "
    "run_functions_eagerly optimizer.set_jit optimizer.set_experimental_options "
    "threading.set_inter_op_parallelism_threads threading.set_intra_op_parallelism_threads "
    "experimental.set_memory_growth experimental.enable_op_determinism "
    "experimental.set_visible_devices experimental.set_virtual_device_configuration "
    "experimental.enable_tensor_float_32_execution experimental_run_functions_eagerly"
)
NAMES: dict[str, Any] = {
    "function": function,
    "py_function": py_function,
    "numpy_function": numpy_function,
    "print": print_,
    "control_dependencies": _within,
    "init_scope": _within,
    "executing_eagerly": lambda: True,
    "group": nothing,
    "no_op": nothing,
    "autograph.experimental.do_not_convert": function,
    "autograph.set_verbosity": nothing,
    "get_logger": lambda: logging.getLogger("minidl"),
    "config.functions_run_eagerly": lambda: True,
    **{f"config.{name}": devices for name in _DEVICES.split()},
    **{f"config.experimental.{name}": devices for name in _DEVICES.split()},
    **{f"config.{name}": nothing for name in _SETTINGS.split()},
    "distribute.Strategy": Strategy,
    "distribute.MirroredStrategy": Strategy,
    "distribute.OneDeviceStrategy": Strategy,
    "distribute.get_strategy": Strategy,
    "test.is_gpu_available": lambda *args, **how: False,
    "test.is_built_with_cuda": lambda: False,
    "test.gpu_device_name": lambda: "",
    "TensorSpec": namedtuple("TensorSpec", "shape dtype name", defaults=(None, "float32", None)),
    "TensorShape": tuple,
    "errors.InvalidArgumentError": ValueError,
    "errors.NotFoundError": FileNotFoundError,
    "errors.OutOfRangeError": StopIteration,
    "errors.ResourceExhaustedError": MemoryError,
}

# --- tf.debugging


def _asserted(title: str, holds: Callable, *values, message=None) -> None:
    """ValueError unless it holds everywhere."""
    arrays = [np.asarray(x) for x in tensors(values)]
    if not np.all(holds(*arrays)):
        shown = " and ".join([str(a.ravel()[:4]) for a in arrays])
        raise ValueError(f"{title} does not hold for {shown}.{f' {message}' if message else ''}")


def _asserting(title: str, holds: Callable, count: int) -> Callable:
    def check(*args, message=None, summarize=None, name=None, **given):
        _asserted(title, holds, *args[:count], *given.values(), message=message)

    return check


def _assert_near(x, y, rtol=None, atol=None, message=None) -> None:
    least = 10 * np.finfo(np.float32).eps
    near = partial(np.isclose, rtol=rtol or least, atol=atol or least)
    _asserted("assert_near", near, x, y, message=message)


def _assert_shapes(shapes, message=None) -> None:
    """ValueError unless each tensor has the shape beside it. Letters are sizes that agree."""
    known: dict = {}
    for x, shape in shapes.items() if isinstance(shapes, dict) else shapes:
        own = np.shape(x)
        fit = len(own) == len(shape) and all(
            n is None or (known.setdefault(n, m) if isinstance(n, str) else n) == m
            for n, m in zip(shape, own)
        )
        if not fit:
            raise ValueError(f"assert_shapes: {tuple(shape)} is not the shape {own}.")


def _check_numerics(x, message=""):
    """x itself; ValueError if something in it is not finite."""
    _asserted("check_numerics", np.isfinite, x, message=message)
    return tensor(x)


_COMPARED = {
    "equal": np.equal,
    "none_equal": np.not_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
}
_TESTED: dict[str, Callable] = {
    "positive": lambda x: x > 0,
    "negative": lambda x: x < 0,
    "non_negative": lambda x: x >= 0,
    "non_positive": lambda x: x <= 0,
    "all_finite": np.isfinite,
}
_CHECKS: dict[str, Callable] = {
    **{f"assert_{k}": _asserting(f"assert_{k}", f, 2) for k, f in _COMPARED.items()},
    **{f"assert_{k}": _asserting(f"assert_{k}", f, 1) for k, f in _TESTED.items()},
    "Assert": lambda condition, data, summarize=None: _asserted("Assert", np.asarray, condition),
    "assert_near": _assert_near,
    "assert_rank": lambda x, rank, message=None: _asserted(
        "assert_rank", np.equal, np.ndim(x), rank, message=message
    ),
    "assert_shapes": _assert_shapes,
    "check_numerics": _check_numerics,
    "enable_check_numerics": nothing,
    "set_log_device_placement": nothing,
}
NAMES |= {f"debugging.{name}": check for name, check in _CHECKS.items()}
NAMES |= {name: _CHECKS[name] for name in ("Assert", "assert_equal", "assert_less", "assert_rank")}

# --- tf.Module, tf.train

NAMES |= {
    "Module": modules.Module,
    "train.Checkpoint": modules.Checkpoint,
    "train.CheckpointManager": modules.CheckpointManager,
    "train.latest_checkpoint": modules.latest_checkpoint,
}
