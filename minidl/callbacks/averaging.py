"""The averages of the weights in their place while the model is measured."""

from __future__ import annotations

from ..guards.optimizer import labelled
from .base import Callback


class SwapEMAWeights(Callback):
    """Evaluates and predicts with the moving averages of the weights, which an optimizer with
    use_ema=True keeps (Polyak averaging), and puts the weights back for training.

    swap_on_epoch: put the averages in their place at the end of each epoch already, so that
    ModelCheckpoint saves them, and the weights back as the next one begins.
    """

    def __init__(self, swap_on_epoch=False):
        self.swap_on_epoch = swap_on_epoch
        self.weights: list = []  # pairs (variable, its numbers), while the averages are in place

    def set_model(self, model):
        super().set_model(model)
        optimizers = [one for _, one in labelled(model.optimizer)] if model.optimizer else []
        if not any(one.use_ema for one in optimizers):
            raise ValueError(
                "SwapEMAWeights needs an optimizer that keeps averages of the weights: "
                "compile(optimizers.Adam(use_ema=True), ...)."
            )
        self.optimizers = [one for one in optimizers if one.use_ema]

    def swap(self, averages_in: bool) -> None:
        """Put the averages in the place of the weights, or the weights back."""
        if averages_in and not self.weights:
            variables = [v for one in self.optimizers for v in one.trainable_variables]
            self.weights = [(v, v.numpy().copy()) for v in variables]
            for one in self.optimizers:
                one.finalize_variable_values()
        elif not averages_in:
            for variable, numbers in self.weights:
                variable.assign(numbers)
            self.weights = []

    def on_epoch_begin(self, epoch, logs=None):
        self.swap(False)

    def on_epoch_end(self, epoch, logs=None):
        if self.swap_on_epoch:
            self.swap(True)

    def on_train_end(self, logs=None):
        """At its end `fit` puts the averages in place for good."""
        self.weights = []

    def on_test_begin(self, logs=None):
        self.stay = bool(self.weights)
        self.swap(True)

    def on_test_end(self, logs=None):
        self.swap(self.stay)

    def on_predict_begin(self, logs=None):
        self.on_test_begin()

    def on_predict_end(self, logs=None):
        self.on_test_end()
