"""The hooks of a run on several processes: around those of one process."""

from __future__ import annotations

import numpy as np

from ..core.training import Hooks


class TogetherHooks(Hooks):
    """Calls the hooks of a run, after each batch with the metrics of the whole batch, and lets all
    processes stop at the same time.
    """

    def __init__(self, team, model, hooks: Hooks, shares):
        self.team, self.model, self.hooks, self.shares = team, model, hooks, shares

    @property
    def batch_begins(self):  # pyright: ignore[reportIncompatibleVariableOverride]
        """The functions before a batch."""
        return self.hooks.batch_begins

    @property
    def batch_ends(self):  # pyright: ignore[reportIncompatibleVariableOverride]
        """The functions after a batch. The first exchanges the metrics, and if there are others the
        last sees whether one of them wants to stop.
        """
        others = self.hooks.batch_ends
        return [self._finish, *others, self._agree] if others else [self._finish]

    def _finish(self, step: int, logs: dict) -> None:
        self.shares.finish(logs)

    def _agree(self, step: int, logs: dict) -> None:
        """Stop everywhere if one process has stopped."""
        wishes = self.team.gathered(np.array([float(self.model.stop_training)]))
        self.model.stop_training = bool(wishes.any())

    def epoch_begin(self, epoch):
        self.hooks.epoch_begin(epoch)

    def epoch_end(self, epoch, steps, logs):
        for v in self.model.non_trainable_weights:  # what layers of your own keep
            v.assign(self.team.comm.from_first(v.numpy()))
        self.hooks.epoch_end(epoch, steps, logs)
        self._agree(steps, logs)
