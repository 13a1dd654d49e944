"""What is particular to one loss."""

import numpy as np
import pytest
from loss_cases import FOUR, error, example

from minidl import (
    Sequential,
    Tensor,
    check_gradients,
    layers,
    losses,
    ops,
)
from minidl.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    Circle,
    CosineSimilarity,
    Dice,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
)

# --- ignore_class
# ---


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


# --- what is particular to one loss
# ---


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
    # cosh(500) overflows
    assert LogCosh()([[0.0]], [[500.0]]).item() == pytest.approx(500 - np.log(2), rel=1e-6)
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
