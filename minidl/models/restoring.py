"""Sets and restores the state of a model around a run of fit, evaluate or predict, and keeps what
is looked up once for the run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.training import undisturbed
from ..metrics import Metric
from ..support.structures import is_nested, leaves
from .preparing import as_compiled


class Parts:
    """The layers, the weights with penalties and the metrics of a model, collected once
    for a run.
    """

    def __init__(self, model):
        model.run_parts = None  # else the parts of another run would be used
        self.layers = model.all_layers()
        self.penalised = [v for v in model.weights if v.regularizer is not None]
        self.metrics = metrics_of(self.layers)
        self.labelled: list | None = None


def metrics_of(layers) -> list[Metric]:
    """List the metrics that layers hold as attributes, each once."""
    found: dict[int, Metric] = {}
    for layer in layers:
        for name, part in vars(layer).items():
            if not name.startswith("_"):
                values = leaves(part) if is_nested(part) else [part]
                found.update({id(v): v for v in values if isinstance(v, Metric)})
    return list(found.values())


def restored_after(model, work: Callable[[], Any], recording: bool, bars=()) -> Any:
    """Call work(), the body of fit, evaluate or predict, and restore the state of the model
    afterwards.

    This happens also after an error or Ctrl-C: the thread's settings and the model's attributes for
    the run are restored, and all gradients are None. State that an earlier interrupt left behind is
    reset first. recording: whether operations are recorded, for training. bars: progress bars to
    end.
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
        restore()  # again: Ctrl-C may have interrupted the first call
