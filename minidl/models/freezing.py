"""Layers that were frozen or freed after compile(), which has chosen what to train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..support.warning import warn


def check_frozen(model) -> None:
    """Warn if nothing can be learned, or if a layer was frozen or freed since compile()."""
    then = model.trainable_at_compile
    layers = model.all_layers()
    changed = [a.name for a in layers if then.get(id(a), a.trainable) != a.trainable]
    if changed:
        warn_once(
            model,
            f"`trainable` of {', '.join(map(repr, changed[:3]))} was changed after compile(). Call "
            "compile() again, so that the optimizer starts anew with the right weights.",
        )
    elif not model.trainable_weights and model.weights:
        warn_once(
            model,
            f"Model '{model.name}' has no trainable weights, so fit will not change it: set "
            "layer.trainable = True and compile again.",
        )


def warn_once(model, message: str) -> None:
    """Warn, but of the same thing only once after each compile()."""
    if message not in model.warned_of:
        model.warned_of.add(message)
        warn(message)


def as_compiled(model, work: Callable[[], Any]) -> Any:
    """work(). A model that was frozen as a whole after compile() goes on training as it was
    compiled, with a warning.

    GANs are written so since 2016: compile the discriminator, freeze it, compile the two together,
    and train each in turn.
    """
    if model.trainable or not model.trainable_at_compile.get(id(model), False):
        return work()
    warn_once(
        model,
        f"Model '{model.name}' was frozen after compile(). By itself it goes on training, as it "
        "was compiled; inside other models it stays as it is. To say so plainly, set its "
        "`trainable` before each kind of step.",
    )
    layers = model.all_layers()
    now = [layer.trainable for layer in layers]
    try:
        try:
            _set_trainable(
                layers, [model.trainable_at_compile.get(id(a), a.trainable) for a in layers]
            )
            return work()
        finally:
            _set_trainable(layers, now)
    finally:
        _set_trainable(layers, now)  # again: Ctrl-C may have fallen into the first


def _set_trainable(layers, values) -> None:
    """The outermost first: it sets those inside, which then get what is theirs."""
    for layer, trainable in zip(layers, values):
        layer.trainable = trainable
