"""The public Tensor: the core's class, with checks of its arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core import tensor as core
from ..core.backward import ChangedError, GraphError
from ..core.derivatives import nonlinear
from ..support import backend
from ..support.arrays import NUMPY_1, as_array, in_numpy_2, short
from ..support.dry_run import keep, numbers_of
from ..support.warning import warn
from .operators import Operators
from .switched import quietly, silent


def apply(op, *inputs, **params):
    """Compute op(*inputs) and record it for backward().

    op: a function of core/derivatives: arrays in, (array, one vjp per argument) out. inputs:
    tensors, arrays, lists, numbers, or symbols, whose values come later. params: arguments that
    have no gradient. The result needs a gradient if an input does and recording is on. An array
    among the inputs is not copied, and changing it before backward() is not detected; wrap it in a
    Tensor first.
    """
    for x in inputs:
        if not isinstance(x, Tensor):
            return _apply_mixed(op, inputs, params)
    computed = in_numpy_2(op) if NUMPY_1 else op
    if core.switches.quiet:  # entered once for a whole step of training: it takes its time
        result = core.apply(computed, *inputs, **params)
    else:
        result = silent().run(core.apply, computed, *inputs, **params)
    if op in _PROBABILITIES and params.get("axis", -1) in (-1, result.array.ndim - 1):
        logits = inputs[0] if result.requires_grad else inputs[0].detach()
        result.remember_logits(op.__name__, logits)
    return result


def _apply_mixed(op, inputs, params):
    """Apply an op if not all inputs are tensors. A bare number gets the dtype of the arrays among
    the inputs: 2.0 * float32 is float32.
    """
    for x in inputs:
        if hasattr(x, "record_op"):  # a symbol: record the op, and compute it later
            return x.record_op(op, inputs, params)
    dtypes = [x.dtype for x in inputs if isinstance(x, (Tensor, np.ndarray))]
    partner = np.result_type(*dtypes) if dtypes else None
    return apply(op, *quietly(_as_tensors, inputs, partner), **params)


def _as_tensors(inputs, dtype) -> list[Tensor]:
    return [x if isinstance(x, Tensor) else wrap(as_array(x, dtype)) for x in inputs]


# The results of these remember the logits that they were made from, so that a cross-entropy can
# compute its stable form.
_PROBABILITIES = {nonlinear.softmax, nonlinear.sigmoid}


class Tensor(Operators, core.Tensor):
    """A NumPy array that remembers how it was computed.

    data: numbers, lists, arrays or another tensor; copied. Lists and Python numbers become the
    default float type. Arrays keep NumPy's rules: uint8 100 − 128 is 228, so divide images by 255.0
    first. requires_grad: True for a leaf whose gradient is wanted, in `.grad` after `backward()`.
    dtype: convert to this dtype. Only float tensors can have a gradient (TypeError otherwise).
    """

    _apply = staticmethod(apply)
    _grad: np.ndarray | None = None
    _logits: tuple | None = None  # (kind, logits, both versions then) of probabilities

    def __init__(self, data, requires_grad: bool = False, dtype=None):
        core.Tensor.__init__(self, as_array(data), bool(requires_grad), dtype)
        if self.array.dtype.kind not in "biuf":
            raise TypeError(f"Tensors hold real numbers; received dtype={dtype!r}.")
        if requires_grad and self.array.dtype.kind != "f":
            raise TypeError(
                f"Only float tensors have gradients; received dtype {self.array.dtype}. Write 1.0 "
                "for 1, or pass dtype='float32'."
            )

    # -- what it holds
    ndim = property(lambda self: self.array.ndim, doc="How many axes it has.")
    size = property(lambda self: self.array.size, doc="How many numbers it holds.")
    dtype = property(lambda self: self.array.dtype, doc="The type of its numbers.")

    @property
    def data(self) -> np.ndarray:
        """The array. backward() detects `t.data = ...` and `t.data -= ...` if it needs the old
        values.
        """
        return self.array

    @data.setter
    def data(self, value):
        array = self.like(value, "data")
        keep(self, numbers_of)
        self.replace(array)
        self.version[0] += 1

    def replace(self, array: np.ndarray) -> None:
        """Use this array as the tensor's data from now on."""
        self.array = array if array is self.array else array.copy()

    @property
    def grad(self) -> Any:
        """∂(loss)/∂(this), an array of the same shape, once backward() has run. It adds up until
        set to None.
        """
        if self._grad is None and self.op is not None and not self.retains:
            warn(
                "Only leaves keep a gradient; this tensor was computed from others. "
                "Call its retain_grad() before backward().",
            )
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None and value is not self._grad:
            value = self.like(value, "a gradient").copy()
        self._grad = value

    def receive(self, gradient: np.ndarray) -> None:
        """Add to the gradient, as backward() does."""
        self._grad = gradient if self._grad is None else np.asarray(self._grad + gradient)

    def like(self, value, what: str) -> np.ndarray:
        """Convert the value to an array of this dtype. ValueError, naming `what`, for another
        shape.
        """
        array = np.asarray(as_array(value), dtype=self.array.dtype)
        if array.shape != self.array.shape:
            raise ValueError(f"{self.label()} received {what} of shape {array.shape}.")
        return array

    def label(self) -> str:
        """The tensor's name in errors."""
        return f"A tensor of shape {self.shape}"

    def numpy(self) -> np.ndarray:
        """Return a copy as a NumPy array, which you may change."""
        return self.array.copy()

    def item(self) -> float:
        """The number in a tensor of one element, as a Python number."""
        return self.array.item()

    def copy(self) -> Tensor:
        """Return the same values in new memory. Gradients pass through it."""
        return self + 0 if self.requires_grad else Tensor(self.array)

    def tolist(self):
        return self.array.tolist()

    def argmax(self, axis=None):
        return self.array.argmax(axis)

    def argmin(self, axis=None):
        return self.array.argmin(axis)

    def argsort(self, axis=-1):
        return self.array.argsort(axis)

    def any(self, axis=None):
        return self.array.any(axis)

    def all(self, axis=None):
        return self.array.all(axis)

    def round(self, decimals=0):
        return self.array.round(decimals)

    # -- its gradient
    def backward(self, gradient=None, retain_graph: bool = False) -> None:
        """Add ∂(this)/∂(leaf) to the `.grad` of every leaf this was computed from.

        gradient: ∂L/∂(this), of this tensor's shape; 1 if left out, which only a single number
        allows. retain_graph: keep the graph for another backward; otherwise it is freed, so memory
        does not grow. Raises GraphError if nothing was recorded, the graph is gone, or a value in
        it has changed since.
        """
        if gradient is not None:
            gradient = np.array(self.like(gradient, "a gradient"))
        elif self.requires_grad and self.array.size != 1:
            raise ValueError(
                f"backward() starts from a single number, but this tensor has shape {self.shape}. "
                "Call .mean() or .sum() first, or pass gradient=."
            )
        try:
            if core.switches.quiet:
                super().backward(gradient, retain_graph)
            else:
                silent().run(super().backward, gradient, retain_graph)
        except GraphError as error:
            raise GraphError(_explained(self, error)) from None

    def remember_logits(self, kind: str, logits: Tensor) -> None:
        """Store the logits of these probabilities. kind: 'softmax' or 'sigmoid'."""
        self._logits = (kind, logits, self.version[0], logits.version[0])

    def logits(self) -> tuple[str, Tensor] | None:
        """('softmax' or 'sigmoid', its logits) if neither tensor has changed since; else None."""
        if self._logits is None:
            return None
        kind, source, version, source_version = self._logits
        unchanged = (self.version[0], source.version[0]) == (version, source_version)
        return (kind, source) if unchanged else None

    def retain_grad(self) -> None:
        """Keep this tensor's gradient too, although it is not a leaf."""
        self.retains = True

    def zero_grad(self) -> None:
        """Set the gradient to None."""
        self._grad = None

    # -- changing it
    def __setitem__(self, index, value):
        raise TypeError(
            "A tensor's entries are not assigned, because a recorded graph may still need the old "
            "ones. Build a new tensor: ops.where(mask, new, t); or change a copy: a = t.numpy(); "
            "a[i] = value; Tensor(a)."
        )

    def _in_place(self, operator: str, ufunc, other):
        if not self.requires_grad or self.op is not None:
            return NotImplemented  # so that Python rebinds the name: a = a + b
        if not core.switches.pauses:
            raise TypeError(
                f"'{operator}' would turn this leaf into the result of a computation. To move a "
                f"weight, write w.data {operator} ..., or put the step under `with no_grad():`."
            )
        change = self.like(np.broadcast_to(as_array(other), self.shape), "a change")
        self.data = ufunc(self.array, change)
        return self

    def __iadd__(self, other):
        return self._in_place("+=", np.add, other)

    def __isub__(self, other):
        return self._in_place("-=", np.subtract, other)

    def __imul__(self, other):
        return self._in_place("*=", np.multiply, other)

    def __itruediv__(self, other):
        return self._in_place("/=", np.divide, other)

    # -- as Python sees it
    def _compare(self, ufunc, other):
        if other is None or isinstance(other, str):
            return NotImplemented
        if isinstance(other, np.generic):
            other = other.item()  # so that 0.1 equals np.float64(0.1) here too
        other = other if isinstance(other, (int, float)) else as_array(other)
        return silent().run(ufunc, self.array, other)

    def __eq__(self, other):
        return self._compare(np.equal, other)

    def __ne__(self, other):
        return self._compare(np.not_equal, other)

    def __lt__(self, other):
        return self._compare(np.less, other)

    def __le__(self, other):
        return self._compare(np.less_equal, other)

    def __gt__(self, other):
        return self._compare(np.greater, other)

    def __ge__(self, other):
        return self._compare(np.greater_equal, other)

    __hash__ = object.__hash__

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        return bool(self.array)

    def __float__(self):
        return float(self.array.item())

    def __int__(self):
        return int(self.array.item())

    def __index__(self):
        return self.array.__index__()

    def __format__(self, spec):
        if self.ndim == 0 or (spec and self.size == 1):
            return format(self.array.item(), spec)
        return format(str(self), spec)

    def __reduce__(self):  # copies and pickles are leaves of their own
        return Tensor, (self.array, self.requires_grad)

    def __repr__(self):
        about = [short(self.array, "Tensor(")]
        if self.size > 20:
            about.append(f"shape={self.shape}")
        if self.dtype != backend.floatx():
            about.append(f"dtype={self.dtype}")
        if self.op:
            about.append(f"op={self.op.__name__}")
        elif self.requires_grad:
            about.append("requires_grad=True")
        return f"Tensor({', '.join(about)})"

    # -- as NumPy sees it
    def __array__(self, dtype=None, copy=None):
        if copy or (dtype is not None and np.dtype(dtype) != self.array.dtype):
            return np.array(self.array, dtype=dtype)
        view = self.array.view()
        view.flags.writeable = False  # np.asarray(t) shares memory; t.numpy() is for writing
        return view


Tensor.plain = Tensor
wrap = Tensor.of  # a tensor around an array that nobody else will change: no copy and no checks


def _explained(tensor: Tensor, error: GraphError) -> str:
    """Return the message for an error in backward(): the cause and the cure."""
    if isinstance(error, ChangedError):
        return (
            f"{error.tensor.label()} was modified in place after '{error.op.__name__}' had used "
            "it: its gradient would be wrong. Call backward() before changing values, or compute "
            "the loss again."
        )
    if not tensor.requires_grad:
        return (
            "backward() found nothing to differentiate: no tensor this was computed from has "
            "requires_grad=True, or it was computed under no_grad() or in plain NumPy."
        )
    return (
        "The graph was already freed by an earlier backward(). Compute the loss anew before each "
        "backward(), or call the first one as backward(retain_graph=True)."
    )
