"""Optimizers, under Keras's names.

The loop, SGD and Adam are in core/optimizer.py. base.py adds the other abilities of Keras's
optimizers, with the help of around.py, memory.py and settings.py. Each other file holds one family
of papers.
"""

from typing import Any

from ..support import configs
from ..support.registry import Registry
from . import schedules
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam, Adamax, AdamW, Nadam, RAdam
from .base import Optimizer, registry
from .first_version import converted
from .ftrl import Ftrl
from .lamb import Lamb
from .lion import Lion
from .muon import Muon
from .rmsprop import RMSprop
from .schedule_free import ScheduleFreeAdamW
from .sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RAdam",
    "RMSprop",
    "ScheduleFreeAdamW",
    "converted",
    "deserialize",
    "get",
    "register",
    "registry",
    "schedules",
    "serialize",
]

register = registry.register
# What opens its module at first use, and has no name for compile(): it is made of others.
_WRAPPERS = Registry("optimizer of optimizers")
_WRAPPERS.rooms.update(
    {
        "LossScaleOptimizer": f"{__name__}.loss_scale",
        "MultiOptimizer": f"{__name__}.several",
        "OptimizerMap": f"{__name__}.several",
    }
)


def __getattr__(name):
    if name not in _WRAPPERS.rooms:
        raise AttributeError(f"module 'minidl.optimizers' has no attribute {name!r}.")
    return _WRAPPERS.filed(name)


registry.options |= {
    "momentum": "SGD(learning_rate=0.01, momentum=0.9)",
    "nesterov": "SGD(learning_rate=0.01, momentum=0.9, nesterov=True)",
    "amsgrad": "Adam(amsgrad=True)",
}


def get(identifier) -> Any:
    """Return an optimizer for a name ('adam', 'sgd', ...), a class, an instance, or the result of
    `serialize`. None stays None.
    """
    return deserialize(identifier) if isinstance(identifier, dict) else registry.get(identifier)


def serialize(optimizer: Optimizer) -> dict:
    """Return the optimizer's settings as plain data, {'class_name': ..., 'config': ...}.
    `deserialize` makes a new optimizer from them.
    """
    if not isinstance(optimizer, Optimizer):
        raise ValueError(
            f"serialize takes an optimizer, like optimizers.SGD(0.1); received {optimizer!r}."
        )
    return configs.serialize(optimizer)


def deserialize(config: dict, custom_objects: dict | None = None) -> Optimizer:
    """Return the optimizer that `serialize` described, here or in Keras. A class of your own must
    be registered, or given by its name in custom_objects.
    """
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ValueError(
            "An optimizer's description is {'class_name': 'SGD', 'config': {'learning_rate': "
            "0.1}}; "
            f"received {config!r}."
        )
    described = {"config": {}, **config, "module": config.get("module") or "minidl.optimizers"}
    with configs.custom_object_scope(custom_objects or {}):
        made = configs.deserialize(described)
    if not isinstance(made, Optimizer):
        raise ValueError(
            f"{config['class_name']!r} is not an optimizer. Available: "
            f"{', '.join(sorted(registry.names))}."
        )
    return made
