"""What a model is judged by: for each output its loss, its share in the total and its metrics. Made
by compile(), filled in when the first outputs show their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import losses
from ..metrics import Mean, Metric, check_metric, resolve_metric
from ..support.registry import did_you_mean
from ..support.structures import is_nested, leaves, tree_map

_BY_SHAPE = ("crossentropy", "ce")  # the name of a family, of which the shapes pick one


class Output:
    """One output of a model: its name, its loss (or None) with a weight, and its metrics."""

    def __init__(self, name: str, loss, weight: float):
        self.name, self.loss, self.weight = name, loss, weight
        self.tracker = Mean(f"{name}_loss")
        self.metrics: list[tuple[str, Metric, bool]] = []  # (label, metric, counts sample weights?)

    def choose(
        self, specs, target_shape: tuple, output_shape: tuple, prefix: str, taken: set
    ) -> None:
        """Make the metrics from what compile() was given, and give each a label of its own."""
        for spec, weighted in specs:
            spec = _by_shape(spec, target_shape, output_shape)
            metric = resolve_metric(spec, self.loss, target_shape, output_shape)
            label = prefix + (
                f"weighted_{metric.name}"
                if weighted and prefix + metric.name in taken
                else metric.name
            )
            number, first = 0, label
            while label in taken:
                number += 1
                label = f"{first}_{number}"
            taken.add(label)
            self.metrics.append((label, metric, weighted))


class Objective:
    """The losses and metrics of all outputs, as given to compile(); `outputs` is empty until
    `meet`.
    """

    def __init__(self, loss, loss_weights, metrics, weighted_metrics):
        self.loss = tree_map(_get_loss, loss) if is_nested(loss) else _get_loss(loss)
        self.loss_weights, self.metrics, self.weighted_metrics = (
            loss_weights,
            metrics,
            weighted_metrics,
        )
        for spec in [*leaves(metrics), *leaves(weighted_metrics)]:
            if spec is not None and spec not in _BY_SHAPE:
                check_metric(spec)
        if isinstance(loss_weights, str) or any(isinstance(w, str) for w in leaves(loss_weights)):
            raise TypeError(
                "The third argument of compile is loss_weights; write metrics=[...] by name."
            )
        self.outputs: list[Output] = []

    @property
    def single(self) -> Output | None:
        """The output, if there is just one."""
        return self.outputs[0] if len(self.outputs) == 1 else None

    def meet(self, y, y_pred, names: list[str] | None) -> None:
        """Fill in, for targets and outputs of these shapes. names: those of the outputs, if the
        model knows them.
        """
        names = output_names(y_pred, names)
        several = len(names) > 1
        given = spread(self.loss, names, "loss", everywhere=True)
        weights = spread(self.loss_weights, names, "loss_weights", everywhere=False)
        specs = [
            spread(m, names, what, everywhere=True)
            for m, what in ((self.metrics, "metrics"), (self.weighted_metrics, "weighted_metrics"))
        ]
        targets: list[Any] = (
            [None] * len(names) if y is None else spread(y, names, "y", everywhere=False)
        )
        outputs, taken = [], {"loss", *(f"{name}_loss" for name in names if several)}
        for i, (name, value) in enumerate(zip(names, leaves(y_pred))):
            target = np.shape(targets[i]) if targets[i] is not None else value.shape
            weight = 1.0 if weights[i] is None else float(np.asarray(weights[i]).item())
            output = Output(name, _get_loss(_by_shape(given[i], target, value.shape)), weight)
            plain = [
                (m, weighted)
                for some, weighted in zip(specs, (False, True))
                for m in leaves(some[i])
                if m is not None
            ]
            output.choose(plain, target, value.shape, f"{name}_" if several else "", taken)
            outputs.append(output)
        self.outputs = outputs

    def labelled(self) -> list[tuple[str, Metric]]:
        """(label, metric) for all: the losses of several outputs first."""
        trackers = [(o.tracker.name, o.tracker) for o in self.outputs if o.loss is not None]
        trackers = trackers if len(trackers) > 1 else []  # just one is the loss itself
        metrics = [(label, metric) for o in self.outputs for label, metric, _ in o.metrics]
        return [
            *trackers,
            *(metrics if self.single else sorted(metrics, key=lambda pair: pair[0])),
        ]  # as Keras orders them

    def check_targets(self, y, y_pred, sizes) -> None:
        """Look at all targets of a fit or evaluate before it starts. sizes: how many samples there
        are.
        """
        names = [o.name for o in self.outputs]
        for output, target, value in zip(
            self.outputs, spread(y, names, "y", everywhere=False), leaves(y_pred)
        ):
            if output.loss is not None and target is not None:
                output.loss.check_targets(target, (sizes, *value.shape[1:]))
                output.loss.align(np.asarray(target[:1]), value[:1])

    def total(self, y, y_pred, sample_weight, size: int):
        """The weighted sum of the outputs' losses, each of which is noted in its tracker."""
        names, total = [o.name for o in self.outputs], None
        parts = zip(
            self.outputs,
            spread(y, names, "y", everywhere=False),
            leaves(y_pred),
            spread(sample_weight, names, "sample_weight"),
        )
        for output, target, value, weight in parts:
            if output.loss is None or target is None:
                continue
            loss = output.loss(target, value, weight)
            output.tracker.update_state(loss, sample_weight=size)
            part = loss if output.weight == 1.0 else loss * output.weight
            total = part if total is None else total + part
        return total

    def update_metrics(self, y, y_pred, sample_weight) -> None:
        """Take a batch into all metrics."""
        if y is None:
            return
        names = [o.name for o in self.outputs]
        parts = zip(
            self.outputs,
            spread(y, names, "y", everywhere=False),
            leaves(y_pred),
            spread(sample_weight, names, "sample_weight"),
        )
        for output, target, value, weight in parts:
            for _, metric, weighted in output.metrics:
                metric.update_state(target, value, weight if weighted else None)


def output_names(y_pred, names: list[str] | None) -> list[str]:
    """A name for each output: the model's own, the keys of a dict, or output_1, output_2, ..."""
    if names is not None:
        return names
    if isinstance(y_pred, dict):
        return sorted(y_pred)
    return [f"output_{i + 1}" for i in range(len(leaves(y_pred)))]


def spread(given, names: list[str], what: str, everywhere: bool = True) -> list[Any]:
    """`given` as a list aligned with the outputs: a dict goes by name, a list by place, one value
    to all (everywhere) or to the one.
    """
    if isinstance(given, dict):
        for key in given:
            if key not in names:
                raise ValueError(
                    f"{what} names {key!r}, but the outputs are called "
                    f"{', '.join(map(repr, names))}."
                    f"{did_you_mean(str(key), names)}"
                )
        return [given.get(name) for name in names]
    lists = what.endswith(
        "metrics"
    )  # each output may have several: a list need not mean one for each output
    if len(names) == 1 and (lists or not isinstance(given, (list, tuple)) or len(given) != 1):
        return [given]
    if isinstance(given, (list, tuple)) and (len(given) == len(names) or not lists):
        if len(given) != len(names):
            raise ValueError(
                f"{what} has {len(given)} entries, but the model has {len(names)} outputs: "
                f"{', '.join(map(repr, names))}."
            )
        return list(given)
    if given is None or everywhere:
        return [given] * len(names)
    raise ValueError(
        f"The model has {len(names)} outputs, {', '.join(map(repr, names))}, but {what} is one "
        f"array: give a list or dict of "
        f"{len(names)}."
    )


def _get_loss(identifier):
    return (
        identifier
        if isinstance(identifier, str) and identifier in _BY_SHAPE
        else losses.get(identifier)
    )


def _by_shape(name, target_shape: tuple, output_shape: tuple):
    """'crossentropy' as the cross-entropy that fits the shapes; anything else as it is."""
    if not isinstance(name, str) or name not in _BY_SHAPE:
        return name
    if output_shape[-1:] == (1,):
        return "binary_crossentropy"
    sparse = len(target_shape) < len(output_shape) or target_shape[-1:] == (1,)
    return "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy"
