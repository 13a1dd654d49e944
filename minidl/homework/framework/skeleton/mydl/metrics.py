"""Metrics: numbers that people watch while the loss gets smaller, computed over all
batches of an epoch. This file is given.

A metric adds up its sums in float64 variables, so the result counts every sample exactly.
"""

import numpy as np

from .tensor import Variable


class Metric:
    """Base class of metrics. `update_state` adds a batch, `result` returns the value so
    far.
    """

    def __init__(self, name):
        self.name = name
        self._variables = []

    def add_sum(self, name, shape=()):
        """Create a variable that starts at zero, in which a sum is computed over the
        batches.
        """
        self._variables.append(Variable(np.zeros(shape), name=name, dtype=np.float64))
        return self._variables[-1]

    def reset_state(self):
        """Set all variables to 0, before the first batch of an epoch."""
        for variable in self._variables:
            variable.assign(np.zeros(variable.shape))


class Mean(Metric):
    """The weighted mean Σ w·v / Σ w of values v with weights w."""

    def __init__(self, name="mean"):
        super().__init__(name)
        self.total, self.count = self.add_sum("total"), self.add_sum("count")

    def update_state(self, values, sample_weight=1):
        """Add values to the mean. values: an array. sample_weight: one number, or an array
        of that shape.
        """
        if isinstance(sample_weight, np.ndarray):
            total, count = (values * sample_weight).sum(), sample_weight.sum()
        else:
            total, count = values.sum() * sample_weight, values.size * sample_weight
        self.total.array += float(total)
        self.count.array += float(count)

    def result(self):
        """The mean so far, and 0 before the first value."""
        total, count = self.total.array.item(), self.count.array.item()
        return total / count if count else 0.0


class MeanMetric(Mean):
    """The mean of `measure(y_true, y_pred)`, one number for each sample."""

    def measure(self, y_true, y_pred):
        raise NotImplementedError

    def update_state(self, y_true, y_pred, sample_weight=1):
        super().update_state(self.measure(y_true, y_pred), sample_weight)


class SparseCategoricalAccuracy(MeanMetric):
    """The share of samples whose largest output is the right class; y_true: the class's
    number.
    """

    def measure(self, y_true, y_pred):
        largest = y_pred.argmax(axis=-1)
        return y_true.reshape(largest.shape) == largest
