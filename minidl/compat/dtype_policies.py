"""The names of keras.dtype_policies: DTypePolicy, and how one is described."""

from __future__ import annotations

from typing import Any

from ..support.backend import DTypePolicy, dtype_policy

FloatDTypePolicy = DTypePolicy  # its name in early Keras 3

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]


def get(identifier: Any) -> DTypePolicy:
    """Return the policy for a name, a policy, a description of one, or None: that of new layers."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    raise TypeError(
        f"a dtype policy is its name, as 'float32', or a DTypePolicy; received {identifier!r}."
    )


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """Describe a policy as plain data, as Keras does."""
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": dtype_policy.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any], custom_objects: dict | None = None) -> DTypePolicy:
    """Return the policy that `serialize` described."""
    return DTypePolicy.from_config(config["config"])
