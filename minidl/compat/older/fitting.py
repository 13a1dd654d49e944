"""fit, evaluate and predict as before 2021: their old names, and arguments that no longer exist."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...models import Model
from ...support.checks import retried
from ...support.registry import did_you_mean
from .warning import older

_IN_THIS_PROCESS = ("workers", "use_multiprocessing", "max_queue_size", "pickle_safe", "max_q_size")
_CURES = {
    "samples_per_epoch": " Write steps_per_epoch=, the number of batches.",
    "nb_val_samples": " Write validation_steps=, the number of batches.",
    "show_accuracy": " Write compile(metrics=['accuracy']).",
}
_ALIKE = (
    "for classes that count alike: {c: len(y) / (len(set(y)) * list(y).count(c)) for c in "
    "set(y)}, y being the class numbers"
)


class OlderFitting:
    """Methods that models had in older versions."""

    def fit_generator(self: Any, generator, *args, **kwargs):
        """Call fit(generator): the name before 2020. By position: steps_per_epoch, epochs, verbose,
        callbacks, validation_data.
        """
        older("fit_generator", "written fit")
        names = (
            "steps_per_epoch",
            "epochs",
            "verbose",
            "callbacks",
            "validation_data",
            "validation_steps",
        )
        return self.fit(generator, **dict(zip(names, args)), **kwargs)

    def evaluate_generator(self: Any, generator, steps=None, **kwargs):
        """Call evaluate(generator): the name before 2020."""
        older("evaluate_generator", "written evaluate")
        return self.evaluate(generator, steps=steps, **kwargs)

    def predict_generator(self: Any, generator, steps=None, **kwargs):
        """Call predict(generator): the name before 2020."""
        older("predict_generator", "written predict")
        return self.predict(generator, steps=steps, **kwargs)

    def predict_classes(self: Any, x, **kwargs) -> np.ndarray:
        """Return the class of each sample: the index of the largest output, or for a single output
        whether it is above 0.5 (shape (n, 1)).
        """
        today = "written predict, and np.argmax(p, axis=-1), or p > 0.5 for one output"
        older("predict_classes", today)
        p = self.predict(x, **kwargs)
        return p.argmax(axis=-1) if p.shape[-1] > 1 else (p > 0.5).astype("int32")

    def predict_proba(self: Any, x, **kwargs) -> np.ndarray:
        """Call predict: an old name."""
        older("predict_proba", "written predict")
        return self.predict(x, **kwargs)


def attach() -> None:
    """Add the methods above to models, and let the current methods take the old arguments."""
    for name, method in vars(OlderFitting).items():
        if not name.startswith("__"):
            setattr(Model, name, method)
    for name in ("compile", "fit", "evaluate", "predict", "train_on_batch"):
        setattr(Model, name, _translating(getattr(Model, name)))


def _translating(today):
    code = getattr(today, "__wrapped__", today).__code__
    known = set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

    def again(error, args, kwargs):
        word = kwargs.get("class_weight")
        unknown = isinstance(error, TypeError) and not known.issuperset(kwargs)
        if not unknown and not isinstance(word, str):
            return None
        kwargs = _in_todays_words(today.__name__, kwargs, known)
        if isinstance(word, str):
            kwargs["class_weight"] = _class_weight(word)
        return lambda: today(*args, **kwargs)

    return retried(today, again)


def _in_todays_words(method: str, kwargs: dict, known: set) -> dict:
    """Rename nb_epoch to epochs, and remove arguments for worker processes, which have no
    effect. TypeError for others that the method does not know.
    """
    result = {name: value for name, value in kwargs.items() if name in known}
    for name in [name for name in kwargs if name not in known]:
        if name == "nb_epoch":
            older("nb_epoch=", "written epochs=")
            result["epochs"] = kwargs[name]
        elif name in _IN_THIS_PROCESS:
            older(f"{name}=", "left out: batches are made in this process, one after the other")
        else:
            others = f"{did_you_mean(name, known)} help(Model.{method}) lists those of {method}."
            raise TypeError(f"There is no argument {name!r} here.{_CURES.get(name, others)}")
    return result


def _class_weight(word: str) -> None:
    """Return None for 'auto', which Keras 2 ignored. TypeError for any other word."""
    if word != "auto":
        raise TypeError(f"class_weight is a dict {{class: weight}}; received {word!r}; {_ALIKE}.")
    older("class_weight='auto'", f"left out, as it never had an effect; {_ALIKE}")
