"""minidl.losses: Keras's numbers, formulas typed a second time, gradients, saturation, and what
every error says.
"""

import gc
import inspect
import warnings
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl import (
    Input,
    Model,
    Sequential,
    Tensor,
    check_gradients,
    layers,
    losses,
    no_grad,
    ops,
    set_random_seed,
)
from minidl.losses import (
    NLL,
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    Circle,
    CosineSimilarity,
    Dice,
    FunctionLoss,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    Loss,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    NegativeLogLikelihood,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
)


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    set_random_seed(0)


# Two samples, three classes: the example of Keras's own documentation. The values below were
# measured with Keras 3.15.1.
ONE_HOT = [[0, 1, 0], [0, 0, 1]]
LABELS = [1, 2]
P = [[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]]

GOLDEN = [
    # loss, y_true, value, value with sample_weight=[1, 0] (None: not measured, the formula below
    # covers it)
    (MeanSquaredError(), ONE_HOT, 0.244167, 0.000833),
    (MeanAbsoluteError(), ONE_HOT, 0.316667, 0.016667),
    (CategoricalCrossentropy(), ONE_HOT, 1.176939, 0.025647),
    (CategoricalCrossentropy(label_smoothing=0.1), ONE_HOT, 1.459136, None),
    (CategoricalCrossentropy(from_logits=True), ONE_HOT, 0.986895, None),
    (SparseCategoricalCrossentropy(), LABELS, 1.176939, 0.025647),
    (SparseCategoricalCrossentropy(from_logits=True), LABELS, 0.986895, None),
    (SparseCategoricalCrossentropy(ignore_class=2), LABELS, 0.051293, None),
    (BinaryCrossentropy(), ONE_HOT, 0.686662, 0.017098),
    (BinaryCrossentropy(label_smoothing=0.1), ONE_HOT, 0.858501, None),
    (BinaryCrossentropy(from_logits=True), ONE_HOT, 0.71641, None),
    (KLDivergence(), ONE_HOT, 1.176937, None),
    (Hinge(), ONE_HOT, 0.983333, None),
    (SquaredHinge(), ONE_HOT, 1.2275, None),
    (CategoricalHinge(), ONE_HOT, 0.9, None),
    (Poisson(), ONE_HOT, 0.725646, None),
    (LogCosh(), ONE_HOT, 0.109679, None),
    (CosineSimilarity(), ONE_HOT, -0.560855, None),
    (MeanSquaredLogarithmicError(), ONE_HOT, 0.119168, None),
    (Huber(), (np.array(ONE_HOT) * 3).tolist(), 0.712708, None),
]


def describe(value):
    if isinstance(value, Loss):
        settings = {
            k: v
            for k, v in vars(value).items()
            if k in ("from_logits", "label_smoothing", "ignore_class") and v
        }
        return type(value).__name__ + "".join(f"-{k}={v}" for k, v in settings.items())
    return "" if isinstance(value, list) else str(value)


@pytest.mark.parametrize(("loss", "y_true", "value", "first_sample_only"), GOLDEN, ids=describe)
def test_keras_golden_numbers(loss, y_true, value, first_sample_only):
    assert loss(y_true, P).item() == pytest.approx(value, abs=1e-6)
    if first_sample_only is not None:
        assert loss(y_true, P, sample_weight=[1, 0]).item() == pytest.approx(
            first_sample_only, abs=1e-6
        )


# --- the same formulas, typed once more in plain float64 NumPy
# --------------------------------------------------------


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


Regression = losses.Regression


def plain_huber(loss, y, p):
    e = np.abs(y - p)
    return np.where(e <= loss.delta, e**2 / 2, loss.delta * (e - loss.delta / 2)).mean(-1)


def plain_tversky(loss, y, p):
    tp, fn, fp = (y * p).sum(-1), (y * (1 - p)).sum(-1), ((1 - y) * p).sum(-1)
    return 1 - tp / (tp + loss.alpha * fn + loss.beta * fp + 1e-7)


PLAIN = {
    MeanAbsolutePercentageError: lambda _, y, p: 100 * (np.abs(y - p) / np.abs(y)).mean(-1),
    MeanSquaredLogarithmicError: lambda _, y, p: (np.log((1 + y) / (1 + p)) ** 2).mean(-1),
    Huber: plain_huber,
    LogCosh: lambda _, y, p: np.log(np.cosh(y - p)).mean(-1),
    CosineSimilarity: lambda _, y, p: -(y * p).sum(-1) / np.sqrt((y * y).sum(-1) * (p * p).sum(-1)),
    Poisson: lambda _, y, p: (p - y * np.log(p + 1e-7)).mean(-1),
    KLDivergence: lambda _, y, p: (y * np.log(y / p)).sum(-1),
    Hinge: lambda _, y, p: np.where(y * p > 1, 0, 1 - y * p).mean(-1),
    SquaredHinge: lambda _, y, p: np.where(y * p > 1, 0, (1 - y * p) ** 2).mean(-1),
    CategoricalHinge: lambda _, y, p: np.clip(
        1 + np.where(y == 1, 0, p).max(-1) - p[y == 1].reshape(p.shape[:-1]), 0, None
    ),
    Dice: lambda _, y, p: 1 - 2 * (y * p).sum(-1) / (y.sum(-1) + p.sum(-1) + 1e-7),
    Tversky: plain_tversky,
}


def per_sample(loss, y, p):
    """One loss per sample, from arrays, with none of the library's code."""
    y, p = np.asarray(y), np.asarray(p, dtype=float)
    if isinstance(loss, MeanSquaredError):
        return ((y - p) ** 2).mean(axis=-1)
    if isinstance(loss, MeanAbsoluteError):
        return np.abs(y - p).mean(axis=-1)
    if isinstance(
        loss,
        (
            Regression,
            CosineSimilarity,
            Hinge,
            SquaredHinge,
            CategoricalHinge,
            KLDivergence,
            Dice,
            Tversky,
        ),
    ):
        return PLAIN[type(loss)](loss, y, p)
    smoothing = getattr(loss, "label_smoothing", 0)
    if isinstance(loss, BinaryCrossentropy):
        t = y * (1 - smoothing) + smoothing / 2
        p = 1 / (1 + np.exp(-p)) if loss.from_logits else np.clip(p, 1e-7, 1 - 1e-7)
        each = -(t * np.log(p) + (1 - t) * np.log(1 - p))
        if isinstance(loss, BinaryFocalCrossentropy):
            each = each * (1 - (t * p + (1 - t) * (1 - p))) ** loss.gamma
            each = (
                each * np.where(t == 1, loss.alpha, 1 - loss.alpha)
                if loss.apply_class_balancing
                else each
            )
        return each.mean(axis=-1)
    if isinstance(loss, NegativeLogLikelihood):
        return -np.take_along_axis(p, y[..., None], axis=-1)[..., 0]
    p = (
        softmax(p)
        if loss.from_logits
        else np.clip(p / p.sum(axis=-1, keepdims=True), 1e-7, 1 - 1e-7)
    )
    if isinstance(loss, CategoricalCrossentropy):
        t = y * (1 - smoothing) + smoothing / p.shape[-1]
        focal = (
            loss.alpha * (1 - p) ** loss.gamma
            if isinstance(loss, CategoricalFocalCrossentropy)
            else 1
        )
        return -(focal * t * np.log(p)).sum(axis=-1)
    if isinstance(loss, CategoricalGeneralizedCrossEntropy):
        return (1 - np.take_along_axis(p, y[..., None], axis=-1)[..., 0] ** loss.q) / loss.q
    return -np.log(np.take_along_axis(p, y[..., None], axis=-1)[..., 0])


def example(kind, shape, seed=0):
    """Random targets and outputs for a loss; `shape` ends with the number of outputs."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, shape[-1], shape[:-1])
    logits = rng.normal(size=shape) * 2
    y = {
        "real": rng.normal(size=shape),
        "label": labels,
        "one-hot": np.eye(shape[-1])[labels],
        "yes-no": rng.integers(0, 2, shape).astype(float),
        "positive": np.exp(rng.normal(size=shape)),
        "sign": rng.choice([-1.0, 1.0], shape),
        "distribution": rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
    }[kind[0]]
    p = {
        "number": logits,
        "positive": np.exp(logits / 2),
        "logits": logits,
        "probabilities": softmax(logits),
        "chances": 1 / (1 + np.exp(-logits)),
        "log-probabilities": np.log(softmax(logits)),
    }[kind[1]]
    return y, p


EVERY_LOSS = [
    (MeanSquaredError, {}, ("real", "number")),
    (MeanAbsoluteError, {}, ("real", "number")),
    (BinaryCrossentropy, {}, ("yes-no", "chances")),
    (BinaryCrossentropy, {"label_smoothing": 0.2}, ("yes-no", "chances")),
    (BinaryCrossentropy, {"from_logits": True}, ("yes-no", "logits")),
    (BinaryCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, ("yes-no", "logits")),
    (CategoricalCrossentropy, {}, ("one-hot", "probabilities")),
    (CategoricalCrossentropy, {"label_smoothing": 0.2}, ("one-hot", "probabilities")),
    (CategoricalCrossentropy, {"from_logits": True}, ("one-hot", "logits")),
    (CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, ("one-hot", "logits")),
    (SparseCategoricalCrossentropy, {}, ("label", "probabilities")),
    (SparseCategoricalCrossentropy, {"from_logits": True}, ("label", "logits")),
    (NegativeLogLikelihood, {}, ("label", "log-probabilities")),
    (MeanAbsolutePercentageError, {}, ("real", "number")),
    (MeanSquaredLogarithmicError, {}, ("positive", "positive")),
    (Huber, {}, ("real", "number")),
    (Huber, {"delta": 2.5}, ("real", "number")),
    (LogCosh, {}, ("real", "number")),
    (CosineSimilarity, {}, ("real", "number")),
    (Poisson, {}, ("positive", "positive")),
    (KLDivergence, {}, ("distribution", "probabilities")),
    (Hinge, {}, ("sign", "number")),
    (SquaredHinge, {}, ("sign", "number")),
    (CategoricalHinge, {}, ("one-hot", "number")),
    (BinaryFocalCrossentropy, {}, ("yes-no", "chances")),
    (
        BinaryFocalCrossentropy,
        {"apply_class_balancing": True, "alpha": 0.7, "gamma": 1.5},
        ("yes-no", "chances"),
    ),
    (BinaryFocalCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, ("yes-no", "logits")),
    (CategoricalFocalCrossentropy, {}, ("one-hot", "probabilities")),
    (
        CategoricalFocalCrossentropy,
        {"from_logits": True, "alpha": 0.5, "gamma": 3.0, "label_smoothing": 0.1},
        ("one-hot", "logits"),
    ),
    (CategoricalGeneralizedCrossEntropy, {"q": 0.7}, ("label", "probabilities")),
    (Dice, {"axis": -1}, ("yes-no", "chances")),
    (Tversky, {"axis": -1, "alpha": 0.2, "beta": 0.9}, ("yes-no", "chances")),
]
every_loss = pytest.mark.parametrize(
    ("cls", "options", "kind"),
    EVERY_LOSS,
    ids=[c.__name__ + "".join(f"-{k}" for k in o) for c, o, _ in EVERY_LOSS],
)


@every_loss
@pytest.mark.parametrize("shape", [(5, 3), (4, 6, 3)], ids=["samples", "sequences"])
def test_value_is_the_formula(cls, options, kind, shape):
    y, p = example(kind, shape)
    expected = per_sample(cls(**options), y, p)
    each = cls(**options, reduction=None)(y, p)
    assert each.shape == shape[:-1]
    np.testing.assert_allclose(each.numpy(), expected, rtol=1e-12)
    assert cls(**options)(y, p).item() == pytest.approx(expected.mean(), rel=1e-12)


@every_loss
def test_float32_stays_float32_and_agrees(cls, options, kind):
    y, p = example(kind, (50, 3))
    value = cls(**options)(y, p.astype(np.float32))
    assert value.dtype == np.float32
    assert value.item() == pytest.approx(per_sample(cls(**options), y, p).mean(), rel=2e-5)


@every_loss
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4)], ids=["samples", "sequences"])
def test_gradients(cls, options, kind, shape):
    y, p = example(kind, shape, seed=1)
    assert check_gradients(lambda p: cls(**options)(y, p), p)
    assert check_gradients(lambda p: cls(**options, reduction=None)(y, p), p)
    weight = np.array([0.3, 2.0, 0.0, 1.0])[: shape[0]]
    for reduction in ("sum", "mean_with_sample_weight", "sum_over_batch_size"):
        assert check_gradients(lambda p, r=reduction: cls(**options, reduction=r)(y, p, weight), p)


@every_loss
def test_fewer_targets_than_outputs_are_refused(cls, options, kind):
    y, p = example(kind, (5, 3))
    with pytest.raises(ValueError, match=rf"{cls.__name__}.*\(4,.*\(5, 3\)"):
        cls(**options)(y[:4], p)


# --- reductions and sample weights
# -----------------------------------------------------------------------------------

EACH = np.array([1.0, 4.0, 9.0])  # squared errors of these three samples
Y3, P3 = np.zeros((3, 1)), np.array([[1.0], [2.0], [3.0]])


@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [
        (
            "sum_over_batch_size",
            14 / 3,
            19 / 3,
        ),  # weights [2, 0, 1.888...]: divided by the number of samples
        ("mean", 14 / 3, 19 / 3),
        ("sum", 14.0, 19.0),
        ("mean_with_sample_weight", 14 / 3, 19 / (2 + 17 / 9)),
    ],
)
def test_reductions(reduction, plain, weighted):
    loss, weight = MeanSquaredError(reduction=reduction), [2.0, 0.0, 17 / 9]
    assert loss(Y3, P3).item() == pytest.approx(plain, rel=1e-12)
    for shaped in (weight, np.array(weight)[:, None], Tensor(weight, dtype="float64")):
        assert loss(Y3, P3, sample_weight=shaped).item() == pytest.approx(weighted, rel=1e-6)


@pytest.mark.parametrize("reduction", [None, "none"])
def test_no_reduction_gives_one_loss_per_sample(reduction):
    loss = MeanSquaredError(reduction=reduction)
    np.testing.assert_array_equal(loss(Y3, P3).numpy(), EACH)
    np.testing.assert_array_equal(loss(Y3, P3, sample_weight=[2, 0, 1]).numpy(), EACH * [2, 0, 1])


def test_one_number_weighs_all_samples_alike():
    assert MeanSquaredError()(Y3, P3, sample_weight=0.5).item() == pytest.approx(14 / 6)


def test_a_weight_per_time_step_or_per_sequence():
    y, p = np.zeros((2, 3, 1)), np.arange(6.0).reshape(2, 3, 1)
    squares = np.arange(6.0).reshape(2, 3) ** 2
    steps = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]])
    assert MeanSquaredError()(y, p, steps).item() == pytest.approx((squares * steps).sum() / 6)
    assert MeanSquaredError()(y, p, [2, 1]).item() == pytest.approx(
        (squares * [[2], [1]]).sum() / 6
    )
    mean = MeanSquaredError(reduction="mean_with_sample_weight")
    assert mean(y, p, [2, 1]).item() == pytest.approx(
        (squares * [[2], [1]]).sum() / 9
    )  # each weight counts for three steps


def test_weights_that_are_all_zero_give_zero_and_no_nan():
    for reduction in ("mean_with_sample_weight", "sum_over_batch_size", "sum"):
        assert MeanSquaredError(reduction=reduction)(Y3, P3, [0, 0, 0]).item() == 0


@pytest.mark.parametrize(
    "weight", [np.ones(2), np.ones((3, 2)), np.ones((1, 3)), np.ones(4)], ids=lambda w: str(w.shape)
)
def test_weights_of_another_shape_are_refused(weight):
    with pytest.raises(ValueError, match=r"sample_weight.*one value per sample: \(3,\)"):
        MeanSquaredError()(Y3, P3, sample_weight=weight)


def test_an_unknown_reduction_names_the_known_ones():
    with pytest.raises(ValueError, match=r"Unknown reduction 'summ'.*'sum'.*sum_over_batch_size"):
        MeanSquaredError(reduction="summ")


def test_a_reduction_in_keras_position_is_not_taken_for_a_name():
    """Keras writes MeanSquaredError("sum"): the first argument of the regression losses is the
    reduction.
    """
    assert MeanSquaredError("sum")(Y3, P3).item() == 14
    assert MeanAbsoluteError("sum")(Y3, P3).item() == 6


# --- shapes


@pytest.mark.parametrize("cls", [MeanSquaredError, MeanAbsoluteError, BinaryCrossentropy])
@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4,), (4,))], ids=str)
def test_n_and_n_by_1_are_the_same(cls, shapes):
    y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.4, 0.2])
    expected = cls(reduction=None)(y[:, None], p[:, None]).numpy()
    assert expected.shape == (4,)
    np.testing.assert_array_equal(
        cls(reduction=None)(y.reshape(shapes[0]), p.reshape(shapes[1])).numpy(), expected
    )
    assert cls()(y.reshape(shapes[0]), p.reshape(shapes[1])).item() == pytest.approx(
        expected.mean(), rel=1e-15
    )


@pytest.mark.parametrize("cls", [SparseCategoricalCrossentropy, NegativeLogLikelihood])
def test_labels_may_stand_in_a_column(cls):
    y, p = example(("label", "log-probabilities" if cls is NLL else "probabilities"), (5, 3))
    assert cls()(y[:, None], p).item() == cls()(y, p).item()


@pytest.mark.parametrize(
    "function", [losses.mean_squared_error, losses.mean_absolute_error, losses.binary_crossentropy]
)
def test_the_functions_do_not_broadcast_either(function):
    y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([[0.1], [0.9], [0.4], [0.2]])
    expected = function(y[:, None], p).numpy()
    assert expected.shape == (4,)
    np.testing.assert_array_equal(function(y, p).numpy(), expected)
    np.testing.assert_array_equal(function(y[:, None], p[:, 0]).numpy(), expected)
    with pytest.raises(ValueError, match=r"\(4,\).*\(4, 4\)"):
        function(y, np.full((4, 4), 0.5))


@pytest.mark.parametrize(
    ("function", "cls", "kind"),
    [
        (losses.mean_squared_error, MeanSquaredError, ("real", "number")),
        (losses.mean_absolute_error, MeanAbsoluteError, ("real", "number")),
        (losses.binary_crossentropy, BinaryCrossentropy, ("yes-no", "chances")),
        (losses.categorical_crossentropy, CategoricalCrossentropy, ("one-hot", "probabilities")),
        (
            losses.sparse_categorical_crossentropy,
            SparseCategoricalCrossentropy,
            ("label", "probabilities"),
        ),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_functions_give_one_loss_per_sample(function, cls, kind):
    y, p = example(kind, (5, 3))
    np.testing.assert_array_equal(function(y, p).numpy(), cls(reduction=None)(y, p).numpy())
    if cls not in (MeanSquaredError, MeanAbsoluteError):
        np.testing.assert_array_equal(
            function(y, p, from_logits=True).numpy(),
            cls(from_logits=True, reduction=None)(y, p).numpy(),
        )
    if cls in (BinaryCrossentropy, CategoricalCrossentropy):
        np.testing.assert_array_equal(
            function(y, p, label_smoothing=0.2).numpy(),
            cls(label_smoothing=0.2, reduction=None)(y, p).numpy(),
        )


def test_functions_show_and_take_the_arguments_of_their_class():
    y, p = example(("real", "number"), (5, 3))
    each = Huber(0.5, reduction=None)(y, p).numpy()
    assert losses.huber.__name__ == "huber" and "straight lines" in losses.huber.__doc__
    assert list(inspect.signature(losses.huber).parameters) == ["y_true", "y_pred", "delta"]
    for values in (losses.huber(y, p, 0.5), losses.huber(y_true=y, y_pred=p, delta=0.5)):
        np.testing.assert_array_equal(values.numpy(), each)
    sparse = inspect.signature(losses.sparse_categorical_crossentropy).parameters
    assert list(sparse)[2:] == ["from_logits", "ignore_class", "axis"]
    with pytest.raises(TypeError, match=r"huber\(\) takes"):
        losses.huber(y, p, 0.5, "sum")
    with pytest.raises(TypeError, match="delta"):
        losses.huber(y, p, 0.5, delta=0.5)
    with pytest.raises(TypeError, match="scale"):
        losses.huber(y, p, scale=2)


def test_binary_cross_entropy_averages_over_the_axis_that_was_asked_for():
    y, p = example(("yes-no", "chances"), (4, 3))
    each = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    np.testing.assert_allclose(
        BinaryCrossentropy(axis=0, reduction=None)(y, p).numpy(), each.mean(axis=0), rtol=1e-12
    )


# --- what goes in


@every_loss
def test_arrays_lists_and_tensors_give_the_same(cls, options, kind):
    y, p = example(kind, (5, 3))
    expected, loss = cls(**options)(y, p).item(), cls(**options)
    targets = [y, Tensor(y), y.tolist(), tuple(y.tolist())]
    assert [loss(t, Tensor(p)).item() for t in targets] == pytest.approx([expected] * 4, rel=1e-6)
    assert loss(y, p.tolist()).item() == pytest.approx(expected, rel=1e-5)
    result = loss(y, p)
    assert (
        isinstance(result, Tensor)
        and isinstance(float(result), float)
        and result.numpy().shape == ()
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.int64, np.float32, np.float64])
def test_labels_of_any_number_type(dtype):
    y, p = example(("label", "probabilities"), (5, 3))
    assert (
        SparseCategoricalCrossentropy()(y.astype(dtype), p).item()
        == SparseCategoricalCrossentropy()(y, p).item()
    )


def test_whole_number_targets_and_outputs_are_numbers_like_any_other():
    assert MeanSquaredError()(np.array([0, 2]), np.array([0.5, 1.5])).item() == 0.25
    assert (
        MeanSquaredError()(np.array([0.5, 1.5]), np.array([1, 1])).item() == 0.25
    )  # not y_true cut to whole numbers
    logits = np.array([[1, 2, 3], [0, 0, 0]])
    expected = SparseCategoricalCrossentropy(from_logits=True)([0, 1], logits.astype(float)).item()
    assert SparseCategoricalCrossentropy(from_logits=True)([0, 1], logits).item() == pytest.approx(
        expected, rel=1e-6
    )
    assert CategoricalCrossentropy(from_logits=True)(np.eye(3)[:2], logits).item() == pytest.approx(
        expected, rel=1e-6
    )
    assert BinaryCrossentropy(from_logits=True)([1, 0], np.array([3, 0])).item() == pytest.approx(
        (np.log1p(np.exp(-3)) + np.log(2)) / 2
    )


def test_nothing_is_changed_and_no_gradient_reaches_the_targets():
    for cls, options, kind in EVERY_LOSS:
        y, p = example(kind, (5, 3))
        y_before, p_before = y.copy(), p.copy()
        target, output = Tensor(y), Tensor(p, requires_grad=True)
        loss = cls(**options)(target, output)
        loss.backward()
        assert target.grad is None and output.grad.shape == p.shape
        assert not cls(**options)(y, p).requires_grad
        np.testing.assert_array_equal(y, y_before)
        np.testing.assert_array_equal(p, p_before)
        np.testing.assert_array_equal(output.data, p_before)


# --- saturation: probabilities remember their logits
# -----------------------------------------------------------------

FORTY = np.array(
    [[0.0, 40.0]]
)  # the true class is 0: p = 4e-18, which float32 and Keras's clip both lose


def through(layer_list, weights):
    """A model of these layers whose first kernel turns the input 1 into `weights`."""
    model = Sequential([layers.Dense(weights.shape[1], use_bias=False, name="logits"), *layer_list])
    model(np.ones((1, 1)))
    model.layers[0].set_weights([weights])
    return model


ROADS = {
    "softmax activation": lambda: through([layers.Activation("softmax")], FORTY),
    "softmax layer": lambda: through([layers.Softmax()], FORTY),
    "nested model": lambda: Sequential([through([], FORTY), layers.Softmax()]),
    "nested twice": lambda: Sequential(
        [Sequential([through([], FORTY)]), Sequential([layers.Softmax()])]
    ),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(
    ("loss", "y"),
    [(SparseCategoricalCrossentropy(), [0]), (CategoricalCrossentropy(), [[1, 0]])],
    ids=describe,
)
def test_softmax_keeps_its_gradient_at_saturation(road, loss, y):
    model = ROADS[road]()
    value = loss(y, model(np.ones((1, 1))))
    assert value.item() == 40
    value.backward()
    np.testing.assert_array_equal(model.trainable_weights[0].grad, [[-1, 1]])
    with no_grad():
        assert loss(y, model(np.ones((1, 1)))).item() == 40
    model.compile("sgd", loss)
    assert model.evaluate(np.ones((1, 1)), y, verbose=0) == 40
    assert model.train_on_batch(np.ones((1, 1)), y) == 40


def test_functional_model_and_dense_activation_remember_too():
    inputs = layers.Input(shape=(1,))
    outputs = layers.Dense(2, activation="softmax", use_bias=False)(inputs)
    model = Model(inputs, outputs)
    model.set_weights([FORTY])
    assert SparseCategoricalCrossentropy()([0], model(np.ones((1, 1)))).item() == 40


@pytest.mark.parametrize(
    ("z", "t", "value", "gradient"),
    [
        (-40.0, 1.0, 40.0, -1.0),
        (40.0, 0.0, 40.0, 1.0),
        (-1000.0, 1.0, 1000.0, -1.0),
        (1000.0, 0.0, 1000.0, 1.0),
        (1000.0, 1.0, 0.0, 0.0),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_keeps_its_gradient_at_saturation(z, t, value, gradient, dtype):
    for from_logits in (False, True):
        x = Tensor([[z]], requires_grad=True, dtype=dtype)
        loss = BinaryCrossentropy(from_logits)([[t]], x if from_logits else ops.sigmoid(x))
        assert loss.item() == value
        loss.backward()
        assert x.grad[0, 0] == pytest.approx(gradient, abs=1e-12)
        with no_grad():
            assert (
                BinaryCrossentropy(from_logits)([[t]], x if from_logits else ops.sigmoid(x)).item()
                == value
            )
    model = through([layers.Activation("sigmoid")], np.array([[z]]))
    assert BinaryCrossentropy()([[t]], model(np.ones((1, 1)))).item() == value


@pytest.mark.parametrize("scale", [1e4, -1e4, 1e30])
def test_huge_logits_are_finite(scale):
    logits = Tensor(np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]]) * scale, requires_grad=True)
    for loss, y in (
        (SparseCategoricalCrossentropy(True), [0, 0]),
        (CategoricalCrossentropy(True), np.eye(3)[[0, 0]]),
    ):
        value = loss(y, logits)
        z = logits.data - logits.data.max(axis=1, keepdims=True)
        expected = np.log(np.exp(z).sum(axis=1)) - z[:, 0]
        assert np.isfinite(value.item()) and value.item() == pytest.approx(
            expected.mean(), rel=1e-12
        )
        value.backward()
        expected = (softmax(logits.data) - np.eye(3)[[0, 0]]) / 2
        np.testing.assert_allclose(logits.grad, expected, atol=1e-15)
        logits.zero_grad()


def test_a_class_ruled_out_by_minus_infinity():
    logits = Tensor([[-np.inf, 0.0, 0.0]], requires_grad=True, dtype="float64")
    for loss, y in (
        (SparseCategoricalCrossentropy(True), [1]),
        (CategoricalCrossentropy(True), [[0, 1, 0]]),
    ):
        value = loss(y, logits)
        assert value.item() == pytest.approx(np.log(2), rel=1e-15)
        value.backward()
        np.testing.assert_allclose(logits.grad, [[0, -0.5, 0.5]], rtol=1e-15)
        logits.zero_grad()
    assert SparseCategoricalCrossentropy(True)([0], logits).item() == np.inf


def test_equal_logits_are_a_guess_among_the_classes():
    assert SparseCategoricalCrossentropy(True)([3], np.full((1, 10), 7.0)).item() == pytest.approx(
        np.log(10), rel=1e-15
    )


def test_plain_arrays_of_probabilities_are_clipped_as_keras_clips_them():
    certain = np.array([[0.0, 1.0]])
    assert SparseCategoricalCrossentropy()([0], certain).item() == pytest.approx(
        -np.log(1e-7), rel=1e-12
    )
    assert CategoricalCrossentropy()([[1, 0]], certain).item() == pytest.approx(
        -np.log(1e-7), rel=1e-7
    )
    assert BinaryCrossentropy()([[1.0]], np.array([[0.0]])).item() == pytest.approx(
        -np.log(1e-7), rel=1e-12
    )
    assert BinaryCrossentropy()([[0.0]], np.array([[1.0]])).item() == pytest.approx(
        -np.log(1e-7), rel=1e-8
    )
    assert np.isfinite(
        BinaryCrossentropy()(np.float32([[0.0, 1.0]]), np.float32([[1.0, 0.0]])).item()
    )


def test_probabilities_are_divided_by_their_sum():
    slightly_off = np.array([[0.3, 0.7004]])
    assert CategoricalCrossentropy()([[1, 0]], slightly_off).item() == pytest.approx(
        -np.log(0.3 / 1.0004), rel=1e-12
    )
    assert SparseCategoricalCrossentropy()([0], slightly_off).item() == pytest.approx(
        -np.log(0.3 / 1.0004), rel=1e-12
    )


def test_detached_and_copied_probabilities_count_as_plain_numbers():
    p = ops.softmax(Tensor(FORTY, requires_grad=True))
    for plain in (p.detach(), p.numpy(), Tensor(p)):
        value = SparseCategoricalCrossentropy()([0], plain)
        assert value.item() == pytest.approx(-np.log(1e-7)) and not value.requires_grad


@pytest.mark.parametrize(
    ("activation", "loss", "y"),
    [
        (ops.softmax, SparseCategoricalCrossentropy(), [0]),
        (ops.softmax, CategoricalCrossentropy(), [[1, 0]]),
        (ops.sigmoid, BinaryCrossentropy(), [[1, 0]]),
    ],
    ids=["sparse", "categorical", "binary"],
)
def test_probabilities_made_without_a_tape_send_no_gradient_back(activation, loss, y):
    z = Tensor([[1.0, 2.0]], requires_grad=True)
    with no_grad():
        p = activation(z)
    assert not loss(y, p).requires_grad


def test_softmax_outputs_in_a_binary_loss_and_the_other_way_round_are_not_confused():
    z = np.array([[0.5, -1.0, 2.0]])
    for maker, loss, y in ((ops.softmax, BinaryCrossentropy(), [[1, 0, 1]]),):
        assert loss(y, maker(z)).item() == pytest.approx(
            loss(y, maker(z).numpy()).item(), rel=1e-12
        )
    halves = ops.sigmoid(np.array([[0.4, -0.4]]))  # happen to sum to 1
    assert SparseCategoricalCrossentropy()([0], halves).item() == pytest.approx(
        -np.log(halves.data[0, 0]), rel=1e-12
    )


def test_softmax_over_another_axis_is_not_mistaken_for_one_over_the_classes():
    z = np.random.default_rng(0).normal(size=(3, 3))
    p = ops.softmax(z, axis=0)
    with pytest.warns(UserWarning, match="do not look like probabilities"):
        value = SparseCategoricalCrossentropy()([0, 1, 2], p).item()
    q = p.data / p.data.sum(axis=1, keepdims=True)
    assert value == pytest.approx(-np.log(q[[0, 1, 2], [0, 1, 2]]).mean(), rel=1e-12)


# --- identities


@pytest.mark.parametrize("shape", [(6, 4), (3, 5, 4)], ids=["samples", "sequences"])
def test_nll_after_log_softmax_is_the_cross_entropy(shape):
    labels, z = example(("label", "logits"), shape)
    values, gradients = [], []
    for road in (
        lambda x: NLL()(labels, ops.log_softmax(x)),
        lambda x: SparseCategoricalCrossentropy(from_logits=True)(labels, x),
        lambda x: SparseCategoricalCrossentropy()(labels, ops.softmax(x)),
        lambda x: CategoricalCrossentropy(from_logits=True)(np.eye(4)[labels], x),
    ):
        x = Tensor(z, requires_grad=True)
        loss = road(x)
        loss.backward()
        values.append(loss.item())
        gradients.append(x.grad)
    assert values == pytest.approx([values[0]] * 4, rel=1e-14)
    for gradient in gradients:
        np.testing.assert_allclose(gradient, gradients[0], rtol=1e-12, atol=1e-16)
    n = labels.size
    np.testing.assert_allclose(
        gradients[0], (softmax(z) - np.eye(4)[labels]) / n, rtol=1e-12, atol=1e-16
    )  # p - y


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_the_fused_losses_equal_their_naive_twins(smoothing):
    y, z = example(("one-hot", "logits"), (5, 4))
    t = y * (1 - smoothing) + smoothing / 4
    b = y * (1 - smoothing) + smoothing / 2

    def naive_softmax(x):
        e = ops.exp(x)
        return -(ops.log(e / e.sum(axis=-1, keepdims=True)) * t).sum(axis=-1).mean()

    def naive_sigmoid(x):
        p = 1 / (1 + ops.exp(-x))
        return -(b * ops.log(p) + (1 - b) * ops.log(1 - p)).mean()

    for fused, naive in (
        (CategoricalCrossentropy(True, smoothing), naive_softmax),
        (BinaryCrossentropy(True, smoothing), naive_sigmoid),
    ):
        x, twin = Tensor(z, requires_grad=True), Tensor(z, requires_grad=True)
        value, expected = fused(y, x), naive(twin)
        value.backward(), expected.backward()
        assert value.item() == pytest.approx(expected.item(), rel=1e-13)
        np.testing.assert_allclose(x.grad, twin.grad, rtol=1e-11, atol=1e-15)


def test_soft_targets_and_targets_that_do_not_sum_to_one():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(4, 3))
    for t in (rng.dirichlet(np.ones(3), 4), rng.random((4, 3)) * 2):
        loss = CategoricalCrossentropy(from_logits=True)
        assert loss(t, z).item() == pytest.approx(
            -(t * np.log(softmax(z))).sum(axis=-1).mean(), rel=1e-13
        )
        assert check_gradients(lambda x, t=t, loss=loss: loss(t, x), z)


def test_two_classes_by_softmax_are_one_by_sigmoid():
    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(6, 1)), rng.integers(0, 2, 6)
    both = np.concatenate([np.zeros_like(z), z], axis=1)
    assert SparseCategoricalCrossentropy(True)(t, both).item() == pytest.approx(
        BinaryCrossentropy(True)(t, z).item(), rel=1e-14
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-30, 30), min_size=2, max_size=5), st.data())
def test_cross_entropy_properties(z, data):
    z = np.array([z])
    label = data.draw(st.integers(0, z.shape[1] - 1))
    shift = data.draw(st.floats(-100, 100))
    x = Tensor(z, requires_grad=True)
    loss = SparseCategoricalCrossentropy(True)([label], x)
    loss.backward()
    assert loss.item() >= 0
    assert SparseCategoricalCrossentropy(True)([label], z + shift).item() == pytest.approx(
        loss.item(), abs=1e-10
    )
    assert (
        abs(x.grad.sum()) < 1e-12
        and x.grad[0, label] <= 0
        and (np.delete(x.grad[0], label) >= 0).all()
    )


# --- ignore_class


@pytest.mark.parametrize("ignored", [-1, 0, 2, 255])
@pytest.mark.parametrize("from_logits", [False, True])
def test_ignored_labels_count_for_nothing(ignored, from_logits):
    labels, p = example(("label", "logits" if from_logits else "probabilities"), (8, 3))
    labels[[1, 4]] = ignored
    kept = labels != ignored
    loss = SparseCategoricalCrossentropy(from_logits, ignore_class=ignored)
    plain = SparseCategoricalCrossentropy(from_logits)
    assert loss(labels, p).item() == pytest.approx(plain(labels[kept], p[kept]).item(), rel=1e-12)
    assert loss(labels[:, None], p).item() == pytest.approx(
        plain(labels[kept], p[kept]).item(), rel=1e-12
    )
    x = Tensor(p, requires_grad=True)
    loss(labels, x).backward()
    assert not x.grad[~kept].any() and x.grad[kept].any(axis=1).all()
    each = SparseCategoricalCrossentropy(from_logits, ignored, reduction=None)(labels, p).numpy()
    assert not each[~kept].any()
    total = SparseCategoricalCrossentropy(from_logits, ignored, reduction="sum")(labels, p).item()
    assert total == pytest.approx(plain(labels[kept], p[kept]).item() * kept.sum(), rel=1e-12)


def test_ignored_labels_and_sample_weights():
    labels, p = np.array([0, 1, 2, 1]), example(("label", "probabilities"), (4, 3))[1]
    weight = np.array([1.0, 2.0, 4.0, 0.5])
    each = -np.log(p[np.arange(4), labels])
    kept = labels != 2
    expected = (each * weight * kept).sum() / kept.sum()
    loss = SparseCategoricalCrossentropy(ignore_class=2)
    for shaped in (weight, weight[:, None], weight.tolist()):
        assert loss(labels, p, shaped).item() == pytest.approx(expected, rel=1e-6)
    by_weight = SparseCategoricalCrossentropy(ignore_class=2, reduction="mean_with_sample_weight")
    assert by_weight(labels, p, weight).item() == pytest.approx(
        (each * weight * kept).sum() / (weight * kept).sum(), rel=1e-12
    )


def test_ignored_steps_of_a_sequence():
    labels, p = example(("label", "probabilities"), (2, 4, 3))
    labels[:, 3] = 0  # the padding
    each = -np.log(np.take_along_axis(p, labels[..., None], -1)[..., 0])
    kept = labels != 0
    loss = SparseCategoricalCrossentropy(ignore_class=0)
    assert loss(labels, p).item() == pytest.approx(each[kept].mean(), rel=1e-12)
    steps = np.random.default_rng(0).random((2, 4))
    assert loss(labels, p, steps).item() == pytest.approx(
        (each * kept * steps).sum() / kept.sum(), rel=1e-12
    )
    assert loss(labels, p, [2, 1]).item() == pytest.approx(
        (each * kept * [[2], [1]]).sum() / kept.sum(), rel=1e-12
    )


def test_nothing_left_after_ignoring_is_zero():
    assert SparseCategoricalCrossentropy(ignore_class=1)([1, 1], np.full((2, 2), 0.5)).item() == 0


@pytest.mark.parametrize("ignored", [-1, 255])
def test_an_ignored_label_may_lie_outside_the_classes_in_fit(ignored):
    x, y = np.random.default_rng(0).normal(size=(6, 2)), np.array([ignored, 0, 1, 2, ignored, 1])
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(2,))])
    model.compile("sgd", SparseCategoricalCrossentropy(ignore_class=ignored))
    expected = SparseCategoricalCrossentropy()(
        y[y != ignored], model.predict(x[y != ignored], verbose=0)
    ).item()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-5)
    model.fit(x, y, verbose=0)
    with pytest.raises(ValueError, match="labels run"):
        model.fit(x, np.array([ignored, 0, 3, 0, 0, 0]), verbose=0)


# --- errors: what, received, cure
# ------------------------------------------------------------------------------------


def error(loss, y_true, y_pred):
    with pytest.raises(ValueError) as caught:
        loss(y_true, y_pred)
    text = str(caught.value)
    assert "\n" not in text and len(text) < 400, "errors are one line and dump no data"
    return text


FOUR = np.full((4, 4), 0.25)
REFUSED = [
    (
        MeanSquaredError(),
        np.zeros(4),
        FOUR,
        ["MeanSquaredError", "(4,)", "(4, 4)", "not broadcast", "Dense(1)", "(n, 4)"],
    ),
    (MeanSquaredError(), np.zeros((4, 2)), FOUR, ["(4, 2)", "2 targets", "Dense(2)"]),
    (MeanAbsoluteError(), np.zeros((4, 4, 4)), FOUR, ["MeanAbsoluteError", "(4, 4, 4)", "(4, 4)"]),
    (MeanSquaredError(), np.zeros(3), np.zeros((4, 1)), ["(3,)", "(4, 1)"]),
    (
        BinaryCrossentropy(),
        [0, 1, 0, 1],
        FOUR,
        [
            "BinaryCrossentropy",
            "(4,)",
            "(4, 4)",
            "Dense(1, activation='sigmoid')",
            "sparse_categorical_crossentropy",
        ],
    ),
    (
        CategoricalCrossentropy(),
        [0, 1, 3, 2],
        FOUR,
        ["class indices", "0..3", "sparse_categorical_crossentropy", "to_categorical(y, 4)"],
    ),
    (
        CategoricalCrossentropy(),
        [[0], [1], [3], [2]],
        FOUR,
        ["class indices", "0..3", "sparse_categorical_crossentropy"],
    ),
    (CategoricalCrossentropy(), np.eye(5)[:4], FOUR, ["(4, 5)", "(4, 4)", "Dense(5)"]),
    (
        CategoricalCrossentropy(),
        np.ones((4, 1)),
        np.ones((4, 1)),
        ["(4, 1)", "no classes", "binary_crossentropy"],
    ),
    (
        SparseCategoricalCrossentropy(),
        np.eye(4),
        FOUR,
        ["one-hot", "categorical_crossentropy", "argmax"],
    ),
    (SparseCategoricalCrossentropy(), [0, 1], FOUR, ["(2,)", "(4, 4)", "(4,)"]),
    (
        SparseCategoricalCrossentropy(),
        [1, 2, 3, 4],
        FOUR,
        ["1..4", "4 outputs", "0..3", "subtract 1"],
    ),
    (SparseCategoricalCrossentropy(), [0, 1, 2, -1], FOUR, ["-1..2", "4 outputs", "0..3"]),
    (SparseCategoricalCrossentropy(), [0, 1, 2, 9], FOUR, ["0..9", "4 outputs", "0..3"]),
    (
        SparseCategoricalCrossentropy(),
        [0.5, 1, 2, 3],
        FOUR,
        ["whole numbers", "fractions", "'mse'"],
    ),
    (SparseCategoricalCrossentropy(), [np.nan, 1, 2, 3], FOUR, ["whole numbers"]),
    (SparseCategoricalCrossentropy(), [0, 1], np.array([0.5, 0.5]), ["(n, classes)", "(2,)"]),
    (
        SparseCategoricalCrossentropy(True),
        [0, 1],
        np.zeros((2, 1)),
        ["0..1", "1 outputs", "binary_crossentropy"],
    ),
    (
        NegativeLogLikelihood(),
        [0, 4],
        np.log(np.full((2, 4), 0.25)),
        ["NegativeLogLikelihood", "0..4", "0..3"],
    ),
]


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "said"),
    REFUSED,
    ids=lambda v: describe(v) if isinstance(v, Loss) else "",
)
def test_errors_say_what_was_received_and_the_cure(loss, y_true, y_pred, said):
    text = error(loss, np.asarray(y_true), y_pred)
    for words in said:
        assert words in text, f"{words!r} is not in: {text}"


def test_one_based_advice_only_where_it_fits():
    assert "subtract" not in error(SparseCategoricalCrossentropy(), [0, 4, 1, 1], FOUR)
    assert "subtract" not in error(SparseCategoricalCrossentropy(), [1, 5, 1, 1], FOUR)


@pytest.mark.parametrize("labels", [["cat", "dog"], [None, 1]])
def test_text_as_targets(labels):
    with pytest.raises(TypeError, match="real numbers"):
        SparseCategoricalCrossentropy()(labels, np.full((2, 2), 0.5))


@pytest.mark.parametrize("cls", [BinaryCrossentropy, CategoricalCrossentropy])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), "0.1", None])
def test_label_smoothing_outside_0_to_1(cls, value):
    with pytest.raises(
        (ValueError, TypeError), match=r"label_smoothing must lie between 0 and 1; received"
    ):
        cls(label_smoothing=value)


@pytest.mark.parametrize("cls", [CategoricalCrossentropy, SparseCategoricalCrossentropy])
def test_classes_on_another_axis(cls):
    with pytest.raises(ValueError, match=r"last axis.*axis=1.*Transpose"):
        cls(axis=1)


def test_a_subclass_without_call():
    class Forgetful(Loss):
        pass

    with pytest.raises(
        NotImplementedError, match=r"Forgetful needs a method call\(self, y_true, y_pred\)"
    ):
        Forgetful()([0.0], [0.0])


@pytest.mark.parametrize(
    ("loss", "y", "said"),
    [
        ("sparse_categorical_crossentropy", [0, 1, 2, 3], "0..3.*3 outputs"),
        ("sparse_categorical_crossentropy", [1, 2, 3, 1], "subtract 1"),
        ("sparse_categorical_crossentropy", [0, 1, -1, 1], "-1..1"),
        ("categorical_crossentropy", [0, 1, 2, 1], "sparse_categorical_crossentropy"),
        ("binary_crossentropy", [[0, 1, 2]] * 4, "between 0 and 1.*0..2"),
        ("binary_crossentropy", [[0, -1, 1]] * 4, "between 0 and 1.*-1..1"),
        ("mse", [0.0, 1.0, 2.0, 3.0], "Dense\\(1\\)"),
    ],
)
def test_all_targets_are_checked_before_the_first_step(loss, y, said):
    """Even where only the last sample is wrong, in a batch that has not come yet."""
    activation = {"mse": None, "binary_crossentropy": "sigmoid"}.get(loss, "softmax")
    model = Sequential([layers.Dense(3, activation=activation, input_shape=(2,))])
    model.compile("sgd", loss)
    before = model.get_weights()
    with pytest.raises(ValueError, match=said):
        model.fit(np.ones((4, 2)), np.array(y), batch_size=1, shuffle=False, verbose=0)
    for now, then in zip(model.get_weights(), before):
        np.testing.assert_array_equal(now, then)
    with pytest.raises(ValueError, match=said):
        model.evaluate(np.ones((4, 2)), np.array(y), verbose=0)


def test_all_targets_of_sequences_are_checked_before_the_first_step():
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(5, 2))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    before, y = model.get_weights(), np.zeros((4, 5), int)
    y[3, 4] = 3
    with pytest.raises(ValueError, match=r"labels run 0..3 but the model has 3 outputs"):
        model.fit(np.ones((4, 5, 2)), y, batch_size=1, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


# --- warnings: numbers that cannot be what the loss expects
# ----------------------------------------------------------

LOGITS = np.array([[2.0, -1.0], [0.5, 3.0]])


@pytest.mark.parametrize(
    ("loss", "y", "p", "said"),
    [
        (
            SparseCategoricalCrossentropy,
            [0, 1],
            LOGITS,
            r"do not look like probabilities.*softmax.*from_logits=True",
        ),
        (
            CategoricalCrossentropy,
            np.eye(2),
            LOGITS,
            r"do not look like probabilities.*softmax.*from_logits=True",
        ),
        (BinaryCrossentropy, np.eye(2), LOGITS, r"no probabilities.*sigmoid.*from_logits=True"),
        (NegativeLogLikelihood, [0, 1], softmax(LOGITS), r"no log-probabilities.*log_softmax"),
    ],
    ids=["sparse", "categorical", "binary", "nll"],
)
def test_outputs_that_are_no_probabilities_are_said_once(loss, y, p, said):
    loss = loss()
    with pytest.warns(UserWarning, match=said):
        loss(y, p)
    loss(y, p)  # said once: a second warning would fail the test


@pytest.mark.parametrize(
    ("maker", "loss", "y"),
    [
        (ops.softmax, SparseCategoricalCrossentropy, [0, 1]),
        (ops.softmax, CategoricalCrossentropy, np.eye(2)),
        (ops.sigmoid, BinaryCrossentropy, np.eye(2)),
    ],
    ids=["sparse", "categorical", "binary"],
)
def test_probabilities_taken_for_logits_are_said_once(maker, loss, y):
    loss = loss(from_logits=True)
    with pytest.warns(UserWarning, match=rf"already ends in {maker.__name__}.*from_logits=False"):
        value = loss(y, maker(LOGITS)).item()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert loss(y, maker(LOGITS)).item() == value
    assert value == pytest.approx(
        type(loss)(from_logits=True)(y, maker(LOGITS).numpy()).item(), rel=1e-12
    )


def test_outputs_above_1_alone_are_said_too():
    with pytest.warns(UserWarning, match=r"outputs run 0\.5\.\.1\.5 and are no probabilities"):
        BinaryCrossentropy()([[1.0, 0.0]], [[0.5, 1.5]])


def test_the_dry_run_of_symbols_says_nothing_and_silences_nothing():
    loss, y, p = CategoricalCrossentropy(), Input((2,)), Input((2,))
    loss(y, p)  # a dry run on zeros, which are no probabilities
    with pytest.warns(UserWarning, match="do not look like probabilities"):
        loss(np.eye(2), LOGITS)
    loss(y, p)
    loss(np.eye(2), LOGITS)  # said once


def test_good_probabilities_are_not_warned_about():
    for cls, options, kind in EVERY_LOSS:
        y, p = example(kind, (5, 3))
        cls(**options)(y, p.astype(np.float32))


# --- names, own functions, own classes
# -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("mse", MeanSquaredError),
        ("MSE", MeanSquaredError),
        ("mean_squared_error", MeanSquaredError),
        ("MeanSquaredError", MeanSquaredError),
        ("mae", MeanAbsoluteError),
        ("MAE", MeanAbsoluteError),
        ("mean_absolute_error", MeanAbsoluteError),
        ("bce", BinaryCrossentropy),
        ("BCE", BinaryCrossentropy),
        ("binary_crossentropy", BinaryCrossentropy),
        ("categorical_crossentropy", CategoricalCrossentropy),
        ("CategoricalCrossentropy", CategoricalCrossentropy),
        ("categorical_cross_entropy", CategoricalCrossentropy),
        ("Mse", MeanSquaredError),
        ("sparse_categorical_crossentropy", SparseCategoricalCrossentropy),
        ("nll", NegativeLogLikelihood),
        (MeanSquaredError, MeanSquaredError),
    ],
)
def test_losses_by_name_and_class(name, cls):
    found = losses.get(name)
    assert type(found) is cls and found is not losses.get(name)


def test_get_leaves_instances_and_none_alone():
    loss = MeanSquaredError()
    assert losses.get(loss) is loss and losses.get(None) is None
    assert losses.NLLLoss is losses.NLL is NegativeLogLikelihood


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("categorical_crossentopy", "categorical_crossentropy"),
        ("mean_sqared_error", "mean_squared_error"),
        ("sparse_catagorical_crossentropy", "sparse_categorical_crossentropy"),
        ("msee", "mse"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(typed, meant):
    with pytest.raises(
        ValueError, match=rf"Unknown loss '{typed}'. Did you mean '{meant}'\? Available: .*mae"
    ):
        losses.get(typed)


@pytest.mark.parametrize("nonsense", [3, 1.5, ["mse"], {"mse"}])
def test_what_is_no_loss(nonsense):
    with pytest.raises(ValueError, match=r"A loss is a name, a Loss or a function"):
        losses.get(nonsense)


def test_an_own_function_gets_tensors_of_the_outputs_dtype():
    seen = []

    def cubic(y_true, y_pred):
        seen.append((type(y_true), type(y_pred), y_true.dtype, y_true.shape, y_pred.shape))
        return ops.absolute(y_true - y_pred) ** 3

    loss = losses.get(cubic)
    x = Tensor(np.float32([[1.0], [3.0]]), requires_grad=True)
    value = loss(np.array([0, 1]), x)  # (2,) whole numbers against (2, 1) float32
    assert seen == [(Tensor, Tensor, np.float32, (2, 1), (2, 1))] and loss.name == "cubic"
    assert value.item() == pytest.approx((1 + 8) / 2)
    value.backward()
    np.testing.assert_allclose(x.grad, [[1.5], [6.0]], rtol=1e-6)
    assert loss([0, 1], x, sample_weight=[1, 0]).item() == pytest.approx(0.5)


def test_an_own_function_may_return_one_number():
    loss = losses.get(lambda y_true, y_pred: ops.mean((y_true - y_pred) ** 2))
    assert loss(Y3, P3).item() == pytest.approx(14 / 3)


def test_an_own_function_trains_a_model():
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", lambda y_true, y_pred: (y_true - y_pred) ** 2)
    twin = Sequential([layers.Dense(1, input_shape=(2,))])
    twin.compile("sgd", "mse")
    twin.set_weights(model.get_weights())
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.arange(8.0)
    for m in (model, twin):
        m.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), twin.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize(
    "function", [losses.sparse_categorical_crossentropy, losses.categorical_crossentropy]
)
def test_the_librarys_functions_serve_as_losses(function):
    y, p = example(
        (
            "label" if function is losses.sparse_categorical_crossentropy else "one-hot",
            "probabilities",
        ),
        (5, 3),
    )
    assert losses.get(function)(y, p).item() == pytest.approx(
        function(y, p).numpy().mean(), rel=1e-12
    )


def test_an_own_subclass():
    class Quartic(Loss):
        def call(self, y_true, y_pred):
            return ((y_true - y_pred) ** 4).mean(axis=-1)

    for loss in (losses.get(Quartic), losses.get(Quartic())):
        assert loss([0.0, 0.0], [[1.0], [2.0]]).item() == pytest.approx(17 / 2)
    assert Quartic(reduction="sum")(
        [0.0, 0.0], [[1.0], [2.0]], sample_weight=[1, 0.5]
    ).item() == pytest.approx(9)


def test_an_own_subclass_by_name():
    @losses.registry.register("q4")
    class MyQuartic(Loss):
        def call(self, y_true, y_pred):
            return ((y_true - y_pred) ** 4).mean(axis=-1)

    assert (
        type(losses.get("my_quartic"))
        is type(losses.get("q4"))
        is type(losses.get("MyQuartic"))
        is MyQuartic
    )


def test_a_loss_keeps_no_graph_alive():
    gc.collect()
    gc.disable()
    try:
        for cls, options, kind in EVERY_LOSS:
            y, p = example(kind, (5, 3))
            loss, x = cls(**options), Tensor(p, requires_grad=True)
            value = loss(y, x)
            value.backward()
            watched = weakref.ref(value), weakref.ref(x)
            del value, x
            assert [w() for w in watched] == [None, None], cls.__name__
    finally:
        gc.enable()


# --- what is particular to one loss
# ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [Hinge, SquaredHinge])
def test_hinge_takes_0_and_1_for_minus_1_and_1(cls):
    p = np.array([[0.3], [-2.0], [1.5], [-0.2]])
    zeros, signs = np.array([0, 1, 1, 0]), np.array([-1, 1, 1, -1])
    expected = np.maximum(0, 1 - signs[:, None] * p)[:, 0] ** (1 if cls is Hinge else 2)
    for y in (zeros, signs, zeros[:, None], zeros.astype(bool)):
        np.testing.assert_allclose(cls(reduction=None)(y, p).numpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(
        cls(reduction=None)(np.ones(4), p).numpy(),
        np.maximum(0, 1 - p[:, 0]) ** (1 if cls is Hinge else 2),
    )


def test_hinge_refuses_class_indices_before_training():
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "hinge")
    with pytest.raises(ValueError, match=r"Hinge: targets are -1 and 1.*0\.\.2.*categorical_hinge"):
        model.fit(np.ones((3, 2)), np.array([0, 1, 2]), verbose=0)


@pytest.mark.parametrize(
    "cls",
    [
        Huber,
        LogCosh,
        Poisson,
        Hinge,
        SquaredHinge,
        MeanAbsolutePercentageError,
        MeanSquaredLogarithmicError,
    ],
)
@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4,), (4,))], ids=str)
def test_n_and_n_by_1_are_the_same_for_every_loss_of_numbers(cls, shapes):
    y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.4, 0.2])
    expected = cls(reduction=None)(y[:, None], p[:, None]).numpy()
    np.testing.assert_array_equal(
        cls(reduction=None)(y.reshape(shapes[0]), p.reshape(shapes[1])).numpy(), expected
    )
    text = error(cls(), np.zeros(4), FOUR)
    assert cls.__name__ in text and "(4,)" in text and "Dense(1)" in text


@pytest.mark.parametrize("cls", [KLDivergence, CategoricalHinge])
def test_class_indices_are_refused_with_the_cure(cls):
    assert "to_categorical(y, 4)" in error(cls(), np.array([0, 1, 3, 2]), FOUR)


def test_saturated_softmax_keeps_its_gradient_in_the_new_losses_too():
    z = np.array([[0.0, 40.0]])
    for loss, y in (
        (KLDivergence(), [[1.0, 0.0]]),
        (CategoricalFocalCrossentropy(alpha=1.0), [[1.0, 0.0]]),
    ):
        x = Tensor(z, requires_grad=True)
        value = loss(y, ops.softmax(x))
        assert value.item() == pytest.approx(40, rel=1e-5)
        value.backward()
        np.testing.assert_allclose(x.grad, [[-1, 1]], rtol=1e-5)
    x = Tensor([[40.0]], requires_grad=True, dtype="float64")
    value = BinaryFocalCrossentropy()([[0.0]], ops.sigmoid(x))
    assert value.item() == 40
    value.backward()
    np.testing.assert_allclose(x.grad, [[1.0]], rtol=1e-12)
    x = Tensor(z, requires_grad=True)
    loss = CategoricalGeneralizedCrossEntropy()([0], ops.softmax(x))
    loss.backward()
    assert loss.item() == pytest.approx(2, rel=1e-6) and x.grad[0, 0] == pytest.approx(
        -np.exp(-20), rel=1e-6
    )


def test_focal_loss_with_gamma_0_is_the_cross_entropy():
    y, z = example(("one-hot", "logits"), (5, 3))
    assert CategoricalFocalCrossentropy(1.0, 0.0, True)(y, z).item() == pytest.approx(
        CategoricalCrossentropy(True)(y, z).item(), rel=1e-12
    )
    assert BinaryFocalCrossentropy(gamma=0.0, from_logits=True)(y, z).item() == pytest.approx(
        BinaryCrossentropy(True)(y, z).item(), rel=1e-12
    )


def test_huber_is_half_the_square_and_then_straight():
    for error_size, expected in ((0.5, 0.125), (1.0, 0.5), (3.0, 2.5)):
        assert Huber()([[0.0]], [[error_size]]).item() == pytest.approx(expected)
    x = Tensor([[3.0], [0.5], [1.0], [0.0]], requires_grad=True, dtype="float64")
    Huber(reduction="sum")(np.zeros((4, 1)), x).backward()
    np.testing.assert_allclose(x.grad[:, 0], [1, 0.5, 1, 0])
    assert LogCosh()([[0.0]], [[500.0]]).item() == pytest.approx(
        500 - np.log(2), rel=1e-6
    )  # cosh(500) overflows
    with pytest.raises(ValueError, match="delta must be a number above 0; received -1"):
        Huber(-1)


def test_cosine_of_nothing_is_0_and_sends_no_nan():
    x = Tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True, dtype="float64")
    loss = CosineSimilarity(reduction=None)(np.array([[1.0, 2.0], [3.0, 4.0]]), x)
    np.testing.assert_allclose(loss.numpy(), [0, -1], atol=1e-12)
    loss.sum().backward()
    assert np.isfinite(x.grad).all()
    rows = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_allclose(
        CosineSimilarity(axis=0, reduction=None)(rows, rows * 2).numpy(), -np.ones(3), rtol=1e-12
    )
    assert losses.cosine_similarity([1.0, 0.0], [1.0, 1.0]).item() == pytest.approx(-np.sqrt(0.5))


def test_dice_and_tversky_over_the_whole_batch_or_an_image():
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, (3, 4, 5, 1)).astype(float), rng.random((3, 4, 5, 1))
    whole = 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
    assert Dice()(y, p).item() == pytest.approx(whole, rel=1e-7)
    assert Tversky()(y, p).item() == pytest.approx(whole, rel=1e-6)  # with α = β = ½ the same
    each = 1 - 2 * (y * p).sum((1, 2, 3)) / (y.sum((1, 2, 3)) + p.sum((1, 2, 3)))
    np.testing.assert_allclose(Dice(axis=(1, 2, 3), reduction=None)(y, p).numpy(), each, rtol=1e-7)
    assert Dice(axis=(1, 2, 3))(y, p, [1, 0, 2]).item() == pytest.approx(
        (each * [1, 0, 2]).sum() / 3, rel=1e-6
    )
    with pytest.raises(ValueError, match=r"one value for the whole batch.*axis"):
        Dice()(y, p, np.ones(3))
    for loss in (Dice(), Tversky(0.3, 0.7), Dice(axis=(1, 2, 3))):
        assert check_gradients(lambda p, loss=loss: loss(y, p), p)


def test_circle_loss_counts_only_samples_with_partners():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    labels, gamma, m = np.array([0, 0, 1, 1, 1, 2]), 8.0, 0.3
    each = []
    for i in range(6):
        near, far = 0.0, 0.0
        for j in range(6):
            d = max(1 - x[i] @ x[j], 0)
            if labels[i] == labels[j] and i != j:
                near += np.exp(gamma * (m + d) * (d - m))
            elif labels[i] != labels[j]:
                far += np.exp(gamma * max(1 + m - d, 0) * (1 - m - d))
        each.append(np.log1p(near * far))
    assert each[5] == 0
    loss = Circle(gamma, m)
    np.testing.assert_allclose(
        Circle(gamma, m, reduction=None)(labels, x).numpy(), each, rtol=1e-10, atol=1e-12
    )
    assert loss(labels, x).item() == pytest.approx(np.sum(each) / 5, rel=1e-10)
    assert loss(labels[:, None], x, [1, 0, 0, 2, 0, 9]).item() == pytest.approx(
        (each[0] + 2 * each[3]) / 5, rel=1e-10
    )
    assert check_gradients(lambda x: Circle(gamma, m)(labels, x), x)
    assert "Circle" in error(loss, labels[:5], x) and "(5,)" in error(loss, labels[:5], x)


@pytest.mark.parametrize(
    ("loss", "y", "p", "said"),
    [
        (Poisson, [[1.0]], [[-0.5]], r"Poisson.*-0\.5.*softplus"),
        (KLDivergence, [[0.5, 0.5]], [[2.0, -1.0]], r"KLDivergence.*softmax"),
    ],
    ids=["poisson", "kld"],
)
def test_outputs_that_cannot_be_are_said_once_in_the_new_losses(loss, y, p, said):
    loss = loss()
    with pytest.warns(UserWarning, match=said):
        loss(y, np.array(p))
    loss(y, np.array(p))


def test_dtype_is_that_of_the_loss():
    assert (
        MeanSquaredError(dtype="float64")(np.zeros((2, 1)), np.ones((2, 1), np.float32)).dtype
        == np.float64
    )
    assert MeanSquaredError()(np.zeros((2, 1)), np.ones((2, 1), np.float32)).dtype == np.float32


# --- aliases, and losses as plain data
# -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "cls"),
    [
        ("mape MAPE mean_absolute_percentage_error", MeanAbsolutePercentageError),
        ("msle MSLE", MeanSquaredLogarithmicError),
        ("kld KLD kl_divergence kullback_leibler_divergence", KLDivergence),
        ("logcosh log_cosh LogCosh", LogCosh),
        ("huber huber_loss Huber", Huber),
        ("hinge", Hinge),
        ("squared_hinge", SquaredHinge),
        ("categorical_hinge", CategoricalHinge),
        ("poisson Poisson", Poisson),
        ("cosine_similarity", CosineSimilarity),
        ("binary_focal_crossentropy", BinaryFocalCrossentropy),
        ("dice", Dice),
        ("tversky", Tversky),
        ("categorical_focal_crossentropy", CategoricalFocalCrossentropy),
        ("circle", Circle),
    ],
)
def test_new_losses_by_name(names, cls):
    for name in names.split():
        assert type(losses.get(name)) is cls
        if (name.islower() and name != "huber_loss") or name.isupper():
            assert callable(getattr(losses, name))
    y, p = [[0.2, 0.8]], [[0.3, 0.7]]
    assert (
        losses.mse is losses.MSE is losses.mean_squared_error
        and losses.bce is losses.BCE is losses.binary_crossentropy
    )
    assert (
        losses.kld(y, p).numpy() == losses.KLD(y, p).numpy() == losses.kl_divergence(y, p).numpy()
    )


@every_loss
def test_a_loss_describes_itself(cls, options, kind):
    loss = cls(**options, name="mine", reduction="sum")
    config = loss.get_config()
    assert (
        config.items() >= {**options, "name": "mine", "reduction": "sum"}.items()
        and "dtype" not in config
    )
    y, p = example(kind, (5, 3))
    for again in (cls.from_config(config), losses.get(losses.serialize(loss))):
        assert type(again) is cls and again.get_config() == config
        assert again(y, p).item() == loss(y, p).item()


def test_an_own_loss_describes_itself_if_it_keeps_its_arguments():
    @losses.register()
    class Scaled(Loss):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, y_true, y_pred):
            return self.factor * ops.absolute(y_true - y_pred)

    loss = Scaled(3.0, name="s", reduction="sum")
    assert loss.get_config() == {"factor": 3.0, "name": "s", "reduction": "sum"}
    assert losses.get(losses.serialize(loss))([[0.0]], [[2.0]]).item() == 6

    class Forgetful(Loss):
        def __init__(self, factor):
            super().__init__()

    assert Forgetful(1).get_config() == {"factor": 1}  # it is known all the same


@pytest.mark.parametrize("kind", [Loss, losses.Regression, Huber], ids=lambda c: c.__name__)
def test_an_own_get_config_adds_to_that_of_the_class_above(kind):
    @losses.register()
    class Powered(kind):
        def __init__(self, power=1.0, **kwargs):
            super().__init__(**kwargs)
            self.power = power / 2

        def call(self, y_true, y_pred):
            return ops.absolute(y_true - y_pred) ** self.power

        def get_config(self):
            return dict(power=2 * self.power, **super().get_config())

    class Twice(Powered):
        def __init__(self, power=1.0, times=2, **kwargs):
            super().__init__(power=power, **kwargs)
            self.times = times

        def get_config(self):
            return {"times": self.times, **super().get_config(), "power": 8.0}

    loss = Powered(6.0, name="p", reduction="sum", **{"delta": 3.0} if kind is Huber else {})
    about = {"power": 6.0, "name": "p", "reduction": "sum"}
    assert loss.get_config() == {**about, **({"delta": 3.0} if kind is Huber else {})}
    assert losses.get(losses.serialize(loss))([[0.0]], [[2.0]]).item() == 8
    config = Twice(6.0, times=5, name="p", reduction="sum").get_config()
    assert config.items() >= {**about, "times": 5, "power": 8.0}.items()
    again = Twice.from_config(config)
    assert again.times == 5 and again.power == 4.0 and again.name == "p"


def test_a_function_loss_describes_itself_by_name():
    @losses.register()
    def cubed(y_true, y_pred):
        return ops.absolute(y_true - y_pred) ** 3

    loss = losses.get(cubed)
    assert loss.get_config() == {
        "function": "cubed",
        "reduction": "sum_over_batch_size",
        "name": "cubed",
    }
    assert FunctionLoss.from_config(loss.get_config())([[0.0]], [[2.0]]).item() == 8
    assert (
        losses.get(losses.serialize(losses.get(losses.mean_squared_error)))([[0.0]], [[2.0]]).item()
        == 4
    )
    assert losses.get("cubed")([[0.0]], [[2.0]]).item() == 8


@pytest.mark.parametrize(
    ("loss", "activation", "targets"),
    [
        ("hinge", "tanh", lambda x: np.sign(x[:, 0])),
        ("squared_hinge", None, lambda x: (x[:, 0] > 0).astype(int)),
        ("huber", None, lambda x: x @ [1.0, 2.0]),
        ("log_cosh", None, lambda x: x @ [1.0, 2.0]),
        ("poisson", "softplus", lambda x: np.exp(x[:, 0] / 2)),
        ("binary_focal_crossentropy", "sigmoid", lambda x: (x[:, 0] > 0) * 1.0),
        ("dice", "sigmoid", lambda x: (x[:, 0] > 0) * 1.0),
        ("msle", "softplus", lambda x: np.exp(x[:, 0] / 2)),
    ],
)
def test_a_model_learns_with_every_sort_of_loss(loss, activation, targets):
    x = np.random.default_rng(0).normal(size=(64, 2))
    model = Sequential([layers.Dense(1, activation=activation, input_shape=(2,))])
    model.compile(optimizer="adam", loss=loss)
    model.optimizer.learning_rate = 0.1
    history = model.fit(x, targets(x), epochs=15, verbose=0, seed=0).history["loss"]
    assert history[-1] < history[0] * (
        0.6 if loss != "poisson" else 0.9
    )  # Poisson's loss does not end at 0
