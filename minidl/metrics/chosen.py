"""Lookup of metrics by name."""

from __future__ import annotations

from typing import Any

from .. import losses
from ..support.configs import custom_object_scope
from ..support.registry import did_you_mean
from .base import Metric, registry
from .means import FunctionMetric, LossMetric


def get(identifier) -> Any:
    """Return the metric for a name, a class, an instance, a loss, a function(y_true, y_pred) or the
    data of `serialize`; None for None.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier not in registry:
        if identifier not in losses.registry:
            raise ValueError(_unknown(identifier))
        return LossMetric(losses.as_loss(identifier), name=identifier)
    metric = registry.found(identifier)
    if isinstance(metric, losses.Loss):
        metric = LossMetric(metric)
    elif not isinstance(metric, Metric) and callable(metric):
        metric = FunctionMetric(metric)
    if not isinstance(metric, Metric):
        raise ValueError(f"{registry.words}; received {identifier!r}.")
    if isinstance(identifier, str) and identifier in losses.registry:
        metric.name = identifier  # 'mse' stays 'mse' in the history
    return metric


_OFTEN = (
    "accuracy",
    "auc",
    "f1_score",
    "mae",
    "mse",
    "precision",
    "r2_score",
    "recall",
    "root_mean_squared_error",
    "top_k_categorical_accuracy",
)


def _unknown(name: str) -> str:
    """Return the message for an unknown name: similar names, and the most used ones, since there
    are many.
    """
    known = {**registry.names, **losses.registry.names}
    return (
        f"Unknown metric {name!r}.{did_you_mean(name, known)} Available: {', '.join(_OFTEN)}, and "
        f"{len(known) - len(_OFTEN)} more; see dir(minidl.metrics)."
    )


def deserialize(config, custom_objects: dict | None = None) -> Any:
    """Create the metric of a name or of the data of `serialize`. Your own metrics are found in
    custom_objects, or by their registered names.
    """
    with custom_object_scope(custom_objects or {}):
        return get(config) if isinstance(config, str) else registry.described(config)


def resolve_metric(identifier) -> Metric:
    """Return what `get` returns, with the name that the user typed."""
    metric = get(identifier)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric
