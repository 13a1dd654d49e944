"""Second derivatives of every op: the recorded gradient of each row of the table of derivatives is
backward()'s, and its own gradient that of finite differences. The ops that refuse are listed.
"""

import derivative_rows_of_arrays  # noqa: F401  (it adds its rows to ROWS)
import derivative_rows_of_frequencies  # noqa: F401
import derivative_rows_of_images  # noqa: F401
import derivative_rows_of_sequences  # noqa: F401
import numpy as np
import pytest
from derivative_rows import ROWS

from minidl import Tensor, apply
from minidl.tensor.higher import gradients
from minidl.tensor.higher_forms import AS_WRITTEN, SIMPLER, VJPS

# They have first derivatives only.
REFUSED = {"ctc.ctc", "linear.det", "linear.singular_values", "reductions.over_processes"}
NAMES = {f"{r.op.__module__.rpartition('.')[2]}.{r.op.__name__}": r for r in ROWS}
each_op = pytest.mark.parametrize("name", sorted(NAMES))


def name_of(r):
    return f"{r.op.__module__.rpartition('.')[2]}.{r.op.__name__}"


def leaves_of(arrays):
    return [Tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]


def first(r, arrays, g):
    """The gradients of the float inputs, by backward()."""
    inputs = leaves_of(arrays)
    apply(r.op, *inputs, **r.params).backward(g)
    return [x.grad for x in inputs if x.requires_grad]


def recorded(r, arrays, g):
    """(float inputs and g, the same gradients, recorded)."""
    inputs, g = leaves_of(arrays), Tensor(g, requires_grad=True)
    floats = [x for x in inputs if x.requires_grad]
    return [*floats, g], gradients(apply(r.op, *inputs, **r.params), floats, g)


def weighed(parts, weights):
    """Σ weight·part, over parts that are no constants."""
    seen = [(part * w).sum() for part, w in zip(parts, weights) if part is not None]
    return sum([s for s in seen if s.requires_grad], Tensor(np.zeros(())))


def slopes(total, leaves):
    """The recorded gradients of a number."""
    return [
        Tensor(np.zeros(x.shape)) if d is None else d
        for d, x in zip(gradients(total, leaves), leaves)
    ]


def random_like(arrays, seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=np.shape(a)) for a in arrays]


def agrees(slope_of, value_of, places, tolerance):
    """Compare slopes along random directions with central differences of a function of arrays."""
    for i, array in enumerate(places):
        (d,) = random_like([array], 7 + i)
        sides = []
        for step in (1e-5, -1e-5):
            moved = [*places]
            moved[i] = array + step * d
            sides.append(value_of(moved))
        numeric = (sides[0] - sides[1]) / 2e-5
        np.testing.assert_allclose((slope_of[i] * d).sum(), numeric, rtol=1e-4, atol=tolerance)


def floats_of(r):
    return [x for x in r.inputs if x.dtype.kind == "f"]


def with_floats(r, places):
    places = iter(places)
    return [next(places) if x.dtype.kind == "f" else x for x in r.inputs]


@pytest.mark.parametrize("r", ROWS, ids=str)
def test_second_derivative(r):
    (g,) = random_like([r.op(*r.inputs, **r.params)[0]], 1)
    expected = first(r, r.inputs, g)
    weights = random_like(expected, 2)
    leaves, found = recorded(r, r.inputs, g)
    for d, array in zip(found, expected):
        np.testing.assert_allclose(0.0 if d is None else d.data, array, rtol=1e-9, atol=1e-11)
    total = weighed(found, weights)
    if name_of(r) in REFUSED:
        with pytest.raises(NotImplementedError, match=f"'{r.op.__name__}' has no derivative here"):
            total.backward()
        return

    def first_weighed(places):
        *inputs, g = places
        return sum((d * w).sum() for d, w in zip(first(r, with_floats(r, inputs), g), weights))

    second = [d.data for d in slopes(total, leaves)]
    agrees(second, first_weighed, [*floats_of(r), g], 1e-5)
    if total.requires_grad:
        total.backward()  # the same with arrays
    for leaf, d in zip(leaves, second):
        np.testing.assert_allclose(0.0 if leaf.grad is None else leaf.grad, d, rtol=1e-7, atol=1e-9)


@each_op
def test_third_derivative(name):
    """Finite differences of the second derivative, at one row of each op."""
    r = NAMES[name]
    (g,) = random_like([r.op(*r.inputs, **r.params)[0]], 1)
    weights, again = random_like(floats_of(r), 2), random_like([*floats_of(r), g], 3)

    def second(places):
        leaves, found = recorded(r, with_floats(r, places), g)
        return leaves, weighed(slopes(weighed(found, weights), leaves), again)

    if name in REFUSED:
        with pytest.raises(NotImplementedError):
            second(floats_of(r))
        return
    leaves, total = second(floats_of(r))
    third = [d.data for d in slopes(total, leaves[:-1])]
    agrees(third, lambda places: second(places)[1].item(), floats_of(r), 1e-4)


def test_the_tables_name_ops_and_each_op_once():
    tables = [AS_WRITTEN, {key for key in VJPS if isinstance(key, str)}, set(SIMPLER), REFUSED]
    assert set(NAMES) == set().union(*tables)
    assert len(NAMES) == sum(map(len, tables)), "an op stands in one table"
