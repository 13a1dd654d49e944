"""minidl.ops: each door against NumPy, its gradient against finite differences, and the same call
on symbols.
"""

import numpy as np
import pytest
from ops_rows import TABLE

import minidl
from minidl import Input, Model, Tensor, check_gradients, ops

# Their results are no floats, or do not depend smoothly on the inputs.
STEPS = {"trunc", "sign", "floor", "ceil", "round", "round to tenths", "floor_divide"}
NO_FLOATS = {
    "isnan",
    "isfinite",
    "isinf",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "logical_not",
    "isclose",
    "any",
    "all",
    "count_nonzero",
    "argmax",
    "argmin",
    "argsort",
    "top_k, positions",
    "in_top_k",
    "searchsorted",
    "searchsorted right",
    "diff of truth values",
    "allclose",
    "isin",
    "isin, not",
    "digitize",
    "digitize, falling",
    "histogram",
    "histogram between edges",
}
CONSTANT = {
    "one_hot",
    "one_hot, axis 1",
    "multi_hot",
    "multi_hot of one",
    "zeros_like",
    "ones_like",
    "full_like",
    "size",
    "norm 0",
    "bincount",
    "histogram, edges",
    "cholesky",
    "cholesky, upper",
    "qr",
    "svd",
    "svd, values",
    "eigh",
    "lstsq",
    "lstsq, columns",
    "unique, filled up",
}
# Here all inputs belong to one batch, so all become symbols; elsewhere the first does.
TOGETHER = {
    "arctan2",
    "logaddexp",
    "mod",
    "true_divide",
    "floor_divide",
    "less",
    "logical_and",
    "logical_or",
    "logical_xor",
    "isclose",
    "in_top_k",
    "take_along_axis",
    "hstack",
    "append",
    "vdot",
    "cross",
    "average, as many weights",
    "where",
    "bincount of rows",
    "segment_sum",
    "binary_crossentropy",
    "binary_crossentropy of logits",
    "categorical_crossentropy",
    "categorical_crossentropy of logits",
    "categorical_crossentropy, axis 1",
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy of logits",
    "map of several",
    "scatter",
    "fmod",
    "allclose",
    "solve, columns",
}
# Here the other inputs name places in a batch of this very size, or broadcast with it.
KNOWN_BATCH = {
    "scatter_update",
    "scatter_update rows",
    "scatter_update add",
    "scan",
    "sparsemax",
    "bincount, weights",
    "vstack of vectors",
    "lstsq",
    "lstsq, columns",
    "unique",
    "unique, filled up",
    "unique rows",
}
every_case = pytest.mark.parametrize("name", TABLE)


@every_case
def test_value(name):
    inputs, f, naive = TABLE[name]
    for arguments in (inputs, [Tensor(x) for x in inputs]):
        found, expected = f(*arguments), np.asarray(naive(*inputs))
        assert isinstance(found, Tensor) or name == "size"
        assert np.shape(found) == expected.shape
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-11, atol=1e-13)


@every_case
def test_gradient(name):
    inputs, f, _ = TABLE[name]
    if name in NO_FLOATS | CONSTANT:
        tensors = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
        found = f(*tensors)
        assert name == "size" or not found.requires_grad
        assert name in CONSTANT or found.dtype.kind in "bi"
    elif name in STEPS:
        x = [Tensor(v, requires_grad=True) for v in inputs]
        f(*x).sum().backward()
        assert not any(t.grad.any() for t in x)
    else:
        report = check_gradients(f, *inputs)
        assert report, report
        assert report.compared == sum(min(x.size, 100) for x in inputs if x.dtype.kind == "f")


@every_case
def test_float32_stays_float32(name):
    inputs, f, naive = TABLE[name]
    found = f(*[x.astype(np.float32) if x.dtype.kind == "f" else x for x in inputs])
    if name == "size":
        assert type(found) is int
    elif name in NO_FLOATS:
        assert found.dtype in (np.bool_, np.int32)
    elif any(x.dtype.kind == "f" for x in inputs):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found.data, naive(*inputs), rtol=1e-4, atol=1e-5)


@every_case
def test_on_symbols(name):
    """Called with symbols the door knows the shape at once, and the model computes what the door
    computes.
    """
    inputs, f, naive = TABLE[name]
    several = len(inputs) if name in TOGETHER else 1
    starts = [
        Input(x.shape[1:], batch_size=len(x) if name in KNOWN_BATCH else None, dtype=x.dtype)
        for x in inputs[:several]
    ]
    end, expected = f(*starts, *inputs[several:]), np.asarray(naive(*inputs))
    assert len(end.shape) == expected.ndim and all(
        n in (None, m) for n, m in zip(end.shape, expected.shape)
    ), end.shape
    found = Model(starts, end, dtype="float64")(list(inputs[:several]))
    assert found.dtype == end.dtype
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-11, atol=1e-13)


def test_the_doors_stand_sorted_too():
    from minidl.ops import linalg, nn, numpy

    assert nn.relu is ops.relu and nn.one_hot is ops.one_hot and nn.moments is ops.moments
    assert numpy.mean is ops.mean and numpy.linspace is ops.linspace and numpy.array is ops.array
    assert linalg.inv is ops.inv and linalg.norm is ops.norm
    for shelf in (nn, numpy):
        assert all(door is getattr(ops, name) for name, door in vars(shelf).items())


def test_the_whole_package_is_named_once():
    assert (
        minidl.ops.__name__ == "minidl.ops"
        and ops.abs is ops.absolute
        and ops.amax is ops.max
        and ops.swish is ops.silu
    )
