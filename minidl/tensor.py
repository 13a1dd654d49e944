"""Reverse-mode differentiation: the whole idea, in one file.

A `Tensor` holds a NumPy array. Whatever is computed from tensors goes through `apply`, which calls
an op of the table (`minidl.derivatives`) and remembers, for each input that needs a gradient, the
edge (input, vjp). Those edges are the tape. `loss.backward()` walks it from the loss to the leaves,
multiplying by one local derivative an edge: the chain rule.

>>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
array([2., 4., 6.], dtype=float32)

Gradients here are plain arrays, of first order only. For gradients of gradients read on in HIPS
autograd and JAX.
"""

from __future__ import annotations

import itertools
import warnings
from operator import attrgetter
from typing import Any

import numpy as np

from .core.derivatives import nonlinear
from .operators import Operators
from .recording import quiet, switches
from .support import backend
from .support.arrays import NUMPY_1, as_array, short, with_numpy_2_dtype
from .support.registry import REGISTRIES


class GraphError(RuntimeError):
    """backward() cannot give a right answer: the graph was dropped, changed, or never recorded."""


_count = itertools.count()
_number = attrgetter("_number")


# --- forward: compute, and remember how to go back
# -------------------------------------------------------------------


def apply(op, *inputs, **params):
    """Compute op(*inputs) and record how to go back.

    op: a function of the table: arrays in, (array, one vjp per argument) out. inputs: tensors,
    arrays or numbers.
    params: whatever is not differentiated. The result needs a gradient if an input does and
    recording is on.
    A plain array among the inputs is kept, not copied: changing it before backward() goes
    unnoticed, so wrap it in a Tensor first.
    """
    arrays = []
    for x in inputs:
        if not isinstance(x, Tensor):
            return _apply_mixed(op, inputs, params)
        arrays.append(x._data)
    if switches.quiet:  # entered once for a whole step of training: it takes its time
        data, vjps = op(*arrays, **params)
    else:
        with quiet():
            data, vjps = op(*arrays, **params)
    if NUMPY_1:
        data = with_numpy_2_dtype(data, op, arrays, params)
    result = wrap(data)
    data = result._data
    if (
        data.base is not None or data is arrays[0]
    ):  # it shares memory with an input: so do their versions
        for x in inputs:
            if np.may_share_memory(data, x._data):
                result._version = x._version
    if not switches.pauses:
        _record(result, op, inputs, vjps)
    if op in _PROBABILITIES and params.get("axis", -1) in (-1, data.ndim - 1):
        logits = inputs[0] if result.requires_grad else inputs[0].detach()
        result._logits = (op.__name__, logits, result._version[0], logits._version[0])
    return result


def _record(result: Tensor, op, inputs, vjps) -> None:
    """Keep the way back to those inputs that need a gradient, and the state in which the op saw
    them all.
    """
    if len(vjps) != len(inputs):
        raise TypeError(
            f"'{op.__name__}' returned {len(vjps)} vjps for {len(inputs)} inputs; it needs one an "
            f"input."
        )
    edges, used = [], []
    for x, vjp in zip(inputs, vjps):
        used.append((x, x._version[0]))
        if x.requires_grad:
            edges.append((x, vjp))
    if edges and result._data.dtype.kind == "f":
        result.requires_grad = True
        result._op, result._edges, result._used = op, edges, used


def _apply_mixed(op, inputs, params):
    """`apply` where not all inputs are tensors. Bare numbers take the dtype of the arrays they
    meet: 2.0 * float32 is float32.
    """
    for x in inputs:
        if hasattr(
            x, "record_op"
        ):  # a symbol: a value not known yet. Note the op, compute it later
            return x.record_op(op, inputs, params)
    dtypes = [x.dtype for x in inputs if isinstance(x, (Tensor, np.ndarray))]
    partner = np.result_type(*dtypes) if dtypes else None
    with quiet():
        tensors = [x if isinstance(x, Tensor) else wrap(as_array(x, partner)) for x in inputs]
    return apply(op, *tensors, **params)


# What these return remembers the logits it was made from, so that a cross-entropy on it can compute
# the stable form.
_PROBABILITIES = {nonlinear.softmax, nonlinear.sigmoid}


def wrap(data) -> Tensor:
    """A tensor around an array that nobody else will change: unlike Tensor(data), no copy and no
    checks.
    """
    tensor = Tensor.__new__(Tensor)
    tensor._data = data if type(data) is np.ndarray else np.asarray(data)
    tensor._number = next(_count)
    tensor._version = [0]
    return tensor


# --- backward: the chain rule
# ----------------------------------------------------------------------------------------

_DROPPED = type(
    "Dropped", (tuple,), {}
)()  # stands where a tensor's edges were, once backward has used them up


def newest_first(root: Tensor) -> list[Tensor]:
    """The graph under root, each tensor before those it was made from: they are older. No
    recursion, so any depth will do.
    """
    found, stack = {id(root): root}, [root]
    while stack:
        for parent, _ in stack.pop()._edges:
            if id(parent) not in found:
                found[id(parent)] = parent
                stack.append(parent)
    return sorted(found.values(), key=_number, reverse=True)


def _check_graph(order: list[Tensor]) -> None:
    for tensor in order:
        if tensor._edges is _DROPPED:
            raise GraphError(
                "The graph was already freed by an earlier backward(). Compute the loss anew "
                "before each "
                "backward(), or call the first one as backward(retain_graph=True)."
            )
        for used, version in tensor._used:
            if used._version[0] != version:
                raise GraphError(
                    f"{used._label()} was modified in place after '{tensor._op.__name__}' had "
                    f"used it: its gradient would "
                    "be wrong. Call backward() before changing values, or compute the loss again."
                )


def _fit(gradient: np.ndarray, tensor: Tensor) -> np.ndarray:
    """Undo broadcasting: sum over the axes along which the tensor was repeated. And give it the
    tensor's dtype.
    """
    shape = tensor._data.shape
    if gradient.shape != shape:
        added = gradient.ndim - len(shape)
        if added > 0:
            gradient = gradient.sum(axis=tuple(range(added)))
        if added >= 0:
            stretched = tuple([i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1])
            gradient = gradient.sum(axis=stretched, keepdims=True)
        if gradient.shape != shape:
            raise ValueError(
                f"A vjp returned shape {gradient.shape} for an input of shape {shape}."
            )
    gradient = np.asarray(gradient)
    if gradient.dtype == tensor._data.dtype:
        return gradient
    if tensor._data.dtype.kind != "f":
        raise TypeError(
            f"Only float tensors have gradients; {tensor._label()} has dtype {tensor._data.dtype}."
        )
    return gradient.astype(tensor._data.dtype)


def _backward(root: Tensor, seed: np.ndarray, retain_graph: bool) -> None:
    order = newest_first(root)
    _check_graph(order)
    gradients = {id(root): seed}  # of this pass alone: what lies in between keeps nothing
    ours = set()  # keys whose array nobody else holds, so that it may be added into
    for tensor in order:
        key = id(tensor)
        g = gradients.pop(key)
        if not tensor._edges or tensor._retains:
            tensor._receive(g if key in ours and not tensor._edges else g.copy())
        for parent, vjp in tensor._edges:
            d = vjp(g)
            if (
                type(d) is not np.ndarray
                or d.shape != parent._data.shape
                or d.dtype != parent._data.dtype
            ):
                d = _fit(np.asarray(d), parent)
            key = id(parent)
            if key not in gradients:
                gradients[key] = d
                if d is not g and d.base is None:  # neither g nor a view of it: a fresh array
                    ours.add(key)
            elif key in ours:
                np.add(gradients[key], d, out=gradients[key])
            else:
                gradients[key] = np.asarray(gradients[key] + d)
                ours.add(key)
        if tensor._edges and not retain_graph:
            tensor._edges, tensor._used = _DROPPED, ()


# --- the tensor


class Tensor(Operators):
    """A NumPy array that remembers how it was computed.

    data: numbers, lists, arrays or another tensor; copied. Lists and Python numbers become the
    default float type.
    requires_grad: True for a value whose gradient is wanted (a leaf); after `backward()` it stands
    in `.grad`.
    dtype: convert to this dtype. Only float tensors can have a gradient (TypeError otherwise).
    """

    _apply = staticmethod(apply)

    requires_grad = False
    _edges: (
        list | tuple
    ) = ()  # (input, vjp) pairs: what it was computed from, and how to go back there
    _used: list | tuple = ()  # (input, its version then) pairs
    _op: Any = None  # the function of the table that made it
    _grad: np.ndarray | None = None
    _retains = False
    _logits: tuple | None = (
        # ('softmax' or 'sigmoid', the logits, both versions then) if it holds probabilities made
        # from them
        None
    )

    def __init__(self, data, requires_grad: bool = False, dtype=None):
        self._data = np.array(
            as_array(data), dtype=dtype
        )  # a copy: changing yours later leaves the graph alone
        self._number = next(_count)  # tells which of two tensors is older
        self._version = [0]  # counts changes made in place; views of it share the list
        if self._data.dtype.kind not in "biuf":
            raise TypeError(f"Tensors hold real numbers; received dtype={dtype!r}.")
        if requires_grad and self._data.dtype.kind != "f":
            raise TypeError(
                f"Only float tensors have gradients; received dtype {self._data.dtype}. "
                "Write 1.0 for 1, or pass dtype='float32'."
            )
        self.requires_grad = bool(requires_grad)

    # -- what it holds
    shape = property(lambda self: self._data.shape, doc="Its size along each axis.")
    ndim = property(lambda self: self._data.ndim, doc="How many axes it has.")
    size = property(lambda self: self._data.size, doc="How many numbers it holds.")
    dtype = property(lambda self: self._data.dtype, doc="The type of its numbers.")

    @property
    def data(self) -> np.ndarray:
        """The array itself. A graph that still needs the old values notices `t.data = ...` and
        `t.data -= ...`.
        """
        return self._data

    @data.setter
    def data(self, value):
        array = self._like(value, "data")
        self._data = array if array is self._data else array.copy()
        self._version[0] += 1

    @property
    def grad(self) -> Any:
        """∂(loss)/∂(this), an array of the same shape, once backward() has run. It adds up until
        set to None.
        """
        if self._grad is None and self._op is not None and not self._retains:
            warnings.warn(
                "Only leaves keep a gradient; this tensor was computed from others. "
                "Call its retain_grad() before backward().",
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None and value is not self._grad:
            value = self._like(value, "a gradient").copy()
        self._grad = value

    def _like(self, value, what: str) -> np.ndarray:
        array = np.asarray(as_array(value), dtype=self._data.dtype)
        if array.shape != self._data.shape:
            raise ValueError(f"{self._label()} received {what} of shape {array.shape}.")
        return array

    def _label(self) -> str:
        return f"A tensor of shape {self.shape}"

    def numpy(self) -> np.ndarray:
        """A copy as a plain array, yours to change."""
        return self._data.copy()

    def item(self) -> float:
        """The number in a tensor of one element, as a Python number."""
        return self._data.item()

    def detach(self) -> Tensor:
        """The same values, in the same memory, cut off from the graph."""
        tensor = wrap(self._data)
        tensor._version = self._version
        return tensor

    def copy(self) -> Tensor:
        """The same values in memory of their own; gradients flow through."""
        return self + 0 if self.requires_grad else Tensor(self._data)

    def tolist(self):
        return self._data.tolist()

    def argmax(self, axis=None):
        return self._data.argmax(axis)

    def argmin(self, axis=None):
        return self._data.argmin(axis)

    def argsort(self, axis=-1):
        return self._data.argsort(axis)

    def any(self, axis=None):
        return self._data.any(axis)

    def all(self, axis=None):
        return self._data.all(axis)

    def round(self, decimals=0):
        return self._data.round(decimals)

    # -- its gradient
    def backward(self, gradient=None, retain_graph: bool = False) -> None:
        """Add ∂(this)/∂(leaf) to the `.grad` of every leaf this was computed from.

        gradient: ∂L/∂(this), of this tensor's shape; 1 if left out, which only a single number
        allows.
        retain_graph: keep the graph for another backward; otherwise it is freed, so memory does not
        grow.
        Raises GraphError if nothing was recorded, the graph is gone, or a value in it has changed
        since.
        """
        if not self.requires_grad:
            raise GraphError(
                "backward() found nothing to differentiate: no tensor this was computed from has "
                "requires_grad=True, or it was computed under no_grad() or in plain NumPy."
            )
        if gradient is None:
            if self._data.size != 1:
                raise ValueError(
                    f"backward() starts from a single number, but this tensor has shape "
                    f"{self.shape}. "
                    "Call .mean() or .sum() first, or pass gradient=."
                )
            seed = np.array(1, self._data.dtype).reshape(self._data.shape)
        else:
            seed = np.array(self._like(gradient, "a gradient"))
        with quiet():
            _backward(self, seed, retain_graph)

    def logits(self) -> tuple[str, Tensor] | None:
        """('softmax' or 'sigmoid', the logits) if that function has made this tensor and neither
        has changed since.
        """
        if self._logits is None:
            return None
        kind, source, version, source_version = self._logits
        return (
            (kind, source)
            if (self._version[0], source._version[0]) == (version, source_version)
            else None
        )

    def retain_grad(self) -> None:
        """Keep this tensor's gradient too, although it is not a leaf."""
        self._retains = True

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self._grad = None

    def _receive(self, gradient: np.ndarray) -> None:
        self._grad = gradient if self._grad is None else np.asarray(self._grad + gradient)

    # -- changing it
    def __setitem__(self, index, value):
        raise TypeError(
            "A tensor's entries are not assigned, because a recorded graph may still need the old "
            "ones. Build "
            "a new tensor: ops.where(mask, new, t); or change a copy: a = t.numpy(); a[i] = "
            "value; Tensor(a)."
        )

    def _in_place(self, operator: str, ufunc, other):
        if not self.requires_grad or self._op is not None:
            return NotImplemented  # so that Python rebinds the name: a = a + b
        if not switches.pauses:
            raise TypeError(
                f"'{operator}' would turn this leaf into the result of a computation. To move a "
                f"weight, write "
                f"w.data {operator} ..., or put the step under `with no_grad():`."
            )
        self.data = ufunc(
            self._data, self._like(np.broadcast_to(as_array(other), self.shape), "a change")
        )
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
        with quiet():
            return ufunc(self._data, other if isinstance(other, (int, float)) else as_array(other))

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

    def __len__(self):
        return len(self._data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        return bool(self._data)

    def __float__(self):
        return float(self._data.item())

    def __int__(self):
        return int(self._data.item())

    def __index__(self):
        return self._data.__index__()

    def __format__(self, spec):
        return (
            format(self._data.item(), spec) if spec and self.size == 1 else format(str(self), spec)
        )

    def __reduce__(self):
        return Tensor, (
            self._data,
            self.requires_grad,
        )  # copies and pickles are leaves of their own

    def __repr__(self):
        values = short(self._data, "Tensor(")
        about = [f"shape={self.shape}"] if self.size > 20 else []
        about += [f"dtype={self.dtype}"] if self.dtype != backend.floatx() else []
        about += (
            [f"op={self._op.__name__}"]
            if self._op
            else ["requires_grad=True"]
            if self.requires_grad
            else []
        )
        return f"Tensor({', '.join([values, *about])})"

    # -- as NumPy sees it
    def __array__(self, dtype=None, copy=None):
        if copy or (dtype is not None and np.dtype(dtype) != self._data.dtype):
            return np.array(self._data, dtype=dtype)
        view = self._data.view()
        view.flags.writeable = (
            False  # np.asarray(t) shares memory; whoever wants to write takes t.numpy()
        )
        return view


class Variable(Tensor):
    """A named weight: a leaf that training changes.

    initializer: its first numbers, or an initializer or its name, and `shape`. name: 'kernel',
    'bias', ... trainable: False for a weight that gradients do not move.
    """

    regularizer: Any = None  # a penalty on its numbers, which models add to their loss
    constraint: Any = None  # what optimizers put its numbers through after a step
    path = ""  # layer/name, for a weight of a layer

    def __init__(
        self, initializer, shape=None, dtype=None, trainable: bool = True, name: str = "variable"
    ):
        if isinstance(initializer, str):
            initializer = REGISTRIES["initializer"][initializer]()
        if callable(initializer):
            if shape is None:
                raise ValueError(
                    "Variable: a function that makes the numbers needs the shape too: "
                    "Variable(function, shape)."
                )
            initializer = initializer(tuple(shape))
        super().__init__(initializer, dtype=dtype)
        self.name = name
        self.born_trainable = (
            trainable  # unfreezing a layer does not set its counters and moving means free
        )
        self.trainable = trainable

    @property
    def trainable(self) -> bool:
        """Whether training moves it; whole-number variables never are."""
        return self.requires_grad

    @trainable.setter
    def trainable(self, value: bool):
        self.requires_grad = bool(value) and self._data.dtype.kind == "f"

    def assign(self, value) -> Variable:
        """Replace the numbers, keeping shape and dtype. A graph that still needs the old ones
        refuses to go backward.
        """
        self._data[...] = self._like(value, "values")
        self._version[0] += 1
        return self

    def assign_add(self, value) -> Variable:
        """Add to the numbers in place."""
        return self.assign(self._data + as_array(value, self._data.dtype))

    def assign_sub(self, value) -> Variable:
        """Subtract in place: `w.assign_sub(learning_rate * w.grad)` is one step of gradient
        descent.
        """
        return self.assign(self._data - as_array(value, self._data.dtype))

    @property
    def value(self) -> Variable:
        """Itself: in Keras a variable and its value are two things, here they are one."""
        return self

    def __reduce__(self):
        about = {
            "requires_grad": self.requires_grad,
            "regularizer": self.regularizer,
            "constraint": self.constraint,
        }
        return Variable, (self._data, None, None, self.born_trainable, self.name), about

    def _label(self) -> str:
        return f"Variable '{self.name}' of shape {self.shape}"

    def __repr__(self):
        values = short(self._data, "")
        return (
            f"<Variable '{self.name}' shape={self.shape} dtype={self.dtype} "
            f"trainable={self.trainable}\n{values}>"
        )
