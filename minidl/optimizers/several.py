"""MultiOptimizer: one optimizer for each part of a model."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any

from ..support.configs import Configurable, serialize
from ..support.registry import snake_case
from ..support.warning import warn
from .base import Optimizer, wrappers


@wrappers.register()
class OptimizerMap(Configurable, MutableMapping):
    """Optimizers by the paths of the variables that they move, for `MultiOptimizer`.

    >>> chosen = OptimizerMap(SGD(0.1), {"encoder/.*": Adam()})
    >>> chosen["head/.*"] = Lion()

    A path is first looked up as a key. Then the keys are regular expressions, and at most one may
    match the whole path. If none does, default_optimizer moves the variable.
    """

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict | None = None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                "OptimizerMap: default_optimizer is an optimizer, like optimizers.SGD(); received "
                f"{default_optimizer!r}."
            )
        if not isinstance(optimizer_map, (dict, type(None))):
            raise TypeError(
                "OptimizerMap: optimizer_map is a dict from patterns to optimizers; received "
                f"{optimizer_map!r}."
            )
        self.default_optimizer = _single(default_optimizer, "default_optimizer")
        self.by_pattern: dict[str, Optimizer] = {}
        self.update(optimizer_map or {})

    def __getitem__(self, key):
        if key in self.by_pattern:
            return self.by_pattern[key]
        matching = [pattern for pattern in self.by_pattern if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(
                f"OptimizerMap: {key!r} matches several patterns, {matching}. One must be left."
            )
        return self.by_pattern[matching[0]] if matching else self.default_optimizer

    def __setitem__(self, key, optimizer):
        if not isinstance(key, str) or key in self.by_pattern:
            raise ValueError(
                "OptimizerMap: a key is a pattern of paths that is not there yet; received "
                f"{key!r}. `del` takes a pattern out."
            )
        try:
            re.compile(key)
        except re.error as error:
            raise ValueError(f"OptimizerMap: {key!r} is no regular expression: {error}.") from None
        self.by_pattern[key] = _single(optimizer, f"the optimizer of {key!r}")

    def __delitem__(self, key):
        del self.by_pattern[key]

    def __iter__(self):
        return iter(self.by_pattern)

    def __len__(self):
        return len(self.by_pattern)

    def __call__(self, variable) -> Optimizer:
        """Return the optimizer that moves this variable."""
        return self[variable.path]

    def get_config(self) -> dict:
        """Return the optimizers as plain data."""
        return serialize(
            {"default_optimizer": self.default_optimizer, "optimizer_map": self.by_pattern}
        )


def _single(optimizer, what: str) -> Optimizer:
    """Return the optimizer if it moves variables itself. ValueError for anything else."""
    if isinstance(optimizer, Optimizer) and type(optimizer) not in wrappers.names.values():
        return optimizer
    raise ValueError(
        f"MultiOptimizer: {what} is an optimizer that moves weights itself, like optimizers.SGD(); "
        f"received {optimizer!r}."
    )


@wrappers.register()
class MultiOptimizer(Optimizer):
    """Moves each variable with the optimizer that belongs to its path.

    >>> by_path = OptimizerMap(SGD(0.1), {".*embedding/.*": Adam()})
    >>> model.compile(MultiOptimizer(by_path), "mse")

    optimizer_map: an OptimizerMap, or a function that returns the optimizer for a variable.
    loss_scale_factor: for the gradients of all variables; the factors of the inner optimizers are
    not used. Each optimizer in `optimizers` uses its own learning rate, clipping and averages.
    There is no common `learning_rate`; callbacks that set the rate set it in each optimizer.
    """

    optimizers: Any = None  # while __init__ has not ended

    def __init__(
        self,
        optimizer_map: Callable[[Any], Optimizer],
        loss_scale_factor=None,
        name: str | None = None,
    ):
        if not callable(optimizer_map):
            raise TypeError(
                "MultiOptimizer takes an OptimizerMap, or a function that gives the optimizer for "
                f"a variable; received {optimizer_map!r}."
            )
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self.optimizer_map = optimizer_map
        self.optimizers = []
        if isinstance(optimizer_map, OptimizerMap):
            self._note([*optimizer_map.values(), optimizer_map.default_optimizer])

    def _note(self, chosen: list[Optimizer]) -> None:
        self.optimizers += [one for one in dict.fromkeys(chosen) if one not in self.optimizers]

    def inside(self) -> dict[str, Optimizer]:
        """The optimizers by their places in Keras's files: by class, the second of a class as
        'adam_1'.
        """
        kinds = [snake_case(type(one).__name__) for one in self.optimizers]
        numbers = [kinds[:i].count(kind) for i, kind in enumerate(kinds)]
        names = [f"{kind}_{n}" if n else kind for kind, n in zip(kinds, numbers)]
        return {f"optimizers/{name}": one for name, one in zip(names, self.optimizers)}

    @property
    def learning_rate(self):
        """There is none: AttributeError."""
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own: read and set that of each in "
            "`optimizers`."
        )

    @learning_rate.setter
    def learning_rate(self, value):
        if self.optimizers is not None:
            _ = self.learning_rate

    def build(self, variables) -> None:
        variables = list(variables)
        if not self.trainable_variables:
            chosen = [_single(self.optimizer_map(v), f"what moves '{v.path}'") for v in variables]
            self._note(chosen)
            self._report_idle(chosen, variables)
            of_each = [
                (one, [i for i, its in enumerate(chosen) if its is one]) for one in self.optimizers
            ]
            self.shares = [(one, share) for one, share in of_each if share]
            for one, share in self.shares:
                one.build([variables[i] for i in share])
            self.kept.others = [v for one in self.optimizers for v in one.variables]
        super().build(variables)

    def _report_idle(self, chosen: list[Optimizer], variables: list) -> None:
        """Warn about patterns that match no variable, because the default optimizer would then move
        those variables.
        """
        patterns = (
            self.optimizer_map.items() if isinstance(self.optimizer_map, OptimizerMap) else ()
        )
        idle = [pattern for pattern, one in patterns if one not in chosen]
        if idle:
            warn(
                f"MultiOptimizer: no variable's path matches {', '.join(map(repr, idle))}. The "
                f"paths: {', '.join(v.path for v in variables)}."
            )

    def go(self, grads: list) -> None:
        """Let each optimizer move its variables."""
        for one, share in self.shares:
            one.go([grads[i] for i in share])
        self.kept.counter.array[...] += 1

    def finalize_variable_values(self, variables=None) -> None:
        """Replace the weights by their averages, where averages are kept."""
        for one in self.optimizers:
            one.finalize_variable_values()

    def get_config(self) -> dict:
        """Return the optimizers as plain data, with their present learning rates."""
        names = ("optimizer_map", "loss_scale_factor", "name")
        return serialize({name: getattr(self, name) for name in names})

    def __repr__(self):
        return f"<MultiOptimizer of {self.optimizers}, {self.iterations} steps done>"
