"""`GradientTape`, as tutorials of TensorFlow write it: another way to say `requires_grad`,
`backward` and `.grad`.
"""

from __future__ import annotations

import threading
import warnings

from ..support.structures import tree_map
from ..tensor import GraphError, Tensor, newest_first, no_grad
from ..tensor.gradients import gradients_put_back


class _Open(threading.local):
    """The tapes whose block is running, in this thread."""

    def __init__(self):
        self.tapes: list[GradientTape] = []


_open = _Open()


class GradientTape:
    """with GradientTape() as tape: compute a loss; then tape.gradient(loss, variables) are its
    derivatives.

    minidl records on its own, so the block only marks where; trainable variables are always
    watched. persistent: gradient() may be called more than once on the same computation.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self.persistent = persistent
        self._watched: list[Tensor] = []

    def __enter__(self):
        _open.tapes.append(self)
        return self

    def __exit__(self, *error):
        _open.tapes.remove(self)
        for tensor in self._watched:
            if tensor.op is None:
                # as it was: what was recorded inside keeps its way back
                tensor.requires_grad = False

    def stop_recording(self) -> no_grad:
        """with tape.stop_recording(): what is computed here has no gradient."""
        return no_grad()

    def watch(self, tensor) -> None:
        """Want the gradient with respect to this tensor too."""
        for t in tensor if isinstance(tensor, (list, tuple)) else [tensor]:
            if not isinstance(t, Tensor):
                raise TypeError(
                    f"GradientTape.watch takes tensors; received {type(t).__name__}. Write x = "
                    f"Tensor(array) first."
                )
            if t.op is None:
                if not t.requires_grad:
                    t.requires_grad = True
                    self._watched.append(t)
            else:
                t.retain_grad()

    def gradient(self, target, sources):
        """The derivatives of `target` (its sum, if it has several numbers) with respect to each
        source, in their structure.

        None for a source that the target does not depend on.
        """
        if any(tape is not self for tape in _open.tapes):
            warnings.warn(
                "gradient() inside another tape gives plain numbers: the tape around takes them "
                "for constants, since minidl's "
                "gradients are of first order only. A gradient penalty would change nothing.",
                stacklevel=2,
            )
        found: list[Tensor] = []
        tree_map(found.append, sources)
        for t in found:
            if t.op is not None:
                t.retain_grad()
        leaves = newest_first(target) if isinstance(target, Tensor) else []
        with gradients_put_back([*found, *[t for t in leaves if t.op is None]]):
            self._go_back(target)
            gradients = {id(t): None if t.grad is None else Tensor(t.grad) for t in found}
        return tree_map(lambda t: gradients[id(t)], sources)

    def _go_back(self, target) -> None:
        target = target if target.size == 1 else target.sum()
        try:
            if target.requires_grad:
                target.backward(retain_graph=self.persistent)
        except GraphError as error:
            if "freed" not in str(error):
                raise
            raise GraphError(
                "This tape was used up by its first gradient(). Write "
                "GradientTape(persistent=True) to ask again."
            ) from None
