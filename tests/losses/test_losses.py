"""minidl.losses: formulas typed a second time, reductions, sample weights, shapes and what goes in."""

import inspect

import numpy as np
import pytest
from loss_cases import EVERY_LOSS, P3, Y3, describe, every_loss, example, softmax

from minidl import Tensor, check_gradients, losses
from minidl.losses import (
    NLL,
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    CosineSimilarity,
    Dice,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
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


@pytest.mark.parametrize(("loss", "y_true", "value", "first_sample_only"), GOLDEN, ids=describe)
def test_keras_golden_numbers(loss, y_true, value, first_sample_only):
    assert loss(y_true, P).item() == pytest.approx(value, abs=1e-6)
    if first_sample_only is not None:
        assert loss(y_true, P, sample_weight=[1, 0]).item() == pytest.approx(
            first_sample_only, abs=1e-6
        )


# --- the same formulas, typed once more in plain float64 NumPy
# ---


Regression = losses.Regression


def plain_huber(loss, y, p):
    e = np.abs(y - p)
    return np.where(e <= loss.delta, e**2 / 2, loss.delta * (e - loss.delta / 2)).mean(-1)


def plain_tversky(loss, y, p):
    tp, fn, fp = (y * p).sum(-1), (y * (1 - p)).sum(-1), ((1 - y) * p).sum(-1)
    return 1 - tp / (tp + loss.alpha * fp + loss.beta * fn + 1e-7)


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
# ---


EACH = np.array([1.0, 4.0, 9.0])  # squared errors of these three samples


# weights [2, 0, 1.888...]: divided by the number of samples
@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [
        ("sum_over_batch_size", 14 / 3, 19 / 3),
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
    # each weight counts for three steps
    assert mean(y, p, [2, 1]).item() == pytest.approx((squares * [[2], [1]]).sum() / 9)


def test_weights_that_are_all_zero_give_zero_and_no_nan():
    for reduction in ("mean_with_sample_weight", "sum_over_batch_size", "sum"):
        assert MeanSquaredError(reduction=reduction)(Y3, P3, [0, 0, 0]).item() == 0


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
# ---


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
# ---


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
    # not y_true cut to whole numbers
    for whole in (np.array([1, 1]), Tensor(np.array([1, 1]))):
        assert MeanSquaredError()(np.array([0.5, 1.5]), whole).item() == 0.25
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
