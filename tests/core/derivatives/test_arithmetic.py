"""Huge and tiny numbers, infinities and kinks. RuntimeWarnings are errors in these tests."""

import numpy as np
import pytest
from extreme_cases import INF, NAN, both_floats, gradient, leaf

import minidl
from minidl import Tensor, ops


def test_a_power_of_a_negative_number_has_no_slope_along_its_exponent():
    exponent = Tensor(-3.0, requires_grad=True)
    (minidl.Tensor(-2.0) ** exponent).backward()
    assert np.isnan(exponent.grad)
    exponent = Tensor(2.0, requires_grad=True)
    (minidl.Tensor(0.0) ** exponent).backward()
    assert exponent.grad == 0


@both_floats
def test_overflow_is_infinity_without_a_warning(dtype):
    big = leaf([1e300 if dtype == np.float64 else 1e38], dtype)
    for f in (
        ops.exp,
        lambda x: x * x * x,
        lambda x: x**3,
        lambda x: x / 1e-300,
        lambda x: x * 1e300 * 1e300,
        ops.expm1,
        lambda x: x.reshape(1, 1) @ x.reshape(1, 1),
    ):
        z = f(big)
        assert np.isposinf(z.data).all()
        z.sum().backward()
    assert np.isposinf((Tensor(np.ones(2, np.float16)) * 1e6).data).all()
    x = leaf([1e30], np.float32)
    (x * 1e30 * 1e30).sum().backward()
    assert np.isposinf(x.grad).all()


def test_division_by_zero_without_a_warning():
    x, y = leaf([1.0, -1.0, 0.0]), leaf([0.0, 0.0, 0.0])
    z = x / y
    np.testing.assert_array_equal(z.data, [INF, -INF, NAN])
    z.sum().backward()
    assert (
        ops.log(Tensor([0.0])).item() == -INF
        and np.isnan(ops.log(Tensor([-1.0])).item())
        and np.isnan(ops.sqrt(Tensor([-1.0])).item())
    )


@both_floats
@pytest.mark.parametrize("scale", [1e-25, 1e25, 1e-18, 1e18, 1.0])
def test_the_gradient_of_a_quotient_does_not_overflow_on_the_way(dtype, scale):
    """∂(x/y)/∂y = -x/y²: computed as (x/y)/y it fits where y² does not."""
    x, y = leaf([scale, 2 * scale], dtype), leaf([scale, scale], dtype)
    (x / y).sum().backward()
    np.testing.assert_allclose(y.grad, np.array([-1.0, -2.0]) / scale, rtol=1e-5)
    np.testing.assert_allclose(x.grad, np.array([1.0, 1.0]) / scale, rtol=1e-5)


def test_powers_at_zero_and_of_negative_bases():
    assert (leaf(0.0) ** 0.0).item() == 1.0
    np.testing.assert_array_equal(gradient(lambda x: x**0, [0.0, 2.0, -2.0]), [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(gradient(lambda x: x**1, [0.0, -3.0]), [1.0, 1.0])
    np.testing.assert_array_equal(gradient(lambda x: x**3, [0.0, -2.0]), [0.0, 12.0])
    np.testing.assert_array_equal(gradient(lambda x: x**-1, [-2.0, 4.0]), [-0.25, -0.0625])
    y = leaf([2.0, 3.0, 0.0])
    (Tensor(np.array([-2.0, 0.0, 0.0])) ** y).sum().backward()
    # of a negative x only some powers are real: there is no slope
    np.testing.assert_array_equal(y.grad, [np.nan, 0.0, 0.0])
    assert np.isnan((leaf(-8.0) ** (1 / 3)).item())


SAFE = {
    "sqrt": (lambda x: ops.where(x > 0, ops.sqrt(x), 0.0), [-1.0, 0.0, 4.0], [0.0, 0.0, 0.25]),
    "log": (lambda x: ops.where(x > 0, ops.log(x), 0.0), [-1.0, 0.0, 4.0], [0.0, 0.0, 0.25]),
    "1/x": (lambda x: ops.where(x != 0, 1 / x, 0.0), [0.0, 2.0], [0.0, -0.25]),
    "x/x": (lambda x: ops.where(x != 0, x / x, 1.0), [0.0, 2.0], [0.0, 0.0]),
    "x·(1/x)": (lambda x: ops.where(x != 0, x * (1 / x), 1.0), [0.0, 2.0], [0.0, 0.0]),
    "p·ln p": (lambda p: ops.where(p > 0, p * ops.log(p), 0.0), [0.0, 0.5], [0.0, 1 + np.log(0.5)]),
    "p·ln p, with -": (
        lambda p: ops.where(p > 0, -(ops.log(p) * p), 0.0),
        [0.0, 0.5],
        [0.0, -1 - np.log(0.5)],
    ),
    "power": (lambda x: ops.where(x > 0, x**0.5, 0.0), [0.0, 4.0], [0.0, 0.25]),
    "power of a negative": (lambda x: ops.where(x > 0, x**1.5, 0.0), [-4.0, 4.0], [0.0, 3.0]),
    "exp": (lambda x: ops.where(x < 100, ops.exp(x), 0.0), [1e4, 0.0], [0.0, 1.0]),
    "exp times x": (lambda x: ops.where(x < 100, x * ops.exp(x), 0.0), [1e4, 0.0], [0.0, 1.0]),
    "square": (lambda x: ops.where(abs(x.data) < 1e200, x**2, 0.0), [INF, 3.0], [0.0, 6.0]),
    "sin": (lambda x: ops.where(np.isfinite(x), ops.sin(x), 0.0), [INF, 0.0], [0.0, 1.0]),
    "cos": (lambda x: ops.where(np.isfinite(x), ops.cos(x), 0.0), [INF, np.pi / 2], [0.0, -1.0]),
    "expm1": (lambda x: ops.where(x < 100, ops.expm1(x), 0.0), [1e4, 0.0], [0.0, 1.0]),
    "log1p": (lambda x: ops.where(x > -1, ops.log1p(x), 0.0), [-1.0, 1.0], [0.0, 0.5]),
    "the other branch": (lambda x: ops.where(x <= 0, 0.0, ops.log(x)), [0.0, 2.0], [0.0, 0.5]),
    "sin(x)/x": (lambda x: ops.where(x != 0, ops.sin(x) / x, 1.0), [0.0, np.pi], [0.0, -1 / np.pi]),
    "division by an empty row's norm": (
        lambda x: ops.where(x != 0, x / ops.norm(x), 0.0),
        [0.0, 0.0],
        [0.0, 0.0],
    ),
}


@pytest.mark.parametrize("name", SAFE)
def test_a_branch_that_where_threw_away_sends_no_nan_back(name):
    f, x, expected = SAFE[name]
    z = f(leaf(x))
    assert np.isfinite(z.data).all()
    np.testing.assert_allclose(gradient(f, x), expected, rtol=1e-12, atol=1e-15)


# --- precision


def test_small_numbers_keep_their_digits():
    x = np.array([1e-12, -1e-12, 1e-9])
    np.testing.assert_allclose(ops.expm1(Tensor(x)).data, x + x * x / 2, rtol=1e-15)
    np.testing.assert_allclose(ops.log1p(Tensor(x)).data, x - x * x / 2, rtol=1e-15)
    np.testing.assert_allclose(
        ops.softplus(Tensor(np.array([-40.0]))).data, np.exp(-40.0), rtol=1e-14
    )
    np.testing.assert_allclose(
        ops.sigmoid(Tensor(np.array([-40.0]))).data, np.exp(-40.0), rtol=1e-14
    )
    np.testing.assert_allclose(ops.elu(Tensor(np.array([-1e-12]))).data, -1e-12, rtol=1e-10)
    np.testing.assert_allclose(
        ops.log_softmax(Tensor(np.array([[40.0, 0.0]]))).data[0, 0],
        -np.exp(-40.0),
        rtol=1e-6,
        atol=1e-16,
    )
