"""Doors that are formulas of others: their numbers are NumPy's, their gradients those of finite
differences.
"""

import math

import numpy as np
import pytest

import minidl
from minidl import ops
from minidl.gradcheck import check_gradients

RNG = np.random.default_rng(6)
A, B = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))
V, W = RNG.normal(size=5), RNG.normal(size=3)
I, J = RNG.integers(0, 9, (3, 4)), RNG.integers(1, 9, (3, 4))
IDS = np.array([2, 0, 2, 4, 0])
N = np.where(A > 0.5, np.nan, A)
CUBE = RNG.normal(size=(2, 3, 4))

# name: arguments of both ops and NumPy
AS_IN_NUMPY = {
    "bitwise_and": (I, J),
    "bitwise_or": (I, J),
    "bitwise_xor": (I, J),
    "bitwise_not": (I,),
    "left_shift": (I, 2),
    "right_shift": (I, 1),
    "gcd": (I, J),
    "lcm": (I, J),
    "heaviside": (np.round(A), 0.5),
    "signbit": (A,),
    "isposinf": (np.array([1.0, np.inf, -np.inf, np.nan]),),
    "isneginf": (np.array([1.0, np.inf, -np.inf, np.nan]),),
    "nextafter": (A, B),
    "cbrt": (A,),
    "hypot": (A, B),
    "deg2rad": (A,),
    "rad2deg": (A,),
    "fabs": (A,),
    "fmax": (N, B),
    "fmin": (B, N),
    "logaddexp2": (A, B),
    "sinc": (np.round(A, 1),),
    "ldexp": (A, I),
    "ptp": (A, 1),
    "trapezoid": (A,),
    "kron": (A, V),
    "tri": (3, 5, 1),
    "vander": (V, 3),
    "logspace": (0, 2, 5),
    "geomspace": (1, 64, 4),
    "unravel_index": (np.array([3, 7]), (3, 4)),
    "diagflat": (A, 1),
    "fliplr": (A,),
    "flipud": (A,),
    "array_split": (V, 3),
    "hsplit": (A, 2),
    "vsplit": (A, 3),
    "dsplit": (CUBE, 2),
    "dstack": ([A, B],),
    "nanprod": (N, 0),
    "nanvar": (N, 1),
    "nanstd": (N,),
    "nancumsum": (N, 1),
    "nancumprod": (N,),
    "nanargmax": (N,),
    "nanargmin": (N,),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", AS_IN_NUMPY)
def test_numbers_are_numpys(name):
    arguments = AS_IN_NUMPY[name]
    numpy = getattr(np, name, None) or {"trapezoid": np.trapz, "bitwise_not": np.invert}[name]
    expected, found = numpy(*arguments), getattr(ops, name)(*arguments)
    several = isinstance(expected, (list, tuple))
    for a, b in zip(found, expected) if several else [(found, expected)]:
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-6, atol=1e-7)


GRADIENTS = {
    "cbrt": (ops.cbrt, A),
    "hypot": (ops.hypot, A, B),
    "deg2rad": (ops.deg2rad, A),
    "fmax": (ops.fmax, A, B),
    "fmin": (ops.fmin, A, B),
    "logaddexp2": (ops.logaddexp2, A, B),
    "sinc": (ops.sinc, A),
    "divide_no_nan": (ops.divide_no_nan, A, B),
    "ptp": (lambda x: ops.ptp(x, 1), A),
    "erfc": (ops.erfc, A),
    "erfinv": (ops.erfinv, np.tanh(A)),
    "cdist": (ops.cdist, A, B[:2]),
    "trapezoid": (lambda y, x: ops.trapezoid(y, x), A, np.sort(B[0])),
    "rms_normalization": (lambda x, s: ops.rms_normalization(x, s), A, B[0]),
    "kron": (ops.kron, A, W),
    "vander": (lambda x: ops.vander(x, 3), np.abs(V) + 0.5),
    "diagflat": (ops.diagflat, A),
    "array_split": (lambda x: ops.array_split(x, 2)[0], A),
    "dstack": (lambda a, b: ops.dstack([a, b]), A, B),
    "segment_max": (lambda x: ops.segment_max(x, [2, 0, 2], 3)[::2], A),
    "segment_min": (lambda x: ops.segment_min(x, [2, 0, 2], 3)[::2], A),
    "segment_prod": (lambda x: ops.segment_prod(x, [2, 0, 2], 4), A),
    "nanvar": (lambda x: ops.nanvar(x, 1), A),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_finite_differences(name):
    function, *inputs = GRADIENTS[name]
    weights = np.random.default_rng(2).normal(size=np.asarray(function(*inputs)).shape)
    assert check_gradients(lambda *xs: (function(*xs) * weights).sum(), *inputs)


def test_gradients_pass_what_is_missing():
    x = minidl.Tensor([1.0, np.nan, 3.0], requires_grad=True)
    (ops.nanprod(x) + ops.nanvar(x)).backward()
    np.testing.assert_allclose(x.grad, [2.0, 0.0, 2.0])  # 3 - 1, and 1 + 1
    for function in (ops.cbrt, ops.sinc):
        zero = minidl.Tensor([0.0], requires_grad=True)
        function(zero).sum().backward()
        assert zero.grad.tolist() == [0.0]


def test_erfinv_undoes_erf():
    x = np.array([-0.999999, -0.5, -1e-9, 0.0, 0.1, 0.9, 0.9999999])
    z = np.asarray(ops.erfinv(x))
    np.testing.assert_allclose([math.erf(v) for v in z], x, rtol=1e-13, atol=0)
    found = ops.erfinv(np.array([0.5, 0.9999])).data
    np.testing.assert_allclose(found, [0.4769362762044699, 2.7510639057120803], rtol=1e-12)
    assert np.asarray(ops.erfinv(np.array([1.0, -1.0]))).tolist() == [np.inf, -np.inf]
    assert np.isnan(np.asarray(ops.erfinv(np.array([1.5])))).all()


def test_segments_without_rows():
    for function in (ops.segment_max, ops.segment_min, ops.segment_prod, ops.segment_sum):
        assert function(CUBE[0], [0, 2, 1]).shape == (3, 4)
        assert function(CUBE[0], [0, 2, 1], 2).shape == (2, 4)
        np.testing.assert_array_equal(function(CUBE, [3, 0])[3], CUBE[0])
    assert ops.segment_max(np.int8([5]), [1]).tolist() == [-128, 5]
    assert ops.segment_min(np.int8([5]), [1]).tolist() == [127, 5]
    np.testing.assert_array_equal(ops.segment_max(V, IDS)[1], -np.inf)
    np.testing.assert_array_equal(ops.segment_min(V, IDS)[3], np.inf)
    assert ops.segment_prod(V, IDS)[1].item() == 1.0
    assert ops.segment_max(np.arange(5), IDS)[4].item() == 3
    assert ops.segment_prod(V, IDS)[2].item() == pytest.approx(V[0] * V[2])


def test_where_all_is_missing_there_is_no_largest():
    nothing = np.array([[np.nan, np.nan], [1.0, np.nan]])
    assert np.asarray(ops.nanargmax(nothing, axis=1)).tolist() == [-1, 0]


@pytest.mark.parametrize("name", ["cbrt", "erfinv", "rms_normalization", "signbit", "nanstd"])
def test_on_symbols_and_in_files(name, tmp_path):
    start = minidl.Input((4,))
    model = minidl.Model(start, getattr(ops, name)(start * 0.1))
    model.save(tmp_path / "model.npz")
    again = minidl.models.load_model(tmp_path / "model.npz")
    np.testing.assert_array_equal(again(A), model(A))
    np.testing.assert_allclose(model(A), getattr(ops, name)(A.astype("float32") * 0.1), rtol=1e-5)


def test_cube_roots_of_whole_numbers():
    np.testing.assert_allclose(ops.cbrt([0.0, 1.0, -1.0, -8.0]).numpy(), [0, 1, -1, -2], rtol=1e-6)
