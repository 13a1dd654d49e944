"""Old names of arguments: Dense(output_dim=10), ReduceLROnPlateau(epsilon=0.1), Model(input=x,
output=y).

`accept_all` tells each class which old names it takes. Its __init__ is then called with the current
names.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from ... import callbacks, layers, models, regularizers, utils
from ...support.checks import retried
from ...support.configs import made_with
from ...support.registry import finish_with
from ...tensor import Variable
from .warning import older

_LIBRARY = __name__.partition(".")[0]


class Dropped:
    """An argument that no longer exists. why: the reason, for the warning. harmless: whether a
    value may be ignored; if not, `cure` is raised as an error.
    """

    def __init__(
        self, why: str, harmless: Callable[[Any], bool] = lambda value: True, cure: str = ""
    ):
        self.why, self.harmless, self.cure = why, harmless, cure


Meaning = Any  # today's name; or `Dropped`; or a function of the value that gives today's arguments


def accept(cls: type, method: str = "__init__", **meanings: Meaning) -> None:
    """Let a method take old arguments too. meanings: for each the current name, or `Dropped`, or
    (for arguments that Keras still takes without a warning) a function that returns the current
    arguments.
    """
    title = cls.__name__ if method == "__init__" else method
    setattr(cls, method, _in_todays_words(getattr(cls, method), title, meanings))


def accept_in(module: ModuleType, name: str, **meanings: Meaning) -> None:
    """Let a function of a module take old arguments too, as `accept` does for a method."""
    setattr(module, name, _in_todays_words(getattr(module, name), name, meanings))


def _in_todays_words(today, title: str, meanings: dict[str, Meaning]):
    """Wrap a function: if it does not know an argument, call it again with the current names."""

    def again(error, args, kwargs):
        if meanings.keys().isdisjoint(kwargs):
            return None
        kwargs = translated(title, kwargs, meanings)
        given = made_with(args[0]) if args else None
        if given is not None and type(args[0]).__init__ is called:
            given.kwargs = kwargs  # what get_config describes it by
        return lambda: today(*args, **kwargs)

    called = retried(today, again)
    return called


def translated(title: str, kwargs: dict, meanings: dict[str, Meaning]) -> dict:
    """Return the arguments with current names, and warn of each old one. TypeError for an argument
    that is given under both names.
    """
    result = {name: value for name, value in kwargs.items() if name not in meanings}
    for name in meanings.keys() & kwargs.keys():
        meaning, value = meanings[name], kwargs[name]
        if isinstance(meaning, Dropped):
            if not meaning.harmless(value):
                raise ValueError(f"{title}({name}={value!r}): {meaning.cure}")
            older(f"{title}({name}=...)", f"left out: {meaning.why}")
        elif not isinstance(meaning, str):
            result = dict(meaning(value), **result)
        elif meaning in result:
            raise TypeError(
                f"{title} received both {meaning}={result[meaning]!r} and its old name "
                f"{name}={value!r}; give one."
            )
        else:
            older(f"{title}({name}=...)", f"written {title}({meaning}=...)")
            result[meaning] = value
    return result


def _name_first(today):
    """add_weight('w', (3, 4)), in the order that Keras 2 had."""
    order = ("shape", "dtype", "initializer", "regularizer", "trainable", "constraint")

    def again(error, args, kwargs):
        layer, *others = args
        if not others or not isinstance(others[0], str):
            return None
        options = {**kwargs, **dict(zip(order, others[1:]))}
        return lambda: today(layer, options.pop("shape", ()), name=others[0], **options)

    return retried(today, again)


def _empty(value) -> bool:
    return value is None


def _off(value) -> bool:
    return not value


_EAGER = Dropped("everything is computed at once, and in this process")
_WEIGHTS = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}


# Keras 1 and 2's names of arguments: of layers and optimizers, by the name of the class, which may
# be loaded later ...
LATER: dict[tuple[str, str], dict[str, Meaning]] = {
    ("layers", "Dense"): {"output_dim": "units", **_WEIGHTS},
    ("layers", "Dropout"): {"p": "rate"},
    ("layers", "SpatialDropout1D"): {"p": "rate"},
    ("layers", "GaussianDropout"): {"p": "rate"},
    ("layers", "GaussianNoise"): {"sigma": "stddev"},
    ("layers", "Embedding"): {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
        "input_length": lambda n: {} if n is None else {"input_shape": (n,)},
        "dropout": Dropped(
            "nothing falls out", _off, "put a SpatialDropout1D after the Embedding."
        ),
    },
    ("layers", "InputLayer"): {
        "batch_input_shape": "batch_shape",
        "input_shape": lambda shape: {"shape": shape},
        "input_dtype": lambda dtype: {"dtype": dtype},
    },
    ("layers", "LeakyReLU"): {"alpha": lambda a: {} if a is None else {"negative_slope": a}},
    ("layers", "BatchNormalization"): {
        "gamma_init": "gamma_initializer",
        "beta_init": "beta_initializer",
        "fused": Dropped("there is one way to compute it"),
        "virtual_batch_size": Dropped(
            "the batch is the batch", _empty, "train with smaller batches, fit(batch_size=...)."
        ),
        "renorm": Dropped(
            "it is off",
            _off,
            "renormalization is not known here; leave renorm out, and take larger batches.",
        ),
        "mode": Dropped(
            "it is the usual one",
            _off,
            "only mode 0, each feature by itself, is known; for the others see LayerNormalization.",
        ),
    },
    ("optimizers", "Nadam"): {
        "schedule_decay": Dropped("the momentum's warm-up is fixed at the paper's 0.004")
    },
}
# ... and of other classes.
MEANINGS: list[tuple[type, dict[str, Meaning]]] = [
    (Variable, {"initial_value": "initializer"}),
    (regularizers.L1, {"l": "l1"}),
    (regularizers.L2, {"l": "l2"}),
    (callbacks.ReduceLROnPlateau, {"epsilon": "min_delta"}),
    (
        callbacks.ProgbarLogger,
        {
            "count_mode": Dropped("the bar counts batches"),
            "stateful_metrics": Dropped("each metric knows its mean"),
        },
    ),
    (models.Model, {"input": "inputs", "output": "outputs"}),
]
IN_COMPILE: dict[str, Meaning] = {
    "experimental_run_tf_function": _EAGER,
    "distribute": _EAGER,
    "cloning": _EAGER,
    "sample_weight_mode": Dropped(
        "weights may have the shape of the targets",
        lambda value: value in (None, "temporal"),
        "pass weights of the targets' shape to fit(sample_weight=...).",
    ),
    "target_tensors": Dropped("targets are given to fit", _empty, "pass the targets to fit(x, y)."),
}


def _accept_later(thing) -> None:
    """Let a class that was just registered take the old arguments in the table LATER."""
    library, _, file = thing.__module__.partition(".")
    meanings = LATER.get((file.partition(".")[0], thing.__name__))
    if meanings is not None and library == _LIBRARY:
        accept(thing, **meanings)


def accept_all() -> None:
    """Let the classes take the old arguments in the tables."""
    finish_with(_accept_later)
    for cls, meanings in MEANINGS:
        accept(cls, **meanings)
    accept(models.Model, "compile", **IN_COMPILE)
    layers.Layer.add_weight = layers.Layer.add_variable = _name_first(layers.Layer.add_weight)
    accept_in(utils, "to_categorical", y="x", nb_classes="num_classes")
