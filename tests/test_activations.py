"""minidl.activations: each function against its formula in plain NumPy, its gradient, its ends, and
what it accepts.
"""

import math

import numpy as np
import pytest

import minidl
from minidl import Tensor, activations, backend, check_gradients, layers, ops


def nearest_probabilities(x):
    """The level above which the entries of x sum to 1, found by halving."""
    low, high = x.max() - 1, x.max()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(x - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(x - high, 0)


TYPED_AGAIN = {
    "linear": lambda x: x,
    "relu": lambda x: np.where(x > 0, x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "relu6": lambda x: np.minimum(np.maximum(x, 0), 6),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: (
        1.05070098735548 * np.where(x > 0, x, 1.67326324235438 * np.expm1(np.minimum(x, 0)))
    ),
    "softplus": lambda x: np.where(x > 30, x, np.log1p(np.exp(np.minimum(x, 30)))),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "exponential": np.exp,
    "tanh": lambda x: 1 - 2 / (np.exp(2 * x) + 1),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.where(x < -3, 0, np.where(x > 3, 1, x / 6 + 0.5)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum(axis=-1, keepdims=True)),
    "log_sigmoid": lambda x: -np.log(1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.log(1 + np.exp(x))),
    "celu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "gelu": lambda x: (
        x * (1 + np.array([math.erf(v / math.sqrt(2)) for v in x.ravel()]).reshape(x.shape)) / 2
    ),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "sparse_sigmoid": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) / 2, 1)),
    "hard_silu": lambda x: x * np.where(x < -3, 0, np.where(x > 3, 1, x / 6 + 0.5)),
    "hard_tanh": lambda x: np.where(x < -1, -1, np.where(x > 1, 1, x)),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "soft_shrink": lambda x: np.where(x > 0.5, x - 0.5, np.where(x < -0.5, x + 0.5, 0)),
    "sparsemax": lambda x: np.apply_along_axis(nearest_probabilities, -1, x),
    "glu": lambda x: x[..., :2] / (1 + np.exp(-x[..., 2:])),
    "threshold": lambda x: np.where(x > 0.7, x, -3.0),
}
every_activation = pytest.mark.parametrize("name", TYPED_AGAIN)
ARGUMENTS = {"threshold": (0.7, -3.0)}  # the one that has no defaults
ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
X = np.random.default_rng(0).normal(size=(5, 4)) * 3  # no entry is near a corner
assert min(np.abs(X - c).min() for c in (0, 0.7, 0.5, -0.5, 1, -1, 3, -3, 6)) > 1e-3


def called(name, x):
    return activations.get(name)(x, *ARGUMENTS.get(name, ()))


def test_no_activation_is_left_out():
    assert set(activations.registry.names) - set(ALIASES) == set(TYPED_AGAIN)
    for alias, name in ALIASES.items():
        assert activations.get(alias) is getattr(activations, alias) is getattr(activations, name)


@every_activation
def test_value(name):
    np.testing.assert_allclose(
        called(name, X).numpy() if name != "linear" else X,
        TYPED_AGAIN[name](X),
        rtol=1e-13,
        atol=1e-15,
    )


@every_activation
def test_gradient(name):
    assert check_gradients(lambda x: called(name, x) * 1.0, X)
    assert check_gradients(lambda x: called(name, x) * 1.0, X[0])


# At a corner the slope to its left is taken, as PyTorch does (Keras on JAX agrees, but for
# leaky_relu).
AT_CORNERS = [
    ("relu", 0.0, 0.0, 0.0),
    ("leaky_relu", 0.0, 0.0, 0.2),
    ("relu6", 0.0, 0.0, None),
    ("relu6", 6.0, 6.0, None),
    ("elu", 0.0, 0.0, 1.0),
    ("selu", 0.0, 0.0, 1.0507009873554805 * 1.6732632423543772),
    ("softsign", 0.0, 0.0, 1.0),
    ("hard_sigmoid", 3.0, 1.0, None),
    ("silu", 0.0, 0.0, 0.5),
    ("sigmoid", 0.0, 0.5, 0.25),
    ("tanh", 0.0, 0.0, 1.0),
    ("softplus", 0.0, np.log(2), 0.5),
    ("log_sigmoid", 0.0, -np.log(2), 0.5),
    ("mish", 0.0, 0.0, 0.6),
    ("celu", 0.0, 0.0, 1.0),
    ("squareplus", 0.0, 1.0, 0.5),
    ("sparse_plus", 1.0, 1.0, 1.0),
    ("sparse_plus", -1.0, 0.0, 0.0),
    ("gelu", 0.0, 0.0, 0.5),
    ("tanh_shrink", 0.0, 0.0, 0.0),
    ("sparse_sigmoid", 1.0, 1.0, None),
    ("hard_silu", 3.0, 3.0, None),
    ("hard_tanh", -1.0, -1.0, None),
    ("hard_shrink", 0.5, 0.0, 0.0),
    ("soft_shrink", 0.5, 0.0, 0.0),
    ("sparsemax", 0.3, 1.0, 0.0),
    ("threshold", 0.7, -3.0, 0.0),
]


@pytest.mark.parametrize(("name", "at", "value", "slope"), AT_CORNERS)
def test_at_zero_and_at_corners(name, at, value, slope):
    x = Tensor([at], requires_grad=True, dtype="float64")
    y = called(name, x)
    y.backward()
    assert y.item() == pytest.approx(value, rel=1e-14)
    if slope is None:
        assert 0 <= x.grad.item() <= 1.5  # anything between the slopes to both sides
    else:
        assert x.grad.item() == pytest.approx(slope, rel=1e-14)


@every_activation
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_inputs_neither_warn_nor_overflow(name, dtype):
    """Warnings are errors here. Only e^x itself may leave the range."""
    x = Tensor([[-1e4, -200.0, 200.0, 1e4]], requires_grad=True, dtype=dtype)
    y = called(name, x) * 1.0
    ops.sum(y).backward()
    if name == "exponential":
        assert y.data[0, 0] == 0 and y.data[0, 3] == np.inf
        return
    assert np.isfinite(y.data).all() and np.isfinite(x.grad).all()
    expected = {
        "sigmoid": [0, 0, 1, 1],
        "tanh": [-1, -1, 1, 1],
        "softplus": [0, 0, 200, 1e4],
        "log_sigmoid": [-1e4, -200, 0, 0],
        "softmax": [0, 0, 0, 1],
        "silu": [0, 0, 200, 1e4],
        "mish": [0, 0, 200, 1e4],
        "log_softmax": [-2e4, -10200, -9800, 0],
        "hard_sigmoid": [0, 0, 1, 1],
        "relu6": [0, 0, 6, 6],
        "elu": [-1, -1, 200, 1e4],
        "celu": [-1, -1, 200, 1e4],
        "gelu": [0, 0, 200, 1e4],
        "sparsemax": [0, 0, 0, 1],
        "hard_silu": [0, 0, 200, 1e4],
        "sparse_plus": [0, 0, 200, 1e4],
        "hard_tanh": [-1, -1, 1, 1],
        "tanh_shrink": [1 - 1e4, -199, 199, 1e4 - 1],
        "glu": [-1e4, -200],
    }.get(name)
    if expected:
        np.testing.assert_allclose(y.data[0], expected, rtol=1e-6, atol=1e-30)


@every_activation
def test_nan_travels_on(name):
    y = np.asarray(called(name, np.array([[np.nan, np.nan]])))
    assert np.isnan(y).all()


@every_activation
def test_dtypes(name):
    def f(x):
        return called(name, x)

    for dtype in (np.float32, np.float64):
        assert f(X.astype(dtype)).dtype == dtype
        assert f(Tensor(X.astype(dtype))).dtype == dtype
    np.testing.assert_allclose(
        f(X.astype(np.float32)) * 1.0, TYPED_AGAIN[name](X), rtol=2e-5, atol=1e-6
    )
    if name != "linear":
        from_list = f(X.tolist())
        assert isinstance(from_list, Tensor) and from_list.dtype == backend.floatx()


@every_activation
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8, np.uint8, bool])
def test_whole_numbers_are_numbers(name, dtype):
    """Pixels and counts: 3 is 3.0, and nothing wraps around or is cut."""
    x = np.array([[3, 0, 1, 2]]) if dtype in (np.uint8, bool) else np.array([[-2, 0, 1, 5]])
    x = x.astype(dtype)
    np.testing.assert_allclose(
        np.asarray(called(name, x), dtype=float),
        TYPED_AGAIN[name](x.astype(float)),
        rtol=1e-5,
        atol=1e-6,
    )


# --- arguments


@pytest.mark.parametrize("slope", [0.0, 0.1, 1.5])
@pytest.mark.parametrize("ceiling", [None, 2.5])
@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_relu_with_slope_ceiling_and_threshold(slope, ceiling, threshold):
    def again(x):
        y = np.where(x > threshold, x, slope * (x - threshold))
        return y if ceiling is None else np.minimum(y, ceiling)

    np.testing.assert_allclose(
        activations.relu(X, slope, ceiling, threshold).numpy(), again(X), rtol=1e-14, atol=1e-15
    )
    np.testing.assert_array_equal(
        activations.relu(X, negative_slope=slope, max_value=ceiling, threshold=threshold).numpy(),
        layers.ReLU(ceiling, slope, threshold, dtype="float64")(X).numpy(),
    )
    away = X[(np.abs(X - threshold) > 1e-2) & (np.abs(X - (ceiling or 99)) > 1e-2)]
    if slope != 1.5 or threshold == 0:
        assert check_gradients(lambda x: activations.relu(x, slope, ceiling, threshold), away)


def test_other_arguments():
    x = np.array([-1.0, 2.0])
    np.testing.assert_allclose(activations.leaky_relu(x, 0.5).numpy(), [-0.5, 2])
    np.testing.assert_allclose(activations.elu(x, alpha=3.0).numpy(), [3 * np.expm1(-1), 2])
    assert check_gradients(lambda x: activations.elu(x, alpha=3.0), x)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_softmax_along_any_axis(axis):
    x = np.random.default_rng(1).normal(size=(2, 3, 4))
    p = activations.softmax(x, axis).numpy()
    np.testing.assert_allclose(p.sum(axis=axis), 1, rtol=1e-14)
    np.testing.assert_allclose(p, np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True), rtol=1e-13)
    np.testing.assert_allclose(activations.softmax(x + 1000.0, axis).numpy(), p, rtol=1e-12)
    np.testing.assert_allclose(np.exp(activations.log_softmax(x, axis).numpy()), p, rtol=1e-13)
    assert check_gradients(lambda x: activations.softmax(x, axis), x)
    assert check_gradients(lambda x: activations.log_softmax(x, axis), x)


@pytest.mark.parametrize("shape", [(4, 1), (1,), ()])
def test_softmax_of_one_number_is_refused_by_the_layers_alone(shape):
    """A network of one output that ends in softmax is a mistake; attention over one key is not."""
    for layer in (layers.Softmax(), layers.Activation("softmax")):
        with pytest.raises(
            ValueError, match=r"softmax over an axis of size 1 is always 1.*sigmoid"
        ):
            layer(np.zeros(shape))
    if shape:
        assert np.all(activations.softmax(np.zeros(shape)).numpy() == 1)


# --- names


def test_none_functions_and_aliases():
    def own(x):
        return x * 2.0

    assert activations.get(None) is activations.linear
    assert activations.get(own) is own
    assert activations.get("swish") is activations.silu
    np.testing.assert_array_equal(
        layers.Dense(1, activation=own, kernel_initializer="ones")(np.ones((1, 3))).numpy(), [[6.0]]
    )
    np.testing.assert_array_equal(
        layers.Dense(1, activation=np.tanh, kernel_initializer="zeros")(np.ones((1, 3))).numpy(),
        [[0.0]],
    )


@pytest.mark.parametrize("cls", [layers.ReLU, layers.Softmax])
def test_a_layer_class_without_parentheses(cls):
    for make in (lambda: layers.Dense(3, activation=cls), lambda: layers.Activation(cls)):
        with pytest.raises((ValueError, TypeError), match=rf"{cls.__name__}\(\)"):
            make()
    x = np.array([[-1.0, 2.0]])
    np.testing.assert_array_equal(layers.Activation(cls())(x).numpy(), cls()(x).numpy())


# --- what Keras calls serialising


# ------------------------------------------------------------------------------------


def test_aliases_have_one_name_and_strangers_none():
    assert (
        activations.serialize(activations.swish) == "silu"
        and activations.serialize(activations.hard_swish) == "hard_silu"
    )
    assert (
        activations.deserialize("swish") is activations.silu
        and activations.deserialize(None) is activations.linear
    )

    own = {"mine": lambda x: x * 2}
    assert activations.deserialize("mine", own) is own["mine"]

    def relu(x):
        return x

    for stranger in (relu, lambda x: x, np.tanh, layers.ReLU(), "relu", None):
        with pytest.raises(ValueError, match=r"has no name here.*register\(\)"):
            activations.serialize(stranger)


# --- in the functional API
# ---


@every_activation
def test_on_symbols(name):
    start = minidl.Input((4,), dtype="float64")
    end = called(name, start)
    assert end.shape == ((None, 2) if name == "glu" else (None, 4))
    np.testing.assert_array_equal(
        minidl.Model(start, end * 1.0, dtype="float64")(X).data, np.asarray(called(name, X))
    )


def test_further_arguments():
    x = X / 2
    np.testing.assert_allclose(
        activations.celu(x, 2.0).numpy(),
        np.where(x > 0, x, 2 * np.expm1(np.minimum(x, 0) / 2)),
        rtol=1e-14,
    )
    np.testing.assert_allclose(
        activations.squareplus(x, 1.0).numpy(), (x + np.sqrt(x * x + 1)) / 2, rtol=1e-14
    )
    np.testing.assert_allclose(
        activations.hard_shrink(x, 1.0).numpy(), np.where(np.abs(x) > 1, x, 0)
    )
    np.testing.assert_allclose(
        activations.soft_shrink(x, 1.0).numpy(), np.sign(x) * np.maximum(np.abs(x) - 1, 0)
    )
    np.testing.assert_allclose(
        activations.gelu(x, approximate=True).numpy(), activations.gelu(x).numpy(), atol=1e-3
    )
    assert not np.array_equal(
        activations.gelu(x, approximate=True).numpy(), activations.gelu(x).numpy()
    )
    np.testing.assert_allclose(
        activations.sparsemax(x, 0).numpy(), TYPED_AGAIN["sparsemax"](x.T).T, atol=1e-14
    )
    np.testing.assert_allclose(activations.glu(x[:4], 0).numpy(), x[:2] / (1 + np.exp(-x[2:4])))
    with pytest.raises(ValueError, match=r"cut into halves.*\(5, 4\)"):
        activations.glu(x, 0)


def test_erf_and_gelu_in_float32_are_near_the_exact_ones():
    """To 5e-7, and to 1e-6 of the value itself near 0, where erf(x) = 2x/√π."""
    x = np.concatenate([np.linspace(-6, 6, 4001), np.logspace(-30, -1, 300)]).astype("float32")
    exact = np.array([math.erf(float(v)) for v in x])
    near = ops.erf(x).data
    assert near.dtype == np.float32
    assert np.abs(near - exact).max() < 5e-7
    small = np.abs(x) < 0.5
    assert (np.abs(near - exact)[small] <= 1e-6 * np.abs(exact)[small]).all()
    phi = np.array([0.5 * math.erfc(-float(v) / math.sqrt(2)) for v in x])
    np.testing.assert_allclose(ops.gelu(x, approximate=False).data, x * phi, atol=2e-6)
