"""The one place where a run switches things on, and switches them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.training import undisturbed
from .freezing import as_compiled


def restored_after(model, work: Callable[[], Any], recording: bool, bars=()) -> Any:
    """work(), as fit, evaluate, predict and their like do it. Afterwards all is as it was, also
    after an error or Ctrl-C: the switches, what the model keeps for the run, and no gradient is
    left. What an interrupt elsewhere may have left is reset before.

    recording: whether operations are recorded, for training. bars: progress bars to end.
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
            model.run_parts = None
            if not recording:
                return undisturbed(work, recording)
            model.zero_grad()
            return as_compiled(model, lambda: undisturbed(work, recording))
        finally:
            restore()
    finally:
        restore()  # again: Ctrl-C may have fallen into the first
