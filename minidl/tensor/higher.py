"""Gradients that are tensors: they have a gradient themselves.

backward() passes arrays through the vjps of a graph, and the result is an array, which remembers
nothing. Here tensors walk the same way. The formulas of core/derivatives are computed with the
tensors of the graph in the place of arrays, so all that they compute is recorded, and a gradient
can be differentiated again, to any order. It was called double backpropagation (Drucker & LeCun
1992). It costs several times as much as backward(), so only tapes inside tapes ask for it.

higher_forms.py, higher_products.py and higher_recurrent.py tell how each op is computed with
tensors.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any

import numpy as np

from ..core import derivatives
from ..core.backward import Placed, check, newest_first
from ..core.derivatives import arithmetic, shaping
from ..core.derivatives.stepping import shared
from ..core.tensor import record
from . import higher_recurrent  # noqa: F401  (its formulas stand in SIMPLER)
from .higher_forms import AS_WRITTEN, SIMPLER, VJPS
from .higher_products import own_vjps
from .switched import quietly
from .tensor import Tensor, apply, wrap

_REFUSED = (
    "The gradient of '{name}' has no derivative here, so a second derivative cannot pass through "
    "it. Compute with other ops in its place: sums, products, powers, exp, tanh and nearly all "
    "layers have all derivatives. Or use differences: (gradient at x + h - gradient at x - h) / "
    "(2·h)."
)


def gradients(target: Tensor, sources, gradient: Tensor | None = None) -> list[Any]:
    """∂(target)/∂(source) for each source, as tensors that remember how they were computed.

    None for a source that the target does not depend on. gradient: ∂L/∂(target), in its shape; ones
    if left out. The graph is kept.
    """
    if not target.requires_grad:
        return [None for _ in sources]
    order = newest_first(target)
    check(order)
    if gradient is None:
        gradient = wrap(np.ones_like(target.array))
    with _still_watched(order):
        found = quietly(_walk, order, {id(target): gradient}, {id(s) for s in sources})
    return [found.get(id(s)) for s in sources]


@contextlib.contextmanager
def _still_watched(order):
    """Let the leaves of a graph require a gradient inside a with-block, although the block of the
    tape that watched them may have ended.
    """
    leaves = [t for t in order if t.op is None and not t.requires_grad]
    try:
        for leaf in leaves:
            leaf.requires_grad = True
        yield
    finally:
        for leaf in leaves:
            leaf.requires_grad = False


def _walk(order, waiting: dict[int, Any], wanted: set[int]) -> dict[int, Any]:
    """Go back through the graph with tensors. Returns the gradients of the wanted tensors by id.

    order: the tensors, each before its parents. waiting: id of a tensor -> ∂L/∂(tensor).
    """
    found, leading = {}, set(wanted)
    for tensor in reversed(order):
        if any([id(parent) in leading for parent, _ in tensor.edges]):
            leading.add(id(tensor))
    for tensor in order:
        g = waiting.pop(id(tensor), None)
        if g is None:
            continue
        if id(tensor) in wanted:
            found[id(tensor)] = g
        if any([id(parent) in leading for parent, _ in tensor.edges]):
            for (parent, _), vjp, own in zip(tensor.used, _vjps(tensor), own_vjps(tensor)):
                if own is not None and id(parent) in leading:
                    _add_up(parent, _repaired(tensor.op, g, vjp(g)), waiting)
    return found


def _add_up(parent, part, waiting) -> None:
    """Add a part to the sum of ∂L/∂(parent) in `waiting`, in the parent's shape and dtype."""
    if part is None:
        return
    if isinstance(part, Placed):
        part = apply(shaping.put, part.g, index=part.index, shape=parent.shape)
    if not isinstance(part, Tensor):
        part = wrap(np.asarray(part))
    if part.shape != parent.shape:  # axes that broadcasting added, or stretched
        added = part.ndim - parent.ndim
        stretched = [added + i for i, n in enumerate(parent.shape) if n == 1]
        part = part.sum(axis=(*range(added), *stretched)).reshape(parent.shape)
    if part.dtype != parent.dtype:
        part = part.astype(parent.dtype)
    before = waiting.get(id(parent))
    waiting[id(parent)] = part if before is None else before + part


def _repaired(op, g, d):
    """Return the gradient d, but 0 where g is 0, if the op says that 0 times an infinite slope is
    0.
    """
    repair = getattr(op, "repair", None)
    if repair is None or not isinstance(d, Tensor) or repair(g.array, d.array) is d.array:
        return d
    return apply(arithmetic.where, 0.0, d, condition=g.array == 0)


def _vjps(node) -> Any:
    """Return the vjps of the op that computed a tensor, one for each input: functions of
    tensors.
    """
    inputs = [x for x, _ in node.used]
    op = getattr(node.op, "__wrapped__", node.op)
    key, settings = _key(op), node.settings
    if key in AS_WRITTEN:
        return op(*inputs, **settings)[1]
    if key in VJPS:
        return VJPS[key](node, *inputs, **settings)
    if key in SIMPLER:
        back = partial(_back_through, partial(SIMPLER[key], **settings), inputs)
        return shared(back, *[partial(_pick, i) for i in range(len(inputs))])
    return [_first_only(op, vjp, inputs) for vjp in own_vjps(node)]


def _key(op):
    """'arithmetic.add' for an op of core/derivatives; another op itself."""
    package, _, module = getattr(op, "__module__", "").rpartition(".")
    return f"{module}.{op.__name__}" if package == derivatives.__name__ else op


def _first_only(op, vjp, inputs):
    """Return a vjp of tensors whose result is right, but has no derivative."""
    return lambda g: apply(_refusing, g, *inputs, vjp=vjp, name=op.__name__)


def _refusing(g, *inputs, vjp, name):
    """z = vjp(g), which also depends on the inputs; who asks for its derivative gets an error"""

    def refuse(_):
        raise NotImplementedError(_REFUSED.format(name=name))

    z = vjp(g)
    if isinstance(z, Placed):
        whole = np.zeros_like(inputs[0])
        z.add_to(whole)
        z = whole
    return z, (refuse,) * (1 + len(inputs))


def _pick(i: int, *parts):
    return parts[i]


def _back_through(formula, inputs, g) -> list[Any]:
    """Return ∂L/∂(input) for each input, where formula(*inputs) is a tensor of simpler ops and g
    its gradient.
    """
    twins = [wrap(x.array) for x in inputs]
    for x, twin in zip(inputs, twins):
        twin.requires_grad = x.requires_grad
    z = formula(*twins)
    found = _walk(newest_first(z), {id(z): g}, {id(twin) for twin in twins})
    for x, twin in zip(inputs, twins):  # not before: the walk was to end at the twins
        if x.requires_grad:
            record(twin, shaping.reshape, [x], [lambda g: g])
            twin.settings = {"shape": x.shape}
    return [found.get(id(twin)) for twin in twins]
