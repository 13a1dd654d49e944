"""Cross-entropies of labels: labels to ignore, focal losses."""

import numpy as np
import pytest
from loss_cases import example

from minidl import Sequential, Tensor, layers, ops
from minidl.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    KLDivergence,
    SparseCategoricalCrossentropy,
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
