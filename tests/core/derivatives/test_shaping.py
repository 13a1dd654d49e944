"""Derivatives over random shapes, axes and indices, each with an exact oracle."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minidl import Tensor, ops

steady = settings(derandomize=True, deadline=None, max_examples=120, database=None)


# Un-broadcasting and rearranging are told apart from their implementation by bookkeeping: number
# the entries of x, send the numbers
# the way the entries go, and add up g by number.


def collect(numbers, g, x):
    """Σ of g over all places to which entry i of x went; numbers: which entry went to each place
    (-1: none).
    """
    numbers, g = np.asarray(numbers).ravel(), np.asarray(g).ravel()
    mine = numbers >= 0
    return np.bincount(numbers[mine].astype(int), weights=g[mine], minlength=x.size).reshape(
        x.shape
    )


def numbered(x):
    return np.arange(x.size).reshape(x.shape)


def floats_for(shape, seed, low=-2.0, high=2.0):
    return np.asarray(np.random.default_rng(seed).uniform(low, high, size=shape))


BINARY = {
    "add": (ops.add, lambda x, y: (np.ones_like(x + y), np.ones_like(x + y))),
    "sub": (ops.subtract, lambda x, y: (np.ones_like(x + y), -np.ones_like(x + y))),
    "mul": (ops.multiply, lambda x, y: (y + 0 * x, x + 0 * y)),
    "div": (ops.divide, lambda x, y: (1 / y + 0 * x, -x / y**2)),
    "maximum": (ops.maximum, lambda x, y: ((x > y) + 0.5 * (x == y), (y > x) + 0.5 * (x == y))),
    "minimum": (ops.minimum, lambda x, y: ((x < y) + 0.5 * (x == y), (y < x) + 0.5 * (x == y))),
}


@steady
@given(
    name=st.sampled_from(sorted(BINARY)),
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=3),
    seed=st.integers(0, 1000),
    swapped=st.booleans(),
)
def test_broadcasting_is_undone(name, shapes, seed, swapped):
    op, slopes = BINARY[name]
    a, b = shapes.input_shapes[::-1] if swapped else shapes.input_shapes
    x, y = floats_for(a, seed), floats_for(b, seed + 1, 0.5, 2.0)
    tx, ty = Tensor(x, requires_grad=True), Tensor(y, requires_grad=True)
    z = op(tx, ty)
    assert z.shape == np.broadcast_shapes(a, b)
    g = floats_for(z.shape, seed + 2)
    z.backward(gradient=g)
    for t, array, slope in zip((tx, ty), (x, y), slopes(x, y)):
        expected = collect(np.broadcast_to(numbered(array), z.shape), g * slope, array)
        assert type(t.grad) is np.ndarray and t.grad.shape == array.shape
        np.testing.assert_allclose(t.grad, expected, rtol=1e-12, atol=1e-13)


@steady
@given(
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3),
    seed=st.integers(0, 1000),
)
def test_where_broadcasts_all_three(shapes, seed):
    c, a, b = shapes.input_shapes
    condition = np.random.default_rng(seed).random(c) < 0.5
    x, y = (
        Tensor(floats_for(a, seed), requires_grad=True),
        Tensor(floats_for(b, seed + 1), requires_grad=True),
    )
    z = ops.where(condition, x, y)
    np.testing.assert_array_equal(z.data, np.where(condition, x.data, y.data))
    g = floats_for(z.shape, seed + 2)
    z.backward(gradient=g)
    np.testing.assert_allclose(
        x.grad,
        collect(
            np.broadcast_to(numbered(x.data), z.shape),
            g * np.broadcast_to(condition, z.shape),
            x.data,
        ),
    )
    np.testing.assert_allclose(
        y.grad,
        collect(
            np.broadcast_to(numbered(y.data), z.shape),
            g * ~np.broadcast_to(condition, z.shape),
            y.data,
        ),
    )


@st.composite
def indexed_shapes(draw):
    """A shape and an index for it: positions, slices, lists with repeats, masks, newaxis, an
    ellipsis, all mixed.
    """
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    if draw(st.integers(0, 5)) == 0:
        return shape, draw(hnp.arrays(bool, shape))  # one mask for the whole
    length, masked, parts = draw(st.integers(0, 4)), False, []
    for n in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(
            st.sampled_from(
                ["position", "slice", "slice", "list", "array", "column", "tuple", "tensor", "mask"]
            )
        )
        if (
            kind == "mask"
            and not masked
            and not any(isinstance(p, (list, tuple, np.ndarray, Tensor)) for p in parts)
        ):
            masked = True
            parts.append(draw(hnp.arrays(bool, n)))
        elif kind == "slice" or masked:
            parts.append(draw(st.slices(n)))
        elif kind == "position":
            parts.append(draw(st.integers(-n, n - 1)))
        else:
            chosen = draw(st.lists(st.integers(-n, n - 1), min_size=length, max_size=length))
            if kind == "column":
                chosen = np.array(chosen, dtype=int).reshape(-1, 1)
            parts.append(
                {
                    "array": lambda c: np.array(c, dtype=int),
                    "tuple": tuple,
                    "tensor": lambda c: Tensor(np.array(c, dtype=int)),
                }.get(kind, lambda c: c)(chosen)
            )
    if draw(st.booleans()):
        parts = [
            draw(st.sampled_from([slice(None)])) if isinstance(p, type(None)) else p for p in parts
        ] + [...]
    for _ in range(draw(st.integers(0, 2))):
        parts.insert(draw(st.integers(0, len(parts))), None)
    return shape, tuple(parts)


@settings(steady, max_examples=300)
@given(indexed_shapes(), st.integers(0, 1000))
def test_indexing_puts_the_gradient_back(shape_and_index, seed):
    shape, index = shape_and_index
    x = Tensor(floats_for(shape, seed), requires_grad=True)
    plain = (
        tuple(
            p.data
            if isinstance(p, Tensor)
            else np.array(p, dtype=int)
            if isinstance(p, (list, tuple))
            else p
            for p in index
        )
        if isinstance(index, tuple)
        else index
    )
    try:
        numbers = numbered(x.data)[plain]
    except IndexError:
        assume(False)
    z = x[index]
    np.testing.assert_array_equal(z.data, x.data[plain])
    g = floats_for(z.shape, seed + 1)
    z.backward(gradient=g)
    expected = np.zeros(shape)
    np.add.at(expected, plain, g)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(x.grad, collect(numbers, g, x.data), rtol=1e-12, atol=1e-13)


def naive_prod_slope(x, axes):
    """The product of all others, by leaving one out at a time."""
    slope = np.ones_like(x)
    for i in np.ndindex(*x.shape):
        others = np.array(
            x[tuple(slice(None) if a in axes else slice(k, k + 1) for a, k in enumerate(i))]
        )
        others[tuple(k if a in axes else 0 for a, k in enumerate(i))] = 1
        slope[i] = others.prod()
    return slope


REDUCTIONS = {
    "sum": (np.sum, lambda x, z, n, axes: np.ones_like(x)),
    "mean": (np.mean, lambda x, z, n, axes: np.ones_like(x) / n),
    "var": (np.var, lambda x, z, n, axes: 2 * (x - np.mean(x, axis=axes, keepdims=True)) / n),
    "prod": (np.prod, lambda x, z, n, axes: naive_prod_slope(x, axes)),
    "max": (np.max, lambda x, z, n, axes: (x == z) / (x == z).sum(axis=axes, keepdims=True)),
    "min": (np.min, lambda x, z, n, axes: (x == z) / (x == z).sum(axis=axes, keepdims=True)),
}


@settings(steady, max_examples=200)
@given(
    name=st.sampled_from(sorted(REDUCTIONS)),
    data=st.data(),
    keepdims=st.booleans(),
    seed=st.integers(0, 1000),
    whole=st.booleans(),
)
def test_reductions_over_any_axes(name, data, keepdims, seed, whole):
    shape = data.draw(
        hnp.array_shapes(
            min_dims=0, max_dims=4, min_side=0 if name in ("sum", "prod") else 1, max_side=3
        )
    )
    axis = data.draw(
        st.one_of(
            st.none(),
            hnp.valid_tuple_axes(len(shape)),
            *([st.integers(-len(shape), len(shape) - 1)] if shape else []),
        )
    )
    array = floats_for(shape, seed)
    if whole:
        array = np.round(array)  # many ties, many zeros
    reduce, slope = REDUCTIONS[name]
    x = Tensor(array, requires_grad=True)
    z = getattr(x, name)(
        axis=list(axis) if isinstance(axis, tuple) and seed % 2 else axis, keepdims=keepdims
    )
    expected = reduce(array, axis=axis, keepdims=keepdims)
    assert z.shape == np.shape(expected)
    np.testing.assert_allclose(z.data, expected, rtol=1e-12, atol=1e-14)
    axes = (
        tuple(range(len(shape)))
        if axis is None
        else tuple(a % len(shape) for a in np.atleast_1d(axis).astype(int))
    )
    full = np.asarray(reduce(array, axis=axes, keepdims=True))
    g = floats_for(z.shape, seed + 1)
    z.backward(gradient=g)
    n = int(np.prod([shape[a] for a in axes]))
    np.testing.assert_allclose(
        x.grad,
        g.reshape(full.shape) * slope(array, full, n, axes) * np.ones(shape),
        rtol=1e-10,
        atol=1e-12,
    )


def rearrangements():
    """Functions that only move numbers, for arrays of one shape: (of tensors, the same of
    arrays).
    """

    @st.composite
    def choose(draw):
        shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=3))
        n, axis = len(shape), draw(st.integers(-len(shape), len(shape) - 1))
        kind = draw(
            st.sampled_from(
                [
                    "reshape",
                    "transpose",
                    "swapaxes",
                    "T",
                    "ravel",
                    "squeeze",
                    "expand_dims",
                    "flip",
                    "take",
                    "split",
                    "split at",
                    "pad",
                    "broadcast_to",
                    "concatenate",
                    "stack",
                    "roll by hand",
                ]
            )
        )
        if kind == "reshape":
            sizes = draw(st.permutations(list(shape)))
            return shape, lambda x: x.reshape(*sizes), lambda a: a.reshape(sizes)
        if kind == "transpose":
            axes = [a - n if draw(st.booleans()) else a for a in draw(st.permutations(range(n)))]
            return shape, lambda x: x.transpose(axes), lambda a: a.transpose(axes)
        if kind == "swapaxes":
            other = draw(st.integers(-n, n - 1))
            return shape, lambda x: x.swapaxes(axis, other), lambda a: a.swapaxes(axis, other)
        if kind == "T":
            return shape, lambda x: x.T, lambda a: a.T
        if kind == "ravel":
            return shape, lambda x: x.ravel(), lambda a: a.ravel()
        if kind == "squeeze":
            one = (*shape[: axis % n], 1, *shape[axis % n :])
            return one, lambda x: ops.squeeze(x, axis % n), lambda a: a.squeeze(axis % n)
        if kind == "expand_dims":
            return shape, lambda x: ops.expand_dims(x, axis), lambda a: np.expand_dims(a, axis)
        if kind == "flip":
            axes = draw(st.one_of(st.none(), st.just(axis), hnp.valid_tuple_axes(n, min_size=1)))
            return shape, lambda x: ops.flip(x, axes), lambda a: np.flip(a, axes)
        if kind == "take":
            chosen = draw(
                hnp.arrays(
                    int,
                    hnp.array_shapes(max_dims=2, max_side=3),
                    elements=st.integers(-shape[axis], shape[axis] - 1),
                )
            )
            return shape, lambda x: ops.take(x, chosen, axis), lambda a: np.take(a, chosen, axis)
        if kind == "split":
            double = tuple(2 * s if a == axis % n else s for a, s in enumerate(shape))
            part = draw(st.integers(0, 1))
            return (
                double,
                lambda x: ops.split(x, 2, axis)[part],
                lambda a: np.split(a, 2, axis)[part],
            )
        if kind == "split at":
            cuts = sorted(draw(st.lists(st.integers(0, shape[axis]), min_size=1, max_size=3)))
            part = draw(st.integers(0, len(cuts)))
            return (
                shape,
                lambda x: ops.split(x, cuts, axis)[part],
                lambda a: np.split(a, cuts, axis)[part],
            )
        if kind == "pad":
            widths = [draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in shape]
            return (
                shape,
                lambda x: ops.pad(x, widths, constant_values=-1),
                lambda a: np.pad(a, widths, constant_values=-1),
            )
        if kind == "broadcast_to":
            return (
                shape,
                lambda x: ops.broadcast_to(x, (2, *shape)),
                lambda a: np.broadcast_to(a, (2, *shape)),
            )
        if kind == "concatenate":
            return (
                shape,
                lambda x: ops.concatenate([x, x * 1, x], axis),
                lambda a: np.concatenate([a, a, a], axis),
            )
        if kind == "stack":
            return shape, lambda x: ops.stack([x, x], axis), lambda a: np.stack([a, a], axis)
        return shape, lambda x: ops.concatenate([x[1:], x[:1]]), lambda a: np.roll(a, -1, axis=0)

    return choose()


@settings(steady, max_examples=300)
@given(rearrangements(), st.integers(0, 1000))
def test_what_moves_numbers_moves_gradients_back(case, seed):
    shape, of_tensors, of_arrays = case
    array = floats_for(shape, seed)
    x = Tensor(array, requires_grad=True)
    z = of_tensors(x)
    np.testing.assert_array_equal(z.data, of_arrays(array))
    g = floats_for(z.shape, seed + 1)
    z.backward(gradient=g)
    np.testing.assert_allclose(
        x.grad, collect(of_arrays(numbered(array)), g, array), rtol=1e-12, atol=1e-13
    )


@steady
@given(
    hnp.mutually_broadcastable_shapes(
        signature="(n?,k),(k,m?)->(n?,m?)", max_dims=3, min_side=0, max_side=3
    ),
    st.integers(0, 1000),
)
def test_matmul_of_any_ranks(shapes, seed):
    a, b = shapes.input_shapes
    x, y = (
        Tensor(floats_for(a, seed), requires_grad=True),
        Tensor(floats_for(b, seed + 1), requires_grad=True),
    )
    z = x @ y
    assert z.shape == shapes.result_shape
    g = floats_for(z.shape, seed + 2)
    z.backward(gradient=g)
    columns, rows = (
        (x.data if len(a) > 1 else x.data[None]),
        (y.data if len(b) > 1 else y.data[:, None]),
    )
    # every single product x[.., i, k]·y[.., k, j] that was summed
    product = columns[..., :, :, None] * rows[..., None, :, :]
    full = g.reshape(product.shape[:-2] + product.shape[-1:])[..., :, None, :] * np.ones_like(
        product
    )
    for t, factor, spread in (
        (x, rows[..., None, :, :], columns[..., :, :, None]),
        (y, columns[..., :, :, None], rows[..., None, :, :]),
    ):
        numbers = np.broadcast_to(numbered(t.data).reshape(spread.shape), product.shape)
        np.testing.assert_allclose(
            t.grad, collect(numbers, full * factor, t.data), rtol=1e-11, atol=1e-12
        )
