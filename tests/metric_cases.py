"""What the tests of metrics share."""

import numpy as np

from minidl import Sequential, layers, metrics, ops, optimizers
from minidl.metrics import Metric

# --- in a model: batches, names, weights
# -----------------------------------------------------------------------------


def classifier(**compiled):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(10, 4)).astype(np.float32), rng.integers(0, 3, 10)
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    model.set_weights([rng.normal(size=(4, 3)) * 0.3, np.zeros(3)])
    # at learning rate 0 an epoch measures fixed weights
    compiled.setdefault("optimizer", optimizers.SGD(0.0))
    model.compile(loss="sparse_categorical_crossentropy", **compiled)
    return model, x, y


# --- regression

RNG = np.random.default_rng(5)
BATCHES = ((0, 7), (7, 8), (8, 30))


def in_batches(metric, y, p, weight=None):
    metric.reset_state()
    for a, b in BATCHES:
        metric.update_state(y[a:b], p[a:b], None if weight is None else weight[a:b])
    return metric.result()


# --- counting at thresholds
# ---

# rounded, so that some lie on the thresholds
YES, CHANCES = (
    RNG.integers(0, 2, (30, 3)),
    RNG.random((30, 3)).round(1),
)


def counted(threshold, w=None, columns=slice(None)):
    y, above = YES[:, columns] == 1, CHANCES[:, columns] > threshold
    w = np.ones(y.shape) if w is None else w[:, None] * np.ones(y.shape)
    # tp, fp, tn, fn
    return [w[a & b].sum() for a, b in ((y, above), (~y, above), (~y, ~above), (y, ~above))]


def pairs_won(y, p):
    """The area under the ROC curve, by its meaning: how often a yes gets more than a no. A tie is
    half a win.
    """
    yes, no = p[y == 1], p[y == 0]
    return ((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean()


# --- metrics of one's own


class Ratio(metrics.Metric):
    def __init__(self, power=1, **kwargs):
        super().__init__(**kwargs)
        self.power = power
        self.total = self.add_variable(shape=(), initializer="zeros", name="total")
        self.count = self.add_variable(shape=(), dtype="int32", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign(self.total + ops.sum(ops.absolute(y_true - y_pred) ** self.power))
        self.count.assign(self.count + len(y_true))

    def result(self):
        return self.total / self.count

    def get_config(self):
        return dict(power=self.power, **super().get_config())


# --- own metrics, as tutorials write them
# ----------------------------------------------------------------------------


class PositiveOutputs(Metric):
    def __init__(self, name="positive_outputs", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_variable(shape=(), initializer="zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = ops.cast(ops.convert_to_tensor(y_pred) > 0.3, "float32")
        if sample_weight is not None:
            values = values * ops.reshape(ops.cast(sample_weight, "float32"), (-1, 1))
        self.total.assign_add(ops.sum(values))
        self.count.assign_add(float(np.prod(values.shape)))

    def result(self):
        return self.total / self.count
