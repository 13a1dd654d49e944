"""The losses and metrics of a model's outputs: for each output its loss, the loss's weight in the
total, and its metrics. compile() creates the objects; the shapes of the first outputs complete
them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import losses
from ..data import count_samples
from ..guards.data import check_finite
from ..guards.targets import check_form
from ..metrics import ACCURACIES, Mean, Metric, resolve_accuracy, resolve_metric
from ..support.checks import check_number, is_ours
from ..support.registry import did_you_mean
from ..support.structures import is_nested, leaves, paths, pick, tree_map
from .declared import with_gaps

_BY_SHAPE = ("crossentropy", "ce")  # the shapes decide which cross-entropy is used


class Output:
    """One output of a model: its name, its loss (or None) with a weight, and its metrics."""

    def __init__(self, name: str, loss, weight: float):
        self.name, self.loss, self.weight = name, loss, weight
        self.tracker = Mean(f"{name}_loss")
        self.metrics: list[tuple[str, Metric, bool]] = []  # (label, metric, counts sample weights?)

    def choose_metrics(self, specs, shapes: tuple, prefix: str, taken: set) -> None:
        """Create the metrics from the arguments of compile(), each with its own label.

        specs: pairs (metric, whether it uses sample weights). shapes: of targets and outputs.
        prefix: of the labels. taken: labels already in use.
        """
        for spec, weighted in specs:
            if spec in ACCURACIES:
                metric = resolve_accuracy(spec, self.loss, *shapes)
            else:
                metric = resolve_metric(_by_shape(spec, *shapes))
            first = prefix + metric.name
            if weighted and first in taken:
                first = f"{prefix}weighted_{metric.name}"
            label, number = first, 0
            while label in taken:
                number += 1
                label = f"{first}_{number}"
            taken.add(label)
            self.metrics.append((label, metric, weighted))

    def compute_loss(self, y, y_pred, sample_weight):
        """Return this output's loss times its weight in the total."""
        loss = self.loss(y, y_pred, sample_weight)
        return loss if self.weight == 1.0 else loss * self.weight

    def update_metrics(self, y, y_pred, sample_weight) -> None:
        """Add a batch to all metrics."""
        for _, metric, weighted in self.metrics:
            metric.update_state(y, y_pred, sample_weight if weighted else None)


class Objective:
    """The losses and metrics of all outputs, as given to compile(). `outputs` is empty before
    `fill_in`.
    """

    def __init__(self, loss, loss_weights, metrics, weighted_metrics):
        loss = _unwrapped(loss)
        self.loss = tree_map(_get_loss, loss) if is_nested(loss) else _get_loss(loss)
        self.loss_weights = loss_weights
        self.metrics, self.weighted_metrics = metrics, weighted_metrics
        for spec in [*leaves(metrics), *leaves(weighted_metrics)]:
            if spec is not None and spec not in (*_BY_SHAPE, *ACCURACIES):
                resolve_metric(spec)
        if isinstance(loss_weights, str) or any(isinstance(w, str) for w in leaves(loss_weights)):
            raise TypeError(
                "The third argument of compile is loss_weights; write metrics=[...] by name."
            )
        for weight in leaves(loss_weights):
            if np.size(weight) == 1 and weight is not None:
                number = np.asarray(weight).item()
                check_number("loss_weights (one number for each output)", number)
        self.outputs: list[Output] = []
        self.single: Output | None = None  # the output, if there is just one

    @property
    def only_loss(self) -> Any:
        """The loss of a model with one output, as an object; None if there are several."""
        if self.single:
            return self.single.loss
        return None if is_nested(self.loss) else self.loss

    def fill_in(self, y, y_pred, names: list[str] | None) -> None:
        """Choose losses and metrics for these shapes. names: of the outputs, None if unknown."""
        names = output_names(y_pred, names)
        prefixes = [f"{name}_" if len(names) > 1 else "" for name in names]
        loss, loss_weights, metrics, weighted_metrics, y = (
            along(thing, y_pred)
            for thing in (self.loss, self.loss_weights, self.metrics, self.weighted_metrics, y)
        )
        given = spread(loss, names, "loss", everywhere=True)
        weights = spread(loss_weights, names, "loss_weights", everywhere=False)
        plain = spread(metrics, names, "metrics", everywhere=True)
        weighted = spread(weighted_metrics, names, "weighted_metrics", everywhere=True)
        targets = _targets(y, given, names)
        taken = {"loss", *[f"{prefix}loss" for prefix in prefixes]}
        outputs = []
        for i, value in enumerate(leaves(y_pred)):
            target = value.shape if targets[i] is None else np.shape(targets[i])
            weight = 1.0 if weights[i] is None else float(np.asarray(weights[i]).item())
            loss = _get_loss(_by_shape(_only_one(given[i], names[i]), target, value.shape))
            output = Output(names[i], loss, weight)
            kinds = (plain[i], False), (weighted[i], True)
            specs = [(m, counts) for kind, counts in kinds for m in leaves(kind) if m is not None]
            output.choose_metrics(specs, (target, value.shape), prefixes[i], taken)
            outputs.append(output)
        self.outputs, self.single = outputs, outputs[0] if len(outputs) == 1 else None

    def labelled(self) -> list[tuple[str, Metric]]:
        """Return (label, metric) for all, in Keras's order: the losses of several outputs first."""
        metrics = [(label, metric) for o in self.outputs for label, metric, _ in o.metrics]
        if self.single:
            return metrics  # its loss is the loss itself
        trackers = [(o.tracker.name, o.tracker) for o in self.outputs if o.loss is not None]
        trackers = trackers if len(trackers) > 1 else []
        return [*trackers, *sorted(metrics, key=lambda pair: pair[0])]

    def check_targets(self, y, y_pred, size, finite: bool = True) -> None:
        """Check all targets before a fit or evaluate starts. size: the number of samples. finite:
        whether NaN is refused; a loss of the user may ignore NaN.
        """
        for output, target, value, _ in self._apart(y, y_pred, None):
            if output.loss is not None and target is not None:
                ours = is_ours(type(output.loss)) and not hasattr(output.loss, "function")
                if finite and ours:
                    check_finite("y", np.asarray(target))
                output.loss.check_targets(target, (size, *value.shape[1:]))
                check_form(output.loss.align, target, value.array[:1], size, value.plain.of)

    def _apart(self, y, y_pred, sample_weight):
        """Yield (output, its targets, its values, its sample weights) for each output."""
        names = [output.name for output in self.outputs]
        targets = _targets(along(y, y_pred), [output.loss for output in self.outputs], names)
        weights = spread(along(sample_weight, y_pred), names, "sample_weight")
        return zip(self.outputs, targets, leaves(y_pred), weights)

    def compute_loss(self, y, y_pred, sample_weight, names, samples):
        """Return the weighted sum of the losses of all outputs; None if they have no targets.
        names: of the outputs, or None. samples: the array whose first axis is the number of
        samples.
        """
        if not self.outputs:
            self.fill_in(y, y_pred, names)
        if self.single and self.single.loss and not is_nested(y_pred) and not is_nested(y):
            return self.single.compute_loss(y, y_pred, sample_weight)
        return self.total(y, y_pred, sample_weight, count_samples(samples))

    def total(self, y, y_pred, sample_weight, size: int):
        """Return the weighted sum of the outputs' losses, and add each loss to its running mean."""
        total = None
        for output, target, value, weight in self._apart(y, y_pred, sample_weight):
            if output.loss is None or target is None:
                continue
            loss = output.loss(target, value, weight)
            output.tracker.update_state(loss, sample_weight=size)
            part = loss if output.weight == 1.0 else loss * output.weight
            total = part if total is None else total + part
        return total

    def update_metrics(self, y, y_pred, sample_weight, names=None) -> None:
        """Add a batch to the metrics of all outputs."""
        if not self.outputs:
            self.fill_in(y, y_pred, names)
        if self.single and not is_nested(y_pred) and not is_nested(y):
            self.single.update_metrics(y, y_pred, sample_weight)
            return
        for output, target, value, weight in self._apart(y, y_pred, sample_weight):
            output.update_metrics(target, value, weight)

    def no_loss(self, total) -> Exception:
        """The error for a batch without a loss. total: the value that came instead, or None."""
        if total is not None:
            return TypeError(
                "The loss is a symbol: its function uses something from the making of the model, "
                "like a layer's output, which has no numbers in training. Compute that part with "
                "model.add_loss(symbol), or with self.add_loss in a layer."
            )
        if self.loss is None:
            return ValueError("No loss to compute: pass loss= to compile(), e.g. loss='mse'.")
        return ValueError("The loss needs targets: pass y as well as x.")


def output_names(y_pred, names: list[str] | None) -> list[str]:
    """A name for each output: the model's own, the keys of a dict, or output_1, output_2, ..."""
    if names is not None:
        return names
    if isinstance(y_pred, dict):
        return ["/".join(map(str, path)) for path, _ in paths(y_pred)]
    return [f"output_{i + 1}" for i in range(len(leaves(y_pred)))]


def along(given, y_pred):
    """Flatten `given` to a list with one entry for each output, if outputs are nested in lists and
    dicts. ValueError if its structure differs from that of the outputs.
    """
    parts = y_pred.values() if isinstance(y_pred, dict) else y_pred
    if not is_nested(given) or not is_nested(y_pred) or not any(map(is_nested, parts)):
        return given
    try:
        return [pick(given, path) for path, _ in paths(y_pred)]
    except (KeyError, IndexError, TypeError):
        raise ValueError(
            "Outputs stand inside of each other, so losses, metrics, targets and weights must be "
            "nested alike."
        ) from None


def spread(given, names: list[str], what: str, everywhere: bool = True) -> list[Any]:
    """Return `given` as a list with one entry for each output. A dict is matched by name, a list by
    position. A single value goes to every output if `everywhere`, else only to a single output.
    """
    if isinstance(given, dict):
        return _by_name(given, names, what)
    lists = what.endswith("metrics")  # one output may have several metrics
    plain = not isinstance(given, (list, tuple)) or len(given) != 1
    if len(names) == 1 and (lists or plain) and not (what == "loss_weights" and is_nested(given)):
        return [given]
    called = ", ".join(map(repr, names))
    if isinstance(given, (list, tuple)) and (len(given) == len(names) or not lists):
        if len(given) != len(names):
            raise ValueError(
                f"{what} has {len(given)} entries, but the model has {len(names)} outputs: "
                f"{called}."
            )
        return list(given)
    if given is None or everywhere:
        return [given] * len(names)
    raise ValueError(
        f"The model has {len(names)} outputs, {called}, but {what} is one array: give a list or "
        f"dict of {len(names)}."
    )


def _targets(y, losses, names: list[str]) -> list[Any]:
    """Return the targets of each output. Outputs without a loss may have none."""
    y = with_gaps(y, losses) if len(names) > 1 else y
    return spread(y, names, "y", everywhere=False)


def _by_name(given: dict, names: list[str], what: str) -> list[Any]:
    """List the entries of a dict in the order of the outputs; None for a missing one."""
    for key in given:
        if key not in names:
            raise ValueError(
                f"{what} names {key!r}, but the outputs are called "
                f"{', '.join(map(repr, names))}.{did_you_mean(str(key), names)}"
            )
    return [given.get(name) for name in names]


def _unwrapped(loss):
    """Replace [loss] by loss, for each output of a dict or list."""
    if isinstance(loss, (list, tuple)):
        return [_alone(one) for one in loss] or loss
    if isinstance(loss, dict) and "class_name" not in loss:
        return {name: _alone(one) for name, one in loss.items()}
    return loss


def _alone(one):
    return one[0] if isinstance(one, (list, tuple)) and len(one) == 1 else one


def _get_loss(identifier):
    waits = isinstance(identifier, str) and identifier in _BY_SHAPE
    return identifier if waits else losses.as_loss(identifier)


def _by_shape(name, target_shape: tuple, output_shape: tuple):
    """Return for 'crossentropy' the name of the one that fits the shapes; other names unchanged."""
    if not isinstance(name, str) or name not in _BY_SHAPE:
        return name
    if output_shape[-1:] == (1,):
        return "binary_crossentropy"
    sparse = len(target_shape) < len(output_shape) or target_shape[-1:] == (1,)
    return "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy"


def _only_one(loss, name: str):
    """Return the loss of an output. ValueError if several losses are given."""
    if isinstance(loss, (list, tuple)):
        raise ValueError(
            f"loss: an output has one loss; received {len(loss)} for {name!r}. Their sum is a loss "
            "too: lambda y, p: mse(y, p) + mae(y, p)."
        )
    return loss
