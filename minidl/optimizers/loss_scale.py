"""Scales the loss for computations in float16, around another optimizer."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support.checks import check_count, check_number
from ..support.configs import serialize
from ..tensor import Variable
from . import settings
from .base import Optimizer, wrappers


@wrappers.register()
class LossScaleOptimizer(Optimizer):
    """Keeps small gradients from becoming 0 in float16. The loss is multiplied by a large number,
    the scale, and the gradients are divided by it before inner_optimizer moves the weights.
    Micikevicius et al. 2018, section 3.2

    float16 has no numbers below 6e-8 and none above 65504. If a gradient is inf or nan, the step is
    skipped and the scale is halved. After dynamic_growth_steps steps without inf or nan, the scale
    is doubled.

    >>> optimizer = LossScaleOptimizer(Adam())
    >>> optimizer.scale_loss(loss).backward()
    >>> optimizer.apply([w.grad for w in model.trainable_variables], model.trainable_variables)

    minidl computes in float32, whose smallest number is 1e-45, so no scaling is needed: `fit` and
    `step` do not scale the loss. They also skip steps with gradients that are not finite, and
    change the scale. The class exists for programs and files that use it.
    """

    inner_optimizer: Any = None  # while __init__ has not ended

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale=2.0**15,
        dynamic_growth_steps=2000,
        name: str | None = None,
        **options,
    ):
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                "LossScaleOptimizer goes around an optimizer, like optimizers.Adam(); received "
                f"{inner_optimizer!r}."
            )
        self._check_usual(options)
        self.initial_scale = check_number("initial_scale", initial_scale, 0, open_below=True)
        self.dynamic_growth_steps = check_count("dynamic_growth_steps", dynamic_growth_steps)
        super().__init__(0.0, name=name)
        self.step_counter = Variable(0, dtype="int64", trainable=False, name="step_counter")
        self.dynamic_scale = Variable(
            self.initial_scale, dtype="float32", trainable=False, name="dynamic_scale"
        )
        self.kept.others = [self.step_counter, self.dynamic_scale]
        self.inner_optimizer = inner_optimizer
        inner_optimizer.loss_scale_factor = None  # once is enough

    @staticmethod
    def _check_usual(options: dict) -> None:
        """Raise ValueError if a setting of the inner optimizer is given here. Older files contain
        all settings; those with their default values are accepted.
        """
        usual = {**settings.arguments(Optimizer)[0], "dynamic": True}
        wrong = [name for name in options if name not in usual or options[name] != usual[name]]
        if wrong:
            raise ValueError(
                f"LossScaleOptimizer has no setting {wrong[0]!r}: those of steps belong to the "
                "optimizer inside, LossScaleOptimizer(Adam(clipnorm=1.0)), a fixed scale too: "
                "Adam(loss_scale_factor=1024)."
            )

    def inside(self) -> dict[str, Optimizer]:
        """The inner optimizer, by its place in Keras's files."""
        return {"inner_optimizer": self.inner_optimizer}

    @property
    def loss_scale_factor(self) -> float:
        """The scale of now."""
        return self.dynamic_scale.array.item()

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        if value is not None:
            raise AttributeError("LossScaleOptimizer finds the scale itself, from initial_scale.")

    @property
    def learning_rate(self):
        """The rate of the optimizer inside."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if self.inner_optimizer is not None:
            self.inner_optimizer.learning_rate = value

    @property
    def iterations(self):
        """How many updates the optimizer inside made."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, value):
        if self.inner_optimizer is not None:
            self.inner_optimizer.iterations = value

    def build(self, variables) -> None:
        variables = list(variables)
        if not self.trainable_variables:
            self.inner_optimizer.build(variables)
            self.kept.others += self.inner_optimizer.variables
        super().build(variables)

    def go(self, grads: list) -> None:
        """Let the inner optimizer move the variables if all gradients are finite."""
        if not all(g is None or np.isfinite(g).all() for g in grads):
            self._rescale(0.5)
            return
        self.inner_optimizer.go(grads)
        self.kept.counter.array[...] += 1
        self.step_counter.array[...] += 1
        if self.step_counter.array >= self.dynamic_growth_steps:
            self._rescale(2.0)

    def _rescale(self, factor: float) -> None:
        self.dynamic_scale.array[...] *= factor
        self.step_counter.array[...] = 0

    def finalize_variable_values(self, variables=None) -> None:
        """Call the same method of the inner optimizer. `fit` calls it at its end."""
        self.inner_optimizer.finalize_variable_values()

    def get_config(self) -> dict:
        """Return the settings as plain data, including those of the inner optimizer."""
        names = ("inner_optimizer", "initial_scale", "dynamic_growth_steps", "name")
        return serialize({name: getattr(self, name) for name in names})

    def __repr__(self):
        return f"<LossScaleOptimizer around {self.inner_optimizer}>"
