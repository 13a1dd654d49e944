"""The one place where a run switches things on, and switches them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.training import undisturbed
from .parts import Parts


def restored_after(model, work: Callable[[], Any], bars: list, recording: bool) -> Any:
    """work(), as fit, evaluate and predict do it. Afterwards all is as it was, also after an error
    or Ctrl-C: the switches, what the model keeps for the run, and no gradient is left.

    bars: progress bars to end. recording: whether operations are recorded.
    """
    before = model.stop_on_nan, model.shuffle_generator, model.run_parts

    def restore() -> None:
        model.stop_on_nan, model.shuffle_generator, model.run_parts = before
        if recording:
            model.zero_grad()
        for bar in bars:
            bar.close()

    try:
        try:
            if recording:  # what an interrupted step outside of fit may have left
                model.zero_grad()
            model.run_parts = Parts(model)
            return undisturbed(work, recording)
        finally:
            restore()
    finally:
        restore()  # again: Ctrl-C may have fallen into the first
