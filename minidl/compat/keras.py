"""`GradientTape`, as in tutorials of TensorFlow, based on `requires_grad`, `backward` and
`.grad`.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import threading
import weakref
from typing import Any

import numpy as np

from .. import tensor
from ..core.backward import FREED
from ..ops import convert_to_tensor, reshape, stack, swapaxes, zeros, zeros_like
from ..support.structures import tree_map
from ..tensor import GraphError, Tensor, newest_first, no_grad, switches
from ..tensor.gradients import gradients_put_back


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
        # the targets whose graphs were kept for the others, by their ids
        self.kept: Any = weakref.WeakValueDictionary()

    def keep(self, target: Tensor) -> None:
        """Note that the graph of a target waits for the other tapes."""
        self.kept[id(target)] = target

    def go_back(self, target: Tensor, seed) -> None:
        """Run the backward pass of one tape. The last one frees all graphs. seed: ∂L/∂(target), or
        None for ones.
        """
        seed = np.ones_like(target.array) if seed is None else seed
        target.backward(seed, retain_graph=bool(self.waiting))
        if self.waiting:
            self.keep(target)
            return
        for root in list(self.kept.values()):
            for t in newest_first(root):
                if t.edges:
                    t.edges, t.used, t.settings = FREED, (), None


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
        for t in self._watched:
            t.requires_grad = False  # as before; what was computed inside keeps its graph

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

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """The derivatives of `target` (its sum, if it has several numbers or is a list) with
        respect to each source, in their structure.

        None for a source that the target does not depend on; zeros with
        unconnected_gradients="zero". output_gradients: ∂L/∂(target), in place of ones. Inside the
        block of another tape, and of this one if it is persistent, the derivatives are recorded:
        they can be differentiated again.
        """
        target, found = _added_up(target), _listed(sources, unconnected_gradients)
        if output_gradients is not None:
            target.like(output_gradients, "output_gradients")  # ValueError for another shape
            output_gradients = convert_to_tensor(output_gradients, target.dtype)
        each = self._gradients(target, found, output_gradients, self.persistent)
        return _in_their_structure(sources, found, _or_zeros(found, each, unconnected_gradients))

    def jacobian(self, target, sources, unconnected_gradients="none", **how):
        """The derivative of each number of `target` with respect to each number of each source, of
        shape (*target.shape, *source.shape). how: arguments of TensorFlow without effect.

        It costs as much as a gradient for each number of the target.
        """
        target, found = _added_up(target), _listed(sources, unconnected_gradients)
        seeds = np.eye(target.size, dtype=target.dtype).reshape(target.size, *target.shape)
        jacobians = self._stacked(target, found, seeds, unconnected_gradients)
        for i, (source, stacked) in enumerate(zip(found, jacobians)):
            if stacked is not None:
                jacobians[i] = reshape(stacked, (*target.shape, *source.shape))
        return _in_their_structure(sources, found, jacobians)

    def batch_jacobian(self, target, source, unconnected_gradients="none", **how):
        """The jacobian of each sample: shape (n, *target.shape[1:], *source.shape[1:]), where the
        target of a sample depends on the source of the same sample only.
        """
        (n, *each), found = target.shape, _listed(source, unconnected_gradients)
        numbers = target.size // max(n, 1)
        seeds = np.eye(numbers, dtype=target.dtype).reshape(numbers, 1, *each).repeat(n, axis=1)
        (stacked,) = self._stacked(target, found, seeds, unconnected_gradients)
        if stacked is None:
            return None
        return reshape(swapaxes(stacked, 0, 1), (n, *each, *source.shape[1:]))

    def _stacked(self, target, found, seeds, unconnected) -> list[Any]:
        """Return for each source the gradients for all seeds along a new first axis, or None."""
        if not len(seeds):
            return [zeros((0, *source.shape), source.dtype) for source in found]
        last = len(seeds) - 1
        rows = [
            self._gradients(target, found, Tensor(seed), self.persistent or i < last)
            for i, seed in enumerate(seeds)
        ]
        rows = [_or_zeros(found, row, unconnected) for row in rows]
        return [None if column[0] is None else stack(column) for column in zip(*rows)]

    def _gradients(self, target, found, seed, again: bool) -> list[Any]:
        """Return the gradient of each source, or None. seed: ∂L/∂(target), or None for ones. again:
        whether this tape will be asked once more.
        """
        if not again:
            self._shared.waiting.discard(self)
        seen = any(tape is not self or self.persistent for tape in _open.tapes)
        try:
            if seen and not switches.pauses:
                self._shared.keep(target)
                return tensor.higher.gradients(target, found, seed)
            return self._plain(target, found, seed)
        except GraphError as error:
            if "freed" not in str(error):
                raise
            raise GraphError(
                "This tape was used up by its first gradient(). Write "
                "GradientTape(persistent=True) to ask again."
            ) from None

    def _plain(self, target, found, seed) -> list[Any]:
        """Return the gradients as tensors that nothing is recorded of."""
        for t in found:
            if t.op is not None:
                t.retain_grad()
        leaves = [t for t in newest_first(target) if t.op is None]
        with gradients_put_back([*found, *leaves]):
            if target.requires_grad:
                self._shared.go_back(target, seed)
            return [None if t.grad is None else Tensor(t.grad) for t in found]


def _listed(sources, unconnected) -> list[Tensor]:
    """Return the sources in a list. TypeError for what is no tensor, ValueError for a value of
    unconnected_gradients that is not known.
    """
    if unconnected not in ("none", "zero"):
        raise ValueError(f'unconnected_gradients is "none" or "zero"; received {unconnected!r}.')
    found: list[Any] = []
    tree_map(found.append, sources)
    for t in found:
        if not isinstance(t, Tensor):
            raise TypeError(
                f"gradient(target, sources): sources are tensors or variables that were used "
                f"in the tape's block; received {type(t).__name__}."
            )
    return found


def _or_zeros(found, each, unconnected) -> list[Any]:
    """Return the gradients of the sources, with zeros in place of None if unconnected is "zero"."""
    if unconnected == "none":
        return each
    return [zeros_like(t) if g is None else g for t, g in zip(found, each)]


def _in_their_structure(sources, found, each):
    """Return the gradients in the structure of the sources."""
    by_id = {id(t): g for t, g in zip(found, each)}
    return tree_map(lambda t: by_id[id(t)], sources)


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
