"""Further methods of Keras's optimizers: slots created one variable at a time, memory set as a
list, and the names that optimizers written for Keras use of their base class.

An optimizer written for Keras creates its slots in `build` and moves one variable in `update_step`:

>>> class Momentum(minidl.optimizers.Optimizer):
...     def build(self, variables):
...         super().build(variables)
...         self.m = [self.add_variable_from_reference(v, name="m") for v in variables]
...     def update_step(self, gradient, variable, learning_rate):
...         m = self.m[self._get_variable_index(variable)]
...         self.assign(m, 0.9 * m - learning_rate * gradient)
...         self.assign_add(variable, m)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import initializers, optimizers
from ..optimizers import around
from ..support import backend
from ..tensor import Tensor, Variable, no_grad


class KerasOptimizer:
    """Methods and attributes that are added to every optimizer."""

    # -- memory
    def add_variable(
        self: Any,
        shape,
        initializer="zeros",
        dtype=None,
        aggregation="none",
        layout=None,
        name=None,
    ) -> Variable:
        """Create a variable of this optimizer. It is in `variables` and in the saved state.

        aggregation and layout have no effect.
        """
        shape, dtype = tuple(np.atleast_1d(shape).astype(int)), dtype or backend.floatx()
        values = initializers.draw(initializers.get(initializer), shape, dtype)
        name = name or f"variable_{len(self.kept.others)}"
        variable = Variable(values, dtype=dtype, trainable=False, name=name)
        self.kept.others.append(variable)
        return variable

    def add_variable_from_reference(
        self: Any, reference_variable, name=None, initializer="zeros"
    ) -> Variable:
        """Call `add_variable` with the shape and dtype of another variable, and a name derived from
        its name.
        """
        whose = (getattr(reference_variable, "path", "") or reference_variable.name).split("/")
        return self.add_variable(
            reference_variable.shape,
            initializer,
            reference_variable.dtype,
            name="_".join([*whose, name or "variable"]),
        )

    def set_weights(self: Any, weights) -> None:
        """Set the values of `variables`, in the same order."""
        own, weights = self.variables, list(weights)
        if not self.built:
            raise ValueError(
                f"You are calling set_weights on a new {type(self).__name__}, which has no memory "
                "yet: call optimizer.build(model.trainable_variables) first."
            )
        shapes = [np.shape(w) for w in weights]
        if shapes != [v.shape for v in own]:
            raise ValueError(
                f"{type(self).__name__} keeps {len(own)} arrays of the shapes "
                f"{[v.shape for v in own]}; received {shapes}."
            )
        for variable, values in zip(own, weights):
            variable.assign(values)

    def save_own_variables(self: Any, store) -> None:
        """Store the values of `variables` in a dict, as '0', '1', ..."""
        store.update({str(i): v.numpy() for i, v in enumerate(self.variables)})

    def load_own_variables(self: Any, store) -> None:
        """Set the values of `variables` from a dict that save_own_variables filled."""
        self.set_weights([store[str(i)] for i in range(len(store))])

    # -- steps
    def exclude_from_weight_decay(self: Any, var_list=None, var_names=None) -> None:
        """Exclude variables from weight decay, by themselves or by a word in their names."""
        self.not_decayed = list(var_list or ()), list(var_names or ())

    def scale_loss(self: Any, loss):
        """Return the loss times loss_scale_factor: `apply` divides its gradients by that factor."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def stateless_apply(self: Any, optimizer_variables, grads, trainable_variables) -> tuple:
        """Return (trainable variables, optimizer variables) after a step along grads, without
        changing any.
        """
        trained, kept = self.trainable_variables, self.variables
        before = [v.numpy() for v in [*trained, *kept]]
        try:
            for v, values in zip([*trained, *kept], [*trainable_variables, *optimizer_variables]):
                v.assign(values)
            self.apply(grads, trained)
            return [Tensor(v.numpy()) for v in trained], [Tensor(v.numpy()) for v in kept]
        finally:
            for v, values in zip([*trained, *kept], before):
                v.assign(values)

    # -- for update_step
    def update_step(self: Any, gradient, variable, learning_rate) -> None:
        """Move one variable along its gradient, in the coming step: what an update_step of your own
        can begin with, `super().update_step(gradient, variable, learning_rate)`.
        """
        self.begin_step(self.iterations + 1)
        slots = self.memory[_index(self, variable)]
        g = np.asarray(gradient, variable.dtype)
        moved = self.update(variable.array, g, float(learning_rate), *slots)
        if moved is not None:
            self.replace(variable, moved)
        variable.version[0] += 1

    def assign(self, variable, value) -> None:
        """variable ← value"""
        variable.assign(value)

    def assign_add(self, variable, value) -> None:
        """variable ← variable + value"""
        variable.assign_add(value)

    def assign_sub(self, variable, value) -> None:
        """variable ← variable − value"""
        variable.assign_sub(value)

    def __init_subclass__(cls: Any, **options):
        """Use the method update_step, if a subclass defines it as in Keras, to move the
        variables.
        """
        super(optimizers.Optimizer, cls).__init_subclass__(**options)
        if "update_step" in vars(cls):
            cls.move = _move_by_update_step


def _move_by_update_step(self, grads: list, lr: float, t: int) -> None:
    """Update all variables that have a gradient."""
    with no_grad():
        for variable, g in zip(self.trainable_variables, grads):
            if g is not None:
                self.update_step(Tensor(g), variable, lr)


def _array(g):
    return None if g is None else np.asarray(g)


def _index(self, variable) -> int:
    return next(i for i, v in enumerate(self.trainable_variables) if v is variable)


def _decay(self, variables) -> None:
    """Decay these weights, w ← w − η·λ·w: an `apply` written for Keras calls this first."""
    for v in variables:
        decay = self.decay_of(v) if hasattr(self, "decay_of") else self.weight_decay
        if decay:
            around.decay([v], [v], 1 - decay * self.current_rate(), *self.not_decayed)


# Private names in Keras that optimizers written for it use nevertheless.
_INNER = {
    "_apply_weight_decay": lambda self: lambda variables: _decay(self, variables),
    "_clip_gradients": lambda self: lambda grads: self.clipped([_array(g) for g in grads]),
    "_get_variable_index": lambda self: lambda variable: _index(self, variable),
    "_get_current_learning_rate": lambda self: self.current_rate,
    "_iterations": lambda self: self.kept.counter,
    "_trainable_variables": lambda self: self.trainable_variables,
    "_model_variables_moving_average": lambda self: self.kept.averages,
    "_accumulated_gradients": lambda self: self.kept.sums,
}


def add_all() -> None:
    """Add the methods above to the base class of optimizers."""
    base: Any = optimizers.Optimizer
    for name, thing in vars(KerasOptimizer).items():
        if name == "__init_subclass__" or not name.startswith("__"):
            setattr(base, name, thing)
    for name, getter in _INNER.items():
        setattr(base, name, property(getter))
