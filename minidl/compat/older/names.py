"""Old names of classes and functions: constraints.maxnorm, losses.cosine_proximity,
losses.Reduction.NONE.
"""

from __future__ import annotations

import contextlib
import sys
from operator import attrgetter
from types import ModuleType
from typing import Any

from ... import (
    activations,
    callbacks,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    utils,
)
from ... import text as preprocessing
from ...support.configs import Catalogue
from ...support.registry import REGISTRIES, Registry, did_you_mean
from .. import absent, dtype_policies
from .warning import older

_LIBRARY = __name__.partition(".")[0]


class Reduction:
    """The values of `reduction=`, as losses.Reduction had them."""

    AUTO = SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
    SUM, NONE = "sum", "none"


def model_from_yaml(yaml_string, custom_objects=None):
    """Raise an error: YAML was removed, since reading it can execute code."""
    raise RuntimeError(
        "Models are written as JSON: model.to_json() and minidl.models.model_from_json(text)."
    )


def ThresholdedReLU(theta=1.0, **kwargs) -> layers.ReLU:
    """x where x > theta, else 0."""
    return layers.ReLU(threshold=theta, **kwargs)


# In each module the older names, and what they are: today's name there, the name in another
# module, or a thing of this file with what to write instead.
NAMES: dict[ModuleType, dict[str, Any]] = {
    constraints: {"maxnorm": "MaxNorm", "unitnorm": "UnitNorm", "nonneg": "NonNeg"},
    losses: {
        "cosine_proximity": "cosine_similarity",
        "cosine": "cosine_similarity",
        "CosineProximity": "CosineSimilarity",
        "Reduction": (Reduction, "a word: reduction='none', 'sum' or 'sum_over_batch_size'"),
    },
    metrics: {
        "cosine_similarity": "losses.cosine_similarity",
        "cosine_proximity": "losses.cosine_similarity",
        "CosineProximity": "CosineSimilarity",
    },
    layers: {"ThresholdedReLU": (ThresholdedReLU, "layers.ReLU(threshold=theta)")},
    activations: {"activations": "registry"},
    models: {"model_from_yaml": (model_from_yaml, "models.model_from_json")},
}


ROOMS = (
    activations,
    callbacks,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    preprocessing,
    random,
    regularizers,
    utils,
)


# Rooms whose public name is not their module's.
ROOM_OF = {
    preprocessing: "preprocessing",
    dtype_policies: "dtype_policies",
    ops.linalg: "ops",
}


def _forward(module: ModuleType, names: dict[str, Any]) -> None:
    """Add these names to a module."""
    title = ROOM_OF.get(module, module.__name__.partition(".")[2])
    opened = vars(module).get("__getattr__")  # names that the module imports at first use

    def look_up(name: str):
        if name not in names and opened is not None:
            with contextlib.suppress(AttributeError):
                return opened(name)
        if name not in names:
            raise AttributeError(absent.answer(title, name) or _unknown(module, name))
        thing = names[name]
        if isinstance(thing, tuple):
            thing, today = thing
        elif "." in thing:
            thing, today = attrgetter(thing)(sys.modules[_LIBRARY]), thing
        else:
            thing, today = getattr(module, thing), f"{title}.{thing}"
        older(f"{title}.{name}", today)
        return thing

    module.__getattr__ = look_up  # pyright: ignore[reportAttributeAccessIssue]


def _unknown(module: ModuleType, name: str) -> str:
    if name.startswith("__"):
        return name
    hint = did_you_mean(name, getattr(module, "__all__", vars(module)))
    return f"module {module.__name__!r} has no attribute {name!r}.{hint}"


class OlderLosses(Catalogue):
    """The registry of losses, with old names too."""

    older = dict.fromkeys(("cosine_proximity", "cosineproximity", "cosine"), "cosine_similarity")

    def missing(self, name: str) -> Any:
        plain = str(name).lower()
        if plain not in self.older:
            return super().missing(name)
        older(f"The {self.kind} {name!r}", repr(self.older[plain]))
        return self[self.older[plain]]

    def __contains__(self, name) -> bool:
        return super().__contains__(name) or str(name).lower() in self.older


def forward_all() -> None:
    """Add the names of the table above, answers for the names of Keras that are not here, and the
    old names of losses in compile().
    """
    for module in (*ROOMS, dtype_policies, ops, ops.linalg, saving):
        _forward(module, NAMES.get(module, {}))
    ops.nn.answers = ops.numpy.answers = lambda name: absent.answer("ops", name)
    ops.image.answers = lambda name: absent.answer("ops.image", name)
    REGISTRIES["loss"].__class__ = OlderLosses


def tidy() -> None:
    """Let dir() of a module list only its public names, not the modules that it imports."""
    for module in ROOMS:
        module.__dir__ = lambda module=module: _public(module)  # pyright: ignore


def _public(module) -> list[str]:
    things = vars(module)
    names = getattr(module, "__all__", None) or [n for n in things if _is_its_own(module, n)]
    inside = [n for n in things if _is_inside(module, things[n])]
    return sorted({*names, *inside, *(n for n in things if n.startswith("__"))})


def _is_its_own(module, name: str) -> bool:
    thing = vars(module)[name]
    made_here = getattr(thing, "__module__", "") == module.__name__ or isinstance(thing, Registry)
    return made_here and not name.startswith("_")


def _is_inside(module, thing) -> bool:
    return type(thing) is ModuleType and thing.__name__.startswith(f"{module.__name__}.")
