"""What a model consists of, looked up once for a run instead of in every step."""

from __future__ import annotations

from ..metrics import Metric
from ..support.structures import is_nested, leaves


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
