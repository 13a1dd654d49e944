"""`GradientTape`, as in tutorials of TensorFlow, based on `requires_grad`, `backward` and
`.grad`.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import threading
import warnings
import weakref

from ..core.backward import FREED
from ..support.structures import tree_map
from ..tensor import GraphError, Tensor, newest_first, no_grad
from ..tensor.gradients import gradients_put_back

_NO_SECOND = (
    "gradient() inside another tape gives plain numbers: the tape around takes them for constants, "
    "since minidl's gradients are of first order only. A gradient penalty would change nothing: "
    "layers.SpectralNormalization around the layers of the critic, or "
    "kernel_constraint=MinMaxNorm(0, 1), keeps it from changing too fast. A second derivative is "
    "(gradient at x + h - gradient at x - h) / (2·h)."
)


class _Open(threading.local):
    """The tapes whose with-block is running in this thread."""

    def __init__(self):
        self.tapes: list[GradientTape] = []


_open = _Open()


class _Shared:
    """State shared by tapes whose blocks overlap. The graph is kept until gradient() of each was
    called, or the tape was deleted.

    waiting: the tapes that may still call gradient(). A persistent tape always may.
    """

    def __init__(self):
        self.waiting = weakref.WeakSet()
        self.kept = weakref.WeakSet()  # the targets whose graphs were kept for the others

    def go_back(self, target: Tensor) -> None:
        """Run the backward pass of one tape. The last one frees all graphs."""
        number = target if target.size == 1 else target.sum()
        number.backward(retain_graph=bool(self.waiting))
        if self.waiting:
            self.kept.add(target)
            return
        for root in list(self.kept):
            for tensor in newest_first(root):
                if tensor.edges:
                    tensor.edges, tensor.used = FREED, ()


class GradientTape:
    """`with GradientTape() as tape:` compute a loss; then tape.gradient(loss, variables) returns
    its derivatives.

    minidl records all operations anyway, so the block only marks a region. Trainable variables are
    always watched. persistent: gradient() may be called more than once on the same computation. If
    blocks of tapes overlap, gradient() of each may be called once.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self.persistent = persistent
        self._watched: list[Tensor] = []
        self._shared = _Shared()

    def __enter__(self):
        if _open.tapes:  # two tapes over one forward pass, as in TensorFlow's DCGAN
            self._shared = _open.tapes[-1].sharing()
        self._shared.waiting.add(self)
        _open.tapes.append(self)
        return self

    def sharing(self) -> _Shared:
        """Return the state shared with the tapes that are opened inside this block."""
        return self._shared

    def __exit__(self, *error):
        _open.tapes.remove(self)
        for tensor in self._watched:
            tensor.requires_grad = False  # as before; what was computed inside keeps its graph

    def stop_recording(self) -> no_grad:
        """`with tape.stop_recording():` operations inside are not recorded."""
        return no_grad()

    def watch(self, tensor) -> None:
        """Compute gradients with respect to this tensor too."""
        for t in tensor if isinstance(tensor, (list, tuple)) else [tensor]:
            if not isinstance(t, Tensor):
                raise TypeError(
                    f"GradientTape.watch takes tensors; received {type(t).__name__}. Write x = "
                    f"Tensor(array) first."
                )
            if t.op is None and not t.requires_grad:
                t.requires_grad = True
                self._watched.append(t)

    def gradient(self, target, sources):
        """The derivatives of `target` (its sum, if it has several numbers or is a list) with
        respect to each source, in their structure.

        None for a source that the target does not depend on.
        """
        target = _added_up(target)
        if any(tape is not self for tape in _open.tapes):
            warnings.warn(_NO_SECOND, stacklevel=2)
        found: list[Tensor] = []
        tree_map(found.append, sources)
        for t in found:
            if not isinstance(t, Tensor):
                raise TypeError(
                    f"gradient(target, sources): sources are tensors or variables that were used "
                    f"in the tape's block; received {type(t).__name__}."
                )
        for t in found:
            if t.op is not None:
                t.retain_grad()
        leaves = newest_first(target)
        with gradients_put_back([*found, *[t for t in leaves if t.op is None]]):
            self._go_back(target)
            gradients = {id(t): None if t.grad is None else Tensor(t.grad) for t in found}
        return tree_map(lambda t: gradients[id(t)], sources)

    def _go_back(self, target) -> None:
        if not self.persistent:
            self._shared.waiting.discard(self)
        try:
            if target.requires_grad:
                self._shared.go_back(target)
        except GraphError as error:
            if "freed" not in str(error):
                raise
            raise GraphError(
                "This tape was used up by its first gradient(). Write "
                "GradientTape(persistent=True) to ask again."
            ) from None


def _added_up(target) -> Tensor:
    """Return a target as one tensor. A list of tensors counts as their sum."""
    parts: list = list(target) if isinstance(target, (list, tuple)) and target else [target]
    for part in parts:
        if not isinstance(part, Tensor):
            raise TypeError(
                "gradient(target, sources): the target is the tensor to differentiate, computed "
                f"in the tape's block with minidl's ops; received {type(part).__name__}."
            )
    if len(parts) == 1:
        return parts[0]
    return functools.reduce(operator.add, [part.sum() for part in parts])


def device(device_name: str) -> contextlib.AbstractContextManager:
    """`with device("cpu:0"):` changes nothing: all is computed by the processor."""
    return contextlib.nullcontext()
