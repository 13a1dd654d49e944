"""The one place where a run switches things on, and switches them back; what it looks up once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.training import undisturbed
from ..metrics import Metric
from ..support.structures import is_nested, leaves
from .preparing import as_compiled


class Parts:
    """The layers, the penalised weights and the metrics of a model, while a run goes on."""

    def __init__(self, model):
        model.run_parts = None  # those of another run would be found
        self.layers = model.all_layers()
        self.penalised = [v for v in model.weights if v.regularizer is not None]
        self.metrics = metrics_of(self.layers)
        self.labelled: list | None = None


def metrics_of(layers) -> list[Metric]:
    """The metrics that layers keep as attributes, each once."""
    found: dict[int, Metric] = {}
    for layer in layers:
        for name, part in vars(layer).items():
            if not name.startswith("_"):
                values = leaves(part) if is_nested(part) else [part]
                found.update({id(v): v for v in values if isinstance(v, Metric)})
    return list(found.values())


def restored_after(model, work: Callable[[], Any], recording: bool, bars=()) -> Any:
    """work(), as fit, evaluate, predict and their like do it. Afterwards all is as it was, also
    after an error or Ctrl-C: the switches, what the model keeps for the run, and no gradient is
    left. What an interrupt elsewhere may have left is reset before.

    recording: whether operations are recorded, for training. bars: progress bars to end.
    """
    before = model.stop_on_nan, model.shuffle_generator, model.run_parts

    def restore() -> None:
        model.stop_on_nan, model.shuffle_generator, model.run_parts = before
        if recording:
            model.zero_grad()
        for bar in bars:
            bar.close()

    try:
        try:
            model.run_parts = None
            if not recording:
                return undisturbed(work, recording)
            model.zero_grad()
            return as_compiled(model, lambda: undisturbed(work, recording))
        finally:
            restore()
    finally:
        restore()  # again: Ctrl-C may have fallen into the first
