"""Methods that tutorials before 2021 call. Each says what it is called today, and does it."""

from __future__ import annotations

import warnings

import numpy as np

from .training import Trainer


class Older(Trainer):
    """The older names, so that older tutorials run."""

    def fit_generator(self, generator, *args, **kwargs):
        """fit(generator), as it was called before 2020. Positional: steps_per_epoch, epochs,
        verbose, callbacks, validation_data.
        """
        _say("fit_generator", "fit")
        names = (
            "steps_per_epoch",
            "epochs",
            "verbose",
            "callbacks",
            "validation_data",
            "validation_steps",
        )
        return self.fit(generator, **dict(zip(names, args)), **kwargs)

    def evaluate_generator(self, generator, steps=None, **kwargs):
        """evaluate(generator), as it was called before 2020."""
        _say("evaluate_generator", "evaluate")
        return self.evaluate(generator, steps=steps, **kwargs)

    def predict_generator(self, generator, steps=None, **kwargs):
        """predict(generator), as it was called before 2020."""
        _say("predict_generator", "predict")
        return self.predict(generator, steps=steps, **kwargs)

    def predict_classes(self, x, **kwargs) -> np.ndarray:
        """The class of each sample: the largest output, or whether the only one is above 0.5 (then
        of shape (n, 1)).
        """
        _say("predict_classes", "predict, and np.argmax(p, axis=-1), or p > 0.5 for one output")
        p = self.predict(x, **kwargs)
        return p.argmax(axis=-1) if p.shape[-1] > 1 else (p > 0.5).astype("int32")

    def predict_proba(self, x, **kwargs) -> np.ndarray:
        """predict, under an older name."""
        _say("predict_proba", "predict")
        return self.predict(x, **kwargs)


def _say(old: str, new: str) -> None:
    warnings.warn(f"{old} is today written {new}.", FutureWarning, stacklevel=3)
