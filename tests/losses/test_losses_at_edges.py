"""Losses where their formulas change: at limits, at zeros, with masks, and what they refuse."""

import math
import re

import numpy as np
import pytest
from loss_cases import example

from minidl import Input, Model, Sequential, Tensor, layers, losses, metrics, ops
from minidl.losses import CTC, Circle, MeanSquaredError, SparseCategoricalCrossentropy

EPS = 1e-7


@pytest.mark.parametrize(
    ("loss", "y", "p", "value"),
    [
        # what is divided by, and what stands under a logarithm, is at least 1e-7
        (losses.MeanAbsolutePercentageError(), [[0.0, 4.0]], [[2.0, 1.0]], 50 * (2 / EPS + 0.75)),
        (losses.MeanSquaredLogarithmicError(), [[-1.0]], [[-3.0]], 0.0),
        (losses.MeanSquaredLogarithmicError(), [[0.0]], [[1.0]], math.log(2 / (1 + EPS)) ** 2),
        (losses.Poisson(), [[2.0]], [[0.0]], -2 * math.log(EPS)),
        (losses.Poisson(), [[2.0]], [[1.0]], 1 - 2 * math.log(1 + EPS)),
        (losses.KLDivergence(), [[0.0, 1.0]], [[0.25, 0.75]],
         EPS * math.log(EPS / 0.25) + math.log(4 / 3)),
        (losses.KLDivergence(), [[0.5, 0.5]], [[1.0, 0.0]],
         0.5 * math.log(0.5) + 0.5 * math.log(0.5 / EPS)),
        (losses.BinaryCrossentropy(), [[1.0]], [[0.0]], -math.log(EPS)),
        (losses.BinaryCrossentropy(), [[0.0]], [[0.0]], -math.log(1 - EPS)),
        (losses.CategoricalCrossentropy(), [[1.0, 0.0]], [[0.0, 1.0]], -math.log(EPS)),
        (losses.CategoricalCrossentropy(), [[1.0, 0.0]], [[3.0, 0.0]], -math.log(1 - EPS)),
        (losses.Dice(), [[0.0, 0.0]], [[0.0, 0.0]], 1.0),
        (losses.Dice(), [[1e-7]], [[1e-7]], 1 - 2e-14 / 3e-7),
        (losses.Tversky(), [[0.0, 0.0]], [[0.0, 0.0]], 1.0),
        (losses.Tversky(0.0, 0.0), [[1e-4]], [[1e-3]], 0.5),  # 1 - Σtp / (Σtp + ε), both 1e-7
        (losses.CosineSimilarity(), [[3.0, 4.0]], [[0.0, 0.5e-12]], -0.8 * 0.5),
        # a margin that is just met, a corner, the targets of 0 and 1
        (losses.Hinge(), [[1.0, -1.0]], [[1.0, 0.5]], 0.75),
        (losses.SquaredHinge(), [[0.0, 1.0]], [[0.5, 0.5]], (2.25 + 0.25) / 2),
        (losses.Hinge(), [[0.0, 0.5]], [[1.0, 1.0]], (1 + 0.5) / 2),  # ½ is no yes or no
        (losses.CategoricalHinge(), [[0.0, 1.0, 0.0]], [[-3.0, -2.0, -1.0]], 3.0),
        (losses.CategoricalHinge(), [[0.0, 1.0, 0.0]], [[1.0, 2.5, -1.0]], 0.0),
        (losses.Huber(2.0), [[0.0, 0.0]], [[2.0, 5.0]], (2 + 8) / 2),
        (losses.LogCosh(), [[0.0]], [[-1.0]], math.log(math.cosh(1))),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, losses.Loss) else "",
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_a_value_by_hand(loss, y, p, value):
    assert loss(np.array(y), np.array(p)).item() == pytest.approx(value, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: losses.Huber(0), "delta must be a number above 0; received 0"),
        (lambda: losses.Huber(math.nan), "Huber: delta is a finite number; received nan"),
        *[
            (lambda q=q: losses.CategoricalGeneralizedCrossEntropy(q), f"q must lie .* {q}")
            for q in (0, 1, -0.5, 2)
        ],
        *[
            (lambda s=s: losses.BinaryCrossentropy(label_smoothing=s), f"label_smoothing .* {s!r}")
            for s in (-0.1, 1.1, "0.1", None)
        ],
        (lambda: losses.CategoricalCrossentropy(axis=[1]), r"axis \(of the classes\) must be"),
        (lambda: losses.Tversky(beta="a"), "Tversky: beta must be"),
        (lambda: Circle()([], np.ones((0, 2))), "an empty batch has no pairs"),
        (lambda: Circle()([[0, 1]], np.ones((2, 3))), r"\(1, 2\).*\(2, 3\)"),
        (lambda: Circle()([0, 1], np.ones((2, 3, 1))), r"\(2,\).*\(2, 3, 1\)"),
        (lambda: CTC()([[1], [2]], np.ones((2, 3))), r"\(2, 1\) and \(2, 3\)"),
        (lambda: CTC()([[1], [2]], np.ones((3, 4, 5))), r"\(2, 1\) and \(3, 4, 5\)"),
        (lambda: losses.CategoricalCrossentropy()([[1.0]], [[1.0]]), r"\(1, 1\)"),
        (lambda: losses.CategoricalCrossentropy()(*np.ones((2, 2, 3, 1))), r"\(2, 3, 1\)"),
    ],
)
def test_what_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_the_ends_of_what_is_allowed():
    """All classes alike in the targets: -ln of the geometric mean."""
    y, p = np.array([[1.0, 0.0]]), np.array([[0.2, 0.8]])
    for cls in (losses.BinaryCrossentropy, losses.CategoricalCrossentropy):
        all_alike = cls(label_smoothing=1)(y, p).item()
        assert all_alike == pytest.approx(-0.5 * math.log(0.2 * 0.8), rel=1e-9)
        assert cls(label_smoothing=0)(y, p).item() == pytest.approx(-math.log(0.2), rel=1e-9)


SIX = np.array([0, 0, 1, 1, 2, 2])


@pytest.mark.parametrize(
    ("y", "said"),
    [(SIX, "numbers 0..2"), (SIX[:, None], "numbers 0..2"), (np.ones((6, 2)), "shape (6, 2)")],
)
def test_targets_that_are_not_one_hot_are_looked_at_before_the_first_batch(y, said):
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(2,))])
    model.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ValueError, match=re.escape(said)):
        model.fit(np.ones((6, 2)), y, batch_size=2, shuffle=False, verbose=0)


@pytest.mark.parametrize("axis", [2, -3, 5])
def test_an_axis_that_there_is_not(axis):
    said = rf"the classes are along axis {axis}, which outputs with 2 axes do not have"
    y, p = example(("one-hot", "probabilities"), (4, 3))
    with pytest.raises(ValueError, match="CategoricalCrossentropy: " + said):
        losses.CategoricalCrossentropy(axis=axis)(y, p)
    with pytest.raises(ValueError, match="SparseCategoricalCrossentropy: " + said):
        SparseCategoricalCrossentropy(axis=axis)(y.argmax(1), p)
    turned = losses.CategoricalCrossentropy(axis=-2)(y.T, p.T).item()
    assert turned == pytest.approx(losses.CategoricalCrossentropy()(y, p).item(), rel=1e-12)
    y, p = example(("one-hot", "probabilities"), (2, 3, 4))
    each = losses.CategoricalCrossentropy(reduction=None)(y, p).numpy()
    for place in (0, 1, -2):
        y_moved, p_moved = np.moveaxis(y, -1, place), np.moveaxis(p, -1, place)
        found = losses.CategoricalCrossentropy(axis=place, reduction=None)(y_moved, p_moved)
        np.testing.assert_array_equal(found.numpy(), each)
        found = SparseCategoricalCrossentropy(axis=place, reduction=None)(y.argmax(-1), p_moved)
        np.testing.assert_allclose(found.numpy(), each, rtol=1e-12)


@pytest.mark.parametrize("dtype", [int, np.uint8, float])
def test_labels_from_0_to_the_last_class(dtype):
    loss, p = SparseCategoricalCrossentropy(reduction=None), np.full((2, 4), 0.25)
    assert loss(np.array([0, 3], dtype), p).tolist() == pytest.approx([math.log(4)] * 2)
    assert loss(np.zeros((0, 1), dtype), np.ones((0, 4))).shape == (0,)
    for wrong in (4, 200 if dtype is np.uint8 else -1):
        with pytest.raises(ValueError, match=f"labels run .*{wrong}.*valid labels 0..3"):
            loss(np.array([1, wrong], dtype), p)
    for fault in (np.ones((2, 2), dtype), np.ones(3, dtype), np.ones((), dtype)):
        with pytest.raises(ValueError, match="SparseCategoricalCrossentropy"):
            loss(fault, p)
    with pytest.raises(ValueError, match=r"\(4,\)"):
        loss(np.array(1, dtype), p[0])
    steps, p = np.array([[0, 1, 2], [3, 3, 3]], dtype), np.full((2, 3, 4), 0.25)
    assert loss(steps, p).shape == loss(steps[..., None], p).shape == (2, 3)
    with pytest.raises(ValueError, match=r"labels run 1\.\.4 .*valid labels 0\.\.3"):
        loss(steps + 1, p)
    one_step = SparseCategoricalCrossentropy(ignore_class=3, reduction=None)(steps[:, :1], p[:, :1])
    np.testing.assert_allclose(one_step.numpy(), [[math.log(4)], [0]], rtol=1e-6)
    one_class = SparseCategoricalCrossentropy(ignore_class=5)(
        np.array([5, 0], dtype), np.ones((2, 1))
    )
    assert one_class.item() == pytest.approx(-math.log(1 - EPS), rel=1e-6)


def test_labels_stay_whole_numbers_however_large():
    """float32 does not tell 2²⁴ + 1 from 2²⁴."""
    large, p = 2**24, np.full((2, 4), 0.25)
    for labels in ([0, large + 1], [[0], [large + 1]]):
        loss = SparseCategoricalCrossentropy(ignore_class=large + 1)
        assert loss(labels, p).item() == pytest.approx(math.log(4), rel=1e-6)
    x = np.eye(3)[[0, 0, 1, 1]]
    for n, differ in ((large + 1, True), (large, False)):
        labels = [large, large, n, n]
        for each in (Circle(reduction=None)(labels, x), losses.circle(labels, x, labels, x)):
            assert each.numpy().any() == differ


# --- masks, labels that do not count, weights and reductions at once

MASK = np.array([[True, True, False], [True, False, False]])
WEIGHTS = {
    "none": (None, np.ones((2, 3))),
    "sample": ([2.0, 0.5], np.array([[2.0], [0.5]]) * np.ones(3)),
    "step": (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3)),
    "nothing": ([0.0, 0.0], np.zeros((2, 3))),
}


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("ignored", [None, 1])
def test_the_steps_that_count(ignored, masked, weights):
    labels = np.array([[0, 1, 2], [3, 1, 1]])
    chances = example(("label", "probabilities"), (2, 3, 4))[1]
    given, weight = WEIGHTS[weights]
    p = Tensor(chances)
    counts = np.ones((2, 3), bool) if ignored is None else labels != ignored
    if masked:
        p.mask = MASK
        counts = counts & MASK
    each = -np.log(np.take_along_axis(chances, labels[..., None], -1)[..., 0])
    total, share = (each * weight * counts).sum(), (weight * counts).sum()
    for reduction, expected in (
        ("sum", total),
        ("sum_over_batch_size", total / counts.sum()),
        ("mean_with_sample_weight", total / share if share else 0.0),
    ):
        loss = SparseCategoricalCrossentropy(ignore_class=ignored, reduction=reduction)
        for y in (labels, labels[..., None]):
            found = loss(y, p, sample_weight=given).item()
            assert found == pytest.approx(expected, rel=1e-6), reduction
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=ignored)
    assert metric(labels, p, sample_weight=given) == pytest.approx(
        total / share if share else 0.0, rel=1e-6
    )
    if ignored is None:
        accuracy = metrics.SparseCategoricalAccuracy()(labels, p, sample_weight=given)
        hits = (chances.argmax(-1) == labels) * weight * counts
        assert accuracy == pytest.approx(hits.sum() / share if share else 0.0, rel=1e-12)


def test_a_mask_that_does_not_fit():
    p = Tensor(np.ones((2, 3, 1)))
    for shape in ((2, 4), (3, 3), (3,)):
        p.mask = np.ones(shape, bool)
        with pytest.raises(ValueError, match=r"mask"):
            MeanSquaredError()(np.ones((2, 3, 1)), p)
    p.mask = np.array([True, False])  # of whole samples
    assert MeanSquaredError()(np.zeros((2, 3, 1)), p).item() == 1


def test_a_constant_beside_a_symbol():
    far = losses.as_loss(lambda y, p: ops.mean(ops.square(y - p), axis=-1))
    x = Input((3,))
    for later in (far(np.ones(1), x), far(x, np.ones(1)), far(Tensor([1.0]), x)):
        found = Model(x, later)(np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 2.0]]))
        assert found.item() == pytest.approx(4 / 3)


# --- of more than one batch, of sequences


@pytest.mark.parametrize("diagonal", [True, False])
def test_circle_with_other_labels_or_other_embeddings(diagonal):
    """Each sample of x against each of z, by the formula of the docstring; where the diagonal is
    left out, the first of x is no pair with the first of z.
    """
    rng = np.random.default_rng(1)
    x, z = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in rng.normal(size=(2, 4, 3)))
    here, there = np.array([0, 1, 0, 1]), np.array([1, 1, 0, 0])
    gamma, m = 3.0, 0.25

    def by_hand(labels, others, among):
        for i, own in enumerate(labels):
            near = far = 0.0
            for j, other in enumerate(others):
                d = max(1 - x[i] @ among[j], 0)
                if own == other and not (diagonal and i == j):
                    near += math.exp(gamma * (m + d) * (d - m))
                elif own != other:
                    far += math.exp(gamma * max(1 + m - d, 0) * (1 - m - d))
            yield math.log1p(near * far)

    options = {"remove_diagonal": diagonal, "gamma": gamma, "margin": m}
    for given, expected in (
        ({}, by_hand(here, here, x)),
        ({"ref_labels": there}, by_hand(here, there, x)),
        ({"ref_embeddings": z}, by_hand(here, here, z)),
        ({"ref_labels": there, "ref_embeddings": z}, by_hand(here, there, z)),
    ):
        found = losses.circle(here, x, **given, **options).numpy()
        np.testing.assert_allclose(found, list(expected), rtol=1e-9)


def test_ctc_by_hand():
    """Of two steps: the label at both, at the first, or at the second. Of one: the label."""
    z = np.random.default_rng(2).normal(size=(3, 2, 3))
    p = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
    one = p[0, 0, 2] * p[0, 1, 2] + p[0, 0, 0] * p[0, 1, 2] + p[0, 0, 2] * p[0, 1, 0]
    two = p[1, 0, 1] * p[1, 1, 2]
    none = p[2, 0, 0] * p[2, 1, 0]
    loss = CTC(reduction=None)([[2, 0], [1, 2], [0, 0]], z)
    np.testing.assert_allclose(loss.numpy(), -np.log([one, two, none]), rtol=1e-6)
    assert CTC(reduction=None)([[1, 1]], z[:1]).item() == math.inf  # a blank must lie between


def test_losses_that_know_the_logits_of_softmax():
    labels, z = example(("label", "logits"), (2, 3, 4))
    p = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
    own = np.take_along_axis(p, labels[..., None], -1)[..., 0]
    for outputs in (p, ops.softmax(Tensor(z))):
        loss = losses.CategoricalGeneralizedCrossEntropy(0.3, reduction=None)(labels, outputs)
        np.testing.assert_allclose(loss.numpy(), (1 - own**0.3) / 0.3, rtol=1e-9)
    with pytest.warns(UserWarning, match="GeneralizedCrossEntropy: the outputs do not look like"):
        losses.CategoricalGeneralizedCrossEntropy()(labels, np.abs(z))
    t = np.exp(-z) / np.exp(-z).sum(-1, keepdims=True)
    for outputs in (p, ops.softmax(Tensor(z))):  # the divergence knows them too
        loss = losses.KLDivergence(reduction=None)(t, outputs)
        np.testing.assert_allclose(loss.numpy(), (t * np.log(t / p)).sum(-1), rtol=1e-6)
