"""Cross-entropies: extreme logits, probabilities that remember their logits, axes."""

import numpy as np
import pytest
from extreme_cases import INF, binary_ce, both_floats, leaf, softmax_ce, sparse_ce

from minidl import Tensor, Variable, apply, losses, no_grad, ops
from minidl.core.derivatives import nonlinear

# --- cross-entropies of extreme logits
# -------------------------------------------------------------------------------------


@both_floats
@pytest.mark.parametrize(
    "logits, label, loss, p",
    [
        ([1e4, 0.0, -1e4], 0, 0.0, [1, 0, 0]),
        ([1e4, 0.0, -1e4], 1, 1e4, [1, 0, 0]),
        ([1e4, 0.0, -1e4], 2, 2e4, [1, 0, 0]),
        ([-1e4, -1e4, -1e4], 1, np.log(3), [1 / 3] * 3),
        ([1e4, 1e4, 1e4], 1, np.log(3), [1 / 3] * 3),
        ([0.0, 0.0, 0.0], 2, np.log(3), [1 / 3] * 3),
        ([-INF, 0.0, 0.0], 1, np.log(2), [0, 0.5, 0.5]),
        ([-INF, 0.0, -INF], 1, 0.0, [0, 1, 0]),
        ([-INF, 0.0, 0.0], 0, INF, [0, 0.5, 0.5]),
        ([3e38, -3e38, 0.0], 1, None, [1, 0, 0]),
        ([1e-30, 0.0, 0.0], 0, np.log(3), [1 / 3] * 3),
        ([7.0], 0, 0.0, [1]),
    ],
)
def test_softmax_cross_entropy_at_the_extremes(dtype, logits, label, loss, p):
    """The gradient is p - y, whatever the size of the logits."""
    y = np.eye(len(logits))[label]
    for f in (
        lambda x: sparse_ce(x, [label]),
        lambda x: softmax_ce(x, [y]),
        lambda x: -(ops.log_softmax(x)[:, label]),
    ):
        x = leaf([logits], dtype)
        z = f(x)
        if loss is not None:
            np.testing.assert_allclose(z.data, [loss], rtol=1e-6, atol=1e-7)
        z.sum().backward()
        np.testing.assert_allclose(x.grad, [np.array(p) - y], atol=1e-6)
    np.testing.assert_allclose(
        apply(nonlinear.softmax, Tensor(np.array([logits], dtype))).data, [p], atol=1e-6
    )


@both_floats
def test_log_softmax_of_huge_numbers(dtype):
    z = ops.log_softmax(Tensor(np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -2e4]], dtype)))
    np.testing.assert_allclose(
        z.data, [[0.0, -1e4, -2e4], [-np.log(2), -np.log(2), -1e4 - np.log(2)]], rtol=1e-6
    )
    assert ops.log_softmax(Tensor(np.array([[-INF, 0.0]], dtype))).tolist() == [[-INF, 0.0]]


def test_targets_of_zero_at_a_logit_of_minus_infinity_count_nothing():
    x = leaf([[-INF, 0.0, 1.0]])
    z = softmax_ce(x, [[0.0, 0.0, 1.0]])
    np.testing.assert_allclose(z.data, [np.log1p(np.exp(-1))])
    z.sum().backward()
    assert np.isfinite(x.grad).all()


@both_floats
@pytest.mark.parametrize(
    "logit, target, loss, slope",
    [
        (1000.0, 0, 1000.0, 1),
        (1000.0, 1, 0.0, 0),
        (-1000.0, 1, 1000.0, -1),
        (-1000.0, 0, 0.0, 0),
        (0.0, 0.5, np.log(2), 0),
        (1e30, 0, 1e30, 1),
        (-1e30, 1, 1e30, -1),
        (100.0, 1, 0.0, 0),
        (-100.0, 1, 100.0, -1),
        (40.0, 1, np.exp(-40.0), -np.exp(-40.0)),
    ],
)
def test_binary_cross_entropy_at_the_extremes(dtype, logit, target, loss, slope):
    x = leaf([logit], dtype)
    z = binary_ce(x, [target])
    np.testing.assert_allclose(z.data, [loss], rtol=1e-6, atol=1e-30)
    z.sum().backward()
    np.testing.assert_allclose(x.grad, [slope], rtol=1e-6, atol=1e-7)


def test_the_losses_remember_the_logits_behind_saturated_probabilities():
    """softmax and sigmoid give exactly 0 and 1 here; the loss still says how wrong it is, and its
    gradient does not die.
    """
    x = leaf([[1000.0, 0.0]])
    loss = losses.SparseCategoricalCrossentropy()([1], ops.softmax(x))
    np.testing.assert_allclose(loss.item(), 1000.0)
    loss.backward()
    np.testing.assert_allclose(x.grad, [[1.0, -1.0]])
    x = leaf([[1000.0, 0.0]])
    np.testing.assert_allclose(
        losses.CategoricalCrossentropy()([[0.0, 1.0]], ops.softmax(x)).item(), 1000.0
    )
    b = leaf([[-1000.0]])
    loss = losses.BinaryCrossentropy()([[1.0]], ops.sigmoid(b))
    np.testing.assert_allclose(loss.item(), 1000.0)
    loss.backward()
    np.testing.assert_allclose(b.grad, [[-1.0]])
    with no_grad():
        np.testing.assert_allclose(
            losses.BinaryCrossentropy()([[1.0]], ops.sigmoid(Tensor([[-1000.0]]))).item(), 1000.0
        )


def test_probabilities_that_were_changed_do_not_go_by_their_old_logits():
    p = ops.softmax(Tensor([[5.0, -5.0]]))
    p.data = np.array([[0.5, 0.5]])
    np.testing.assert_allclose(
        losses.SparseCategoricalCrossentropy()([1], p).item(), np.log(2), rtol=1e-5
    )
    p = ops.sigmoid(Tensor([[5.0]]))
    p.data *= 0.5
    np.testing.assert_allclose(
        losses.BinaryCrossentropy()([[1.0]], p).item(), -np.log(0.5 / (1 + np.exp(-5))), rtol=1e-5
    )


def test_logits_that_changed_after_the_probabilities_were_made():
    """An error or the loss of the probabilities that were seen, never that of others."""
    w = Variable([[0.0, 0.0]])
    p = ops.softmax(w)
    w.assign([[50.0, -50.0]])
    try:
        loss = losses.SparseCategoricalCrossentropy()([1], p)
        np.testing.assert_allclose(loss.item(), np.log(2), rtol=1e-5)
        loss.backward()
    except RuntimeError as refusal:
        assert "modified in place" in str(refusal)


def test_who_remembers_logits():
    x = leaf([[1.0, 2.0], [3.0, 5.0]])
    for p, kind in (
        (ops.softmax(x), "softmax"),
        (ops.sigmoid(x), "sigmoid"),
        (ops.softmax(x, axis=1), "softmax"),
    ):
        found, source = p.logits()
        assert found == kind and source is x
    for other in (
        x,
        ops.softmax(x, axis=0),
        ops.log_softmax(x),
        ops.tanh(x),
        ops.softmax(x) * 1.0,
        ops.softmax(x)[:1],
        ops.softmax(x).detach(),
        Tensor([0.5]),
    ):
        assert other.logits() is None
    with no_grad():
        kind, source = ops.softmax(x).logits()
        np.testing.assert_array_equal(source.data, x.data)
        assert not source.requires_grad  # what no_grad cut stays cut


def test_plain_arrays_of_probabilities_0_and_1_give_finite_losses():
    for loss, y, p in (
        (losses.BinaryCrossentropy(), [[1.0], [0.0]], [[0.0], [1.0]]),
        (losses.CategoricalCrossentropy(), [[1.0, 0.0]], [[0.0, 1.0]]),
        (losses.SparseCategoricalCrossentropy(), [0], [[0.0, 1.0]]),
    ):
        value = loss(np.array(y), np.array(p)).item()
        assert np.isfinite(value) and 15 < value < 17  # -ln 1e-7


# --- losses

T = np.eye(3)[[0, 2, 1, 1]].astype("float32")
P = np.random.default_rng(2).uniform(0.1, 1, (4, 3)).astype("float32")
P /= P.sum(axis=0)
ALONG = [
    losses.CategoricalCrossentropy,
    losses.BinaryCrossentropy,
    losses.CategoricalFocalCrossentropy,
    losses.BinaryFocalCrossentropy,
]


@pytest.mark.parametrize("kind", ALONG)
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_classes_along_the_first_axis(kind, from_logits, smoothing):
    settings = {"from_logits": from_logits, "label_smoothing": smoothing, "reduction": None}
    turned = kind(axis=0, **settings)(T, P).numpy()
    np.testing.assert_allclose(turned, kind(**settings)(T.T, P.T).numpy(), rtol=1e-5)
    assert turned.shape == (3,)
    np.testing.assert_array_equal(kind(axis=1, **settings)(T.T, P.T), kind(**settings)(T.T, P.T))


def test_class_indices_along_the_first_axis():
    labels = np.array([1, 3, 0])
    loss = losses.SparseCategoricalCrossentropy(axis=0, reduction=None)
    np.testing.assert_allclose(loss(labels, P), -np.log(P[labels, range(3)]), rtol=1e-5)


def test_cross_entropy_loss_takes_logits():
    labels, logits = np.array([0, 2, 1, 1]), 5 * P
    expected = losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    assert losses.CrossEntropyLoss()(labels, logits).item() == expected.item()
    assert losses.get("CrossEntropyLoss")(labels, logits).item() == expected.item()


@pytest.mark.parametrize("shape", [(5, 4), (3, 5, 4)])
def test_targets_that_learn_too(shape):
    """As a teacher's probabilities would: -Σ t·log softmax over the last axis, for each row."""
    rng = np.random.default_rng(0)
    t, logits = rng.dirichlet(np.ones(4), shape[:-1]), rng.normal(size=shape)
    target = Tensor(t, requires_grad=True)
    loss = losses.CategoricalCrossentropy(from_logits=True, reduction=None)(target, Tensor(logits))
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    np.testing.assert_allclose(loss.numpy(), -(t * log_p).sum(axis=-1), rtol=1e-6)
    loss.sum().backward()
    np.testing.assert_allclose(target.grad, -log_p, rtol=1e-6)
