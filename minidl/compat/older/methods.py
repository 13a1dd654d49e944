"""Methods and attributes that Keras 2 had on layers, models, optimizers and callbacks. Each warns
with the current name, and calls it.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ... import callbacks, layers, metrics, models, ops, optimizers
from ...data import count_samples
from ...models.running import require_compiled
from ...support.structures import tree_map
from ...symbolic import has_symbol
from ...tensor import no_grad
from .warning import older


class Shown:
    """A property that an instance attribute of the same name overrides."""

    def __init__(self, getter):
        self.getter, self.__doc__ = getter, getter.__doc__

    def __get__(self, thing, owner=None):
        return self if thing is None else self.getter(thing)


class OlderLayer:
    """Methods and attributes that every layer had."""

    @Shown
    def input_shape(self: Any):
        """The shape of its inputs, the batch axis first."""
        if self._input is None and self.build_shape is None:
            raise AttributeError("input_shape")  # Layer.__getattr__ explains
        return (
            self.build_shape
            if self._input is None
            else tree_map(lambda symbol: symbol.shape, self._input)
        )

    @Shown
    def updates(self: Any) -> list:
        """An empty list: moving averages are updated while the layer computes."""
        return []

    def get_input_at(self: Any, node_index: int):
        return _first(self, "input", node_index)

    def get_output_at(self: Any, node_index: int):
        return _first(self, "output", node_index)

    def get_input_shape_at(self: Any, node_index: int):
        return tree_map(lambda s: s.shape, _first(self, "input", node_index))

    def get_output_shape_at(self: Any, node_index: int):
        return tree_map(lambda s: s.shape, _first(self, "output", node_index))

    def add_metric(self: Any, value, name=None, aggregation="mean") -> None:
        """Watch a number that `call` computes. Its mean over the batches is in the history under
        this name.
        """
        if has_symbol(value):
            raise NotImplementedError(
                "add_metric of a symbol is gone: compute the number in a Layer's call() and call "
                "self.add_metric "
                "there, or keep a metric as an attribute, self.m = minidl.metrics.Mean(name), and "
                "update it there."
            )
        older(
            "add_metric(value, name)",
            "a metric kept as an attribute, self.m = metrics.Mean(name), and updated in call()",
        )
        metric = vars(self).setdefault(f"metric_{name}", metrics.Mean(name or "metric"))
        with no_grad():
            metric.update_state(ops.convert_to_numpy(value))


def _first(layer, end: str, node_index: int):
    older(f"get_{end}_at({node_index})", f"layer.{end}")
    if node_index:
        raise ValueError(
            f"A layer keeps the {end} of its first call alone. Keep what later calls return in "
            f"variables of your own."
        )
    return getattr(layer, end)


class OlderModel:
    """Methods and attributes that every model had."""

    def reset_states(self: Any) -> None:
        """Do nothing: no layer here keeps a state from batch to batch."""
        older("reset_states()", "left out: no layer here keeps a state from batch to batch")

    def to_yaml(self: Any, **options):
        """Raise an error: YAML was removed, since reading it can execute code."""
        raise RuntimeError(
            "to_yaml is gone: write model.to_json(), which minidl.models.model_from_json reads."
        )

    @Shown
    def compiled_loss(self: Any):
        """The function for loss = self.compiled_loss(y, y_pred) in a train_step: it computes
        compile's loss and records it for the history.
        """
        older("self.compiled_loss(y, y_pred)", "self.compute_loss(y=y, y_pred=y_pred)")

        def measure(y_true, y_pred, sample_weight=None, regularization_losses=None):
            total = _objective(self, y_true, y_pred).total(
                y_true, y_pred, sample_weight, count_samples(y_true)
            )
            for extra in regularization_losses or ():
                total = total + extra
            self._loss_tracker.update_state(total, sample_weight=count_samples(y_true))
            return total

        return measure

    @Shown
    def compiled_metrics(self: Any):
        """The object for self.compiled_metrics.update_state(y, y_pred) in a train_step: it updates
        compile's metrics.
        """
        older("self.compiled_metrics.update_state(y, y_pred)", "self.compute_metrics(x, y, y_pred)")

        def update_state(y_true, y_pred, sample_weight=None):
            _objective(self, y_true, y_pred).update_metrics(y_true, y_pred, sample_weight)

        return SimpleNamespace(
            update_state=update_state,
            metrics=[metric for _, metric in self.compile_objective.labelled()],
        )


def _objective(model, y, y_pred):
    """Return the model's losses and metrics, completed for outputs of these shapes."""
    require_compiled(model)
    if not model.compile_objective.outputs:
        model.compile_objective.fill_in(y, y_pred, model.output_names)
    return model.compile_objective


def _remembered(optimizer) -> dict:
    state = optimizer.get_state()
    return {name: state[name] for name in state if name not in ("optimizer", "learning_rate")}


class OlderOptimizer:
    """Methods and attributes that every optimizer had."""

    @Shown
    def weights(self: Any) -> list:
        """The number of steps, and the slots of each variable."""
        older("optimizer.weights", "optimizer.get_state()")
        return list(_remembered(self).values())

    @Shown
    def decay(self: Any) -> float:
        """0: learning_rate already includes the effect of a schedule."""
        older("optimizer.decay", "a part of optimizer.learning_rate, which follows the schedule")
        return 0.0

    def get_weights(self: Any) -> list:
        """Return the values of `variables`, in the order of set_weights."""
        older("optimizer.get_weights()", "optimizer.get_state()")
        return [variable.numpy() for variable in self.variables]

    def minimize(self: Any, loss: Any, var_list: Any, tape=None):
        """Make one step along the gradients of a loss: a function without arguments, or a tensor
        with its tape.
        """
        older(
            "optimizer.minimize(loss, variables)",
            "loss.backward(), then optimizer.apply_gradients(zip(gradients, variables))",
        )
        given: Any = var_list() if callable(var_list) else var_list
        variables = list(given)
        if tape is None and not callable(loss):
            raise ValueError(
                "minimize takes the loss as a function without arguments: "
                "optimizer.minimize(lambda: f(w), [w])."
            )
        if tape is not None:
            return self.apply_gradients(zip(tape.gradient(loss, variables), variables))
        for variable in variables:
            variable.zero_grad()
        value: Any = loss()
        value.backward()
        return self.apply_gradients([(variable.grad, variable) for variable in variables])


def add_all() -> None:
    """Add the methods above to the classes."""
    for old, today in (
        (OlderLayer, layers.Layer),
        (OlderModel, models.Model),
        (OlderOptimizer, optimizers.Optimizer),
    ):
        for name, thing in vars(old).items():
            if not name.startswith("__") and name not in vars(today):
                setattr(today, name, thing)
    # None, as in Keras from 2019 on
    callbacks.Callback.validation_data = None  # pyright: ignore[reportAttributeAccessIssue]
