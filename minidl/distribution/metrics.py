"""Adds up what metrics counted on several processes."""

from __future__ import annotations

import numpy as np


class Sums:
    """The variables of metrics before a batch. All of them are sums over samples, so what a batch
    added on each process can be added up.
    """

    def __init__(self, metrics):
        self.before = {id(v): v.array.copy() for metric in metrics for v in _variables(metric)}

    def join(self, share, model, logs: dict) -> None:
        """Give every process the sums over all, and put the results in the logs.

        A number in the logs that is no metric's result becomes its mean over the samples.
        """
        variables = [v for metric in model.metrics for v in _variables(metric)]
        names = {metric.name for metric in model.metrics} | set(model.get_metrics_result())
        others = [n for n in sorted(logs) if n not in names and np.ndim(logs[n]) == 0]
        added = [v.array - self.before.get(id(v), 0) for v in variables]
        scale = float(share.counts)  # what a borrowed sample added does not count
        parts = [a.ravel() * scale for a in added]
        parts.append(np.array([float(logs[n]) * share.weight for n in others]))
        sums = share.team.gathered(np.concatenate(parts)).sum(axis=0)
        for v, change in zip(variables, added):
            own, sums = sums[: change.size], sums[change.size :]
            v.array[...] = self.before.get(id(v), 0) + own.reshape(change.shape)
        results = model.get_metrics_result()
        logs.update({name: results[name] for name in logs if name in results})
        logs.update(zip(others, sums.tolist()))


def _variables(metric) -> list:
    return list(getattr(metric, "variables", ()))
